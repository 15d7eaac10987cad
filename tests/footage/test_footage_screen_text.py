"""Text in pictures: what tesseract reads is kept once, found again and led to; without tesseract the rest goes on."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont, features
from sqlalchemy import select

from dalil import db, pipeline
from dalil.archive import Archive, find
from dalil.footage import screen_text
from dalil.footage.screen_hints import credits_in, places_in
from dalil.footage.screen_store import save_screen, screen_of, search_screen
from dalil.footage.screen_text import ScreenText, lines_of, once
from dalil.footage.search_commands import search_command

SHA = "ab" * 32


@pytest.fixture
def tesseract():
    screen_text.tesseract.cache_clear()
    here = screen_text.tesseract()
    if here is None or set(here.languages) != {"ara", "eng"}:
        pytest.skip(f"needs {screen_text.PACKAGES}")
    if not features.check("raqm"):
        pytest.skip("Pillow cannot set Arabic here")
    yield here
    screen_text.tesseract.cache_clear()


@pytest.fixture
def font():
    from importlib.resources import files

    path = str(files("dalil.publish").joinpath("fonts/NotoNaskhArabic-Regular.ttf"))
    return ImageFont.truetype(path, 26)


def captioned(path, font):
    """A picture of invented news: a gradient with a line of Arabic on a dark bar."""
    y, x = np.mgrid[0:360, 0:640]
    picture = Image.fromarray(np.stack([x * 255 // 640, y * 255 // 360, np.full_like(x, 90)], -1).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 290, 640, 360), fill=(20, 20, 60))
    draw.text((620, 298), "قصف على مدينة إدلب اليوم", font=font, fill="white", anchor="ra")
    picture.save(path)
    return path


def archive_with(tmp_path, *files, switch=True):
    home = tmp_path / "archive"
    made = Archive.create(home)
    made.close()
    if switch:
        settings = home / "dalil.toml"
        settings.write_text(settings.read_text("utf-8").replace("# on_screen_text", "on_screen_text"), "utf-8")
    opened = Archive.open(home, write=True)
    list(opened.capture(find(list(files)), by="tester"))
    return opened, pipeline.derive_waiting(opened)


def stored(archive):
    with archive.engine.connect() as conn:
        return [tuple(row) for row in conn.execute(select(db.screen_text).order_by(*db.screen_text.primary_key))]


def test_a_caption_is_read_kept_found_and_made_again_identically(tmp_path, tesseract, font):
    archive, _ = archive_with(tmp_path, captioned(tmp_path / "news.png", font))
    with archive:
        before = stored(archive)
        with archive.engine.connect() as conn:
            (hit,) = search_screen(conn, "ادلب")
            assert "إدلب" in hit.lines[0].text and hit.lines[0].places == ("إدلب",)
            assert search_screen(conn, "حماة") == ()
            assert not conn.scalar(select(db.claim.c.sha256).limit(1)), "what is seen in a picture is nobody's claim"
        pipeline.rebuild(archive)
        assert stored(archive) == before


def test_without_tesseract_one_line_says_how_to_get_it(tmp_path, monkeypatch, font):
    monkeypatch.setattr(screen_text, "tesseract", lambda: None)
    archive, done = archive_with(tmp_path, captioned(tmp_path / "news.png", font))
    with archive:
        assert [d.kind for d in done] == ["footage"] and not done[0].failed
        assert [p for p in done[0].problems if "apt install tesseract-ocr" in p] == list(done[0].problems)
        assert stored(archive) == []


def test_nothing_is_started_unless_the_settings_ask_for_it(tmp_path, monkeypatch, font):
    monkeypatch.setattr(screen_text, "tesseract", lambda: pytest.fail("asked for tesseract"))
    archive, done = archive_with(tmp_path, captioned(tmp_path / "news.png", font), switch=False)
    with archive:
        assert done[0].problems == () and stored(archive) == []


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell to stand in for the program")
def test_a_reading_that_hangs_is_ended(tmp_path, monkeypatch):
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setattr(screen_text, "SECONDS_A_READING", 0.2)
    from dalil.footage import probe

    Image.new("RGB", (64, 48), "grey").save(tmp_path / "grey.png")
    footage = probe(tmp_path / "grey.png", object=SHA, derived=tmp_path)
    monkeypatch.setattr(screen_text, "tesseract", lambda: screen_text.Tesseract(str(program), ("ara", "eng")))
    lines, (problem,) = screen_text.read_screen(footage, tmp_path)
    assert lines == () and "was not read" in problem


def table(*words):
    rows = ["\t".join(["5", "1", "1", "1", str(line), "1", "0", "0", "9", "9", str(c), t]) for line, c, t in words]
    return "\n".join(["header", *rows])


def test_unsure_words_and_lines_of_crumbs_are_left_out():
    found = list(
        lines_of(table((1, 96.0, "Harbour"), (1, 30.0, "x#"), (1, 90.0, "12"), (2, 99.0, "a"), (2, 99.0, "1A")))
    )
    assert found == [("Harbour 12", 93.0)]


def test_a_caption_on_several_stills_is_kept_once_with_its_first_offset():
    lines = [ScreenText(SHA, 1.0, "Harbour Channl", 71.0), ScreenText(SHA, 5.0, "Harbour Channel LIVE", 95.0)]
    assert once([*lines, ScreenText(SHA, 9.0, "Another line", 90.0)]) == [
        ScreenText(SHA, 1.0, "Harbour Channel LIVE", 95.0),
        ScreenText(SHA, 9.0, "Another line", 90.0),
    ]


def test_hints_are_whole_names_only():
    assert credits_in("وكالة سانا مباشر") == credits_in("SANA LIVE") == ("Syrian Arab News Agency",)
    assert credits_in("Sanaa") == ()
    assert places_in("Aleppo 12 March 2015", None) == ("Aleppo",)


def test_terms_may_stand_on_several_lines_of_one_recording(tmp_path):
    with Archive.create(tmp_path / "archive") as archive, archive.engine.begin() as conn:
        save_screen(
            conn, SHA, [ScreenText(SHA, 1.0, "قصف وبكفرناها", 90.0), ScreenText(SHA, 4.0, "HARBOUR TV 100%", 90.0)]
        )
        save_screen(conn, "cd" * 32, [ScreenText("cd" * 32, 2.0, "Harbour view", 90.0)])
        assert [s.object for s in search_screen(conn, "harbour")] == [SHA, "cd" * 32]
        assert [len(s.lines) for s in search_screen(conn, "harbour كفرناها")] == [2]
        assert [s.object for s in search_screen(conn, "harb* -view")] == [SHA]
        assert [s.object for s in search_screen(conn, '"harbour view"')] == ["cd" * 32]
        assert search_screen(conn, "%") == search_screen(conn, "_") == ()
        save_screen(conn, SHA, [])
        assert screen_of(conn, SHA) == ()


def test_the_pages_find_it_and_lead_to_the_second(tmp_path, monkeypatch, font):
    from starlette.testclient import TestClient

    from dalil.web.app import create_app

    archive, done = archive_with(tmp_path, captioned(tmp_path / "news.png", font), switch=False)
    sha256 = done[0].capture.object.sha256
    with archive:
        with archive.engine.begin() as conn:
            save_screen(conn, sha256, [ScreenText(sha256, 12.5, "SANA <b>Aleppo", 91.0, ("SANA",), ("Aleppo",))])
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        found = client.get("/search?q=aleppo").text
        assert f"/footage/{sha256}?at=12.5#text-head" in found and "Seen in pictures (read by a program)" in found
        page = client.get(f"/footage/{sha256}?at=12.5").text
        assert "SANA &lt;b&gt;Aleppo" in page and "may credit" in page and "may name a place" in page
        assert "read by a program" in page
        assert client.get(f"/footage/{sha256}?at=x&lang=ar").status_code == 200


def test_search_tells_what_a_screen_shows_behind_the_reports_and_never_as_a_statement(tmp_path):
    with Archive.create(tmp_path / "archive") as archive, archive.engine.begin() as conn:
        save_screen(conn, SHA, [ScreenText(SHA, 64.0, "HARBOUR TV live", 91.5, credits=("Harbour TV",))])
    asked = ["harbour", "--archive", str(tmp_path / "archive")]
    told = CliRunner().invoke(search_command, asked)
    assert told.exit_code == 0 and "HARBOUR TV live" in told.stdout
    assert "on the screen at 01:04.0 · read by a program, nobody's statement" in told.stdout
    line = json.loads(CliRunner().invoke(search_command, [*asked, "--json"]).stdout)
    assert (line["kind"], line["read_by"], line["object"], line["offset_s"]) == (
        "on_screen_text",
        "tesseract",
        SHA,
        64.0,
    )
    assert CliRunner().invoke(search_command, ["quay", *asked[1:]]).stdout == ""
