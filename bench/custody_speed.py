"""Custody beside plain tools in the same run: verify and openssl, a big file and cp, lines a second, growth.

    python bench/custody_speed.py [big] [four] [log] [growth] [far]        the first four by default; far takes long

Each figure and its peer's are the best of several tries, taken in turn, since both suffer from what else the machine
does. `growth` goes to 10,000 objects, `far` is 100,000.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from dalil.archive import Archive, bulk, find, merkle
from dalil.archive.verify import verify

LINES = 100_000
BATCH = 2_000
BIG_BYTES = 256 << 20
TRIES = 5


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
    copy_s, add_s = [], []
    for number in range(TRIES):
        path = top / f"big-{number}"
        Archive.create(path, by="bench").close()
        copy_s.append(shell(f"cp '{source}' '{source}.copy' && sync '{source}.copy'"))
        (top / "big.bin.copy").unlink()
        add_s.append(wall(lambda path=path: add(path, source)))
        if number:
            shutil.rmtree(path)
    say("add a file of 256 MB", min(add_s), "s", "cp and sync", min(copy_s))
    against_openssl("verify it", top / "big-0")


def add(path: Path, source: Path) -> None:
    """The file or folder is in the archive."""
    with Archive.open(path, write=True) as archive:
        list(archive.capture(find([source]), by="bench"))


def against_openssl(what: str, path: Path) -> None:
    """verify of the whole archive, and openssl over its objects, in turn."""
    tool, ours = [], []
    for _ in range(TRIES):
        tool.append(shell(f"find '{path}/objects' -type f -print0 | xargs -0 openssl dgst -sha256"))
        ours.append(wall(lambda: check(path)))
    say(what, min(ours), "s", "openssl dgst -sha256", min(tool))


def four_files(top: Path) -> None:
    """Four files of 64 MB: verify hashes them side by side."""
    folder = top / "four"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.bin").write_bytes(os.urandom(BIG_BYTES >> 2))
    Archive.create(top / "four-archive", by="bench").close()
    add(top / "four-archive", folder)
    against_openssl("verify four of 64 MB", top / "four-archive")


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
    hashing_s = min(processor(lambda: [sha256(block).digest() for _ in range(digests)]) for _ in range(TRIES))
    check_s = min(processor(lambda: check(path)) for _ in range(TRIES))
    values = f"verify {lines:,} lines with their {6 * lines:,} values"
    say(values, check_s, "s of CPU", "their SHA-256 alone", hashing_s)
    alone_s = min(processor(lambda: lines_alone(path)) for _ in range(TRIES))
    say(
        f"verify {lines:,} lines, their tree and checkpoints", alone_s, "s of CPU", "their SHA-256 alone", hashing_s / 4
    )


def lines_alone(path: Path) -> None:
    """The log without the values beside it: what anybody to whom only the lines were given can check."""
    with Archive.open(path) as archive, archive.reading() as connection:
        edge = merkle.Frontier.empty()
        stored = connection.exec_driver_sql("SELECT seq, line, NULL FROM log ORDER BY seq")
        while rows := stored.fetchmany(500):
            if None in bulk.read(rows):
                sys.exit(f"{path}: a line is malformed")
            edge = edge.extended([merkle.leaf_hash(line) for _, line, _ in rows])
        newest = archive.checkpoints.newest(archive.public_keys())
        if newest is None or (newest.size, newest.root) != (edge.size, edge.root().hex()):
            sys.exit(f"{path}: its newest checkpoint is not true of it")


def objects(top: Path, count: int) -> None:
    """Many small files: taken in, then verified."""
    folder = top / f"small-{count}"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.txt").write_text(f"invented report {number}\n")
    path = top / f"small-archive-{count}"
    Archive.create(path, by="bench").close()
    rate = count / wall(lambda: add(path, folder))
    say(f"add {count:,} small files", rate, "files a second", "written and synced one by one", plain(top, folder))
    say(f"verify {count:,} small objects", count / wall(lambda: check(path)), "objects a second")
    shutil.rmtree(path)
    shutil.rmtree(folder)


def plain(top: Path, folder: Path) -> float:
    """How many of a thousand such files a second are copied and synced by plain system calls."""
    (top / "plain").mkdir()
    files = sorted(folder.iterdir())[:1_000]

    def copy() -> None:
        for file in files:
            with (top / "plain" / file.name).open("wb") as target:
                target.write(file.read_bytes())
                target.flush()
                os.fsync(target.fileno())

    rate = len(files) / wall(copy)
    shutil.rmtree(top / "plain")
    return rate


def main() -> None:
    wanted = sys.argv[1:] or ["big", "four", "log", "growth"]
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        if "big" in wanted:
            big_file(top)
        if "four" in wanted:
            four_files(top)
        for lines in (LINES // 100, LINES // 10, LINES) if "log" in wanted else ():
            log(top, lines)
        for count in (1_000, 10_000) if "growth" in wanted else ():
            objects(top, count)
        if "far" in wanted:
            objects(top, 100_000)


if __name__ == "__main__":
    main()
