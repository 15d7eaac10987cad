"""How linking does on the labelled pairs: each row an account of its own, linked as in an archive.

    python bench/linking/score.py [--json]

Near pairs lie within one kilometre and one day of each other. "Wrongly merged" are pairs that the labels call
different and that stand in one incident without a person; "found" are pairs that the labels call the same and that
are linked or suggested. The baseline calls same what lies within five kilometres and one day.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from pairs import Pair, Row, read_pairs, read_rows
from sqlalchemy import insert, select

from dalil import db
from dalil.atlas.distance import distance_km
from dalil.incidents import linking


def link(conn, rows: list[Row], together: bool) -> None:
    """Every row stands in an incident; each record is one table of events, or each row a text of its own."""
    for number, kind in enumerate(("ucdp", "airwars"), 1):
        wanted = json.dumps({"kind": kind}) if together else None
        conn.execute(
            insert(db.capture).values(
                seq=number, sha256=f"{number:064x}", size=0, media_type="text/csv", name=kind, source=kind,
                captured_utc="2026-01-01T00:00:00Z", tool="bench", by="bench", imported=wanted,
            )
        )  # fmt: skip
    for row in rows:
        linking.link_reading(conn, row.part.document, row.part.reading)


def homes_and_pairs(conn) -> tuple[dict[str, str], set[frozenset[str]]]:
    """The incident of every document, and the pairs of incidents that a person is asked about."""
    a = db.account.c
    homes = dict(tuple(r) for r in conn.execute(select(a.sha256, a.incident)))
    numbers = dict(tuple(r) for r in conn.execute(select(a.number, a.incident)))
    asked = {frozenset((numbers[r.left], numbers[r.right])) for r in conn.execute(select(db.pair))}
    return homes, asked


def score(pairs: list[Pair], homes: dict[str, str], asked: set[frozenset[str]]) -> dict[str, float]:
    """The figures over these labels."""

    def state(pair: Pair) -> str:
        one, two = (homes[row.part.document.object] for row in (pair.ucdp, pair.airwars))
        return "linked" if one == two else "suggested" if frozenset((one, two)) in asked else "apart"

    near_different = [p for p in pairs if p.near and not p.same]
    same = [p for p in pairs if p.same]
    states = [state(p) for p in same]
    wrong = [p for p in near_different if state(p) == "linked"]
    for pair in pairs:
        if (state(pair) == "linked") != pair.same and (not pair.same or state(pair) == "apart"):
            print(f"{state(pair)}: {pair.ucdp.id} {pair.airwars.id} is {pair.reason}", file=sys.stderr)
    baseline = [p for p in pairs if p.apart_km <= 5 and p.gap_days <= 1]
    return {
        "labels": len(pairs),
        "near different": len(near_different),
        "near wrongly merged": len(wrong),
        "different wrongly merged": sum(1 for p in pairs if not p.same and state(p) == "linked"),
        "suggested, though different": sum(1 for p in pairs if not p.same and state(p) == "suggested"),
        "same": len(same),
        "same linked": states.count("linked"),
        "same suggested": states.count("suggested"),
        "same found": round((len(states) - states.count("apart")) / len(same), 3),
        "baseline near wrongly merged": sum(1 for p in baseline if p.near and not p.same),
        "baseline wrongly merged": sum(1 for p in baseline if not p.same),
        "baseline same found": round(sum(1 for p in baseline if p.same) / len(same), 3),
    }


def merged_within(rows: list[Row], homes: dict[str, str]) -> dict[str, int]:
    """Near rows of one record, which are different events by that record, that stand in one incident."""
    near = wrong = 0
    for kind in ("ucdp", "airwars"):
        own = sorted((r for r in rows if r.kind == kind and r.profile.points and r.profile.start),
                     key=lambda r: r.profile.start)  # fmt: skip
        for at, one in enumerate(own):
            for two in own[at + 1 :]:
                if (two.profile.start - one.profile.start).days > 1:
                    break
                if distance_km(one.profile.points[0], two.profile.points[0]) <= 1:
                    near += 1
                    wrong += homes[one.part.document.object] == homes[two.part.document.object]
    return {"near": near, "in one incident": wrong}


def main() -> None:
    """The figures, whole and for each half of the labels."""
    rows = read_rows()
    pairs = read_pairs(rows)
    for together in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            engine = db.open_engine(Path(folder) / "dalil.db")
            db.create_schema(engine)
            with engine.begin() as conn:
                began = time.perf_counter()
                link(conn, list(rows.values()), together)
                took = time.perf_counter() - began
                homes, asked = homes_and_pairs(conn)
                found = {
                    "rows": len(rows), "as": "two tables of events" if together else "texts of their own",
                    "ms a row": round(1000 * took / len(rows), 2), "incidents": len(set(homes.values())),
                    "questions": len({p for p in asked if len(p) == 2}),
                    "all labels": score(pairs, homes, asked),
                    "fitted half": score([p for p in pairs if not p.held_out], homes, asked),
                    "held-out half": score([p for p in pairs if p.held_out], homes, asked),
                    "one record": merged_within(list(rows.values()), homes),
                }  # fmt: skip
                print(json.dumps(found, indent=1))
            engine.dispose()


if __name__ == "__main__":
    main()
