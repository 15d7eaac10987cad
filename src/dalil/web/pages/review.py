"""The review queue: two incidents that may be one event, all for and against it; and what was judged lately."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.incidents import questions, store
from dalil.records import Account, AccountRef, Incident, Judgement, Question
from dalil.web import holdings
from dalil.web.paging import LAST_PAGE
from dalil.web.render import page

JUDGED_LATELY = 15


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its incident and the account that is compared."""

    incident: Incident | None
    ref: AccountRef
    account: Account | None


def review_page(request: Request) -> Response:
    """The question at the place asked for, the likeliest first."""
    number = at_number(request)
    state = request.app.state
    with state.archive.engine.connect() as conn:
        judged = holdings.judged_so_far(conn)
        waiting = state.fresh.get("waiting", lambda: questions.waiting(conn), version=judged)
        found = questions.asked(conn, waiting[number : number + 1])
        question = found[0] if found else None
        sides = sides_of(conn, question) if question else ()
        lately = holdings.newest_judgements(conn, JUDGED_LATELY)
    return page(
        request, "review.html", question=question, sides=sides, number=number, waiting=len(waiting),
        lately=[(j, address_of(j)) for j in lately],
    )  # fmt: skip


def at_number(request: Request) -> int:
    """Which question the address asks for, from 0."""
    asked = request.query_params.get("at", "0")
    return min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0


def sides_of(conn: Connection, question: Question) -> tuple[Side, Side]:
    """Both sides with their accounts."""
    rows = ((question.left_incident, question.left), (question.right_incident, question.right))
    return tuple(Side(store.load_head(conn, incident), ref, account_of(conn, ref)) for incident, ref in rows)


def account_of(conn: Connection, ref: AccountRef) -> Account | None:
    """The account that the words name."""
    found = store.find_account(conn, ref)
    return store.load_accounts(conn, [found]).get(found) if found is not None else None


def address_of(judgement: Judgement) -> str:
    """The page on which the judgement can be seen."""
    subject = judgement.subject.get("left", judgement.subject)
    document, span = subject["document"], f"{subject['start']}-{subject['end']}"
    folder = {"place": "places", "claim": "claims"}.get(judgement.kind)
    return f"/{folder}/{document}/{span}" if folder else f"/sources/{document}"


ROUTES = (Route("/review", review_page, methods=["GET"]),)
