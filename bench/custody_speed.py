"""Custody beside plain tools in the same run: verify and openssl, a big file and cp, lines a second, growth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from dalil.archive import Archive, find
from dalil.archive.verify import verify

LINES = 100_000
BATCH = 2_000
BIG_BYTES = 256 << 20


def say(what: str, figure: float, unit: str, peer: str = "", peer_figure: float | None = None) -> None:
    """One row for the table."""
    row = {"what": what, "figure": figure, "unit": unit, "peer": peer, "peer_figure": peer_figure}
    print(json.dumps(row), flush=True)


def wall(run: Callable[[], object]) -> float:
    """Seconds that it took."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def processor(run: Callable[[], object]) -> float:
    """Seconds of processor time that it took, in all threads."""
    start = time.process_time()
    run()
    return time.process_time() - start


def shell(command: str) -> float:
    """Seconds that a shell command took."""
    return wall(lambda: subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL))


def check(path: Path) -> None:
    """The archive verifies."""
    with Archive.open(path) as archive:
        if not verify(archive).ok:
            sys.exit(f"{path} does not verify")


def big_file(top: Path) -> None:
    """One file of 256 MB: taken in and verified."""
    source = top / "big.bin"
    with source.open("wb") as file:
        for _ in range(BIG_BYTES >> 20):
            file.write(os.urandom(1 << 20))
    Archive.create(top / "big", by="bench").close()

    def add() -> None:
        with Archive.open(top / "big", write=True) as archive:
            list(archive.capture(find([source]), by="bench"))

    copy_s = shell(f"cp '{source}' '{source}.copy' && sync '{source}.copy'")
    say("add a file of 256 MB", wall(add), "s", "cp and sync", copy_s)
    openssl_s = shell(f"find '{top}/big/objects' -type f -print0 | xargs -0 openssl dgst -sha256")
    say("verify it", wall(lambda: check(top / "big")), "s", "openssl dgst -sha256", openssl_s)


def four_files(top: Path) -> None:
    """Four files of 64 MB: verify hashes them side by side."""
    folder = top / "four"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.bin").write_bytes(os.urandom(BIG_BYTES >> 2))
    with Archive.create(top / "four-archive", by="bench") as archive:
        list(archive.capture(find([folder]), by="bench"))
    openssl_s = shell(f"find '{top}/four-archive/objects' -type f -print0 | xargs -0 openssl dgst -sha256")
    say("verify four of 64 MB", wall(lambda: check(top / "four-archive")), "s", "openssl dgst -sha256", openssl_s)


def log(top: Path, lines: int) -> None:
    """Lines with six values each: written durably in batches, then verified with all values."""

    def act(number: int) -> tuple[str, dict[str, object]]:
        values = {"subject": f"incident-{number}", "verdict": "same", "reason": "because", "by": "somebody"}
        return "judge", {**values, "object": sha256(str(number).encode()).hexdigest()}

    path = top / f"log-{lines}"
    with Archive.create(path, by="bench") as archive:
        batches = [[act(n) for n in range(start, start + BATCH)] for start in range(0, lines, BATCH)]
        rate = lines / wall(lambda: [archive.append_all(batch) for batch in batches])
    say(f"append {lines:,} lines, durable in batches of {BATCH:,}", rate, "lines a second")
    digests = 8 * lines  # one a value and one a leaf and a node of the tree
    block = bytes(90)
    hashing_s = processor(lambda: [sha256(block).digest() for _ in range(digests)])
    check_s = processor(lambda: check(path))
    say(
        f"verify {lines:,} lines with their {6 * lines:,} values", check_s, "s of CPU", "their SHA-256 alone", hashing_s
    )


def objects(top: Path, count: int) -> None:
    """Many small files: taken in, then verified."""
    folder = top / f"small-{count}"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.txt").write_text(f"invented report {number}\n")
    path = top / f"small-archive-{count}"
    with Archive.create(path, by="bench") as archive:
        rate = count / wall(lambda: list(archive.capture(find([folder]), by="bench")))
    say(f"add {count:,} small files", rate, "files a second")
    say(f"verify {count:,} small objects", count / wall(lambda: check(path)), "objects a second")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        big_file(top)
        four_files(top)
        for lines in (LINES // 100, LINES // 10, LINES):
            log(top, lines)
        for count in (1_000, 10_000):
            objects(top, count)


if __name__ == "__main__":
    main()
