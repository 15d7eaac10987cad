"""Positions that a text states. The numbers are public facts (UCDP GED 233681) or invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.atlas.points import find_points


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("Kafr Naha (36.168273 N, 36.984502 E)", 36.168273, 36.984502),
        ("at 36.1658 N 36.9767 E.", 36.1658, 36.9767),
        ("coordinates: 31.351944, 34.287500.", 31.351944, 34.2875),
        ("33.5°S, 70.25°W", -33.5, -70.25),
        ("36°10′06″N 36°59′04″E", 36.16833, 36.98444),
        ("عند 36.1658ش، 36.9767ق", 36.1658, 36.9767),
        ("-3.123456, -60.654321", -3.123456, -60.654321),
    ],
)
def test_stated_positions_are_found(text, lat, lon):
    (point,) = find_points(text)
    assert (point.lat, point.lon) == pytest.approx((lat, lon), abs=1e-4)
    assert text[point.quote.start : point.quote.end] == point.quote.text


@pytest.mark.parametrize(
    "text",
    ["killed 10, 20 injured", "between 3.5, 4.5 and 6", "17 N 18", "12.30, 14.45", "96.1234, 200.1234", "3 NGOs, 4 EU"],
)
def test_counts_and_times_are_no_positions(text):
    assert find_points(text) == []


@given(st.text())
def test_any_text_gives_quotes_that_are_its_slices(text):
    for point in find_points(text):
        assert text[point.quote.start : point.quote.end] == point.quote.text
