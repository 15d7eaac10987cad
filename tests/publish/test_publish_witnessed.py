"""Co-signatures of witnesses and OpenTimestamps proofs in a case file: carried, checked as far as verify.py can, and
found when dropped, moved or altered."""

import base64
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from case_files import export, rehash, run

from dalil.archive import Archive, ots, witness
from dalil.archive.notes import NoteKey, Signer

pytest.importorskip("opentimestamps")
PAGE = Path(__file__).parents[2] / "docs" / "case-file.md"
WITNESS = Signer.generate("example.org/w")
STRANGER = Signer.generate("example.org/s")


def proof_over(note: bytes):
    """What a calendar that promises a block gives."""
    from opentimestamps.core.notary import PendingAttestation
    from opentimestamps.core.op import OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

    made = DetachedTimestampFile(OpSHA256(), Timestamp(sha256(note).digest()))
    made.timestamp.attestations.add(PendingAttestation("https://calendar.example.org"))
    return made


@pytest.fixture(scope="module")
def vouched(made, tmp_path_factory):
    """(case file, public key, the witness's vkey): one checkpoint is co-signed, a later one has a proof too."""
    top = tmp_path_factory.mktemp("vouched")
    archive = top / "archive"
    shutil.copytree(made, archive)
    log_key = NoteKey.parse((archive / "keys" / "log.vkey").read_text("utf-8"))
    with Archive.open(archive, write=True) as opened:
        line = witness.cosign(witness.request(opened, 0), WITNESS, [log_key], top / "state.note")
        witness.take_in(opened, line, WITNESS.key, by="the tester")
        later = opened.checkpoint()
        ots._keep(opened, later, proof_over(later.note.encode()), "the tester", ["https://calendar.example.org"])
    export(archive, top / "case")
    (top / "witness.vkey").write_text(WITNESS.key.vkey + "\n", "utf-8")
    (top / "stranger.vkey").write_text(STRANGER.key.vkey + "\n", "utf-8")
    return top / "case", archive / "keys" / "log.pub", top / "witness.vkey"


def test_they_are_there_and_told_for_what_they_are(vouched):
    folder, key, vkey = vouched
    done = run(folder, key)
    assert done.returncode == 0 and "are co-signed by 'example.org/w': give --witness" in done.stdout
    assert "have an OpenTimestamps proof, unchecked" in done.stdout
    done = run(folder, key, "--witness", vkey)
    assert done.returncode == 0 and "are co-signed by 'example.org/w'\n" in done.stdout


def test_a_witness_that_did_not_sign_is_missed(vouched):
    done = run(vouched[0], vouched[1], "--witness", vouched[2].with_name("stranger.vkey"))
    assert done.returncode == 1 and "did not co-sign" in done.stdout


def test_another_key_under_the_same_name_is_refused(vouched, tmp_path):
    other = Signer.generate("example.org/w")
    (tmp_path / "other.vkey").write_text(other.key.vkey + "\n", "utf-8")
    done = run(vouched[0], vouched[1], "--witness", tmp_path / "other.vkey")
    assert done.returncode == 1 and "not by the" in done.stdout


def test_openssl_alone_checks_a_cosignature(vouched, tmp_path):
    """The commands of docs/case-file.md."""
    (line,) = (vouched[0] / "custody/stamps").glob("*.cosig")
    note = vouched[0] / "custody/checkpoints" / f"{line.name[:64]}.note"
    data = base64.b64decode(line.read_text("utf-8").split(" ")[2])
    seconds = int.from_bytes(data[4:12], "big")
    (tmp_path / "NOTE").write_bytes(note.read_bytes())
    (tmp_path / "LINE.cosig").write_bytes(line.read_bytes())
    (tmp_path / "w.pub").write_bytes(WITNESS.key.public_pem())
    commands = PAGE.read_text("utf-8").split("for a co-signature over NOTE")[1].split("\n\n")[1]
    assert commands.count("\n") == 2 and "pkeyutl" in commands
    script = "set -e\n" + commands.replace("SECONDS", str(seconds))
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True, capture_output=True)
    script = "set -e\n" + commands.replace("SECONDS", str(seconds + 1))
    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, check=False, capture_output=True).returncode


def file(folder, ending):
    return next((folder / "custody/stamps").glob(f"*.{ending}"))


def altered(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def swapped(folder):
    """Both names are of the other's checkpoint."""
    one, two = file(folder, "cosig"), file(folder, "ots")
    one.rename(one.with_name(f"{two.name[:64]}-7.cosig"))
    two.rename(two.with_name(f"{one.name[:64]}-8.ots"))


def by_a_stranger(folder):
    path = file(folder, "cosig")
    data = base64.b64decode(path.read_text("utf-8").split(" ")[2])
    path.write_text(f"\N{EM DASH} example.org/s {base64.b64encode(data).decode()}\n", "utf-8")


FOUND_WITHOUT_KEYS = {
    "co-signature dropped": lambda f: file(f, "cosig").unlink(),
    "co-signature altered": lambda f: altered(file(f, "cosig"), -9),
    "co-signature emptied": lambda f: file(f, "cosig").write_bytes(b""),
    "co-signature renamed to a stranger's": by_a_stranger,
    "proof dropped": lambda f: file(f, "ots").unlink(),
    "proof altered": lambda f: altered(file(f, "ots"), -1),
    "moved between checkpoints": swapped,
    "of an unknown kind": lambda f: file(f, "ots").rename(file(f, "ots").with_suffix(".otz")),
    "a co-signature of no checkpoint": lambda f: shutil.copy(
        file(f, "cosig"), f / "custody/stamps" / f"{'0' * 64}-9.cosig"
    ),
    "a proof over something else": lambda f: (f / "custody/stamps" / f"{file(f, 'cosig').name[:64]}-9.ots").write_bytes(
        file(f, "ots").read_bytes()
    ),
    "co-signed checkpoint dropped": lambda f: (
        f / "custody/checkpoints" / f"{file(f, 'cosig').name[:64]}.note"
    ).unlink(),
}


@pytest.mark.parametrize("name", FOUND_WITHOUT_KEYS)
def test_found_though_every_hash_matches(vouched, tmp_path, name):
    shutil.copytree(vouched[0], tmp_path / "case")
    FOUND_WITHOUT_KEYS[name](tmp_path / "case")
    rehash(tmp_path / "case")
    assert run(tmp_path / "case", vouched[1], "--witness", vouched[2]).returncode == 1


def test_an_added_false_cosignature_is_found_with_the_key(vouched, tmp_path):
    """It is no line's, so only the witness's key can tell."""
    shutil.copytree(vouched[0], tmp_path / "case")
    good = file(tmp_path / "case", "cosig")
    data = bytearray(base64.b64decode(good.read_text("utf-8").split(" ")[2]))
    data[11] ^= 1  # another second
    line = f"\N{EM DASH} example.org/w {base64.b64encode(bytes(data)).decode()}\n"
    good.with_name(f"{good.name[:64]}-9.cosig").write_text(line, "utf-8")
    rehash(tmp_path / "case")
    assert run(tmp_path / "case", vouched[1], "--witness", vouched[2]).returncode == 1
    told = run(tmp_path / "case", vouched[1])
    assert told.returncode == 0 and told.stdout.count("give --witness") == 2
