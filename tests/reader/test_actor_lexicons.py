"""The lexicons of actors are whole: unique ids, both scripts, known kinds and parents, a source in each file."""

import csv
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "src" / "dalil" / "claims" / "actors"
KINDS = {"state", "government", "state_force", "armed_group", "monitor", "medium", "rescuer", "un_agency", "ngo",
         "official"}  # fmt: skip
WORDS = ("demonyms", "capitals")
LISTS = sorted(p for p in FOLDER.glob("*.tsv") if p.stem not in WORDS)
ARABIC = re.compile(r"^[\u0621-\u064a\u0671 0-9()'\-]+$")


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def everyone() -> dict[str, dict[str, str]]:
    return {row["id"]: row for path in LISTS for row in rows(path)}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.tsv")), ids=lambda p: p.stem)
def test_every_file_names_its_source(path):
    assert re.search(r"^# source: \S", path.read_text("utf-8"), re.M)


@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_every_actor_has_a_known_kind_and_names_in_both_scripts(path):
    assert len(rows(path)) >= (60 if path.stem == "syria" else 25)
    for row in rows(path):
        assert row["kind"] in KINDS, row
        assert re.fullmatch(r"[A-Z]{2}|", row["country"]), row
        assert row["en"] and row["ar"], row
        for name in row["ar"].split("|"):
            assert ARABIC.match(name), (row["id"], name)
        for name in row["en"].split("|"):
            assert name == name.strip() and re.search("[A-Za-z]", name), (row["id"], name)


def test_ids_are_unique_and_parents_exist():
    ids = [row["id"] for path in LISTS for row in rows(path)]
    assert sorted(ids) == sorted(set(ids))
    known = everyone()
    assert {row["parent"] for row in known.values()} - {""} <= set(known)


def test_no_name_belongs_to_two_actors():
    seen: dict[str, str] = {}
    for key, row in everyone().items():
        for name in {n.casefold() for n in (row["en"] + "|" + row["ar"]).split("|")}:
            assert seen.setdefault(name, key) == key, name


@pytest.mark.parametrize("name", WORDS)
def test_words_that_stand_for_an_actor_point_at_one(name):
    known = everyone()
    found = rows(FOLDER / f"{name}.tsv")
    assert len(found) > 15
    for row in found:
        assert row["en"] and row["ar"], row
        assert row["state"] == "" or row["state"] in known, row
