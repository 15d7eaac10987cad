"""Accuracy floors over the development data, pinned beside a hash of each corpus: floors only rise.

    make gate                        measures and compares
    pytest tests/gate --gate --raise-floors   writes higher floors where the measure is higher; never lower ones

The data stay outside the project; where they are absent, everything here skips with a reason.
"""

import hashlib
import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

FLOORS = Path(__file__).with_name("floors.toml")
CORPORA = tomllib.loads(FLOORS.read_text("utf-8"))

# What the place queries are split by: name, script of the query, whether the province is given.
SPELLINGS = (("latin", "la", False), ("latin, province", "la", True), ("arabic, province", "ar", True))

pytestmark = pytest.mark.gate


def tool(shared: Path, name: str):
    """A scorer that lies beside the data."""
    spec = importlib.util.spec_from_file_location(name, shared / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(command: list[str], lines: list[str]) -> list[dict]:
    """What a dalil command answers to JSON lines; a text that cannot be read finds nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "dalil", *command], input="\n".join(lines), capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(path: Path, every: int = 1) -> list[dict]:
    """Every n-th line of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()[::every] if line.strip()]


def counts(shared: Path, corpus: dict) -> dict[str, float]:
    """Shares of texts whose counts, dates and places are right."""
    gold = rows(shared / corpus["file"], corpus.get("every", 1))
    fields = ("id", "text", "published", "lang")
    read = run(["read", "--jsonl", "-"], [json.dumps({k: g.get(k) for k in fields}) for g in gold])
    hits, _ = tool(shared, "score_counts").score(gold, {r["id"]: r for r in read})
    return {name: sum(v) / len(v) for name, v in hits.items()}


def muc4(shared: Path, corpus: dict) -> dict[str, float]:
    """Micro F1 of template filling."""
    scorer = tool(shared, "score_muc4")
    texts = rows(shared / corpus["texts"])
    read = run(["read", "--jsonl", "-"], [json.dumps({k: t.get(k) for k in ("id", "text", "lang")}) for t in texts])
    predicted = {}
    for row in read:
        templates = [t for c in row.get("claims", ()) if (t := scorer.from_claim(c))]
        predicted[row["id"]] = [t for i, t in enumerate(templates) if t not in templates[:i]]
    return {"F1": scorer.score(predicted, scorer.load_gold(shared / corpus["file"]))["micro"]["f1"] / 100}


def dates(shared: Path, corpus: dict) -> dict[str, float]:
    """Shares of phrases whose first interval is right, by language."""
    gold = rows(shared / corpus["file"])
    read = {r["id"]: r for r in run(["date", "--jsonl", "-"], [json.dumps(g) for g in gold])}
    scores = {}
    for lang in ("en", "ar"):
        mine = [g for g in gold if g["lang"] == lang]
        right = [(d := read[g["id"]]["dates"]) and (d[0]["start"], d[0]["end"]) == (g["start"], g["end"]) for g in mine]
        scores[lang] = sum(map(bool, right)) / len(right)
    return scores


def places(shared: Path, corpus: dict) -> dict[str, float]:
    """Recall of the right place among the first 1 and 5 candidates."""
    subprocess.run(
        [sys.executable, "-m", "dalil", "gazetteer", "load", "SY", str(shared / "data" / "gazetteer" / "SY.txt")],
        check=True,
        capture_output=True,
    )
    gold = rows(shared / corpus["file"])
    scores = {}
    for name, script, known in (
        ("latin", "la", False),
        ("latin, province", "la", True),
        ("arabic, province", "ar", True),
    ):
        mine = [(str(i), g) for i, g in enumerate(gold) if g["script"] == script]
        asked = [
            json.dumps({"id": i, "query": g["query"], "country": "SY", "admin": g["admin"] if known else None})
            for i, g in mine
        ]
        found = {r["id"]: [c["id"] for c in r["candidates"]] for r in run(["locate", "--jsonl", "-"], asked)}
        for k in (1, 5):
            scores[f"{name} @{k}"] = sum(g["id"] in found[i][:k] for i, g in mine) / len(mine)
    return scores


MEASURES = {"counts": counts, "muc4": muc4, "dates": dates, "places": places}


@pytest.mark.parametrize("name", CORPORA)
def test_accuracy_does_not_sink(name, shared, request):
    corpus = CORPORA[name]
    digest = hashlib.sha256((shared / corpus["file"]).read_bytes()).hexdigest()
    assert digest == corpus["sha256"], f"{name}: the corpus is not the one that the floors were measured on"
    measured = MEASURES[corpus["measure"]](shared, corpus)
    for what, value in sorted(measured.items()):
        print(f"{name:12s} {what:32s} {value:.3f}   floor {corpus['floors'].get(what, 0):.3f}")
    if request.config.getoption("--raise-floors"):
        raise_floors(name, measured)
    sunk = {w: (round(v, 4), corpus["floors"][w]) for w, v in measured.items() if v < corpus["floors"].get(w, 0) - 1e-9}
    assert not sunk, f"{name}: measured below the floor: {sunk}"


def raise_floors(name: str, measured: dict[str, float]) -> None:
    """Higher floors stand in floors.toml, cut to three places; a lower measure changes nothing."""
    lines, inside = [], False
    for line in FLOORS.read_text("utf-8").splitlines():
        if line.startswith("["):
            inside = line == f"[{name}.floors]"
        key, equals, value = line.partition(" = ")
        key = key.strip('"')
        if inside and equals and key in measured:
            line = f'"{key}" = {max(float(value), int(measured[key] * 1000) / 1000):.3f}'
        lines.append(line)
    FLOORS.write_text("\n".join(lines) + "\n", "utf-8")
