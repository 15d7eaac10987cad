"""Incidents in the formats of others: one module a format.

A module has `render(outgoing)`: the files of the export by name (one file has the name ""), the same bytes for the same
incidents. To add a format, write the module and list it in FORMATS; tests/publish holds it to the contract.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dalil.archive import Archive
from dalil.archive.archive import TOOL
from dalil.archive.blobs.local import sync_folder, write_file
from dalil.errors import DalilError
from dalil.incidents.veil import veiled
from dalil.publish.exports.outgoing import INSTEAD, Outgoing
from dalil.publish.reports import tell
from dalil.publish.scope import Scope


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `lost` is what it cannot hold, said to whoever exports; `folder` where it is several files."""

    name: str
    title: str
    module: str
    lost: str | None = None
    folder: bool = False


FORMATS = (
    Format("geojson", "GeoJSON for maps, with ranges, radius and words", "dalil.publish.exports.geojson"),
    Format(
        "ucdp", "CSV with the columns of UCDP GED", "dalil.publish.exports.ucdp",
        "injured, times of day, kinds of attack, words and who says what; the two sides are the suspects, in no order",
    ),
    Format(
        "acled", "CSV with the columns of ACLED", "dalil.publish.exports.acled",
        "ranges (one number of fatalities stands for each, 0 where none is known), injured, words, spans of days",
    ),
    Format("ftm", "FollowTheMoney entities as JSON lines", "dalil.publish.exports.ftm"),
    Format("timemap", "events, sources and associations for TimeMap", "dalil.publish.exports.timemap", folder=True),
    Format("hxl", "CSV with HXL tags", "dalil.publish.exports.hxl", "words and who says what"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What an export came to: `line` is its line in the log; `incidents` it shows, `withheld` it does not."""

    out: str
    format: str
    incidents: int
    withheld: int
    sha256: str
    line: int
    checkpoint: int


def outgoing(archive: Archive, scope: Scope) -> Outgoing:
    """What may leave: incidents without anything withheld and without names of people who may be alive."""
    told = tuple(veiled(one.incident, INSTEAD) for one in tell(scope))
    note = archive.checkpoint()
    return Outgoing(told, archive.settings.origin, note)


def render(form: Format, going: Outgoing) -> Mapping[str, bytes]:
    """The export's files by name."""
    return importlib.import_module(form.module).render(going)


def write(archive: Archive, form: Format, scope: Scope, out: Path, *, by: str) -> Written:
    """The export stands at `out`, and the log says who made it for whom; DalilError if something stands there."""
    if out.exists():
        raise DalilError(f"{out} is there already. Name a new file")
    going = outgoing(archive, scope)
    files = render(form, going)
    try:
        if form.folder:
            out.mkdir(parents=True)
        for name, data in files.items():
            write_file(out / name if name else out, data)
        sync_folder(out.absolute().parent)
    except OSError as error:
        raise DalilError(f"cannot write {error.filename or out}: {error.strerror or os.fspath(out)}") from None
    digest = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()
    values = {"recipient": scope.recipient, "format": form.name, "files": digest, "by": by, "tool": TOOL}
    entry = archive.append("export", values)
    withheld = len(scope.incidents) - len(going.incidents)
    size = going.checkpoint.size if going.checkpoint else 0
    return Written(str(out), form.name, len(going.incidents), withheld, digest, entry.seq, size)
