"""An archive whose bytes lie in a bucket: taken in, read elsewhere, verified, erased; and all that a service may do."""

import shutil
import sys

import pytest
from bucket_server import BUCKET

from dalil.archive import Archive, find, removal
from dalil.archive.blobs import StoreFailed, open_store
from dalil.archive.blobs import bucket as place
from dalil.archive.settings import read_settings
from the_command import dalil


@pytest.fixture
def made(tmp_path, folder, bucket):
    """A closed archive that holds the folder's files in the bucket."""
    path = tmp_path / "archive"
    with Archive.create(path, "for tests", by="tester", blobs=bucket.where) as archive:
        list(archive.capture(find([folder]), by="tester"))
    return path


def first(path):
    with Archive.open(path) as archive:
        return next(archive.captures()).object.sha256


def test_originals_lie_in_the_bucket_and_verify(made, bucket, checked, folder):
    assert read_settings(made).blobs == bucket.where and not (made / "objects").exists()
    with Archive.open(made) as archive:
        logged = {c.object.sha256 for c in archive.captures()}
    assert bucket.names() == sorted(logged) and len(logged) == 3
    before = len(bucket.asked)
    report = checked(made)
    assert report.ok and not report.findings
    read = [line for line in bucket.asked[before:] if line.startswith("GET raids/")]
    assert len(read) == 3, "what is hashed is what the bucket holds, not the copy here"
    with Archive.open(made, write=True) as archive:
        (again,) = archive.capture(find([folder / "a.txt"]), by="tester")
    assert again.already and bucket.names() == sorted(logged)


def test_another_machine_reads_through_checked_copies(made, bucket, folder):
    shutil.rmtree(made / "fetched")
    wanted = first(made)
    with Archive.open(made) as archive:
        path = archive.object_path(wanted)
        assert path.read_bytes() == (folder / "a.txt").read_bytes() and not path.stat().st_mode & 0o222
        asked = len(bucket.asked)
        with archive.open_object(wanted) as file:
            assert file.read() == (folder / "a.txt").read_bytes()
        assert len(bucket.asked) == asked, "a copy that is here is not fetched again"
    assert not list((made / "fetched").glob("*/.part-*"))


def test_what_the_bucket_lost_changed_or_gained_is_found(made, bucket, checked):
    lost, changed, whole = bucket.names()
    key = "raids/{}/{}"
    del bucket.objects[key.format(lost[:2], lost[2:])]
    bucket.objects[key.format(changed[:2], changed[2:])] = b"changed"
    bucket.objects["raids/note.txt"] = b"by somebody else"
    bucket.objects[key.format("ab", "0" * 62)] = b"no such hash"
    report = checked(made)
    assert not report.ok
    assert {(f.kind, f.where.split("/")[-1][:8]) for f in report.findings if f.damage} == {
        ("missing", lost[:8]), ("damaged", changed[:8]), ("damaged", "ab000000"), ("stray", "note.txt"),
    }  # fmt: skip
    shutil.rmtree(made / "fetched")
    with Archive.open(made) as archive:
        assert not archive.object_path(lost).exists()
        with pytest.raises(StoreFailed, match="holds other bytes") as told:
            archive.object_path(changed)
        assert "\n" not in str(told.value)
        assert archive.object_path(whole).is_file()


def test_what_was_cut_short_is_adopted(made, bucket, folder, monkeypatch, checked):
    (folder / "late.txt").write_text("Two people were hurt in Ayn Mithal, residents said.\n")
    with Archive.open(made, write=True) as archive:
        monkeypatch.setattr(archive, "append_within", lambda *_: pytest.fail("as if killed"))
        with pytest.raises(pytest.fail.Exception):
            list(archive.capture(find([folder / "late.txt"]), by="tester"))
        monkeypatch.undo()
        archive._signer = None  # a killed process makes no checkpoint
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "TESTKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not a secret")
    with Archive.open(made, write=True) as archive:
        assert [c.name for c in archive.adopted] == ["late.txt"]
    assert checked(made).ok


