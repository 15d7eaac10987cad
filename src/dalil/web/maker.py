"""`python -m dalil.web.maker WORK LINE`: a process that makes pages, one after the other, until the server ends.

It only reads. Who asks, and whether that person may, the server has settled before; what changes anything, it does
itself. WORK brings the errands; over LINE the columns are borrowed.
"""

from __future__ import annotations

import gc
import socket
import sys
import traceback
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from dalil.archive import Archive
from dalil.web.app import broken, pages_of, refused
from dalil.web.errand import LENGTH, READY, Errand, Made, Setup, framed, made_of, request_of
from dalil.web.held import COLLECTED_AFTER, set_aside
from dalil.web.language import LANGUAGES
from dalil.web.lending import Borrowed, received
from dalil.web.pages import ALL
from dalil.web.render import templates

TEMPLATES = (
    "overview.html", "incidents.html", "incident.html", "review.html", "people.html", "claim.html", "place.html",
    "map.html", "timeline.html", "sources.html", "source.html", "outlook.html", "search.html", "log.html",
)  # fmt: skip


def main(work: socket.socket, line: socket.socket) -> None:
    """Every errand has been answered until the server closed its end."""
    setup = heard(work, Setup)
    if setup is None:
        return
    gc.set_threshold(*COLLECTED_AFTER)
    with Archive.open(Path(setup.archive)) as archive:
        app = pages_of(archive, lang=setup.lang, secret=setup.secret, on_loaded=set_aside)
        if setup.lent:
            app.state.columns = Borrowed(line, app.state.fresh.state)
        for code in LANGUAGES:
            ready_templates(code)
        set_aside()
        work.sendall(framed(READY))
        while (errand := heard(work, Errand)) is not None:
            work.sendall(framed(made(app, errand)))


def ready_templates(code: str) -> None:
    """The templates of the pages that are made apart are compiled: nobody waits for that."""
    for name in TEMPLATES:
        templates(code).get_template(name)


def made(app: Starlette, errand: Errand) -> Made:
    """The page, or the one that says why there is none."""
    request = request_of(errand, app)
    try:
        return made_of(ALL[errand.route].endpoint(request))
    except HTTPException as error:
        return made_of(refused(request, error))
    except Exception as error:  # noqa: BLE001 - as in the server: a fault in one page is told, and costs no other
        traceback.print_exc()
        return made_of(broken(request, error))


def heard(work: socket.socket, kind: type):
    """The next message; None where the server is gone."""
    length = received(work, LENGTH)
    data = received(work, int.from_bytes(length, "big")) if length else None
    return msgspec.msgpack.decode(data, type=kind) if data else None


if __name__ == "__main__":
    try:
        main(*(socket.socket(fileno=int(number)) for number in sys.argv[1:3]))
    except (BrokenPipeError, ConnectionError):  # the server ended while a page was made
        sys.exit(0)
