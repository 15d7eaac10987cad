"""What rules put into words is said in the page's language; what a report says stays as it is."""

import pytest

from dalil.footage.apps import traces
from dalil.web.language import CLOSE_ISOLATE, OPEN_ISOLATE, language
from dalil.web.pages.footage import programs
from dalil.web.worded import corrected, worded


def plainly(text: str) -> str:
    return text.replace(OPEN_ISOLATE, "").replace(CLOSE_ISOLATE, "")


@pytest.mark.parametrize(
    ("field", "shown", "english", "arabic"),
    [
        ("killed", "17 or more", "at least 17", "17 على الأقل"),
        ("injured", "20-25", "20–25", "20 إلى 25"),
        ("missing", "up to 3", "up to 3", "حتى 3"),
        ("killed", "10", "10", "10"),
        ("when", "2016-11-04", "4 November 2016", "4 تشرين الثاني/نوفمبر 2016"),
        ("day", "2016-11-01 to 2016-11-30", None, None),
        ("kind", "airstrike", "Airstrike", "غارة جوية"),
        ("suspects", "Example Front (accused)", "Example Front (accused)", "Example Front (متّهم)"),
        ("place", "Kafr Naha [36.1658, 36.9767] (0.8 km apart)", None, None),
        ("why", "17 km from Kafr Naha, which the text names too", None, None),
        ("where", "كفرناها", "كفرناها", "كفرناها"),
        ("target", "a bakery", "a bakery", "a bakery"),
    ],
)
def test_values_are_said_in_the_language_of_the_page(field, shown, english, arabic):
    for code, expected in (("en", english), ("ar", arabic)):
        said = plainly(worded(language(code), field, shown))
        if expected is not None:
            assert said == expected
        else:
            left = said.replace("Kafr Naha", "")
            assert any("a" <= letter <= "z" for letter in left) == (code == "en"), said


@pytest.mark.parametrize("shown", ["Front (North) (accused) and more", "(accused)", "", "about a dozen"])
def test_words_of_no_known_form_stay_as_they_are(shown):
    for field in ("killed", "when", "suspects", "place", "why", "where"):
        assert worded(language("ar"), field, shown) == shown


def test_what_a_person_set_is_said_as_everywhere():
    values = {
        "killed": {"low": 17, "best": 17, "high": None},
        "injured": None,
        "type": "airstrike",
        "when": {"start": "2016-11-04", "end": "2016-11-04", "precision": "day"},
    }
    assert corrected(language("en"), values) == [
        ("killed", "at least 17"),
        ("injured", "not said"),
        ("kind", "Airstrike"),
        ("when", "4 November 2016"),
    ]
    assert ("النوع", "غارة جوية") in corrected(language("ar"), values)


def test_what_a_program_did_has_arabic_words():
    tags = {"encoder": "Lavf60.3.100"}
    assert traces(tags, "clip.mp4")
    assert "anew" in programs(language("en"), tags, "clip.mp4")
    assert "anew" not in programs(language("ar"), tags, "clip.mp4")
