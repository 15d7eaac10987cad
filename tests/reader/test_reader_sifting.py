"""Wires in capitals: what a report is about is picked from what it offers; nothing is made up. All names invented."""

import pytest

from dalil.claims.reader.company import company_of, homelands, scene_of, state_of
from dalil.claims.reader.likeness import LIKE, leanings, rebuilt
from dalil.claims.reader.proposals import bare_words, parts_of, proposals_of, stem
from dalil.claims.reader.reading import prepared, read_text
from dalil.claims.reader.sifting import ROLES, likeliest, picks, reasons, scored, weights
from dalil.claims.reader.wires import sifts
from dalil.claims.text.pasted import find_header

MURDER = """   PUERTO ALDANA, 4 MAR 90 (INVENTED) -- [TEXT] JUDGE ANSELMO QUIROZ BARRIGA WAS
MURDERED BY GUERRILLAS OF THE ALDANA LIBERATION FRONT [ALF] IN PUERTO ALDANA
LAST NIGHT.  POLICE REPORTED THAT THE GUERRILLAS SHOT THE JUDGE WITH SUBMACHINEGUNS
AS HE LEFT HIS HOUSE.

   THE MURDER OF JUDGE QUIROZ BARRIGA IS THE FIRST TERRORIST ACT OF THIS YEAR IN
THE PROVINCE, THE POLICE SAID.
"""
BOMB = """   VILLA SERRANA, 9 MAY 90 (INVENTED) -- [TEXT] A POWERFUL BOMB EXPLODED TODAY IN
FRONT OF THE AGRARIAN BANK IN VILLA SERRANA, CAUSING EXTENSIVE DAMAGE, THE POLICE
REPORTED.  NO ONE HAS CLAIMED RESPONSIBILITY FOR THE ATTACK.

   POLICE SOURCES SAID THAT THE BOMB WAS PLACED BY TERRORISTS.  THE WINDOWS OF THE
BANK WERE DESTROYED.
"""
TALKS = """   SAN LUCERO, 2 JUN 90 (INVENTED) -- [TEXT] THE FOREIGN MINISTER SAID TODAY THAT THE
TRADE TALKS WILL BE RESUMED NEXT WEEK.  HE ADDED THAT THE COFFEE AGREEMENT WILL BE
SIGNED IN JULY.

   THE MINISTER RECALLED THAT THE WAR OF THE LAST CENTURY KILLED THOUSANDS OF PEOPLE.
"""
TWO = """   PUERTO ALDANA, 6 MAR 90 (INVENTED) -- [TEXT] GUNMEN SHOT AND KILLED MAYOR RUFINO
ESQUIVEL LANDA IN VILLA SERRANA ON 3 MARCH, THE POLICE REPORTED.

   IN ANOTHER ATTACK, ON 5 MARCH, GUERRILLAS OF THE ALDANA LIBERATION FRONT [ALF]
MURDERED LAWYER HORACIO MENDIETA PAZ IN SAN LUCERO, 90 KM AWAY.
"""
WIRES = (MURDER, BOMB, TALKS, TWO)


def told(text):
    return prepared(text, "en", find_header(text).published, None, find_header(text))


def made(text):
    return [c for c in read_text(text).claims if c.status in ("reported", "attempted")]


@pytest.mark.parametrize("text", WIRES)
def test_every_value_is_a_stretch_of_the_text(text):
    reading = read_text(text)
    for claim in reading.claims:
        for value in (*claim.victims, *claim.suspects, *claim.targets, *claim.weapons):
            assert value.quotes
            assert all(text[q.start : q.end] == q.text for q in value.quotes)
            assert set(value.mentions) <= {q.text for q in value.quotes}


def test_an_act_told_three_times_is_one_claim():
    claims = made(MURDER)
    assert len(claims) == 1
    assert any("QUIROZ" in m for v in claims[0].victims for m in v.mentions)
    assert len(read_text(MURDER).incidents) == 1


