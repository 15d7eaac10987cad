"""Whole tasks of a person at the pages, in a real Chromium, in English and in Arabic."""

import re
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import dalil.publish
from dalil import pipeline
from dalil.archive import Archive, find
from dalil.incidents import store
from real_browser import serving

pytestmark = pytest.mark.browser

VERIFY = Path(dalil.publish.__file__).parent / "verify.py"
LIVING = "Salma Testwoman"
REPORTS = {  # invented for these tests
    "one.txt": "Notes\n\nPublished on 5 November 2016\n\nAt least three people were killed and seven others injured "
    "in an airstrike on a market in Tal Ahmar on 4 November 2016, residents said.\n",
    "two.txt": "Raid\n\nPublished on 6 November 2016\n\nFive civilians were killed in an airstrike on a market in Tal "
    "Ahmar on 4 November 2016, said the invented Monitor.\n",
    "named.txt": "Shelling of Wadi Mithal\n\nPublished on 9 May 2018\n\nFour people were killed when shells hit a "
    f"school in Wadi Mithal on 8 May 2018. {LIVING}, 30, was injured in the shelling.\n",
}
SIZE, RATE = (180, 320), 8


def texture(seed: int) -> np.ndarray:
    """A large patterned picture to look at through a moving window."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (60, 80, 3), np.uint8)
    return np.kron(coarse, np.ones((12, 12, 1), np.uint8))


def write_clip(path, parts) -> None:
    """Drawn clips one after another: each part is (texture, seconds, direction)."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=RATE, options={"crf": "26", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = SIZE[1], SIZE[0], "yuv420p"
        n = 0
        for ground, seconds, (dx, dy) in parts:
            for i in range(int(seconds * RATE)):
                y, x = 40 + int(dy * i) % 400, 40 + int(dx * i) % 500
                frame = av.VideoFrame.from_ndarray(
                    np.ascontiguousarray(ground[y : y + SIZE[0], x : x + SIZE[1]]), format="rgb24"
                )
                frame.pts, frame.time_base = n, Fraction(1, RATE)
                n += 1
                out.mux(video.encode(frame))
        out.mux(video.encode(None))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An archive with three reports, a clip and a compilation that holds part of it."""
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "in").mkdir()
    for name, text in REPORTS.items():
        (folder / "in" / name).write_text(text, "utf-8")
    clip, other = texture(1), texture(2)
    write_clip(folder / "in" / "clip.mp4", [(clip, 14, (3, 2))])
    write_clip(folder / "in" / "compilation.mp4", [(other, 6, (1, 3)), (clip, 9, (3, 2)), (other, 4, (4, 1))])
    with Archive.create(folder / "archive", "Tasks", by="tester", country="SY") as archive:
        list(archive.capture(find([folder / "in"]), by="tester"))
        pipeline.derive_waiting(archive)
    return folder / "archive"


@pytest.fixture(params=["en", "ar"])
def tab(request, browser, home):
    """A page in one of the languages, over a server of its own; nothing may leave the machine."""
    with serving(home) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
        tab = context.new_page()
        asked, said = [], []
        tab.on("request", lambda asking: asked.append(asking.url))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"/?lang={request.param}")
        assert tab.get_attribute("html", "lang") == request.param
        yield tab
        context.close()
        assert said == [] and all(url.startswith((address, "data:", "blob:")) for url in asked)


def incidents(home):
    with Archive.open(home) as archive, archive.engine.connect() as conn:
        return [store.load_incident(conn, row.id) for row in store.list_incidents(conn)]


def decide(tab, form: str, **choices: str) -> None:
    """The form is filled in, given a reason and sent; the page says that it is logged."""
    for name, value in choices.items():
        tab.locator(f'{form} input[name="{name}"][value="{value}"]').first.check()
    tab.locator(f'{form} input[name="reason"]').first.fill("seen by two of us")
    tab.locator(f"{form} button:not(.quiet)").first.click()
    tab.wait_for_selector(".told")


def undo(tab) -> None:
    """The newest judgement that the page shows is taken back."""
    details = tab.locator("details:has(form[action='/undo'])")
    if details.count() and details.first.get_attribute("open") is None:
        details.first.locator("summary").click()
    tab.locator("form[action='/undo'] button").first.click()
    tab.wait_for_url("**told=undone**")


def test_a_folder_is_added_and_watched(tab, home, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "new.txt").write_text("Nine people were killed by shelling in Ayn Jadid on 3 May 2019.")
    tab.goto("/add")
    tab.fill("#path", str(tmp_path / "more"))
    tab.locator("form:has(#path) button").click()
    tab.wait_for_url("**/add/watch**")
    tab.wait_for_selector("a[href*='/files/']", timeout=60_000)
    tab.wait_for_selector("main a[href^='/incidents']", timeout=60_000)
    tab.goto("/incidents?q=Ayn")
    with Archive.open(home) as archive:
        assert "new.txt" in {c.name for c in archive.captures()}


def test_files_are_sent_from_the_page(tab, home, tmp_path):
    name = f"sent-{tab.get_attribute('html', 'lang')}.txt"
    (tmp_path / name).write_text(f"Two people were killed by shelling in Bir {name} on 3 May 2019.")
    tab.goto("/add")
    tab.set_input_files("#files", str(tmp_path / name))
    tab.locator("form[data-send] button").click()
    tab.wait_for_url("**/add/watch**")
    tab.wait_for_selector("main a[href^='/incidents']", timeout=60_000)
    with Archive.open(home) as archive:
        assert name in {c.name for c in archive.captures()}


def test_a_claim_is_corrected_and_the_correction_undone(tab, home):
    raid = next(i for i in incidents(home) if i.killed and i.killed.low == 5 and len(i.accounts) == 1)
    account = raid.accounts[0]
    quote = account.claims[0].quote
    address = f"/claims/{account.document}/{quote.start}-{quote.end}"
    tab.goto(address)
    tab.fill("#f-killed", "6+")
    decide(tab, "form[action='/judge/claim']", state="corrected")
    assert any(i.killed and i.killed.low == 6 and i.killed.open_above for i in incidents(home))
    tab.goto(address)
    undo(tab)
    assert next(i for i in incidents(home) if i.id == raid.id) == raid


def test_two_incidents_are_merged_in_the_queue_and_split_again(tab, home):
    before = incidents(home)
    tab.goto("/review")
    assert tab.locator("form[action='/judge/link']").count() == 1
    decide(tab, "form[action='/judge/link']", verdict="same")
    merged = next(i for i in incidents(home) if len(i.accounts) == 2)
    assert len(incidents(home)) == len(before) - 1
    tab.goto(f"/incidents/{merged.id}")
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    form = "form[action='/judge/link']:has(input[type='hidden'][name='verdict'])"
    tab.locator(f"{form} input[name='reason']").last.fill("two raids, hours apart")
    tab.locator(f"{form} button").last.click()
    tab.wait_for_selector(".told")
    assert len(incidents(home)) == len(before)
    for seq in standing(home)[-2:]:
        undo_line(home, seq)
    assert incidents(home) == before


def standing(home) -> list[int]:
    from dalil.archive import judgements

    with Archive.open(home) as archive, archive.engine.connect() as conn:
        return [j.seq for j in judgements.every(conn) if j.reversed_by is None]


def undo_line(home, seq: int) -> None:
    from dalil.incidents import reports

    with Archive.open(home, write=True) as archive:
        reports.undo(archive, seq, reason="end of the test", by="tester")


def test_the_clip_is_found_inside_the_compilation_and_both_play_at_the_offset(tab, home):
    with Archive.open(home) as archive:
        sha256 = next(c.object.sha256 for c in archive.captures() if c.name == "compilation.mp4")
    tab.goto(f"/footage/{sha256}")
    tab.locator("a[href^='/matches/']").first.click()
    pair = tab.locator("[data-pair]")
    start, other = (float(pair.get_attribute(name)) for name in ("data-start", "data-other-start"))
    assert abs(abs(start - other) - 6) < 0.7
    assert tab.locator("video").count() == 0
    for button in tab.locator("[data-pair] [data-reveal]").all():
        button.click()
    tab.wait_for_function("() => document.querySelectorAll('[data-pair] video').length === 2")
    tab.click("[data-play-both]")
    tab.wait_for_function(
        "() => [...document.querySelectorAll('[data-pair] video')].every(v => !v.paused && v.currentTime > 0)"
    )
    tab.click("[data-pause-both]")
    times = tab.evaluate("[...document.querySelectorAll('[data-pair] video')].map(v => v.currentTime)")
    assert abs((times[0] - times[1]) - (start - other)) < 0.6
    assert tab.evaluate("[...document.querySelectorAll('video')].every(v => v.muted)")
    for _ in range(2):
        tab.locator("[data-pair] [data-hide]").first.click()
    assert tab.locator("video").count() == 0


def test_a_sealed_name_is_opened_with_a_reason_and_sealed_again(tab, home):
    tab.goto("/people")
    assert LIVING not in tab.content() and tab.locator(".sealed").count() >= 1
    tab.locator("details:has(form[action='/judge/open']) summary").first.click()
    decide(tab, "form[action='/judge/open']")
    assert LIVING in tab.content()
    undo(tab)
    tab.goto("/people")
    assert LIVING not in tab.content()


def downloaded(tab, folder) -> set[str]:
    """The zip that the page's export gives is unpacked into `folder`; the files in it."""
    with tab.expect_download(timeout=60_000) as waiting:
        tab.locator("form[data-export] button").click()
    waiting.value.save_as(folder / "export.zip")
    with zipfile.ZipFile(folder / "export.zip") as packed:
        packed.extractall(folder)
        return set(packed.namelist())


