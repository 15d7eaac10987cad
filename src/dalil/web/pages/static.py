"""Our own files: style, script, fonts. Named in the package, so no request's path reaches the file system."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.web.accounts.roles import NOBODY, needs

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@lru_cache
def files() -> dict[str, bytes]:
    """Every file of ours by its path below `static`."""
    return dict(below(resources.files("dalil.web").joinpath("static"), ""))


def below(folder, path: str) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every file in the folder and its folders."""
    for item in folder.iterdir():
        if item.is_dir():
            yield from below(item, f"{path}{item.name}/")
        else:
            yield f"{path}{item.name}", item.read_bytes()


@lru_cache
def packed(name: str) -> bytes:
    """The file compressed: text is a quarter of its size, and the same for everybody."""
    return gzip.compress(files()[name], 6, mtime=0)


@needs(NOBODY)
def static_file(request: Request) -> Response:
    """One of our files; it may be cached for good, since its address carries its digest."""
    name = request.path_params["name"]
    ending = name[name.rfind(".") :]
    if name not in files() or ending not in TYPES:
        raise HTTPException(404)
    caching = "public, max-age=31536000, immutable" if request.query_params.get("v") else "no-cache"
    headers = {"cache-control": caching, "content-type": TYPES[ending], "vary": "Accept-Encoding"}
    if ending != ".woff2" and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed(name), headers={**headers, "content-encoding": "gzip"})
    return Response(files()[name], headers=headers)


ROUTES = (Route("/static/{name:path}", static_file, methods=["GET"]),)
