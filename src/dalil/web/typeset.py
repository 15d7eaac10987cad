"""Templates as they are rendered: one environment a language, everything escaped, nothing undefined passes silently.

Most of what a page says never changes, and looking it up took half of the time of a page. So a text that needs no value
is put into the template when that is compiled, and calls from templates go without Jinja's search for a wish to be
handed the context, which nothing here has.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from types import BuiltinMethodType, FunctionType, MethodType

import markupsafe
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from jinja2.ext import Extension
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from dalil.web.language import language

# {{ t("section.key") }}, with no value and nothing around it.
SET_TEXT = re.compile(r"""\{\{ t\((["'])(?P<key>[a-z0-9_.]+)\1\) \}\}""")
SIGNS_OF_JINJA = re.compile(r"\{[{%#]|[}%#]\}")
# What `markupsafe.escape` asks for plain text; that itself where a later version has no such function.
inner = getattr(markupsafe, "_escape_inner", escape)
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


def shown(value: object) -> str:
    """The value escaped, unless it says that it is HTML: as `markupsafe.escape`, without making a Markup of it."""
    kind = type(value)
    if kind is str:
        return inner(value)
    return value if kind is Markup else escape(value)


class Set(Template):
    """A template whose output is escaped by `shown`: it is put together as text, so that no Markup is wanted."""

    @classmethod
    def from_code(cls, *args, **values) -> Template:
        """The template, as Jinja makes it."""
        made = super().from_code(*args, **values)
        made.root_render_func.__globals__["escape"] = shown
        return made


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
    env.template_class = Set
    env.said = language(code)
    env.add_extension(SetTexts)
    return env
