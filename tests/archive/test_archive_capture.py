"""Files go in: what is taken, what is refused in one clear line, what is found to be there already."""

import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from dalil.archive import Archive, captures, find
from dalil.archive.blobs import STORES, StoreFailed
from dalil.archive.sources import SOURCES
from dalil.archive.sources.files import source_path, source_uri
from dalil.errors import ArchiveBusy, InputRefused, one_line


def take(path: Path, *targets, **options):
    """Adds targets to the archive and splits what came back."""
    with Archive.open(path, write=True) as archive:
        results = list(archive.capture(find(targets), by="tester", **options))
    refused = [r for r in results if isinstance(r, InputRefused)]
    return [r for r in results if not isinstance(r, InputRefused)], refused


@pytest.fixture
def empty(tmp_path):
    Archive.create(tmp_path / "empty-archive", by="tester").close()
    return tmp_path / "empty-archive"


# ---------------------------------------------------------------- what is taken


def test_a_folder_goes_in_sorted_and_durable(empty, folder, checked):
    taken, refused = take(empty, folder)
    assert not refused
    assert [t.capture.name for t in taken] == ["a.txt", "b.md", "c.txt", "copy of a.txt"]
    assert [t.capture.object.media_type for t in taken] == ["text/plain", "text/markdown", "text/plain", "text/plain"]
    assert [t.new_object for t in taken] == [True, True, True, False]
    assert [t.capture.seq for t in taken] == sorted(t.capture.seq for t in taken)
    first = taken[0].capture
    data = (folder / "a.txt").read_bytes()
    assert first.object.sha256 == hashlib.sha256(data).hexdigest()
    assert first.source == source_uri((folder / "a.txt").resolve())
    with Archive.open(empty) as archive:
        with archive.open_object(first.object.sha256) as file:
            assert file.read() == data
        path = archive.object_path(first.object.sha256)
        assert path == empty / "objects" / first.object.sha256[:2] / first.object.sha256[2:]
        assert path.stat().st_mode & 0o777 == 0o444
        assert list(archive.captures()) == [t.capture for t in taken]
        assert [c.name for c in archive.captures(first.object.sha256)] == ["a.txt", "copy of a.txt"]
    report = checked(empty)
    assert report.ok and not report.findings
    assert (report.objects, report.captures, report.covered) == (3, 4, report.lines)


def test_the_same_file_again_adds_nothing(archive, folder, checked):
    before = checked(archive)
    taken, refused = take(archive, folder)
    assert not refused and all(t.already and not t.new_object for t in taken)
    after = checked(archive)
    assert (before.lines, before.root) == (after.lines, after.root)


def test_the_same_file_again_on_request_is_a_renewed_capture(archive, folder):
    before, _ = take(archive, folder / "a.txt")
    taken, _ = take(archive, folder / "a.txt", again=True)
    assert not taken[0].already and not taken[0].new_object
    assert taken[0].capture.seq > before[0].capture.seq
    assert taken[0].capture.object == before[0].capture.object


def test_a_file_named_twice_is_one_capture(empty, folder):
    taken, _ = take(empty, folder / "a.txt", folder / "a.txt", folder)
    assert [t.already for t in taken] == [False, True, True, False, False, False]
    assert taken[0].capture == taken[1].capture == taken[2].capture


def test_new_bytes_at_a_known_place_are_a_new_capture(archive, folder):
    (folder / "a.txt").write_text("At least four people were hurt in Tal Ahmar, residents said.\n")
    taken, _ = take(archive, folder / "a.txt")
    assert taken[0].new_object and not taken[0].already


def test_bytes_that_vanished_from_the_store_are_restored(archive, folder, checked):
    with Archive.open(archive) as opened:
        capture = next(opened.captures())
        opened.object_path(capture.object.sha256).unlink()
    assert not checked(archive).ok
    taken, _ = take(archive, folder / "a.txt")
    assert not taken[0].already and taken[0].capture.object == capture.object
    assert checked(archive).ok


