"""Places found a second, and what a gazetteer costs to load, on a country drawn here or on a file that is given.

python bench/locate_speed.py [SY.txt]
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

PLACES, QUERIES = 10_420, 1_000
HEADS = (
    "Kafr",
    "Tall",
    "Khirbat",
    "Ayn",
    "Umm",
    "Dayr",
    "Bayt",
    "Jabal",
    "Wadi",
    "Abu",
    "Tell",
    "Deir",
    "Ain",
    "Qaryat",
)
SOUNDS = ("ba", "ra", "na", "ma", "ha", "za", "sha", "ya", "la", "da", "wi", "ri", "ni", "qa", "fi", "ji", "ku", "ghu")


def drawn_country(file: Path) -> None:
    """A file in GeoNames' dump format with invented names, as many as Syria has, two to three spellings each."""
    chosen = random.Random(7)
    with file.open("w", encoding="utf-8") as out:
        for n in range(PLACES):
            stem = "".join(chosen.choice(SOUNDS) for _ in range(chosen.randint(2, 4)))
            name = (f"{chosen.choice(HEADS)} {stem.title()}") if chosen.random() < 0.6 else stem.title()
            variants = {name.replace("a", "e", 1), f"al {name}", name.replace(" ", "")} - {name}
            cells = [str(n + 1), name, name, ",".join(sorted(variants)), f"{33 + chosen.random() * 4:.5f}"]
            cells += [f"{36 + chosen.random() * 6:.5f}", "P", "PPL", "XX", "", f"{n % 14:02d}", "", "", "", "0"]
            out.write("\t".join([*cells, "", "", "", "2024-01-01"]) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DALIL_HOME"] = folder
        from dalil.atlas import locate
        from dalil.atlas.index import read
        from dalil.atlas.manage import load_file
        from dalil.atlas.store import path_of

        file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "drawn.txt"
        if len(sys.argv) == 1:
            drawn_country(file)
        start = time.process_time()
        total = load_file("XX", file)
        load_s = time.process_time() - start
        megabytes = path_of("XX").stat().st_size / 1e6
        start = time.process_time()
        gazetteer = read(path_of("XX"), "XX")
        read_s = time.process_time() - start
        chosen = random.Random(8)
        names = [chosen.choice(gazetteer.names) for _ in range(QUERIES)]
        queries = ["".join(c for c in name if chosen.random() > 0.1) or name for name in names]
        country = gazetteer.countries[0]
        path_of("XX").rename(path_of(country))
        locate("warm", country=country)
        start = time.process_time()
        for query in queries:
            locate(query, country=country)
        each_s = (time.process_time() - start) / QUERIES
    rows = (
        ("queries answered, misspelt names, country known", 1 / each_s, "a second", "mark: at least", 1000),
        (f"loading a gazetteer of {total:,} places", load_s, "s", "mark: at most", 10),
        (f"a gazetteer of {total:,} places on disk", megabytes, "MB", "mark: at most", 8 if total < 11_000 else None),
        ("opening it", read_s, "s", None, None),
    )
    for what, figure, unit, peer, peer_figure in rows:
        print(json.dumps({"what": what, "figure": figure, "unit": unit, "peer": peer, "peer_figure": peer_figure}))


if __name__ == "__main__":
    main()
