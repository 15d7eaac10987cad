"""Arabic words as the reader cuts them: clitics, duals, both spellings, numbers in words and in either digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.claims.languages.ar.numerals import amount_at
from dalil.claims.languages.ar.people import group_at, groups_at
from dalil.claims.languages.ar.words import fold, lexicon, lines_of


def line(text: str):
    return lines_of(text, lexicon())[0]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("أحد عشر شخصاً", (11, 11, 11)),
        ("اثنتي عشرة امرأة", (12, 12, 12)),
        ("خمسة عشر", (15, 15, 15)),
        ("ثلاثة وعشرون", (23, 23, 23)),
        ("مئة وخمسة", (105, 105, 105)),
        ("مئة وثلاثة وعشرين", (123, 123, 123)),
        ("ثلاثمائة", (300, 300, 300)),
        ("١٧", (17, 17, 17)),
        ("1,200", (1200, 1200, 1200)),
        ("15 ألفاً و523", (15523, 15523, 15523)),
        ("ثلاثة آلاف", (3000, 3000, 3000)),
        ("ما لا يقل عن تسعة", (9, 9, None)),
        ("17 على الأقل", (17, 17, None)),
        ("ما يصل إلى أحد عشر", (None, None, 11)),
        ("نحو ثلاثين", (None, 30, None)),
        ("ما بين 8 و15", (8, None, 15)),
        ("20 إلى 25", (20, None, 25)),
        ("عشرات", (24, None, None)),
        ("عدد من", (None, None, None)),
    ],
)
def test_amounts(text, bounds):
    found = amount_at(line(text), 0)
    assert (found.low, found.best, found.high) == bounds


@pytest.mark.parametrize("text", ["2017/3/4", "19:45", "كان", "30%"])
def test_what_is_no_amount(text):
    assert amount_at(line(text), 0) is None


@pytest.mark.parametrize(
    ("text", "count", "group"),
    [
        ("قتيلان", 2, ""),
        ("طفلتين", 2, "child"),
        ("امرأتان", 2, "woman"),
        ("موظفَي إغاثة", 2, ""),
        ("شرطيين", 2, "police"),
        ("ستة مدنيين", 6, "civilian"),
        ("مدنيين", None, "civilian"),
        ("أربعة من عناصر الشرطة", 4, "police"),
        ("14 قتيلاً", 14, ""),
        ("عائلة مؤلفة من خمسة أفراد", 5, ""),
        ("طبيب", 1, "medic"),
        ("ثلاثة متطوعين من الدفاع المدني", 3, "rescuer"),
    ],
)
def test_people_are_counted(text, count, group):
    found = group_at(line(text), 0)
    assert (found.count, found.group) == (count, group)


@pytest.mark.parametrize("text", ["17 غارة", "12 كيلومتراً", "40 منزلاً", "ثلاثة أيام", "خمس سنوات", "12 ألف طن"])
def test_things_are_not_people(text):
    assert group_at(line(text), 0, bare=True) is None


def test_lists_are_joined_by_the_glued_and():
    found = groups_at(line("رجل وامرأة وثلاثة أطفال في منزلهم"), 0)
    assert [(g.count, g.group) for g in found] == [(1, "man"), (1, "woman"), (3, "child")]


def test_subgroups_are_kept_apart():
    found = group_at(line("15 شخصاً، بينهم ثلاثة أطفال وامرأتان"), 0)
    assert found.count == 15
    assert [(p.count, p.group) for p in found.parts] == [(3, "child"), (2, "woman")]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("امرأة تبلغ من العمر 45 عاماً", 45),
        ("فتى في السابعة عشرة من عمره", 17),
        ("طفلة في السادسة من عمرها", 6),
        ("الشاب سمير الدالي (25 عاماً)", 25),
        ("الطفلة سلمى الحاجي، ثلاثة أعوام،", 3),
    ],
)
def test_ages(text, age):
    assert group_at(line(text), 0).age == age


def test_names_without_capitals():
    found = group_at(line("الصحفي سمير الدالي الذي"), 0)
    assert line("الصحفي سمير الدالي الذي").said(*found.name) == "سمير الدالي"


@pytest.mark.parametrize(
    "pair", [("إدلب", "ادلب"), ("على", "علي"), ("قُتِلَ", "قتل"), ("مسؤول", "مسوول"), ("قـــتل", "قتل")]
)
def test_spellings_that_are_one(pair):
    assert fold(pair[0]) == fold(pair[1])


def test_a_glued_word_is_known_by_its_stem():
    found = line("وللجيش").cut(0)
    assert (found.conj, found.prep, found.det, found.stem) == ("و", "ل", True, "جيش")


@given(
    st.text(
        alphabet=st.characters(min_codepoint=0x0600, max_codepoint=0x06FF)
        | st.sampled_from(' .،\n0123456789()"«»abcXY')
    )
)
def test_words_are_slices_of_any_text(text):
    for one in lines_of(text, lexicon()):
        for k in range(one.n):
            assert one.text[one.s[k] : one.e[k]] == one.f0[k]
            assert one.end(k) > k
