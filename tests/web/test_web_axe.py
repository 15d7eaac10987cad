"""Every page held against WCAG by axe-core (vendored in tests/web/axe, MPL-2.0), in both languages, light and dark."""

from pathlib import Path

import pytest
from web_pages import addresses

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "axe" / "axe.min.js"
RUN = """(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then((found) =>
  found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`))"""
EVERY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # the rules whose outcome the scheme can change


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("ar", 390)])
def test_no_page_violates_a_rule(made, address, browser, lang, width):
    context = browser.new_context(base_url=address, bypass_csp=True, viewport={"width": width, "height": 900})
    tab, found = context.new_page(), {}
    for name, path in addresses(made.path).items():
        tab.emulate_media(color_scheme="light")
        tab.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        tab.add_script_tag(path=str(AXE))
        broken = tab.evaluate(RUN, EVERY)
        tab.emulate_media(color_scheme="dark")
        if broken := broken + tab.evaluate(RUN, OF_COLOUR):
            found[name] = broken
    context.close()
    assert found == {}
