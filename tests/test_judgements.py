"""What a person decides is a line of the log, changes what is derived, and leaves nothing behind when undone."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dalil import db, pipeline
from dalil.__main__ import cli
from dalil.archive import Archive, find, judgements
from dalil.archive.verify import verify
from dalil.claims.store import load_reading
from dalil.errors import InputRefused
from dalil.incidents import reports, store
from dalil.records import encode

REPORT = """Notes from Tell Example

Our own desk

Date of publication: 7 March, 2019

Three people were killed on Wednesday when artillery shelling hit a market in Tell Example.

On Thursday two children were injured by a mine near Bir Sample, a monitor said.
"""
PLACES = """name,variants,lat,lon,country,admin,kind,note
Tell Example,,35.1,36.9,SY,Example,village,east of the river
Tell Example,,36.4,37.2,SY,Example,village,by the border
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "archive"
    report = path.with_name("report.txt")
    report.write_text(REPORT)
    with Archive.create(path, "Test", by="tester", country="SY") as archive:
        (archive.path / "places.csv").write_text(PLACES)
        list(archive.capture(find([report]), by="tester"))
        pipeline.derive_waiting(archive)
    return path


@pytest.fixture
def archive(made, copy_of):
    return copy_of(made)


def reading_of(archive):
    with archive.engine.connect() as conn:
        return load_reading(conn, conn.scalar(select(db.document.c.sha256)))


def incidents_of(archive):
    with archive.engine.connect() as conn:
        return [store.load_incident(conn, row.id) for row in store.list_incidents(conn)]


def derived(archive) -> dict[str, list]:
    """Every derived table but that of the judgements themselves, row by row."""
    with archive.engine.connect() as conn:
        tables = [t for t in db.DERIVED if t is not db.judgement]
        return {t.name: sorted(map(repr, conn.execute(select(t)))) for t in tables}


def words(archive, quote):
    return {"document": reading_of(archive).id, "start": quote.start, "end": quote.end}


def judge(archive, kind, subject, verdict):
    return reports.judge(archive, kind, subject, verdict, reason="seen on the ground", by="Reviewer")


def test_a_chosen_place_comes_first_and_says_who_chose_it(archive):
    place = reading_of(archive).incidents[0].where
    assert len(place.candidates) >= 2
    made = judge(archive, "place", words(archive, place.quote), {"candidate": place.candidates[1].id})
    first = reading_of(archive).incidents[0].where.candidates[0]
    assert first.id == place.candidates[1].id and "chosen by Reviewer: seen on the ground" in first.why
    incident = next(i for i in incidents_of(archive) if i.where.name == "Tell Example")
    assert incident.where.candidates[0].id == first.id and incident.accounts[0].judgements == (made.seq,)


def test_a_point_of_ones_own_is_exact(archive):
    place = reading_of(archive).incidents[0].where
    judge(archive, "place", words(archive, place.quote), {"lat": "35.5", "lon": "37.25", "name": "the market"})
    place = reading_of(archive).incidents[0].where
    assert (place.candidates[0].lat, place.candidates[0].lon, place.precision) == (35.5, 37.25, 1)


@pytest.mark.parametrize(
    ("verdict", "killed"),
    [
        ({"state": "accepted"}, 3),
        ({"state": "corrected", "values": {"killed": {"low": 4, "best": 4, "high": 4}}}, 4),
        ({"state": "corrected", "values": {"status": "denied"}}, None),
        ({"state": "rejected"}, None),
    ],
)
def test_a_claim_is_accepted_corrected_or_rejected(archive, verdict, killed):
    claim = next(c for c in reading_of(archive).claims if c.killed)
    before = len(incidents_of(archive))
    judge(archive, "claim", words(archive, claim.quote), verdict)
    tolls = [i.killed.high for i in incidents_of(archive) if i.killed]
    assert tolls == ([killed] if killed else [])
    assert len(incidents_of(archive)) == before - (killed is None)


def test_undoing_leaves_everything_as_if_it_had_not_been_and_the_log_tells_both(archive):
    before = derived(archive)
    claim = next(c for c in reading_of(archive).claims if c.killed)
    place = reading_of(archive).incidents[0].where
    made = [
        judge(archive, "claim", words(archive, claim.quote), {"state": "rejected"}),
        judge(archive, "place", words(archive, place.quote), {"lat": "1", "lon": "2"}),
    ]
    assert derived(archive) != before
    for judgement in made:
        undone = reports.undo(archive, judgement.seq, reason="a slip", by="Reviewer")
        assert undone.reversed_by
    assert derived(archive) == before
    assert [e.disclosed["kind"] for e in archive.entries(act="judge")] == ["claim", "place", "reversal", "reversal"]
    archive.checkpoint()
    assert verify(archive).ok


def test_rebuilding_obeys_judgements(archive):
    claim = next(c for c in reading_of(archive).claims if c.killed)
    judge(archive, "claim", words(archive, claim.quote), {"state": "corrected", "values": {"killed": None}})
    with archive.engine.connect() as conn:
        before = derived(archive), [encode(j) for j in judgements.standing(conn)]
    pipeline.rebuild(archive)
    with archive.engine.connect() as conn:
        assert (derived(archive), [encode(j) for j in judgements.standing(conn)]) == before


