"""One place in many spellings and scripts has one folding key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.atlas.keys import coarse, key_of, letters_of

SPELLINGS = (
    ("Kafrnaha", "Kafr Naha", "Kafar Naha", "Kfarnaha", "كفرناها", "كفر ناها"),
    ("Deir ez-Zor", "Deir al-Zour", "Dayr az-Zawr", "دير الزور"),
    ("Wadi Barada", "Ouadi Barada", "Wādī Baradā", "وادي بردى"),
    ("Kharkiv", "Харків"),
    ("Khirbat al ‘Ashshār", "Khirbet el-Ashar", "خربة العشار"),
    ("Al Ḩasakah", "Hassakeh", "al-Hasaka", "الحسكة"),
)


@pytest.mark.parametrize("names", SPELLINGS, ids=lambda names: names[0])
def test_spellings_share_their_bones(names):
    assert len({coarse(key_of(name).bones) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Kafr Naha", "Kafr Naya"), ("Tall Rifat", "Tall Abyad"), ("حلب", "حماة"), ("Львів", "Луцьк")]
)
def test_different_places_have_different_sounds(one, other):
    assert key_of(one).sounds != key_of(other).sounds


@pytest.mark.parametrize(
    ("exact", "arabic"),
    [("Khirbat al ‘Ashshār", "خربة العشار"), ("Sālimīyah", "سالمية"), ("‘Ayn at Tīnah", "عين التينة")],
)
def test_exact_romanisation_gives_back_the_arabic_letters(exact, arabic):
    assert key_of(exact).letters == key_of(arabic).letters != ""


def test_loose_romanisation_gives_no_letters():
    assert letters_of("Kafr Naha", "kafr naha", "la") == ""


def test_scripts_without_a_table_are_read_all_the_same():
    assert key_of("မန္တလေး").sounds.isascii()


@given(st.text(max_size=40))
def test_any_text_has_a_key_and_always_the_same(text):
    assert key_of(text) == key_of(text)
    assert key_of(text.upper()).script in ("la", "ar", "cy", "he", "other")


@given(st.text(alphabet="abdfhjklmnrstwxyz '-", min_size=1, max_size=20))
def test_case_and_doubling_of_apostrophes_do_not_matter(text):
    assert key_of(text.upper()).sounds == key_of(text.replace("'", "''")).sounds
