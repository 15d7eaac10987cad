"""Files and folders on this machine."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath
from urllib.parse import unquote_to_bytes

from dalil.archive.settings import is_archive
from dalil.archive.sources.found import Found
from dalil.errors import InputRefused

PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
PARTS_SUFFIX = "_files"  # what Chromium, Firefox and Edge call the folder beside a page "saved, complete"
KINDS = (
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


def accepts(target: str | os.PathLike) -> bool:
    """Whether the target is a path, not an address."""
    return "://" not in os.fspath(target)


def find(target: str | os.PathLike) -> Iterator[Found | InputRefused]:
    """The file, or every file below the folder in order of name; hidden ones and archives of dalil are left out."""
    path = Path(target)
    try:
        # The folder is resolved, so that one file has one source; a link's own name is part of where it was found.
        path = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
        found = path.stat()
    except OSError as error:
        yield refusal(path, error)
        return
    except RuntimeError:  # what Path.resolve raises for a loop of links before Python 3.13
        yield refusal(path, OSError(errno.ELOOP, "loop"))
        return
    if stat.S_ISDIR(found.st_mode):
        if is_archive(path):
            yield InputRefused(str(path), "is an archive of dalil itself", "Name the folder that holds the originals")
        else:
            yield from _walk(path, (_identity(found),), {_identity(found)}, None)
    else:
        yield from _file(path, found, None)


def source_uri(path: Path) -> str:
    """A file: URI that stays readable in any script, and from which `source_path` gets the exact path back."""
    text = "".join(_escaped(c) for c in path.as_posix())
    return "file://" + (text if text.startswith("/") else "/" + text)


def source_path(uri: str) -> Path:
    """The path that `source_uri` was given; ValueError for other addresses."""
    if not uri.startswith("file:///"):
        raise ValueError(f"not a file address: {uri}")
    path = os.fsdecode(unquote_to_bytes(uri[7:]))
    return Path(path[1:] if os.name == "nt" else path)


def readable_name(path: Path) -> str:
    """The file's name as text; bytes that are not UTF-8 stand as \\xNN (the source has them exactly)."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def refusal(path: Path, error: OSError) -> InputRefused:
    """Why a path cannot be read, in words."""
    if error.errno == errno.ELOOP:
        return InputRefused(str(path), "is a link that leads back to itself", "Remove the link")
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return InputRefused(str(path), "is a link to nothing", "Remove the link or bring back what it pointed to")
        return InputRefused(str(path), "is not there (any more)", "Check the name and try again")
    if isinstance(error, PermissionError):
        return InputRefused(str(path), "may not be read by this user", "Change its permissions and try again")
    return InputRefused(str(path), f"cannot be read ({error.strerror or error})", "Copy it anew from where it came")


def check_kind(path: Path, mode: int) -> InputRefused | None:
    """A refusal for anything that is not a plain file, None for one."""
    if stat.S_ISREG(mode):
        return None
    what = next((words for test, words in KINDS if test(mode)), "is not a plain file")
    return InputRefused(str(path), f"{what}, not a file", "Save what it gives to a file first")


def _walk(
    folder: Path, ancestors: tuple[tuple[int, int], ...], seen: set[tuple[int, int]], page: str | None
) -> Iterator[Found | InputRefused]:
    try:
        names = sorted((p.name for p in folder.iterdir() if not p.name.startswith(".")), key=os.fsencode)
    except OSError as error:
        yield refusal(folder, error)
        return
    there = set(names)
    pages = {name for name in names if _parts_name(name) in there}
    parts = {_parts_name(name) for name in pages}
    for name in names:
        path = folder / name
        if name in parts:
            continue  # taken in right after its page
        try:
            found = path.stat()
        except OSError as error:
            yield refusal(path, error)
            continue
        if stat.S_ISDIR(found.st_mode):
            yield from _subfolder(path, found, ancestors, seen, page)
        else:
            yield from _file(path, found, page, ancestors, seen)


def _subfolder(
    path: Path,
    found: os.stat_result,
    ancestors: tuple[tuple[int, int], ...],
    seen: set[tuple[int, int]],
    page: str | None,
) -> Iterator[Found | InputRefused]:
    identity = _identity(found)
    if identity in ancestors:
        yield InputRefused(str(path), "is a link to a folder that it stands in (a loop)", "Remove the link")
    elif identity not in seen and not is_archive(path):
        # A folder reached twice through links is walked once: all its files are taken in either way.
        seen.add(identity)
        yield from _walk(path, (*ancestors, identity), seen, page)


def _file(
    path: Path,
    found: os.stat_result,
    page: str | None,
    ancestors: tuple[tuple[int, int], ...] = (),
    seen: set[tuple[int, int]] | None = None,
) -> Iterator[Found | InputRefused]:
    refused = check_kind(path, found.st_mode)
    if refused:
        yield refused
        return
    source = source_uri(path)
    parts_name = _parts_name(path.name)
    parts = path.with_name(parts_name) if page is None and parts_name else None
    parts_found = _stat(parts) if parts else None
    if parts and parts_found and stat.S_ISDIR(parts_found.st_mode):
        yield Found(path, readable_name(path), source, has_parts=True)
        yield from _subfolder(parts, parts_found, ancestors, set() if seen is None else seen, source)
    else:
        yield Found(path, readable_name(path), source, page=page)


def _parts_name(name: str) -> str:
    """The folder that a browser would have saved beside a page of this name; "" if it is no page's name."""
    path = PurePath(name)
    return path.stem + PARTS_SUFFIX if path.suffix.lower() in PAGE_SUFFIXES else ""


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _escaped(character: str) -> str:
    if character.isprintable() and character not in '%?# "<>\\^`{|}':
        return character
    return "".join(f"%{byte:02X}" for byte in os.fsencode(character))
