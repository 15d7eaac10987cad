"""Pages as HTML and PDF. Data reach a template as values only: jinja2 escapes them, typst reads them from JSON."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from dalil.publish.reports import words

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parent / "fonts"


@cache
def _environment() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)


def html(template: str, **values: Any) -> bytes:
    """The page, whole in one file: no script, nothing loaded from elsewhere."""
    lang = values.get("lang") or values["p"]["lang"]
    style = (TEMPLATES / "report.css").read_text("utf-8")
    return _environment().get_template(template).render(w=words(lang), style=style, **values).encode()


def can_print() -> bool:
    """Whether typst is installed (the extra "pdf")."""
    return importlib.util.find_spec("typst") is not None


def pdf(page: dict[str, Any]) -> bytes:
    """The report as PDF; the same data always give the same bytes."""
    import typst

    files = {
        "main.typ": (TEMPLATES / "report.typ").read_bytes(),
        "report.json": json.dumps(page, ensure_ascii=False).encode(),
    }
    return typst.compile(files, font_paths=[str(FONTS)], ignore_system_fonts=True)
