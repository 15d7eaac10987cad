"""The pages in a real Chromium: whole tasks, in English and in Arabic."""

import re

import pytest
import web_archive

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser, address):
    """A page whose every request is noted; one that leaves the machine fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    tab = context.new_page()
    tab.asked, tab.said = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    yield tab
    outside = [url for url in tab.asked if not url.startswith((address, "data:", "about:", "blob:"))]
    context.close()
    assert outside == []


def quiet(tab):
    assert tab.said == []


@pytest.mark.parametrize(
    "lang, heading, direction", [("en", "Airstrike at Kafrnaha", "ltr"), ("ar", "غارة جوية في كفر ناها", "rtl")]
)
def test_the_incident_page(tab, made, lang, heading, direction):
    tab.goto(f"/incidents/{made.incident}?lang={lang}")
    assert tab.locator("h1").inner_text().replace("\u2068", "").replace("\u2069", "").startswith(heading)
    assert tab.evaluate("getComputedStyle(document.body).direction") == direction
    first, second = tab.locator("section h2").nth(0), tab.locator("section h2").nth(1)
    assert first.bounding_box()["y"] < second.bounding_box()["y"]
    contents, people = tab.locator(".contents").bounding_box(), tab.locator("#people").bounding_box()
    assert (contents["x"] < people["x"]) == (direction == "ltr")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    quiet(tab)


def test_hidden_footage_is_revealed_by_a_choice_grey_and_silent(tab, made):
    tab.goto(f"/incidents/{made.incident}")
    assert not [url for url in tab.asked if "/stills/" in url or "/objects/" in url]
    assert tab.locator("#footage img, #footage video").count() == 0
    assert "Drawn by a script" in tab.locator("#footage .comment").inner_text()
    tab.click("[data-reveal]")
    tab.wait_for_function(
        "() => [...document.querySelectorAll('.stills img')].every(i => i.complete && i.naturalWidth > 0)"
    )
    assert len([url for url in tab.asked if "/stills/" in url]) == tab.locator(".stills img").count() == 8
    grey = "getComputedStyle(document.querySelector('.stills img')).filter"
    assert tab.evaluate(grey) == "grayscale(1)"
    assert tab.evaluate("document.querySelector('video').muted && document.querySelector('video').paused")
    tab.click("[data-colour]")
    assert tab.evaluate(grey) == "none" and tab.get_attribute("[data-colour]", "aria-pressed") == "true"
    tab.evaluate("document.querySelector('video').muted = false")
    tab.wait_for_function("() => document.querySelector('video').muted")
    tab.click("[data-sound]")
    tab.wait_for_function("() => !document.querySelector('video').muted")
    tab.keyboard.press("Escape")
    assert tab.locator("#footage img, #footage video").count() == 0
    assert tab.evaluate("document.activeElement.hasAttribute('data-reveal')")
    quiet(tab)


def test_a_recording_plays_by_ranges(tab, made):
    statuses = []
    tab.on("response", lambda answer: statuses.append(answer.status) if "/objects/" in answer.url else None)
    tab.goto(f"/footage/{made.clip}")
    tab.click("[data-reveal]")
    tab.evaluate("document.querySelector('video').play()")
    tab.wait_for_function("() => document.querySelector('video').currentTime > 0.2", timeout=15000)
    tab.evaluate("document.querySelector('video').currentTime = 30")
    tab.wait_for_function(
        "() => !document.querySelector('video').seeking && document.querySelector('video').currentTime >= 30"
    )
    assert set(statuses) == {206}
    assert round(tab.evaluate("document.querySelector('video').duration")) == 43


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_quote_is_followed_into_its_source(tab, made, lang):
    tab.goto(f"/incidents/{made.incident}?lang={lang}")
    link = tab.locator(f'.ledger a.value[href*="{made.news}"][title="“At least 17 people”"]')
    link.click()
    tab.wait_for_url("**/sources/**")
    assert made.news in tab.url
    lit = tab.locator(".followed")
    assert "".join(lit.all_inner_texts()) == "At least 17 people"
    assert tab.evaluate("document.querySelector(':target').getBoundingClientRect().top < innerHeight")
    colours = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(document.body).backgroundColor]"
    assert len(set(lit.first.evaluate(colours))) == 2
    tab.locator("aside.claims .to-text a[href^='#c']").nth(6).click()
    tab.wait_for_function("() => document.querySelector('.followed').id === 'c7'")
    assert "Many expect an assault" in tab.locator(".followed").first.inner_text()
    quiet(tab)


def test_a_hostile_capture_runs_nothing(tab, made, address):
    for path in (f"/sources/{made.hostile}", f"/incidents/{made.hostile_incident}", "/sources", "/log"):
        tab.goto(path)
        assert "PWNED" not in tab.title() and tab.locator("#PWNED").count() == 0
        quiet(tab)
    with tab.expect_download() as download:
        tab.evaluate(f"location.href = '/objects/{made.hostile}'")
    assert download.value.suggested_filename == f"{made.hostile[:16]}.html"
    assert download.value.path().read_text("utf-8") == web_archive.HOSTILE_PAGE
    # Even were it framed, the policy that it carries forbids it.
    tab.goto("/")
    before = len(tab.asked)
    tab.evaluate(
        f"document.body.append(Object.assign(document.createElement('iframe'), {{src: '/objects/{made.hostile}'}}))"
    )
    tab.wait_for_timeout(300)
    assert all("203.0.113" not in url for url in tab.asked[before:])


def test_keyboard_alone(tab, made):
    tab.goto(f"/incidents/{made.incident}")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#content"
    tab.locator("[data-reveal]").focus()
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.hasAttribute('data-stage')")


def test_the_language_switch(tab, made):
    tab.goto(f"/incidents/{made.incident}")
    tab.click(".switch")
    tab.wait_for_url("**lang=ar")
    assert tab.evaluate("document.documentElement.dir") == "rtl" and made.incident in tab.url
    tab.click(".masthead nav a >> nth=1")
    assert tab.evaluate("document.documentElement.lang") == "ar"


def test_narrow_pages_do_not_scroll_sideways(tab, made):
    tab.set_viewport_size({"width": 390, "height": 844})
    for lang in ("en", "ar"):
        for path in (
            "/",
            f"/incidents/{made.incident}",
            f"/sources/{made.news}",
            f"/footage/{made.clip}",
            "/sources",
            "/log",
            "/outlook",
        ):
            tab.goto(f"{path}?lang={lang}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 390, path


CONTRAST = """() => {
  const light = c => { const v = c.map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const ground = e => { let over = [0, 0, 0], left = 1;
    for (; e && left > .001; e = e.parentElement) { const [r, g, b, a] = rgba(getComputedStyle(e).backgroundColor);
      over = over.map((x, i) => x + left * a / 255 * [r, g, b][i]); left *= 1 - a / 255; }
    return over.map(x => x + left * 255); };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest('template, noscript, svg')) continue;
    const a = light(rgba(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${e.tagName}.${e.className} ${node.data.trim().slice(0, 30)}`);
  }
  return bad; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser, address, made, scheme):
    context = browser.new_context(base_url=address, color_scheme=scheme)
    tab = context.new_page()
    for path in (
        "/",
        f"/incidents/{made.incident}",
        f"/sources/{made.news}",
        f"/footage/{made.clip}",
        "/log",
        "/outlook",
    ):
        tab.goto(path)
        assert tab.evaluate(CONTRAST) == [], path
    context.close()


def test_controls_and_pictures_have_names(tab, made):
    for path in ("/", f"/incidents/{made.incident}", f"/sources/{made.news}", f"/footage/{made.clip}"):
        tab.goto(path)
        for button in tab.locator("[data-reveal]").all():
            button.click()
        nameless = tab.evaluate(
            """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), img')].filter(e =>
                !(e.textContent || e.alt || e.ariaLabel || e.title || e.labels?.[0]?.textContent || '').trim())
                .map(e => e.outerHTML)"""
        )
        assert nameless == [], path
        ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        assert [h for h in tab.locator("h1").all_inner_texts() if h.strip()] and tab.locator("h1").count() == 1
        assert re.match(r"(en|ar)$", tab.evaluate("document.documentElement.lang"))


SENT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_first_view_is_small(browser, address, made, lang):
    for path in ("/", "/incidents", f"/incidents/{made.incident}", f"/sources/{made.news}", "/map", "/search?q=raid"):
        context = browser.new_context(base_url=address)  # nothing is in its cache
        page = context.new_page()
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(SENT) <= 300_000, path
        context.close()
