"""Places of a reading: moved by the words around them, parted by the text and its publisher, or at sea."""

from datetime import date

import pytest

from dalil.atlas.distance import distance_km
from dalil.atlas.mentions import relation_at
from dalil.atlas.resolve import Relation, in_context
from dalil.atlas.waters import find_waters
from dalil.claims.reader import read_text
from dalil.claims.reader.surroundings import beat_of
from dalil.records import Candidate, Place, Quote

ALEPPO, HOMS, HAMA, DAMASCUS = (36.2, 37.16), (34.73, 36.71), (35.13, 36.76), (33.51, 36.29)


def where(text, lang=None):
    (claim,) = read_text(text, published=date(2016, 11, 5), lang=lang).claims[:1]
    assert text[claim.where.quote.start : claim.where.quote.end] == claim.where.quote.text
    return claim.where


def off_km(place, point):
    return distance_km(place.candidates[0], Candidate(0, "", *point, (), "", "", 0.0, ()))


@pytest.mark.parametrize(
    ("text", "point", "off", "radius", "precision"),
    [
        ("Shelling killed three people in Aleppo on Friday.", ALEPPO, 0, 8_000, 1),
        ("Shelling killed three people 10 km north of Aleppo on Friday.", ALEPPO, 10, 4_000, 2),
        ("Shelling killed three people 10 kilometres to the north of Aleppo.", ALEPPO, 10, 4_000, 2),
        ("A bomb killed three people 25 miles southeast of Damascus on Friday.", DAMASCUS, 40.2, 16_090, 3),
        ("An air strike killed five civilians west of Aleppo on Friday.", ALEPPO, 5, 5_000, 2),
        ("Two men were killed near Homs on Friday.", HOMS, 0, 13_000, 2),
        ("Gunmen killed two people on the outskirts of Homs on Friday.", HOMS, 0, 13_000, 2),
        ("A mine killed a shepherd between Homs and Hama on Friday.", HOMS, 22.3, 22_300, 2),
        ("Air strikes hit eastern Aleppo on Friday, killing four.", ALEPPO, 0, 8_000, 1),
    ],
)
def test_relations_move_and_widen_the_place(text, point, off, radius, precision):
    place = where(text)
    assert off_km(place, point) == pytest.approx(off, abs=1.5)
    assert place.radius_m == pytest.approx(radius, rel=0.02) and place.precision == precision


@pytest.mark.parametrize(
    ("text", "point", "off", "precision"),
    [
        ("قتل ثلاثة مدنيين بقصف على بعد 10 كم شمال حلب الجمعة", ALEPPO, 10, 2),
        ("قتل مدنيان بغارة غرب حلب الجمعة", ALEPPO, 0, 2),
        ("قتل راع بانفجار لغم بين حمص وحماة الجمعة", HOMS, 22.3, 2),
        ("قتل رجلان قرب حمص الجمعة", HOMS, 0, 2),
        ("قتل رجلان بقصف على حمص الجمعة", HOMS, 0, 1),
    ],
)
def test_arabic_relations(text, point, off, precision):
    place = where(text, "ar")
    assert off_km(place, point) == pytest.approx(off, abs=1.5) and place.precision == precision
    assert place.radius_m >= 3_000


@pytest.mark.parametrize(
    ("text", "name", "lang"),
    [
        ("A drone struck a ship in the Red Sea on Friday, killing two sailors.", "Red Sea", "en"),
        ("Four sailors were killed in international waters on Friday.", "international waters", "en"),
        ("The missile killed two pilots over the Black Sea on Friday.", "Black Sea", "en"),
        ("قتل أربعة بحارة بهجوم على سفينة في البحر الأحمر الجمعة", "البحر الأحمر", "ar"),
    ],
)
def test_waters_and_airspace_beyond_any_state_have_precision_7(text, name, lang):
    place = where(text, lang)
    assert (place.name, place.precision, place.radius_m, place.candidates) == (name, 7, None, ())


@pytest.mark.parametrize(
    "text",
    ["in the Black Sea port of Odesa", "the Black Sea Fleet", "Red Sea State", "a sea of people", "in Red Sea state"],
)
def test_what_only_bears_the_name_of_a_sea_is_none(text):
    assert find_waters(text) is None


def candidate(id, lat, lon, country, score):
    return Candidate(id, "Tal Qasr", lat, lon, (), country, "P.PPL", score, ())


TWINS = Place("Tal Qasr", Quote(0, 8, "Tal Qasr"), 1, 3000.0,
              (candidate(1, 33.0, 36.0, "SY", 0.41), candidate(2, 36.2, 43.1, "IQ", 0.4)))  # fmt: skip


def test_the_other_places_of_the_text_part_namesakes():
    mosul = Candidate(9, "Mosul", 36.34, 43.13, (), "IQ", "P.PPLA", 0.9, ())
    assert [c.id for c in in_context(TWINS, near=(mosul,)).candidates] == [2, 1]
    assert "Mosul" in " ".join(in_context(TWINS, near=(mosul,)).candidates[0].why)


def test_the_publishers_country_parts_namesakes():
    assert beat_of("Shafaq News") == "IQ" and beat_of("Reuters") is None and beat_of("An unknown paper") is None
    found = in_context(TWINS, beat="IQ").candidates
    assert found[0].id == 2 and "publisher" in found[0].why[-1]
    assert in_context(TWINS, beat="UA") == TWINS


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("raids west of Tal Qasr", "Tal Qasr", Relation("direction", "W")),
        ("in the village of Tal Qasr", "Tal Qasr", None),
        ("They fled north. In Tal Qasr", "Tal Qasr", None),
        ("between Kafr Nun and Tal Qasr", "Kafr Nun", Relation("between", other="Tal Qasr")),
        ("outside Tal Qasr", "Tal Qasr", Relation("outskirts")),
        ("بالقرب من تل القصر", "تل القصر", Relation("near")),
    ],
)
def test_relation_at_a_name(text, name, expected):
    start = text.index(name)
    assert relation_at(text, Quote(start, start + len(name), name)) == expected
