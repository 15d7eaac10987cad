"""How a reading is held against an expected sentence: every field in `expect` is one value, right or wrong."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path

from dalil.claims.reader import read_text
from dalil.records import INCIDENT_STATUSES, Claim, Reading, Toll

HERE = Path(__file__).parent / "golden_sentences"
SIMPLE = ("type", "killed", "injured", "missing", "when", "where", "said_by", "target", "weapon")


def sentences(lang: str) -> list[dict]:
    """The sentences of one language, in the order of their file."""
    return [json.loads(x) for x in (HERE / f"{lang}.jsonl").read_text("utf-8").splitlines()]


def read(row: dict) -> Reading:
    """What the reader makes of a sentence."""
    return read_text(row["text"], published=date.fromisoformat(row["published"]), lang=row["lang"])


def fold(name: str | None) -> str:
    """A name without case, marks, spaces and article."""
    text = unicodedata.normalize("NFKD", (name or "").casefold())
    text = (
        "".join(c for c in text if c.isalnum()).replace("ى", "ي").replace("أ", "ا").replace("إ", "ا").replace("آ", "ا")
    )
    for article in ("al", "the", "ال"):
        text = text.removeprefix(article)
    return text


def alike(a: str | None, b: str | None) -> bool:
    """Whether one name holds the other."""
    x, y = fold(a), fold(b)
    return bool(x and y) and (x in y or y in x)


def bounds(toll: Toll | None) -> dict | None:
    """The three numbers of a toll, or None where none is bounded."""
    if toll is None or (toll.low is None and toll.best is None and toll.high is None):
        return None
    return {"low": toll.low, "best": toll.best, "high": toll.high}


def values(want: dict, claim: Claim | None, reading: Reading) -> list[tuple[str, object, object, bool]]:
    """(field, expected, found, right) for every value of one expected claim; `claim` is the one it was matched with."""
    out = [
        (
            "status",
            want["status"],
            claim.status if claim else None,
            claim is not None and claim.status == want["status"],
        )
    ]
    sources = [claim] if claim else []
    if claim is not None and claim.status in INCIDENT_STATUSES:
        index = reading.claims.index(claim)
        sources += [i for i in reading.incidents if index in i.claims]
    for name in SIMPLE:
        if name in want:
            found = [_simple(name, s) for s in sources]
            right = any(_same(name, want[name], f) for f in found)
            out.append((name, want[name], found[0] if found else None, right))
    for name, field in (("groups", "killed"), ("injured_groups", "injured")):
        for group, n in want.get(name, {}).items():
            found = [{g.group: g.best for g in t.groups} if (t := getattr(s, field)) else {} for s in sources]
            out.append((f"{name}.{group}", n, found[0] if found else None, any(f.get(group) == n for f in found)))
    out += _people(want, sources) + _footage(want, sources)
    return out


def _simple(name: str, s) -> object:
    if name == "type":
        return s.type
    if name in ("killed", "injured", "missing"):
        return bounds(getattr(s, name))
    if name == "when":
        return {"start": s.when.start.isoformat(), "end": s.when.end.isoformat()} if s.when else None
    if name == "where":
        return s.where.name if s.where else None
    if name == "said_by":
        return s.said_by.name if getattr(s, "said_by", None) else None
    if name == "target":
        return [t.kind for t in s.targets]
    return [m for w in s.weapons for m in w.mentions]


def _same(name: str, want, found) -> bool:
    if name == "type":
        return found in want if isinstance(want, list) else found == want
    if name in ("where", "said_by"):
        return alike(want, found)
    if name == "target":
        return want in found
    if name == "weapon":
        return any(alike(want, f) for f in found)
    return found in want if isinstance(want, list) else found == want


def _people(want: dict, sources: list) -> list:
    out = []
    if "suspect" in want:
        wanted = want["suspect"]
        options = [x for s in sources for x in s.suspects]
        named = [x for x in options if "name" not in wanted or any(alike(wanted["name"], m) for m in x.mentions)]
        best = max(
            named,
            key=lambda x: sum(getattr(x, f) == wanted[f] for f in ("kind", "attribution") if f in wanted),
            default=None,
        )
        for f, v in wanted.items():
            found = (
                getattr(best, f, None) if f != "name" else (best.mentions if best else [x.mentions for x in options])
            )
            right = best is not None and (f == "name" or (alike(v, found) if f == "by" else found == v))
            out.append((f"suspect.{f}", v, found, right))
    if "victim" in want:
        wanted = want["victim"]
        options = [x for s in sources for x in s.victims]
        best = max(options, key=lambda x: sum(_victim(x, f, v) for f, v in wanted.items()), default=None)
        for f, v in wanted.items():
            out.append(
                (
                    f"victim.{f}",
                    v,
                    getattr(best, f, None) if f != "name" else best and best.mentions,
                    best is not None and _victim(best, f, v),
                )
            )
    return out


def _victim(victim, field: str, value) -> bool:
    if field == "name":
        return any(alike(value, m) for m in victim.mentions)
    return getattr(victim, field) == value


def _footage(want: dict, sources: list) -> list:
    out = []
    for f, v in want.get("footage", {}).items():
        found = [getattr(s.footage, f) for s in sources if s.footage is not None]
        out.append(
            (
                f"footage.{f}",
                v,
                found[0] if found else None,
                any(alike(v, x) if f == "credit" else x == v for x in found),
            )
        )
    return out


def matched(wants: list[dict], reading: Reading) -> list[Claim | None]:
    """For each expected claim the read one that fits it best; each is used once."""
    left, out = list(reading.claims), []
    for want in wants:
        best = max(left, key=lambda c: _fit(want, c, reading), default=None)
        if best is not None:
            left.remove(best)
        out.append(best)
    return out


def _fit(want: dict, claim: Claim, reading: Reading) -> float:
    rows = values(want, claim, reading)
    return sum(right for *_, right in rows) + 0.5 * (claim.status == want["status"])


def score(row: dict) -> tuple[list[tuple[str, object, object, bool]], bool]:
    """(every value of the sentence, whether something leaked into incidents that must not)."""
    reading, expect = read(row), row["expect"]
    rows = []
    if expect["incidents"] is not None:
        rows.append(
            ("incidents", expect["incidents"], len(reading.incidents), len(reading.incidents) == expect["incidents"])
        )
    for want, claim in zip(expect["claims"], matched(expect["claims"], reading), strict=True):
        rows += values(want, claim, reading)
    for name in expect.get("absent", ()):
        found = [bounds(getattr(c, name)) for c in (*reading.claims, *reading.incidents)]
        rows.append((f"absent.{name}", None, found, not any(found)))
    leak = expect["incidents"] == 0 and len(reading.incidents) > 0
    return rows, leak
