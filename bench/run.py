"""Runs every measurement here and writes docs/bench.md: each figure beside a named peer or limit of the same run.

    make bench

A measurement is a script in this folder that prints JSON lines {"what", "figure", "unit", "peer", "peer_figure"}; it
times whole processes or CPU seconds. One run on one machine: compare ratios, not seconds.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parent / "docs" / "bench.md"
SCRIPTS = ("add_folder.py", "custody_speed.py", "text_speed.py", "read_speed.py", "locate_speed.py", "date_speed.py")


def measure(script: str) -> list[dict]:
    """The rows that one script prints; its talk goes to stderr as it comes."""
    print(f"bench: {script}", file=sys.stderr)
    done = subprocess.run([sys.executable, str(HERE / script)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        print(f"bench: {script} ended with status {done.returncode}", file=sys.stderr)
    return [{**json.loads(line), "script": script} for line in done.stdout.splitlines() if line.startswith("{")]


def shown(value: float | None) -> str:
    """Three significant figures, without an exponent."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(rows: list[dict]) -> str:
    """The page."""
    lines = [
        "# Speed and memory",
        "",
        f"Made by `make bench` on {date.today().isoformat()}: {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}. One run on a shared machine; the ratios travel, the seconds do not. "
        "Pages under load: [load.md](load.md).",
        "",
        "| what | figure | unit | beside | its figure | ratio | measured by |",
        "|---|---:|---|---|---:|---:|---|",
    ]
    for row in rows:
        figure, peer = row["figure"], row.get("peer_figure")
        ratio = figure / peer if peer else None
        lines.append(
            f"| {row['what']} | {shown(figure)} | {row['unit']} | {row.get('peer') or ''} | {shown(peer)} "
            f"| {shown(ratio)} | `bench/{row['script']}` |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table([row for script in SCRIPTS for row in measure(script)]), "utf-8")
    print(TABLE)
