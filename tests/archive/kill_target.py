"""The victim of kill tests: adds a folder to an archive and prints each object once it is acknowledged.

`capture` takes the bytes in only; `add` is what `dalil add --json` does, reading and linking included.
"""

import json
import sys

from dalil.archive import Archive, find
from dalil.errors import InputRefused


def capture(archive: str, folder: str) -> None:
    with Archive.open(archive, write=True) as opened:
        for result in opened.capture(find([folder]), by="tester"):
            if isinstance(result, InputRefused):
                raise result
            taken = result.capture
            print(json.dumps({"object": taken.object.sha256, "source": taken.source}), flush=True)


def add(archive: str, folder: str) -> None:
    from dalil.commands import add_command

    add_command.main(["--archive", archive, "--json", "--by", "tester", folder], standalone_mode=False)


def main(what: str, archive: str, folder: str) -> None:
    if what == "add":
        from dalil import commands, pipeline  # noqa: F401 - loaded before the clock of the killer starts
    print("ready", flush=True)
    {"capture": capture, "add": add}[what](archive, folder)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
