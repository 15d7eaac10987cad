"""RFC 3161 time stamps over checkpoints: asked for, kept as they came, checked with rfc3161-client and with openssl.

An authority signs the SHA-256 of a checkpoint's file and a time; so all lines that the checkpoint covers stood by then.
A reply is written beside its checkpoint before its line is logged. An attempt that failed is a line too: what is not
stamped yet is a state that everyone sees, and the next `dalil stamp` tries again over the newest checkpoint, which
covers everything before it.
"""

from __future__ import annotations

import calendar
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dalil.archive.checkpoints import keep_beside, note_sha256
from dalil.archive.walk import HOUSEKEEPING
from dalil.errors import DalilError
from dalil.records import Checkpoint

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

SUFFIX = ".tsr"
ROOTS = "tsa-roots.pem"  # in the archive: the authorities' root certificates, put there by a person who trusts them
TIMEOUT_S = 20
MAX_REPLY_BYTES = 1 << 20
TIME = re.compile(r"Time stamp: (\w{3} +\d+ [\d:]{8})(?:\.\d+)? (\d{4}) GMT")


class StampRefused(DalilError):
    """An authority gave no time stamp that holds; the text says why."""

    exit_status = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """A granted time stamp: `size` lines stood at `at_utc`, if the authority is believed."""

    size: int
    note: str
    authority: str
    at_utc: datetime
    reply: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """What one authority has not stamped yet: `lines` of the log, after `stamped`; `error` of the last attempt."""

    authority: str
    stamped: int
    lines: int
    error: str | None


# ---------------------------------------------------------------- asking


def stamp(archive: Archive, checkpoint: Checkpoint, authorities: tuple[str, ...]) -> list[Stamp | StampRefused]:
    """Each authority was asked to stamp the checkpoint; the log says what came of it."""
    results: list[Stamp | StampRefused] = []
    for authority in authorities:
        values = {"size": checkpoint.size, "note": note_sha256(checkpoint), "authority": authority}
        try:
            granted = _ask(authority, checkpoint, roots(archive))
        except StampRefused as refused:
            archive.append("stamp", {**values, "status": "failed", "error": str(refused)[:500]})
            results.append(refused)
            continue
        digest = sha256(granted.reply).hexdigest()
        keep_beside(path(archive, checkpoint.size, digest), granted.reply)
        archive.append("stamp", {**values, "status": "granted", "reply": digest})
        results.append(granted)
    return results


def path(archive: Archive, size: int, reply: str) -> Path:
    """Where the raw reply of that hash stands or would."""
    return archive.checkpoints.folder / f"{size:012d}.{reply}{SUFFIX}"


def _ask(authority: str, checkpoint: Checkpoint, roots: bytes | None) -> Stamp:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    note = checkpoint.note.encode()
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    reply = _post(authority, request.as_bytes())
    at = check(reply, note, roots, nonce=request.nonce)
    return Stamp(checkpoint.size, note_sha256(checkpoint), authority, at, reply)


