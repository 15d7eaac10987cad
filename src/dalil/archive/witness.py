"""A second organisation co-signs a checkpoint, once it has seen that the log continues the one that it signed before.

What is passed is C2SP tlog-witness's request ("old <size>", the consistency proof, a blank line, the checkpoint), and
what comes back is a C2SP tlog-cosignature/v1 line. A witness signs for one history of a log only: it keeps the last
checkpoint that it signed, and that is all it keeps.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dalil.archive import checkpoints, custody, merkle
from dalil.archive.blobs.local import remove, write_file
from dalil.archive.findings import Finding, damaged, noted
from dalil.archive.notes import NoteKey, Signer, check_signed, parse_checkpoint
from dalil.errors import CustodyBroken, DalilError
from dalil.records import Checkpoint, LogEntry

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

COSIGNATURE = b"\x04"
MAX_PROOF = 63
SUFFIX = ".cosig"
WITNESSES = "witnesses.txt"  # in the archive: the vkeys, one a line, of witnesses that its people trust
MAX_LINE_CHARS = 2000


def request(archive: Archive, old_size: int) -> str:
    """What a witness is asked with, if the checkpoint that it signed last covered `old_size` lines (0: none)."""
    newest = archive.checkpoint()
    if newest is None or not 0 <= old_size <= newest.size:
        raise DalilError(f"there is no checkpoint over more than {old_size} lines. Name the size of an earlier one")
    with archive.reading() as connection:
        leaves = list(custody.leaf_hashes(connection, 0, newest.size))
    proof = merkle.consistency_proof(leaves, old_size) if old_size else ()
    rows = "".join(base64.b64encode(node).decode() + "\n" for node in proof)
    return f"old {old_size}\n{rows}\n{newest.note}"


def cosign(text: str, signer: Signer, keys: Sequence[NoteKey], state: Path, *, now: int | None = None) -> str:
    """The witness's signature line; CustodyBroken if the log does not continue the checkpoint that it signed before.

    `state` is the file that holds that checkpoint; it is replaced before the signature is given away.
    """
    old_size, proof, checkpoint = _parse(text)
    check_signed(checkpoint.note, keys)
    before = checkpoints.read(state) if state.exists() else None
    _check_continues(before, old_size, proof, checkpoint)
    remove(state.with_name(state.name + ".new"))
    write_file(state.with_name(state.name + ".new"), checkpoint.note.encode())
    state.with_name(state.name + ".new").replace(state)
    stamp = int(time.time()) if now is None else now
    signature = signer.sign(_message(checkpoint, stamp))
    data = key_id(signer.key) + stamp.to_bytes(8, "big") + signature
    return f"\N{EM DASH} {signer.key.name} {base64.b64encode(data).decode()}\n"


def cosigned(checkpoint: Checkpoint, line: str, key: NoteKey) -> int:
    """The Unix time at which the witness with that key signed the checkpoint; CustodyBroken if it did not."""
    try:
        dash, name, encoded = line.strip().split(" ")
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise CustodyBroken("not a signature line") from None
    stamp = int.from_bytes(data[4:12], "big")
    good = (dash, name, data[:4], len(data)) == ("\N{EM DASH}", key.name, key_id(key), 76)
    if not good or not key.verifies(data[12:], _message(checkpoint, stamp)):
        raise CustodyBroken(f"not a co-signature of {key.name} over this checkpoint")
    return stamp


def take_in(archive: Archive, line: str, key: NoteKey, *, by: str) -> LogEntry:
    """The witness's line over one of this archive's checkpoints stands beside it and is logged; CustodyBroken if it is
    over none of them."""
    text = line.strip() + "\n"
    if len(text) > MAX_LINE_CHARS:
        raise CustodyBroken("not a signature line")
    for file in reversed(archive.checkpoints.files()):
        checkpoint = checkpoints.read(file)
        try:
            at = cosigned(checkpoint, text, key)
        except CustodyBroken:
            continue
        digest = sha256(text.encode()).hexdigest()
        checkpoints.keep_beside(path(archive, checkpoint.size, digest), text.encode())
        values = {
            "size": checkpoint.size, "note": checkpoints.note_sha256(checkpoint), "authority": key.name,
            "status": "granted", "witness": key.vkey, "cosignature": digest, "signed": at, "by": by,
        }  # fmt: skip
        return archive.append("stamp", values)
    raise CustodyBroken(f"the line is no co-signature of {key.name} over any checkpoint of this archive")


def path(archive: Archive, size: int, digest: str) -> Path:
    """Where the signature line of that hash stands or would."""
    return archive.checkpoints.folder / f"{size:012d}.{digest}{SUFFIX}"


def trusted(archive: Archive) -> dict[str, NoteKey]:
    """The witnesses that the archive's people trust, by their line; CustodyBroken if the file holds something else."""
    try:
        text = (archive.path / WITNESSES).read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CustodyBroken(f"{WITNESSES} cannot be read ({error})") from None
    rows = (row.strip() for row in text.splitlines())
    return {key.vkey: key for row in rows if row and not row.startswith("#") for key in [NoteKey.parse(row)]}