def test_footage_is_hidden_then_grey_then_in_colour_and_sound_is_separate(tab, home):
    with Archive.open(home) as archive:
        sha256 = next(c.object.sha256 for c in archive.captures() if c.name == "clip.mp4")
    tab.goto(f"/footage/{sha256}")
    assert tab.locator("main img, main video").count() == 0
    tab.click("[data-reveal]")
    grey = "getComputedStyle(document.querySelector('.stills img')).filter"
    assert tab.evaluate(grey) == "grayscale(1)"
    tab.click("[data-colour]")
    assert tab.evaluate(grey) == "none" and tab.evaluate("document.querySelector('video').muted")
    assert tab.locator("[data-exposure]").inner_text().count("1") == 1
    tab.keyboard.press("Escape")
    assert tab.locator("main img, main video").count() == 0


def test_a_recording_is_redacted_and_a_case_file_leaves_without_the_original(tab, home, tmp_path):
    with Archive.open(home) as archive:
        original = next(c.object.sha256 for c in archive.captures() if c.name == "clip.mp4")
    tab.goto(f"/footage/{original}")
    tab.locator("a[href^='/redact/']").click()
    tab.click("[data-reveal]")
    box = tab.locator(".stills img").first.bounding_box()
    tab.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.75)
    tab.mouse.up()
    drawn = [float(tab.input_value(f"#{name}1")) for name in ("x", "y", "w", "h")]
    assert drawn == pytest.approx([25, 25, 50, 50], abs=1.5)
    tab.select_option("#method1", "black")
    tab.fill("form.judge input[name='reason']", "shows a bystander")
    tab.locator("form.judge button").click()
    tab.wait_for_selector(".told", timeout=60_000)
    copy = tab.url.split("/footage/")[1][:64]
    assert copy != original
    with Archive.open(home) as archive:
        with av.open(str(archive.object_path(copy))) as made:
            middle = next(made.decode(video=0)).to_ndarray(format="rgb24")[60:120, 110:210]
        assert middle.max() < 40
        assert [e.disclosed["from"] for e in archive.entries(act="redact")][-1] == original
    tab.goto("/publish")
    tab.locator("input[name='kind'][value='case']").check()
    tab.locator("button[name='preview']").click()
    assert tab.locator("table.leaving tbody tr").count() > 10
    names = downloaded(tab, tmp_path)
    assert any(copy in name for name in names) and not any(original in name for name in names)


