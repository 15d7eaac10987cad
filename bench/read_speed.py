"""How many reports a second the reader reads on one core, after start, and how long the start takes.

    python bench/read_speed.py [IN.jsonl [LIMIT]]

IN.jsonl holds lines with "text" and, optionally, "published" and "lang"; without it, reports that make_folder.py makes.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

LIMIT = 500


def made_reports() -> list[dict]:
    """Reports of our own making."""
    with tempfile.TemporaryDirectory() as folder:
        make = Path(__file__).with_name("make_folder.py")
        subprocess.run([sys.executable, str(make), folder, "--files", "1000"], check=True, stdout=subprocess.DEVNULL)
        return [{"text": path.read_text("utf-8", "ignore")} for path in sorted(Path(folder).rglob("*.txt"))]


def given_reports(path: str) -> list[dict]:
    """The reports of a file of JSON lines."""
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def main(rows: list[dict]) -> None:
    """Rows for the table; the first document, which compiles the lexicons, counts as the start."""
    started = time.process_time()
    from dalil.claims.reader import read_text

    for n, row in enumerate(rows):
        if n == 1:
            ready = time.process_time()
        day = row.get("published")
        read_text(row["text"], published=date.fromisoformat(day) if day else None, lang=row.get("lang"))
    spent = time.process_time() - ready
    kilobytes = sum(len(r["text"].encode()) for r in rows[1:]) / 1000
    for what, figure, unit, limit in (
        ("reader, start", ready - started, "CPU s", 1.0),
        ("reader, documents", (len(rows) - 1) / spent, "a CPU second", 100.0),
        ("reader, text", kilobytes / spent, "kB a CPU second", None),
    ):
        peer = "limit" if limit else ""
        print(json.dumps({"what": what, "figure": figure, "unit": unit, "peer": peer, "peer_figure": limit}))


if __name__ == "__main__":
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else LIMIT
    main((given_reports(sys.argv[1]) if len(sys.argv) > 1 else made_reports())[:limit])
