"""Pictures of every page at 1440 and 390 px, light, dark and Arabic, into docs/screens.

Run as: python tests/web/take_screens.py
Builds the example archive and takes them from it; --archive A takes them from another (its incident with most reports).
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))

from web_pages import TABLE, addresses  # noqa: E402

from dalil.archive import Archive  # noqa: E402
from dalil.web.accounts.book import Book  # noqa: E402
from real_browser import chromium, serving  # noqa: E402

SCREENS = ROOT / "docs" / "screens"
# (name, width, language, scheme)
LOOKS = (
    ("1440-light", 1440, "en", "light"),
    ("1440-dark", 1440, "en", "dark"),
    ("1440-arabic", 1440, "ar", "light"),
    ("390-light", 390, "en", "light"),
    ("390-arabic", 390, "ar", "dark"),
)
PASSWORD = "four words stand here"
DRAWN = "() => [...document.querySelectorAll('.map')].every((map) => 'drawn' in map.dataset)"
TALLEST_PX = 3200
# Taken once more after the reader has asked to see what is hidden.
REVEALED = ("footage", "match", "saved")


def take(archive: Path, folder: Path, only: str | None) -> None:
    """Every page in every look stands as a picture in `folder`; those of REVEALED once more, in grey."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(archive) as address, chromium() as browser:
        for look, width, lang, scheme in LOOKS:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=1
            )
            tab = context.new_page()
            for name, path in addresses(archive).items():
                if only and name != only:
                    continue
                joint = "&" if "?" in path else "?"
                tab.goto(f"{address}{path}{joint}lang={lang}", wait_until="load")
                tab.evaluate("document.fonts.ready.then(() => true)")
                if tab.locator("[data-big-map], [data-small-map]").count():
                    tab.wait_for_function(DRAWN)
                shoot(tab, folder / f"{name}-{look}.webp")
                if name in REVEALED and tab.locator("[data-reveal]").count():
                    for button in tab.locator("[data-reveal]").all():
                        button.click()
                    tab.wait_for_function("() => [...document.images].every((i) => i.complete)")
                    tab.wait_for_load_state("networkidle")  # a saved page's frame
                    shoot(tab, folder / f"{name}-shown-{look}.webp")
            context.close()


def shoot(tab, path: Path) -> None:
    """The whole page, cut where it grows beyond what a person would look at."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": tab.viewport_size["width"], "height": min(height, TALLEST_PX)}
    picture = tab.screenshot(full_page=True, clip=clip, animations="disabled")
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, quality=58, method=6)


def example_archive(folder: Path) -> Path:
    """The example archive, built in `folder` by the command that a newcomer runs."""
    example = folder / "kafr-naha"
    shutil.copytree(ROOT / "examples" / "kafr-naha", example)
    command = [
        sys.executable,
        "-m",
        "dalil",
        "demo",
        str(folder / "demo"),
        "--example",
        str(example),
        "--by",
        "A. Reader",
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # A record to compare with; it is added and not imported, so that its rows make no incidents.
    (folder / "their-list.csv").write_text(TABLE, "utf-8")
    with Archive.open(folder / "demo" / "archive", write=True) as archive:
        archive.capture_file(folder / "their-list.csv", by="A. Reader")
    return folder / "demo" / "archive"


def take_accounts(folder: Path, out: Path) -> None:
    """The page for signing in and an owner's page stand as pictures in `out`."""
    with Archive.create(folder / "guarded", "Guarded") as archive:
        book = Book(archive.path)
        for name, role in (("Olive Owner", "owner"), ("Rami Reviewer", "reviewer"), ("Vera Viewer", "viewer")):
            book.add(name, PASSWORD, role, by="the terminal")
    with serving(folder / "guarded") as address, chromium() as browser:
        for look, width, lang, scheme in LOOKS:
            size = {"width": width, "height": 900}
            tab = browser.new_context(viewport=size, color_scheme=scheme, base_url=address).new_page()
            tab.goto(f"/sign-in?lang={lang}")
            shoot(tab, out / f"sign-in-{look}.webp")
            tab.fill("input[name='name']", "Olive Owner")
            tab.fill("input[name='password']", PASSWORD)
            tab.locator("main form button").first.click()
            tab.wait_for_load_state()
            tab.goto("/account")
            shoot(tab, out / f"account-{look}.webp")
            tab.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--out", type=Path, default=SCREENS)
    parser.add_argument("--only")
    options = parser.parse_args()
    # A name of its own, so that the paths in the pictures are the same wherever they are taken.
    folder = Path(tempfile.gettempdir()) / "dalil-screens"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        take(options.archive or example_archive(folder), options.out, options.only)
        if not options.only:
            take_accounts(folder, options.out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