def test_erased_bytes_are_gone_from_the_bucket_or_it_is_said_that_they_are_not(made, bucket, checked):
    one, other = (name for name in bucket.names()[:2])
    with Archive.open(made, write=True) as archive:
        seqs = {sha256: [c.seq for c in archive.captures(sha256)] for sha256 in (one, other)}
        removal.erase(archive, [(seq, removal.BYTES) for seq in seqs[one]], reason="a family asked", by="tester")
    assert one not in bucket.names() and not list((made / "fetched").glob(f"*/{one[2:]}"))
    assert checked(made).ok
    bucket.keeps_deleted = True
    with (
        Archive.open(made, write=True) as archive,
        pytest.raises(StoreFailed, match=r"does not go: the bucket's lock or rights keep it"),
    ):
        removal.erase(archive, [(seq, removal.BYTES) for seq in seqs[other]], reason="a court", by="tester")
    assert other in bucket.names()
    bucket.keeps_deleted = False
    Archive.open(made, write=True).close()
    assert other not in bucket.names() and checked(made).ok


def test_nothing_is_kept_where_things_are_overwritten(tmp_path, bucket):
    bucket.heeds_conditions = False
    with pytest.raises(StoreFailed, match="does not heed If-None-Match"):
        Archive.create(tmp_path / "archive", blobs=bucket.where)
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("s3://", "is no address of a bucket"),
        ("s3://user:secret@host/x", "is no address of a bucket"),
        ("s3://bucket/x?key=secret", "is no address of a bucket"),
        ("ftp://host/x", "is no place that is known"),
    ],
)
def test_an_address_that_is_none_is_told(tmp_path, where, told):
    with pytest.raises(StoreFailed, match=told):
        open_store(tmp_path, where)


@pytest.mark.parametrize("wrong", ["key", "bucket", "nobody there", "no right to write"])
def test_a_service_that_cannot_be_used_is_one_line_and_loses_nothing(
    made, bucket, folder, monkeypatch, checked, wrong, capsys
):
    monkeypatch.setattr(place, "RETRIES", {"max_retries": 0})
    before = dict(bucket.objects)
    settings = (made / "dalil.toml").read_text("utf-8")
    if wrong == "key":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    elif wrong == "bucket":
        (made / "dalil.toml").write_text(settings.replace(f"s3://{BUCKET}/", "s3://nothing/"), "utf-8")
    elif wrong == "nobody there":
        (made / "dalil.toml").write_text(settings.replace(bucket.address, "http://127.0.0.1:9"), "utf-8")
    else:
        bucket.refuses = {"PUT"}
    (folder / "new.txt").write_text("Four people were hurt in Wadi Mithal, residents said.\n")
    with pytest.raises(StoreFailed, match="cannot be used") as told, Archive.open(made, write=True) as archive:
        list(archive.capture(find([folder / "new.txt"]), by="tester"))
    assert "\n" not in str(told.value) and "not a secret" not in str(told.value)
    assert bucket.objects == before
    (made / "dalil.toml").write_text(settings, "utf-8")
    bucket.refuses = set()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "TESTKEY")
    assert checked(made).ok


def test_a_file_too_large_for_the_service_is_told(made, bucket, folder, monkeypatch):
    monkeypatch.setattr(place, "LARGEST_BYTES", 20)
    (folder / "large.txt").write_text("Nine people were hurt in Tal Mithal, residents said.\n")
    with Archive.open(made, write=True) as archive, pytest.raises(StoreFailed, match="at most 20 in one piece"):
        list(archive.capture(find([folder / "large.txt"]), by="tester"))


def test_without_its_library_it_says_how_to_get_it(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StoreFailed, match=r'pip install "dalil\[bucket\]"'):
        open_store(made, "s3://b/x").probe()


def test_the_command(tmp_path, bucket, folder):
    path = tmp_path / "archive"
    made = dalil("init", path, "--bucket", bucket.where)
    assert made.returncode == 0, made.stderr
    added = dalil("add", "--archive", path, folder)
    assert added.returncode == 0 and len(bucket.names()) == 3, added.stderr
    checked = dalil("verify", "--archive", path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    shutil.rmtree(path / "fetched")
    shown = dalil("export", "case", tmp_path / "case", "--archive", path)
    assert shown.returncode == 0, shown.stderr
    packed = {p.name for p in (tmp_path / "case").rglob("*") if p.is_file()}
    assert any(name in "".join(packed) for name in bucket.names()), "the case file holds the bytes themselves"
