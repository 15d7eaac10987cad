"""What of an account is compared with others: small, so that many can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dalil.incidents.parties import party_of
from dalil.records import Account, Place, Suspect, TextIncident, Toll

# An ambiguous name is compared by its likeliest meanings only; further ones are noise.
MEANINGS = 3
CIVILIANS, FIGHTERS = ("civilian",), ("fighter", "soldier", "police")


@dataclass(frozen=True, slots=True)
class Point:
    """A position in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as linking sees it; `text` tells each event but once, `killed` and `injured` are (low, high)."""

    text: str
    kind: str
    start: date | None = None
    end: date | None = None
    fine: bool = False
    time: str | None = None
    place: str | None = None
    precision: int = 7
    radius_m: float = 0.0
    points: tuple[Point, ...] = ()
    killed: tuple[int, int | None] | None = None
    injured: tuple[int, int | None] | None = None
    civilians: tuple[int, int | None] | None = None
    suspects: tuple[str, ...] = ()
    suspects_shown: str = ""
    victims: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    length_s: float | None = None
    credit: str | None = None


def profile_of(account: Account, text: str | None = None) -> Profile:
    """The account's profile; `text` is what tells each event but once, its own document if None."""
    return profile_of_event(account.event, text=text or account.document, voices=account.voices)


def profile_of_event(event: TextIncident, *, text: str = "", voices: tuple[str, ...] = ()) -> Profile:
    """The profile of what one text says of an event."""
    when, where, footage = event.when, event.where, event.footage
    named = [s for s in event.suspects if s.attribution != "denied" and s.mentions]
    return Profile(
        text=text,
        kind=event.type,
        start=when.start if when else None,
        end=when.end if when else None,
        fine=bool(when and when.precision == "day"),
        time=when.time if when else None,
        place=where.name if where else None,
        precision=where.precision if where else 7,
        radius_m=(where.radius_m or 0.0) if where else 0.0,
        points=points(where),
        killed=stated(event.killed),
        injured=stated(event.injured),
        civilians=civilians(event.killed),
        suspects=tuple(sorted({suspect_id(s) for s in named})),
        suspects_shown=", ".join(dict.fromkeys(s.mentions[0] for s in named)),
        victims=tuple(sorted({fold_name(m) for v in event.victims if v.named for m in v.mentions})),
        targets=tuple(sorted({t.kind for t in event.targets} - {"other"})),
        voices=tuple(sorted({p.name for voice in voices if (p := party_of(voice))})),
        length_s=footage.duration_s if footage else None,
        credit=footage.credit if footage else None,
    )


def points(where: Place | None) -> tuple[Point, ...]:
    """Where the place may be, likeliest first."""
    return tuple(Point(c.lat, c.lon) for c in where.candidates[:MEANINGS]) if where else ()


def suspect_id(suspect: Suspect) -> str:
    """One id for all names of one party."""
    party = next((p for m in suspect.mentions if (p := party_of(m))), None)
    return party.id if party else fold_name(suspect.mentions[0])


def stated(toll: Toll | None) -> tuple[int, int | None] | None:
    """The toll's bounds; None where it says no number."""
    if toll is None or (toll.low is None and toll.best is None and toll.high is None):
        return None
    return bounds(toll)


def civilians(toll: Toll | None) -> tuple[int, int | None] | None:
    """The civilians among the dead, where the toll tells them or the fighters apart; those of unknown kind may be."""
    if toll is None or not any(g.group in (*FIGHTERS, *CIVILIANS) for g in toll.groups):
        return None
    counted = [(g.group, bounds(Toll(g.low, g.best, g.high, None))) for g in toll.groups]
    civil = next((span for group, span in counted if group in CIVILIANS), None)
    fighting = sum(span[0] for group, span in counted if group in FIGHTERS)
    if not fighting:
        return civil
    low = civil[0] if civil else 0
    _, most = bounds(toll)
    return low, None if most is None else max(low, most - fighting)


def bounds(toll: Toll) -> tuple[int, int | None]:
    """The lowest and highest number that the toll allows; None above is no bound."""
    low = next((n for n in (toll.low, toll.best) if n is not None), 0)
    if toll.high is not None:
        return low, toll.high
    return low, None if toll.low is not None else toll.best


def fold_name(name: str) -> str:
    """The name in lower case without spaces and marks, for comparison only."""
    return "".join(c for c in name.casefold() if c.isalnum())
