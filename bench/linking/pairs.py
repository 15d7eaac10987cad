"""The labelled pairs of public codings of Syria 2016, and the accounts that they are pairs of.

The rows are not part of the project: UCDP GED (CC BY 4.0) and Airwars' Syria records lie in `../shared/data/incidents`
beside the checkout. The labels, made by reading both rows and those around them, are ours.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from dalil.atlas.distance import distance_km
from dalil.claims.imports import Part, Wanted, parts
from dalil.incidents.likeness import days_apart
from dalil.incidents.profile import Profile, profile_of_event

HERE = Path(__file__).parent
DATA = HERE.parents[1].parent / "shared" / "data" / "incidents"
FILES = {"ucdp": "ucdp_syria_2016.csv", "airwars": "airwars_syria_2016.csv"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a public record: `id` as its publisher has it."""

    kind: str
    id: str
    part: Part
    profile: Profile


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, whether they are of one event, why, and which half of the labels they belong to."""

    ucdp: Row
    airwars: Row
    same: bool
    reason: str
    held_out: bool

    @property
    def gap_days(self) -> int:
        """Days between the two."""
        return max(0, days_apart(self.ucdp.profile, self.airwars.profile))

    @property
    def apart_km(self) -> float:
        """The distance between their points."""
        return distance_km(self.ucdp.profile.points[0], self.airwars.profile.points[0])

    @property
    def near(self) -> bool:
        """Within one kilometre and one day of each other."""
        return self.apart_km <= 1 and self.gap_days <= 1


def read_rows() -> dict[tuple[str, str], Row]:
    """Every row of both records by record and id."""
    found = {}
    for number, (kind, name) in enumerate(FILES.items()):
        sha256 = f"{number + 1:064x}"
        for part in parts(DATA / name, Wanted(kind, "SY"), object=sha256, name=name):
            if isinstance(part, Part) and part.reading.incidents:
                code = part.document.title.split(":")[0].split(maxsplit=2 if kind == "ucdp" else 1)[-1]
                event = part.reading.incidents[0]
                voices = tuple(c.said_by.name for c in part.reading.claims if c.said_by)
                found[kind, code] = Row(kind, code, part, profile_of_event(event, text=sha256, voices=voices))
    return found


def read_pairs(rows: dict[tuple[str, str], Row]) -> list[Pair]:
    """The labelled pairs; a digest of the Airwars id halves them, so that all pairs of one row are in one half."""
    with (HERE / "syria_2016_pairs.csv").open(encoding="utf-8") as file:
        return [
            Pair(rows["ucdp", line["ucdp_id"]], rows["airwars", line["airwars_id"]], line["label"] == "same",
                 line["reason"], hashlib.sha256(line["airwars_id"].encode()).digest()[0] % 2 == 1)
            for line in csv.DictReader(file)
        ]  # fmt: skip
