"""Rules of days, and what holds for any text: quotes are slices, spans are in order, ends do not precede starts."""

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.calendar import find_dates
from dalil.calendar.commands import date_command
from dalil.calendar.hijri import resolve_hijri
from dalil.calendar.rules import resolve_month_day, resolve_numeric, resolve_weekday, resolve_year2

DAYS = st.dates(date(1950, 1, 1), date(2050, 12, 31))
WORDS = (
    "on Friday|last|next|3|4 November|2016|night|overnight|early|since|between|and|to|-|,|.|May|March|ago|two|weeks|at"
    "|9|a.m.|يوم|الجمعة|الماضي|قبل|ثلاثة|أيام|4|تشرين|الثاني|و|بين|ليل|منذ|عام|رمضان|1437|the|day|before|yesterday|\n\n"
)
PIECES = st.sampled_from(WORDS.split("|"))


@given(st.integers(0, 6), DAYS)
def test_a_bare_weekday_is_within_the_week_up_to_publication(day, published):
    found = resolve_weekday(day, published, tense=None).start
    assert found.weekday() == day and timedelta(0) <= published - found < timedelta(7)


@given(st.integers(0, 6), DAYS)
def test_last_and_following_leave_publication_itself_out(day, published):
    assert resolve_weekday(day, published, tense=None, last=True).start < published
    assert published < resolve_weekday(day, published, tense=None, following=True).start <= published + timedelta(7)


@given(DAYS, DAYS)
def test_a_day_and_month_keep_their_day_and_month(day, published):
    found = resolve_month_day(day.month, day.day, published, tense=None)
    assert (found.start.month, found.start.day) == (day.month, day.day)


@given(st.integers(0, 99), DAYS)
def test_a_two_digit_year_is_at_most_ten_years_ahead(year, published):
    full = resolve_year2(year, published)
    assert full % 100 == year and published.year - 90 < full <= published.year + 10


@given(DAYS, DAYS)
def test_figures_with_the_year_first_are_certain(day, published):
    assert resolve_numeric(day.strftime("%Y-%m-%d"), published).start == day


def test_the_other_order_of_ambiguous_figures_is_told():
    found = resolve_numeric("03/04/2016", date(2016, 11, 5))
    assert found.start == date(2016, 4, 3) and "2016-03-04" in found.rule


@pytest.mark.parametrize("raw", ["31/02/2016", "2016-13-01", "99/99/2016", "20161332"])
def test_days_that_the_calendar_lacks_are_none(raw):
    assert resolve_numeric(raw, date(2016, 11, 5)) is None


# new year of 1445 AH: public tables of the Umm al-Qura calendar
@pytest.mark.parametrize(("hijri", "day"), [((1445, 1, 1), date(2023, 7, 19)), ((1437, 9, 1), date(2016, 6, 6))])
def test_hijri_days_by_the_published_tables(hijri, day):
    assert resolve_hijri(*hijri, None).start == day


def test_hijri_days_outside_the_tables_are_none():
    assert resolve_hijri(1200, 1, 1, None) is None
    assert resolve_hijri(1437, 9, 31, None) is None


def test_wrong_months_are_never_silent():
    (span,) = find_dates("15 كانون الأول 2015", published=date(2016, 11, 5), lang="ar")
    assert span.start == date(2015, 12, 15)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14), st.one_of(st.none(), DAYS))
def test_any_row_of_pieces_gives_honest_spans(pieces, published):
    text = " ".join(pieces)
    _check(text, find_dates(text, published=published, lang=None))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), DAYS)
def test_any_text_gives_honest_spans(text, published):
    _check(text, find_dates(text, published=published, lang=None))


def _check(text, spans):
    end = 0
    for span in spans:
        assert text[span.quote.start : span.quote.end] == span.quote.text != ""
        assert span.quote.start >= end
        assert span.start <= span.end and span.rule
        end = span.quote.end


def test_a_weekday_that_does_not_fit_is_told():
    (span,) = find_dates("Monday, 4 November 2016", published=date(2016, 11, 5), lang="en")
    assert span.start == date(2016, 11, 4) and "Monday does not fit" in span.rule


def test_lines_in_are_lines_out_in_order():
    lines = [
        '{"id": 7, "text": "on Friday", "published": "2016-11-05", "lang": "en"}',
        "[]",
        '{"id": 8, "text": "on Friday", "published": "soon"}',
        '{"id": 9, "text": "nothing", "published": null}',
    ]
    result = CliRunner().invoke(date_command, ["--jsonl", "-"], input="\n".join(lines))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1 and [row["id"] for row in rows] == [7, None, 8, 9]
    assert rows[0]["dates"] == [
        {
            "start": "2016-11-04", "end": "2016-11-04", "precision": "day", "time": None,
            "quote": {"start": 3, "end": 9, "text": "Friday"}, "rule": "weekday before publication",
        }
    ]  # fmt: skip
    assert rows[1]["error"].startswith("line 2: ") and "YYYY-MM-DD" in rows[2]["error"]
    assert rows[3]["dates"] == []


def test_the_command_says_what_it_needs():
    result = CliRunner().invoke(date_command, ["on Friday"])
    assert result.exit_code == 0 and "--published" in result.output
    assert CliRunner().invoke(date_command, []).exit_code == 2
    assert CliRunner().invoke(date_command, ["x", "--published", "yesterday"]).exit_code == 2


def test_marks_on_the_development_phrases(shared):
    lines = (shared / "data" / "dates" / "expressions.jsonl").read_text("utf-8").splitlines()
    right = {"en": 0, "ar": 0}
    for row in map(json.loads, lines):
        spans = find_dates(row["text"], published=date.fromisoformat(row["published"]), lang=row["lang"])
        gold = (row["start"], row["end"])
        right[row["lang"]] += [(s.start.isoformat(), s.end.isoformat()) for s in spans] == [gold]
    assert right["en"] >= 39 and right["ar"] == 25
