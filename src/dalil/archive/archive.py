"""An archive on disk: the door through which every stage reads bytes and writes to the custody log.

What is trusted in which order when an archive is opened for writing: the settings name the origin; the key signs the
newest checkpoint; the checkpoint's root vouches for the tree's saved edge, or else for the log's lines hashed anew;
only then is the log added to. Readers trust nothing and check nothing: `dalil verify` does.
"""

from __future__ import annotations

import base64
import getpass
import os
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from dalil import __version__, db
from dalil.archive import captures, custody, judgements, keys, merkle, removal
from dalil.archive.blobs import open_store
from dalil.archive.blobs.local import StoreFailed, sync_folder, write_file
from dalil.archive.checkpoints import Checkpoints, note_sha256
from dalil.archive.lock import WriteLock
from dalil.archive.notes import NoteKey, Signer, checkpoint_text, key_statement
from dalil.archive.settings import FILE, OBJECTS, Settings, read_settings
from dalil.archive.sources.found import Found
from dalil.errors import ArchiveMissing, ArchiveOutdated, CustodyBroken, DalilError, InputRefused, one_line
from dalil.records import Capture, Checkpoint, LogEntry

TOOL = f"dalil {__version__}"
WAIT_S = 30.0
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Archive:
    """One open archive; a context manager. Opened with `write=True` it is the only writer until it is closed.

    Closing an archive that was written to makes a checkpoint over the whole log.
    """

    def __init__(self, path: Path, settings: Settings, engine: Engine, *, write: bool):
        self.path = path
        self.settings = settings
        self.engine = engine
        self.write = write
        self.store = open_store(path, settings.blobs)
        self.checkpoints = Checkpoints(path / "checkpoints")
        self.adopted: tuple[Capture, ...] = ()
        self._edge = merkle.Frontier.empty()
        self._signer: Signer | None = None
        self._lock: WriteLock | None = None
        self._copy: tempfile.TemporaryDirectory | None = None

    # ------------------------------------------------------------ making, opening, closing

    @classmethod
    def create(
        cls,
        path: str | os.PathLike,
        name: str | None = None,
        *,
        by: str | None = None,
        country: str | None = None,
        blobs: str = OBJECTS,
    ) -> Archive:
        """A new archive at `path`, open for writing: folders, key, log with its key line.

        DalilError if something stands there already. dalil.toml comes last: without it nothing is an archive.
        """
        path = Path(path)
        name = name or path.absolute().name
        if not name.strip() or not fit_for_a_name(name):
            raise DalilError(f"an archive's name is one line of readable text, found {one_line(repr(name))}")
        settings = Settings(name, f"dalil/{secrets.token_hex(16)}", blobs=blobs, country=country)
        open_store(path, blobs).probe()
        archive = cls(path, settings, _make_folders(path, settings), write=True)
        try:
            archive._hold_lock(0, None)
            archive.store.prepare()
            archive._begin_log(by or default_person())
            write_file(path / FILE, settings.to_toml().encode())
        except OSError as error:
            archive._let_go()
            raise StoreFailed(f"cannot make an archive at {path}: {error.strerror or error}") from None
        except BaseException:  # whatever went wrong, also Ctrl-C: the archive is free for others
            archive._let_go()
            raise
        return archive

    @classmethod
    def open(
        cls,
        path: str | os.PathLike,
        *,
        write: bool = False,
        wait_s: float | None = None,
        on_wait: Callable[[str], None] | None = None,
        any_version: bool = False,
    ) -> Archive:
        """The archive at `path`. ArchiveMissing if there is none; for writing also ArchiveBusy, CustodyBroken.

        Opening for writing finishes what a crash left: captures whose objects are in the store are logged (`adopted`),
        temporary files are removed. What another version of dalil derived is dropped, so that it waits to be derived
        again; who only reads gets ArchiveOutdated, or with `any_version` the log and the objects alone.
        """
        path = Path(path)
        settings = read_settings(path)
        database = path / settings.database
        if not database.is_file():
            raise CustodyBroken(f"{path} has no {settings.database}: its log is gone. Restore it from a copy")
        if not write:
            archive = cls._open_to_read(path, settings, database)
            if not any_version:
                archive._refuse_outdated()
            return archive
        archive = cls(path, settings, db.open_engine(database), write=True)
        try:
            archive._hold_lock(WAIT_S if wait_s is None else wait_s, on_wait)
            archive._ready_to_write()
        except OperationalError as error:
            archive._let_go()
            raise StoreFailed(f"{database} cannot be written: {error.orig}") from None
        except DatabaseError as error:
            archive._let_go()
            raise CustodyBroken(f"{database} is damaged: {error.orig}. Restore it from a copy") from None
        except BaseException:  # whatever went wrong, also Ctrl-C: the archive is free for others
            archive._let_go()
            raise
        return archive

    @classmethod
    def _open_to_read(cls, path: Path, settings: Settings, database: Path) -> Archive:
        engine = db.open_engine(database, read_only=True)
        archive = cls(path, settings, engine, write=False)
        if _answers(engine):
            return archive
        # A medium that cannot be written: SQLite can keep no lock files there, and needs none.
        engine.dispose()
        wal = database.with_name(database.name + "-wal")
        if wal.is_file() and wal.stat().st_size:
            # The archive was copied while its last lines stood in the journal only: read a copy of both.
            archive._copy = tempfile.TemporaryDirectory(prefix="dalil-")
            for file in (database, wal):
                shutil.copyfile(file, Path(archive._copy.name) / file.name)
            archive.engine = db.open_engine(Path(archive._copy.name) / database.name)
        else:
            archive.engine = db.open_engine(database, immutable=True)
        if not _answers(archive.engine):
            archive._let_go()
            raise CustodyBroken(f"{database} is not a readable log. Restore it from a copy")
        return archive

    def _refuse_outdated(self) -> None:
        with self.reading() as connection:
            outdated = db.outdated(connection)
        if outdated:
            self._let_go()
            raise ArchiveOutdated(
                f"{self.path}: what was derived here is of another version of dalil ({', '.join(outdated)}). "
                f'Run "dalil rebuild --archive {self.path}" once; bytes, log and judgements stay as they are'
            )

    def close(self) -> None:
        """A checkpoint covers every line that was added; the archive is free for others."""
        try:
            if self.write and self._signer:
                self.checkpoint()
        finally:
            self._let_go()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _let_go(self) -> None:
        self.engine.dispose()
        self._signer = None
        if self._lock:
            self._lock.release()
        if self._copy:
            self._copy.cleanup()

    def _hold_lock(self, wait_s: float, on_wait: Callable[[str], None] | None) -> None:
        lock = WriteLock(self.path / ".write-lock")
        try:
            lock.acquire(wait_s, on_wait)
        except OSError as error:
            raise StoreFailed(f"{self.path} cannot be written ({error.strerror or error})") from None
        self._lock = lock

    def _begin_log(self, by: str) -> None:
        """The tables stand, and line 0 says which key signs for this log."""
        origin = self.settings.origin
        signer = Signer.generate(origin)
        folder = self.path / "keys"
        write_file(folder / keys.PLAIN, signer.private_pem(), mode=0o600)
        write_file(folder / "log.pub", signer.key.public_pem())
        write_file(folder / "log.vkey", (signer.key.vkey + "\n").encode())
        db.create_schema(self.engine)
        self._signer = signer
        signature = signer.sign(key_statement(origin, 0, signer.key.vkey, None))
        fields = {
            "archive": self.settings.name,
            "origin": origin,
            "vkey": signer.key.vkey,
            "signature": base64.b64encode(signature).decode(),
            "by": by,
            "tool": TOOL,
        }
        self.append("key", fields)
        self.checkpoint()

    def _ready_to_write(self) -> None:
        self.store.prepare()
        with self.engine.begin() as connection:
            if db.outdated(connection):
                removal.drop_all_derived(connection)
                judgements.rebuild(connection)
                custody.rebuild_captures(connection)
        db.create_schema(self.engine)
        keys.finish(self)
        self._signer = signer = keys.load(self)
        newest = self._newest([signer.key])
        with self.engine.begin() as connection:
            self._edge = self._trusted_edge(connection, newest)
        self.adopted = captures.adopt(self)

    def _trusted_edge(self, connection: Connection, newest: Checkpoint | None) -> merkle.Frontier:
        """The tree's edge over the whole log, once it is shown to continue the newest checkpoint."""
        size = custody.log_size(connection)
        covered = newest.size if newest else 0
        if newest and size < newest.size:
            raise CustodyBroken(
                f"the log has {size} lines but a checkpoint was signed over {newest.size}: lines were lost. "
                f"Restore {self.settings.database} from a copy that has them"
            )
        edge = custody.load_edge(connection)
        if edge is None or edge.size != covered:
            edge = merkle.Frontier.empty().extended(custody.leaf_hashes(connection, 0, covered))
        if newest and (edge.size, edge.root().hex()) != (newest.size, newest.root):
            raise CustodyBroken(
                f"the log's first {newest.size} lines are not those of the checkpoint: expected root {newest.root}, "
                f'found {edge.root().hex()}. Run "dalil verify", then restore {self.settings.database} from a copy'
            )
        return edge.extended(custody.leaf_hashes(connection, covered))

    # ------------------------------------------------------------ bytes

    @property
    def derived(self) -> Path:
        """The folder for what is made from originals (stills); it may be deleted at any time."""
        return self.path / "derived"

    def object_path(self, sha256: str) -> Path:
        """Where the object's bytes are: read them, never write."""
        return self.store.path(sha256)

    def open_object(self, sha256: str) -> BinaryIO:
        """The object's bytes; CustodyBroken if they are not here."""
        try:
            return self.store.path(sha256).open("rb")
        except OSError as error:
            raise CustodyBroken(
                f"object {sha256} cannot be read ({error.strerror}). Restore it from a copy, or add its original again"
            ) from None

    def capture(
        self,
        found: Iterable[Found | InputRefused],
        *,
        by: str,
        tool: str = TOOL,
        again: bool = False,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Iterator[captures.Captured | InputRefused]:
        """Takes files in; yields one result for each of `found`, in order, once it is durable.

        What is yielded as `Captured` survives a crash at any later moment. Refusals in `found` pass through. Files
        that this archive already has from the same source are yielded with `already` and logged only if `again`.
        """
        return captures.take_in(self, found, by=storable(by), tool=tool, again=again, on_bytes=on_bytes)

    def capture_file(self, path: str | os.PathLike, *, by: str, tool: str = TOOL, again: bool = False) -> Capture:
        """The one file at `path` is in the archive; InputRefused if it cannot be."""
        from dalil.archive.sources import files

        result = next(self.capture(files.find(path), by=by, tool=tool, again=again))
        if isinstance(result, InputRefused):
            raise result
        return result.capture

    def captures(self, sha256: str | None = None) -> Iterator[Capture]:
        """Every capture, or those of one object, in log order."""
        query = select(db.capture).order_by(db.capture.c.seq)
        if sha256 is not None:
            query = query.where(db.capture.c.sha256 == sha256)
        with self.reading() as connection:
            for row in connection.execute(query.execution_options(yield_per=custody.READ_ROWS)).mappings():
                yield custody.as_capture(row)

    def rebuild_captures(self) -> int:
        """The tables of captures and judgements are made anew from the log, identically; how many captures."""
        with self.transaction() as connection:
            judgements.rebuild(connection)
            return custody.rebuild_captures(connection)

    # ------------------------------------------------------------ the log

    @property
    def size(self) -> int:
        """How many lines the log has."""
        with self.reading() as connection:
            return custody.log_size(connection)

    def append(self, act: str, values: Mapping[str, object]) -> LogEntry:
        """One durable line; its values are strings, integers, booleans, null, lists and objects of these."""
        return self.append_all([(act, values)])[0]

    def append_all(self, acts: Sequence[custody.Act]) -> list[LogEntry]:
        """These lines, all or none of them, durable."""
        with self.transaction() as connection:
            entries, edge = self.append_within(connection, acts)
        self.committed(edge)
        return entries

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; CustodyBroken if the database turns out to be damaged."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            raise CustodyBroken(
                f"{self.path / self.settings.database} cannot be read ({error.orig}). Restore it from a copy"
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """What is written inside is durable as a whole afterwards, or not at all; StoreFailed if the disk refuses."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise StoreFailed(
                f"{self.path / self.settings.database} cannot be written ({error.orig}). "
                "Free or repair the disk, then run this again"
            ) from None

    def append_within(self, connection: Connection, acts: Sequence[custody.Act]) -> custody.Appended:
        """Lines inside a transaction of the caller's, who hands the edge to `committed` once it is committed."""
        if self._signer is None:
            raise DalilError(f"the archive at {self.path} is open for reading only")
        return custody.append(connection, self._edge, acts)

    def committed(self, edge: merkle.Frontier) -> None:
        """The lines of `append_within` are durable."""
        self._edge = edge

    def entries(self, start: int = 0, act: str | None = None) -> Iterator[LogEntry]:
        """The log's entries from line `start` on, with all values that stand beside them; CustodyBroken if torn."""
        with self.reading() as connection:
            yield from custody.entries(connection, start, act)

    def checkpoint(self) -> Checkpoint | None:
        """The newest signed tree head, made now if the log has grown since; None for readers of a log without one."""
        newest = self._newest([self._signer.key] if self._signer else self.public_keys())
        if self._signer is None or (newest and newest.size == self._edge.size):
            return newest
        if newest:
            # The line commits to the checkpoint before, and is itself covered by the new one.
            self.append("checkpoint", {"size": newest.size, "root": newest.root, "note": note_sha256(newest)})
        text = checkpoint_text(self.settings.origin, self._edge.size, self._edge.root())
        made = Checkpoint(self.settings.origin, self._edge.size, self._edge.root().hex(), self._signer.sign_note(text))
        self.checkpoints.write(made)
        return made

    def _newest(self, now: Sequence[NoteKey]) -> Checkpoint | None:
        """The newest checkpoint, signed by one of these keys, or by the one before if the key was changed since."""
        try:
            return self.checkpoints.newest(now)
        except CustodyBroken:
            newest = self.checkpoints.newest_unchecked()
            known = keys.history(self)
            if newest is None or len(known) < 2 or known[-1][1] not in now or newest.size > known[-1][0]:
                raise
            return self.checkpoints.newest([key for seq, key in known if seq < newest.size][-1:])

    def change_key(self, *, by: str) -> LogEntry:
        """From the next line on a new key signs for the log; the line is signed by the old one too."""
        if self._signer is None:
            raise DalilError(f"the archive at {self.path} is open for reading only")
        entry, self._signer = keys.rotate(self, self._signer, self._edge.size, by=storable(by), tool=TOOL)
        self.checkpoint()
        return entry

    def public_keys(self) -> list[NoteKey]:
        """The key under keys/, which `verify` holds against the log's own key lines."""
        path = self.path / "keys" / "log.vkey"
        try:
            return [NoteKey.parse(path.read_text("utf-8"))]
        except (OSError, UnicodeDecodeError) as error:
            raise CustodyBroken(f"{path} cannot be read ({error}). Restore it from a copy") from None


def default_person() -> str:
    """Who does things when nobody says: DALIL_BY, else the machine's user name."""
    with suppress(OSError, KeyError, ImportError):  # what getuser raises for a user without a name, by version
        return storable(os.environ.get("DALIL_BY") or getpass.getuser())
    return "unknown user"


def storable(text: str) -> str:
    """`text` from a command line or a file system as text that the log can hold: stray bytes become \\xNN."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def fit_for_a_name(text: str) -> bool:
    """Whether it is one line without hidden turns of direction (joiners, which Persian and Urdu need, are fine)."""
    return not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDI_CONTROLS for c in text)


def _make_folders(path: Path, settings: Settings) -> Engine:
    if (path / FILE).exists():
        raise DalilError(f"{path} is already an archive. Add to it, or name another folder")
    try:
        if path.is_dir() and any(path.iterdir()):
            raise DalilError(f"{path} is not empty. Name a new folder for the archive")
        path.mkdir(parents=True, exist_ok=True)
        (path / "keys").mkdir(mode=0o700)
        (path / "checkpoints").mkdir()
        for folder in (path, path.absolute().parent):
            sync_folder(folder)
    except OSError as error:
        raise ArchiveMissing(f"cannot make an archive at {path}: {error.strerror or error}") from None
    return db.open_engine(path / settings.database)


def _answers(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(select(db.log.c.seq).limit(1)).all()
    except (DatabaseError, UnicodeDecodeError):  # the second where a damaged schema garbles SQLite's own message
        return False
    return True
