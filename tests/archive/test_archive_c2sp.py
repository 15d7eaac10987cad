"""Another implementation of C2SP's notes reads our checkpoints, co-signatures and proofs: aics-tlog, where installed.

It needs Python 3.12 and is young, so it is no part of the test requirements: docs/custody.md tells how it was tried.
"""

import base64

import pytest

from dalil.archive import Archive, merkle, witness
from dalil.archive.checkpoints import read
from dalil.archive.custody import leaf_hashes
from dalil.archive.notes import NoteKey, Signer

tlog = pytest.importorskip("aics_tlog", reason="aics-tlog is not installed (pip install aics-tlog, Python 3.12)")


def test_checkpoints_verify(archive):
    key = tlog.parse_vkey((archive / "keys" / "log.vkey").read_text("utf-8").strip())
    for file in sorted((archive / "checkpoints").glob("*.note")):
        note = file.read_text("utf-8")
        result = tlog.verify_checkpoint(tlog.parse_note(note), key)
        ours = read(file)
        assert result.log_ok and (result.origin, result.size, result.root.hex()) == (ours.origin, ours.size, ours.root)
        other = tlog.parse_vkey(Signer.generate(ours.origin).key.vkey)
        assert not tlog.verify_checkpoint(tlog.parse_note(note), other).log_ok


def test_consistency_proofs_verify(archive):
    files = sorted((archive / "checkpoints").glob("*.note"))
    old, new = read(files[0]), read(files[-1])
    with Archive.open(archive) as opened, opened.reading() as connection:
        proof = merkle.consistency_proof(list(leaf_hashes(connection, 0, new.size)), old.size)
    roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
    assert tlog.verify_consistency(old.size, new.size, *roots, list(proof))
    assert not tlog.verify_consistency(old.size, new.size, roots[1], roots[0], list(proof))


def test_a_witness_s_signature_verifies(archive, tmp_path):
    with Archive.open(archive, write=True) as opened:
        request = witness.request(opened, 0)
        checkpoint = opened.checkpoint()
    log_key = NoteKey.parse((archive / "keys" / "log.vkey").read_text("utf-8"))
    signer = Signer.generate("example.org/w")
    line = witness.cosign(request, signer, [log_key], tmp_path / "state")
    blob = base64.b64decode(line.split(" ")[2])[4:]  # without the key's id
    said = (checkpoint.origin, checkpoint.size, bytes.fromhex(checkpoint.root))
    assert tlog.verify_cosignature(blob, "example.org/w", signer.key.public, *said)
    assert not tlog.verify_cosignature(blob, "example.org/w", signer.key.public, said[0], said[1] + 1, said[2])
