"""Name and address of every page of an archive: those of its incident with most reports, and of what it rests on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from dalil import db
from dalil.archive import Archive
from dalil.claims.store import load_reading

# A record to compare with, invented, in the columns of UCDP GED.
TABLE = """\
id,date_start,date_end,date_prec,latitude,longitude,where_prec,where_coordinates,country,side_a,side_b,\
type_of_violence,best,low,high
900101,2016-11-04,2016-11-04,1,36.168,36.984,1,Kafr Naha,Syria,Example Front,Civilians,3,30,30,34
900102,2016-11-05,2016-11-05,1,36.168,36.984,1,Kafr Naha,Syria,Government of Syria,Civilians,3,4,2,4
900103,2016-11-21,2016-11-21,1,36.3,37.1,1,Tell Example,Syria,Example Front,Civilians,3,2,2,2
"""


def addresses(archive: Path) -> dict[str, str]:
    """Every page that the archive has something for."""
    a, c = db.account.c, db.claim.c
    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        incident = conn.scalar(select(a.incident).group_by(a.incident).order_by(func.count().desc()).limit(1))
        source = conn.scalar(select(c.sha256).group_by(c.sha256).order_by(func.count().desc(), c.sha256).limit(1))
        clip = conn.scalar(select(db.footage.c.sha256).order_by(db.footage.c.duration_s).limit(1))
        match = conn.execute(select(db.footage_match.c.sha256, db.footage_match.c.other).limit(1)).first()
        c = db.capture.c
        table = conn.scalar(select(c.sha256).where(c.media_type == "text/csv").order_by(c.seq.desc()).limit(1))
        page = conn.scalar(select(c.sha256).where(c.media_type == "text/html").order_by(c.seq).limit(1))
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
        "saved": f"/sources/{page}" if page else None,
        "sun": "/sun?at=36.1682,36.9846&date=2016-11-04&zone=%2B02:00&shadow=2.0%C2%B110%25&azimuth=330%C2%B115",
        "compare": f"/compare?object={table}&record=ucdp" if table else "/compare",
        "file": f"/files/{table}" if table else None,
        "outlook": "/outlook",
        "log": "/log",
        "add": "/add",
        "watch": "/add/watch",
        "publish": "/publish?kind=site&preview=1",
        "redact": f"/redact/{clip}" if clip else None,
        "alone": "/account",
        "missing": "/no-such-page",
    }
    return {name: path for name, path in found.items() if path}
