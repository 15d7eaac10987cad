"""Times and positions as files write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.footage.metadata import clean_tags, device_by_tags, read_moment, read_position, split_moment
from dalil.records import decode, encode


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-11-04T10:12:13.000000Z", datetime(2016, 11, 4, 10, 12, 13, tzinfo=UTC)),
        ("2016-11-04T12:12:13+0200", datetime(2016, 11, 4, 12, 12, 13, tzinfo=timezone(timedelta(hours=2)))),
        ("2016:11:04 12:12:13", datetime(2016, 11, 4, 12, 12, 13)),
        ("2016:11:04 12:12:13.5+02:00", datetime(2016, 11, 4, 12, 12, 13, 500_000, timezone(timedelta(hours=2)))),
        ("Fri Nov 04 12:12:13 2016", datetime(2016, 11, 4, 12, 12, 13)),
        ("2016/11/04 12:12", datetime(2016, 11, 4, 12, 12)),
        ("2016-11-04", date(2016, 11, 4)),
        ("2016", None),
        ("2016-13-04", None),
        ("yesterday", None),
    ],
)
def test_moments(text, moment):
    assert read_moment(text) == moment


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_an_aware_time_survives_writing_and_reading(moment, quarters):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    utc, _ = split_moment(read_moment(aware.isoformat()))
    assert utc == aware


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text):
    read_moment(text)
    read_position(text)
    tags = clean_tags([(text, text)])
    assert decode(encode(tags), dict[str, str]) == tags


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("+36.1680+036.9840+301.5/", (36.168, 36.984)),
        ("-33.8688+151.2093/", (-33.8688, 151.2093)),
        ("+3610.08+03659.04/", (36.168, 36.984)),
        ("+361004.8+0365902.4/", (36.168, 36.984)),
        ("+95.0+010.0/", None),
        ("nowhere", None),
    ],
)
def test_positions(text, position):
    found = read_position(text)
    assert found == (position if position is None else pytest.approx(position, abs=1e-6))


def test_the_make_is_not_said_twice():
    assert device_by_tags({"make": "Invented", "model": "Invented Pocket 1"}) == "Invented Pocket 1"
    assert device_by_tags({}) is None
