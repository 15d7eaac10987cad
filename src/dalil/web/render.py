"""Templates into answers."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from importlib import resources
from urllib.parse import quote, urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dalil.errors import one_line
from dalil.records import Account, Incident, Quote, Reason
from dalil.web.accounts.roles import TO_LOOK, may
from dalil.web.language import LANGUAGES, Language, language
from dalil.web.marks import SIGNS, words_anchor
from dalil.web.typeset import environment
from dalil.web.worded import corrected, worded

COOKIE = "dalil_lang"
YEAR_S = 365 * 24 * 3600
FORM_COOKIE = "dalil_form"
# The pages that every page leads to: (name, address, the letter after "g" that goes there).
PLACES = (
    ("overview", "/", "o"),
    ("review", "/review", "r"),
    ("incidents", "/incidents", "i"),
    ("map", "/map", "m"),
    ("timeline", "/timeline", "t"),
    ("people", "/people", "p"),
    ("search", "/search", "f"),
    ("sources", "/sources", "s"),
    ("outlook", "/outlook", "x"),
    ("compare", "/compare", "c"),
    ("log", "/log", "h"),
    ("add", "/add", "a"),
    ("publish", "/publish", "u"),
)
# Places that some may not go to, and the role that they ask for (as their routes do).
RESERVED = {"add": "contributor", "publish": "owner"}
# What a page may be asked to say after an act.
TOLD = ("judged", "undone", "accounts", "redacted")


@lru_cache
def templates(code: str) -> Environment:
    """The templates in that language, with what all of them may use."""
    env, lang = environment(code), language(code)
    env.filters.update(line=shown_name, words=squeezed, clock=clock, short=short_hash, utc=utc_text)
    env.globals.update(
        signs=SIGNS, asset=asset, L=lang, t=lang.text, n=lang.count, term=lang.term, veil=plain,
        title_of=partial(title_of, lang), place_name=partial(place_name, lang), reporter=partial(reporter, lang),
        worded=partial(worded, lang), corrected=partial(corrected, lang),
    )  # fmt: skip
    return env


def page(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """The template as an answer in the request's language, which the browser is asked to remember if it was chosen."""
    from dalil.web.acting import token_of  # which in turn answers with pages

    lang = language_of(request)
    told, line = request.query_params.get("told"), request.query_params.get("line", "")
    context = {
        "places": open_places(request),
        "notice": told if told in TOLD else None,
        "notice_line": int(line) if line.isascii() and line.isdigit() and len(line) < 16 else None,
        "token": partial(token_of, request),
        "link": partial(link, request),
        "to_words": partial(to_words, request),
        "to_found": partial(to_found, request),
        "accounts": getattr(request.state, "accounts", False),
        "person": getattr(request.state, "person", None),
        "here": request.url.path,
        "switch": switch(request, lang),
        "archive_name": request.app.state.archive_name,
        "tiles": request.app.state.archive.settings.tiles,
        **values,
    }
    html = templates(lang.code).get_template(template).render(context)
    headers = {"content-language": lang.code, "vary": "Cookie, Accept-Encoding"}
    # A fifth of its size on the way. Its length tells another site nothing of the token: no request of another site's
    # carries our cookies (SameSite=Strict).
    if "gzip" in request.headers.get("accept-encoding", ""):
        answer = HTMLResponse(gzip.compress(html.encode(), 1, mtime=0), status, {**headers, "content-encoding": "gzip"})
    else:
        answer = HTMLResponse(html, status, headers)
    if made := getattr(request.state, "form_cookie", None):
        answer.set_cookie(FORM_COOKIE, made, httponly=True, samesite="strict")
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(COOKIE, lang.code, max_age=YEAR_S, httponly=True, samesite="strict")
    return answer


def open_places(request: Request) -> list[tuple[str, str, str]]:
    """The pages that whoever asks may be led to."""
    person = getattr(request.state, "person", None)
    if person is None:  # nobody has signed in yet
        return []
    role = person.role
    return [place for place in PLACES if may(role, RESERVED.get(place[0], TO_LOOK))]


def language_of(request: Request) -> Language:
    """The language that the address asks for, else the one last chosen, else the server's own."""
    for code in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if code in LANGUAGES:
            return language(code)
    return language(request.app.state.lang)


def link(request: Request, path: str, fragment: str = "", /, **query: object) -> str:
    """An address on this server that keeps a language chosen in the address; empty values are left out."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        query.setdefault("lang", chosen)
    text = quoted(path)
    if query and (pairs := {name: value for name, value in query.items() if value not in (None, "")}):
        text = f"{text}?{urlencode(pairs)}"
    return f"{text}#{quoted(fragment)}" if fragment else text


@lru_cache(maxsize=4096)
def quoted(path: str) -> str:
    """The path, or the part after "#", as it stands in an address."""
    return quote(path)


def switch(request: Request, lang: Language) -> str:
    """The address of this same page in the other language."""
    other = next(code for code in LANGUAGES if code != lang.code)
    kept = {name: value for name, value in request.query_params.items() if name not in ("told", "line")}
    return link(request, request.url.path, **{**kept, "lang": other})


def to_words(request: Request, document: str, words: Quote) -> str:
    """The address of these words in their source's page."""
    return link(request, f"/sources/{document}", words_anchor(words))


def to_found(request: Request, document: str, words: Quote) -> str:
    """The address of words that no claim rests on: the page is asked to mark them."""
    return link(request, f"/sources/{document}", words_anchor(words), at=f"{words.start}-{words.end}")


def title_of(lang: Language, incident: Incident) -> str:
    """The incident's heading in the page's language: kind, place, day."""
    kind = lang.term("event", incident.type)
    place = place_name(lang, incident)
    day = lang.span(replace(incident.when, time=None)) if incident.when else None
    if place and day:
        return lang.text("incident.title", kind=kind, place=place, day=day)
    if place:
        return lang.text("incident.title_no_day", kind=kind, place=place)
    return lang.text("incident.title_no_place", kind=kind, day=day or lang.text("incidents.undated"))


def place_name(lang: Language, incident: Incident) -> str | None:
    """What the place is called: as in a report in the page's language if there is one."""
    told = (a.event.where.name for a in incident.accounts if a.lang == lang.code and a.event.where)
    return next(told, incident.where.name if incident.where else None)


def reporter(lang: Language, account: Account) -> str:
    """Who reports: the publisher, else the author; where nobody is named, the report's title tells it from others."""
    return account.publisher or account.author or account.title or lang.text("source.no_source")


def reason_text(lang: Language, reason: Reason) -> str:
    """Why a rule came to its result, in the page's language."""
    a, b, c = (*reason.values, "", "", "")[:3]
    return lang.text(f"reason.{reason.name}", a=a, b=lang.term("term", b), c=c)


# ------------------------------------------------------------------ values


def plain(text: str) -> str:
    """The text as it is: most pages withhold no name."""
    return text


def shown_name(text: object) -> str:
    """A captured name as one honest line: controls and direction marks as escapes."""
    return one_line(str(text))


def squeezed(text: str) -> str:
    """Words with every run of white space as one space, for excerpts."""
    return " ".join(text.split())


def clock(seconds: float) -> str:
    """ "0:43", "1:02:05"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def short_hash(sha256: str) -> str:
    """The first 12 digits."""
    return sha256[:12]


def utc_text(at: datetime) -> str:
    """ "2016-11-05 10:00:00Z"."""
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


@lru_cache
def asset(name: str) -> str:
    """The address of a file of ours, with a digest of its content so that it may be cached for good."""
    data = resources.files("dalil.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(data).hexdigest()[:10]}"
