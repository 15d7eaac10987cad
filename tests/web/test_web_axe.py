"""Every page held against WCAG by axe-core (vendored in tests/web/axe, MPL-2.0), in both languages, light and dark."""

from pathlib import Path

import pytest
from web_browser import chromium, find_browser, serving
from web_pages import addresses

pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the test group of pyproject.toml)")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not find_browser(), reason="no Chromium on this machine"),
]
AXE = Path(__file__).parent / "axe" / "axe.min.js"
RUN = """() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
  .then((found) => found.violations.map((v) =>
    `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`))"""


@pytest.mark.parametrize("lang, scheme, width", [("en", "light", 1440), ("ar", "dark", 390)])
def test_no_page_violates_a_rule(made, lang, scheme, width):
    found = {}
    with serving(made.path) as address, chromium() as browser:
        context = browser.new_context(
            base_url=address, color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 900}
        )
        tab = context.new_page()
        for name, path in addresses(made.path).items():
            tab.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            tab.add_script_tag(path=str(AXE))
            if broken := tab.evaluate(RUN):
                found[name] = broken
    assert found == {}
