"""Whether an Arabic clause tells what happened: threats, denials, forecasts, habits, sums and history stand apart."""

from __future__ import annotations

from datetime import date, timedelta

from dalil.claims.languages.ar.words import Line, word_set
from dalil.records import DateSpan

# A count "since" a day longer ago than this is a sum over many events.
THROUGHOUT_DAYS = 31
OLD_DAYS = 60  # an event this long before the report is its history, on sentences of our own
LASTING = frozenset(("siege", "ceasefire", "displacement", "movement", "work_stoppage"))
FUTURE_EXCEPT = word_set("no_future")


def cues_of(line: Line, a: int, b: int) -> dict[str, int]:
    """Where each status is cued between words a and b: the first word of its first cue."""
    out: dict[str, int] = {}
    for k in range(a, b):
        m = line.marks[k]
        if m is None:
            if _future(line, k):
                out.setdefault("forecast", k)
            continue
        if m[2].conj.endswith("س") and line.has(k, "event", "harm"):
            out.setdefault("threatened" if m[2].stem.startswith("ن") else "forecast", k)
        for e in m[1]:
            if e.cat == "cue" and _cued(line, k, e.a, b):
                out.setdefault(e.a, k)
    return out


def _future(line: Line, k: int) -> bool:
    f = line.f[k].removeprefix("و").removeprefix("ف")
    if len(f) < 5 or f[0] != "س" or f[1] not in "يتن" or f in FUTURE_EXCEPT:
        return False
    if k and (
        line.is_(k - 1, "prep")
        or line.is_(k - 1, "placeword")
        or line.is_(k - 1, "placehead")
        or line.is_(k - 1, "loc")
    ):
        return False
    return not f.endswith(("ة", "ات", "ان")) and not (f.endswith("ت") and len(f) > 5)


def _cued(line: Line, k: int, status: str, b: int) -> bool:
    """Whether the cue at k is meant: قد only before a present verb, a negation only before an act."""
    f = line.f[k]
    if f.removeprefix("و").removeprefix("ف") == "قد" and status == "hypothetical":
        after = line.f[k + 1] if k + 1 < b else ""
        if after in ("تكون", "يكون"):
            return False
        return after[:1] == "ي" or (after[:1] == "ت" and not after.endswith("ت") and len(after) > 3)
    if status == "negated":
        return _negates(line, k, b)
    if f.startswith("تهديد") and status == "threatened":
        return any(line.has(x, "event") for x in range(k, b))
    if status == "attempted" and line.cut(k).stem in ("نجا", "نجت", "نجوا", "فشل", "فشلت", "فاشل", "فاشلة"):
        return any(line.has(x, "event", "harm") for x in range(k + 1, b)) and any(
            w in line.f[k:b] for w in ("محاولة", "استهداف", "كمين", "هجوم", "اغتيال", "بكمين", "تفجير")
        )
    return True


def _negates(line: Line, k: int, b: int) -> bool:
    """Whether the negation at k falls on an act; what causes no harm is told by tolls.py."""
    stem = line.cut(k).stem
    if stem not in ("لم", "لن", "ليس", "ليست", "ما"):
        return False
    verb = line.f[k + 1] if k + 1 < b else ""
    if line.entry(k + 1, "harm") is not None and line.entry(k + 1, "harm").a == "cause":
        return False
    if stem == "ما" or verb in ("يعد", "تعد", "ترد", "يرد", "تعرف", "يعرف", "يتضح", "تتبن", "تتبني", "يتبن", "تتمكن"):
        return False
    return any(line.has(x, "event") or line.entry(x, "weapon") is not None for x in range(k + 1, min(k + 6, b)))


def status_of(
    line: Line,
    a: int,
    b: int,
    cues: dict[str, int],
    *,
    trigger: int,
    kind: str,
    counted: bool,
    when: DateSpan | None,
    published: date | None,
) -> str:
    """The status of the claim whose first trigger is word `trigger`; `counted` says that a toll is told."""
    if "denied" in cues and not _own_part(line, a, b):
        return "denied"
    if "threatened" in cues:
        return "threatened"
    if "memory" in cues:
        return "background"
    if "negated" in cues and not counted:
        return "negated"
    if (
        "hypothetical" in cues
        and cues["hypothetical"] <= trigger + 8
        and not (counted and cues["hypothetical"] > trigger + 3)
    ):
        return "hypothetical"
    if "attempted" in cues and not counted:
        return "attempted"
    if (
        "forecast" in cues
        and (cues["forecast"] < trigger or not counted)
        and not (counted and when is not None and when.end <= (published or when.end))
    ):
        return "forecast"
    if "called" in cues and cues["called"] <= trigger and not counted and (when is None or kind in LASTING):
        return "hypothetical"
    if "ongoing" in cues and not counted and kind not in LASTING:
        return "generic"
    if _alternatives(line, a, b) or ("generic" in cues and (when is None or when.precision != "day")):
        return "generic"
    if kind in LASTING:
        return "reported"
    since = when is not None and published is not None and when.rule.startswith("up to publication")
    if since and counted and (published - when.start).days > THROUGHOUT_DAYS:
        return "total"  # منذ آذار 2011
    if "total" in cues or (
        when is not None and when.precision in ("month", "year") and counted and _throughout(line, a, b)
    ):
        return "total"
    if _old(when, published) or (
        "background" in cues and (when is None or when.precision != "day" or _old(when, published))
    ):
        return "background"
    return "reported"


def _own_part(line: Line, a: int, b: int) -> bool:
    """Whether what is denied is only the denier's part in what happened: نفت مسؤوليتها عن."""
    return any(line.is_(k, "claimed") for k in range(a, b))


def _throughout(line: Line, a: int, b: int) -> bool:
    return any(line.f[k] in ("خلال", "طوال", "طيلة", "منذ") for k in range(a, b))


def _alternatives(line: Line, a: int, b: int) -> bool:
    """عشرة أو عشرين أو مئة: two "or"s between numbers count nobody."""
    ors = [k for k in range(a, b) if line.f[k] == "او" and line.has(k + 1, "num")]
    return len(ors) >= 2


def _old(when: DateSpan | None, published: date | None) -> bool:
    return when is not None and published is not None and when.end < published - timedelta(days=OLD_DAYS)
