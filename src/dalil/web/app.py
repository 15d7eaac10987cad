"""The web application over one archive, which it only reads; what changes it goes through acting.py."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from dalil.archive.archive import default_person
from dalil.web.accounts.book import Book, Person
from dalil.web.accounts.gate import Gate
from dalil.web.adding import Adding
from dalil.web.errand import Setup
from dalil.web.fresh import Fresh
from dalil.web.held import Own
from dalil.web.language import LANGUAGES
from dalil.web.makers import Elsewhere, Makers
from dalil.web.pages import ALL
from dalil.web.render import page
from dalil.web.security import LOOPBACK, Guard

ACTS_AT_ONCE = 8


def create_app(
    archive,
    *,
    lang: str = "en",
    by: str | None = None,
    hosts: tuple[str, ...] = LOOPBACK,
    secure: bool = False,
    on_loaded: Callable[[], None] = lambda: None,
    makers: Makers | None = None,
) -> ASGIApp:
    """An ASGI application with every page of the opened archive; `lang` is for those who have not chosen.

    `by` is whose name the log holds for what is judged here while there are no accounts. `hosts` are the names that
    it answers to; `secure`: people reach it over TLS. `on_loaded` is called when something large has come into memory.
    `makers` make pages in processes of their own, of which this one lends the columns.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"expected one of {', '.join(LANGUAGES)}, found {lang!r}")
    secret = secrets.token_bytes(32)
    app = pages_of(archive, lang=lang, secret=secret, on_loaded=on_loaded)
    app.state.book = book = Book(archive.path)
    app.state.adding = Adding(archive.path)
    app.state.secure = secure
    app.state.acts = CapacityLimiter(ACTS_AT_ONCE)
    inner = app
    if makers is not None:
        app.state.columns = makers.columns or app.state.columns
        inner = Elsewhere(app, makers, Setup(str(archive.path), lang, secret, makers.lender is not None))
    gate = Gate(inner, book, ALL, own=Person(by or default_person(), "owner", opens=True))
    return Guard(gate, hosts, secure=secure)


def pages_of(archive, *, lang: str, secret: bytes, on_loaded: Callable[[], None] = lambda: None) -> Starlette:
    """Every page of the opened archive with what those need that only read: no accounts, no adding."""
    # The errors' pages pass through the guard too: it wraps Starlette's own outermost layer.
    app = Starlette(routes=ALL, exception_handlers={HTTPException: refused, Exception: broken})
    app.router.redirect_slashes = False
    app.state.archive = archive
    app.state.lang = lang
    app.state.archive_name = archive.settings.name
    app.state.secret = secret
    app.state.fresh = Fresh(archive.path / archive.settings.database)
    app.state.columns = Own(archive.engine, app.state.fresh, on_loaded)
    return app


def refused(request: Request, error: HTTPException) -> Response:
    """The page for an address that there is not, or a request that it does not take."""
    kinds = {404: "missing", 403: "foreign", 413: "large"}
    return page(request, "error.html", status=error.status_code, kind=kinds.get(error.status_code, "method"))


def broken(request: Request, _error: Exception) -> Response:
    """The page for a failure of ours; the server then writes the reason to the terminal, not to the page."""
    return page(request, "error.html", status=500, kind="broken")
