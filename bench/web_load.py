"""How fast the pages answer, and what they hold in memory, as an archive grows: 16 clients, one server process.

    python bench/web_load.py [--incidents 1000 10000 100000]

Writes derived tables directly (invented names, ten claims an incident), so that the pages alone are measured. Each page
is asked for at random places of the archive; the clients run in a process of their own on the same machine and ask
again as soon as they are answered. Prints one JSON line for the whole, and docs-ready rows on stderr.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import insert, text

from dalil import db
from dalil.archive import Archive
from dalil.claims.search import ensure_index
from dalil.claims.store import actor_of, victim_rows
from dalil.incidents.facets import actors, narrowed_by, sources
from dalil.incidents.ledger import range_of
from dalil.incidents.profile import profile_of
from dalil.records import (
    Account,
    Candidate,
    Claim,
    DateSpan,
    Document,
    Incident,
    Place,
    Quote,
    Reading,
    Suspect,
    TextIncident,
    Toll,
    Victim,
    encode,
)

CLIENTS, ASKED_A_PAGE = 16, 320
BATCH = 1000
TYPES = ("airstrike", "shelling", "shooting", "explosion", "abduction", "barrel_bomb")
STATUSES = ("reported",) * 7 + ("forecast", "threatened", "denied")
SYLLABLES = (
    "ka",
    "far",
    "na",
    "ta",
    "mar",
    "sa",
    "lin",
    "bab",
    "dar",
    "zor",
    "hama",
    "rif",
    "tell",
    "ain",
    "bey",
    "jis",
)


def names(count: int, seed: int) -> list[str]:
    """Invented names."""
    rng = random.Random(seed)
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() + f" {n}" for n in range(count)]


TOWNS, PARTIES, PAPERS, PEOPLE = names(800, 1), names(40, 2), names(120, 3), names(3000, 4)


def report(number: int) -> tuple[Document, Reading, TextIncident]:
    """An invented report with ten claims, the first of which tell of one event."""
    rng = random.Random(number)
    town, party, person = rng.randrange(len(TOWNS)), rng.choice(PARTIES), rng.choice(PEOPLE)
    day = date(2011, 1, 1) + timedelta(rng.randrange(4000))
    killed = rng.randint(1, 40)
    point = random.Random(town)
    at = (32 + 5 * point.random(), 36 + 6 * point.random())
    sentences, claims, offset = [], [], 0
    for n in range(10):
        words = f"{party} struck {TOWNS[town]} on {day}, killing {killed + n}; {person} was among them."
        sentences.append(words)
        quote_at = Quote(offset, offset + len(words), words)
        candidates = (Candidate(town, TOWNS[town], *at, (f"Province {town % 14}",), "SY", "P", 0.9, ("same name",)),)
        claims.append(
            Claim(
                type=TYPES[(town + n) % len(TYPES)] if n else TYPES[town % len(TYPES)],
                status=STATUSES[n],
                quote=quote_at,
                said_by=None,
                when=DateSpan(day, day, "day", None, None, "full date"),
                where=Place(TOWNS[town], None, 1, 3000.0, candidates),
                killed=Toll(killed + n, killed + n, None, quote_at),
                injured=None,
                missing=None,
                victims=(Victim((person,), 1, "death" if n % 2 else "injury", n < 2, None, None, (quote_at,)),),
                suspects=(Suspect((party,), "group", "accused", None, (quote_at,)),),
                targets=(),
                weapons=(),
                footage=None,
            )
        )
        offset += len(words) + 1
    key = hashlib.sha256(str(number).encode()).hexdigest()
    said = (f"Raid on {TOWNS[town]}", None, rng.choice(PAPERS), day + timedelta(1), "en" if number % 3 else "ar")
    document = Document(key, " ".join(sentences), *said, None, (), ())
    first = claims[0]
    event = TextIncident(first.type, "reported", first.when, first.where, first.killed, None, None, first.suspects,
                         first.victims, (), (), None, (0, 1))  # fmt: skip
    return document, Reading(None, said[3], said[4], *said[:3], tuple(claims), (event,)), event


def fill(archive: Archive, count: int) -> None:
    """The archive holds so many incidents of one or two reports each, ten claims an incident."""
    with archive.engine.begin() as conn:
        ensure_index(conn)
    for start in range(0, count, BATCH):
        with archive.engine.begin() as conn:
            write_batch(archive, conn, range(start, min(start + BATCH, count)))
        if start % 20_000 == 0:
            print(f"bench: {start:,} of {count:,}", file=sys.stderr)
    for start in range(0, min(count, 20_000), 5000):
        archive.append_all([("derive", {"objects": str(n), "by": "bench"}) for n in range(start, start + 5000)])
    with archive.engine.begin() as conn:
        conn.execute(text("ANALYZE"))


def write_batch(archive: Archive, conn, numbers: range) -> None:
    """The rows of these reports, each an incident of its own; every tenth pair is a question."""
    rows: dict[object, list[dict]] = {}

    def put(table, **values) -> None:
        rows.setdefault(table, []).append(values)

    found = []
    for number in numbers:
        document, reading, event = report(number)
        key, claim = document.object, reading.claims[0]
        put(db.document, sha256=key, title=document.title, publisher=document.publisher,
            published=document.published.isoformat(), lang=document.lang, record=encode(document).decode(),
            reading=encode(reading).decode())  # fmt: skip
        for position, one in enumerate(reading.claims):
            day = one.when.start.isoformat()
            put(db.claim, sha256=key, position=position, type=one.type, status=one.status, start=day, end=day,
                place=one.where.name, actor=actor_of(one))  # fmt: skip
            for row in victim_rows(position, one):
                put(db.victim, sha256=key, **row)
        put(db.capture, seq=1_000_000 + number, sha256=key, size=900, media_type="text/plain", name=f"r{number}.txt",
            source="bench", captured_utc="2026-01-01T00:00:00.000000Z", tool="bench", by="bench")  # fmt: skip
        named = (document.title, None, document.publisher, document.published, document.lang)
        account = Account(key, 0, *named, (), event, reading.claims[:2], ())
        day = event.when.start.isoformat()
        id = f"{day}-{document.title[8:].split()[0].lower()}-{key[:8]}"
        told = (id, document.title, event.type, event.when, event.where, range_of([account], "killed"), None, None)
        incident = Incident(*told, (account,), (), ())
        for kind, values in (("actor", actors(incident)), ("source", sources(incident))):
            for value in values:
                put(db.facet, kind=kind, value=value, incident=id)
        put(db.account, number=number, sha256=key, position=0, incident=id, founds=id, text=key,
            start=claim.quote.start, end=claim.quote.end, profile=encode(profile_of(account)).decode(),
            record=encode(account).decode())  # fmt: skip
        at = event.where.candidates[0]
        put(db.incident, id=id, founded=number, type=event.type, start=day, end=day, place=event.where.name,
            lat=at.lat, lon=at.lon, killed_low=event.killed.low, killed_high=event.killed.low, **narrowed_by(incident),
            record=encode(Incident(*told, (), (), ())).decode())  # fmt: skip
        found.append((int(key[:15], 16), key, document))
        if number % 10 == 9:
            put(db.pair, left=number - 1, right=number, verdict="possibly_same", score=1500)
    for table, values in rows.items():
        conn.execute(insert(table), values)
    conn.execute(
        text("INSERT INTO search_index (rowid, sha256, title, body, variants) VALUES (:r, :k, :t, :b, '')"),
        [{"r": r, "k": k, "t": d.title.lower(), "b": d.text.lower()} for r, k, d in found],
    )


# ------------------------------------------------------------------ asking


def pages(count: int) -> dict[str, list[str]]:
    """Addresses of every page, at random places."""
    rng = random.Random(7)
    keys, ids, claims = [], [], []
    for number in rng.sample(range(count), min(count, 120)):
        document, reading, event = report(number)
        keys.append(document.object)
        day, name = event.when.start.isoformat(), document.title[8:].split()[0].lower()
        ids.append(f"{day}-{name}-{document.object[:8]}")
        quote_at = reading.claims[0].quote
        claims.append(f"/claims/{document.object}/{quote_at.start}-{quote_at.end}")
    boxes = [
        f"{lon},{lat},{lon + w},{lat + w}" for lon, lat, w in [(36, 32, 6), (37, 33, 2), (38.5, 34, 1), (36, 35, 3)]
    ]
    some = rng.sample(TOWNS, 30)
    days = [f"/people?after=20{y}-06-01~{'f' * 64}~0~0" for y in range(11, 21)]
    return {
        "overview": ["/"],
        "incidents": [f"/incidents?page={p}" for p in range(1, max(2, min(60, count // 50)))],
        "incidents, narrowed": [f"/incidents?kind={k}&admin=Province+{p}" for k in TYPES for p in range(14)]
        + [f"/incidents?words={quote(t.split()[0])}" for t in some],
        "incident": [f"/incidents/{id}" for id in ids],
        "source": [f"/sources/{key}" for key in keys],
        "claim": claims,
        "sources": [f"/sources?page={p}" for p in range(1, max(2, min(60, count // 60)))],
        "search, words": [f"/search?q={quote(t.split()[0])}" for t in some],
        "search, narrowed": [f"/search?kind={k}&status={s}" for k in TYPES for s in set(STATUSES)],
        "map": ["/map"],
        "map, clusters": [f"/map/clusters?box={b}&zoom={z}" for b in boxes for z in (6, 8, 10)],
        "timeline": ["/timeline", *[f"/timeline?kind={k}" for k in TYPES]],
        "people": ["/people", "/people?effect=death", *days],
        "review": [f"/review?at={n}" for n in range(min(20, count // 10))],
        "outlook": [f"/outlook?page={p}" for p in range(1, 30)],
        "log": [f"/log?page={p}" for p in range(1, 30)],
    }  # fmt: skip


def ask(port: int, addresses: list[str]) -> tuple[float, float, float]:
    """(median, p95, worst) in ms of CLIENTS that ask for the addresses in turn, each as soon as it is answered."""
    times: list[float] = []
    lock, waiting = threading.Lock(), iter([addresses[n % len(addresses)] for n in range(ASKED_A_PAGE)])

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with lock:
                address = next(waiting, None)
            if address is None:
                return
            began = time.perf_counter()
            connection.request("GET", address)
            answer = connection.getresponse()
            answer.read()
            took = (time.perf_counter() - began) * 1000
            if answer.status != 200:
                raise SystemExit(f"{address}: {answer.status}")
            with lock:
                times.append(took)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]


def peak_mib(pid: int) -> float:
    """The most memory that a process of that number has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def measure(count: int, folder: Path) -> dict[str, object]:
    """Every page of an archive of so many incidents."""
    path = folder / f"archive-{count}"
    if not path.exists():
        began = time.perf_counter()
        with Archive.create(path, "Bench") as archive:
            fill(archive, count)
        print(f"bench: {count:,} incidents written in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    code = "from dalil.web.commands import serve_command; serve_command()"
    server = subprocess.Popen([sys.executable, "-c", code, "--archive", str(path), "--no-browser", "--port", "0"],
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        port = int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        asked = pages(count)
        began = time.perf_counter()
        for addresses in asked.values():
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", addresses[0])
            connection.getresponse().read()
        first_s = time.perf_counter() - began
        p95 = {}
        for page, addresses in asked.items():
            median, most, worst = ask(port, addresses)
            p95[page] = round(most, 1)
            figures = f"median {median:6.1f}  p95 {most:6.1f}  worst {worst:6.1f} ms"
            print(f"bench: {count:>7,} {page:22} {figures}", file=sys.stderr)
        return {
            "incidents": count,
            "first_s": round(first_s, 1),
            "p95_ms": p95,
            "memory_mib": round(peak_mib(server.pid)),
        }
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="Keep the archives here, and use those that stand.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for count in options.incidents:
            print(json.dumps(measure(count, options.folder or Path(scratch))), flush=True)


if __name__ == "__main__":
    main()
