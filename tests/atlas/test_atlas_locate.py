"""`locate`: ranked candidates over a small drawn country, with and without its gazetteer."""

import json

import pytest
from click.testing import CliRunner

from dalil.atlas import locate, resolve
from dalil.atlas.commands import gazetteer_command, locate_command
from dalil.atlas.own import load as load_own
from dalil.atlas.store import path_of, read_geonames
from dalil.errors import InputRefused


@pytest.mark.parametrize("query", ["Kafrzarka", "Kafr Zarqa", "Kfar Zarqah", "كفرزرقا", "كفر زرقا", "Kafar Zarqa"])
def test_every_spelling_finds_the_village_first(country, query):
    found = locate(query, country=country)
    assert found[0].id == 3
    assert found[0].admin == ("Nahr Province",)
    assert 0 < found[0].score <= 1 and found[0].why


def test_the_province_parts_namesakes(country):
    assert locate("Tell Ward", country=country, admin="Sahl")[0].id == 6
    assert locate("تل الورد", country=country, admin="النهر")[0].id == 5
    assert "in the province or district named" in locate("Tell Ward", country=country, admin="Sahl")[0].why


def test_scores_fall_and_stay_within_bounds(country):
    scores = [c.score for c in locate("Kafr Zarqa", country=country)]
    assert scores == sorted(scores, reverse=True) and all(0 <= s <= 1 for s in scores)


def test_a_country_keeps_others_out(country):
    assert all(c.country == "SY" for c in locate("Aleppo", country="SY"))
    assert all(c.country == "XK" for c in locate("Aleppo", country=country))


def test_without_gazetteer_large_towns_are_known_and_unknown_names_have_none(home):
    assert locate("حلب", country="SY")[0].id == "dalil:sy-aleppo"
    assert resolve("Kafr Zarqa", None, country="SY").candidates == ()
    assert locate("!!!") == ()


def test_own_places_come_first_and_say_so(country, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text(
        "name,variants,lat,lon,kind,note\nKafr Zarqa,كفر زرقا;Zarqa,36.5,37.5,village,the ridge\nBad,,x,1,,\n",
        "utf-8",
    )
    total, problems = load_own(file)
    assert total == 1 and "line 3" in str(problems[0])
    best = locate("كفر زرقا", country=country)[0]
    assert best.id == "own:mine:Kafr Zarqa"
    assert "from your own places: the ridge" in best.why


def test_a_bare_name_is_the_town_and_with_its_word_the_province(country):
    assert resolve("Nahr", None, country=country, feature_hint="province").candidates[0].id == 1
    assert resolve("Nahr", None, country=country, feature_hint="province").precision == 4
    assert resolve("Madinat an Nahr", None, country=country).precision == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1\tKafr\n", "expected 19 columns"),
        (b"1\tA\tA\t\tx\t37" + b"\t" * 13 + b"\n", "not a number"),
        (b"1\tA\tA\t\t99\t37" + b"\t" * 13 + b"\n", "no position on Earth"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_broken_file_is_refused_in_one_line_and_leaves_the_old_one(country, tmp_path, content, message):
    file = tmp_path / "broken.txt"
    file.write_bytes(content)
    before = path_of(country).read_bytes()
    with pytest.raises(InputRefused, match=message) as refused:
        list(read_geonames(file))
    assert "\n" not in str(refused.value)
    result = CliRunner().invoke(gazetteer_command, ["load", "XK", str(file)])
    assert result.exit_code == 1
    assert path_of(country).read_bytes() == before


def test_lines_in_are_lines_out_in_order(country):
    lines = ['{"id": 1, "query": "Kafrzarka", "country": "XK", "admin": null}', "nonsense", '{"id": "b", "query": ""}']
    result = CliRunner().invoke(locate_command, ["--jsonl", "-"], input="\n".join(lines))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert rows[0]["id"] == 1 and rows[0]["candidates"][0]["id"] == 3
    assert set(rows[0]["candidates"][0]) == {"id", "name", "lat", "lon", "admin", "country", "feature", "score", "why"}
    assert rows[1]["error"].startswith("line 2: ") and rows[2] == {"id": "b", "error": 'line 3: has no "query"'}


def test_list_and_remove(country):
    listed = CliRunner().invoke(gazetteer_command, ["list", "--json"])
    row = json.loads(listed.stdout)
    assert (row["name"], row["places"]) == ("XK", 9) and row["sha256"] and row["attribution"]
    assert CliRunner().invoke(gazetteer_command, ["remove", "XK"]).exit_code == 0
    assert CliRunner().invoke(gazetteer_command, ["remove", "XK"]).exit_code == 1
    assert locate("Kafr Zarqa", country="XK") == ()


def test_marks_on_spellings_taken_out_of_a_gazetteer(shared, home):
    from dalil.atlas.manage import load_file

    load_file("SY", shared / "data" / "gazetteer" / "SY.txt")
    queries = [json.loads(line) for line in (shared / "data" / "gazetteer" / "SY_queries.jsonl").open(encoding="utf-8")]
    some = [q for q in queries if q["script"] == "la"][:150]
    ranks = [[c.id for c in locate(q["query"], country="SY", limit=5)] for q in some]
    first = sum(r[:1] == [q["id"]] for r, q in zip(ranks, some, strict=True)) / len(some)
    five = sum(q["id"] in r for r, q in zip(ranks, some, strict=True)) / len(some)
    assert first >= 0.68 and five >= 0.86
