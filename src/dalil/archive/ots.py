"""OpenTimestamps over checkpoints, for those who have the extra "ots": a proof that leads to a block of Bitcoin.

A proof is believed as far as it goes, and no further:
- pending: a calendar has promised to put the digest into a block. That is a stranger's word and nothing else.
- attested: the proof names a block. It shows nothing until that block's header is held against it.
- confirmed: it leads to the Merkle root of a block whose header stands in bitcoin-headers.txt, which a person put there
  from a node that they trust. Then the checkpoint stood by the block's time, give or take two hours.
That a proof is there is never taken for more than "pending".

Calendars see a digest that was blinded with a nonce, so they learn nothing of the checkpoint.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dalil.archive.checkpoints import keep_beside, note_sha256, read
from dalil.archive.findings import Finding, damaged, noted
from dalil.errors import CustodyBroken, DalilError
from dalil.records import Checkpoint, LogEntry

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

SUFFIX = ".ots"
HEADERS = (
    "bitcoin-headers.txt"  # in the archive: "<height> <80 bytes in hex>" a line, from a node that its people trust
)
HEADER_BYTES = 80
NONCE_BYTES = 16
TIMEOUT_S = 20
MAX_PROOF_BYTES = 1 << 20
PENDING, ATTESTED, CONFIRMED = "pending", "attested", "confirmed"


@dataclass(frozen=True, slots=True)
class State:
    """How far a proof goes: `at_utc` is the time of the block, known only if it is confirmed."""

    state: str
    calendars: tuple[str, ...]
    blocks: tuple[int, ...]
    at_utc: datetime | None = None


def installed() -> bool:
    """Whether the extra "ots" is."""
    return importlib.util.find_spec("opentimestamps") is not None


def stamp(archive: Archive, checkpoint: Checkpoint, calendars: Sequence[str], *, by: str) -> tuple[LogEntry, list[str]]:
    """The calendars were asked; the proof stands beside the checkpoint and is logged. Also what failed, a line each.

    DalilError if none of them answered: then nothing was written.
    """
    from opentimestamps.calendar import RemoteCalendar
    from opentimestamps.core.op import OpAppend, OpSHA256
    from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

    proof = DetachedTimestampFile(OpSHA256(), Timestamp(sha256(checkpoint.note.encode()).digest()))
    blinded = proof.timestamp.ops.add(OpAppend(os.urandom(NONCE_BYTES))).ops.add(OpSHA256())
    failed = []
    for calendar in calendars:
        try:
            blinded.merge(RemoteCalendar(calendar).submit(blinded.msg, timeout=TIMEOUT_S))
        except Exception as error:  # noqa: BLE001 - the library raises bare Exception for what it does not expect
            failed.append(f"{calendar}: {error}")
    if len(failed) == len(calendars):
        raise DalilError(f"no calendar answered: {'; '.join(failed)}. Run this again later")
    return _keep(archive, checkpoint, proof, by, calendars), failed


def upgrade(archive: Archive, *, by: str) -> Iterator[tuple[LogEntry, State]]:
    """For each pending proof that its calendars can lead on by now, the longer proof, kept and logged."""
    from opentimestamps.calendar import DEFAULT_CALENDAR_WHITELIST, RemoteCalendar
    from opentimestamps.core.notary import PendingAttestation

    for size, (digest, calendars) in _newest(archive).items():
        checkpoint = read(archive.checkpoints.path(size))
        proof = _parse(path(archive, size, digest).read_bytes(), checkpoint.note.encode())
        before = _serialize(proof)
        for node, attestation in list(_nodes(proof.timestamp)):
            if not isinstance(attestation, PendingAttestation):
                continue
            # Who answered may name any address: only public calendars and those that were asked are called.
            if attestation.uri in calendars or attestation.uri in DEFAULT_CALENDAR_WHITELIST:
                try:
                    node.merge(RemoteCalendar(attestation.uri).get_timestamp(node.msg, timeout=TIMEOUT_S))
                except Exception:  # noqa: BLE001 - not yet there, or not reachable: it stays pending
                    continue
        if _serialize(proof) != before:
            yield _keep(archive, checkpoint, proof, by, calendars), _state(proof, headers(archive))


def path(archive: Archive, size: int, digest: str) -> Path:
    """Where the proof of that hash stands or would."""
    return archive.checkpoints.folder / f"{size:012d}.{digest}{SUFFIX}"


def state(proof: bytes, note: bytes, known: Mapping[int, bytes]) -> State:
    """How far the proof goes from that note; CustodyBroken if it is none, or if a header contradicts it."""
    return _state(_parse(proof, note), known)


def headers(archive: Archive) -> dict[int, bytes]:
    """The block headers that the archive's people trust, by height; CustodyBroken if the file holds something else."""
    try:
        rows = (archive.path / HEADERS).read_text("ascii").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise CustodyBroken(f"{HEADERS} cannot be read ({error})") from None
    found = {}
    for row in rows:
        if row.strip() and not row.startswith("#"):
            height, _, text = row.strip().partition(" ")
            try:
                header = bytes.fromhex(text)
            except ValueError:
                header = b""
            if not height.isdigit() or len(header) != HEADER_BYTES:
                raise CustodyBroken(f'{HEADERS}: expected a height and 80 bytes in hex, found "{row[:60]}"')
            found[int(height)] = header
    return found


