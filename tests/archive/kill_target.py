"""The victim of kill tests: adds a folder to an archive and prints each object once it is acknowledged."""

import sys

from dalil.archive import Archive, find
from dalil.errors import InputRefused


def main(archive: str, folder: str) -> None:
    print("ready", flush=True)
    with Archive.open(archive, write=True) as opened:
        for result in opened.capture(find([folder]), by="tester"):
            if isinstance(result, InputRefused):
                raise result
            print(result.capture.object.sha256, result.capture.source, flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
