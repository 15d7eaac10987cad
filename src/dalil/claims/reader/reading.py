"""One report's text to its reading: runs the steps in order and turns what they found into records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dalil.claims.reader.days import Days, of_court
from dalil.claims.reader.drafts import VIOLENT, Draft, bare, drafts_of, unbound
from dalil.claims.reader.grammars import own_grammar
from dalil.claims.reader.lexicon import languages, lexicon
from dalil.claims.reader.marking import Line
from dalil.claims.reader.merging import Event, events_of, gather_mentions, gather_victims
from dalil.claims.reader.people import People, victims_of
from dalil.claims.reader.positions import with_positions
from dalil.claims.reader.recordings import footage_of
from dalil.claims.reader.roles import mentions_of
from dalil.claims.reader.setting import Setting
from dalil.claims.reader.speakers import sayings_of, speaker_of
from dalil.claims.reader.status import statuses
from dalil.claims.reader.surroundings import with_surroundings
from dalil.claims.reader.suspects import merge_suspects, merge_things, suspects_of, targets_of, weapons_of
from dalil.claims.reader.tokens import sentences, shouting
from dalil.claims.reader.tolls import EFFECT_TOLL, described_groups, groups_of, toll_of, with_groups
from dalil.claims.reader.wires import Fold, filled, fold, sifts
from dalil.claims.text.pasted import find_header
from dalil.records import Claim, Quote, Reading, TextIncident, Toll

DEFAULT = "en"
AGAIN = 7  # a sentence of so many words that stands twice is printed twice; shorter ones may be meant


def read_text(
    text: str,
    *,
    id: str | None = None,
    published: date | None = None,
    lang: str | None = None,
    country: str | None = None,
    title: str | None = None,
    author: str | None = None,
    publisher: str | None = None,
) -> Reading:
    """Everything that `text` says: claims with their words, and the incidents that they make together.

    What is not given (title, author, publisher, date, language) is looked for in the text's own header.
    `country` (ISO 3166-1 alpha-2) helps to tell places of one name apart.
    """
    header = find_header(text)
    published = published or header.published
    lang = lang or header.lang
    tag = lang if lang in languages() else DEFAULT
    own = own_grammar(tag)
    if own is not None:
        claims, incidents = own(text, published=published, country=country, skipped=_header_quotes(header))
    else:
        claims, incidents = _cascade(text, tag, published, country, header)
    claims, incidents = with_surroundings(
        text, claims, incidents, country=country, publisher=publisher or header.publisher
    )
    claims, incidents = with_positions(text, claims, incidents)
    return Reading(
        id,
        published,
        lang or tag,
        title or header.title,
        author or header.author,
        publisher or header.publisher,
        claims,
        incidents,
    )


@dataclass(slots=True)
class Prepared:
    """A text after every step but the last: its lines, its drafts, and the events that they tell of."""

    lines: list[Line]
    setting: Setting
    days: Days
    skipped: set[int]
    drafts: list[Draft]
    events: list[Event]


def prepared(text: str, tag: str, published: date | None, country: str | None, header) -> Prepared:
    """The drafts and the events of a text in a language that the common cascade reads."""
    lx = lexicon(tag)
    shout = shouting(text)
    lines = [Line(text, s, lx, shout) for s in sentences(text, lx.abbreviations, lx.openers)]
    setting = Setting(text, lines, published, tag, country)
    skipped = _header_lines(lines, header)
    setting.forget(skipped)  # the day of publication is no event's own
    drafts = _drafts(lines, setting, skipped | _said_again(lines))
    _attach_footage(lines, text, setting, header, drafts)
    days = Days(setting, lines)
    return Prepared(lines, setting, days, skipped, drafts, events_of(drafts, published, days))


def _said_again(lines: list[Line]) -> set[int]:
    """Lines that say word for word what the text said before, as pages that print their summary again do."""
    seen: set[tuple[str, ...]] = set()
    again = set()
    for line in lines:
        words = tuple(line.w)
        if len(words) >= AGAIN and words in seen:
            again.add(line.number)
        seen.add(words)
    return again


def _cascade(
    text: str, tag: str, published: date | None, country: str | None, header
) -> tuple[tuple[Claim, ...], tuple[TextIncident, ...]]:
    """The claims and incidents of a text in a language that the common cascade reads."""
    told = prepared(text, tag, published, country, header)
    lines, setting, drafts, events = told.lines, told.setting, told.drafts, told.events
    wire = fold(lines, drafts, events, told.skipped, tag) if sifts(lines, tag) else None
    for event in events:
        gather_mentions(event, lines)
        if event.when is None:
            event.when = (
                setting.near(lines, event.drafts[0].line.number, event.drafts[-1].line.number)
                or told.days.by_clock(event.drafts)
                or told.days.presumed(event.drafts)
            )
    kept = [k for k in _kept(drafts, events) if wire is None or k not in wire.folded]
    if wire is not None:
        kept = sorted({*kept, *wire.leads})
    claims = tuple(_filled(k, drafts, events, wire) for k in kept)
    place = {k: n for n, k in enumerate(kept)}
    for event in events[:1]:
        _spare(event, drafts)
    incidents = tuple(_incident(e, claims, tuple(place[k] for k in e.indices if k in place)) for e in events)
    return claims, incidents


def _filled(k: int, drafts: list[Draft], events: list[Event], wire: Fold | None) -> Claim:
    claim = _claim(drafts[k])
    pick = wire.leads.get(k) if wire is not None else None
    if pick is None:
        return claim
    return filled(claim, pick, drafts, next(e for e in events if k in e.indices).victims)


def _header_quotes(header) -> tuple[Quote, ...]:
    return tuple(q for q in (header.author_quote, header.published_quote, header.publisher_quote) if q is not None)


def _header_lines(lines: list[Line], header) -> set[int]:
    """Lines that only name the author, the date or the credit, with or without a label, and tell of no event."""
    promos = {line.number for line in lines if line.has("promo", 0, 12)}
    return promos | {line.number for line in lines for q in _header_quotes(header) if _only_says(line, q)}


def _only_says(line: Line, q: Quote) -> bool:
    start, end = line.s[0], line.e[-1]
    if not start <= q.end <= end + 1 or end > q.end + 1:
        return False
    return q.start <= start or line.text[start : q.start].rstrip().endswith(":")


def _drafts(lines: list[Line], setting: Setting, skipped: set[int]) -> list[Draft]:
    out: list[Draft] = []
    for line in lines:
        if line.number in skipped:
            continue
        mentions = mentions_of(line)
        parts = described_groups(line)
        if parts and (
            home := next((d for d in reversed(out) if d.status == "reported" and toll_of(d.mentions, "killed")), None)
        ):
            home.groups += parts
        if not mentions:
            continue
        sayings = sayings_of(line)
        for d in drafts_of(line, mentions, statuses(line, mentions)):
            said = speaker_of(line, sayings, d.i)
            if said is not None:
                d.speaker, d.saying = said
                if said[1].entry.a == "deny" and d.status == "reported":
                    d.status = "denied"
            out.append(d)
        _place(line, [d for d in out if d.line is line], setting)
    return out


def _place(line: Line, drafts: list[Draft], setting: Setting) -> None:
    """Gives each draft of one sentence its own date and place: what stands nearer to another's words is the other's."""
    for d in drafts:
        mine = [(m.i, m.j) for m in d.mentions]
        others = [(m.i, m.j) for o in drafts if o is not d for m in o.mentions]
        d.when = setting.when(line, mine, others)
        if d.when is not None and d.type in VIOLENT and of_court(line, d.when):
            d.when = None
        d.where = setting.where(line, mine, others)
        if d.status == "reported" and unbound(d):
            d.status = "generic"


def _attach_footage(lines, text, setting, header, drafts: list[Draft]) -> None:
    credit = (header.credit, header.credit_quote) if header.credit and header.credit_quote else None
    found = footage_of(lines, text, setting, credit)
    if found is None or not drafts:
        return
    line, footage = found
    home = min(drafts, key=lambda d: (d.status != "reported", abs(d.line.number - line.number)))
    home.footage = footage


def _kept(drafts: list[Draft], events: list[Event]) -> list[int]:
    """Which drafts leave as claims: those of incidents, and the others that say something."""
    told = {k for e in events for k in e.indices}
    again = {k for e in events if len(e.indices) > 1 for k in e.indices if _repeats(e, drafts, k)}
    return [
        k
        for k, d in enumerate(drafts)
        if k not in again and (k in told or not bare(d) or d.status not in ("reported", "background", "total"))
    ]


def _repeats(e: Event, drafts: list[Draft], k: int) -> bool:
    """Whether the claim tells of its event nothing that the event's other claims do not tell: "the attack"."""
    d = drafts[k]
    if _empty(d):
        return True
    if (
        d.status != "reported"
        or d.speaker
        or d.groups
        or d.footage
        or any(m.victims or m.targets or m.agents for m in d.mentions)
    ):
        return False
    if suspects_of(d) or weapons_of(d):
        return False
    others = [drafts[x] for x in e.indices if x != k]
    day = d.when is None or any(o.when == d.when or (o.when and o.when.start == d.when.start) for o in others)
    spot = d.where is None or any(o.where is not None and o.where.name == d.where.name for o in others)
    fuller = any(m.victims or m.targets or m.agents for o in others for m in o.mentions)
    return day and spot and fuller