def check(archive: Archive, named: Iterable[tuple[int, Mapping[str, object]]]) -> Iterator[Finding]:
    """What is wrong with the co-signatures that these lines of the log name, and with those that no line names."""
    try:
        known = trusted(archive)
    except CustodyBroken as error:
        yield damaged("witness", WITNESSES, str(error), "Correct it: one vkey a line")
        known = {}
    files = set()
    for seq, fields in named:
        size, digest, vkey = fields.get("size"), fields.get("cosignature"), str(fields.get("witness"))
        if not isinstance(size, int) or not isinstance(digest, str):
            continue
        file = path(archive, size, digest)
        files.add(file)
        try:
            data = file.read_bytes()
            if sha256(data).hexdigest() != digest:
                raise CustodyBroken(f"expected sha256 {digest}, found {sha256(data).hexdigest()}")
            cosigned(checkpoints.read(archive.checkpoints.path(size)), data.decode(), NoteKey.parse(vkey))
        except (OSError, UnicodeDecodeError, CustodyBroken) as error:
            what = f"the co-signature that line {seq} names: {error}"
            yield damaged("witness", file.name, what, "Restore it from a copy, or ask the witness again")
            continue
        if vkey not in known:
            what = f"{fields.get('authority')} is not among the witnesses that this archive trusts"
            yield noted(
                "witness", file.name, what, f"If you know its key from the witness itself, add it to {WITNESSES}"
            )
    for file in sorted(archive.checkpoints.folder.glob(f"*{SUFFIX}")):
        if file not in files:
            what = "a co-signature that no line of the log names: a command was cut short"
            yield noted("witness", file.name, what, "Run dalil checkpoint --cosigned again")


def key_id(key: NoteKey) -> bytes:
    """The first four bytes of SHA-256(name, newline, 0x04, public key): c2sp.org/tlog-cosignature."""
    return sha256(key.name.encode() + b"\n" + COSIGNATURE + key.public).digest()[:4]


def _message(checkpoint: Checkpoint, stamp: int) -> bytes:
    body = checkpoint.note.rpartition("\n\n")[0] + "\n"
    return f"cosignature/v1\ntime {stamp}\n{body}".encode()


def _parse(text: str) -> tuple[int, list[bytes], Checkpoint]:
    head, blank, note = text.partition("\n\n")
    first, *rows = head.split("\n")
    size = first.removeprefix("old ")
    if (
        not blank
        or first == size
        or not size.isascii()
        or not size.isdigit()
        or len(size) > 15
        or len(rows) > MAX_PROOF
    ):
        raise CustodyBroken('not a request to a witness: expected "old" and a size, a proof, an empty line, a note')
    try:
        proof = [base64.b64decode(row, validate=True) for row in rows]
    except binascii.Error:
        raise CustodyBroken("not a request to a witness: its proof is not base64") from None
    return int(size), proof, parse_checkpoint(note)


def _check_continues(before: Checkpoint | None, old_size: int, proof: list[bytes], new: Checkpoint) -> None:
    signed_size = before.size if before else 0
    if before and before.origin != new.origin:
        raise DalilError(f"the state is of another log: {before.origin}. Keep one state file a log")
    if old_size != signed_size:
        raise DalilError(
            f"this witness signed {signed_size} lines last. Ask with: dalil checkpoint --since {signed_size}"
        )
    if before is None:
        return
    old_root, new_root = bytes.fromhex(before.root), bytes.fromhex(new.root)
    if not merkle.consistent(before.size, old_root, new.size, new_root, proof):
        raise CustodyBroken(
            f"the log does not continue the checkpoint over {before.size} lines that was signed before: it was rolled "
            "back, altered or forked. Keep both checkpoints: together they are the proof"
        )
