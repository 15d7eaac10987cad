"""Two recordings, one of which shows some of the other: both side by side, played at the offset."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dalil.footage.store import load_footage, matches_of
from dalil.records import Footage, FootageMatch, Still
from dalil.web import holdings
from dalil.web.pages.incident import Shown, played
from dalil.web.render import page
from dalil.web.security import CAPTURE_POLICY, SHA256

MOST_PAIRS = 6
PARTS = {"later": "file", "earlier": "other_file", "laid": "laid"}


def match_page(request: Request) -> Response:
    """The match of that number between the two recordings, the surest first."""
    from dalil.footage.aligned import PAIRS, moments_of  # what decodes films is loaded by whoever looks at one

    one, other = request.path_params["object"], request.path_params["other"]
    if not SHA256.fullmatch(one) or not SHA256.fullmatch(other):
        raise HTTPException(404)
    with request.app.state.archive.engine.connect() as conn:
        found = between(conn, one, other)
        sides = [shown(conn, sha256) for sha256 in (one, other)]
    asked = request.query_params.get("n", "0")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    if not found or None in sides:
        raise HTTPException(404)
    number = min(number, len(found) - 1)
    match = found[number]
    moments = list(moments_of(match, PAIRS)) if match.map is not None else []
    pairs = still_pairs(match, sides[0].footage, sides[1].footage) if not moments else []
    return page(
        request, "match.html", match=match, matches=found, number=number, sides=sides, pairs=pairs, moments=moments,
        sizes=[small(side.footage) for side in sides],
    )  # fmt: skip


def between(conn: Connection, one: str, other: str) -> list[FootageMatch]:
    """What the later recording shows of the earlier one, the surest first."""
    return [m for m in matches_of(conn, one) if (m.object, m.other) == (one, other)]


def small(footage: Footage) -> tuple[int, int]:
    """Width and height of its frames beside another's."""
    from dalil.footage.aligned import SIDE

    width, height = footage.width or SIDE, footage.height or SIDE
    return tuple(max(1, round(length * SIDE / max(width, height))) for length in (width, height))


def frame(request: Request) -> Response:
    """One frame of a moment in both; the first that is asked for has all of the match decoded, which takes seconds."""
    from dalil.footage.aligned import PAIRS, aligned_stills, moments_of

    asked = request.path_params
    one, other, moment = asked["object"], asked["other"], asked["moment"]
    if not SHA256.fullmatch(one) or not SHA256.fullmatch(other) or asked["part"] not in PARTS:
        raise HTTPException(404)
    archive = request.app.state.archive
    with archive.engine.connect() as conn:
        found = between(conn, one, other)
    if asked["number"] >= len(found) or moment >= PAIRS:
        raise HTTPException(404)
    match = found[asked["number"]]
    at = [at for at, _ in moments_of(match, PAIRS)][moment : moment + 1]
    pair = next((pair for pair in aligned_stills(archive, match) if [pair.at_s] == at), None)
    if pair is None:
        raise HTTPException(404)
    path = archive.derived / getattr(pair, PARTS[asked["part"]])
    return FileResponse(path, headers={"content-security-policy": CAPTURE_POLICY}, media_type="image/jpeg")


def shown(conn: Connection, sha256: str) -> Shown | None:
    """The recording with what a page needs to show it when asked."""
    footage, held = load_footage(conn, sha256), holdings.held(conn, sha256)
    return Shown(None, footage, held.name if held else sha256[:12], played(conn, sha256)) if footage else None


def still_pairs(match: FootageMatch, one: Footage, other: Footage) -> list[tuple[int, Still, int, Still, float]]:
    """(number, still) of both sides that show nearly one moment by the match's line through time; how nearly, in s."""
    if match.start_s is None or match.other_start_s is None or not one.stills or not other.stills:
        return [(0, one.stills[0], 0, other.stills[0], 0.0)] if one.stills and other.stills else []
    found = []
    for number, still in enumerate(one.stills):
        if not match.start_s - 0.5 <= still.offset_s <= match.end_s + 0.5:
            continue
        moment = match.speed * still.offset_s + match.offset_s
        place = min(range(len(other.stills)), key=lambda n: abs(other.stills[n].offset_s - moment))
        found.append((number, still, place, other.stills[place], abs(other.stills[place].offset_s - moment)))
    return sorted(found, key=lambda pair: pair[4])[:MOST_PAIRS]


ROUTES = (
    Route("/matches/{object}/{other}", match_page, methods=["GET"]),
    Route("/matches/{object}/{other}/{number:int}/{moment:int}/{part}", frame, methods=["GET"]),
)
