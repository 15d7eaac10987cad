"""Run with failing_disk.so preloaded: takes files in while the n-th write to the disk fails, for every n or some.

    python failing_disk.py FAILING_DISK_SO FOLDER WORK STEP
Prints one JSON line a try, and a last one with how many calls there are. A child of this process fails; the parent,
whose disk is whole, then says what is left.
"""

import ctypes
import errno
import json
import os
import shutil
import signal
import sys
import traceback
from pathlib import Path

from dalil.archive import Archive, find
from dalil.archive.verify import verify
from dalil.errors import DalilError, InputRefused

LONGEST_S = 60  # a child takes a tenth of a second


def take_in(path: Path, folder: Path, say) -> None:
    with Archive.open(path, write=True) as opened:
        for result in opened.capture(find([folder]), by="tester"):
            if not isinstance(result, InputRefused):
                say(f"{result.capture.object.sha256} {result.capture.source}\n")
        opened.append("judge", {"subject": "incident-1", "verdict": "same", "reason": "r", "by": "tester"})


def child(shim, path: Path, folder: Path, said: int, nth: int, error: int, stay: bool) -> None:
    """Never returns. Exit status 0: done; 1: told in one line; 3: anything else; a signal where it hangs."""
    signal.alarm(LONGEST_S)
    shim.arm(os.fsencode(path) + b"/", nth, error, stay)
    status = 3
    try:
        take_in(path, folder, lambda text: os.write(said, text.encode()))
        status = 0
    except DalilError as problem:
        status = 1 if "\n" not in str(problem) else 3
    except BaseException:  # noqa: BLE001 - what no user should see is shown to who runs this test
        traceback.print_exc()
    finally:
        os.write(said, f"calls {shim.count()}\n".encode())
        os._exit(status)


def attempt(shim, base: Path, folder: Path, path: Path, nth: int, error: int, stay: bool) -> dict:
    shutil.copytree(base, path)
    said = os.memfd_create("said")
    pid = os.fork()
    if not pid:
        child(shim, path, folder, said, nth, error, stay)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.lseek(said, 0, os.SEEK_SET)
    with os.fdopen(said) as file:
        rows = file.read().splitlines()
    with Archive.open(path) as reader:
        report = verify(reader)
        logged = {f"{c.object.sha256} {c.source}" for c in reader.captures()}
    take_in(path, folder, lambda _: None)
    with Archive.open(path) as reader:
        after = verify(reader)
    shutil.rmtree(path)
    return {
        "nth": nth, "error": errno.errorcode[error], "stay": stay, "status": status, "calls": int(rows[-1].split()[1]),
        "lost": sorted(set(rows[:-1]) - logged), "ok": report.ok,
        "damage": [f.what for f in report.findings if f.damage],
        "whole": after.ok and not after.findings, "acknowledged": len(rows) - 1,
    }  # fmt: skip


def main(shim_path: str, folder: str, work: str, step: int) -> None:
    shim, base = ctypes.CDLL(shim_path), Path(work) / "base"
    shim.arm.argtypes = (ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int)
    shim.count.restype = ctypes.c_long
    Archive.create(base, by="tester").close()
    total = attempt(shim, base, Path(folder), Path(work) / "dry", 10**9, errno.EIO, False)["calls"]
    for nth in range(1, total + 1, step):
        for error, stay in ((errno.EIO, False), (errno.ENOSPC, True)):
            path = Path(work) / f"{nth}-{error}"
            print(json.dumps(attempt(shim, base, Path(folder), path, nth, error, stay)), flush=True)
    print(json.dumps({"total": total}))


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
