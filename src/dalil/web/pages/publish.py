"""What leaves the archive, seen field by field before it does: a public site or a case file, given as one zip."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dalil.archive import Archive
from dalil.errors import InputRefused
from dalil.incidents import store
from dalil.publish import case, scope, site
from dalil.publish.preview import preview_case
from dalil.web.accounts.roles import needs
from dalil.web.acting import Act, acting, writing
from dalil.web.render import page

KINDS = ("site", "case")
DIGITS = ("", "1", "2", "3")
MOST_NAMED = 50
# More would hold up the pages for long; the command line has no such limit.
MOST_INCIDENTS = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to leave: for the public or for a court, which incidents (none named: all), how fine its points."""

    kind: str
    incidents: tuple[str, ...]
    digits: int | None


@needs("owner")
def publish_page(request: Request) -> Response:
    """The form; where a preview is asked for, every field that would leave."""
    want, leaving, refusal = wanted(request.query_params), None, None
    if request.query_params.get("preview"):
        try:
            leaving = previewed(request.app.state.archive, want)
        except InputRefused as error:
            refusal = error
    return page(
        request,
        "publish.html",
        kinds=KINDS,
        choices=DIGITS,
        want=want,
        named=" ".join(want.incidents),
        leaving=leaving,
        refusal=refusal,
    )


def publish(request: Request, act: Act) -> Response:
    """The export as a zip; a line of the log says what left, by whom."""
    want = wanted(act.form)
    folder = Path(tempfile.mkdtemp(prefix="dalil-export-"))
    try:
        with writing(request) as archive:
            made = folder / f"dalil-{want.kind}"
            if want.kind == "site":
                title = archive.settings.name
                told, digits = chosen(archive, want), want.digits
                site.write_site(archive, told, made, title=title, digits=digits, by=act.by, stamp=False)
            else:
                case.write_case(archive, chosen(archive, want), made, by=act.by, stamp=False)
        packed = shutil.make_archive(str(folder / "export"), "zip", folder, made.name)
    except BaseException:  # whatever went wrong, also a server that is stopped: no half of an export stays behind
        shutil.rmtree(folder, ignore_errors=True)
        raise
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(packed, filename=f"{made.name}.zip", media_type="application/zip", background=gone)


def previewed(archive: Archive, want: Wanted) -> list[site.Leaving]:
    """Every field that would leave; nothing is written or logged."""
    told = chosen(archive, want)
    return site.preview(site.told_in_public(told, digits=want.digits)) if want.kind == "site" else preview_case(told)


def chosen(archive: Archive, want: Wanted) -> scope.Scope:
    """What may leave of the incidents that are named, or of all."""
    with archive.reading() as conn:
        ids = want.incidents or [row.id for row in store.list_incidents(conn, limit=MOST_INCIDENTS + 1)]
        if len(ids) > MOST_INCIDENTS:
            raise InputRefused(
                "archive", f"has more than {MOST_INCIDENTS:,} incidents", 'Use "dalil export" for so many'
            )
        found = [(name, store.load_incident(conn, name)) for name in ids]
    for name, incident in found:
        if incident is None:
            raise InputRefused(name[:80], "is no single incident of this archive", "Its page shows what it is called")
    fields = site.PRIVATE_FIELDS if want.kind == "site" else ()
    incidents = tuple(incident for _, incident in found)
    return scope.choose(archive, recipient="*", incidents=incidents, everything=not want.incidents, fields=fields)


def wanted(form) -> Wanted:
    """The fields of the form; 400 where they were tampered with."""
    kind, digits = form.get("kind") or KINDS[0], form.get("digits") or ""
    if kind not in KINDS or digits not in DIGITS:
        raise HTTPException(400)
    names = form.get("incidents", "").replace(",", " ").split()[:MOST_NAMED]
    return Wanted(kind, tuple(names), int(digits) if digits else None)


ROUTES = (
    Route("/publish", publish_page, methods=["GET"]),
    Route("/publish", needs("owner")(acting(publish)), methods=["POST"]),
)
