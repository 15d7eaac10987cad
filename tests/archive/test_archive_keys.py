"""The signing key is changed, kept encrypted and recovered; a witness signs for one history only."""

import shutil
import subprocess

import pytest
from pyrage import x25519

from dalil.archive import Archive, keys, removal, witness
from dalil.archive.checkpoints import read
from dalil.archive.notes import NoteKey, Signer
from dalil.errors import CustodyBroken, DalilError


def judge(path, subject="x"):
    with Archive.open(path, write=True) as opened:
        opened.append("judge", {"subject": subject, "by": "tester"})


def newest(path):
    return read(sorted((path / "checkpoints").glob("*.note"))[-1])


def clean(report):
    return report.ok and not report.findings


# ---------------------------------------------------------------- changing the key


def test_a_changed_key_signs_and_what_the_old_one_signed_still_holds(archive, checked):
    old = (archive / "keys" / "log.pub").read_bytes()
    with Archive.open(archive, write=True) as opened:
        entry = opened.change_key(by="tester")
        assert entry.act == "key" and "previous_signature" in entry.disclosed
    assert (archive / "keys" / "log.pub").read_bytes() != old
    judge(archive)
    report = checked(archive)
    assert clean(report) and report.checkpoints == 5
    for _ in range(2):
        with Archive.open(archive, write=True) as opened:
            opened.change_key(by="tester")
    assert clean(checked(archive))
    with Archive.open(archive) as opened:
        assert len(keys.history(opened)) == 4


def test_the_old_key_signs_no_more(archive, checked):
    pem = (archive / "keys" / "log.pem").read_bytes()
    with Archive.open(archive, write=True) as opened:
        opened.change_key(by="tester")
    (archive / "keys" / "log.pem").write_bytes(pem)
    with pytest.raises(CustodyBroken, match="no signature of"):
        Archive.open(archive, write=True)


