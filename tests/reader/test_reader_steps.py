"""Each step of the cascade on sentences of our own; nobody and no place named here exists."""

import golden_scoring
import pytest

from dalil.claims.reader import read_text
from dalil.claims.reader.lexicon import lexicon
from dalil.claims.reader.marking import Line
from dalil.claims.reader.numbers import amount_at
from dalil.claims.reader.openings import openings
from dalil.claims.reader.phrases import phrase_at, phrases_of
from dalil.claims.reader.roles import mentions_of
from dalil.claims.reader.status import statuses
from dalil.claims.reader.tokens import sentences, shouting, wrapped
from dalil.claims.reader.tolls import toll_of

EN = lexicon("en")


def lines(text):
    made = [Line(text, s, EN, shouting(text)) for s in sentences(text, EN.abbreviations, EN.openers)]
    for line in made:
        phrases_of(line)
    return made


def line(text):
    (one,) = lines(text)
    return one


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Sahlan spoke. Gen. Umari did not.", 2),
        ("It began at 5 a.m. Police came late.", 2),
        ("It began at 5 a.m. on Friday.", 1),
        ("The U.S. Embassy was hit.", 1),
        ("• One was hurt. • Two were killed.", 2),
        ("He asked: “Who fired?” Nobody knew.", 2),
        ("A title line\n\nThe first sentence.", 2),
        ("The toll was 3.5 times higher.", 1),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, count):
    assert len(lines(text)) == count


def test_lines_broken_to_a_width_are_no_sentences():
    text = "\n".join(["THE RAID ON THE VILLAGE OF QARAT BASHIR TOOK PLACE EARLY YESTERDAY"] * 5)
    assert wrapped(text)
    assert len(lines(text)) == 1


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("17 people", (17, 17, 17)),
        ("at least 17 people", (17, 17, None)),
        ("up to eleven people", (None, None, 11)),
        ("between 8 and 15 people", (8, None, 15)),
        ("8-15 people", (8, None, 15)),
        ("two or three people", (2, None, 3)),
        ("twenty-three people", (23, 23, 23)),
        ("one hundred and five people", (105, 105, 105)),
        ("1,200 people", (1200, 1200, 1200)),
        ("dozens of people", (24, None, None)),
        ("about 30 people", (None, 30, None)),
        ("at least 10 and up to 15 people", (10, None, 15)),
        ("no one", (0, 0, 0)),
    ],
)
def test_amounts_carry_their_bounds(words, bounds):
    a = amount_at(line(words), 0)
    assert (a.low, a.best, a.high) == bounds


@pytest.mark.parametrize(
    "words",
    ["$90,000 was paid", "25 March", "2016 was hard", "29-year-old man", "5 am", "40 km away", "12 rounds", "30%"],
)
def test_money_days_years_ages_times_and_measures_are_no_amounts(words):
    one = line(words)
    assert amount_at(one, 1 if one.w[0] == "$" else 0) is None


# ---------------------------------------------------------------- phrases


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Two masked gunmen fled.", ("people", "Two masked gunmen")),
        ("A 25-year-old man fell.", ("people", "A 25-year-old man")),
        ("Police officer Karim Zaydan fell.", ("people", "Police officer Karim Zaydan")),
        ("They hit the Sahloul hospital.", ("target", "the Sahloul hospital")),
        ("The director of the field hospital fell.", ("people", "The director")),
    ],
)
def test_phrases_have_their_kind_and_words(text, wanted):
    one = line(text)
    assert wanted in {(p.kind, one.quote(p.i, p.j).text) for p in one.phrases}


# ---------------------------------------------------------------- roles


def told(text, effect="death"):
    """The words of the victims of that effect."""
    return [
        one.quote(p.i, p.j).text
        for one in lines(text)
        for m in mentions_of(one)
        if m.effect == effect
        for p in m.victims
    ]


@pytest.mark.parametrize(
    ("text", "victims"),
    [
        ("Gunmen shot and killed two soldiers.", ["two soldiers"]),
        ("Two soldiers were killed by gunmen.", ["Two soldiers"]),
        ("Two soldiers killed in Tal Sahloun.", ["Two soldiers"]),
        ("The raid left 17 dead.", ["17"]),
        ("At least 17 people lost their lives.", ["At least 17 people"]),
        ("Four people, including two children, were killed.", ["Four people"]),
        ("Ten members of the Zaydan family were killed.", ["Ten members"]),
        ("Karim Zaydan, 34, of Tal Sahloun, was killed.", ["Karim Zaydan, 34"]),
        ("Two activists of the Unity League (UL) were killed.", ["Two activists"]),
        ("The murder of judge Karim Zaydan shook them.", ["judge Karim Zaydan"]),
        ("A man was stabbed to death.", ["A man"]),
        ("The strike killed three shepherds and a girl.", ["three shepherds", "a girl"]),
    ],
)
def test_victims_are_found_in_every_turn_of_phrase(text, victims):
    assert list(dict.fromkeys(told(text))) == victims