def check(archive: Archive, named: Iterable[tuple[int, Mapping[str, object]]]) -> Iterator[Finding]:
    """What is wrong with the proofs that these lines of the log name, and how far the newest of each goes."""
    try:
        known = headers(archive)
    except CustodyBroken as error:
        yield damaged("stamp", HEADERS, str(error), "Correct it")
        known = {}
    newest: dict[int, tuple[str, State]] = {}
    for seq, fields in named:
        size, digest = fields.get("size"), fields.get("proof")
        if not isinstance(size, int) or not isinstance(digest, str):
            continue
        file = path(archive, size, digest)
        try:
            data = file.read_bytes()
            if sha256(data).hexdigest() != digest:
                raise CustodyBroken(f"expected sha256 {digest}, found {sha256(data).hexdigest()}")
            if installed():
                note = archive.checkpoints.path(size).read_bytes()
                newest[size] = file.name, state(data, note, known)
        except (OSError, CustodyBroken) as error:
            what = f"the OpenTimestamps proof that line {seq} names: {error}"
            yield damaged("stamp", file.name, what, "Restore it from a copy")
            continue
        if not installed():
            what = "an OpenTimestamps proof, not looked into"
            yield noted("stamp", file.name, what, 'pip install "dalil[ots]"')
    for name, found in newest.values():
        if found.state == PENDING:
            what = "pending: a calendar has promised a block of Bitcoin; nothing is proven yet"
            yield noted("stamp", name, what, "Run dalil stamp --upgrade in some hours")
        elif found.state == ATTESTED:
            what = f"attested: names block {', '.join(map(str, found.blocks))} of Bitcoin, which was not looked at"
            yield noted("stamp", name, what, f"Put that block's header, from a node that you trust, into {HEADERS}")


# ---------------------------------------------------------------- proofs


def _keep(archive: Archive, checkpoint: Checkpoint, proof: Any, by: str, calendars: Sequence[str]) -> LogEntry:
    data = _serialize(proof)
    digest, found = sha256(data).hexdigest(), _state(proof, {})
    keep_beside(path(archive, checkpoint.size, digest), data)
    values = {"size": checkpoint.size, "note": note_sha256(checkpoint), "authority": "OpenTimestamps",
              "status": found.state, "proof": digest, "calendars": list(calendars), "by": by}  # fmt: skip
    return archive.append("stamp", values)


def _newest(archive: Archive) -> dict[int, tuple[str, list[str]]]:
    """The last proof logged for each checkpoint, and which calendars were asked."""
    return {
        int(str(entry.disclosed["size"])): (str(entry.disclosed["proof"]), list(entry.disclosed.get("calendars", ())))
        for entry in archive.entries(act="stamp")
        if "proof" in entry.disclosed
    }


def _parse(data: bytes, note: bytes) -> Any:
    from opentimestamps.core.op import OpSHA256
    from opentimestamps.core.serialize import BytesDeserializationContext, DeserializationError
    from opentimestamps.core.timestamp import DetachedTimestampFile

    if len(data) > MAX_PROOF_BYTES:
        raise CustodyBroken(f"{len(data)} bytes are no proof")
    try:
        proof = DetachedTimestampFile.deserialize(BytesDeserializationContext(data))
    except (DeserializationError, ValueError, TypeError, RecursionError) as error:
        raise CustodyBroken(f"not an OpenTimestamps proof: {error}") from None
    if not isinstance(proof.file_hash_op, OpSHA256) or proof.file_digest != sha256(note).digest():
        raise CustodyBroken("it is over something else than its checkpoint")
    return proof


def _state(proof: Any, known: Mapping[int, bytes]) -> State:
    from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation

    calendars, blocks, at = [], [], None
    for message, attestation in proof.timestamp.all_attestations():
        if isinstance(attestation, PendingAttestation):
            calendars.append(attestation.uri)
        elif isinstance(attestation, BitcoinBlockHeaderAttestation):
            blocks.append(attestation.height)
            if header := known.get(attestation.height):
                if header[36:68] != message:
                    raise CustodyBroken(f"it does not lead to the Merkle root of block {attestation.height}")
                if not worked(header):
                    raise CustodyBroken(f"the header given for block {attestation.height} has no proof of work")
                time = datetime.fromtimestamp(int.from_bytes(header[68:72], "little"), UTC)
                at = min(at, time) if at else time
    how = CONFIRMED if at else ATTESTED if blocks else PENDING
    return State(how, tuple(sorted(calendars)), tuple(sorted(blocks)), at)


def worked(header: bytes) -> bool:
    """Whether the header's double SHA-256 is below the target that it names itself. Nobody types such a header by
    chance, but whoever has the machines can make one: that it is Bitcoin's is for a node to say."""
    exponent, mantissa = header[75], int.from_bytes(header[72:75], "little")
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else 0
    return 0 < int.from_bytes(sha256(sha256(header).digest()).digest(), "little") <= target


def _serialize(proof: Any) -> bytes:
    from opentimestamps.core.serialize import BytesSerializationContext

    context = BytesSerializationContext()
    proof.serialize(context)
    return context.getbytes()


def _nodes(timestamp: Any) -> Iterator[tuple[Any, Any]]:
    for attestation in timestamp.attestations:
        yield timestamp, attestation
    for after in timestamp.ops.values():
        yield from _nodes(after)
