"""Where a working day begins: what came in, what needs a person, what changed."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil import db
from dalil.archive.custody import as_capture
from dalil.incidents import questions
from dalil.records import Incident, decode
from dalil.web import holdings
from dalil.web.render import page

NEWEST = 8
PREFIXES = {"video/": "recording", "image/": "recording", "audio/": "recording", "text/csv": "table"}


def overview_page(request: Request) -> Response:
    """The newest captures, incidents and judgements, and everything that waits for somebody."""
    state = request.app.state
    with state.archive.engine.connect() as conn:
        values = {
            "captures": newest_captures(conn),
            "incidents": newest_incidents(conn),
            "judgements": holdings.newest_judgements(conn, NEWEST),
            "counts": state.fresh.get("counts", lambda: counts(state.archive.engine)),
        }
    return page(request, "overview.html", archive_path=state.archive.path, **values)


def counts(engine) -> dict[str, int]:
    """How much there is of everything, and how many files could not be read as they should."""
    with engine.connect() as conn:
        troubled = conn.scalar(select(func.count(func.distinct(db.problem.c.sha256)))) or 0
        lone = conn.scalar(select(func.count()).where(db.incident.c.accounts == 1)) or 0
        disputed = conn.scalar(select(func.count()).where(db.incident.c.disputed == 1)) or 0
        waiting = questions.count_questions(conn)
        return {**holdings.counts(conn), "questions": waiting, "troubled": troubled, "lone": lone, "disputed": disputed}


def newest_captures(conn: Connection) -> list[tuple]:
    """(capture, kind, where its page is) of the last files that came in."""
    rows = conn.execute(select(db.capture).order_by(db.capture.c.seq.desc()).limit(NEWEST)).mappings().all()
    found = []
    for row in rows:
        kind = next((kind for start, kind in PREFIXES.items() if row["media_type"].startswith(start)), "report")
        found.append((as_capture(row), kind, f"/files/{row['sha256']}"))
    return found


def newest_incidents(conn: Connection) -> list[tuple[Incident, int]]:
    """The incidents that were founded last, without their accounts, of which there are so many."""
    c = db.incident.c
    rows = conn.execute(select(c.record, c.accounts).order_by(c.founded.desc()).limit(NEWEST)).all()
    return [(decode(row.record, Incident), row.accounts) for row in rows]


ROUTES = (Route("/", overview_page, methods=["GET"]),)
