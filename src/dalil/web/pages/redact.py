"""A copy of a recording or picture without what must not be seen, made from boxes that a person gives."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dalil.archive import Archive, removal
from dalil.archive.custody import BYTES
from dalil.errors import InputRefused
from dalil.footage import probe
from dalil.footage.store import load_footage, save_footage
from dalil.web import holdings
from dalil.web.accounts.roles import needs
from dalil.web.acting import Act, acting, done, writing
from dalil.web.pages.incident import Shown, played
from dalil.web.render import page
from dalil.web.security import asked_hash

if TYPE_CHECKING:  # what decodes films is loaded by whoever redacts one
    from dalil.footage.redaction import Box, Plan

BOXES = 4  # in one form; more are given to `dalil redact` as a file
METHODS = ("blur", "pixelate", "black")
# A copy is made while the form waits: some minutes for a recording of this length.
LONGEST_S = 300.0


@needs("reviewer")
def redact_page(request: Request) -> Response:
    """The form, beside the recording that is hidden until asked for."""
    sha256 = asked_hash(request)
    with request.app.state.archive.engine.connect() as conn:
        footage, held = load_footage(conn, sha256), holdings.held(conn, sha256)
        if footage is None or held is None or footage.kind == "audio":
            raise HTTPException(404)
        recording = Shown(None, footage, held.name, played(conn, sha256))
    too_long = (footage.duration_s or 0) > LONGEST_S
    return page(
        request,
        "redact.html",
        sha256=sha256,
        recording=recording,
        boxes=range(1, BOXES + 1),
        methods=METHODS,
        too_long=too_long,
    )


def redact(request: Request, act: Act) -> Response:
    """The copy is an object of its own, the log says of what it was made, and the original is withheld if asked."""
    from dalil.footage.redaction import redacted_copy

    sha256, plan = asked_hash(request), planned(act.form)
    if not act.reason:
        raise InputRefused("redaction", "has no reason", "Say in a few words why")
    with request.app.state.archive.engine.connect() as conn:
        footage = load_footage(conn, sha256)
    if footage is None or footage.kind == "audio":
        raise HTTPException(404)
    if (footage.duration_s or 0) > LONGEST_S:
        raise InputRefused("recording", f"is longer than {LONGEST_S / 60:.0f} minutes", 'Use "dalil redact --boxes"')
    path = request.app.state.archive.object_path(sha256)
    with tempfile.TemporaryDirectory(prefix="dalil-redact-") as folder:
        made = redacted_copy(path, plan, Path(folder), object=sha256)
        with writing(request) as archive:
            line = removal.redact(archive, sha256, made.file, reason=act.reason, by=act.by)
            copy = str(line.disclosed["object"])
            show(archive, copy)
            if act.form.get("withhold"):
                targets = [(capture.seq, BYTES) for capture in archive.captures(sha256)]
                removal.withhold(archive, targets, recipient="*", reason=act.reason, by=act.by)
    return done(request, Act(act.form, act.by, act.reason, f"/footage/{copy}"), "redacted", line.seq)


def show(archive: Archive, copy: str) -> None:
    """The copy's record stands, so that it can be looked at now; the next add derives the same with all the rest."""
    footage = probe(archive.object_path(copy), object=copy, derived=archive.derived)
    with archive.transaction() as conn:
        save_footage(conn, footage)


def planned(form: dict[str, str]) -> Plan:
    """The boxes of the form, in shares of the picture; InputRefused for one that lies outside it."""
    from dalil.footage.redaction import Plan

    sound = "mute" if form.get("mute") else "keep"
    boxes = tuple(box for n in range(1, BOXES + 1) if (box := boxed(form, n)))
    if not boxes and sound == "keep":
        raise InputRefused("redaction", "names nothing to hide", "Give a box, or mute the sound")
    return Plan(boxes, sound)


def boxed(form: dict[str, str], n: int) -> Box | None:
    """The form's box of that number; None where it is left empty."""
    texts = {name: form.get(f"{name}{n}", "").strip() for name in ("x", "y", "w", "h", "from", "until")}
    if not any(texts[name] for name in ("x", "y", "w", "h")):
        return None
    method = form.get(f"method{n}", METHODS[0])
    if method not in METHODS:
        raise HTTPException(400)
    try:
        x, y, w, h = (float(texts[name]) / 100 for name in ("x", "y", "w", "h"))
        start = float(texts["from"] or 0)
        until = float(texts["until"]) if texts["until"] else None
    except ValueError:
        raise InputRefused(f"box {n}", "has a field that is no number", "Give percents and seconds") from None
    inside = 0 <= x < 1 and 0 <= y < 1 and 0 < w <= 1 and 0 < h <= 1
    if not inside or not 0 <= start < 1e6 or (until is not None and not start <= until < 1e6):
        raise InputRefused(f"box {n}", "lies outside the picture or its time", "Give percents of it, and seconds")
    from dalil.footage.redaction import Box, Key

    return Box((Key(x, y, w, h, start),), until, method)


ROUTES = (
    Route("/redact/{sha256}", redact_page, methods=["GET"]),
    Route("/redact/{sha256}", acting(redact), methods=["POST"]),
)
