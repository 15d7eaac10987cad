"""The door: who asks, and whether that person may. Stands between the guard of every answer and the pages.

Where there are no accounts, everybody who reaches this machine's own address is its user and may do everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dalil.web.accounts.book import Book, Person
from dalil.web.accounts.roles import ROLES, may, needed

SESSION_COOKIE = "dalil_session"
SIGN_IN = "/sign-in"


class Gate:
    """ASGI middleware: puts the `person` of the session on the request's state and turns away whoever may not."""

    def __init__(self, app: ASGIApp, book: Book, routes: Sequence[Route], own: Person):
        self.app, self.book, self.routes, self.own = app, book, routes, own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        token = request.cookies.get(SESSION_COOKIE, "")
        met = self.book.met(token) or await run_in_threadpool(self.book.at_the_door, token)
        accounts, person = met if met[0] else (False, self.own)
        request.state.person = person
        request.state.accounts = accounts
        request.state.session = token if accounts and person else ""
        if self.lets_in(person.role if person else None, scope):
            await self.app(scope, receive, send)
            return
        if person:
            await run_in_threadpool(self.book.note, person.name, "forbidden", scope["path"], address_of(request))
        await turned_away(request, person)(scope, receive, send)

    def lets_in(self, role: str | None, scope: Scope) -> bool:
        """Whether `role` may go where the request leads."""
        if role == ROLES[-1]:
            return (
                True  # may do everything: the routes, which the router goes through anyway, are not gone through twice
            )
        return may(role, self.wanted(scope))

    def wanted(self, scope: Scope) -> str:
        """The role that the route asks for; an address that leads nowhere asks for no less than a page does."""
        for route in self.routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return needed(child["endpoint"], scope["method"])
        return needed(turned_away, scope["method"])


def turned_away(request: Request, person: Person | None) -> Response:
    """To the page for signing in, if that would help; else a plain refusal."""
    if person:
        return PlainTextResponse("Your role does not allow this.\n", 403)
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Sign in first.\n", 401)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?{urlencode({'back': path})}", 303)


def address_of(request: Request) -> str:
    """Where the request comes from, as the server knows it."""
    return request.client.host if request.client else "unknown"
