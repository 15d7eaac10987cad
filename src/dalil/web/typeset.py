"""Templates as they are rendered: one environment a language, everything escaped, nothing undefined passes silently.

Most of what a page says never changes, and looking it up took half of the time of a page. So a text that needs no value
is put into the template when that is compiled, and calls from templates go without Jinja's search for a wish to be
handed the context, which nothing here has.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from types import BuiltinMethodType, FunctionType, MethodType

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.runtime import Context, Macro
from markupsafe import escape

from dalil.web.language import language

# {{ t("section.key") }}, with no value and nothing around it.
SET_TEXT = re.compile(r"""\{\{ t\((["'])(?P<key>[a-z0-9_.]+)\1\) \}\}""")
SIGNS_OF_JINJA = re.compile(r"\{[{%#]|[}%#]\}")
PLAIN_CALLS = frozenset((partial, MethodType, FunctionType, BuiltinMethodType))


class SetTexts(Extension):
    """Puts the environment's language into the templates, wherever a text stands by itself."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with its set texts in place; a text that Jinja would read as its own is left to be looked up."""
        said = self.environment.said

        def text(found: re.Match) -> str:
            shown = str(escape(said.text(found["key"])))
            return found[0] if SIGNS_OF_JINJA.search(shown) else shown

        return SET_TEXT.sub(text, source)


class Calls(Context):
    """A context that calls what templates name directly."""

    def call(self, called, /, *args, **values):
        """What `called` gives; macros are told whether to escape, as Jinja tells them."""
        values.pop("_block_vars", None)
        values.pop("_loop_vars", None)
        kind = type(called)
        if kind in PLAIN_CALLS:
            return called(*args, **values)
        if kind is Macro:
            return called(self.eval_ctx, *args, **values)
        return super().call(called, *args, **values)


@lru_cache
def environment(code: str) -> Environment:
    """The templates in that language, made once."""
    env = Environment(
        loader=PackageLoader("dalil.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.context_class = Calls
    env.said = language(code)
    env.add_extension(SetTexts)
    return env
