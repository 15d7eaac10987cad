"""A public site as a folder: incidents, map and data, without names of the living, without files, in two languages.

It is a bag like a case file (docs/case-file.md), so that verify.py holds it against the log's checkpoint. Nothing in it
loads anything from elsewhere, and it opens from a disk.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dalil.archive import Archive
from dalil.claims.imports.formulas import disarmed
from dalil.incidents.veil import as_incident, veiled
from dalil.publish import documents
from dalil.publish.case import Bag, Exported, disclosed, write_bag
from dalil.publish.exports.outgoing import INSTEAD
from dalil.publish.exports.outgoing import at as put
from dalil.publish.preview import Leaving, leaves, leaving
from dalil.publish.reports import LANGUAGES, Told, page, tell, title, words
from dalil.publish.scope import Scope
from dalil.records import Incident, Range, builtins

# What a public site shows on no line of the log: names of files, where they came from, who did what and why.
PRIVATE_FIELDS = ("name", "source", "by", "reason", "page", "recipient")
POINT = re.compile(r" ?\[[^]]*\]")
COLUMNS = (
    "id", "type", "start", "end", "place", "latitude", "longitude", "where_prec", "killed_low", "killed_high",
    "killed_at_least", "injured_low", "injured_high", "injured_at_least", "grade", "accounts", "sources",
)  # fmt: skip


def told_in_public(scope: Scope, *, digits: int | None = None) -> tuple[Told, ...]:
    """The incidents as the site tells them: names of the living taken out, points rounded to `digits` decimals."""
    return tuple(replace(t, incident=rounded(veiled(t.incident, INSTEAD), digits)) for t in tell(scope))


def preview(told: Iterable[Told]) -> list[Leaving]:
    """Every field that would leave, in the order of the records."""
    return leaving(pair for one in told for pair in leaves(builtins(one.incident)))


def write_site(
    archive: Archive, scope: Scope, out: Path, *, title: str, digits: int | None, by: str, stamp: bool = True
) -> Exported:
    """The site stands at `out`, whole, and the log says so; DalilError if something stands there already."""
    scope.absent = frozenset(scope.objects)
    told = told_in_public(scope, digits=digits)

    def fill(bag: Bag) -> bool:
        bag.write("data/disclosures.txt", disclosed(scope.rows.items()))
        write_pages(bag, scope, told, title)
        write_data(bag, [t.incident for t in told])
        return False

    return write_bag(archive, scope, out, fill, by=by, stamp=stamp)


# ---------------------------------------------------------------- pages


def write_pages(bag: Bag, scope: Scope, told: tuple[Told, ...], name: str) -> None:
    """Every page in each language, and the script that narrows the list."""
    templates = documents.TEMPLATES
    bag.write("data/site.js", (templates / "site.js").read_bytes())
    bag.write("index.html", documents.html("site_front.html", lang="en", title=name))
    for lang in LANGUAGES:
        common = {"lang": lang, "title": name, "other": next(code for code in LANGUAGES if code != lang)}
        rows = [row(t.incident, words(lang)) for t in told]
        pages = {"index": {"rows": rows}, "map": {"map": drawn(told, lang)}, "verify": {}}
        for page_name, values in pages.items():
            made = documents.html(f"site_{page_name}.html", here=f"{page_name}.html", **values, **common)
            bag.write(f"data/{lang}/{page_name}.html", made)
        for one in told:
            data = page(one, scope, {}, lang)
            bag.write(f"data/{lang}/{one.name}.html", documents.html("report.html", p=data, back="index.html"))


def row(incident: Incident, w: dict[str, str]) -> dict[str, Any]:
    """One line of the list of incidents."""
    return {
        "id": incident.id,
        "day": incident.when.start.isoformat() if incident.when else "",
        "kind": w.get(f"type_{incident.type}", incident.type),
        "place": incident.where.name if incident.where else "",
        "killed": span(incident.killed),
        "injured": span(incident.injured),
        "disputed": bool(incident.killed and incident.killed.disputed),
        "accounts": len(incident.accounts),
        "sources": len(incident.sources),
    }


def span(counted: Range | None) -> str:
    """ "8–17+", "" where nobody says."""
    if counted is None or counted.high is None:
        return ""
    high = f"{counted.high}{'+' if counted.open_above else ''}"
    return high if counted.low in (None, counted.high) else f"{counted.low}–{high}"


# ---------------------------------------------------------------- the map


def drawn(told: Iterable[Told], lang: str) -> dict[str, Any]:
    """The incidents' points in a picture of 1000 by `height`, with lines of latitude and longitude round about.

    Equirectangular about the middle latitude. `radius` is the place's own radius, where it has one.
    """
    points = [(t.name, t.incident, at) for t in told if (at := put(t.incident))]
    if not points:
        return {"points": [], "lines": [], "height": 1}
    lats, lons = [at.lat for *_, at in points], [at.lon for *_, at in points]
    pad = max(0.05, 0.08 * max(max(lats) - min(lats), max(lons) - min(lons)))
    south, north, west, east = min(lats) - pad, max(lats) + pad, min(lons) - pad, max(lons) + pad
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = 1000 / ((east - west) * squeeze)
    height = (north - south) * scale
    if height > 1400:
        scale *= 1400 / height
        height = 1400.0

    def x(lon: float) -> float:
        return round((lon - west) * squeeze * scale, 1)

    def y(lat: float) -> float:
        return round((north - lat) * scale, 1)

    step = next(s for s in (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30) if (north - south) / s <= 8 or s == 30)
    across = [{"at": y(v), "text": f"{v:g}°"} for v in steps(south, north, step)]
    down = [{"at": x(v), "text": f"{v:g}°"} for v in steps(west, east, step)]
    return {
        "height": round(height, 1),
        "width": round((east - west) * squeeze * scale, 1),
        "across": across,
        "down": down,
        "points": [
            {
                "name": name,
                "text": " · ".join(part for part in (title(i, lang), span(i.killed)) if part),
                "x": x(at.lon),
                "y": y(at.lat),
                "radius": max(5.0, round((i.where.radius_m or 0) / 111_320 * scale, 1)) if i.where else 5.0,
            }
            for name, i, at in points
        ],
    }


def steps(low: float, high: float, step: float) -> Iterator[float]:
    """The multiples of `step` between."""
    for n in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield round(n * step, 4)


def rounded(incident: Incident, digits: int | None) -> Incident:
    """The incident with every point in it rounded to so many decimals, 2 being about a kilometre."""
    if digits is None:
        return incident

    def coarse(value: Any) -> Any:
        if isinstance(value, dict) and value.get("name") == "place" and "weight" in value:
            # Evidence between two places tells their points in words.
            return {**value, "left": POINT.sub("", value["left"] or ""), "right": POINT.sub("", value["right"] or "")}
        if isinstance(value, dict):
            return {k: round(v, digits) if k in ("lat", "lon") else coarse(v) for k, v in value.items()}
        return [coarse(v) for v in value] if isinstance(value, (list, tuple)) else value

    return as_incident(coarse(builtins(incident)))


# ---------------------------------------------------------------- data


def write_data(bag: Bag, incidents: list[Incident]) -> None:
    """The incidents as JSON, GeoJSON and CSV."""
    records = "".join(json.dumps(builtins(i), ensure_ascii=False) + "\n" for i in incidents)
    bag.write("data/incidents.jsonl", records.encode())
    features = [feature(i) for i in incidents]
    collection = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    bag.write("data/incidents.geojson", collection.encode() + b"\n")
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([safe(properties(i)[name]) for name in COLUMNS] for i in incidents)
    bag.write("data/incidents.csv", text.getvalue().encode())


def properties(incident: Incident) -> dict[str, Any]:
    """The incident on one row."""
    at, where = put(incident), incident.where
    killed, injured = incident.killed, incident.injured
    return {
        "id": incident.id,
        "type": incident.type,
        "start": incident.when.start.isoformat() if incident.when else None,
        "end": incident.when.end.isoformat() if incident.when else None,
        "place": where.name if where else None,
        "latitude": at.lat if at else None,
        "longitude": at.lon if at else None,
        "where_prec": where.precision if where else None,
        "killed_low": killed.low if killed else None,
        "killed_high": killed.high if killed else None,
        "killed_at_least": killed.open_above if killed else None,
        "injured_low": injured.low if injured else None,
        "injured_high": injured.high if injured else None,
        "injured_at_least": injured.open_above if injured else None,
        "grade": incident.grade.grade if incident.grade else None,
        "accounts": len(incident.accounts),
        "sources": len(incident.sources),
    }


def feature(incident: Incident) -> dict[str, Any]:
    """The incident as a GeoJSON feature (RFC 7946); without a point its geometry is null."""
    at = put(incident)
    geometry = {"type": "Point", "coordinates": [at.lon, at.lat]} if at else None
    return {"type": "Feature", "id": incident.id, "geometry": geometry, "properties": properties(incident)}


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; nothing for what is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return disarmed(value) if isinstance(value, str) else value
