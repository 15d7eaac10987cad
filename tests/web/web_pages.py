"""Name and address of every page of an archive: those of its incident with most reports, and of what it rests on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from dalil import db
from dalil.archive import Archive
from dalil.claims.store import load_reading


def addresses(archive: Path) -> dict[str, str]:
    """Every page that the archive has something for."""
    a, c = db.account.c, db.claim.c
    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        incident = conn.scalar(select(a.incident).group_by(a.incident).order_by(func.count().desc()).limit(1))
        source = conn.scalar(select(c.sha256).group_by(c.sha256).order_by(func.count().desc(), c.sha256).limit(1))
        clip = conn.scalar(select(db.footage.c.sha256).order_by(db.footage.c.duration_s).limit(1))
        match = conn.execute(select(db.footage_match.c.sha256, db.footage_match.c.other).limit(1)).first()
        reading = load_reading(conn, source) if source else None
    claims = reading.claims if reading else ()
    claim = next((c for c in claims if c.killed), claims[0] if claims else None)
    places = (c.where for c in claims if c.where and c.where.quote and c.where.candidates)
    place = max(places, key=lambda where: len(where.candidates), default=None)
    found = {
        "overview": "/",
        "review": "/review",
        "incidents": "/incidents",
        "incident": f"/incidents/{incident}" if incident else None,
        "map": "/map",
        "timeline": "/timeline",
        "people": "/people",
        "search": "/search?q=Aleppo",
        "source": f"/sources/{source}" if source else None,
        "claim": f"/claims/{source}/{claim.quote.start}-{claim.quote.end}" if claim else None,
        "place": f"/places/{source}/{place.quote.start}-{place.quote.end}" if place else None,
        "sources": "/sources",
        "footage": f"/footage/{clip}" if clip else None,
        "match": f"/matches/{match.sha256}/{match.other}" if match else None,
        "outlook": "/outlook",
        "log": "/log",
        "add": "/add",
        "account": "/account",
        "missing": "/no-such-page",
    }
    return {name: path for name, path in found.items() if path}
