"""The tables of words beside this module, and the one spelling in which they are compared.

`plain` changes no length, so what a pattern finds in the plain form has the same offsets in the text itself.
"""

from __future__ import annotations

import re
from importlib import resources

_ONE_FOR_ONE = {
    **dict.fromkeys(map(ord, "أإآٱ"), "ا"),
    **dict.fromkeys(map(ord, "ىیے"), "ي"),
    ord("ک"): "ك",
    **dict.fromkeys(range(0x200B, 0x2010), " "),  # zero-width and direction marks
    **dict.fromkeys(range(0x202A, 0x202F), " "),
    **dict.fromkeys(range(0x2066, 0x206A), " "),
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u202f\u061c\ufeff"), " "),
    **dict.fromkeys(map(ord, "‐‑−"), "-"),
    ord("،"): ",",
    ord("："): ":",
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
}

_SPECIAL = re.compile(f"[{''.join(re.escape(chr(code)) for code in _ONE_FOR_ONE)}]")


def plain(text: str) -> str:
    """`text` at the same length with one form of alef and ya, Western digits, and blanks for invisible marks."""
    return text if text.isascii() else _SPECIAL.sub(lambda found: _ONE_FOR_ONE[ord(found[0])], text)


def rows(name: str) -> list[list[str]]:
    """The tab-separated rows of the table `name`, without its comment lines."""
    table = resources.files(__package__).joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
