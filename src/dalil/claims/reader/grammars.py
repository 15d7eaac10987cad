"""Languages that are read by a grammar of their own: `grammar` in language.toml names its module.

Such a module has `read(text, published=, country=, skipped=)`, which gives the claims and the incidents of a text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from dalil.claims.reader.lexicon import folder
from dalil.records import Claim, TextIncident

Read = Callable[..., tuple[tuple[Claim, ...], tuple[TextIncident, ...]]]


@lru_cache(maxsize=8)
def own_grammar(tag: str) -> Read | None:
    """The reader that the language brings with it, or None where the common cascade reads it."""
    settings = tomllib.loads(folder(tag).joinpath("language.toml").read_text("utf-8"))
    module = settings.get("grammar")
    return import_module(module).read if module else None