def _post(authority: str, query: bytes) -> bytes:
    if not re.match(r"https?://", authority):
        raise StampRefused(f"{authority}: not a web address. Correct authorities in dalil.toml")
    request = urllib.request.Request(
        authority, data=query, headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            reply = answer.read(MAX_REPLY_BYTES + 1)
    except (OSError, ValueError) as error:  # HTTP errors are OSErrors, a torn header is a ValueError
        raise StampRefused(f"{authority}: {error}. It is tried again by the next dalil stamp") from None
    if not reply or len(reply) > MAX_REPLY_BYTES:
        raise StampRefused(f"{authority}: answered with {len(reply)} bytes, which is no time stamp")
    return reply


# ---------------------------------------------------------------- checking


def check(reply: bytes, note: bytes, roots: bytes | None, *, nonce: int | None = None) -> datetime:
    """The time at which the reply says that the note stood; StampRefused unless it is a granted stamp over that note.

    With `roots` (PEM) its signature and chain are checked too, at its own time, since the authorities' certificates
    expire: by openssl where there is one, and by rfc3161-client, whose word alone counts where there is no openssl.
    """
    at, imprint, seen = _read(reply)
    if imprint != sha256(note).digest():
        raise StampRefused("the time stamp is over something else")
    if nonce is not None and seen not in (None, nonce):
        raise StampRefused("the time stamp answers another request")
    if nonce is not None and seen is None:
        raise StampRefused("the time stamp does not name the request that it answers")
    if roots is not None:
        _check_signed(reply, note, roots, at)
    return at


def _read(reply: bytes) -> tuple[datetime, bytes, int | None]:
    """(time, imprint, nonce) of a granted reply."""
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        response = decode_timestamp_response(reply)
        if PKIStatus(response.status) != PKIStatus.GRANTED:
            raise StampRefused(f"the authority refused: status {response.status} {' '.join(response.status_string)}")
        info = response.tst_info
        at = info.gen_time if info.gen_time.tzinfo else info.gen_time.replace(tzinfo=UTC)
        return at, info.message_imprint.message, info.nonce
    except ValueError as error:  # what it raises for all that it cannot parse, an extra certificate included
        return _read_with_openssl(reply, error)


def _read_with_openssl(reply: bytes, problem: Exception) -> tuple[datetime, bytes, int | None]:
    text = _openssl(["ts", "-reply", "-in", "reply", "-text"], {"reply": reply})
    found = TIME.search(text or "")
    if not found or "Status: Granted." not in text:
        raise StampRefused(f"not a granted time stamp: {problem}")
    dump = re.findall(r"^    [0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){1,16})", text, re.M)
    imprint = bytes.fromhex("".join(dump).replace("-", "").replace(" ", ""))
    nonce = re.search(r"^Nonce: (0x[0-9A-Fa-f]+|\d+)$", text, re.M)
    seconds = calendar.timegm(time.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y"))
    return datetime.fromtimestamp(seconds, UTC), imprint, int(nonce[1], 0) if nonce else None


def _check_signed(reply: bytes, note: bytes, roots: bytes, at: datetime) -> None:
    files = {"note": note, "reply": reply, "roots": roots}
    command = ["ts", "-verify", "-data", "note", "-in", "reply", "-CAfile", "roots", "-attime"]
    if shutil.which("openssl"):
        if _openssl([*command, str(int(at.timestamp()))], files) is None:
            raise StampRefused(f"openssl does not verify the time stamp against {ROOTS}")
        return
    problem = checked_by_client(reply, note, roots)
    if problem:
        raise StampRefused(f"the time stamp does not verify against {ROOTS}: {problem}")


def checked_by_client(reply: bytes, note: bytes, roots: bytes) -> str | None:
    """What rfc3161-client has against the reply; None if it verifies."""
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        verifier = VerifierBuilder(roots=load_pem_x509_certificates(roots)).build()
        verifier.verify_message(decode_timestamp_response(reply), note)
    except (VerificationError, ValueError) as error:
        return str(error) or type(error).__name__
    return None


def _openssl(command: list[str], files: dict[str, bytes]) -> str | None:
    """What openssl says, given these files in a folder of its own; None where it refuses or is not installed."""
    with tempfile.TemporaryDirectory(prefix="dalil-") as place:
        for name, data in files.items():
            Path(place, name).write_bytes(data)
        try:
            done = subprocess.run(["openssl", *command], cwd=place, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return None if done.returncode else done.stdout.decode("utf-8", "replace")


def roots(archive: Archive) -> bytes | None:
    """The root certificates that the archive's people trust; None if there are none."""
    try:
        return (archive.path / ROOTS).read_bytes()
    except FileNotFoundError:
        return None


# ---------------------------------------------------------------- what is stamped and what is not


def pending(archive: Archive) -> list[Pending]:
    """For each authority in dalil.toml what it has not stamped yet; nothing for those that have stamped everything.

    Lines that only tell of stamps and checkpoints wait for nothing: else stamping would never come to an end.
    """
    attempts = [entry.disclosed for entry in archive.entries(act="stamp")]
    result = []
    for authority in archive.settings.authorities:
        mine = [a for a in attempts if a.get("authority") == authority]
        stamped = max((int(str(a.get("size"))) for a in mine if a.get("status") == "granted"), default=0)
        waiting = sum(1 for e in archive.entries(stamped) if e.act not in HOUSEKEEPING)
        if waiting:
            error = mine[-1].get("error") if mine else None
            result.append(Pending(authority, stamped, waiting, str(error) if error else None))
    return result


def stamp_waiting(archive: Archive) -> list[Stamp | StampRefused]:
    """Every authority that has lines to stamp was asked to stamp the newest checkpoint."""
    waiting = tuple(p.authority for p in pending(archive))
    checkpoint = archive.checkpoint() if waiting else None
    return stamp(archive, checkpoint, waiting) if checkpoint else []
