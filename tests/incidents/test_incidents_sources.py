"""Sources, grades and what changed: ten articles on one agency's line are one source. All names are invented."""

from dataclasses import replace
from datetime import date

import pytest

from dalil.incidents import copies
from dalil.incidents.assembly import assemble
from dalil.incidents.parties import allied, party_of
from dalil.records import Account, DateSpan, Grade, GroupToll, Suspect, TextIncident, Toll

DAY = DateSpan(date(2016, 11, 4), date(2016, 11, 4), "day", None, None, "said")


def account(n, *, publisher=None, voices=(), suspects=(), killed=None, published=None, author=None):
    event = TextIncident(
        "airstrike", "reported", DAY, None, killed, None, None,
        tuple(Suspect((name,), "state", how, None, ()) for name, how in suspects), (), (), (), None, (),
    )  # fmt: skip
    return Account(f"{n:064x}", 0, f"Report {n}", author, publisher, published, "en", voices, event, (), ())


def toll(n, groups=()):
    return Toll(n, n, n, None, groups)


def proposed(*accounts):
    return assemble("i", accounts).grade


def names(incident):
    return [(s.name, s.accounts) for s in incident.sources]


def test_ten_articles_that_quote_one_monitor_are_one_source():
    told = [account(n, publisher=f"Paper {n}", voices=("the Syrian Observatory",)) for n in range(10)]
    own = account(10, publisher="SOHR")
    other = account(11, publisher="Paper 11", voices=("Umm Khalid", "residents"))
    incident = assemble("i", (*told, own, other))
    assert names(incident) == [("Syrian Observatory for Human Rights", tuple(range(11))), ("Umm Khalid", (11,))]
    assert {r.name for r in incident.sources[0].reasons} == {"quotes", "publishes"}


def test_an_agency_is_credited_under_any_name():
    incident = assemble(
        "i", (account(1, publisher="A Paper", author="Our staff, Reuters"), account(2, publisher="Reuters"))
    )
    assert [s.name for s in incident.sources] == ["Reuters"]


def test_voices_that_nobody_can_tell_apart_are_no_source():
    incident = assemble(
        "i", (account(1, publisher="Paper A", voices=("residents",)), account(2, voices=("activists",)))
    )
    assert [s.kind for s in incident.sources] == ["outlet", "report"]


def test_nearly_one_text_rests_on_one_word():
    pair = (account(1, publisher="Paper A"), account(2, publisher="Paper B"))
    incident = assemble("i", pair, copies=((pair[0].document, pair[1].document),))
    assert names(incident) == [("Paper A", (0, 1))]


TEXT = " ".join(f"word{n} of the report on what befell the village" for n in range(60))


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (TEXT, True),
        ("A new headline over the same agency copy. " + TEXT[: len(TEXT) * 3 // 4], True),
        (" ".join(f"thing{n} that another reporter saw and wrote down" for n in range(60)), False),
    ],
)
def test_near_copies_are_told_from_other_reports(other, alike):
    found = copies.likeness(copies.signature(TEXT), copies.signature(other))
    assert (found >= copies.NEARLY) == alike


def test_grades_follow_the_rule():
    russia, syria = [("Russian forces", "suspected")], [("Syrian regime", "stated")]
    assert proposed(account(1, publisher="A", suspects=russia)).grade == "weak"
    assert proposed(account(1, publisher="A")).reasons[0].name == "nobody_blamed"
    agreed = account(1, publisher="A", suspects=russia), account(2, publisher="B", suspects=[("Russia", "stated")])
    assert proposed(*agreed).grade == "fair"
    assert proposed(*agreed, account(3, publisher="C", suspects=syria)).grade == "contested"
    either = account(4, publisher="D", suspects=[("Russia", "suspected"), ("Syrian regime", "suspected")])
    assert proposed(*agreed, either).grade == "fair", "one that leaves it open contradicts nobody"
    claimed = account(5, publisher="E", suspects=[("Russian Air Force", "claimed")])
    assert proposed(account(3, publisher="C", suspects=syria), claimed).grade == "confirmed"
    fighters = account(6, publisher="F", killed=toll(4, (GroupToll("fighter", 4, 4, 4, None),)), suspects=russia)
    assert proposed(fighters).grade == "discounted"


def test_a_denial_is_told_and_blames_nobody():
    incident = assemble("i", (account(1, publisher="A", suspects=[("Russia", "suspected")]),
                              account(2, publisher="B", suspects=[("Russia", "denied")])))  # fmt: skip
    assert [(a.term, a.accounts) for a in incident.attributions] == [("suspected", (0,)), ("denied", (1,))]
    assert incident.grade.grade == "weak" and "denies" in {r.name for r in incident.grade.reasons}


def test_what_a_person_set_stands_beside_the_proposal():
    grade = assemble("i", (account(1),), set_grade=Grade("fair", "", (), 41, "R. Example", "seen the crater")).grade
    assert (grade.grade, grade.proposed, grade.judgement) == ("fair", "weak", 41)


def test_a_sources_later_count_replaces_its_own_and_nobody_elses():
    first = account(1, publisher="A", killed=toll(8), published=date(2016, 11, 4))
    later = account(2, publisher="A", killed=toll(17), published=date(2016, 11, 6))
    other = account(3, publisher="B", killed=toll(10), published=date(2016, 11, 5))
    incident = assemble("i", (first, later, other))
    assert (incident.killed.low, incident.killed.high, incident.killed.replaced) == (10, 17, (first.document,))
    told = [(c.on.day, c.before, c.after, c.same_source) for c in incident.changes if c.field == "killed"]
    assert told == [(4, None, "8", False), (5, "8", "10", False), (6, "8", "17", True)]


def test_parts_stand_apart_and_are_never_added():
    groups = (GroupToll("child", 2, 2, 2, None), GroupToll("civilian", 9, 9, 9, None))
    incident = assemble(
        "i", (account(1, publisher="A", killed=toll(9, groups)), account(2, publisher="B", killed=toll(12)))
    )
    assert [(g.group, g.range.low, g.range.high) for g in incident.groups] == [("civilian", 9, 9), ("child", 2, 2)]
    assert (incident.killed.low, incident.killed.high) == (9, 12)


def test_the_record_does_not_depend_on_how_a_name_is_spelled():
    spelled = account(1, publisher="A", suspects=[("النظام السوري", "stated")])
    incident = assemble("i", (spelled, replace(account(2, publisher="B", suspects=[("Syrian regime", "stated")]))))
    assert len(incident.attributions) == 1 and incident.attributions[0].sources == 2
    assert party_of("suspected Russian warplanes").id == party_of("روسيا").id
    assert allied(party_of("Russia").id, party_of("Syrian regime").id) and not allied("ru-state", "sy-isis")
