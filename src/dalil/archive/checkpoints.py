"""Checkpoints on disk, one file a signed tree head: checkpoints/<size in 12 digits>.note, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from dalil.archive.blobs.local import StoreFailed, write_file
from dalil.archive.notes import NoteKey, check_signed, parse_checkpoint
from dalil.errors import CustodyBroken
from dalil.records import Checkpoint

SUFFIX = ".note"


class Checkpoints:
    """The checkpoint files of one archive."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, size: int) -> Path:
        """Where the checkpoint of that size stands or would."""
        return self.folder / f"{size:012d}{SUFFIX}"

    def files(self) -> list[Path]:
        """Every file in the folder that claims to be a checkpoint, smallest size first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def newest(self, keys: Sequence[NoteKey]) -> Checkpoint | None:
        """The largest checkpoint, its signature checked; CustodyBroken if it is not good."""
        files = self.files()
        if not files:
            return None
        checkpoint = read(files[-1])
        try:
            check_signed(checkpoint.note, keys)
        except CustodyBroken as error:
            raise CustodyBroken(
                f'checkpoint {files[-1]}: {error}. Restore it from a copy, then run "dalil verify"'
            ) from None
        return checkpoint

    def newest_unchecked(self) -> Checkpoint | None:
        """The largest checkpoint as it stands there, its signature not checked."""
        files = self.files()
        return read(files[-1]) if files else None

    def write(self, checkpoint: Checkpoint) -> None:
        """The checkpoint is on disk under its size; a different one that stood there is never replaced."""
        path = self.path(checkpoint.size)
        try:
            write_file(path, checkpoint.note.encode())
        except FileExistsError:
            if path.read_text("utf-8") != checkpoint.note:
                raise CustodyBroken(
                    f"{path} is another checkpoint of the same size: this log was forked or rolled back. "
                    'Keep both copies, run "dalil verify"'
                ) from None
        except OSError as error:
            raise StoreFailed(f"cannot write {path}: {error.strerror or error}. Free or repair the disk") from None


def keep_beside(path: Path, data: bytes) -> None:
    """What others say of a checkpoint stands in its file and will after a power cut; StoreFailed if it cannot."""
    try:
        write_file(path, data)
    except FileExistsError:
        return  # files there are named by their own hash
    except OSError as error:
        raise StoreFailed(f"cannot write {path}: {error.strerror or error}. Free or repair the disk") from None


def read(path: Path) -> Checkpoint:
    """The checkpoint in a file, its signature not yet checked; CustodyBroken names the file and what is wrong."""
    try:
        checkpoint = parse_checkpoint(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise CustodyBroken(f"checkpoint {path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise CustodyBroken(f"checkpoint {path}: not UTF-8. Restore it from a copy") from None
    except CustodyBroken as error:
        raise CustodyBroken(f"checkpoint {path}: {error}. Restore it from a copy") from None
    return checkpoint


def note_sha256(checkpoint: Checkpoint) -> str:
    """The SHA-256 of the file, as the next log line commits to it."""
    return sha256(checkpoint.note.encode()).hexdigest()
