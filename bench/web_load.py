"""How fast the pages answer, and what they hold in memory, as an archive grows: 16 clients, one `dalil serve`.

    python bench/web_load.py [--folder F] [--incidents 1000 10000 100000] [--asked 320] [--table docs/load.md]

The archives are invented (web_archive.py) and, with --folder, kept and used again. For each page in turn, 16
connections that stay open ask for addresses of that page alone, each as soon as it was answered, for 320 answers; then
for all pages mixed. The addresses are drawn at random over the whole archive (any incident, any page of a list, filters
in pairs, words in English and Arabic, rare and common, phrases, beginnings); every other request is for the Arabic
pages. Nothing is asked twice while there are others. The clients are one process beside the server on the same machine
that reads sockets by asyncio and does nothing more; its own time on the cores is part of what is measured. Before each
page, each connection asks once, which is not counted. CPU and memory are those of the server with all processes that it
started: memory is what they hold, a page that several share counted once (PSS), looked at four times a second until
each page was asked once (so that loading is in it) and after each page; and the sum of each one's own peak (VmHWM), in
which what they share counts for each.

Prints one JSON line a size: p95 and median in ms, the server's CPU ms a request, memory. --table writes the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

from web_archive import FAMILY, GIVEN, PAPERS, PARTIES, STATUSES, TOWNS, TYPES, fill, reports_of, told

from dalil.archive import Archive

CLIENTS, ASKED_A_PAGE = 16, 320
LIMIT_MS, LIMIT_MIB = 150, 500
# What stands in the page from this line on is not made here, and stays.
BY_HAND = "\n## How that comes about\n"
COMMON = {"en": ("killing", "hospital", "rubble", "witnesses"), "ar": ("قتيلا", "أنقاض", "المشفى", "الهجوم")}
PHRASES = ('"field hospital"', '"pulled from the rubble"', '"المشفى الميداني"', '"تحت أنقاض"')


# ------------------------------------------------------------------ addresses


def pages(count: int, rng: random.Random) -> dict[str, Callable[[], str]]:
    """A maker of addresses for every page of an archive of so many incidents."""
    reports = sum(reports_of(n) for n in range(count))

    def any_told():
        return told(rng.randrange(count))

    def source() -> str:
        return f"/sources/{rng.choice(any_told().documents).object}"

    def claim() -> str:
        one = any_told()
        quote_at = rng.choice(one.readings[0].claims).quote
        return f"/claims/{one.documents[0].object}/{quote_at.start}-{quote_at.end}"

    def place() -> str:
        one = any_told()
        at = next((c.where.quote for c in one.readings[0].claims if c.where and c.where.quote), None)
        return f"/places/{one.documents[0].object}/{at.start}-{at.end}" if at else "/places"

    def shadow() -> str:
        at = f"{rng.uniform(32, 37):.4f},{rng.uniform(36, 42):.4f}"
        return f"/sun?at={at}&date={rng.randint(2011, 2021)}-{rng.randint(1, 12):02}-11&zone=%2B02:00&shadow=2.0"

    def person() -> str:
        day = f"{rng.randint(2011, 2021)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        effect = rng.choice(("", "&effect=death", "&effect=injury", "&effect=abducted"))
        return f"/people?after={day}~{rng.randrange(16**8):08x}~0~0{effect}"

    def clusters() -> str:
        zoom = rng.randint(5, 11)
        wide, high = 1400 / 2**zoom * 1.4, 900 / 2**zoom * 1.4
        west, south = 36 + 6 * rng.random() - wide / 2, 32 + 5 * rng.random() - high / 2
        return f"/map/clusters?box={west:.4f},{south:.4f},{west + wide:.4f},{south + high:.4f}&zoom={zoom}"

    return {
        "overview": lambda: "/",
        "incidents": lambda: f"/incidents?page={rng.randint(1, max(1, count // 25))}",
        "incidents, narrowed": lambda: f"/incidents?{urlencode(narrowing(rng))}",
        "incident": lambda: f"/incidents/{any_told().incident.id}",
        "source": source,
        "claim": claim,
        "sources": lambda: f"/sources?page={rng.randint(1, max(1, reports // 25))}",
        "search, words": lambda: f"/search?q={quote(wanted(rng))}",
        "search, narrowed": lambda: f"/search?{urlencode(claims_narrowing(rng))}",
        "map": lambda: "/map",
        "map, clusters": clusters,
        "timeline": lambda: f"/timeline?{urlencode(narrowing(rng, words=False))}",
        "people": person,
        "review": lambda: f"/review?at={rng.randrange(min(50, max(1, count // 20)))}",
        "outlook": lambda: f"/outlook?page={rng.randint(1, max(1, reports * 2 // 15))}",
        "log": lambda: f"/log?page={rng.randint(1, max(1, min(count, 20_000) // 30))}",
        "log, a line": lambda: f"/log/{rng.randrange(min(count, 20_000))}",
        "place": place,
        "sun": shadow,
        "compare": lambda: "/compare",
        "publish": lambda: "/publish",
        "add": lambda: "/add",
    }  # fmt: skip


def narrowing(rng: random.Random, *, words: bool = True) -> dict[str, object]:
    """One to three things that a list of incidents is narrowed by."""
    lang = rng.choice(("en", "ar"))
    things: dict[str, Callable[[], object]] = {
        "kind": lambda: rng.choice(TYPES), "admin": lambda: f"Province {rng.randrange(14)}",
        "actor": lambda: rng.choice(PARTIES)[lang], "source": lambda: rng.choice(PAPERS)[lang],
    }  # fmt: skip
    if words:
        things |= {"words": lambda: rng.choice(TOWNS)["en"], "from": lambda: f"{rng.randint(2011, 2021)}-03-01"}
    return {name: things[name]() for name in rng.sample(list(things), rng.randint(1, 3))}


def claims_narrowing(rng: random.Random) -> dict[str, object]:
    """One to three things that claims are narrowed by."""
    lang = rng.choice(("en", "ar"))
    things: dict[str, Callable[[], object]] = {
        "kind": lambda: rng.choice(TYPES), "status": lambda: rng.choice(STATUSES), "tongue": lambda: lang,
        "place": lambda: rng.choice(TOWNS)[lang], "actor": lambda: rng.choice(PARTIES)[lang],
        "source": lambda: rng.choice(PAPERS)[lang], "from": lambda: f"{rng.randint(2011, 2021)}-03-01",
    }  # fmt: skip
    return {name: things[name]() for name in rng.sample(list(things), rng.randint(1, 3))}


def wanted(rng: random.Random) -> str:
    """What somebody types: a name, two names, a name and a common word, a common word, a phrase, a beginning."""
    lang = rng.choice(("en", "ar"))
    town, person = rng.choice(TOWNS)[lang], f"{rng.choice(GIVEN)[lang]} {rng.choice(FAMILY)[lang]}"
    kinds = (town, person, f"{town} {rng.choice(COMMON[lang])}", f"{rng.choice(PARTIES)[lang]} {town}",
             rng.choice(PARTIES)[lang], rng.choice(COMMON[lang]), rng.choice(PHRASES), f"{town[:4]}*")  # fmt: skip
    return rng.choices(kinds, (4, 4, 2, 2, 1, 1, 1, 1))[0]


def drawn(make: Callable[[], str], many: int) -> list[str]:
    """So many addresses, different ones while there are any."""
    found: dict[str, None] = {}
    for _ in range(3 * many):
        found[make()] = None
        if len(found) == many:
            break
    once = list(found)
    return [once[n % len(once)] for n in range(many)]


# ------------------------------------------------------------------ asking


class Client:
    """One connection that stays open; every other request is for the Arabic pages."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int):
        self.reader, self.writer, self.turn = reader, writer, number

    async def ask(self, address: str) -> float:
        """How many ms it took until the whole answer was there."""
        self.turn += 1
        lang = "ar" if self.turn % 2 else "en"
        lines = (f"GET {address} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip", f"Cookie: dalil_lang={lang}")
        began = time.perf_counter()
        self.writer.write("\r\n".join((*lines, "", "")).encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        await self.reader.readexactly(length)
        took = (time.perf_counter() - began) * 1000
        if not head.startswith("http/1.1 200"):
            raise SystemExit(f"{address}: {head.splitlines()[0]}")
        return took

    def close(self) -> None:
        """The connection is over: the server would end it after some idle seconds."""
        self.writer.close()


async def connected(port: int, many: int) -> list[Client]:
    """So many clients."""
    return [Client(*await asyncio.open_connection("127.0.0.1", port), number) for number in range(many)]


async def ask(clients: list[Client], addresses: list[str]) -> list[float]:
    """How long each answer took; each client asks for the next address as soon as it was answered."""
    waiting, times = iter(addresses), []

    async def work(client: Client) -> None:
        for address in waiting:
            times.append(await client.ask(address))

    await asyncio.gather(*(work(client) for client in clients))
    return sorted(times)


# ------------------------------------------------------------------ the server


def family(pid: int) -> list[int]:
    """The process and those that it started."""
    found = [pid]
    with suppress(OSError):  # it has ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def held_mib(pid: int) -> float:
    """What the process and those that it started hold now, a page that several share counted once."""
    found = 0
    for one in family(pid):
        with suppress(OSError):  # it has ended meanwhile
            found += int(Path(f"/proc/{one}/smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return found / 1024


async def watched(pid: int, found: list[float]) -> None:
    """What they hold is added to `found`, four times a second."""
    while True:
        found.append(held_mib(pid))
        await asyncio.sleep(0.25)


def cpu_ms(pids: list[int]) -> float:
    """What the processes have used of the cores so far."""
    stats = (Path(f"/proc/{pid}/stat") for pid in pids)
    # One that loaded the columns may have ended meanwhile.
    fields = (stat.read_text().rpartition(")")[2].split() for stat in stats if stat.exists())
    return sum(int(f[11]) + int(f[12]) for f in fields) * 1000 / os.sysconf("SC_CLK_TCK")


def peak_mib(pids: list[int]) -> float:
    """The most memory that the processes have held, each at its own worst moment."""
    texts = (Path(f"/proc/{pid}/status").read_text() for pid in pids)
    return sum(int(t.split("VmHWM:")[1].split()[0]) for t in texts) / 1024


def measure(count: int, folder: Path, asked: int, only: list[str]) -> dict[str, object]:
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
        return asyncio.run(asked_all(count, port, server.pid, asked, only))
    finally:
        server.terminate()
        server.wait(10)


async def asked_all(count: int, port: int, pid: int, asked: int, only: list[str]) -> dict[str, object]:
    """Each page in turn, then all of them mixed."""
    rng = random.Random(count)
    makers = {name: make for name, make in pages(count, rng).items() if not only or name in only}
    began, held = time.perf_counter(), []
    watching = asyncio.create_task(watched(pid, held))
    for make in makers.values():
        first = (await connected(port, 1))[0]
        await first.ask(make())
        first.close()
    watching.cancel()
    found: dict[str, object] = {"incidents": count, "first_s": round(time.perf_counter() - began, 1), "pages": {}}
    addresses = {name: drawn(make, asked + CLIENTS) for name, make in makers.items()}
    mixed = [address for some in addresses.values() for address in some[: asked // 4]]
    rng.shuffle(mixed)
    for name, some in {**addresses, "all pages mixed": mixed}.items():
        clients = await connected(port, CLIENTS)
        await ask(clients, some[asked:] if name in addresses else mixed[:CLIENTS])
        pids = family(pid)
        before = cpu_ms(pids)
        times = await ask(clients, some[:asked] if name in addresses else mixed)
        cpu = (cpu_ms(pids) - before) / len(times)
        held.append(held_mib(pid))
        for client in clients:
            client.close()
        row = {"median": times[len(times) // 2], "p95": times[int(len(times) * 0.95)], "worst": times[-1], "cpu": cpu}
        found["pages"][name] = {key: round(value, 1) for key, value in row.items()}
        told_as = "  ".join(f"{key} {value:6.1f}" for key, value in row.items())
        print(f"bench: {count:>7,} {name:20} {told_as} ms", file=sys.stderr, flush=True)
    memory = {"held_mib": round(max(held)), "memory_mib": round(peak_mib(family(pid)))}
    return {**found, "processes": len(family(pid)), **memory}


# ------------------------------------------------------------------ telling


def table(results: list[dict]) -> str:
    """The results as a table in Markdown: a row a page, a column a size."""
    sizes = [f"{r['incidents']:,}" for r in results]
    lines = [f"| p95 in ms with {CLIENTS} clients | " + " | ".join(sizes) + " | growth | CPU ms a page |",
             "|---|" + "---:|" * (len(sizes) + 2)]  # fmt: skip
    for name, last in results[-1]["pages"].items():
        values = [r["pages"][name]["p95"] for r in results]
        cells = [f"{value:.0f}{' **over**' if value > LIMIT_MS else ''}" for value in values]
        growth = f"{values[-1] / values[0]:.1f}×" if values[0] else ""
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {growth} | {last['cpu']:.1f} |")
    lines.append("| memory, MiB (at most 500) | " + " | ".join(str(r["held_mib"]) for r in results) + " | | |")
    lines.append("| each process's peak, summed, MiB | " + " | ".join(str(r["memory_mib"]) for r in results) + " | | |")
    lines.append("| until each page was asked once, s | " + " | ".join(str(r["first_s"]) for r in results) + " | | |")
    return "\n".join(lines) + "\n"


def page(results: list[dict], loop_s: float, asked: int) -> str:
    """The page for docs: what was asked, by whom, and the table."""
    method = " ".join(__doc__.split("\n\n")[2].split())
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        f"# Pages under load\n\nMade by `bench/web_load.py --table docs/load.md` on {date.today().isoformat()}: "
        f"{machine}; an empty loop of ten million took {loop_s:.2f} s of a core meanwhile (0.26 s on a machine "
        f"with nothing else to do), {asked} answers a page. At most {LIMIT_MS} ms and {LIMIT_MIB} MiB are wanted.\n\n"
        + f"{method}\n\n{table(results)}"
    )


def empty_loop_s() -> float:
    """The seconds of a core that ten million turns of nothing take: how busy this machine is beside us."""
    began = time.process_time()
    for _ in range(10_000_000):
        pass
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="Keep the archives here, and use those that stand.")
    parser.add_argument("--asked", type=int, default=ASKED_A_PAGE, help="Answers that are counted, a page.")
    parser.add_argument("--page", action="append", default=[], help="Only this page (repeat).")
    parser.add_argument("--table", type=Path, help="Write the table here.")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for count in options.incidents:
            results.append(measure(count, options.folder or Path(scratch), options.asked, options.page))
            print(json.dumps(results[-1]), flush=True)
    if options.table:
        stood = options.table.read_text("utf-8") if options.table.exists() else ""
        by_hand = "".join(stood.partition(BY_HAND)[1:])
        options.table.write_text(page(results, empty_loop_s(), options.asked) + by_hand, "utf-8")


if __name__ == "__main__":
    main()
