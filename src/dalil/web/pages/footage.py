"""One recording: hidden until asked for, and what the file says of itself with how easily that is forged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dalil.archive import Archive
from dalil.errors import DalilError
from dalil.footage.apps import traces
from dalil.footage.manifest import Manifest, manifest_of
from dalil.footage.screen_store import screen_of
from dalil.footage.store import load_footage
from dalil.records import Capture, Footage, Incident
from dalil.web import holdings
from dalil.web.language import Language
from dalil.web.pages.incident import Shown, played, seen_elsewhere
from dalil.web.render import clock, language_of, page, utc_text
from dalil.web.security import CAPTURE_POLICY, asked_hash

OFFSET = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
STILL_TYPES = {".jpg": "image/jpeg", ".webp": "image/webp", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the file says of itself; `forge` names the text on how easily it is forged."""

    field: str
    value: str
    source: str | None
    forge: str


def footage_page(request: Request) -> Response:
    """The recording of that hash."""
    archive, sha256 = request.app.state.archive, asked_hash(request)
    with archive.engine.connect() as conn:
        footage, held = load_footage(conn, sha256), holdings.held(conn, sha256)
        if footage is None:
            raise HTTPException(404)
        name = held.name if held else sha256[:12]
        recording = Shown(None, footage, name, played(conn, sha256))
        tied = holdings.with_accounts(conn, holdings.incidents_of_recording(conn, sha256))
        problems = holdings.problems_of(conn, sha256)
        elsewhere, lines = seen_elsewhere(conn, sha256), screen_of(conn, sha256)
    captures = list(archive.captures(sha256))
    manifest = manifest_in(archive, captures[0]) if captures else None
    return page(
        request,
        "footage.html",
        sha256=sha256,
        recording=recording,
        said=said(language_of(request), footage, name, manifest),
        incidents=tied,
        elsewhere=elsewhere,
        lines=lines,
        at=asked_offset(request),
        sun=sun_of(footage, tied),
        problems=[*((None, p) for p in footage.problems), *problems],
        captures=captures,
    )


def sun_of(footage: Footage, tied: list[Incident]) -> dict[str, str]:
    """The place and day to ask the sun about: the file's own, else those of the first incident that has them."""
    found: dict[str, str] = {}
    if footage.lat is not None and footage.lon is not None:
        found["at"] = f"{footage.lat:.5f},{footage.lon:.5f}"
    if footage.created_utc:
        found["date"] = footage.created_utc.date().isoformat()
    for incident in tied:
        if incident.where and incident.where.candidates:
            best = incident.where.candidates[0]
            found.setdefault("at", f"{best.lat:.5f},{best.lon:.5f}")
        if incident.when and incident.when.start == incident.when.end:
            found.setdefault("date", incident.when.start.isoformat())
    return found


def manifest_in(archive: Archive, capture: Capture) -> Manifest | None:
    """The recording's C2PA manifest; None where it has none or its bytes are not here to look at."""
    try:
        return manifest_of(archive.object_path(capture.object.sha256), capture.object.media_type)
    except (OSError, DalilError):
        return None


def signed(lang: Language, manifest: Manifest | None) -> str:
    """What the manifest says, in one line."""
    if manifest is None:
        return lang.text("manifest.none")
    if not manifest.state:
        return lang.text("manifest.present")
    parts = {
        "manifest.signer": manifest.signer,
        "manifest.generator": manifest.generator,
        "manifest.actions": lang.joined(manifest.actions),
        "manifest.state": manifest.state,
        "manifest.failures": lang.joined(manifest.failures),
    }
    return " · ".join(lang.text(name, value=value) for name, value in parts.items() if value)


def programs(lang: Language, tags: Mapping[str, str], name: str) -> str:
    """What programs left of themselves in the file."""
    told = ((x, lang.term("did", x.did)) for x in traces(tags, name))
    words = lang.texts["footage.program"]
    return " · ".join(words.format(program=x.program, did=did, field=x.field) for x, did in told)


def said(lang: Language, footage: Footage, name: str, manifest: Manifest | None) -> list[Said]:
    """Every field that the file gives, in the order of how hard it is to forge."""
    codecs = [c for c in (footage.video_codec, footage.audio_codec) if c]
    size = f"{footage.width} × {footage.height}" if footage.width and footage.height else None
    place = f"{footage.lat:.5f}, {footage.lon:.5f}" if footage.lat is not None and footage.lon is not None else None
    made = utc_text(footage.created_utc) if footage.created_utc else footage.created_local
    fields = [
        ("kind", lang.term("kind", footage.kind), None, "kind"),
        ("size", size, None, "size"),
        ("duration", clock(footage.duration_s) if footage.duration_s is not None else None, None, "duration"),
        ("fps", f"{footage.fps:.3g}" if footage.fps else None, None, "size"),
        ("codecs", " + ".join(codecs) or None, None, "codecs"),
        ("audio", lang.text("value.yes" if footage.has_audio else "value.no"), None, "audio"),
        ("created", made, footage.created_from, "created"),
        ("position", place, None, "position"),
        ("device", footage.device, None, "device"),
        ("traces", programs(lang, footage.tags, name), None, "traces"),
        ("manifest", signed(lang, manifest), None, "manifest"),
    ]
    unknown = lang.text("value.unknown")
    return [Said(field, value or unknown, source, forge) for field, value, source, forge in fields]


def asked_offset(request: Request) -> float | None:
    """The second at which the address asks the player to begin; None where it asks for none that can be."""
    asked = request.query_params.get("at", "")
    return float(asked) if OFFSET.fullmatch(asked) else None


def still(request: Request) -> Response:
    """One still, by its number; the path on disk comes from the record alone and stays inside the derived folder."""
    archive, sha256 = request.app.state.archive, asked_hash(request)
    with archive.engine.connect() as conn:
        footage = load_footage(conn, sha256)
    number = request.path_params["number"]
    if footage is None or not number < len(footage.stills):
        raise HTTPException(404)
    root = archive.derived.resolve()
    path = (root / footage.stills[number].file).resolve()
    if not path.is_relative_to(root) or path.suffix not in STILL_TYPES or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"content-security-policy": CAPTURE_POLICY}, media_type=STILL_TYPES[path.suffix])


ROUTES = (
    Route("/footage/{sha256}", footage_page, methods=["GET"]),
    Route("/footage/{sha256}/stills/{number:int}", still, methods=["GET"]),
)
