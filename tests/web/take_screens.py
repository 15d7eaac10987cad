"""Pictures of every page at 1440 and 390 px, light, dark and Arabic, into docs/screens.

Run as: python tests/web/take_screens.py

--archive A takes them from that archive (its incident with most reports); without it, from the tests' own.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import web_archive
from sqlalchemy import func, select
from web_browser import chromium, serving

from dalil import db
from dalil.archive import Archive

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
# (name, width, language, scheme)
LOOKS = (
    ("1440-light", 1440, "en", "light"),
    ("1440-dark", 1440, "en", "dark"),
    ("1440-arabic", 1440, "ar", "light"),
    ("390-light", 390, "en", "light"),
    ("390-arabic", 390, "ar", "dark"),
)
TALLEST_PX = 4200


def pages(archive: Path) -> dict[str, str]:
    """Name of each picture → address."""
    with Archive.open(archive) as opened, opened.engine.connect() as conn:
        most = select(db.account.c.incident).group_by(db.account.c.incident).order_by(func.count().desc()).limit(1)
        incident = conn.scalar(most)
        source = conn.scalar(
            select(db.claim.c.sha256)
            .group_by(db.claim.c.sha256)
            .order_by(func.count().desc(), db.claim.c.sha256)
            .limit(1)
        )
        clip = conn.scalar(select(db.footage.c.sha256).order_by(db.footage.c.duration_s).limit(1))
    found = {
        "incidents": "/",
        "incident": f"/incidents/{incident}",
        "source": f"/sources/{source}",
        "sources": "/sources",
        "footage": f"/footage/{clip}",
        "outlook": "/outlook",
        "search": "/search?q=Aleppo",
        "log": "/log",
        "missing": "/no-such-page",
    }
    return {name: path for name, path in found.items() if not path.endswith("/None")}


def take(archive: Path, folder: Path, only: str | None) -> None:
    """Every page in every look stands as a PNG in `folder`; the recording's page once more, revealed in grey."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving(archive) as address, chromium() as browser:
        for look, width, lang, scheme in LOOKS:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=1
            )
            tab = context.new_page()
            for name, path in pages(archive).items():
                if only and name != only:
                    continue
                joint = "&" if "?" in path else "?"
                tab.goto(f"{address}{path}{joint}lang={lang}", wait_until="networkidle")
                shoot(tab, folder / f"{name}-{look}.png")
                if name == "footage" and tab.locator("[data-reveal]").count():
                    tab.click("[data-reveal]")
                    tab.wait_for_load_state("networkidle")
                    shoot(tab, folder / f"footage-shown-{look}.png")
            context.close()


def shoot(tab, path: Path) -> None:
    """The whole page, cut where it grows beyond what a person would look at."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": tab.viewport_size["width"], "height": min(height, TALLEST_PX)}
    tab.screenshot(path=path, full_page=True, clip=clip, animations="disabled")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--out", type=Path, default=SCREENS)
    parser.add_argument("--only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or web_archive.make(Path(folder)).path
        take(archive, options.out, options.only)


if __name__ == "__main__":
    main()
