"""Pictures of every page at 1440 and 390 px, English and Arabic, light and dark, into docs/screens.

Run as: python tests/web/take_screens.py
Builds the example archive and takes them from it; --archive A takes them from another (its incident with most reports).
--only "incident*" takes the pages of that name, --look "390-ar-*" the looks of that name.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))

from web_pages import TABLE, addresses  # noqa: E402

from dalil.archive import Archive  # noqa: E402
from dalil.web.accounts.book import Book  # noqa: E402
from real_browser import chromium, serving  # noqa: E402

SCREENS = ROOT / "docs" / "screens"
PASSWORD = "four words stand here"
DRAWN = "() => [...document.querySelectorAll('.map')].every((map) => 'drawn' in map.dataset)"
LOADED = "() => [...document.images].every((i) => i.complete)"
REASONS = {"en": "The second bulletin gives the names", "ar": "النشرة الثانية تذكر الأسماء"}
WAIT_MS = 20_000
TALLEST_PX = 9000
# Lists of one kind of row: their beginning shows all.
BEGINNINGS_PX = {"publish": 1600, "log": 1600}
PAPER_PX = 794  # A4 at 96 dots an inch
# Pages of an archive that holds nothing: each says so in a sentence. For these, as for what is unfolded, two looks do.
EMPTY = ("overview", "review", "incidents", "map", "timeline", "people", "sources", "outlook", "log")
TWO_LOOKS = ((1440, "en", "light"), (390, "ar", "dark"))


def reveal(tab) -> bool:
    """What was hidden is shown, in grey; False if nothing is hidden here."""
    buttons = tab.locator("[data-reveal]").all()
    for button in buttons:
        button.click()
    tab.wait_for_function(LOADED)
    tab.wait_for_load_state("networkidle")  # a saved page's frame
    return bool(buttons)


def open_keys(tab) -> bool:
    tab.keyboard.press("?")
    return True


def open_facet(tab) -> bool:
    tab.locator(".facet summary").first.click()
    return True


def open_details(tab) -> bool:
    """Everything that a click unfolds stands open."""
    tab.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    return True


def open_cluster(tab) -> bool:
    """The list beside the map stands open: groups are drawn nearer until one is a single place."""
    tab.wait_for_selector(".pin")
    for _ in range(8):
        tab.locator(".pin").first.click()
        tab.wait_for_load_state("networkidle")
        if tab.locator("[data-map-side]:not([hidden]) li").count():
            return True
    return False


# (the page, the name's ending once something was done on it, what is done)
DONE: tuple[tuple[str, str, Callable], ...] = (
    ("footage", "shown", reveal),
    ("match", "shown", reveal),
    ("saved", "shown", reveal),
    ("redact", "shown", reveal),
    ("missing", "keys", open_keys),
    ("incidents", "facet", open_facet),
    ("place", "open", open_details),
    ("map", "list", open_cluster),
    ("incident", "open", open_details),
)


# What is taken in two looks only: it holds little that other pictures do not.
IN_TWO = ("incident-open", "place-open", "incidents-facet", "redact-shown")


class Camera:
    """Takes what was asked for, in every look, into a folder."""

    def __init__(self, folder: Path, only: str, look: str) -> None:
        self.folder, self.only, self.look = folder, only, look
        folder.mkdir(parents=True, exist_ok=True)

    def wants(self, name: str) -> bool:
        return fnmatch(name, self.only)

    def looks(self, among: Iterator[tuple[int, str, str]] | None = None) -> Iterator[tuple[int, str, str]]:
        """Width, language and scheme of every look that is wanted."""
        every = among or product((1440, 390), ("en", "ar"), ("light", "dark"))
        return (one for one in every if fnmatch("-".join(map(str, one)), self.look))

    @contextmanager
    def tab(self, browser, address: str, look: tuple[int, str, str]) -> Iterator[object]:
        """A tab of that width and scheme, within the block."""
        width, _, scheme = look
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, base_url=address)
        context.set_default_timeout(WAIT_MS)
        try:
            yield context.new_page()
        finally:
            context.close()

    def open(self, tab, path: str, lang: str) -> None:
        """The page stands in the tab with its fonts and its maps."""
        tab.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}", wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => true)")
        if tab.locator("[data-big-map], [data-small-map]").count():
            tab.wait_for_function(DRAWN)

    def shoot(self, tab, name: str, look: tuple) -> None:
        """The whole page, cut where it only goes on as before."""
        height = min(tab.evaluate("document.documentElement.scrollHeight"), BEGINNINGS_PX.get(name, TALLEST_PX))
        clip = {"x": 0, "y": 0, "width": tab.viewport_size["width"], "height": height}
        picture = tab.screenshot(full_page=True, clip=clip, animations="disabled")
        path = self.folder / f"{name}-{'-'.join(map(str, look))}.webp"
        Image.open(io.BytesIO(picture)).convert("RGB").save(path, quality=45, method=5)


def take(archive: Path, camera: Camera) -> None:
    """Every page stands as a picture in every look; those of DONE once more after something was done on them."""
    pages = addresses(archive)
    with serving(archive) as address, chromium() as browser:
        for look in camera.looks():
            with camera.tab(browser, address, look) as tab:
                for name, path in pages.items():
                    after = [(end, act) for page, end, act in DONE if page == name and camera.wants(f"{name}-{end}")]
                    if not (after or camera.wants(name)):
                        continue
                    camera.open(tab, path, look[1])
                    if camera.wants(name):
                        camera.shoot(tab, name, look)
                    for end, act in after:
                        if (f"{name}-{end}" not in IN_TWO or look in TWO_LOOKS) and act(tab):
                            camera.shoot(tab, f"{name}-{end}", look)
        if camera.wants("incident-print"):
            take_print(camera, browser, address, pages["incident"])


def take_print(camera: Camera, browser, address: str, path: str) -> None:
    """The incident stands as it goes to the printer, in both languages."""
    for lang in ("en", "ar"):
        look = (PAPER_PX, lang, "light")
        with camera.tab(browser, address, look) as tab:
            camera.open(tab, path, lang)
            tab.emulate_media(media="print")
            camera.shoot(tab, "incident-print", look)


def take_judged(archive: Path, camera: Camera) -> None:
    """The pages that a judgement changes stand as they are after one; the archive is changed by it."""
    if not camera.wants("claim-judged"):
        return
    pages = addresses(archive)
    with serving(archive) as address, chromium() as browser:
        for number, look in enumerate(camera.looks()):
            with camera.tab(browser, address, look) as tab:
                camera.open(tab, pages["claim"], look[1])
                tab.locator("input[value='corrected']").check()
                tab.fill("input[name='killed']", str(30 + number % 2))
                tab.fill("form.judge input[name='reason']", REASONS[look[1]])
                tab.locator("form.judge button").first.click()
                tab.wait_for_load_state("networkidle")
                camera.shoot(tab, "claim-judged", look)
                for name in ("review", "overview")[: 2 if look in TWO_LOOKS else 1]:
                    camera.open(tab, pages[name], look[1])
                    camera.shoot(tab, f"{name}-judged", look)


def take_watched(archive: Path, again: Path, camera: Camera) -> None:
    """What is seen while and after files are taken in."""
    if not camera.wants("watch-done"):
        return
    with serving(archive) as address, chromium() as browser:
        for look in camera.looks(TWO_LOOKS):
            with camera.tab(browser, address, look) as tab:
                camera.open(tab, "/add", look[1])
                tab.fill("#path", str(again))
                tab.locator("form:has(#path) button").click()
                tab.wait_for_selector("main a[href*='/incidents']", timeout=6 * WAIT_MS)
                camera.shoot(tab, "watch-done", look)


def take_empty(folder: Path, camera: Camera) -> None:
    """The pages of an archive that holds nothing."""
    if not any(camera.wants(f"{name}-empty") for name in EMPTY):
        return
    Archive.create(folder / "empty", "Empty").close()
    pages = addresses(folder / "empty")
    with serving(folder / "empty") as address, chromium() as browser:
        for look in camera.looks(TWO_LOOKS):
            with camera.tab(browser, address, look) as tab:
                for name in EMPTY:
                    camera.open(tab, pages[name], look[1])
                    camera.shoot(tab, f"{name}-empty", look)


def take_accounts(folder: Path, camera: Camera) -> None:
    """The page for signing in and an owner's page."""
    if not (camera.wants("sign-in") or camera.wants("account")):
        return
    with Archive.create(folder / "guarded", "Guarded") as archive:
        book = Book(archive.path)
        for name, role in (("Olive Owner", "owner"), ("Rami Reviewer", "reviewer"), ("Vera Viewer", "viewer")):
            book.add(name, PASSWORD, role, by="the terminal")
    with serving(folder / "guarded") as address, chromium() as browser:
        for look in camera.looks():
            with camera.tab(browser, address, look) as tab:
                camera.open(tab, "/sign-in", look[1])
                camera.shoot(tab, "sign-in", look)
                tab.fill("input[name='name']", "Olive Owner")
                tab.fill("input[name='password']", PASSWORD)
                tab.locator("main form button").first.click()
                tab.wait_for_load_state()
                camera.open(tab, "/account", look[1])
                camera.shoot(tab, "account", look)


