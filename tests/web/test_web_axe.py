"""Every page held against WCAG by axe-core (vendored in tests/web/axe, MPL-2.0), in both languages, light and dark."""

from pathlib import Path

import pytest
from web_pages import addresses

from dalil.archive import Archive
from dalil.web.accounts.book import Book
from real_browser import serving

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "axe" / "axe.min.js"
RUN = """(only) => axe.run(document, {runOnly: only, resultTypes: ['violations'], iframes: false}).then((found) =>
  found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`))"""
EVERY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # the rules whose outcome the scheme can change


# Shown as a reader sees them after asking: footage revealed, a saved page in its frame.
REVEALED = ("footage", "match", "saved", "redact")
LOOKS = pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("ar", 390)])


def broken(tab) -> list[str]:
    """What axe finds on the page that is open: every rule in the light, those of colour again in the dark."""
    tab.emulate_media(color_scheme="light")
    found = tab.evaluate(RUN, EVERY)
    tab.emulate_media(color_scheme="dark")
    return found + tab.evaluate(RUN, OF_COLOUR)


@LOOKS
def test_no_page_violates_a_rule(made, address, browser, lang, width):
    context = browser.new_context(base_url=address, bypass_csp=True, viewport={"width": width, "height": 900})
    context.add_init_script(path=AXE)
    tab, found = context.new_page(), {}
    for name, path in addresses(made.path).items():
        tab.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        if name in REVEALED:
            for button in tab.locator("[data-reveal]").all():
                button.click()
        if name == "missing":
            tab.keyboard.press("?")
            assert tab.locator("dialog#keys[open]").count() == 1
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if said := broken(tab):
            found[name] = said
    context.close()
    assert found == {}


@LOOKS
def test_neither_do_the_pages_of_accounts(tmp_path, browser, lang, width):
    with Archive.create(tmp_path / "archive", "Guarded") as archive:
        book = Book(archive.path)
        book.add("Olive Owner", "four words stand here", "owner", by="setup")
        book.add("Vera", "four other words here", "viewer", by="setup")
    found = {}
    with serving(tmp_path / "archive") as address:
        context = browser.new_context(base_url=address, bypass_csp=True, viewport={"width": width, "height": 900})
        context.add_init_script(path=AXE)
        tab = context.new_page()
        for password in ("wrong wrong wrong", "four words stand here"):
            tab.goto(f"/sign-in?lang={lang}")
            found[f"sign in before {password}"] = broken(tab)
            tab.fill("input[name='name']", "Olive Owner")
            tab.fill("input[name='password']", password)
            tab.locator("main form button").first.click()
            tab.wait_for_load_state()
            found[f"after {password}"] = broken(tab)
        tab.goto("/account")
        assert "Vera" in tab.content() and tab.get_attribute("html", "lang") == lang
        found["accounts"] = broken(tab)
        for path in ("/", "/incidents", "/sources", "/people", "/map", "/compare", "/review", "/outlook", "/timeline"):
            tab.goto(path)
            found[f"empty {path}"] = broken(tab)
        context.close()
    assert {name: said for name, said in found.items() if said} == {}
