"""How many reports a second the reader reads on one core, after start, and how long the start takes.

    python bench/read_speed.py IN.jsonl [LIMIT]

IN.jsonl holds lines with "text" and, optionally, "published" and "lang"; prints documents and characters a CPU second.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path


def main(path: str, limit: int = 500) -> None:
    """The speed is printed; the first document, which compiles the lexicons, counts as the start."""
    started = time.process_time()
    from dalil.claims.reader import read_text

    rows = [json.loads(x) for x, _ in zip(Path(path).read_text("utf-8").splitlines(), range(limit), strict=False)]
    for n, row in enumerate(rows):
        if n == 1:
            ready = time.process_time()
        day = row.get("published")
        read_text(row["text"], published=date.fromisoformat(day) if day else None, lang=row.get("lang"))
    spent = time.process_time() - ready
    size = sum(len(r["text"]) for r in rows[1:])
    rate = f"{(len(rows) - 1) / spent:.0f} documents, {size / spent / 1000:.0f} kB a CPU second"
    print(f"start {ready - started:.2f} s; {rate}")


if __name__ == "__main__":
    main(sys.argv[1], *(int(x) for x in sys.argv[2:3]))
