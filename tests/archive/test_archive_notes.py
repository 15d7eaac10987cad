"""Checkpoints are C2SP signed notes that other tools accept."""

import base64
import shutil
import subprocess

import pytest

from dalil.archive.notes import NoteKey, Signer, check_signed, checkpoint_text, parse_checkpoint
from dalil.errors import CustodyBroken

# The example of Go's golang.org/x/mod/sumdb/note, from which C2SP's format comes.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
SIGNER = Signer.generate("example.org/log")
CHECKPOINT = SIGNER.sign_note(checkpoint_text("example.org/log", 5, bytes(range(32))))


def test_a_note_signed_by_others_is_accepted():
    key = NoteKey.parse(VKEY)
    assert key.vkey == VKEY
    check_signed(NOTE, [key])


def test_a_changed_note_is_not():
    for changed in (NOTE.replace("example message", "exemple message"), NOTE.replace("Uw2QOkn8", "Uw2QOkn9")):
        with pytest.raises(CustodyBroken, match="signature"):
            check_signed(changed, [NoteKey.parse(VKEY)])


def test_another_key_does_not_vouch():
    with pytest.raises(CustodyBroken, match="no signature of"):
        check_signed(CHECKPOINT, [Signer.generate("example.org/log").key])


def test_unknown_signatures_are_ignored_and_a_bad_known_one_is_not():
    witness = Signer.generate("example.net/witness")
    text = CHECKPOINT.split("\n\n")[0] + "\n"
    both = CHECKPOINT + witness.sign_note(text).split("\n\n")[1]
    check_signed(both, [SIGNER.key])
    check_signed(both, [SIGNER.key, witness.key])
    forged = CHECKPOINT + witness.sign_note("other\n").split("\n\n")[1]
    check_signed(forged, [SIGNER.key])
    with pytest.raises(CustodyBroken, match="witness is wrong"):
        check_signed(forged, [SIGNER.key, witness.key])


def test_a_checkpoint_reads_back():
    checkpoint = parse_checkpoint(CHECKPOINT)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == ("example.org/log", 5, bytes(range(32)).hex())


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no note",
        NOTE,
        CHECKPOINT.rstrip("\n"),
        CHECKPOINT.replace("\n5\n", "\n05\n"),
        CHECKPOINT.replace("\n5\n", "\n-5\n"),
        CHECKPOINT.replace("AAECAw", "AAEC"),
        CHECKPOINT.replace("\n5\n", "\n5\r\n"),
        CHECKPOINT.replace("— ", "- "),
        CHECKPOINT.replace("\n\n", "\nextension\n\n"),
        CHECKPOINT + "— x y\n",
        CHECKPOINT + "x" * 300_000 + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(bad):
    with pytest.raises(CustodyBroken):
        parse_checkpoint(bad)


@pytest.mark.parametrize(
    "bad", ["", "x", "a+b+c", VKEY.replace("530d", "530e"), VKEY[:-4], VKEY.replace("/foo", " foo")]
)
def test_what_is_no_key_is_refused(bad):
    with pytest.raises(CustodyBroken, match="not an Ed25519 note key"):
        NoteKey.parse(bad)


def test_openssl_agrees(archive, tmp_path):
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed")
    note = sorted((archive / "checkpoints").glob("*.note"))[-1].read_text("utf-8")
    text, _, signatures = note.rpartition("\n\n")
    (tmp_path / "text").write_text(text + "\n", "utf-8")
    (tmp_path / "signature").write_bytes(base64.b64decode(signatures.split(" ")[2])[4:])
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", archive / "keys" / "log.pub", "-rawin"]
    done = subprocess.run(
        [*command, "-in", tmp_path / "text", "-sigfile", tmp_path / "signature"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Verified Successfully" in done.stdout


def test_a_key_file_that_is_no_key_is_refused(tmp_path):
    (tmp_path / "log.pem").write_text("not a key")
    with pytest.raises(CustodyBroken, match="cannot be read"):
        Signer.load("x", tmp_path / "log.pem")
    with pytest.raises(CustodyBroken, match="cannot be read"):
        Signer.load("x", tmp_path / "none.pem")