def _empty(d: Draft) -> bool:
    """Whether the claim only names its event again, so that the event's other claims say all."""
    return bare(d) and not d.groups and d.speaker is None and not suspects_of(d)


def _nobody(d: Draft, kind: str) -> Toll | None:
    """The zero that a negation of harm tells: "no casualties", "nobody was hurt"."""
    if d.status != "negated":
        return None
    for m in d.mentions:
        if (m.effect == "both" and kind != "missing") or EFFECT_TOLL.get(m.effect) == kind:
            first = min((p.i for p in m.victims), default=_no_before(d, m))
            return Toll(0, 0, 0, d.line.quote(first, max([m.j, *(p.j for p in m.victims)])))
    return None


def _spare(event: Event, drafts: list[Draft]) -> None:
    """Gives the event the zero that the text tells in its sentences or right behind them, where no toll is known."""
    first, last = event.drafts[0].line.number, event.drafts[-1].line.number
    for d in drafts:
        if d.status == "negated" and first <= d.line.number <= last + 1 and not any(m.agents for m in d.mentions):
            event.killed = event.killed or _nobody(d, "killed")
            event.injured = event.injured or _nobody(d, "injured")


def _no_before(d: Draft, m) -> int:
    """Where the word that negates the mention stands, or the mention itself: "no further casualties"."""
    near = (x for x in range(max(0, m.i - 4), m.i) if d.line.is_(x, "no") or d.line.is_(x, "neg"))
    return next(near, m.i)