def test_a_damaged_object_is_not_built_on(archive, folder, tmp_path):
    with Archive.open(archive) as opened:
        path = opened.object_path(next(opened.captures()).object.sha256)
    path.chmod(0o644)
    path.write_bytes(b"cut")
    _, refused = take(archive, folder / "a.txt")
    assert "is damaged" in str(refused[0]) and str(path) in str(refused[0])


def test_an_object_that_nobody_logged_is_kept_and_can_be_added(archive, checked):
    data = b"put here by hand\n"
    sha256 = hashlib.sha256(data).hexdigest()
    path = archive / "objects" / sha256[:2] / sha256[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    finding = next(f for f in checked(archive).findings if f.kind == "unlogged")
    assert finding.damage and str(path) in finding.remedy
    taken, refused = take(archive, path)
    assert not refused and taken[0].capture.object.sha256 == sha256
    assert not [f for f in checked(archive).findings if f.damage]


def test_a_saved_page_brings_its_parts(empty, tmp_path):
    folder = tmp_path / "web"
    (folder / "page_files" / "deep").mkdir(parents=True)
    (folder / "page.html").write_text("<html><body>text</body></html>")
    (folder / "page_files" / "a.css").write_text("p {}")
    (folder / "page_files" / "deep" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    (folder / "zother_files").mkdir()
    (folder / "zother_files" / "c.txt").write_text("no page beside it")
    taken, _ = take(empty, folder)
    page = taken[0].capture.object.sha256
    assert [(t.capture.name, t.capture.page) for t in taken] == [
        ("page.html", None), ("a.css", page), ("b.png", page), ("c.txt", None),
    ]  # fmt: skip
    again, _ = take(empty, folder / "page.html", again=True)
    assert [t.capture.page for t in again] == [None, page, page]
    with Archive.open(empty) as archive:
        assert [e.disclosed.get("page") for e in archive.entries(act="capture")][:3] == [None, page, page]


@pytest.mark.parametrize("count", [63, 64, 65, 130])
def test_batches_lose_nothing(empty, tmp_path, count):
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(count):
        (folder / f"{n:03}.txt").write_text(f"report {n}")
    taken, _ = take(empty, folder)
    assert [t.capture.name for t in taken] == [f"{n:03}.txt" for n in range(count)]


def test_results_come_while_files_still_go_in(empty, tmp_path):
    """A batch is acknowledged before the next is read: the last file vanishes after the first batch came out."""
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(captures.BATCH_FILES + 1):
        (folder / f"{n:03}.txt").write_text(f"report {n}")
    with Archive.open(empty, write=True) as archive:
        results = archive.capture(find([folder]), by="tester")
        first = next(results)
        with Archive.open(empty) as reader:
            assert first.capture in reader.captures()  # readers see it, and are not blocked
        (folder / f"{captures.BATCH_FILES:03}.txt").unlink()
        rest = list(results)
    assert isinstance(rest[-1], InputRefused) and "not there" in str(rest[-1])


def test_a_consumer_may_stop_early(empty, folder, checked):
    with Archive.open(empty, write=True) as archive:
        assert next(archive.capture(find([folder]), by="tester"))
    report = checked(empty)
    assert report.ok and not report.findings


def test_progress_counts_every_byte(empty, folder):
    seen = []
    take(empty, folder, on_bytes=seen.append)
    assert sum(seen) == sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def test_one_file_by_hand(archive, tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("one")
    with Archive.open(archive, write=True) as opened:
        assert opened.capture_file(path, by="tester").name == "one.txt"
        with pytest.raises(InputRefused, match="not there"):
            opened.capture_file(tmp_path / "none.txt", by="tester")


# ---------------------------------------------------------------- refusals: one line each, the rest goes in


def refusal_beside_a_good_file(archive: Path, folder: Path, **options) -> str:
    """The one refusal of a folder whose good file `zz.txt` goes in all the same."""
    (folder / "zz.txt").write_text("good")
    taken, refused = take(archive, folder, **options)
    assert [t.capture.name for t in taken] == ["zz.txt"]
    assert len(refused) == 1
    line = str(refused[0])
    assert "\n" not in line and line.isprintable()
    return line


@pytest.fixture
def bad(tmp_path):
    (tmp_path / "bad").mkdir()
    return tmp_path / "bad"


def test_empty_file(empty, bad):
    (bad / "a.txt").touch()
    assert refusal_beside_a_good_file(empty, bad).endswith("a.txt: is empty. Nothing was added for it")


def test_link_to_itself(empty, bad):
    (bad / "a").symlink_to(bad / "a")
    assert "leads back to itself" in refusal_beside_a_good_file(empty, bad)


def test_link_to_a_folder_above(empty, bad):
    (bad / "sub").mkdir()
    (bad / "sub" / "up").symlink_to(bad)
    assert "a loop" in refusal_beside_a_good_file(empty, bad)


def test_link_to_nothing(empty, bad):
    (bad / "a").symlink_to(bad / "gone")
    assert "link to nothing" in refusal_beside_a_good_file(empty, bad)


def test_a_page_with_the_longest_possible_name(empty, bad):
    (bad / ("x" * 250 + ".html")).write_text("<html>")
    taken, refused = take(empty, bad)
    assert not refused and len(taken) == 1


def test_named_pipe_does_not_hang(empty, bad):
    os.mkfifo(bad / "a")
    assert "named pipe" in refusal_beside_a_good_file(empty, bad)


def test_a_pipe_put_in_a_file_s_place_does_not_hang(empty, bad):
    (bad / "a.txt").write_text("x")
    found = list(find([bad]))
    (bad / "a.txt").unlink()
    os.mkfifo(bad / "a.txt")
    with Archive.open(empty, write=True) as archive:
        assert "named pipe" in str(next(archive.capture(found, by="tester")))


def test_socket(empty, bad):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(bad / "a"))
        assert "socket" in refusal_beside_a_good_file(empty, bad)


def test_device(empty):
    _, refused = take(empty, "/dev/null")
    assert "is a device" in str(refused[0])


def test_file_that_vanishes_between_listing_and_reading(empty, bad):
    (bad / "a.txt").write_text("x")
    (bad / "zz.txt").write_text("good")
    found = list(find([bad]))
    (bad / "a.txt").unlink()
    with Archive.open(empty, write=True) as archive:
        gone, kept = archive.capture(found, by="tester")
    assert "is not there (any more)" in str(gone)
    assert kept.capture.name == "zz.txt"


def test_folder_that_vanishes_while_walking(empty, bad):
    (bad / "sub").mkdir()
    (bad / "sub" / "x.txt").write_text("x")
    (bad / "a.txt").write_text("a")
    walk = find([bad])
    next(walk)
    (bad / "sub" / "x.txt").unlink()
    (bad / "sub").rmdir()
    assert "not there" in str(next(walk))


def test_file_that_grows_while_it_is_read(empty, bad):
    (bad / "a.txt").write_bytes(b"x" * 3_000_000)
    grown = threading.Event()

    def grow(count):
        if count > 4 and not grown.is_set():  # not for the other file, which is read beside it
            grown.set()
            with (bad / "a.txt").open("ab") as file:
                file.write(b"more")

    assert "changed while it was being read" in refusal_beside_a_good_file(empty, bad, on_bytes=grow)
    assert not list((empty / "objects" / ".incoming").iterdir())


def test_unreadable_file(open_folder, as_plain_user):
    import dalil.archive.media

    dalil.archive.media.detect(io.BytesIO(b"x"), "x")  # what loads lazily may be out of a plain user's reach
    with as_plain_user():
        archive, folder = open_folder / "archive", open_folder / "bad"
        Archive.create(archive, by="tester").close()
        folder.mkdir()
        (folder / "a.txt").write_text("x")
        (folder / "a.txt").chmod(0)
        assert "may not be read by this user" in refusal_beside_a_good_file(archive, folder)
        (folder / "b").mkdir()
        (folder / "b").chmod(0)
        _, refused = take(archive, folder / "b")
        assert "may not be read by this user" in str(refused[0])


def test_file_whose_reading_fails(empty):
    path = Path("/proc/self/mem")  # its first page cannot be read: EIO
    if not path.exists():
        pytest.skip("this system has no /proc/self/mem")
    _, refused = take(empty, path)
    assert "cannot be read" in str(refused[0])


def test_names_with_newline_and_right_to_left_marks(empty, bad, checked):
    names = ["a\nb.txt", "evil\u202egpj.txt", "تقرير.txt", "50% #1?.txt", "tab\there.txt"]
    for name in names:
        (bad / name).write_text(name)
    (bad / "\u202ebad\n.txt").touch()
    taken, refused = take(empty, bad)
    assert sorted(t.capture.name for t in taken) == sorted(names)
    assert sorted(source_path(t.capture.source).name for t in taken) == sorted(names)
    assert all(one_line(t.capture.source) == t.capture.source for t in taken)
    assert len(refused) == 1
    assert str(refused[0]).isprintable() and r"\u202ebad\n.txt" in str(refused[0])
    assert checked(empty).ok


def test_name_that_is_not_utf_8(empty, bad):
    path = Path(os.fsdecode(os.fsencode(bad) + b"/\xff\xfe.txt"))
    try:
        path.write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such names")
    taken, _ = take(empty, bad)
    assert taken[0].capture.name == r"\xff\xfe.txt"
    assert os.fsencode(source_path(taken[0].capture.source)).endswith(b"/\xff\xfe.txt")


def test_hidden_files_and_archives_are_left_out(empty, bad, folder):
    (bad / ".hidden").write_text("x")
    (bad / ".git").mkdir()
    (bad / ".git" / "x").write_text("x")
    Archive.create(bad / "inner", by="tester").close()
    (bad / "zz.txt").write_text("good")
    taken, refused = take(empty, bad)
    assert [t.capture.name for t in taken] == ["zz.txt"] and not refused
    _, refused = take(empty, empty)
    assert "is an archive of dalil itself" in str(refused[0])
    taken, _ = take(empty, bad / ".hidden")
    assert taken[0].capture.name == ".hidden"  # named outright, it is meant


def test_links_are_followed_once(empty, bad, folder):
    (bad / "link.txt").symlink_to(folder / "a.txt")
    (bad / "other").symlink_to(folder)
    (bad / "third").symlink_to(folder)
    taken, refused = take(empty, bad)
    assert not refused
    assert [t.capture.name for t in taken] == ["link.txt", "a.txt", "b.md", "c.txt", "copy of a.txt"]


def test_addresses_are_not_files(empty):
    _, refused = take(empty, "https://example.org/")
    assert "nothing here knows how to fetch this" in str(refused[0])


def run_limited(code: str, *arguments, file_bytes: int | None = None):
    """Runs code in a fresh process under limits of the operating system.

    The process limits itself: a `preexec_fn` runs between fork and exec, where a lock of another thread of ours may
    be held for ever.
    """
    head = "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    if file_bytes:
        head += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({file_bytes}, {file_bytes}))\n"
    return subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
    )


