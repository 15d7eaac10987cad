"""Claims of one text that speak of the same event become one incident; its tolls follow a stated policy.

Policy of tolls (docs/reading.md): a figure that says it is the latest stands; else the highest that the text says in
its own voice, else the highest that it quotes; never less than the persons who are told of one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from dalil.claims.reader.days import Days
from dalil.claims.reader.drafts import TELLING, VIOLENT, Draft, armed, bare, civic
from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import Mention
from dalil.claims.reader.people import People, Person, _same_name, names_of, sex_of, victims_of
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.tolls import groups_of, named_parts, paired, sides, toll_of, value
from dalil.records import DateSpan, GroupToll, Place, Toll, Victim

SILENT = frozenset({"movement", "ceasefire", "other"})  # told as claims, never as incidents of harm
OLD_DAYS = 5  # an event this long before the text's main event is its background; tuned on gva_train
LEAD = 6  # sentences whose events stand in the order of the text, before all others by weight; on gva_train
LEADS = 3  # an event told more than so many sentences before a later one is no history of it
TOLD_APART = frozenset({"child", "medic", "journalist"})  # groups whose one person is known by the noun alone
OUTCOMES = frozenset({"die", "care", "state", "wound"})
UNSURE = frozenset({"care", "wound", "suffer"})  # taken to hospital, found with wounds: some of them may have died
SPECIFIC = 5  # from this rank of telling on, two types are two kinds of act
PROPER = frozenset(
    {
        "abduction",
        "detention",
        "robbery",
        "looting",
        "displacement",
        "siege",
        "sexual_violence",
        "work_stoppage",
        "torture",
    }
)


@dataclass(slots=True)
class Event:
    """An incident in the making: indices of its drafts, and what they say together."""

    drafts: list[Draft] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    type: str = "other"
    when: DateSpan | None = None
    own: DateSpan | None = None  # the day that its own sentences gave first
    where: Place | None = None
    where_told: int = 0
    people: People = field(default_factory=People)
    killed: Toll | None = None
    injured: Toll | None = None
    missing: Toll | None = None
    victims: tuple[Victim, ...] = ()
    score: float = 0.0


def events_of(drafts: list[Draft], published: date | None, days: Days) -> list[Event]:
    """The events that the reported and attempted drafts tell of, most important first.

    Drafts of old events turn background.
    """
    events: list[Event] = []
    spare: list[int] = []
    for index, d in enumerate(drafts):
        if d.status == "reported" and _years_ago(d.when, published):
            d.status = "background"
        if d.status not in ("reported", "attempted") or (d.type in SILENT and d.type != "other"):
            continue
        home = _home(events, d)
        if home is None:
            if bare(d) or (d.type == "other" and not civic(d)):
                spare.append(index)
                continue
            home = Event(type=d.type)
            events.append(home)
        _join(home, index, d)
    events = _without_arms(events)
    if not events:
        events = _dated_elsewhere([k for k in spare if drafts[k].type != "other" or civic(drafts[k])], drafts, days)
    for event in events:
        others = [d for k, d in enumerate(drafts) if k not in event.indices]
        event.own, event.when = event.when, days.best(event.drafts, others, event.when) or _past(event.when, published)
        _count(event)
        event.score = _score(event)
    events.sort(key=lambda e: -e.score)
    events = _without_history(events, published)
    return sorted(events, key=lambda e: min(e.drafts[0].line.number, LEAD))


def _past(when: DateSpan | None, published: date | None) -> DateSpan | None:
    """The day, unless it lies ahead of the report: a hearing or a plan, not what happened."""
    return None if when is not None and published is not None and when.start > published else when


def _without_arms(events: list[Event]) -> list[Event]:
    """A weapon found, carried or shown is an incident only where the text tells of no act but an arrest."""
    harm = any(e.type != "detention" and not all(map(armed, e.drafts)) for e in events)
    return [e for e in events if not all(map(armed, e.drafts))] if harm else events


def _dated_elsewhere(spare: list[int], drafts: list[Draft], days: Days) -> list[Event]:
    """The one event of a text that only names it ("a robbery"), where a sentence beside it gives its day."""
    told = [k for k in spare if drafts[k].status == "reported" and drafts[k].mentions[0].entry.form != "pl"]
    if not told:
        return []
    event = Event(type=drafts[told[0]].type)
    for k in told:
        if _compatible(event.type, drafts[k].type) and civic(drafts[k]) == civic(drafts[told[0]]):
            _join(event, k, drafts[k])
    event.when = days.best(event.drafts, [], None)
    event.where = event.where or _where(event, days)
    return [event] if event.when is not None else []


def _where(event: Event, days: Days) -> Place | None:
    """The place nearest to the event's words, whoever else's it is, in their sentences or the one before."""
    for d in event.drafts:
        for line in days.lines[d.line.number :: -1][:2]:
            found = days.setting.where(line, [(m.i, m.j) for m in d.mentions], [])
            if found is not None:
                return found
    return None


def _years_ago(when: DateSpan | None, published: date | None) -> bool:
    """Whether only a year is told, and it ended more than a year before publication."""
    if when is None or published is None or when.precision != "year":
        return False
    return (published - when.end).days > 365


def _home(events: list[Event], d: Draft) -> Event | None:
    fresh = _starts_anew(d)
    for event in reversed(events):
        if civic(d) != civic(event.drafts[0]):
            continue
        if not _compatible(event.type, d.type):
            continue
        if (_apart(event.when, d.when) and not _outcome(d)) or (
            event.when is None and d.when is not None and d.when.precision == "year"
        ):
            continue
        if _elsewhere(event, d):
            continue
        if fresh and (_another(d) or not (d.when is not None and _same_day(event.when, d.when))):
            return None
        return event
    return None


def _outcome(d: Draft) -> bool:
    """Whether the draft only tells what became of one who was hurt before: "the boy died on Tuesday"."""
    victims = [p for m in d.mentions for p in m.victims]
    one = all(not p.plural and p.amount is None and (p.definite or p.kind in ("pronoun", "name")) for p in victims)
    return bool(victims) and one and all(m.frame in OUTCOMES for m in d.mentions)


def _compatible(a: str, b: str) -> bool:
    return a == b or (a in VIOLENT and (b in VIOLENT or b == "other"))


def _same_day(a: DateSpan | None, b: DateSpan | None) -> bool:
    return a is not None and b is not None and a.start == b.start and a.end == b.end


def _apart(a: DateSpan | None, b: DateSpan | None) -> bool:
    """Whether two dates cannot be of one event."""
    if a is None or b is None:
        return False
    slack = 1 if a.precision == b.precision == "day" or "week" in (a.precision, b.precision) else 0
    return (b.start - a.end).days > slack or (a.start - b.end).days > slack


def _starts_anew(d: Draft) -> bool:
    """Whether the sentence says that it speaks of another event."""
    if "anew" in d.line.classes:
        return True
    return _another(d)


def _elsewhere(event: Event, d: Draft) -> bool:
    """Whether the draft counts its own victims of its own kind of act at a place of its own, or on the day after."""
    if event.where is None or d.where is None or max(event.where.precision, d.where.precision) > 4:
        return False
    one, other = event.where.name.lower(), d.where.name.lower()
    if one in other or other in one or not _plain_count(d, {"death", "injury", "shot"}):
        return False
    kinds = TELLING.get(event.type, 0) >= SPECIFIC <= TELLING.get(d.type, 0) and event.type != d.type
    days = event.when is not None and d.when is not None and event.when.start != d.when.start
    return kinds or (days and event.when.precision == d.when.precision == "day")


def _another(d: Draft) -> bool:
    """a second raid, another blast."""
    return any(m.frame == "event" and d.line.has("ordinal", m.i - 2, m.i) for m in d.mentions)


def _join(event: Event, index: int, d: Draft) -> None:
    event.drafts.append(d)
    event.indices.append(index)
    if TELLING.get(d.type, 3) > TELLING.get(event.type, 3):
        event.type = d.type
    if d.when is not None and (event.when is None or (event.when.precision != "day" and d.when.precision == "day")):
        event.when = d.when
    if d.where is not None:
        told = 2 * (d.where.precision <= 2) + 2 * (d.when is not None) + any(m.victims for m in d.mentions)
        if event.where is None or told > event.where_told:
            event.where, event.where_told = d.where, told


def gather_victims(people: People, d: Draft, m: Mention) -> None:
    """Those whom the mention says were harmed stand among the people, each once; a told nobody is no one."""
    together: list[Person] = []
    for p in m.victims:
        if p.amount is not None and p.amount.best == 0:
            continue
        if p.kind == "pronoun" and d.line.is_(p.i, "reflex") and m.agents:
            p = m.agents[0]
        known = people.add(d.line, p, m.effect, together)
        if known is not None:
            together.append(known)
    for p in named_parts(d.line, m):
        people.add(d.line, p, m.effect, together)


def _count(event: Event) -> None:
    people = event.people
    for d in event.drafts:
        for m in d.mentions:
            if d.status == "attempted" and m.effect in ("death", "injury", "shot", "stabbed"):
                m.effect = "unknown"
            gather_victims(people, d, m)
    event.victims = victims_of(people.persons)
    event.killed = _toll(event, "killed", {"death"})
    event.injured = _toll(event, "injured", {"injury", "shot", "stabbed"})
    event.missing = _toll(event, "missing", {"missing"})
    event.injured = _survivors(event)


def gather_mentions(event: Event, lines: list[Line]) -> None:
    """Adds to each single person of the event the other places where the text speaks of him or her.

    A phrase is taken where its noun or name is the person's own, or where the person is the only one of that kind.
    """
    singles = [p for p in event.people.persons if p.single]
    if not singles:
        return
    taken = {(line.number, p.i) for person in event.people.persons for line, p in person.mentions}
    alike = any(s.group in TOLD_APART for s in singles)
    for line in lines:
        if not alike and all(s.names.isdisjoint(line.w) for s in singles):
            continue
        for p in line.phrases:
            if (
                p.kind not in ("people", "name")
                or p.plural
                or (line.number, p.i) in taken
                or (p.amount is not None and p.amount.value != 1)
            ):
                continue
            owner = _whose(singles, line, p)
            if owner is not None:
                owner.mentions.append((line, p))
                owner.names.update(names_of(line, p))
    for person in singles:
        person.mentions.sort(key=lambda x: (x[0].number, x[1].i))
    event.victims = victims_of(event.people.persons)


def _whose(singles: list[Person], line: Line, p: Phrase) -> Person | None:
    names = names_of(line, p)
    if names:
        return next((s for s in singles if s.names and _same_name(names, s.names)), None)
    if p.kind != "people" or p.other or not p.group or p.group not in TOLD_APART:
        return None
    alike = [s for s in singles if s.group == p.group]
    if len(alike) != 1 or len({s.group for s in singles if s.group == p.group}) != 1:
        return None
    sex = sex_of(line, p)
    return None if sex and alike[0].sex and sex != alike[0].sex else alike[0]


def _toll(event: Event, kind: str, effects: set[str]) -> Toll | None:
    own: list[tuple[Toll, frozenset[str], bool]] = []
    quoted: list[tuple[Toll, frozenset[str], bool]] = []
    latest = None
    groups: dict[str, GroupToll] = {}
    for d in event.drafts:
        toll = toll_of(d.mentions, kind)
        for g in (*groups_of(d.line, d.mentions, kind), *(d.groups if kind == "killed" else ())):
            old = groups.get(g.group)
            if old is None or (g.low or 0) > (old.low or 0):
                groups[g.group] = g
        if toll is None:
            continue
        if any(m.latest for m in d.mentions):
            latest = toll
        hit = [p for m in d.mentions if m.effect in effects for p in m.victims]
        told = (toll, sides(d.line, hit), _plain_count(d, effects))
        (own if d.speaker is None or d.saying is None else quoted).append(told)
    counted = [x for x in own if x[2]] or [x for x in quoted if x[2]]  # its own voice first
    vague = [x for x in (*own, *quoted) if x[0].best is None]
    chosen = latest or _standing(counted, [x for x in quoted if x[2]]) or _standing(vague, [])
    chosen = _with_singles(event, chosen, effects, bool(counted) or latest is not None)
    if chosen is None:
        return Toll(None, None, None, next(iter(groups.values())).quote, tuple(groups.values())) if groups else None
    return replace(chosen, groups=tuple(groups.values()))


def _with_singles(event: Event, chosen: Toll | None, effects: set[str], counted: bool) -> Toll | None:
    """Not fewer than the persons told one by one, unless a figure says exactly how many there were."""
    singles = [p for p in event.people.persons if p.effect in effects and p.single]
    listed = (
        0
        if counted
        else sum(p.count or 0 for p in event.people.persons if p.effect in effects and p.plural and _figured(p))
    )
    if not singles or (value(chosen) or 0) >= len(singles) + listed:
        return chosen
    if counted and chosen is not None and chosen.high is not None:
        return chosen
    line, p = singles[0].mentions[0]
    n = len(singles) + listed
    if chosen is not None and chosen.high is None and counted:
        return Toll(n, n, None, chosen.quote)
    return Toll(n, n, n, chosen.quote if chosen else line.quote(p.i, p.j))


def _figured(person: Person) -> bool:
    """Whether a figure counts the group, which is not one that was told before ("the two victims")."""
    if person.mentions[0][1].definite:
        return False
    return any(p.amount is not None and not p.amount.vague for _, p in person.mentions)


def _plain_count(d: Draft, effects: set[str]) -> bool:
    """Whether the draft gives a figure, not only a person or a plural."""
    hit = [p for m in d.mentions if m.effect in effects for p in m.victims]
    if any(paired(d.line, p) for p in hit):
        return True
    if hit and all(p.definite for p in hit):
        return False
    return any(p.amount is not None and not p.amount.vague for p in hit)


def _standing(
    tolls: list[tuple[Toll, frozenset[str], bool]], more: list[tuple[Toll, frozenset[str], bool]]
) -> Toll | None:
    """The first count stands; later ones of another side (soldiers after civilians), of `more` too, are added."""
    if not tolls:
        return None
    total, seen, _ = tolls[0]
    for toll, side, _ in (*tolls[1:], *more):
        if seen and side and not seen & side:
            total, seen = _plus(total, toll), seen | side
        elif (value(toll) or 0) > (value(total) or 0) and total.best is None and total.high is None:
            total = toll
    return total


def _plus(a: Toll, b: Toll) -> Toll:
    def add(x, y):
        return None if x is None or y is None else x + y

    return Toll(add(a.low, b.low), add(a.best, b.best), add(a.high, b.high), a.quote)


def _highest(tolls: list[Toll]) -> Toll | None:
    clear = [t for t in tolls if t.best is not None or t.high is not None]
    return max(clear or tolls, key=lambda t: value(t) or 0, default=None)


def _survivors(event: Event) -> Toll | None:
    """The injured without those who died of it: people who were "shot" and are told dead are not counted twice."""
    toll = event.injured
    if toll is None or value(toll) is None:
        return toll
    hurt = [p for p in event.people.persons if p.effect in ("injury", "shot", "stabbed")]
    counted = sum(p.count or 0 for p in hurt)
    outright = [
        t
        for d in event.drafts
        if (t := toll_of([m for m in d.mentions if m.effect == "injury" and m.frame not in UNSURE], "injured"))
        is not None
    ]
    plain = _highest(outright)
    if plain is not None and (value(plain) or 0) >= min(counted, value(toll)):
        living = plain
    else:
        n = (
            value(toll) - (value(event.killed) or 0)
            if counted >= value(toll) and any(p.plural for p in hurt)
            else min(counted, value(toll))
        )
        if n <= 0:
            return None
        living = Toll(n, n, n if toll.high is not None else None, toll.quote)
    singles = sum(1 for p in hurt if p.single)
    dead_again = [p for p in event.people.persons if p.effect == "death" and p.single]
    if plain is not None and value(plain) == 1 and not hurt and dead_again:
        return None
    if singles > (value(living) or 0):
        living = Toll(singles, singles, singles, living.quote)
    return replace(living, groups=toll.groups)


def _score(event: Event) -> float:
    """Importance to the text: the toll and the early words count most."""
    first = event.drafts[0].line.number
    dead, hurt = value(event.killed) or 0, value(event.injured) or 0
    proper = 0 if event.type in PROPER else -4 if event.type == "other" else 2
    return 3 * min(dead, 10) ** 0.5 + 1.5 * min(hurt, 10) ** 0.5 + len(event.drafts) * 0.5 + 6 / (1 + first) + proper


def _without_history(events: list[Event], published: date | None) -> list[Event]:
    """Events long before the main one are history: their claims turn background and make no incident."""
    recent = (e for e in events if e.own is not None and e.type != "detention" and _recent(e.own, published))
    main = next(recent, None)
    if main is None:
        return events
    day = main.own.start
    kept = []
    for event in events:
        own = event.own
        leads = event.drafts[0].line.number + LEADS < main.drafts[0].line.number
        if event is not main and own is not None and (day - own.end).days > OLD_DAYS and not leads:
            for d in event.drafts:
                d.status = "background"
        else:
            kept.append(event)
    return kept


def _recent(when: DateSpan, published: date | None) -> bool:
    return published is None or (published - when.start).days <= 45