@pytest.mark.parametrize("step", ["append", "_install", "checkpoint"])
@pytest.mark.parametrize("sealed", [False, True], ids=["in the clear", "encrypted"])
def test_a_change_that_a_crash_cut_short(archive, checked, monkeypatch, step, sealed):
    if sealed:
        with Archive.open(archive, write=True) as opened:
            keys.seal(opened, [keys.own_recipient()])
    opened = Archive.open(archive, write=True)
    with monkeypatch.context() as patch:
        patch.setattr(keys if step == "_install" else opened, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            opened.change_key(by="tester")
    opened._let_go()
    judge(archive)
    assert clean(checked(archive))
    assert not list((archive / "keys").glob("next*"))
    with Archive.open(archive) as reader:
        assert len(keys.history(reader)) == (1 if step == "append" else 2)


def test_a_key_line_that_the_old_key_did_not_sign_is_found(archive, checked):
    origin = newest(archive).origin
    with Archive.open(archive, write=True) as opened:
        thief = Signer.generate(origin)
        keys.rotate(opened, thief, opened.size, by="thief", tool="x")
        opened._let_go()
    assert any(f.kind == "key" and "not signed" in f.what for f in checked(archive).findings if f.damage)


# ---------------------------------------------------------------- at rest


def test_an_encrypted_key_signs_for_those_who_may(archive, checked, monkeypatch, tmp_path):
    pem = (archive / "keys" / "log.pem").read_bytes()
    recovery = x25519.Identity.generate()
    with Archive.open(archive, write=True) as opened:
        keys.seal(opened, [keys.own_recipient(), str(recovery.to_public())])
    assert not (archive / "keys" / "log.pem").exists()
    secret = pem.splitlines()[1]
    assert all(secret not in p.read_bytes() for p in (archive / "keys").iterdir())
    judge(archive)
    with Archive.open(archive, write=True) as opened:
        opened.change_key(by="tester")
    judge(archive)
    assert clean(checked(archive))
    (tmp_path / "recovery.txt").write_text(f"# made offline\n{recovery}\n")
    monkeypatch.setenv("DALIL_IDENTITY", str(tmp_path / "recovery.txt"))
    judge(archive)
    (tmp_path / "stranger.txt").write_text(str(x25519.Identity.generate()))
    monkeypatch.setenv("DALIL_IDENTITY", str(tmp_path / "stranger.txt"))
    with pytest.raises(DalilError, match="cannot be decrypted"):
        judge(archive)
    monkeypatch.setenv("DALIL_IDENTITY", str(tmp_path / "none.txt"))
    with pytest.raises(DalilError, match="no age identity"):
        judge(archive)
    assert clean(checked(archive)), "reading needs no key"


def test_a_recipient_that_is_none_leaves_the_key_as_it_was(archive, checked):
    with Archive.open(archive, write=True) as opened, pytest.raises(DalilError, match="not an age recipient"):
        keys.seal(opened, [keys.own_recipient(), "age1nonsense"])
    judge(archive)
    assert clean(checked(archive))


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_age_itself_decrypts_the_key(archive, tmp_path):
    with Archive.open(archive, write=True) as opened:
        keys.seal(opened, [keys.own_recipient()])
    command = ["age", "--decrypt", "-i", keys.identity_file(), archive / "keys" / keys.SEALED]
    assert b"PRIVATE KEY" in subprocess.run(command, capture_output=True, check=True).stdout


# ---------------------------------------------------------------- a witness


@pytest.fixture
def ask(archive, tmp_path):
    """A witness's answer to the archive at a path, with the witness's state kept in between."""
    signer, state = Signer.generate("example.org/witness"), tmp_path / "state.note"

    def run(path, since):
        with Archive.open(path, write=True) as opened:
            text = witness.request(opened, since)
        log_keys = [NoteKey.parse((path / "keys" / "log.vkey").read_text("utf-8"))]
        line = witness.cosign(text, signer, log_keys, state, now=1_700_000_000)
        assert witness.cosigned(newest(path), line, signer.key) == 1_700_000_000
        return line

    run.key = signer.key
    return run


def test_a_witness_signs_what_continues(archive, ask):
    ask(archive, 0)
    for n in range(5):
        before = newest(archive).size
        for subject in range(n + 1):
            judge(archive, str(subject))
        ask(archive, before)
    ask(archive, newest(archive).size)


def test_a_witness_refuses_another_history(archive, ask, tmp_path):
    shutil.copytree(archive, tmp_path / "fork")
    judge(archive)
    ask(archive, 0)
    seen = newest(archive).size
    judge(tmp_path / "fork", "another subject")
    judge(tmp_path / "fork", "and more")
    with pytest.raises(CustodyBroken, match="does not continue"):
        ask(tmp_path / "fork", seen)
    with pytest.raises(DalilError, match=r"signed .* lines last"):
        ask(archive, 0)


def test_a_witness_refuses_what_is_no_request(archive, ask, tmp_path):
    with Archive.open(archive, write=True) as opened:
        text = witness.request(opened, 3)
    key = [NoteKey.parse((archive / "keys" / "log.vkey").read_text("utf-8"))]
    other = Signer.generate("x")
    for bad in ("", "old 3", text.replace("old 3", "old -3"), text.replace("old 3", "old three"),
                text.replace("\n\n", "\n!\n\n", 1), text[:-20]):  # fmt: skip
        with pytest.raises(CustodyBroken):
            witness.cosign(bad, other, key, tmp_path / "none.note")
    with pytest.raises(CustodyBroken, match="no signature of"):
        witness.cosign(text, other, [other.key], tmp_path / "none.note")
    assert not (tmp_path / "none.note").exists()


def test_a_cosignature_is_over_one_checkpoint_by_one_witness(archive, ask):
    line = ask(archive, 0)
    old = newest(archive)
    judge(archive)
    for checkpoint, key in ((newest(archive), ask.key), (old, Signer.generate("example.org/witness").key)):
        with pytest.raises(CustodyBroken):
            witness.cosigned(checkpoint, line, key)
    with pytest.raises(CustodyBroken):
        witness.cosigned(old, "— x", ask.key)


def test_commands(archive, tmp_path, capsys, checked):
    from dalil.__main__ import main

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        return ended.value.code, capsys.readouterr().out

    where = ("--archive", archive)
    (tmp_path / "request.txt").write_text(run("checkpoint", "--since", "0", *where)[1], "utf-8")
    options = ("--log", (archive / "keys" / "log.vkey").read_text("utf-8"), "--key", tmp_path / "w.pem",
               "--name", "example.org/w", "--state", tmp_path / "state.note")  # fmt: skip
    code, line = run("witness", tmp_path / "request.txt", *options)
    assert code == 0
    key = NoteKey.parse((tmp_path / "w.vkey").read_text("utf-8"))
    assert witness.cosigned(newest(archive), line, key) > 1_700_000_000
    assert run("key", "rotate", *where)[0] == 0
    assert run("key", "encrypt", *where, "--recovery", x25519.Identity.generate().to_public())[0] == 0
    with Archive.open(archive, write=True) as opened:
        removal.erase(opened, [(1, "source")], reason="asked", by="tester")
    assert clean(checked(archive))
