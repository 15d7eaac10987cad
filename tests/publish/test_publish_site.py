"""A public site: it verifies like a case file, opens from a disk, and holds no name, file or person it must not."""

import csv
import io
import json
import re
import shutil

import pytest
from case_files import REPORTS, run
from click.testing import CliRunner

from dalil import pipeline
from dalil.__main__ import cli
from dalil.archive import Archive, find
from dalil.publish import site

LIVING = "Salma Testwoman"
REPORT = (  # invented for these tests
    "Shelling of Wadi Mithal\n\nPublished on 9 May 2018\n\nFour people were killed when shells hit a school in Wadi "
    f"Mithal on 8 May 2018. {LIVING}, 30, was injured in the shelling.\n"
)


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """An archive with one more report, in which somebody living is named."""
    top = tmp_path_factory.mktemp("site-source")
    (top / "in").mkdir()
    for name, text in {**REPORTS, "from a neighbour.txt": REPORT, "sum.txt": "=1+1 killed in a raid.\n"}.items():
        (top / "in" / name).write_text(text, "utf-8")
    with Archive.create(top / "archive", "Public test", by="Hidden Operator", country="SY") as archive:
        (archive.path / "places.csv").write_text(
            "name,lat,lon,country\nTal Ahmar,36.123456,37.2,SY\nBir Safa,35.9,36.8,SY\n", "utf-8"
        )
        list(archive.capture(find([top / "in"]), by="Hidden Operator"))
        pipeline.derive_waiting(archive)
    return top / "archive"


@pytest.fixture
def archive(source, tmp_path):
    shutil.copytree(source, tmp_path / "archive")
    return tmp_path / "archive"


def export(archive, out, *more):
    result = CliRunner().invoke(cli, ["export", "site", "--archive", str(archive), str(out), *more])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="session")
def made(source, tmp_path_factory):
    top = tmp_path_factory.mktemp("site")
    shutil.copytree(source, top / "archive")
    export(top / "archive", top / "site")
    return top / "site", top / "archive"


def texts(folder):
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*") if p.is_file()}


def test_it_verifies_and_one_changed_letter_is_found(made, tmp_path):
    folder, archive = made
    assert "GOOD" in run(folder, archive / "keys" / "log.pub").stdout
    shutil.copytree(folder, tmp_path / "site")
    pages = sorted((tmp_path / "site" / "data" / "en").glob("2016*.html"))
    page = next(p for p in pages if "three" in p.read_text("utf-8"))
    page.write_text(page.read_text("utf-8").replace("three", "thirty", 1), "utf-8")
    assert run(tmp_path / "site", archive / "keys" / "log.pub").returncode == 1


def test_no_name_of_the_living_no_file_and_nobody_who_worked_on_it_is_in_it(made):
    everything = "\n".join(texts(made[0]).values())
    for hidden in (LIVING, "Testwoman", "Hidden Operator", "from a neighbour", "first.txt"):
        assert hidden not in everything
    assert "[name withheld]" in everything
    assert not list(made[0].rglob("objects"))


def test_every_incident_has_a_page_in_both_languages_and_every_link_leads_somewhere(made):
    folder = made[0]
    ids = [json.loads(line)["id"] for line in (folder / "data/incidents.jsonl").read_text("utf-8").splitlines()]
    assert len(ids) >= 3
    for lang in ("en", "ar"):
        assert all((folder / "data" / lang / f"{one}.html").is_file() for one in ids)
    for path in folder.rglob("*.html"):
        html = path.read_text("utf-8")
        assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", html)
        for target in re.findall(r'(?:href|src)="([^"#]+)"', html):
            assert (path.parent / target).resolve().is_file(), (path, target)


def test_the_data_say_what_the_pages_say_and_run_no_formula(made):
    folder = made[0]
    rows = list(csv.DictReader(io.StringIO((folder / "data/incidents.csv").read_text("utf-8"))))
    features = json.loads((folder / "data/incidents.geojson").read_text("utf-8"))["features"]
    assert [r["id"] for r in rows] == [f["id"] for f in features]
    at = {(r["killed_low"], r["latitude"]) for r in rows if r["place"] == "Tal Ahmar"}
    assert ("3", "36.123456") in at
    assert site.safe("=1+1") == "'=1+1" and site.safe(None) == "" and site.safe(-1) == -1
    assert all(f["geometry"] is None or len(f["geometry"]["coordinates"]) == 2 for f in features)


def test_points_can_be_rounded_everywhere(archive, tmp_path):
    export(archive, tmp_path / "out", "--round", "1")
    everything = "\n".join(texts(tmp_path / "out").values())
    assert "36.123456" not in everything and "36.1235" not in everything and "36.1" in everything


def test_a_preview_lists_every_field_and_changes_nothing(archive, tmp_path):
    with Archive.open(archive) as opened:
        size = opened.size
    shown = export(archive, tmp_path / "out", "--preview", "--json").output.splitlines()
    fields = {line["field"]: line for line in map(json.loads, shown)}
    assert fields["accounts[].event.killed.quote.text"]["values"] >= 3 and LIVING not in "".join(shown)
    assert not (tmp_path / "out").exists()
    with Archive.open(archive) as opened:
        assert not list(opened.entries(act="export")) and opened.size - size <= 1
    plain = export(archive, tmp_path / "out", "--preview").output
    assert plain.splitlines()[0].startswith("id\t")


def test_one_incident_alone_and_an_empty_archive(archive, tmp_path):
    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        from dalil.incidents import store

        one = store.list_incidents(conn)[0].id
    export(archive, tmp_path / "one", "--incident", one)
    assert len((tmp_path / "one/data/incidents.jsonl").read_text("utf-8").splitlines()) == 1
    assert "GOOD" in run(tmp_path / "one", archive / "keys" / "log.pub").stdout
    Archive.create(tmp_path / "empty", by="tester").close()
    export(tmp_path / "empty", tmp_path / "none")
    assert "none" in (tmp_path / "none/data/en/index.html").read_text("utf-8")
    assert "GOOD" in run(tmp_path / "none", tmp_path / "empty" / "keys" / "log.pub").stdout


@pytest.mark.browser
def test_it_opens_from_a_disk_and_asks_nothing_of_any_machine(made, browser):
    asked = []
    context = browser.new_context()
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((made[0] / "index.html").as_uri())
    page.wait_for_url("**/data/en/index.html")
    rows = page.locator("#incidents tbody tr:visible")
    before = rows.count()
    page.fill("#narrow", "Tal Ahmar")
    assert 0 < rows.count() < before
    page.fill("#narrow", "no such place")
    assert page.locator("#nothing").is_visible()
    page.fill("#narrow", "Tal Ahmar")
    rows.first.locator("a").click()
    assert page.locator("h1").inner_text().startswith("Airstrike")
    page.goto((made[0] / "data/ar/map.html").as_uri())
    assert page.locator("circle.spot").count() >= 1 and page.locator("html").get_attribute("dir") == "rtl"
    context.close()
    assert asked and all(url.startswith("file:") for url in asked)