def test_the_site_is_seen_field_by_field_exported_and_opened_from_a_disk(tab, home, tmp_path):
    lang = tab.get_attribute("html", "lang")
    tab.goto("/publish")
    before = log_size(home)
    tab.select_option("#digits", "2")
    tab.locator("button[name='preview']").click()
    fields = tab.locator("table.leaving").inner_text()
    assert "killed" in fields and LIVING not in fields and log_size(home) == before
    names = downloaded(tab, tmp_path)
    assert log_size(home) > before and not any("objects/" in name for name in names)
    folder = tmp_path / "dalil-site"
    checked = subprocess.run(
        [sys.executable, str(VERIFY), str(folder), "--key", str(home / "keys" / "log.pub")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert "GOOD" in checked.stdout, checked.stdout + checked.stderr
    disk = tab.context.browser.new_context()
    page, asked = disk.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "data" / lang / "index.html").as_uri())
    page.locator("#incidents tbody tr a").first.click()
    assert page.get_attribute("html", "lang") == lang and page.locator("h1").inner_text()
    disk.close()
    assert all(url.startswith("file:") for url in asked)
    assert not any(LIVING in p.read_text("utf-8", "replace") for p in folder.rglob("*") if p.is_file())


def log_size(home) -> int:
    with Archive.open(home) as archive:
        return archive.size


def test_the_log_tells_all_of_it(tab, home):
    tab.goto("/log?act=judge")
    assert re.search("judge", tab.content())
