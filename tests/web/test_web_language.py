"""Both languages say everything, and nothing is kept that no page says."""

import re
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from dalil.archive.lines import ACTS
from dalil.incidents.likeness import weigh
from dalil.records import EVENT_TYPES, STATUSES, DateSpan, Range, Toll
from dalil.web.language import LANGUAGES, language, plural
from dalil.web.marks import SIGNS

WEB = Path(str(resources.files("dalil.web")))
# Sections whose keys are words of the records, used through `term` or as "section." ~ word.
CLOSED = {
    "event": set(EVENT_TYPES),
    "status": set(STATUSES),
    "attribution": {"stated", "suspected", "accused", "claimed", "denied", "by"},
    "verdict": {"same", "possibly_same", "different"},
    "people": {"death", "injury", "none", "abducted", "rescued", "unknown", "age"},
    "group": {"child", "woman", "man", "medic", "journalist", "rescuer", "fighter", "soldier", "police", "civilian"},
    "part": {"found", "said_by", "when", "where", "killed", "injured", "missing", "group", "victim", "suspect",
             "target", "weapon", "footage"},
    "precision": {f"p{n}" for n in range(1, 8)},
    "act": set(ACTS),
    "kind": {"video", "picture", "audio"},
    "reason": {"accepted_by", "agreed_blame", "alone", "blames", "counts_once", "credits", "denies", "nobody_blamed",
               "one_source", "one_source_blames", "only_fighters", "publishes", "quotes", "same_text", "several_blamed",
               "sources", "tolls_disputed"},
}  # fmt: skip
# Verdicts of a match, which name their explanation on its page.
MATCHED = {"same_recording", "same_scene"}
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def texts(code):
    return language(code).texts


def sources() -> str:
    files = [*WEB.rglob("*.py"), *WEB.joinpath("templates").glob("*.html")]
    return "\n".join(f.read_text("utf-8") for f in files)


def without_plurals(code) -> set[str]:
    return {re.sub(r"^(count\.\w+)\.\w+$", r"\1", key) for key in texts(code)}


def test_both_languages_have_the_same_keys():
    assert without_plurals("en") == without_plurals("ar")


def test_every_key_is_used():
    said = sources()
    joined = set(re.findall(r'"(\w+)\." ~', said)) | {"field", "forge", "value", "match", "step"}
    terms = set(re.findall(r'term\("(\w+)"', said))
    unused = []
    for key in sorted(without_plurals("en")):
        section, _, name = key.partition(".")
        literal = f'"{key}"' in said or f"'{key}'" in said
        part = section in joined and (f'"{name}"' in said or f"'{name}'" in said or name in MATCHED)
        counted = section == "count" and f'n("{name}"' in said
        month = section == "time" and re.fullmatch(r"m\d+", name)
        if not (literal or part or counted or month or section in terms or section in CLOSED):
            unused.append(key)
    assert unused == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("section", CLOSED)
def test_closed_lists_are_whole(code, section):
    have = {key.partition(".")[2] for key in texts(code) if key.startswith(f"{section}.")}
    assert have == CLOSED[section]


@pytest.mark.parametrize("code", LANGUAGES)
def test_plural_forms_are_those_of_the_language(code):
    needed = {plural(code, n) for n in range(200)}
    table = tomllib.loads((WEB / "strings" / code / "words.toml").read_text("utf-8"))["count"]
    for things, forms in table.items():
        assert set(forms) == needed, things


@pytest.mark.parametrize("code", LANGUAGES)
def test_texts_take_the_same_values_in_both_languages(code):
    for key, text in texts(code).items():
        if key.startswith("count."):
            continue
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", texts("en")[key])), key


def test_every_evidence_name_is_translated():
    code = Path(weigh.__code__.co_filename).read_text("utf-8")
    around = "".join(
        Path(weigh.__code__.co_filename).with_name(name).read_text("utf-8")
        for name in ("recordings.py", "surroundings.py")
    )
    names = set(re.findall(r'(?:Evidence|Finding)\(\s*"([^"]+)"', code + around)) | {"killed", "injured"}
    for lang in LANGUAGES:
        assert {n for n in names if f"evidence.{n}" not in texts(lang)} == set()


def test_every_status_has_a_sign_of_its_own_and_a_line():
    css = (WEB / "static" / "dalil.css").read_text("utf-8")
    assert set(SIGNS) == set(STATUSES)
    assert len(set(SIGNS.values())) == len(SIGNS)
    lines = re.findall(r"\.status-(\w+) \{ --hue: [^;]+; --line: (\d)px (\w+)", css)
    assert {name for name, *_ in lines} == set(STATUSES)


def test_arabic_counts():
    ar = language("ar")
    assert [ar.count("reports", n) for n in (1, 2, 3, 11, 100, 103)] == [
        "تقرير واحد", "تقريران", "3 تقارير", "11 تقريرًا", "100 تقرير", "103 تقارير",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "toll, said",
    [
        (Toll(17, 17, None, None), "at least 17"),
        (Toll(None, None, 11, None), "up to 11"),
        (Toll(8, None, 15, None), "8–15"),
        (Toll(10, 10, 10, None), "10"),
        (Toll(0, 0, 0, None), "0"),
        (Toll(None, 40, None, None), "about 40"),
        (Toll(None, None, None, None), "not said"),
    ],
)
def test_a_toll_says_no_more_than_the_words(toll, said):
    assert language("en").toll(toll) == said


def test_a_range_stays_open_where_somebody_says_at_least():
    counted = Range(8, None, 17, True, True, "rule", ())
    assert language("en").range(counted) == "8–17 or more"
    assert language("ar").range(counted) == "8 إلى 17 أو أكثر"


def test_days():
    en, ar = language("en"), language("ar")
    span = DateSpan(date(2016, 11, 4), date(2016, 11, 4), "day", "19:30", None, "")
    assert en.span(span) == "4 November 2016, 19:30"
    assert ar.span(span) == "4 تشرين الثاني/نوفمبر 2016، الساعة 19:30"
    assert en.span(DateSpan(date(2016, 1, 1), date(2016, 12, 31), "year", None, None, "")) == "2016"
