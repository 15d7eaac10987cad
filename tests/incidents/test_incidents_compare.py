"""An archive held against another record: matches, what only one has, conflicts, and nothing written."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from dalil.archive import Archive
from dalil.claims.imports import Wanted
from dalil.commands import imported
from dalil.errors import InputRefused
from dalil.incidents import compare

FILES = Path(__file__).parents[1] / "imports" / "files"
HEADER = (
    "id,type_of_violence,side_a,side_b,where_prec,"
    "where_coordinates,latitude,longitude,country,date_prec,date_start,date_end,low,best,high\n"
)
THEIRS = HEADER + (
    "1,3,Government of Syria,Civilians,1,Tell Example village,36.1002,36.9002,Syria,1,2019-03-06,2019-03-06,4,4,4\n"
    "2,3,Another Army,Civilians,1,تل المثال,36.12,36.92,Syria,1,2019-03-09,2019-03-10,3,3,3\n"
    "3,3,Example Military,Civilians,1,Far Away,33.0,36.0,Syria,1,2019-03-06,2019-03-06,1,1,1\n"
    "4,3,Example Military,Civilians,1,=cmd|x,33.5,36.0,Syria,1,2019-03-07,2019-03-07,1,1,1\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "archive"
    with Archive.create(path, "Test", by="tester", country="SY") as archive:
        imported(archive, [FILES / "airwars.csv"], Wanted("airwars", "SY"), by="tester")
    return path


@pytest.fixture
def archive(made, copy_of):
    return copy_of(made)


def held_against(archive, tmp_path, text=THEIRS, **wanted):
    table = tmp_path / "theirs.csv"
    table.write_text(text)
    with archive.reading() as conn:
        asked = compare.asked("ucdp", "SY", wanted.get("start"), wanted.get("end"))
        return compare.compare(conn, table, asked, name="theirs.csv")


def test_what_both_have_and_what_one_has(archive, tmp_path):
    found = held_against(archive, tmp_path)
    rows = {r.row: r for r in found.records if r.row}
    assert rows[1].state == "match" and rows[1].conflicts == () and rows[1].evidence
    assert rows[2].state in ("match", "possible") and {"killed", "attacker"} <= set(rows[2].conflicts)
    assert rows[3].state == rows[4].state == "only_theirs" and rows[3].words.startswith("3,3,Example Military")
    counts = found.counts()
    assert sum(counts[state] for state in ("match", "possible", "only_ours", "only_theirs")) == len(found.records)
    assert counts["only_theirs"] == 2


def test_days_bound_both_sides(archive, tmp_path):
    found = held_against(archive, tmp_path, start=date(2019, 3, 11), end=date(2019, 3, 20))
    assert [r.state for r in found.records] == ["only_ours"] and "2019-03-11" in found.records[0].incident


def test_their_own_accounts_are_not_ours(archive, tmp_path):
    before = held_against(archive, tmp_path)
    table = tmp_path / "theirs.csv"
    imported(archive, [table], Wanted("ucdp", "SY"), by="tester")
    after = held_against(archive, tmp_path)
    assert after.counts()["only_ours"] == before.counts()["only_ours"]
    assert after.counts()["only_theirs"] == before.counts()["only_theirs"]


def test_nothing_is_written_and_the_table_cannot_run(archive, tmp_path):
    size = archive.size
    out = io.StringIO()
    compare.write_csv(held_against(archive, tmp_path), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert archive.size == size and tuple(rows[0]) == compare.COLUMNS
    assert any(row["their_place"] == "'=cmd|x" for row in rows)
    with pytest.raises(InputRefused):
        compare.asked("whatsapp", None, None, None)
