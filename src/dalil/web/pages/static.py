"""Our own files: style, script, fonts. Named in the package, so no request's path reaches the file system."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@lru_cache
def files() -> dict[str, bytes]:
    """Every file of ours by its path below `static`."""
    found: dict[str, bytes] = {}
    folder = resources.files("dalil.web").joinpath("static")
    for item in (*folder.iterdir(), *folder.joinpath("fonts").iterdir()):
        if item.is_file():
            name = item.name if item.name in {f.name for f in folder.iterdir()} else f"fonts/{item.name}"
            found[name] = item.read_bytes()
    return found


def static_file(request: Request) -> Response:
    """One of our files; it may be cached for good, since its address carries its digest."""
    name = request.path_params["name"]
    ending = name[name.rfind(".") :]
    if name not in files() or ending not in TYPES:
        raise HTTPException(404)
    caching = "public, max-age=31536000, immutable" if request.query_params.get("v") else "no-cache"
    return Response(files()[name], headers={"cache-control": caching, "content-type": TYPES[ending]})


ROUTES = (Route("/static/{name:path}", static_file, methods=["GET"]),)