def example_archive(folder: Path) -> Path:
    """The example archive, built in `folder` by the command that a newcomer runs."""
    example = folder / "kafr-naha"
    shutil.copytree(ROOT / "examples" / "kafr-naha", example)
    command = [sys.executable, "-m", "dalil", "demo", str(folder / "demo"), "--example", str(example)]
    subprocess.run([*command, "--by", "A. Reader"], check=True, stdout=subprocess.DEVNULL, timeout=600)
    # A record to compare with; it is added and not imported, so that its rows make no incidents.
    (folder / "their-list.csv").write_text(TABLE, "utf-8")
    with Archive.open(folder / "demo" / "archive", write=True) as archive:
        archive.capture_file(folder / "their-list.csv", by="A. Reader")
    return folder / "demo" / "archive"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--out", type=Path, default=SCREENS)
    parser.add_argument("--only", default="*")
    parser.add_argument("--look", default="*")
    options = parser.parse_args()
    # A name of its own, so that the paths in the pictures are the same wherever they are taken.
    os.environ["DALIL_BY"] = "A. Reader"
    folder = Path(tempfile.gettempdir()) / "dalil-screens"
    shutil.rmtree(folder, ignore_errors=True)
    camera = Camera(options.out, options.only, options.look)
    try:
        folder.mkdir(parents=True)
        take_empty(folder, camera)
        take_accounts(folder, camera)
        archive = options.archive or example_archive(folder)
        take(archive, camera)
        if not options.archive:
            take_watched(archive, folder / "kafr-naha" / "reports", camera)
            take_judged(archive, camera)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