TAKE = """
    from dalil.archive import Archive, find
    with Archive.open(sys.argv[1], write=True) as archive:
        for result in archive.capture(find(sys.argv[2:]), by="tester"):
            print(result, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.parametrize("size", [300 << 20, pytest.param(5 << 30, marks=pytest.mark.slow)], ids=["300MB", "5GB"])
def test_a_huge_sparse_file_is_streamed(empty, bad, size, checked):
    with (bad / "huge.mp4").open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom")
        file.truncate(size)
    done = run_limited(TAKE, empty, bad)
    assert done.returncode == 0, done.stderr
    assert "video/mp4" in done.stdout and f"size={size}" in done.stdout
    assert int(done.stdout.split()[-1]) < 300  # MB at the most, with interpreter and libraries
    with Archive.open(empty) as archive:
        path = archive.object_path(next(archive.captures()).object.sha256)
    assert path.stat().st_size == size
    assert path.stat().st_blocks * 512 < 64 << 20  # still sparse
    assert checked(empty).ok


def test_a_file_of_zeros_is_of_no_known_kind(empty, tmp_path):
    with (tmp_path / "zeros.txt").open("wb") as file:
        file.truncate(3 << 20)
    with Archive.open(empty, write=True) as archive:
        assert archive.capture_file(tmp_path / "zeros.txt", by="tester").object.media_type == "application/octet-stream"


def test_a_disk_that_takes_no_more_is_said_in_one_line(empty, bad, checked):
    (bad / "a.txt").write_text("small")
    (bad / "b.bin").write_bytes(os.urandom(3 << 20))
    done = run_limited(TAKE, empty, bad / "b.bin", file_bytes=2 << 20)
    assert done.returncode == 1
    assert "StoreFailed" in done.stderr and "cannot write" in done.stderr
    assert checked(empty).ok
    taken, _ = take(empty, bad)
    assert len(taken) == 2
    assert not checked(empty).findings


# ---------------------------------------------------------------- one writer at a time


def test_a_second_writer_waits_and_then_gives_up(archive):
    said = []
    with Archive.open(archive, write=True):
        started = time.monotonic()
        with pytest.raises(ArchiveBusy, match=f"process {os.getpid()}"):
            Archive.open(archive, write=True, wait_s=0.3, on_wait=said.append)
        assert time.monotonic() - started >= 0.3
        with Archive.open(archive) as reader:
            assert reader.size > 0
    assert len(said) == 1 and "waiting" in said[0]
    Archive.open(archive, write=True, wait_s=0).close()


def test_a_second_writer_goes_on_when_the_first_is_done(archive):
    first = Archive.open(archive, write=True)
    timer = threading.Timer(0.3, first.close)
    timer.start()
    with Archive.open(archive, write=True, wait_s=10) as second:
        assert second.append("judge", {"subject": "x", "by": "tester"}).seq == second.size - 1
    timer.join()


# ---------------------------------------------------------------- seams


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.__name__)
def test_every_source_keeps_the_contract(source, folder):
    assert source.accepts(str(folder))
    once, twice = list(source.find(str(folder))), list(source.find(str(folder)))
    assert once == twice and once
    assert len({f.source for f in once}) == len(once)
    assert all(f.path.is_file() and f.name for f in once)


@pytest.mark.parametrize("store", STORES, ids=lambda s: s.__name__)
def test_every_store_keeps_the_contract(store, tmp_path, bucket):
    (where,) = (where for where in ("store", bucket.where) if store.accepts(where))
    kept = store.at(tmp_path, where)
    kept.probe()
    kept.prepare()
    incoming = kept.receive()
    incoming.write(b"by")
    incoming.write(b"tes")
    sha256 = incoming.seal()
    assert sha256 == hashlib.sha256(b"bytes").hexdigest()
    kept.keep([(incoming.path, sha256)])
    assert kept.holds(sha256, 5) and not kept.holds(sha256, 6)
    assert kept.has(sha256) and not kept.has("0" * 64) and not kept.holds("0" * 64, 5)
    with kept.open(sha256) as file:
        assert file.read() == b"bytes"
    assert kept.path(sha256).read_bytes() == b"bytes" and not kept.path("0" * 64).exists()
    with pytest.raises(FileNotFoundError):
        kept.open("0" * 64)
    standing = kept.identity(sha256)
    assert standing == json.loads(json.dumps(standing)) and kept.identity("0" * 64) is None
    second = kept.receive()
    second.write(b"other")
    second.seal()
    kept.keep([(second.path, sha256)])  # never overwrites
    with kept.open(sha256) as file:
        assert file.read() == b"bytes"
    assert [(s.sha256, s.size, s.writable) for s in kept.objects()] == [(sha256, 5, False)]
    assert kept.identity(sha256) == standing and [s.where for s in kept.objects()] == [kept.where(sha256)]
    dropped = kept.receive()
    assert kept.leftovers() == [dropped.path]
    kept.sweep()
    assert not kept.leftovers()
    for ask in (kept.path, kept.where, kept.open, kept.remove):
        with pytest.raises(ValueError, match="not a SHA-256"):
            ask("../../etc/passwd")
    for _ in range(2):
        kept.remove(sha256)
        assert not kept.has(sha256) and not kept.path(sha256).exists() and not list(kept.objects())


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreFailed, match="cannot write"):
        STORES[0].at(tmp_path / "file", "store").prepare()
