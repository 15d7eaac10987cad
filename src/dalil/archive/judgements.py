"""What people decided: lines of the log, and the table in which they are looked up.

A judgement names its subject by words, not by a row of ours, so that it outlives a better reader:

    kind      subject: the words of …                 verdict
    place     a place's name                          {candidate: id}, or {lat: "…", lon: "…", name: "…"}
    claim     a claim                                 {state: accepted|rejected|corrected, values: {…}}
    link      the first claims of two accounts        "same" | "different" | "unsure"
    grade     the first claim of any of its accounts  "confirmed" | "fair" | "weak" | "contested" | "discounted"
    footage   the account's first claim, an object    "same" | "different" | "unsure"
    open      a person's name                         "open"

Words are {document, start, end}; a link has {left: words, right: words}, footage {object, document, start, end}.

What is derived depends on the judgements that stand, never on the order in which they were made: so a judgement that
is reversed leaves nothing behind but its lines in the log, and a rebuild gives what the last change gave.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, get_args, get_type_hints

from sqlalchemy import Connection, delete, insert, or_, select, update

from dalil.archive import custody, lines
from dalil.db import judgement
from dalil.errors import InputRefused
from dalil.records import Judgement, LogEntry

if TYPE_CHECKING:
    from dalil.archive.archive import Archive

ACT = "judge"
REVERSAL = "reversal"
KINDS = get_args(get_type_hints(Judgement)["kind"])
LINK_VERDICTS = ("same", "different", "unsure")
GRADES = ("confirmed", "fair", "weak", "contested", "discounted")
CLAIM_STATES = ("accepted", "rejected", "corrected")
WORDS = {"document": str, "start": int, "end": int}


# ---------------------------------------------------------------- deciding


def judge(
    archive: Archive, kind: str, subject: Mapping[str, object], verdict: object, *, reason: str, by: str
) -> Judgement:
    """The judgement is a durable line; what it changes waits to be derived. InputRefused if its shape is wrong."""
    subject = checked_subject(kind, subject)
    check_verdict(kind, verdict)
    if not reason.strip():
        raise InputRefused("judgement", "has no reason", "Say in a few words why")
    values = {"kind": kind, "subject": subject, "verdict": verdict, "reason": reason.strip(), "by": by}
    return _append(archive, values)


def reverse(archive: Archive, seq: int, *, reason: str, by: str) -> Judgement:
    """The judgement of line `seq` no longer stands; it and its reversal stay in the log. What it changed waits."""
    with archive.reading() as connection:
        found = connection.execute(select(judgement).where(judgement.c.seq == seq)).mappings().one_or_none()
    if found is None:
        raise InputRefused(f"line {seq}", "is no judgement", 'See "dalil log --act judge"')
    if found["reversed_by"] is not None:
        raise InputRefused(f"line {seq}", f"was reversed by line {found['reversed_by']}", "Judge anew to restore it")
    return _append(archive, {"kind": REVERSAL, "of": seq, "reason": reason.strip() or "undone", "by": by})


def _append(archive: Archive, values: dict[str, object]) -> Judgement:
    with archive.transaction() as connection:
        (entry,), edge = archive.append_within(connection, [(ACT, values)])
        take_note(connection, entry, applied=False)
        seq = values["of"] if values["kind"] == REVERSAL else entry.seq
        row = connection.execute(select(judgement).where(judgement.c.seq == seq)).mappings().one()
    archive.committed(edge)
    return as_judgement(row)


# ---------------------------------------------------------------- shapes


def checked_subject(kind: str, subject: Mapping[str, object]) -> dict[str, object]:
    """The subject with exactly the fields of its kind, the two sides of a link in order; InputRefused otherwise."""
    if kind == "link":
        if set(subject) != {"left", "right"}:
            raise InputRefused("judgement", "a link names left and right", "Name two accounts")
        sides = sorted((_words(subject["left"]), _words(subject["right"])), key=lines.canonical)
        if sides[0] == sides[1]:
            raise InputRefused("judgement", "names one account twice", "Name two accounts")
        return {"left": sides[0], "right": sides[1]}
    if kind not in KINDS:
        raise InputRefused("judgement", f'"{kind}" is no kind of judgement', f"Use one of {', '.join(KINDS)}")
    return _words(subject, {"object": str} if kind == "footage" else {})


def _words(value: object, more: Mapping[str, type] | None = None) -> dict[str, object]:
    wanted = {**WORDS, **(more or {})}
    if not isinstance(value, Mapping) or set(value) != set(wanted):
        raise InputRefused("judgement", f"its subject has the fields {', '.join(wanted)}", "Name the words judged")
    if any(type(value[name]) is not kind for name, kind in wanted.items()) or not 0 <= value["start"] < value["end"]:
        raise InputRefused("judgement", "its subject names no words", "Offsets count code points, start before end")
    return dict(value)


def check_verdict(kind: str, verdict: object) -> None:
    """Nothing, where the verdict is one that its kind allows; InputRefused otherwise."""
    allowed = {"link": LINK_VERDICTS, "footage": LINK_VERDICTS, "grade": GRADES, "open": ("open",)}.get(kind)
    if allowed:
        if verdict not in allowed:
            raise InputRefused("judgement", f"cannot be {verdict!r}", f"Use one of {', '.join(allowed)}")
        return
    if not isinstance(verdict, Mapping):
        raise InputRefused("judgement", "its verdict is no object", "See docs/judgements.md")
    if kind == "claim":
        values = verdict.get("values", {})
        wrong = verdict.get("state") not in CLAIM_STATES or not isinstance(values, Mapping)
        if wrong or (verdict["state"] == "corrected") != bool(values):
            raise InputRefused("judgement", "a claim is accepted, rejected or corrected (with values)", "Say which")
    elif kind == "place" and not (_is_point(verdict) or type(verdict.get("candidate")) in (int, str)):
        raise InputRefused("judgement", "chooses no candidate and no point", 'Give "candidate", or "lat" and "lon"')


def _is_point(verdict: Mapping[str, object]) -> bool:
    try:
        lat, lon = float(str(verdict["lat"])), float(str(verdict["lon"]))
    except (KeyError, ValueError):
        return False
    return -90 <= lat <= 90 and -180 <= lon <= 180


# ---------------------------------------------------------------- the table


def take_note(connection: Connection, entry: LogEntry, *, applied: bool) -> None:
    """The table holds what the line decides; a line whose kind, subject or verdict was erased decides nothing."""
    said = entry.disclosed
    if said.get("kind") == REVERSAL:
        undone = judgement.c.seq == said.get("of"), judgement.c.reversed_by.is_(None)
        connection.execute(update(judgement).where(*undone).values(reversed_by=entry.seq, applied=int(applied)))
        return
    try:
        kind = str(said["kind"])
        subject = checked_subject(kind, said["subject"])
        check_verdict(kind, said["verdict"])
    except (KeyError, InputRefused):
        return
    left, right = subject.get("left", subject), subject.get("right", {})
    row = {
        "seq": entry.seq, "kind": kind, "subject": lines.canonical(subject), "document": left.get("document"),
        "other": right.get("document"), "verdict": lines.canonical(said["verdict"]),
        "reason": str(said.get("reason", custody.ERASED)), "by": str(said.get("by", custody.ERASED)),
        "at": lines.moment(entry.at_utc), "reversed_by": None, "applied": int(applied),
    }  # fmt: skip
    connection.execute(insert(judgement), row)


def rebuild(connection: Connection) -> None:
    """The table is what the log discloses, made anew. All count as applied: what is derived next obeys them."""
    connection.execute(delete(judgement))
    for entry in list(custody.entries(connection, act=ACT)):
        take_note(connection, entry, applied=True)


def standing(connection: Connection, *, kind: str | None = None, document: str | None = None) -> list[Judgement]:
    """The judgements that stand, in log order: not reversed, and the newest of one kind on one subject."""
    query = select(judgement).where(judgement.c.reversed_by.is_(None)).order_by(judgement.c.seq)
    if kind is not None:
        query = query.where(judgement.c.kind == kind)
    if document is not None:
        query = query.where(or_(judgement.c.document == document, judgement.c.other == document))
    newest = {(row["kind"], row["subject"]): row for row in connection.execute(query).mappings()}
    return sorted(map(as_judgement, newest.values()), key=lambda j: j.seq)


def every(connection: Connection, *, document: str | None = None) -> list[Judgement]:
    """All judgements, reversed ones too, in log order."""
    query = select(judgement).order_by(judgement.c.seq)
    if document is not None:
        query = query.where(or_(judgement.c.document == document, judgement.c.other == document))
    return [as_judgement(row) for row in connection.execute(query).mappings()]


def waiting(connection: Connection) -> list[Judgement]:
    """The judgements, made or reversed, whose effect is not derived yet, in log order."""
    query = select(judgement).where(judgement.c.applied == 0).order_by(judgement.c.seq)
    return [as_judgement(row) for row in connection.execute(query).mappings()]


def mark_applied(connection: Connection, seqs: Iterable[int]) -> None:
    """What these judgements change is derived."""
    connection.execute(update(judgement).where(judgement.c.seq.in_(list(seqs))).values(applied=1))


def as_judgement(row: Mapping[str, object]) -> Judgement:
    """The record of a row of the table."""
    return Judgement(
        row["seq"], lines.read_moment(row["at"]), row["by"], row["reason"], row["kind"], json.loads(row["subject"]),
        json.loads(row["verdict"]), row["reversed_by"],
    )  # fmt: skip
