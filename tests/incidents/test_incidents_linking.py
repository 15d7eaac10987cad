"""Accounts join incidents, stay apart and disagree. Texts, names and places here are invented."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dalil import db
from dalil.incidents import ledger, likeness, linking, store
from dalil.incidents.profile import bounds, profile_of_event
from dalil.records import (
    Account,
    Candidate,
    Claim,
    DateSpan,
    Document,
    Footage,
    FootageMention,
    Place,
    Quote,
    Reading,
    Suspect,
    TextIncident,
    Toll,
    encode,
)

HERE = (36.1658, 36.9767)
KM = 1 / 111.2


def place(lat=HERE[0], lon=HERE[1], name="Tell Example", precision=1):
    at = Candidate(1, name, lat, lon, ("North",), "SY", "PPL", 1.0, ("made for a test",))
    return Place(name, None, precision, 1000.0, (at,))


def day(n, month=11):
    return DateSpan(date(2016, month, n), date(2016, month, n), "day", None, None, "said")


def event(when=None, where=None, killed=None, suspects=(), kind="airstrike", footage=None):
    return TextIncident(kind, "reported", when, where, killed, None, None, suspects, (), (), (), footage, (0,))


def reading(*events):
    claims = tuple(
        Claim(e.type, e.status, Quote(0, 1, "x"), None, e.when, e.where, e.killed, None, None, (), (), (), (), None)
        for e in events
    )
    return Reading(None, date(2016, 11, 6), "en", "A report", None, None, claims, events)


def document(n):
    return Document(f"{n:064x}", "x", f"Report {n}", None, f"Desk {n}", None, "en", None, (), ())


@pytest.fixture
def conn(tmp_path):
    engine = db.open_engine(tmp_path / "dalil.db")
    db.create_schema(engine)
    with engine.begin() as connection:
        yield connection


def toll(low, best=None, high=None):
    return Toll(low, best if best is not None else low, high, None)


def test_the_same_raid_by_three_reports_is_one_incident_that_disagrees(conn):
    russia = (Suspect(("Russia",), "state", "suspected", None, ()),)
    syria = (Suspect(("Government of Syria",), "state", "stated", None, ()),)
    ids = [
        linking.link_reading(conn, document(1), reading(event(day(4), place(), toll(17), russia)))[0],
        linking.link_reading(
            conn, document(2), reading(event(day(4), place(36.1683, 36.9845), toll(10, 10, 10), syria))
        )[0],
        linking.link_reading(conn, document(3), reading(event(day(4), place(), toll(8, None, 15), russia)))[0],
    ]
    assert ids[1] != ids[0] == ids[2], "17 or more and 10 are not joined before a report of 8-15 fits both"
    assert [row.id for row in store.list_incidents(conn)] == [ids[0]]
    incident = store.load_incident(conn, ids[0])
    assert [a.document for a in incident.accounts] == [document(n).object for n in (1, 2, 3)]
    assert (incident.killed.low, incident.killed.high, incident.killed.best) == (8, 17, None)
    assert incident.killed.open_above and incident.killed.disputed
    assert {s.mentions[0] for a in incident.accounts for s in a.event.suspects} == {"Russia", "Government of Syria"}
    assert incident.accounts[1].link and not incident.accounts[0].link


def test_raids_on_one_village_on_other_days_stay_apart_and_know_of_each_other(conn):
    ids = [linking.link_reading(conn, document(n), reading(event(day(n), place(), toll(3))))[0] for n in (4, 2, 5)]
    assert len(set(ids)) == 3
    neighbours = {i: {n.incident for n in store.load_incident(conn, i).neighbours} for i in ids}
    assert neighbours[ids[0]] == {ids[2]} and neighbours[ids[2]] == {ids[0]}
    reasons = store.load_incident(conn, ids[0]).neighbours[0]
    assert reasons.verdict == "different" and any(e.name == "day" and e.weight < 0 for e in reasons.evidence)


def test_two_events_of_one_text_are_two_incidents(conn):
    ids = linking.link_reading(conn, document(1), reading(event(day(4), place()), event(day(4), place())))
    assert len(set(ids)) == 2


def test_an_event_without_a_day_never_joins_another(conn):
    first = linking.link_reading(conn, document(1), reading(event(None, place())))[0]
    second = linking.link_reading(conn, document(2), reading(event(None, place())))[0]
    assert first != second and first.startswith("undated-tell-example-")


def test_a_place_far_away_on_the_same_day_is_another_incident(conn):
    first = linking.link_reading(conn, document(1), reading(event(day(4), place())))[0]
    second = linking.link_reading(conn, document(2), reading(event(day(4), place(HERE[0] + 30 * KM))))[0]
    assert first != second
    assert store.load_incident(conn, first).neighbours == ()


def test_the_order_of_linking_alone_decides_the_bytes(tmp_path):
    def build(name):
        engine = db.open_engine(tmp_path / name)
        db.create_schema(engine)
        with engine.begin() as conn:
            for n in (4, 5, 4, 2, 4):
                number = len(store.list_incidents(conn)) * 10 + n
                linking.link_reading(conn, document(number), reading(event(day(n), place(), toll(n))))
            return [encode(store.load_incident(conn, row.id)) for row in store.list_incidents(conn)]

    assert build("a.db") == build("b.db")


def test_an_incident_is_found_by_the_beginning_of_its_id(conn):
    incident_id = linking.link_reading(conn, document(1), reading(event(day(4), place())))[0]
    assert store.load_incident(conn, "2016-11-04-tell").id == incident_id
    assert store.load_incident(conn, "2016-11-05") is None
    linking.link_reading(conn, document(2), reading(event(day(4), place(HERE[0] + 30 * KM))))
    assert store.load_incident(conn, "2016-11-04") is None, "two begin so"


def test_lists_are_filtered_by_words(conn):
    linking.link_reading(conn, document(1), reading(event(day(4), place())))
    linking.link_reading(conn, document(2), reading(event(day(4), place(33.5, 36.3, "Other Town"))))
    assert [row.place for row in store.list_incidents(conn, words="other air")] == ["Other Town"]
    assert store.list_incidents(conn, words="nothing%") == []


def test_a_recording_of_the_length_and_credit_spoken_of_is_possibly_it(conn):
    from dalil.footage.store import save_footage
    from dalil.incidents.recordings import link_footage

    spoken = FootageMention(43.0, "Example Media", day(4), ())
    incident_id = linking.link_reading(conn, document(1), reading(event(day(4), place(), footage=spoken)))[0]
    for n, (length, tags) in enumerate(
        [(43.2, {"artist": "Example Media"}), (43.2, {}), (75.0, {"artist": "Example Media"})]
    ):
        clip = Footage(
            f"{n + 100:064x}", "video", length, 640, 360, 0, 25.0, "h264", None, False, None, None, None, None, None,
            None, tags, (), ()
        )  # fmt: skip
        save_footage(conn, clip)
        link_footage(conn, clip)
    links = store.load_incident(conn, incident_id).footage
    assert [(link.object, link.verdict) for link in links] == [(f"{100:064x}", "possibly_same")]


counts = st.integers(0, 200)
tolls = st.one_of(
    counts.map(lambda n: Toll(n, n, None, None)),
    counts.map(lambda n: Toll(n, n, n, None)),
    counts.map(lambda n: Toll(None, None, n, None)),
    st.tuples(counts, counts).map(lambda p: Toll(min(p), None, max(p), None)),
)


def account(n, killed):
    return Account(f"{n:064x}", 0, None, None, None, None, None, (), event(day(4), place(), killed), (), ())


@settings(deadline=None)
@given(st.lists(tolls, min_size=1, max_size=6))
def test_a_range_holds_every_stated_count_and_says_when_none_fits(values):
    accounts = [account(n, value) for n, value in enumerate(values)]
    spread = ledger.range_of(accounts, "killed")
    if spread.low is not None:
        assert spread.low <= spread.high
    for value in values:
        for number in (value.low, value.best, value.high):
            if number is not None and spread.low is not None:
                assert number <= spread.high or spread.open_above
    fits = [n for n in range(0, 402) if all(lo <= n and (hi is None or n <= hi) for lo, hi in map(bounds, values))]
    assert spread.disputed == (not fits)
    assert ledger.range_of(reversed(accounts), "killed") == spread or spread.best is not None


def test_nobody_saying_a_number_is_no_range_and_never_zero():
    assert ledger.range_of([account(1, None), account(2, Toll(None, None, None, None))], "killed") is None
    assert ledger.range_of([account(1, Toll(0, 0, 0, None))], "killed").high == 0


@settings(deadline=None)
@given(st.sampled_from(sorted(likeness.families())), st.sampled_from(sorted(likeness.families())))
def test_likeness_does_not_depend_on_the_side(a, b):
    left = profile_of_event(event(day(4), place(), toll(3), kind=a))
    right = profile_of_event(event(day(5), place(), toll(9), kind=b))
    assert likeness.score(likeness.weigh(left, right)) == likeness.score(likeness.weigh(right, left))
