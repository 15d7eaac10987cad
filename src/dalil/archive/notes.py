"""C2SP signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint) and the Ed25519 keys behind them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dalil.errors import CustodyBroken
from dalil.records import Checkpoint

ED25519 = b"\x01"
ORIGIN = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
SIZE = re.compile(r"0|[1-9]\d{0,17}")
MAX_NOTE_CHARS = 200_000
MAX_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key under a name; its text form (`vkey`) is name+id+base64, as Go's and C2SP's tools read it."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, public key): c2sp.org/signed-note, "Signatures"."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key in one line of text."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> NoteKey:
        """The key that a vkey line holds; CustodyBroken if it is not one or its id does not fit."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            data = b""
        key = cls(name, data[1:])
        if not ORIGIN.fullmatch(name) or len(data) != 33 or data[:1] != ED25519 or key.key_id.hex() != key_id:
            raise CustodyBroken(f'not an Ed25519 note key (name+id+base64): "{vkey.strip()[:120]}"')
        return key

    def public_pem(self) -> bytes:
        """SubjectPublicKeyInfo, as openssl reads it."""
        return Ed25519PublicKey.from_public_bytes(self.public).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made that signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A note key with its private half."""

    key: NoteKey
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Signer:
        """A new key under that name."""
        return cls.of(name, Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, name: str, private: Ed25519PrivateKey) -> Signer:
        """A given private key under that name."""
        return cls(NoteKey(name, private.public_key().public_bytes_raw()), private)

    @classmethod
    def load(cls, name: str, path: Path) -> Signer:
        """The key in a PKCS #8 PEM file; CustodyBroken if the file is missing or holds something else."""
        try:
            return cls.of_pem(name, path.read_bytes(), path)
        except OSError as error:
            raise CustodyBroken(f"the log's key {path} cannot be read ({error}). Restore it from a copy") from None

    @classmethod
    def of_pem(cls, name: str, pem: bytes, path: Path) -> Signer:
        """The key in a PKCS #8 PEM that came from `path`; CustodyBroken if it holds something else."""
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CustodyBroken(f"the log's key {path} cannot be read ({error}). Restore it from a copy") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise CustodyBroken(f"the log's key {path} is not an Ed25519 key. Restore it from a copy")
        return cls.of(name, private)

    def private_pem(self) -> bytes:
        """PKCS #8, unencrypted: whoever reads it can sign for this log."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same ones every time for the same message."""
        return self.private.sign(message)

    def sign_note(self, text: str) -> str:
        """The note: text, blank line, one signature line."""
        signature = base64.b64encode(self.key.key_id + self.sign(text.encode())).decode()
        return f"{text}\n\N{EM DASH} {self.key.name} {signature}\n"


def key_statement(origin: str, seq: int, vkey: str, previous: str | None) -> bytes:
    """What a key line's signatures cover: that from line `seq` on, `vkey` signs for the log.

    No checkpoint can be taken for it nor it for a checkpoint, since an origin has no spaces.
    """
    return f"dalil log key\n{origin}\n{seq}\n{vkey}\n{previous or '-'}\n".encode()


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint: origin, size, base64 of the root."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """The checkpoint that a note claims to be, its signatures not yet checked; CustodyBroken if it is none."""
    text, _ = _split_note(note)
    parts = text.split("\n")
    if len(parts) != 4 or parts[3] or not ORIGIN.fullmatch(parts[0]) or not SIZE.fullmatch(parts[1]):
        raise CustodyBroken("not a checkpoint: expected the lines origin, size and root")
    try:
        root = base64.b64decode(parts[2], validate=True)
    except binascii.Error:
        root = b""
    if len(root) != 32 or base64.b64encode(root).decode() != parts[2]:
        raise CustodyBroken("not a checkpoint: its root is not base64 of 32 bytes")
    return Checkpoint(parts[0], int(parts[1]), root.hex(), note)


def check_signed(note: str, keys: Sequence[NoteKey]) -> None:
    """The note carries a good signature of one of `keys` and no bad one; CustodyBroken otherwise."""
    text, lines = _split_note(note)
    good = 0
    for name, data in lines:
        for key in keys:
            if (name, data[:4]) == (key.name, key.key_id):
                if not key.verifies(data[4:], text.encode()):
                    raise CustodyBroken(f"the signature of {name} is wrong")
                good += 1
    if not good:
        raise CustodyBroken(f"no signature of {' or '.join(k.vkey for k in keys)}")


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    head, blank, tail = note.rpartition("\n\n")
    if not blank or len(note) > MAX_NOTE_CHARS or not tail.endswith("\n"):
        raise CustodyBroken("not a signed note: expected text, a blank line and signature lines")
    if any(c < " " and c != "\n" for c in note):
        raise CustodyBroken("not a signed note: it holds control characters")
    signatures = []
    for line in tail[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if dash != "\N{EM DASH}" or not name or "+" in name or len(data) < 5:
            raise CustodyBroken("not a signed note: a signature line is malformed")
        signatures.append((name, data))
    if len(signatures) > MAX_SIGNATURES:
        raise CustodyBroken(f"not a signed note: {len(signatures)} signatures")
    return head + "\n", signatures
