"""An archive's own places come first while it is worked on, and leave nothing behind. The villages are invented."""

from dalil.atlas import locate
from dalil.atlas.loaded import with_places
from dalil.atlas.own import read_csv
from dalil.atlas.store import Row

PLACES = """# Villages that do not exist.
# source: made for a test
name,variants,lat,lon,kind,country,admin,note
Tell Example,Tall al-Mithal|تل المثال,36.5,37.1,village,SY,Aleppo,invented
Nowhere,,far,37.2,village,SY,Aleppo,
"""


def test_places_brought_along_come_first_and_go_again(tmp_path):
    file = tmp_path / "places.csv"
    file.write_text(PLACES, "utf-8")
    with with_places(file):
        for name in ("Tell Example", "Tall al Mithal", "تل المثال"):
            best = locate(name, country="SY")[0]
            assert (best.lat, best.lon) == (36.5, 37.1)
            assert any("own places" in step for step in best.why)
    assert all(c.lat != 36.5 for c in locate("Tell Example", country="SY"))


def test_a_file_that_is_not_there_changes_nothing(tmp_path):
    before = locate("Aleppo", country="SY")
    with with_places(tmp_path / "none.csv"):
        assert locate("Aleppo", country="SY") == before


def test_remarks_are_passed_over_and_a_bad_row_is_told_by_its_line(tmp_path):
    file = tmp_path / "places.csv"
    file.write_text(PLACES, "utf-8")
    good, bad = list(read_csv(file))
    assert isinstance(good, Row) and good.names[0] == "Tell Example"
    assert "line 5" in str(bad)
