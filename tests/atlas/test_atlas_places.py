"""Places in running text: found, held by their province, moved by directions, told from governments that act."""

import pytest

from dalil.atlas import Relation, find_places, resolve_mention


def found(text, **given):
    return [(m.name, m.role) for m in find_places(text, **given)]


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Moscow said the raids would go on.", "Moscow", "actor"),
        ("Damascus will try to take the town.", "Damascus", "actor"),
        ("A car bomb went off in Damascus.", "Damascus", "place"),
        ("the race for the White House", "White House", "actor"),
        ("Shells fell on the village of Tallet Nour.", "Tallet Nour", "place"),
    ],
)
def test_role_of_a_name(text, name, role):
    assert (name, role) in found(text)


def test_province_after_a_comma_holds_the_village():
    village, province = find_places("The strike on Kafr Zarqa, Aleppo province, killed a baker.")
    assert (village.name, village.admin, province.role) == ("Kafr Zarqa", "Aleppo", "container")


def test_distance_and_direction_move_the_point():
    (mention,) = find_places("Two shells landed 10 km north of Aleppo.")
    assert mention.relation == Relation("direction", "N", 10.0)
    place = resolve_mention(mention, country="SY")
    assert place.candidates[0].lat == pytest.approx(36.202 + 10 / 111.2, abs=0.002)
    assert place.precision == 2


def test_quotes_are_slices():
    text = "قصفت الطائرات بلدة كفر زرقا في ريف حلب الغربي وسقطت قذائف بإدلب"
    mentions = find_places(text)
    assert [m.name for m in mentions] == ["كفر زرقا", "حلب", "إدلب"]
    assert all(text[m.start : m.end] == m.name for m in mentions)
