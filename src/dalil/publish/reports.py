"""What a report page says of an incident, in one shape for HTML and PDF, and for each language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from dalil.incidents.likeness import bounds
from dalil.incidents.linking import replace_accounts
from dalil.publish.scope import Scope
from dalil.records import Account, DateSpan, Incident, Quote, Range, Toll, object_of

LANGUAGES = ("en", "ar")
COUNTS = ("killed", "injured", "missing")


@cache
def words(lang: str) -> dict[str, str]:
    """The fixed words of a report in that language."""
    return tomllib.loads((Path(__file__).parent / "words" / f"{lang}.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as an export may tell it; `accounts_withheld` rest on objects that it does not show."""

    name: str
    incident: Incident
    accounts_withheld: int


def tell(scope: Scope) -> tuple[Told, ...]:
    """The incidents of the export without anything that rests on what it does not show."""
    return tuple(t for n, i in enumerate(scope.incidents, 1) if (t := _tell(scope, i, n)))


def _tell(scope: Scope, incident: Incident, number: int) -> Told | None:
    open_accounts = tuple(a for a in incident.accounts if object_of(a.document) not in scope.secret)
    gone = len(incident.accounts) - len(open_accounts)
    if not open_accounts:
        return None
    if gone:
        # The id holds a digest of what founded it, and the numbers are of all accounts: made anew from what is shown.
        incident = replace_accounts(replace(incident, id=f"incident-{number}"), open_accounts)
    footage = tuple(
        replace(f, name=scope.objects[f.object].first("name") or "")
        for f in incident.footage
        if f.object in scope.objects and f.object not in scope.secret
    )
    accounts = tuple(_account(scope, a) for a in open_accounts)
    neighbours = () if scope.hidden or scope.unread else incident.neighbours
    # Who set a grade and why stands in the log's line, which shows it as far as the recipient may see it.
    grade = replace(incident.grade, by=None, why=None) if incident.grade else None
    told = replace(incident, accounts=accounts, footage=footage, neighbours=neighbours, grade=grade)
    return Told(told.id, told, gone)


def _account(scope: Scope, account: Account) -> Account:
    """The account without what links it to others that may not be shown, and without a title that is a file's name."""
    if scope.hidden or scope.unread:
        account = replace(account, link=(), link_to=None)
    if scope.objects[object_of(account.document)].first("name") is None and account.title:
        account = replace(account, title=None)
    return account


# ---------------------------------------------------------------- the page


def title(incident: Incident, lang: str) -> str:
    """Kind, place and day in that language; the place's name stands in the report's own letters, turning nothing."""
    if lang == "en":
        return incident.title
    w = words(lang)
    parts = [w.get(f"type_{incident.type}", incident.type)]
    parts += [_apart(incident.where.name)] if incident.where else []
    parts += [_days(incident.when, w)] if incident.when else []
    return w["comma"].join(parts)


def _apart(text: str) -> str:
    """The text as its own direction has it: an Arabic sentence would turn a day's numbers round."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def _days(span: DateSpan, w: dict[str, str]) -> str:
    """ "2016-11-04", or "2016-11-01 to 2016-11-30"."""
    start, end = _apart(span.start.isoformat()), _apart(span.end.isoformat())
    return start if start == end else w["from_to"].format(start, end)


def _toll(toll: Toll, w: dict[str, str]) -> str:
    """ "8-15", "17 or more", "up to 11", "10"."""
    low, high = bounds(toll)
    if toll.low is None and toll.best is None and high is not None:
        return w["up_to"].format(high)
    if high is None:
        return w["or_more"].format(low)
    return str(low) if low == high else f"{low}–{high}"


def page(told: Told, scope: Scope, files: dict[str, str], lang: str) -> dict[str, Any]:
    """The report as plain data: what a template needs, and nothing to compute."""
    w, incident = words(lang), told.incident
    return {
        "lang": lang,
        "dir": w["dir"],
        "words": w,
        "id": incident.id,
        "title": title(incident, lang),
        "facts": list(_facts(incident, w)),
        "numbers": [_number(n, r, w) for n in COUNTS if (r := getattr(incident, n))],
        "people": [
            {"text": " · ".join(v.mentions), "effect": w[f"effect_{v.effect}"], "quotes": _quotes(v.quotes)}
            for a in incident.accounts
            for v in a.event.victims
        ],
        "accounts": [_account_page(a, files, w) for a in incident.accounts],
        "withheld": told.accounts_withheld,
        "recordings": [
            {"name": f.name, "object": f.object, "file": files.get(f.object), "verdict": w.get(f"verdict_{f.verdict}")}
            for f in incident.footage
        ],
        "neighbours": [{"id": n.incident, "verdict": w.get(f"verdict_{n.verdict}")} for n in incident.neighbours],
    }  # fmt: skip


def _facts(incident: Incident, w: dict[str, str]) -> Iterator[list[str]]:
    yield [w["kind"], w.get(f"type_{incident.type}", incident.type)]
    if incident.when:
        yield [w["when"], _days(incident.when, w)]
    if incident.where:
        best = incident.where.candidates[0] if incident.where.candidates else None
        known = f" ({best.name}, {best.lat:.4f}, {best.lon:.4f})" if best else ""
        yield [w["where"], incident.where.name + known]


def _number(name: str, counted: Range, w: dict[str, str]) -> dict[str, Any]:
    low = "?" if counted.low is None else str(counted.low)
    high = "?" if counted.high is None else f"{counted.high}{'+' if counted.open_above else ''}"
    text = high if low == high.rstrip("+") else f"{low}–{high}"
    return {"label": w[name], "text": text, "rule": counted.rule, "disputed": counted.disputed}


def _account_page(account: Account, files: dict[str, str], w: dict[str, str]) -> dict[str, Any]:
    event = account.event
    rows = []
    if event.when:
        rows.append({"label": w["when"], "text": _days(event.when, w), "quotes": _quotes((event.when.quote,))})
    if event.where:
        rows.append({"label": w["where"], "text": event.where.name, "quotes": _quotes((event.where.quote,))})
    for name in COUNTS:
        if toll := getattr(event, name):
            rows.append({"label": w[name], "text": _toll(toll, w), "quotes": _quotes((toll.quote,))})
    for suspect in event.suspects:
        text = f"{suspect.mentions[0]} ({w.get('attribution_' + suspect.attribution, suspect.attribution)})"
        rows.append({"label": w["suspect"], "text": text, "quotes": _quotes(suspect.quotes[:1])})
    return {
        "source": account.publisher or account.author or w["unnamed"],
        "title": account.title or "",
        "published": account.published.isoformat() if account.published else "",
        "voices": ", ".join(account.voices),
        "object": account.document,
        "file": files.get(object_of(account.document)),
        "rows": rows,
        "claims": [
            {
                "status": w.get(f"status_{c.status}", c.status),
                "type": w.get(f"type_{c.type}", c.type),
                "by": c.said_by.name if c.said_by else "",
                "quote": c.quote.text,
                "start": c.quote.start,
                "end": c.quote.end,
            }
            for c in account.claims
        ],
    }


def _quotes(quotes: tuple[Quote | None, ...]) -> list[str]:
    return [quote.text for quote in quotes if quote]
