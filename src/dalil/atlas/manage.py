"""What `dalil gazetteer` does: load a file, fetch one, list, remove."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from dalil.atlas import fetch, own, store
from dalil.errors import InputRefused

GEONAMES_CREDIT = "GeoNames (geonames.org), CC BY 4.0"
FILE_CREDIT = "as the file's own publisher asks; files of GeoNames: geonames.org, CC BY 4.0"


def check_code(code: str) -> str:
    """The country code in capitals, or an error that says what one looks like."""
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise InputRefused(code, "not a country code", "Give two letters (ISO 3166-1), such as SY")
    return code.upper()


def load_file(
    code: str, file: Path, *, source: str | None = None, digest: str | None = None, credit=FILE_CREDIT
) -> int:
    """The gazetteer of a country holds exactly the places of `file`; how many is returned."""
    if digest is None:
        with file.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
    about = {
        "source": source or file.name,
        "sha256": digest,
        "attribution": credit,
        "loaded_utc": datetime.now(UTC).replace(microsecond=0).isoformat(),
    }
    return store.write(code, store.read_geonames(file), about)


def fetch_country(code: str, base: str | None, progress: fetch.Progress, *, wait_s: float = 1.0) -> int:
    """The gazetteer of a country holds what GeoNames (or the mirror `base`) publishes for it today."""
    url = f"{fetch.base_url(base)}/{code}.zip"
    store.folder().mkdir(parents=True, exist_ok=True)
    archive, text = store.folder() / f"{code}.zip", store.folder() / f"{code}.txt"
    try:
        digest = fetch.download(url, archive, progress, wait_s=wait_s)
        fetch.unpack(archive, f"{code}.txt", text)
        return load_file(code, text, source=url, digest=digest, credit=GEONAMES_CREDIT)
    finally:
        archive.unlink(missing_ok=True)
        text.unlink(missing_ok=True)


def listing() -> list[dict[str, object]]:
    """Every gazetteer that is loaded: its name, where it came from, how many places, its size on disk."""
    out = []
    for name in store.installed():
        about = store.read_about(name)
        out.append(
            {
                "name": name,
                "places": int(about["places"]),
                "source": about.get("source"),
                "sha256": about.get("sha256"),
                "loaded_utc": about.get("loaded_utc"),
                "attribution": about.get("attribution"),
                "bytes": store.path_of(name).stat().st_size,
                "files": own.names() if name == store.OWN else None,
            }
        )
    return out
