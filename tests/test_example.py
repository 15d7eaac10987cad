"""The example archive says what its README says: one disputed raid in five accounts, two near by, one forecast."""

from pathlib import Path

import pytest

from dalil import pipeline
from dalil.archive import Archive, find
from dalil.claims.store import load_reading
from dalil.commands import make_archive
from dalil.footage.store import save_footage
from dalil.incidents import store
from dalil.incidents.recordings import link_footage
from dalil.records import Footage

EXAMPLE = Path(__file__).parents[1] / "examples" / "kafr-naha"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    path = tmp_path_factory.mktemp("example") / "archive"
    make_archive(path, EXAMPLE, by="tester")
    with Archive.open(path, write=True) as archive:
        list(archive.capture(find([EXAMPLE / "reports"]), by="tester"))
        pipeline.derive_waiting(archive)
        yield archive


@pytest.fixture
def raid(example):
    with example.engine.connect() as conn:
        return store.load_incident(conn, "2016-11-04")


def account(raid, publisher):
    return next(a for a in raid.accounts if a.publisher and publisher in a.publisher)


def test_three_raids_on_three_days_are_three_incidents(example):
    with example.engine.connect() as conn:
        rows = store.list_incidents(conn)
    assert [row.start for row in rows] == ["2016-11-05", "2016-11-04", "2016-11-02"]
    assert [row.accounts for row in rows] == [1, 5, 1]
    assert [(row.killed_low, row.killed_high) for row in rows] == [(3, 4), (8, 17), (3, 3)]


def test_the_raid_of_the_fourth_is_the_disagreement_that_it_is(raid):
    assert (raid.killed.low, raid.killed.high, raid.killed.best) == (8, 17, None)
    assert raid.killed.open_above and raid.killed.disputed
    assert (raid.injured.low, raid.injured.high) == (20, 25)
    assert raid.type == "airstrike"
    tolls = {a.publisher: (a.event.killed.low, a.event.killed.best, a.event.killed.high) for a in raid.accounts}
    assert tolls["dalil example desk"] == (17, 17, None)
    assert tolls["UCDP GED"] == (10, 10, 10)
    assert tolls["Airwars"][0] == 8 and tolls["Airwars"][2] == 15


def test_each_account_keeps_its_own_suspect_place_and_voice(raid):
    ucdp, airwars, news = (account(raid, p) for p in ("UCDP", "Airwars", "example desk"))
    assert "Government of Syria" in ucdp.event.suspects[0].mentions[0]
    assert any("Syrian Observatory" in voice for voice in ucdp.voices)
    assert (ucdp.event.where.candidates[0].lat, ucdp.event.where.candidates[0].lon) == (36.168273, 36.984502)
    assert (airwars.event.where.candidates[0].lat, airwars.event.where.candidates[0].lon) == (36.1658, 36.9767)
    assert airwars.event.suspects[0].attribution == "accused"
    assert news.event.suspects[0].attribution == "suspected"


def test_the_boy_stands_as_a_person(raid):
    rescued = [v for v in account(raid, "example desk").event.victims if v.effect == "rescued"]
    assert len(rescued) == 1 and {"toddler", "boy"} <= set(rescued[0].mentions)


def test_what_may_come_and_what_is_usual_make_no_incident(example, raid):
    with example.engine.connect() as conn:
        reading = load_reading(conn, account(raid, "example desk").document)
    statuses = [claim.status for claim in reading.claims]
    assert "forecast" in statuses and "generic" in statuses
    assert "movement" in [claim.type for claim in reading.claims]
    assert len(reading.incidents) == 1


def test_a_clip_of_the_length_and_credit_is_possibly_the_one(example):
    clip = Footage(
        "f" * 64, "video", 43.0, 640, 360, 0, 25.0, "h264", "aac", True, None, None, None, None, None, None,
        {"artist": "Aleppo24 (drawn stand-in)"}, (), ()
    )  # fmt: skip
    with example.engine.connect() as conn:
        save_footage(conn, clip)
        assert link_footage(conn, clip)
        links = store.load_incident(conn, "2016-11-04").footage
        conn.rollback()
    assert [link.verdict for link in links] == ["possibly_same"]


def test_every_quote_of_every_account_is_its_slice(example, raid):
    from dalil.claims.store import load_document

    with example.engine.connect() as conn:
        texts = {a.document: load_document(conn, a.document).text for a in raid.accounts}
    for a in raid.accounts:
        for quote in (a.event.killed.quote, a.event.when.quote, a.event.where.quote, *(c.quote for c in a.claims)):
            assert texts[a.document][quote.start : quote.end] == quote.text