def test_two_sides_of_one_sentence_add_up_and_a_part_does_not():
    one = line("Five soldiers and two civilians were killed, among them one child.")
    toll = toll_of(mentions_of(one), "killed")
    assert (toll.low, toll.best, toll.high) == (7, 7, 7)


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Gunmen killed two men.", "reported"),
        ("Gunmen will kill two men.", "forecast"),
        ("Gunmen could kill two men.", "hypothetical"),
        ("Gunmen did not kill two men.", "negated"),
        ("Gunmen tried to kill two men.", "attempted"),
        ("Gunmen threatened to kill two men.", "threatened"),
        ("We will strike the port, the spokesman said.", "threatened"),
        ("The attack was foiled.", "attempted"),
        ("Police defused a car bomb.", "attempted"),
        ("Raids killing 10, or 20, or 100 people change nothing.", "generic"),
        ("Strikes have killed 900 people since the start of the war.", "total"),
    ],
)
def test_what_did_not_happen_is_told_apart(text, status):
    one = line(text)
    found = mentions_of(one)
    assert statuses(one, found)[-1] == status


@pytest.mark.parametrize(
    "text",
    [
        "The ruling killed off hopes of peace.",
        "The crowd exploded with joy.",
        "He shot a film in the old town.",
        "They killed time at the fire station.",
        "The bomb squad met on the 500 block of Elm Street.",
    ],
)
def test_words_of_violence_that_speak_of_none_harm_nobody(text):
    assert not told(text) and not told(text, "shot") and not told(text, "injury")


def test_a_text_that_says_nobody_was_hurt_gives_the_incident_a_zero_with_its_words():
    (told,) = read_text("Shells hit the market in Tal Rimah on Monday; no casualties were reported.").incidents
    assert (told.killed.low, told.killed.best, told.killed.high) == (0, 0, 0)
    assert told.injured.best == 0 and told.killed.quote.text == "no casualties"


def test_a_named_village_is_where_and_not_what_was_hit():
    (told,) = read_text("An attack on Kafr Dalun village killed four people.").incidents
    assert told.where.name == "Kafr Dalun" and not told.targets


def test_a_person_named_as_part_of_a_count_is_a_victim_and_not_counted_again():
    (told,) = read_text("Nine people were killed, including the union leader Karima Zaydan.").incidents
    assert [v.mentions for v in told.victims] == [("people",), ("Karima Zaydan",)]
    assert told.killed.best == 9


def test_a_claim_that_only_names_its_event_again_is_folded_into_it():
    text = "Gunmen killed a judge in Tal Rimah on Monday. The attack in Tal Rimah shook the town."
    reading = read_text(text)
    assert len(reading.incidents) == 1
    assert [c.quote.text for c in reading.claims] == ["Gunmen killed a judge"]


def test_violence_at_large_is_generic_and_an_attack_of_a_day_is_not():
    loose = read_text("The bishop condemned the violence in the capital.")
    assert [c.status for c in loose.claims] == ["generic"] and not loose.incidents
    (told,) = read_text("An attack in Tal Rimah on Monday killed two men.").incidents
    assert told.killed.best == 2


# ---------------------------------------------------------------- phrases


def test_no_phrase_opens_where_the_quick_look_sees_none():
    """The quick look only saves time: every word where it says no opens no phrase."""
    for row in golden_scoring.sentences("en"):
        for made in lines(row["text"] + "\n\nThe middle aged man, one of between three and six local medics, fled."):
            may_open = openings(made)
            opened = [k for k in range(made.n) if (p := phrase_at(made, k)) is not None and p.j > k]
            assert all(may_open[k] for k in opened), (row["id"], made.w)


# ---------------------------------------------------------------- tolls of incidents


def tolls(text):
    """(killed, injured) over the incidents of a text."""
    read = read_text(text, lang="en").incidents
    return tuple(
        sum(t.best or 0 for i in read if (t := getattr(i, kind)) is not None) for kind in ("killed", "injured")
    )


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("The man was shot last Thursday and died over the weekend.", 1, 0),
        ("Martin Sands, of Oxley, was shot in the neck and pronounced dead inside the car.", 1, 0),
        ("A man who was shot in the stomach Monday night passed away Tuesday morning.", 1, 0),
        ("Officers found the body of 26-year-old Martin Kell in the backyard of an empty home.", 1, 0),
        ("They found a man in his seventies dead from a gunshot wound.", 1, 0),
        ("One man was killed and another taken to a hospital after a shooting.", 1, 1),
        ("The shooting left one person dead and another injured.", 1, 1),
        ("Two men got into an argument and one was shot.", 0, 1),
        ("Officers were dispatched to the area on a report of a person shot.", 0, 1),
        ("A man was shot. He was taken to Ostrow Medical Center in critical condition.", 0, 1),
        ("One of the bullets struck the driver in the shoulder.", 0, 1),
        ("Another mob beat to death two more traders in Oxley on 20 June.", 2, 0),
        ("The officer's body camera was on. At least one other person remains at large.", 0, 0),
        ("A police officer shot and killed an aggressive pit bull.", 0, 0),
        (
            "Two people were shot. Both were taken to Ostrow Hospital, where Martin Kell, 19, was pronounced dead.",
            1,
            1,
        ),
        ("Teen Shot in Arm in Quarrel A 16-year-old was shot in the arm on Monday.", 0, 1),
        ("One person was hospitalized following a shooting on Tuesday evening.", 0, 1),
        ("A shooting sent a man to the hospital early Saturday morning.", 0, 1),
        ("The victim drove himself to the hospital after being shot in the stomach.", 0, 1),
        ("A 22-year-old man accidentally shot himself in the face early Thursday.", 0, 1),
        ("Police released a picture of the fatal shooting in Ostrow. Ann Sorel, 18, was shot and killed.", 1, 0),
        ("Two suspects are on the run and a third was fatally shot by a resident.", 1, 0),
    ],
)
def test_each_person_is_counted_once_and_where_he_ended(text, killed, injured):
    assert tolls(text) == (killed, injured)