def test_a_bomb_is_the_weapon_and_the_bank_the_target():
    claim = next(c for c in made(BOMB) if c.type == "explosion")
    assert any("BOMB" in m for w in claim.weapons for m in w.mentions)
    assert any("BANK" in m for t in claim.targets for m in t.mentions)


def test_a_text_on_other_matters_makes_no_incident():
    assert made(TALKS) == []
    assert read_text(TALKS).incidents == ()


def test_only_capitals_are_sifted():
    assert sifts(told(MURDER).lines, "en")
    assert not sifts(told(MURDER.lower()).lines, "en")
    assert not sifts(told(MURDER).lines[:2], "en")
    assert weights("ar") is None


def test_incidents_hold_claims_that_the_reading_has():
    for text in WIRES:
        reading = read_text(text)
        for incident in reading.incidents:
            assert incident.claims
            assert all(reading.claims[k].status in ("reported", "attempted") for k in incident.claims)


def test_a_pick_can_be_explained():
    one = told(MURDER)
    found = scored(weights("en"), one.lines, one.drafts, one.events, one.skipped)
    best = likeliest(found, ROLES.index("Victim"), 0.1)[0]
    why = reasons(weights("en"), best, "Victim")
    assert len(why) == 5
    assert {name for name, _ in why} <= best.features


def test_fillers_of_one_part_share_no_words():
    for text in WIRES:
        one = told(text)
        for pick in picks(weights("en"), one.lines, one.drafts, one.events, one.skipped):
            for found in pick.fillers.values():
                taken = [(line.number, k) for p in found for line, i, j in p.spots for k in range(i, j)]
                assert len(taken) == len(set(taken))


def test_proposals_are_words_of_the_text():
    one = told(BOMB)
    found = proposals_of(one.lines, parts_of(one.drafts), one.skipped)
    assert "agrarian bank" in found
    assert all(bare_words(*spot) == words for words, p in found.items() for spot in p.spots)


def test_stem_takes_one_plural_s():
    assert (stem("bombs"), stem("press"), stem("gas")) == ("bomb", "press", "gas")


def test_two_murders_of_two_days_are_two_claims_with_their_own_people():
    claims = made(TWO)
    assert len(claims) == 2
    first, second = (" ".join(m for v in c.victims for m in v.mentions) for c in claims)
    assert "ESQUIVEL" in first and "ESQUIVEL" not in second
    assert second and "MENDIETA" not in first
    assert len(read_text(TWO).incidents) == 2


def test_words_of_one_kin_are_weighed_alike():
    kin = {"pylon": ("1", "7"), "post": ("1", "7"), "the": ("2", "9")}
    one, other = (company_of(kin, [(["the", w, "fell"], 1, 2)]) for w in ("pylon", "post"))
    assert one == other
    assert {"k0h=1", "k1h=7", "k0p0=2", "k1n0=u"} <= one


def test_learned_kin_tells_a_building_from_a_rank():
    kin = weights("en").kin
    assert kin["colonel"] == kin["general"]
    assert kin["colonel"] != kin["embassy"]


def test_a_text_is_of_the_state_that_it_names_most():
    assert state_of([["a", "peruvian", "in", "chile"], ["lima"]], "en") == "Peru"
    assert state_of([["nobody"]], "en") == "-"
    assert homelands("ar") == {}
    assert "sh=Peru_office" in scene_of("Peru", "bombing", "party office")


def test_a_text_leans_to_what_it_lies_near():
    by = [[1.0 if act == "bombing" else -1.0 for act in LIKE], [-1.0] * len(LIKE)]
    arrays = {"axes": [[1, 0], [0, 1]], "texts": [[1, 0], [0, 1]], "by": by, "bias": [0] * len(LIKE)}
    room = rebuilt(["u=bomb", "b=a_bomb", "u=talks"], arrays)
    bomb, talks = leanings(room, {"u=bomb": 2.0, "b=a_bomb": 9.0}), leanings(room, {"u=talks": 1.0})
    assert bomb[LIKE.index("bombing")] > 0 > talks[LIKE.index("bombing")]
    assert leanings(room, {"b=a_bomb": 1.0}) == [0.0] * len(LIKE)
