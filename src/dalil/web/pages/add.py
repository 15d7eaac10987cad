"""Adding files from a page: a folder of this machine, or files that are sent; and watching what becomes of them."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dalil.errors import InputRefused
from dalil.web.accounts.roles import needs
from dalil.web.acting import Act, acting, check_origin, check_token
from dalil.web.adding import BLOCK
from dalil.web.render import link, page
from dalil.web.security import PAGE_POLICY

LARGEST_FILE = 50 << 30
LONGEST_SILENCE_S = 60.0
# After the first minutes a file has to come in at this pace on the whole: a modem's, far below any network's.
SLOWEST_BYTES_S, SLOW_START_S = 1_000, 120.0


@needs("contributor")
def form(request: Request) -> Response:
    """The form, and what the last add came to."""
    answer = page(request, "add.html", run=request.app.state.adding.run, batch=secrets.token_hex(8))
    answer.headers["content-security-policy"] = PAGE_POLICY + "; connect-src 'self'"
    return answer


@needs("contributor")
def watch(request: Request) -> Response:
    """How far the add is; the page asks again while it runs."""
    run = request.app.state.adding.run
    answer = page(request, "adding.html", run=run)
    if run and not run.done:
        answer.headers["refresh"] = "2"
    return answer


def begin(request: Request, act: Act) -> Response:
    """A folder of this machine, or a batch that was sent, is being taken in."""
    adding = request.app.state.adding
    if batch := act.form.get("batch", ""):
        adding.take_batch(batch, by=act.by)
    elif request.state.accounts:
        # Whoever signs in from elsewhere must not make this server read its own disk.
        raise HTTPException(403)
    else:
        path = act.form.get("path", "").strip()
        if not path:
            raise InputRefused("path", "is empty", "Give the whole path of a file or folder on this machine")
        adding.begin(Path(path).expanduser(), by=act.by)
    return RedirectResponse(link(request, "/add/watch"), 303)


@needs("contributor")
async def send(request: Request) -> Response:
    """One file's bytes wait to be taken in: the body as it is, its name and batch in the address."""
    check_origin(request)
    check_token(request, {"token": request.headers.get("x-dalil-token", "")})
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > LARGEST_FILE:
        raise HTTPException(413)
    query = request.query_params
    try:
        path = request.app.state.adding.place_for(query.get("batch", ""), query.get("name", ""), int(length))
    except InputRefused as refusal:
        return JSONResponse({"error": str(refusal)}, 422)
    waiting, size, began = path.with_name(path.name + ".part"), 0, time.monotonic()
    try:
        with waiting.open("xb", buffering=BLOCK) as target:
            parts = request.stream()
            while True:
                async with asyncio.timeout(LONGEST_SILENCE_S):
                    part = await anext(parts, None)
                if part is None:
                    break
                size += len(part)
                if size > int(length):
                    raise HTTPException(413)
                target.write(part)
                if time.monotonic() - began > max(SLOW_START_S, size / SLOWEST_BYTES_S):
                    raise HTTPException(408)
        waiting.rename(path)
    except TimeoutError:
        raise HTTPException(408) from None
    except FileExistsError:
        return JSONResponse({"error": f"{path.name}: is being sent already"}, 422)
    finally:
        waiting.unlink(missing_ok=True)
    return JSONResponse({"bytes": size})


ROUTES = (
    Route("/add", form, methods=["GET"]),
    Route("/add", needs("contributor")(acting(begin)), methods=["POST"]),
    Route("/add/watch", watch, methods=["GET"]),
    Route("/add/send", send, methods=["POST"]),
)
