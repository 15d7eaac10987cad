"""Bytes in: capture sources, the object store, the custody log and its checkpoints, verify.

`from dalil.archive import Archive` is the way in. The names below load when they are first asked for, so that a
command's help need not load a database.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dalil.archive.archive import Archive
    from dalil.archive.captures import Captured
    from dalil.archive.sources import Found, find

_HOMES = {
    "Archive": "dalil.archive.archive",
    "Captured": "dalil.archive.captures",
    "Found": "dalil.archive.sources",
    "find": "dalil.archive.sources",
}
__all__ = ["Archive", "Captured", "Found", "find"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(_HOMES[name]), name)