def test_the_newest_stands_and_undoing_it_brings_the_older_one_back(archive):
    claim = next(c for c in reading_of(archive).claims if c.killed)
    subject = words(archive, claim.quote)
    four = {"state": "corrected", "values": {"killed": {"low": 4, "best": 4, "high": 4}}}
    judge(archive, "claim", subject, four)
    second = judge(archive, "claim", subject, {"state": "rejected"})
    with archive.engine.connect() as conn:
        assert [j.seq for j in judgements.standing(conn)] == [second.seq]
    reports.undo(archive, second.seq, reason="", by="Reviewer")
    assert [i.killed.high for i in incidents_of(archive) if i.killed] == [4]
    with pytest.raises(InputRefused, match="was reversed"):
        reports.undo(archive, second.seq, reason="", by="Reviewer")


def test_a_judgement_that_a_crash_kept_from_being_derived_is_derived_at_the_next_start(archive):
    claim = next(c for c in reading_of(archive).claims if c.killed)
    judgements.judge(archive, "claim", words(archive, claim.quote), {"state": "rejected"}, reason="seen", by="R")
    assert any(i.killed for i in incidents_of(archive))
    pipeline.derive_waiting(archive)
    assert not any(i.killed for i in incidents_of(archive))


HERE = {"document": "d", "start": 0, "end": 4}


@pytest.mark.parametrize(
    ("kind", "subject", "verdict"),
    [
        ("mood", HERE, "same"),
        ("place", {"document": "d"}, {"candidate": 1}),
        ("place", {**HERE, "end": 0}, {"candidate": 1}),
        ("place", HERE, {"lat": "91", "lon": "0"}),
        ("place", HERE, {"lat": "north", "lon": "0"}),
        ("claim", HERE, {"state": "corrected"}),
        ("claim", HERE, {"state": "accepted", "values": {"killed": None}}),
        ("claim", HERE, "rejected"),
        ("link", {"left": HERE, "right": HERE}, "same"),
        ("link", {"left": HERE}, "same"),
        ("grade", HERE, "splendid"),
    ],
)
def test_what_has_not_the_shape_of_a_judgement_is_refused_and_not_logged(archive, kind, subject, verdict):
    size = archive.size
    with pytest.raises(InputRefused):
        judge(archive, kind, subject, verdict)
    assert archive.size == size
    with pytest.raises(InputRefused, match="reason"):
        reports.judge(archive, "grade", HERE, "weak", reason=" ", by="Reviewer")


def test_a_link_is_the_same_from_either_side(archive):
    left, right = {"document": "a", "start": 1, "end": 2}, {"document": "b", "start": 1, "end": 2}
    judge(archive, "link", {"left": right, "right": left}, "same")
    second = judge(archive, "link", {"left": left, "right": right}, "different")
    with archive.engine.connect() as conn:
        assert [j.seq for j in judgements.standing(conn, document="b")] == [second.seq]
        assert json.loads(conn.scalar(select(db.judgement.c.subject).limit(1)))["left"] == left


def dalil(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def test_the_command_line_judges_lists_and_takes_back(archive):
    before, key, path = derived(archive), reading_of(archive).id, archive.path
    archive.close()
    listed = dalil("judge", "claim", "--archive", path, key[:10], "--reason", "look")
    assert listed.exit_code == 0 and "1\treported\tshelling\tTell Example" in listed.output
    at = ("--archive", path, "--by", "Reviewer", "--reason", "seen")
    set_ = dalil("judge", "claim", *at, key[:10], 1, "--set", "killed=4+", "--set", "when=2019-03-05")
    assert set_.exit_code == 0 and set_.output.startswith("line ")
    shown = dalil("show", "--archive", path, "2019-03-05", "--json").output
    assert '"killed":{"low":4,"best":4,"high":null' in shown
    assert dalil("judge", "place", *at, key[:10], 1, "--point", "35.2,36.8").exit_code == 0
    assert "place" in dalil("judge", "list", "--archive", path).output
    seqs = [json.loads(line)["seq"] for line in dalil("judge", "list", "--archive", path, "--json").output.splitlines()]
    for seq in seqs:
        assert dalil("undo", seq, "--archive", path).exit_code == 0
    with Archive.open(path) as opened:
        assert derived(opened) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("claim", "{key}", "9", "--accept"),
        ("claim", "{key}", "1"),
        ("claim", "{key}", "1", "--set", "killed=many"),
        ("claim", "{key}", "1", "--set", "killed=9..2"),
        ("claim", "{key}", "1", "--set", "mood=sad"),
        ("claim", "ffffffff", "1", "--accept"),
        ("place", "{key}", "1", "--candidate", "77"),
        ("place", "{key}", "1", "--point", "north"),
        ("link", "nowhere", "{key}#1", "--same"),
        ("link", "{key}#1", "{key}#1", "--same"),
        ("grade", "nowhere", "weak"),
    ],
)
def test_what_cannot_be_judged_is_told_in_one_line_and_not_logged(archive, arguments):
    key, path = reading_of(archive).id, archive.path
    archive.close()
    words = [part.format(key=key[:10]) for part in arguments]
    result = dalil("judge", words[0], "--archive", path, "--reason", "seen", *words[1:])
    assert result.exit_code and "Traceback" not in result.output
    with Archive.open(path) as opened:
        assert not list(opened.entries(act="judge"))
