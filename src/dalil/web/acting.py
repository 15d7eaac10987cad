"""The one door for whatever changes something: every POST goes through `acting`, which checks whence and by whom.

In this order: the browser must say that the form stood on a page of ours (Origin, Sec-Fetch-Site); the form must carry
the token that only such a page holds (an HMAC over the visitor's own cookie, OWASP's signed double submit); then the
actor is known, and the archive is opened for writing for as long as the act takes.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from urllib.parse import parse_qsl, urlsplit

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dalil.archive import Archive
from dalil.errors import DalilError, InputRefused
from dalil.web.render import FORM_COOKIE, link, page

FIELD = "token"
LARGEST_FORM = 64_000
MOST_FIELDS = 100
LONGEST_WAIT_S = 30.0  # for a form of so few bytes
# Another writer (an `add` that runs) may hold the archive for a moment.
WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Act:
    """What a person asks for: the form's fields, who asks, why, and the page to return to."""

    form: dict[str, str]
    by: str
    reason: str
    back: str


Handler = Callable[[Request, Act], Response]


def acting(handler: Handler) -> Callable:
    """`handler` as the end point of a POST route: it is called only for a form of ours, with who asks and why."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        check_origin(request)
        form = await read_form(request)
        check_token(request, form)
        act = Act(form, actor(request), form.get("reason", "").strip(), own_path(form.get("back", "/")))
        try:
            # Apart from the pages: whoever waits for another writer keeps nobody from reading.
            return await to_thread.run_sync(handler, request, act, limiter=request.app.state.acts)
        except InputRefused as refusal:
            return refused(request, act, refusal)
        except DalilError as error:
            return refused(request, act, error, status=503)

    endpoint.acting = True
    return endpoint


# ------------------------------------------------------------------ whence it comes


def check_origin(request: Request) -> None:
    """403 unless the browser says that the form stood on a page of this very server, or says nothing."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise HTTPException(403)
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def token_of(request: Request) -> str:
    """The token that this visitor's forms carry; a visitor without a cookie gets one with the page."""
    return sign(request, cookie_of(request))


def cookie_of(request: Request) -> str:
    """The visitor's form cookie, made now if there is none."""
    held = request.cookies.get(FORM_COOKIE, "")
    if len(held) == 43 and held.isascii():
        return held
    if not getattr(request.state, "form_cookie", None):
        request.state.form_cookie = secrets.token_urlsafe(32)
    return request.state.form_cookie


def sign(request: Request, cookie: str) -> str:
    """The token for a cookie and a session; another server, or this one started again, gives another."""
    return hmac.new(request.app.state.secret, f"{cookie} {request.state.session}".encode(), hashlib.sha256).hexdigest()


def check_token(request: Request, form: dict[str, str]) -> None:
    """403 unless the form carries the token of the visitor's own cookie."""
    cookie = request.cookies.get(FORM_COOKIE, "")
    if not cookie or not hmac.compare_digest(form.get(FIELD, "").encode(), sign(request, cookie).encode()):
        raise HTTPException(403)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of an ordinary form; 415 for another kind of body, 413 for one that is too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = b""
    try:
        async with asyncio.timeout(LONGEST_WAIT_S):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_FORM:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    # A lone surrogate or a NUL could not be stored; a form of ours never holds one.
    return {name: value.replace("\0", "").encode("utf-8", "replace").decode() for name, value in pairs}


def own_path(path: str) -> str:
    """`path` if it is an address on this server, else the front page: no form sends anybody elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\r" not in path and "\n" not in path
    return path if ours else "/"


# ------------------------------------------------------------------ by whom, and what then


def actor(request: Request) -> str:
    """Whose name the log will hold."""
    return request.state.person.name if request.state.person else ""


@contextmanager
def writing(request: Request):
    """The archive, open for writing for as long as the block lasts; a checkpoint covers what was logged."""
    with Archive.open(request.app.state.archive.path, write=True, wait_s=WAIT_S) as archive:
        yield archive


def done(request: Request, act: Act, told: str, line: int | None = None) -> Response:
    """Back to where the form stood, with a word on what was done and the line that holds it."""
    path, _, rest = act.back.partition("?")
    query, _, fragment = rest.partition("#")
    if not rest:
        path, _, fragment = path.partition("#")
    kept = {name: value for name, value in parse_qsl(query) if name not in ("told", "line")}
    return RedirectResponse(link(request, path, fragment, **{**kept, "told": told, "line": line}), 303)


def refused(request: Request, act: Act, error: DalilError, status: int = 422) -> Response:
    """The page that says what cannot be done and why; nothing has changed."""
    return page(request, "refused.html", status=status, message=str(error), back=act.back)