def _claim(d: Draft) -> Claim:
    people = People()
    for m in d.mentions:
        gather_victims(people, d, m)
    tolls = {}
    for kind in ("killed", "injured", "missing"):
        groups = groups_of(d.line, d.mentions, kind) + (d.groups if kind == "killed" else ())
        tolls[kind] = _nobody(d, kind) or with_groups(toll_of(d.mentions, kind), groups)
    spans = [(m.i, m.j) for m in d.mentions]
    for m in d.mentions:
        spans += [(p.i, p.j) for p in (*m.victims, *m.agents, *m.targets, *m.weapons)]
    quote = d.line.quote(min(s[0] for s in spans), max(s[1] for s in spans))
    return Claim(
        d.type, d.status, quote, d.speaker, d.when, d.where, tolls["killed"], tolls["injured"], tolls["missing"],
        victims_of(people.persons), merge_suspects(suspects_of(d)), targets_of(d), weapons_of(d), d.footage,
    )  # fmt: skip


def _incident(e: Event, claims: tuple[Claim, ...], indices: tuple[int, ...]) -> TextIncident:
    mine = [claims[k] for k in indices]
    status = "attempted" if mine and all(c.status == "attempted" for c in mine) else "reported"
    footage = next((c.footage for c in mine if c.footage is not None), None)
    return TextIncident(
        e.type, status, e.when, e.where, e.killed, e.injured, e.missing,
        merge_suspects([s for d in e.drafts for s in suspects_of(d)]), e.victims,
        merge_things([t for c in mine for t in c.targets]),
        merge_things([w for c in mine for w in c.weapons]), footage, indices,
    )  # fmt: skip
