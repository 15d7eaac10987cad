"""What a witness answers is taken in, checked by verify, and found when dropped, altered or of somebody else."""

import json

import pytest

import the_command
from dalil.archive import Archive, witness
from dalil.archive.notes import NoteKey, Signer
from dalil.errors import CustodyBroken


@pytest.fixture
def signed(archive, tmp_path):
    """(archive, the witness's line, its key), made by the commands as two organisations run them."""

    def dalil(*arguments):
        done = the_command.dalil(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    (tmp_path / "request.txt").write_text(dalil("checkpoint", "--archive", archive, "--since", 0), "utf-8")
    log_key = (archive / "keys" / "log.vkey").read_text("utf-8").strip()
    line = dalil("witness", tmp_path / "request.txt", "--log", log_key, "--key", tmp_path / "w.pem",
                 "--name", "example.org/w", "--state", tmp_path / "state.note")  # fmt: skip
    (tmp_path / "answer.txt").write_text(line, "utf-8")
    vkey = (tmp_path / "w.vkey").read_text("utf-8").strip()
    said = dalil("checkpoint", "--archive", archive, "--cosigned", tmp_path / "answer.txt", "--witness", vkey)
    assert "example.org/w signed" in said
    return archive, line, NoteKey.parse(vkey)


def kinds(report):
    return [(f.kind, f.damage) for f in report.findings]


def test_it_verifies_and_says_whom_it_does_not_know(signed, checked):
    archive, _, key = signed
    assert kinds(checked(archive)) == [("witness", False)]
    (archive / witness.WITNESSES).write_text(f"# got by telephone\n{key.vkey}\n", "utf-8")
    assert kinds(checked(archive)) == []


def file_of(archive):
    return next((archive / "checkpoints").glob("*.cosig"))


@pytest.mark.parametrize(
    "change",
    [
        lambda archive: file_of(archive).unlink(),
        lambda archive: file_of(archive).write_bytes(b""),
        lambda archive: file_of(archive).write_bytes(b"\xff\xfe"),
        lambda archive: file_of(archive).write_text(
            file_of(archive).read_text("utf-8").replace("example", "exemple"), "utf-8"
        ),
        lambda archive: (archive / witness.WITNESSES).write_text("not a key\n", "utf-8"),
    ],
    ids=["dropped", "emptied", "no text", "another name", "torn list of witnesses"],
)
def test_what_is_wrong_is_found(signed, checked, change):
    archive, _, _ = signed
    change(archive)
    assert ("witness", True) in kinds(checked(archive))


def test_a_line_that_is_forged_or_of_another_log_is_refused(signed, tmp_path):
    archive, line, key = signed
    with Archive.create(tmp_path / "other", by="tester") as other, pytest.raises(CustodyBroken, match="over any"):
        witness.take_in(other, line, key, by="tester")
    somebody = Signer.generate("example.org/w")
    with Archive.open(archive, write=True) as opened:
        before = opened.size
        for wrong, by in ((line, somebody.key), ("x", key), (line.replace("A", "B"), key), ("x" * 9999, key)):
            with pytest.raises(CustodyBroken):
                witness.take_in(opened, wrong, by, by="tester")
        assert opened.size == before


def test_one_that_no_line_names_is_told(signed, checked):
    archive, _, key = signed
    file = file_of(archive)
    (archive / witness.WITNESSES).write_text(key.vkey, "utf-8")
    file.with_name(file.name[:13] + "0" * 64 + ".cosig").write_bytes(b"x")
    assert kinds(checked(archive)) == [("witness", False)]


def test_the_line_is_no_time_stamp(signed):
    archive, _, _ = signed
    (row,) = the_command.dalil("log", "--archive", archive, "--act", "stamp", "--json").stdout.splitlines()
    disclosed = json.loads(row)["disclosed"]
    assert disclosed["authority"] == "example.org/w" and "reply" not in disclosed
