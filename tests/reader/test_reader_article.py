"""The article that the first issue names: read from beside the checkout, never copied here."""

import pytest
from click.testing import CliRunner

from dalil.atlas.commands import gazetteer_command
from dalil.claims.reader import read_text
from dalil.records import Quote


@pytest.fixture(scope="module")
def text(request):
    folder = request.config.rootpath.parent / "shared" / "article"
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not files:
        pytest.skip("the article (../shared/article) is not here")
    return files[0].read_text("utf-8")


@pytest.fixture(scope="module")
def reading(text):
    return read_text(text)


def test_the_header_is_read(reading):
    assert reading.published.isoformat() == "2016-11-05"
    assert reading.author == "Paul McLoughlin"
    assert reading.title == "Heart-breaking video shows the world what awaits Aleppo"


def test_one_airstrike_on_friday_at_kafrnaha(reading):
    (incident,) = reading.incidents
    assert incident.type == "airstrike"
    assert incident.when.start.isoformat() == incident.when.end.isoformat() == "2016-11-04"
    assert incident.when.quote.text.startswith("Friday")
    assert incident.where.name == "Kafrnaha"


def test_kafr_naha_is_found_in_the_gazetteer(request, text, tmp_path, monkeypatch):
    places = request.config.rootpath.parent / "shared" / "data" / "gazetteer" / "SY.txt"
    if not places.is_file():
        pytest.skip("the gazetteer (../shared/data) is not here")
    monkeypatch.setenv("DALIL_HOME", str(tmp_path))
    done = CliRunner().invoke(gazetteer_command, ["load", "SY", str(places)])
    assert done.exit_code == 0, done.output
    (incident,) = read_text(text, country="SY").incidents
    best = incident.where.candidates[0]
    assert abs(best.lat - 36.1658) < 0.018 and abs(best.lon - 36.9767) < 0.022  # two kilometres


def test_the_toll_has_no_upper_bound_and_children_in_it(reading):
    (incident,) = reading.incidents
    assert (incident.killed.low, incident.killed.best, incident.killed.high) == (17, 17, None)
    assert "child" in {g.group for g in incident.killed.groups}


def test_russia_is_suspected(reading):
    (incident,) = reading.incidents
    suspect = next(s for s in incident.suspects if any("Russia" in m for m in s.mentions))
    assert (suspect.kind, suspect.attribution) == ("state", "suspected")


def test_the_toddler_was_rescued_under_all_his_names(reading):
    (incident,) = reading.incidents
    (boy,) = [v for v in incident.victims if v.effect == "rescued"]
    spoken = " ".join(boy.mentions)
    assert "toddler" in spoken and "boy" in spoken and boy.count == 1


def test_the_video_is_described(reading):
    (incident,) = reading.incidents
    assert incident.footage.duration_s == 43
    assert incident.footage.credit == "Aleppo24"
    assert incident.footage.shot.start.isoformat() == "2016-11-04"


def test_figures_of_speech_forecasts_and_movements_make_no_incident(reading):
    inside = {k for i in reading.incidents for k in i.claims}
    by_words = {c.quote.text: (k, c) for k, c in enumerate(reading.claims)}
    ten = next((k, c) for words, (k, c) in by_words.items() if "killing 10" in words)
    assert ten[1].status == "generic" and ten[0] not in inside
    raids = next((k, c) for words, (k, c) in by_words.items() if "dozens of air raids" in words)
    assert raids[1].status == "forecast" and raids[0] not in inside
    movements = [k for k, c in enumerate(reading.claims) if c.type == "movement"]
    assert movements and not inside & set(movements)
    assert all(
        c.status != "reported" for c in reading.claims if "wipe out" in c.quote.text or "unleashes" in c.quote.text
    )


def test_every_quote_is_its_slice(text, reading):
    seen = []

    def walk(value):
        if isinstance(value, Quote):
            seen.append(value)
            assert text[value.start : value.end] == value.text
        elif isinstance(value, (tuple, list)):
            for part in value:
                walk(part)
        elif hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                walk(getattr(value, name))

    walk(reading)
    assert len(seen) > 30
