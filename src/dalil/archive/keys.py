"""The log's signing key: changed by a line that old and new key sign, and kept encrypted if its owners wish.

Changing goes in steps that a crash cannot tear: the new key stands as keys/next.pem; the `key` line is in the log; the
key files are replaced; a checkpoint is signed by the new key. The next who opens the archive for writing does the rest.

At rest the key may stand as keys/log.pem.age, encrypted (age) to the identities of those who sign, which are not in the
archive, and to an offline recovery recipient. keys/recipients.txt names all of them, for the next key.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dalil.archive.blobs.local import remove, sync_folder, write_file
from dalil.archive.notes import NoteKey, Signer, key_statement
from dalil.errors import CustodyBroken, DalilError
from dalil.records import LogEntry

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

PLAIN, SEALED, RECIPIENTS, NEXT = "log.pem", "log.pem.age", "recipients.txt", "next.pem"
IDENTITY_VARIABLE = "DALIL_IDENTITY"


def load(archive: Archive) -> Signer:
    """The log's key, decrypted if need be; CustodyBroken if it is gone, DalilError if nobody here can decrypt it."""
    folder = archive.path / "keys"
    return Signer.of_pem(archive.settings.origin, _read(folder, PLAIN), folder / PLAIN)


def history(archive: Archive) -> list[tuple[int, NoteKey]]:
    """Every key line's number and key, as the log says; `verify` checks their signatures."""
    return [(e.seq, NoteKey.parse(str(e.disclosed.get("vkey")))) for e in archive.entries(act="key")]


# ---------------------------------------------------------------- changing it


def rotate(archive: Archive, signer: Signer, seq: int, *, by: str, tool: str) -> tuple[LogEntry, Signer]:
    """From line `seq`, the next one, on, a new key signs for the log; the old one vouches for it and is gone."""
    origin, folder = archive.settings.origin, archive.path / "keys"
    new = Signer.generate(origin)
    _write(folder, NEXT, new.private_pem())
    statement = key_statement(origin, seq, new.key.vkey, signer.key.vkey)
    fields = {
        "origin": origin,
        "vkey": new.key.vkey,
        "signature": base64.b64encode(new.sign(statement)).decode(),
        "previous_signature": base64.b64encode(signer.sign(statement)).decode(),
        "by": by,
        "tool": tool,
    }
    entry = archive.append("key", fields)
    if entry.seq != seq:
        raise CustodyBroken("the log grew while its key was changed. Run dalil verify")
    _install(folder, new)
    return entry, new


def finish(archive: Archive) -> None:
    """A change of keys that a crash cut short is done if the log has its line, and never was if it has not."""
    folder = archive.path / "keys"
    if not any((folder / name).exists() for name in (NEXT, NEXT + ".age")):
        return
    new = Signer.of_pem(archive.settings.origin, _read(folder, NEXT), folder / NEXT)
    if history(archive)[-1][1] == new.key:
        _install(folder, new)
        return
    for name in (NEXT, NEXT + ".age"):
        remove(folder / name)
    sync_folder(folder)


def _install(folder: Path, new: Signer) -> None:
    _replace(folder, "log.pub", new.key.public_pem())
    _replace(folder, "log.vkey", (new.key.vkey + "\n").encode())
    for ending in ("", ".age"):
        if (folder / (NEXT + ending)).exists():
            (folder / (NEXT + ending)).replace(folder / (PLAIN + ending))
    sync_folder(folder)


def _replace(folder: Path, name: str, data: bytes) -> None:
    remove(folder / (name + ".new"))
    write_file(folder / (name + ".new"), data)
    (folder / (name + ".new")).replace(folder / name)


# ---------------------------------------------------------------- at rest


def seal(archive: Archive, recipients: Sequence[str]) -> None:
    """The key stands encrypted to these age recipients, and no longer in the clear."""
    folder = archive.path / "keys"
    pem = _read(folder, PLAIN)
    sealed = _encrypt(pem, recipients)
    _replace(folder, RECIPIENTS, ("\n".join(recipients) + "\n").encode())
    _replace(folder, SEALED, sealed)
    if _decrypt(folder / SEALED) != pem:
        raise DalilError("the key that was just encrypted cannot be decrypted here. It was left as it was")
    sync_folder(folder)
    remove(folder / PLAIN)
    sync_folder(folder)


def identity_file() -> Path:
    """Where the age identity of the person who signs is looked for: $DALIL_IDENTITY, else in the user's data folder."""
    if named := os.environ.get(IDENTITY_VARIABLE):
        return Path(named)
    import platformdirs

    return Path(os.environ.get("DALIL_HOME") or platformdirs.user_data_dir("dalil")) / "identity.txt"


def own_recipient() -> str:
    """The age recipient of the person here; an identity is made, readable by its owner alone, if there was none."""
    from pyrage import x25519

    path = identity_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, f"{x25519.Identity.generate()}\n".encode(), mode=0o600)
    return str(_identities()[0].to_public())


def _read(folder: Path, name: str) -> bytes:
    if (folder / (name + ".age")).exists():
        return _decrypt(folder / (name + ".age"))
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise CustodyBroken(
            f"the log's key {folder / name} cannot be read ({error.strerror or error}). Restore it from a copy"
        ) from None


def _write(folder: Path, name: str, pem: bytes) -> None:
    """The key stands as the one before it does: encrypted if that is."""
    for ending in ("", ".age"):
        remove(folder / (name + ending))
    if (folder / SEALED).exists():
        recipients = (folder / RECIPIENTS).read_text("utf-8").split()
        write_file(folder / (name + ".age"), _encrypt(pem, recipients), mode=0o600)
    else:
        write_file(folder / name, pem, mode=0o600)


def _encrypt(pem: bytes, recipients: Sequence[str]) -> bytes:
    import pyrage

    try:
        return pyrage.encrypt(pem, [pyrage.x25519.Recipient.from_str(text) for text in recipients])
    except pyrage.RecipientError as error:
        raise DalilError(f"not an age recipient (age1…): {error}") from None


def _decrypt(path: Path) -> bytes:
    import pyrage

    try:
        return pyrage.decrypt(path.read_bytes(), _identities())
    except (pyrage.DecryptError, OSError) as error:
        raise DalilError(
            f"{path} cannot be decrypted ({error}). Name your age identity file in ${IDENTITY_VARIABLE}, "
            "or use that of the recovery recipient"
        ) from None


def _identities() -> list[Any]:
    import pyrage

    path = identity_file()
    try:
        rows = path.read_text("utf-8").splitlines()
        return [pyrage.x25519.Identity.from_str(row.strip()) for row in rows if row.startswith("AGE-SECRET-KEY-")]
    except OSError:
        raise DalilError(
            f"the log's key is encrypted, and there is no age identity at {path}. Name one in ${IDENTITY_VARIABLE}"
        ) from None
    except pyrage.IdentityError as error:
        raise DalilError(f"{path} holds no age identity: {error}") from None
