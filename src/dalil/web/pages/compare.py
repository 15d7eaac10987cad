"""The archive beside somebody else's record that it holds as a file: agreed, in conflict, only here, only there."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil import db
from dalil.claims import imports
from dalil.claims.imports.parts import Wanted
from dalil.errors import InputRefused
from dalil.incidents import compare
from dalil.records import Incident
from dalil.web import holdings
from dalil.web.paging import Paging, page_number
from dalil.web.render import page
from dalil.web.security import SHA256

ROWS_A_PAGE = 25
MOST_RECORDS = 200  # files to choose from
# Weighing each row takes a millisecond or so: a larger file is compared by days or by country only.
LARGEST_WHOLE = 4_000_000
COUNTRY = re.compile(r"[A-Za-z]{2}")
TABLES = ("text/csv", "text/tab-separated-values")
# "conflict" are the pairs that cannot both be so; the others are the states of a record.
SHOWN = ("conflict", "match", "possible", "only_ours", "only_theirs")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to be compared; `wrong` says which field of the form cannot be so."""

    object: str | None
    kind: str
    country: str | None
    start: date | None
    end: date | None
    wrong: str | None


def compare_page(request: Request) -> Response:
    """The form, and what the comparison that it asks for came to."""
    want = asked(request)
    with request.app.state.archive.engine.connect() as conn:
        files = request.app.state.fresh.get("records held", lambda: records_held(conn))
        held = holdings.held(conn, want.object) if want.object else None
    if want.object and held is None:
        raise HTTPException(404)
    want = narrowed(want, held.size) if held else want
    found, refusal = compared(request, want, held.name) if held and not want.wrong else (None, None)
    rows, number = [], page_number(request)
    shown = request.query_params.get("show", "")
    if found:
        rows = [r for r in found.records if fits(r, shown)]
    first = (number - 1) * ROWS_A_PAGE
    some = rows[first : first + ROWS_A_PAGE]
    with request.app.state.archive.engine.connect() as conn:
        names = [r.incident for r in some if r.incident]
        incidents: dict[str, Incident] = {i.id: i for i in holdings.with_accounts(conn, names)}
    counts = found.counts() if found else {}
    return page(
        request,
        "compare.html",
        files=files,
        kinds=[kind for kind in imports.KINDS if kind.name in compare.KINDS],
        want=want,
        held=held,
        found=found,
        refusal=refusal,
        records=some,
        incidents=incidents,
        total=len(rows),
        shown=shown if shown in SHOWN else "",
        counts={name: counts.get("conflicting" if name == "conflict" else name, 0) for name in SHOWN},
        chosen=chosen(want),
        paging=Paging(number, first + ROWS_A_PAGE < len(rows)),
    )


def compare_table(request: Request) -> Response:
    """The whole comparison as the table that `dalil compare --csv` writes."""
    want = asked(request)
    with request.app.state.archive.engine.connect() as conn:
        held = holdings.held(conn, want.object) if want.object else None
    if held is None or narrowed(want, held.size).wrong:
        raise HTTPException(404)
    found, refusal = compared(request, want, held.name)
    if found is None:
        raise HTTPException(404, str(refusal))
    out = io.StringIO()
    compare.write_csv(found, out)
    name = f"compared-{want.kind}-{held.sha256[:12]}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue().encode(), headers=headers, media_type="text/csv; charset=utf-8")


# ------------------------------------------------------------------ what is asked


def asked(request: Request) -> Asked:
    """The fields of the form, checked."""
    query = request.query_params
    sha256, kind = query.get("object", ""), query.get("record", compare.KINDS[0])
    country = query.get("country", "").strip()
    start, from_is_day = a_day(query.get("from", ""))
    end, to_is_day = a_day(query.get("to", ""))
    wrong = None
    if kind not in compare.KINDS:
        kind, wrong = compare.KINDS[0], "kind"
    elif country and not COUNTRY.fullmatch(country):
        country, wrong = "", "country"
    elif not from_is_day or not to_is_day or (start and end and end < start):
        wrong = "days"
    return Asked(sha256 if SHA256.fullmatch(sha256) else None, kind, country.upper() or None, start, end, wrong)


def narrowed(want: Asked, size: int) -> Asked:
    """What is asked, with what is wrong about it where a large file is to be compared as a whole."""
    whole = not (want.country or (want.start and want.end))
    return replace(want, wrong="narrow") if whole and size > LARGEST_WHOLE and not want.wrong else want


def a_day(text: str) -> tuple[date | None, bool]:
    """(the day, whether the text is one or empty)."""
    try:
        return (date.fromisoformat(text.strip()) if text.strip() else None), True
    except ValueError:
        return None, False


def chosen(want: Asked) -> dict[str, str | None]:
    """The fields as an address holds them."""
    days = {"from": want.start and want.start.isoformat(), "to": want.end and want.end.isoformat()}
    return {"object": want.object, "record": want.kind, "country": want.country, **days}


def records_held(conn: Connection) -> list[tuple[str, str, str | None]]:
    """(object, name, kind under which it was imported or None) of every table here that may be such a record."""
    c = db.capture.c
    latest = func.min(c.seq).label("seq")
    imported = func.max(c.imported).label("imported")
    query = select(c.sha256, func.min(c.name).label("name"), imported, latest).group_by(c.sha256)
    query = query.where(or_(c.media_type.in_(TABLES), c.imported.is_not(None))).order_by(latest.desc())
    found = []
    for row in conn.execute(query.limit(MOST_RECORDS)):
        kind = Wanted.of(row.imported).kind if row.imported else None
        if kind is None or kind in compare.KINDS:
            found.append((row.sha256, row.name, kind))
    return found


# ------------------------------------------------------------------ what came of it


def compared(request: Request, want: Asked, name: str) -> tuple[compare.Comparison | None, InputRefused | None]:
    """The comparison, kept until the archive changes; or why the file cannot be compared."""
    archive = request.app.state.archive
    wanted = Wanted(want.kind, want.country, want.start, want.end)

    def compute() -> tuple[compare.Comparison | None, InputRefused | None]:
        try:
            with archive.engine.connect() as conn:
                return compare.compare(conn, archive.object_path(want.object), wanted, name=name), None
        except InputRefused as refusal:
            return None, refusal

    return request.app.state.fresh.get(("compare", want), compute)


def fits(record: compare.Compared, shown: str) -> bool:
    """Whether the record is one of those that the address asks to see."""
    if shown == "conflict":
        return bool(record.conflicts)
    return shown not in SHOWN or record.state == shown


ROUTES = (
    Route("/compare", compare_page, methods=["GET"]),
    Route("/compare.csv", compare_table, methods=["GET"]),
)
