"""The ledger of disagreement: computed ranges over accounts that say different things, by a named rule.

Killed and injured stand apart, and so does every part of them (children, fighters, civilians): parts are never added
up to a whole, nor taken from it. A source's own later count replaces its earlier one; nobody else's does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from dalil.incidents.likeness import name_key, show_span, show_toll
from dalil.incidents.parties import folded
from dalil.incidents.profile import bounds, suspect_id
from dalil.records import Account, Change, GroupRange, GroupToll, Range, Toll

RULE = "lowest and highest credible counts; a source's own later count replaces its earlier one; 'at least' is a floor"
COUNTS = ("killed", "injured", "missing")
# Parts in the order in which pages show them; others follow.
GROUPS = ("civilian", "child", "woman", "man", "medic", "journalist", "rescuer", "fighter", "soldier", "police")


def range_of(accounts: Iterable[Account], field: str) -> Range | None:
    """The lowest and highest count that any account gives for `field` ("killed", "injured", "missing").

    None where no account gives one. A count without an upper bound leaves the range open above; `best` is set only
    where every account gives the same single number. Nothing is averaged and no account is preferred.
    """
    return span_of([(a, toll) for a in accounts if (toll := getattr(a.event, field)) is not None])


def groups_of(accounts: Sequence[Account]) -> tuple[GroupRange, ...]:
    """A range for every part of a toll that an account tells of."""
    stated: dict[tuple[str, str], list[tuple[Account, Toll]]] = {}
    for effect in COUNTS:
        for account in accounts:
            toll = getattr(account.event, effect)
            for part in toll.groups if toll else ():
                stated.setdefault((effect, part.group), []).append((account, as_toll(part)))
    order = sorted(stated, key=lambda k: (COUNTS.index(k[0]), place_of(k[1]), k[1]))
    spans = [(effect, group, span_of(stated[effect, group])) for effect, group in order]
    return tuple(GroupRange(group, effect, found) for effect, group, found in spans if found)


def place_of(group: str) -> int:
    """Where the group stands in the order of GROUPS."""
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def as_toll(part: GroupToll) -> Toll:
    """The count of a part as a toll of its own."""
    return Toll(part.low, part.best, part.high, part.quote)


def span_of(stated: Sequence[tuple[Account, Toll]]) -> Range | None:
    """The range over the tolls of accounts, by RULE; None where none says a number."""
    numbered = [(account, toll) for account, toll in stated if says_a_number(toll)]
    newest = newest_words(account for account, _ in numbered)
    counted = [(a, toll) for a, toll in numbered if not replaced(a, newest)]
    if not counted:
        return None
    spans = [bounds(toll) for _, toll in counted]
    lowest_counts = [low for (low, _), (_, toll) in zip(spans, counted, strict=True) if has_floor(toll)]
    highest_counts = [low if high is None else high for low, high in spans]
    agreed = {(toll.low, toll.best, toll.high) for _, toll in counted}
    from_documents = {a.document for a, _ in counted}
    return Range(
        low=min(lowest_counts, default=None),
        best=counted[0][1].best if len(agreed) == 1 else None,
        high=max(highest_counts),
        open_above=any(high is None for _, high in spans),
        disputed=not some_number_fits(spans),
        rule=RULE,
        from_documents=tuple(sorted(from_documents)),
        replaced=tuple(sorted({a.document for a, _ in numbered} - from_documents)),
    )


def newest_words(accounts: Iterable[Account]) -> dict[object, date]:
    """The last day on which each source published."""
    newest: dict[object, date] = {}
    for account in accounts:
        source, day = source_of(account), account.published
        if source and day:
            newest[source] = max(day, newest.get(source, day))
    return newest


def replaced(account: Account, newest: Mapping[object, date]) -> bool:
    """Whether the same source says a number again on a later day."""
    source, day = source_of(account), account.published
    return bool(source and day and newest.get(source, day) > day)


def source_of(account: Account) -> tuple[object, ...] | None:
    """Whose word it is, publisher and voices; None where nobody is named."""
    name = account.publisher or account.author
    return (folded(name), account.voices) if name else None


def says_a_number(toll: Toll) -> bool:
    """Whether the toll bounds the count at all."""
    return any(n is not None for n in (toll.low, toll.best, toll.high))


def has_floor(toll: Toll) -> bool:
    """Whether the toll says how many at the least; "up to eleven" does not."""
    return toll.low is not None or toll.best is not None


def some_number_fits(spans: list[tuple[int, int | None]]) -> bool:
    """Whether one number lies within every span."""
    floor = max(low for low, _ in spans)
    ceilings = [high for _, high in spans if high is not None]
    return not ceilings or floor <= min(ceilings)


# ------------------------------------------------------------------ what changed when


def changes_of(accounts: Sequence[Account]) -> tuple[Change, ...]:
    """What each account, by its day of publication and then by the log, said that was not said before.

    An update of a source's own word is told against that word; anything else against what was said last.
    """
    order = sorted(range(len(accounts)), key=lambda n: (accounts[n].published or date.max, n))
    known: dict[str, set[object]] = {}
    last: dict[str, str] = {}
    own: dict[tuple[object, str], tuple[object, str]] = {}
    found: list[Change] = []
    for number in order:
        account, source = accounts[number], source_of(accounts[number])
        for field, value, shown in values_of(account):
            before = own.get((source, field)) if source else None
            updated = before is not None and before[0] != value
            if updated or value not in known.setdefault(field, set()):
                told = before[1] if before else last.get(field)
                found.append(Change(account.published, number, field, told, shown, before is not None))
            known[field].add(value)
            last[field] = shown
            own[source, field] = (value, shown)
    return tuple(found)


def values_of(account: Account) -> Iterator[tuple[str, object, str]]:
    """What the account says of counts, day, place, kind and suspects: field, a value to compare by, and in words.

    Two spellings of one place or party are one value.
    """
    event = account.event
    for name in COUNTS:
        toll = getattr(event, name)
        if toll and says_a_number(toll):
            yield name, (toll.low, toll.best, toll.high), show_toll(toll)
    if event.when:
        yield "when", (event.when.start, event.when.end), show_span(event.when)
    if event.where:
        yield "where", name_key(event.where.name), event.where.name
    yield "kind", event.type, event.type
    suspects = [s for s in event.suspects if s.mentions]
    if suspects:
        said = frozenset((suspect_id(s), s.attribution) for s in suspects)
        yield "suspects", said, ", ".join(f"{s.mentions[0]} ({s.attribution})" for s in suspects)
