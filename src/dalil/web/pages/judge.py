"""What people decide on the pages, each a POST through the one door: judging, and undoing."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.errors import InputRefused
from dalil.web.acting import Act, acting, done, writing

SIDES = ("left", "right")
TOLLS = ("killed", "injured", "missing")
COUNT = re.compile(r"(?P<low>\d{1,9})(?:(?P<floor>\+)|\s*(?:\.\.|-|–)\s*(?P<high>\d{1,9}))?", re.ASCII)
UNKNOWN = ("none", "?", "-")


def judge(request: Request, act: Act) -> Response:
    """The judgement is in the log and what it changes is derived; back to where it was made."""
    from dalil.incidents import reports  # the reader, which pages that only show do without

    kind = request.path_params["kind"]
    if kind not in VERDICTS:
        raise HTTPException(404)
    if kind == "open" and not request.state.person.opens:
        raise HTTPException(403)
    subject, verdict = subject_of(kind, act.form), VERDICTS[kind](act.form)
    if not act.reason:
        raise InputRefused("judgement", "has no reason", "Say in a few words why")
    with writing(request) as archive:
        made = reports.judge(archive, kind, subject, verdict, reason=act.reason, by=act.by)
    return done(request, act, "judged", made.seq)


def undo(request: Request, act: Act) -> Response:
    """The judgement no longer stands; everything is as if it had not been made, but for the log."""
    from dalil.incidents import reports

    seq = number(act.form, "seq")
    with writing(request) as archive:
        reports.undo(archive, seq, reason=act.reason or "undone", by=act.by)
    return done(request, act, "undone", seq)


# ------------------------------------------------------------------ forms


def subject_of(kind: str, form: dict[str, str]) -> dict[str, object]:
    """The words that the form names."""
    if kind == "link":
        return {side: words(form, f"{side}_") for side in SIDES}
    named = {"object": form.get("object", "")} if kind == "footage" else {}
    return {**named, **words(form)}


def words(form: dict[str, str], prefix: str = "") -> dict[str, object]:
    """{document, start, end}."""
    return {
        "document": form.get(f"{prefix}document", ""),
        "start": number(form, f"{prefix}start"),
        "end": number(form, f"{prefix}end"),
    }


def number(form: dict[str, str], name: str) -> int:
    """The field as a whole number; 400 where the form was tampered with."""
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise HTTPException(400)
    return int(text)


def place_verdict(form: dict[str, str]) -> dict[str, object]:
    """A candidate, or a point of one's own."""
    choice = form.get("choice", "")
    if choice.startswith("c:"):
        return {"candidate": choice[2:]}
    lat, lon = form.get("lat", "").strip(), form.get("lon", "").strip()
    if choice != "point" or not lat or not lon:
        raise InputRefused("place", "nothing is chosen", "Choose a candidate, or give latitude and longitude")
    name = form.get("name", "").strip()
    return {"lat": lat, "lon": lon, **({"name": name} if name else {})}


def claim_verdict(form: dict[str, str]) -> dict[str, object]:
    """Accepted, rejected, or corrected with the fields that were filled in."""
    from dalil.claims.overruling import checked_values

    state = form.get("state", "")
    if state != "corrected":
        return {"state": state}
    values: dict[str, object] = {name: count(name, form[name]) for name in TOLLS if form.get(name, "").strip()}
    values |= {name: form[name] for name in ("type", "status") if form.get(name)}
    if start := form.get("when_start", "").strip():
        values["when"] = {"start": start, "end": form.get("when_end", "").strip() or start}
    if not values:
        raise InputRefused("claim", "nothing is corrected", "Fill in what the report says instead")
    return {"state": state, "values": checked_values(values)}


def count(name: str, text: str) -> dict[str, object] | None:
    """ "17", "8-15", "17+" or "none" as a toll."""
    from dalil.claims.overruling import toll_of

    text = text.strip()
    if text.casefold() in UNKNOWN:
        return None
    found = COUNT.fullmatch(text)
    if not found:
        raise InputRefused(name, f'expected 17, 8-15, 17+ or none, found "{text[:40]}"', "Write it so")
    return toll_of(found)


def chosen(form: dict[str, str]) -> str:
    """The one word of the verdict; whether it is allowed, the log's own check says."""
    return form.get("verdict", "")


VERDICTS = {
    "place": place_verdict,
    "claim": claim_verdict,
    "link": chosen,
    "grade": chosen,
    "footage": chosen,
    "open": lambda _form: "open",
}

ROUTES = (
    Route("/judge/{kind}", acting(judge), methods=["POST"]),
    Route("/undo", acting(undo), methods=["POST"]),
)
