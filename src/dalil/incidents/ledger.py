"""The ledger of disagreement: one computed range over accounts that say different things, by a named rule."""

from __future__ import annotations

from collections.abc import Iterable

from dalil.incidents.likeness import bounds
from dalil.records import Account, Range, Toll

RULE = "lowest and highest counts of any account; 'at least' is a floor"


def range_of(accounts: Iterable[Account], field: str) -> Range | None:
    """The lowest and highest count that any account gives for `field` ("killed", "injured", "missing").

    None where no account gives one. A count without an upper bound leaves the range open above; `best` is set only
    where every account gives the same single number. Nothing is averaged and no account is preferred.
    """
    stated = [(a.document, toll) for a in accounts if (toll := getattr(a.event, field)) is not None]
    stated = [(document, toll) for document, toll in stated if says_a_number(toll)]
    if not stated:
        return None
    spans = [bounds(toll) for _, toll in stated]
    lowest_counts = [low for (low, _), (_, toll) in zip(spans, stated, strict=True) if has_floor(toll)]
    highest_counts = [low if high is None else high for low, high in spans]
    agreed = {(toll.low, toll.best, toll.high) for _, toll in stated}
    best = stated[0][1].best if len(agreed) == 1 else None
    return Range(
        low=min(lowest_counts, default=None),
        best=best,
        high=max(highest_counts),
        open_above=any(high is None for _, high in spans),
        disputed=not some_number_fits(spans),
        rule=RULE,
        from_documents=tuple(sorted({document for document, _ in stated})),
    )


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
