"""Cells that a spreadsheet would run as formulas, and the sign that stops it (OWASP's advice on CSV injection)."""

from __future__ import annotations

import re

STARTS = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def disarmed(text: str) -> str:
    """The text with ' before it where a spreadsheet would take it for a formula; plain numbers stay as they are."""
    return f"'{text}" if STARTS.match(text) and not NUMBER.fullmatch(text) else text


def rearmed(text: str) -> str:
    """The text that `disarmed` was given."""
    return text[1:] if text.startswith("'") and STARTS.match(text, 1) else text
