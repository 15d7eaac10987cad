"""What a page with a map on it needs: its policy, and the points of a small map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from dalil.web.security import PAGE_POLICY


@dataclass(frozen=True, slots=True)
class Pin:
    """A numbered point on a small map; `choice` is the id of the form's field that it stands for."""

    lat: float
    lon: float
    text: str
    label: str
    radius_m: float | None = None
    chosen: bool = False
    choice: str | None = None


def map_page_policy(request: Request, answer: Response) -> Response:
    """The answer with a policy under which the map may fetch its outline from us, and tiles from the set server."""
    tiles = request.app.state.archive.settings.tiles
    policy = PAGE_POLICY + "; connect-src 'self'; trusted-types default"
    if tiles:
        parts = urlsplit(tiles)
        policy = policy.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")
    answer.headers["content-security-policy"] = policy
    return answer


def pins_json(pins: Iterable[Pin]) -> str:
    """The pins for the page's script."""
    return json.dumps([asdict(pin) for pin in pins], ensure_ascii=False, separators=(",", ":"))
