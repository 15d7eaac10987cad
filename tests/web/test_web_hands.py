"""Map and keys in a real Chromium, English and Arabic: dragged, zoomed, narrowed in time; every place by keyboard."""

from datetime import date

import pytest
import web_archive

from dalil.archive import Archive
from dalil.records import Quote, Toll
from dalil.web.render import PLACES
from real_browser import serving

pytestmark = pytest.mark.browser
LATER = "Two people were killed at Kafr Naha on 7 February 2017 in a raid.\n"  # invented


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two incidents at one place, three months apart."""
    folder = tmp_path_factory.mktemp("hands")
    second = web_archive.small(
        "later.txt", LATER, "Note", date(2017, 2, 7), "7 February 2017", Toll(2, 2, 2, Quote(0, 0, "Two people"))
    )
    with Archive.create(folder / "archive", "Hands") as archive:
        for report in (web_archive.REPORTS[3](), second):
            web_archive.put_report(archive, folder, report)
    with serving(folder / "archive") as address:
        yield address


@pytest.fixture(params=["en", "ar"])
def tab(request, browser, home):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=home)
    tab, said = context.new_page(), []
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(f"/?lang={request.param}")
    yield tab
    context.close()
    assert said == []


def test_the_map_is_dragged_zoomed_and_narrowed_in_time(tab):
    tab.goto("/map")
    tab.wait_for_function("() => 'drawn' in document.querySelector('[data-big-map]').dataset")
    said = "document.querySelector('[data-map-said]').textContent"
    both = tab.evaluate(said)
    assert "2" in both
    marker = tab.locator(".leaflet-marker-icon").first
    before = marker.bounding_box()
    box = tab.locator("[data-big-map]").bounding_box()
    middle = (box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.8)
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] - 60, middle[1] - 40, steps=5)
    tab.mouse.up()
    tab.wait_for_timeout(400)
    after = tab.locator(".leaflet-marker-icon").first.bounding_box()
    assert after["x"] < before["x"] - 20 and after["y"] < before["y"] - 10
    scale = "document.querySelector('.leaflet-control-scale-line').textContent"
    wide = tab.evaluate(scale) if tab.locator(".leaflet-control-scale-line").count() else None
    tab.locator("[data-zoom='1']").click()
    tab.wait_for_timeout(600)
    assert wide is None or tab.evaluate(scale) != wide
    tab.locator("[data-zoom='-1']").click()
    tab.wait_for_timeout(600)
    tab.locator("[data-from]").focus()
    tab.keyboard.press("End")  # from the last month on
    tab.wait_for_function(f"(both) => {said} !== both", arg=both)
    assert "1" in tab.evaluate(said) and "2017" in tab.locator("[data-from-said]").inner_text()
    assert tab.evaluate("document.documentElement.dir") == (
        "rtl" if tab.get_attribute("html", "lang") == "ar" else "ltr"
    )


def test_every_place_is_reached_by_keys_that_the_list_names(tab):
    tab.keyboard.press("?")
    listed = tab.locator("dialog#keys")
    assert listed.is_visible()
    for _, _, letter in PLACES:
        assert listed.locator("kbd", has_text=letter).count() >= 1
    tab.keyboard.press("Escape")
    assert not listed.is_visible()
    tab.goto("/account")
    for _, path, letter in PLACES:
        tab.keyboard.press("g")
        tab.keyboard.press(letter)
        tab.wait_for_url(lambda url, path=path: url.split("?")[0].endswith(path))
    lang = tab.get_attribute("html", "lang")
    tab.keyboard.press("l")
    tab.wait_for_function("(lang) => document.documentElement.lang !== lang", arg=lang)


def test_lists_are_walked_and_opened_by_keys_and_typing_is_left_alone(tab):
    tab.goto("/incidents")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.type") == "search"
    tab.keyboard.type("gi?")
    assert tab.evaluate("document.activeElement.value") == "gi?" and tab.url.split("?")[0].endswith("/incidents")
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    first = tab.evaluate("document.activeElement.href")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.href") != first
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.href") == first
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/incidents/*")
    tab.keyboard.press("d")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.keyboard.press("?")
    tab.locator("[data-keys-on]").uncheck()
    tab.keyboard.press("Escape")
    here = tab.url
    tab.keyboard.press("g")
    tab.keyboard.press("o")
    tab.wait_for_timeout(300)
    assert tab.url == here
