"""Custody beside plain tools in the same run: verify and openssl, a big file and cp, lines a second, growth.

    python bench/custody_speed.py [big] [four] [log] [growth] [far]        all but far by default: under four minutes

Each figure and its peer's are the best of several tries, taken in turn, since both suffer from what else the machine
does. `growth` tells what an archive of 1,000, 10,000 and 100,000 objects costs beside what it costs at 1,000;
`far` also exports the last of them, which takes some minutes more.
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

from dalil import publish
from dalil.archive import Archive, custody, find, lines, merkle, readers, reading
from dalil.archive.verify import verify
from dalil.publish import case, scope

LINES = 100_000
BATCH = 2_000
BIG_BYTES = 256 << 20
TRIES = 5
SIZES = (1_000, 10_000, 100_000)


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
    """Seconds of processor time that it took, in all threads and in the processes that it started and waited for."""
    start = os.times()
    run()
    return sum(os.times()[:4]) - sum(start[:4])


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


def log(top: Path) -> None:
    """Lines with six values each: written durably in batches, then verified with all values and without."""
    path = top / "log"
    with Archive.create(path, by="bench") as archive:
        batches = [judgements(start, start + BATCH) for start in range(0, LINES, BATCH)]
        rate = LINES / wall(lambda: [archive.append_all(batch) for batch in batches])
    say(f"append {LINES:,} lines, durable in batches of {BATCH:,}", rate, "lines a second", "mark: at least", 15_000)
    digests = 2 * LINES  # one a leaf and one a node of the tree
    block = bytes(90)
    hashing_s = min(processor(lambda: [sha256(block).digest() for _ in range(digests)]) for _ in range(TRIES))
    alone_s = min(processor(lambda: lines_alone(path)) for _ in range(TRIES))
    say(f"verify {LINES:,} lines, their tree and checkpoints", alone_s, "s of CPU", "mark: at most", 1)
    say("the same", alone_s, "s of CPU", "their SHA-256 alone", hashing_s)
    cores, readers.READERS = readers.READERS, 1
    check_s = min(processor(lambda: check(path)) for _ in range(TRIES))
    one_s = min(wall(lambda: check(path)) for _ in range(TRIES))
    readers.READERS = cores
    all_s = min(wall(lambda: check(path)) for _ in range(TRIES))
    values = f"verify {LINES:,} lines with their {6 * LINES:,} values"
    say(f"{values}, one process", check_s, "s of CPU", "their SHA-256 alone", 4 * hashing_s)
    say(f"{values}, all cores", all_s, "s", "one process", one_s)


def judgements(start: int, stop: int) -> list[custody.Act]:
    """Lines with five values of their own each; the sixth is the list of their fields."""
    return [
        (
            "judge",
            {"subject": f"incident-{n}", "verdict": "same", "reason": "because", "by": "somebody",
             "object": sha256(str(n).encode()).hexdigest()},
        )
        for n in range(start, stop)
    ]  # fmt: skip


def lines_alone(path: Path) -> None:
    """The log without the values beside it: what anybody to whom only the lines were given can check."""
    with Archive.open(path) as archive, archive.reading() as connection:
        edge = merkle.Frontier.empty()
        stored = connection.connection.cursor().execute("SELECT seq, line, NULL FROM log ORDER BY seq")
        while rows := stored.fetchmany(readers.BATCH_LINES):
            part = reading.read(rows, ())
            if None in part.reads:
                sys.exit(f"{path}: a line is malformed")
            edge = edge.extended(part.leaves)
        newest = archive.checkpoints.newest(archive.public_keys())
        if newest is None or (newest.size, newest.root) != (edge.size, edge.root().hex()):
            sys.exit(f"{path}: its newest checkpoint is not true of it")


def growth(top: Path, exported: int = SIZES[1]) -> None:
    """What archives of more and more small files cost, each beside the smallest; and plain writing beside adding."""
    first: dict[str, float] = {}
    for count in SIZES:
        for what, each_us in costs(top, count, export_too=count <= exported).items():
            first.setdefault(what, each_us)
            say(f"{what}, {count:,} objects", each_us, "µs of CPU each", f"{SIZES[0]:,} objects", first[what])
    fresh = small_files(top, "fresh", 1_000)
    Archive.create(top / "fresh-archive", by="bench").close()
    synced = plain(top, fresh)
    rate = 1_000 / wall(lambda: add(top / "fresh-archive", fresh))
    say("add 1,000 small files", rate, "files a second", "written and synced one by one", synced)


def costs(top: Path, count: int, *, export_too: bool) -> dict[str, float]:
    """Microseconds of processor time, each, of what is done with an archive of so many small files."""
    path, out = top / f"archive-{count}", top / f"case-{count}"
    filled(path, count)
    found = {"verify an object": processor(lambda: check(path)) / count}
    fresh = small_files(top, f"more-{count}", 1_000)
    found["add a file"] = processor(lambda: add(path, fresh)) / 1_000
    with Archive.open(path, write=True) as archive:
        batches = [judgements(start, start + BATCH) for start in range(0, 5 * BATCH, BATCH)]
        took = processor(lambda: [archive.append_all(batch) for batch in batches])
        found["append a line"] = took / (5 * BATCH)
        found["read a line of the log"] = processor(lambda: list(archive.entries())) / archive.size
    if export_too:
        found["export an object"] = processor(lambda: export(path, out)) / (count + 1_000)
        script = Path(publish.__file__).parent / "verify.py"
        took = processor(lambda: shell(f"'{sys.executable}' '{script}' '{out}' --key '{path}/keys/log.pub'"))
        found["verify.py, an object"] = took / (count + 1_000)
        shutil.rmtree(out)
    shutil.rmtree(path)
    return {what: seconds * 1e6 for what, seconds in found.items()}


def filled(path: Path, count: int) -> None:
    """An archive of so many small files, put there without the syncs that adding does: only what follows is timed."""
    Archive.create(path, by="bench").close()
    with Archive.open(path, write=True) as archive:
        for start in range(0, count, BATCH):
            acts = []
            for number in range(start, min(start + BATCH, count)):
                data = f"invented report {number}\n".encode()
                target = archive.object_path(sha256(data).hexdigest())
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(data)
                target.chmod(0o444)
                values = {"object": sha256(data).hexdigest(), "size": len(data), "media_type": "text/plain",
                          "name": f"{number:06}.txt", "source": f"file:///invented/{number:06}.txt",
                          "captured": lines.new_moment(), "tool": "bench", "by": "bench"}  # fmt: skip
                acts.append(("capture", values))
            archive.append_all(acts)


def small_files(top: Path, name: str, count: int) -> Path:
    """A folder of so many small files."""
    folder = top / name
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.txt").write_text(f"invented report {name} {number}\n")
    return folder


def export(path: Path, out: Path) -> None:
    """The case file of everything stands."""
    with Archive.open(path, write=True) as archive:
        chosen = scope.choose(archive, recipient="*", incidents=(), everything=True)
        case.write_case(archive, chosen, out, by="bench", pdf=False)


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
        for name, run in (("big", big_file), ("four", four_files), ("log", log)):
            if name in wanted:
                run(top)
        if "growth" in wanted or "far" in wanted:
            growth(top, SIZES[-1] if "far" in wanted else SIZES[1])


if __name__ == "__main__":
    main()
