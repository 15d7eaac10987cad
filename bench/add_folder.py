"""How fast 1,000 mixed files go in, are verified and derived again, beside cp and openssl in the same run."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
FILES = 1000
DALIL = (sys.executable, "-m", "dalil")


def timed(*command: str, shell: bool = False) -> float:
    """Wall seconds of the command; an exit status 1 (some inputs refused) is fine, more is not."""
    start = time.perf_counter()
    done = subprocess.run(
        command[0] if shell else command, shell=shell, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode > 1:
        sys.exit(done.stderr.decode())
    return time.perf_counter() - start


def say(what: str, figure: float, unit: str, peer: str = "", peer_figure: float | None = None) -> None:
    """One row for the table."""
    print(
        json.dumps({"what": what, "figure": figure, "unit": unit, "peer": peer, "peer_figure": peer_figure}), flush=True
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder, archive = Path(scratch, "folder"), Path(scratch, "archive")
        subprocess.run(
            [sys.executable, str(HERE / "make_folder.py"), str(folder), "--files", str(FILES)], check=True, stdout=2
        )
        copy_s = timed(f"cp -r '{folder}' '{folder}.copy' && sync", shell=True)
        timed(*DALIL, "init", str(archive))
        add_s = timed(*DALIL, "add", "--archive", str(archive), str(folder))
        again_s = timed(*DALIL, "add", "--archive", str(archive), str(folder))
        openssl_s = timed(f"find '{archive}/objects' -type f -print0 | xargs -0 openssl dgst -sha256", shell=True)
        verify_s = timed(*DALIL, "verify", "--archive", str(archive))
        rebuild_s = timed(*DALIL, "rebuild", "--archive", str(archive))
        say(
            f"add a folder of {FILES:,} mixed files, read and linked",
            FILES / add_s,
            "files a second",
            "cp -r and sync",
            FILES / copy_s,
        )
        say("add it a second time (adds nothing)", FILES / again_s, "files a second")
        say("verify it", verify_s, "s", "openssl dgst -sha256 over the objects", openssl_s)
        say("derive it again", FILES / rebuild_s, "files a second")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        say("peak memory of any of these", peak, "MiB")


if __name__ == "__main__":
    main()
