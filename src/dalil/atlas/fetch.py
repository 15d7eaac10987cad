"""Fetching a country's file from GeoNames (or a mirror): resumed where it broke off, checked, its checksum recorded."""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from dalil.errors import InputRefused

BASE_URL = "https://download.geonames.org/export/dump"
BASE_ENV = "DALIL_GEONAMES_URL"
CHUNK = 1 << 16
TRIES = 5
TIMEOUT_S = 60
# The largest country file of 2025 unpacks to about 300 MB; what claims to be far larger is refused.
LARGEST_TXT = 2_000_000_000

Progress = Callable[[int, int | None], None]


def base_url(given: str | None) -> str:
    """Where country files are fetched from: the option, else DALIL_GEONAMES_URL, else GeoNames."""
    return (given or os.environ.get(BASE_ENV) or BASE_URL).rstrip("/")


def download(url: str, target: Path, progress: Progress, *, tries: int = TRIES, wait_s: float = 1.0) -> str:
    """`target` holds the whole file at `url`; its SHA-256 is returned.

    A part that an earlier attempt left is continued with an HTTP range request, if the server says by ETag or
    Last-Modified that the file is still the same one; else it is fetched anew.
    """
    part, mark = target.with_name(target.name + ".part"), target.with_name(target.name + ".mark")
    last: Exception | None = None
    for attempt in range(tries):
        if attempt:
            time.sleep(wait_s * 2 ** (attempt - 1))
        try:
            if _continue(url, part, mark, progress):
                digest = _sha256(part)
                part.replace(target)
                mark.unlink(missing_ok=True)
                return digest
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is longer than the file: it is not a part of it
                part.unlink(missing_ok=True)
            elif error.code < 500 and error.code not in (408, 429):
                raise InputRefused(url, f"the server answers {error.code} {error.reason}", _REMEDY) from error
            last = error
        except (urllib.error.URLError, TimeoutError, ConnectionError, OSError) as error:
            last = error
    raise InputRefused(
        url, f"not fetched after {tries} tries ({last})", "Run the command again to go on where it stopped"
    )


_REMEDY = 'Check the country code, or load a file with "dalil gazetteer load"'


def _continue(url: str, part: Path, mark: Path, progress: Progress) -> bool:
    """One attempt; True when the whole file is there."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "dalil"})
    known = json.loads(mark.read_text()) if have and mark.exists() else {}
    validator = known.get("validator")
    if have and validator:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", validator)
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
        resumed = reply.status == 206
        length = reply.headers.get("Content-Length")
        start = have if resumed else 0
        total = start + int(length) if length else None
        mark.write_text(json.dumps({"validator": reply.headers.get("ETag") or reply.headers.get("Last-Modified")}))
        with part.open("ab" if resumed else "wb") as out:
            done = start
            while chunk := reply.read(CHUNK):
                out.write(chunk)
                done += len(chunk)
                progress(done, total)
    if total is not None and done < total:
        raise ConnectionError(f"broke off after {done} of {total} bytes")
    return True


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def unpack(archive: Path, member: str, target: Path) -> None:
    """`target` holds the member of a zip file, its CRC checked while it is read."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            info = zipped.getinfo(member)
            if info.file_size > LARGEST_TXT:
                raise InputRefused(archive.name, f"{member} claims {info.file_size} bytes, more than any country has")
            with zipped.open(info) as source, target.open("wb") as out:
                while chunk := source.read(CHUNK):
                    out.write(chunk)
    except KeyError as error:
        raise InputRefused(archive.name, f"holds no {member}", _REMEDY) from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise InputRefused(archive.name, f"not a whole zip file ({error})", "Run the command again") from error
