"""The sun against pvlib, and the times of day that a shadow allows."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dalil.footage.sun import Wanted, day_plot, fitting_windows, minutes_of, refraction_deg, sun_position
from dalil.footage.sun_commands import sun_command
from dalil.footage.sun_words import angle, parse_zone, ratio

TABLE = Path(__file__).with_name("sun_pvlib.csv")


def _apart(times, lat, lon, elevation, azimuth):
    """The largest differences on the sky: of the elevation, of the azimuth (which means less the higher the sun)."""
    ours_azimuth, ours_elevation = sun_position(times, lat, lon)
    turned = (ours_azimuth - azimuth + 180) % 360 - 180
    return np.abs(ours_elevation - elevation).max(), np.abs(turned * np.cos(np.radians(ours_elevation))).max()


def test_position_is_within_a_fiftieth_of_a_degree_of_pvlib():
    rows = [line.split(",") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    for place in {(row[0], row[1]) for row in rows}:
        some = [row for row in rows if (row[0], row[1]) == place]
        times = [datetime.fromisoformat(row[2]) for row in some]
        elevation, azimuth = (np.array([float(row[n]) for row in some]) for n in (3, 4))
        apart = _apart(times, float(place[0]), float(place[1]), elevation, azimuth)
        assert max(apart) <= 0.02, place


def test_position_against_pvlib_itself_where_it_is_installed():
    solarposition = pytest.importorskip("pvlib.solarposition", reason="pvlib is not installed; the table stands for it")
    pandas = pytest.importorskip("pandas")
    times = [datetime(1989, 1, 1, tzinfo=UTC) + timedelta(days=17.37 * n, minutes=37 * n) for n in range(800)]
    theirs = solarposition.get_solarposition(pandas.DatetimeIndex(times), 36.17, 36.98, method="nrel_numpy")
    assert max(_apart(times, 36.17, 36.98, theirs["elevation"].to_numpy(), theirs["azimuth"].to_numpy())) <= 0.02


def test_refraction_is_half_a_degree_at_the_horizon_and_none_overhead():
    lift = refraction_deg(np.array([-0.57, 45.0, 90.0, -10.0]))
    assert lift[0] == pytest.approx(0.57, abs=0.06)
    assert lift[1] == pytest.approx(0.0166, abs=0.001)
    assert abs(lift[2]) < 0.001 and lift[3] == 0


def test_windows_hold_what_was_asked_and_nothing_beside_them_does():
    zone = timezone(timedelta(hours=2))
    wanted = Wanted(shadow_ratio=(1.8, 2.2), shadow_azimuth_deg=(330, 10))
    windows = fitting_windows(date(2016, 11, 4), zone, 36.1682, 36.9846, wanted)
    assert len(windows) == 1
    assert all(1.8 <= r <= 2.2 for r in windows[0].shadow_ratio)
    assert all(140 <= a <= 160 for a in windows[0].sun_azimuth_deg)
    local = windows[0].start_utc.astimezone(zone)
    assert local.date() == date(2016, 11, 4) and 8.5 <= local.hour + local.minute / 60 <= 9.5


def test_a_ratio_alone_fits_before_and_after_noon():
    windows = fitting_windows(date(2016, 11, 4), UTC, 36.17, 36.98, Wanted(shadow_ratio=(1.8, 2.2)))
    assert len(windows) == 2


def test_a_night_of_winter_beyond_the_polar_circle_fits_nothing():
    assert fitting_windows(date(2020, 12, 21), UTC, 78.2, 15.6, Wanted()) == []


def test_a_day_on_which_clocks_change_has_all_its_hours():
    zone = parse_zone("Europe/Kyiv")
    assert len(minutes_of(date(2021, 3, 28), zone)) == 23 * 60
    assert len(minutes_of(date(2021, 10, 31), zone)) == 25 * 60


@pytest.mark.parametrize(
    ("text", "bounds"), [("2.0±10%", (1.8, 2.2)), ("2+-0.5", (1.5, 2.5)), ("1 +/- 20 %", (0.8, 1.2)), ("2", (1.8, 2.2))]
)
def test_tolerances(text, bounds):
    assert ratio(text) == pytest.approx(bounds)
    assert angle("330±10") == (330, 10)


@pytest.mark.parametrize("text", ["two", "2±", "±10", "1.2.3"])
def test_what_is_no_measure_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        ratio(text)


def test_the_command_tells_the_place_it_took_and_draws_the_day(tmp_path):
    plot = tmp_path / "day.svg"
    given = [
        "--place",
        "Aleppo",
        "--country",
        "SY",
        "--date",
        "2016-11-04",
        "--zone",
        "+02:00",
        "--shadow-ratio",
        "2±10%",
    ]
    result = CliRunner().invoke(sun_command, [*given, "--plot", str(plot), "--json"])
    assert result.exit_code == 0 and "taken: Aleppo" in result.stderr
    row = json.loads(result.stdout)
    assert len(row["windows"]) == 2 and row["lat"] == pytest.approx(36.2, abs=0.01)
    assert plot.read_text("utf-8").count("<rect") == 2
    assert "°" in CliRunner().invoke(sun_command, given).stdout


@pytest.mark.parametrize(
    "given", [["--date", "soon", "--at", "1,2"], ["--date", "2020-01-01"], ["--date", "2020-01-01", "--at", "99,1"]]
)
def test_wrong_usage_ends_with_two(given):
    assert CliRunner().invoke(sun_command, given).exit_code == 2


def test_plot_is_made_of_the_days_own_numbers():
    assert "2016-11-04" in day_plot(date(2016, 11, 4), UTC, 36.17, 36.98, [])
