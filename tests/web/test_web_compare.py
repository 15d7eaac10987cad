"""The comparison's page: which files it offers, what it finds, its table, and what it refuses."""

import csv
import io
import re
from html import unescape

import pytest
from starlette.testclient import TestClient
from test_web_pages import text_of

from dalil import pipeline
from dalil.archive import Archive, find
from dalil.web.app import create_app

TABLE = (  # an invented record in the columns of UCDP GED
    "id,date_start,date_end,date_prec,latitude,longitude,where_prec,where_coordinates,country,side_a,side_b,"
    "type_of_violence,best,low,high\n"
    "1,2016-11-04,2016-11-04,1,36.1,37.2,1,Tal Ahmar,Syria,Example Front,Civilians,3,40,40,41\n"
    "2,2016-11-20,2016-11-20,1,35.9,36.8,1,=Bir Safa,Syria,Example Front,Civilians,3,2,2,2\n"
)
REPORTS = {
    "one.txt": "Published on 5 November 2016\n\nThree people were killed in an airstrike in Tal Ahmar on 4 "
    "November 2016, residents said.\n",
    "two.txt": "Published on 12 November 2016\n\nSix people were killed by shelling in Wadi Mithal on 10 November "
    "2016.\n",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "in").mkdir()
    for name, text in {**REPORTS, "their list.csv": TABLE}.items():
        (folder / "in" / name).write_text(text, "utf-8")
    with Archive.create(folder / "archive", "Compared", by="tester", country="SY") as archive:
        (archive.path / "places.csv").write_text("name,lat,lon,country\nTal Ahmar,36.1,37.2,SY\n", "utf-8")
        list(archive.capture(find([folder / "in"]), by="tester"))
        pipeline.derive_waiting(archive)
    return folder / "archive"


@pytest.fixture(scope="module")
def client(path):
    with Archive.open(path) as archive:
        yield TestClient(create_app(archive), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def listed(client):
    return re.search(r'<option value="([0-9a-f]{64})"', client.get("/compare").text)[1]


def test_it_is_led_to_and_says_what_to_do_where_there_is_nothing(client, empty_client):
    assert 'href="/compare"' in client.get("/incidents").text
    for lang, words in (("en", "holds no table"), ("ar", "ليس في الأرشيف جدول")):
        assert words in empty_client.get("/compare", params={"lang": lang}).text


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_both_sides_stand_side_by_side(client, listed, lang):
    html = client.get("/compare", params={"object": listed, "record": "ucdp", "lang": lang}).text
    client.cookies.clear()
    text = text_of(html)
    assert "Tal Ahmar" in text and "Wadi Mithal" in text and "Bir Safa" in text
    for words in {"en": ("Perhaps in both", "Only here", "Only there", "≠ killed", "Example Front", "40–41", "row 2"),
                  "ar": ("ربما في كليهما", "هنا فقط", "هناك فقط", "≠ القتلى", "40", "41")}[lang]:  # fmt: skip
        assert words in text, words
    if lang == "ar":
        assert "only here" not in text.lower() and "4 تشرين الثاني" in text


def test_it_can_be_narrowed_to_what_is_in_conflict_or_on_one_side(client, listed):
    def rows(show):
        html = client.get("/compare", params={"object": listed, "record": "ucdp", "show": show}).text
        return re.findall(r'<tr class="is-(\w+)"', html)

    assert sorted(rows("")) == ["only_ours", "only_theirs", "possible"]
    assert rows("conflict") == rows("possible") == ["possible"]
    assert rows("only_ours") == ["only_ours"] and rows("only_theirs") == ["only_theirs"]
    assert rows("match") == [] and len(rows("<b>")) == 3


def test_the_table_is_the_commands_own_and_runs_no_formula(client, listed):
    html = client.get("/compare", params={"object": listed, "record": "ucdp", "show": "match"}).text
    link = unescape(re.search(r'href="(/compare\.csv[^"]*)"', html)[1])
    answer = client.get(link)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-disposition"].startswith("attachment") and len(rows) == 3
    assert {row["state"] for row in rows} == {"possible", "only_ours", "only_theirs"}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"record": "acled"}, "cannot be compared"),
        ({"country": "12"}, "two letters"),
        ({"from": "yesterday"}, "not days"),
        ({"from": "2016-12-01", "to": "2016-11-01"}, "not days"),
        ({"record": "nobody"}, "No such record"),
    ],
)
def test_what_cannot_be_compared_is_said(client, listed, query, words):
    answer = client.get("/compare", params={"object": listed, "record": "ucdp", **query})
    assert answer.status_code == 200 and words in answer.text and "<table" not in answer.text
    assert client.get("/compare.csv", params={"object": listed, "record": "ucdp", **query}).status_code == 404


def test_days_and_country_leave_rows_out(client, listed):
    query = {"object": listed, "record": "ucdp", "from": "2016-11-15", "to": "2016-11-30", "country": "sy"}
    html = client.get("/compare", params=query).text
    assert re.findall(r'<tr class="is-(\w+)"', html) == ["only_theirs"]


def test_an_object_that_is_not_there_is_not_found(client):
    assert client.get("/compare", params={"object": "0" * 64}).status_code == 404
    assert client.get("/compare", params={"object": "../x"}).status_code == 200
    assert client.get("/compare.csv").status_code == 404
