"""Mentions of one sentence gathered into drafts of claims: one draft a status and a family of events."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import Mention
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.speakers import Saying
from dalil.records import DateSpan, FootageMention, GroupToll, Place, Speaker

# Violent acts that one sentence may tell of one event; every other type stands alone.
VIOLENT = frozenset(
    [
        "airstrike",
        "barrel_bomb",
        "missile",
        "shelling",
        "explosion",
        "chemical",
        "shooting",
        "stabbing",
        "killing",
        "execution",
        "ground_assault",
        "attack",
        "torture",
        "arson",
    ]
)
# How telling a type is, for the type of a draft or an incident: the most telling wins.
TELLING = {
    "barrel_bomb": 9, "chemical": 9, "airstrike": 8, "missile": 7, "shelling": 7, "explosion": 6, "execution": 6,
    "stabbing": 5, "shooting": 5, "arson": 4, "ground_assault": 3, "killing": 2, "torture": 3, "attack": 3, "other": 0,
}  # fmt: skip
CIVIC = frozenset(["protest", "arms"])
QUIET = ("care", "leave", "lose", "find", "claim", "threat", "suffer")  # frames that make no claim without an outcome


@dataclass(slots=True)
class Draft:
    """A claim in the making."""

    line: Line
    mentions: list[Mention]
    status: str
    type: str
    speaker: Speaker | None = None
    saying: Saying | None = None
    when: DateSpan | None = None
    where: Place | None = None
    footage: FootageMention | None = None
    groups: tuple[GroupToll, ...] = ()
    extra: list[Phrase] = field(default_factory=list)

    @property
    def i(self) -> int:
        return self.mentions[0].i


def drafts_of(line: Line, mentions: list[Mention], found: list[str]) -> list[Draft]:
    """The drafts of one sentence, in order of their first word."""
    out: list[Draft] = []
    for m, status in zip(mentions, found, strict=True):
        if _empty(m):
            continue
        if m.frame in QUIET and m.effect in ("unknown", "death") and not m.victims and m.frame != "threat":
            continue
        if m.frame in ("leave", "lose", "find", "claim", "suffer", "care", "wound") and (
            m.effect == "unknown" or (m.frame == "wound" and not m.victims)
        ):
            continue
        home = next((d for d in out if d.status == status and _together(d, m) and not _parted(line, d, m)), None)
        if home is None:
            out.append(Draft(line, [m], status, m.type))
        else:
            home.mentions.append(m)
            if home.type != "detention" and TELLING.get(m.type, 0) > TELLING.get(home.type, 0):
                home.type = m.type
    if "accident" in line.classes:
        out = [d for d in out if d.type != "killing"]
    for d in out:
        _by_weapon(d)
    return out


def _parted(line: Line, d: Draft, m: Mention) -> bool:
    """Whether a semicolon stands between: "in A, shelling killed one; in B, a bomb wounded three"."""
    return bool(m.victims) and any(line.w[k] == ";" for k in range(d.mentions[-1].j, m.i))


def _empty(m: Mention) -> bool:
    """Whether a verb of harm falls on nobody (killed hopes), a launch launches nothing, a flight is one person's."""
    if m.frame == "harm" and m.type not in ("abduction", "detention"):
        return m.voice in ("active", "ing", "base") and not m.victims and not m.targets
    if m.frame == "foil":
        return not m.weapons
    if m.frame in ("launch", "throw", "arms"):
        return not m.weapons
    if m.frame == "abduct" and m.entry.c == "abducted":
        return not m.victims and m.voice in ("active", "ing", "base")
    if m.frame == "flee":
        return not any(p.amount is not None for p in m.victims)
    if m.frame == "rescue":
        return not m.victims
    return False


def _together(d: Draft, m: Mention) -> bool:
    """Whether a mention tells of the same event as the draft, as far as one sentence shows."""
    protest = (m.frame in CIVIC, any(x.frame in CIVIC for x in d.mentions))
    if any(protest):
        return all(protest)
    if m.type == d.type or (d.type == "detention" and m.entry.cat == "noun" and not m.victims and m.type in VIOLENT):
        return True
    loose = VIOLENT | {"other"}
    return m.type in loose and d.type in loose


WEAPON_TYPES = ("attack", "killing", "other", "ground_assault", "explosion", "airstrike", "arson")
ARMED = frozenset(["harm", "hit", "event", "boom", "damage", "die", "drop", "throw", "launch", "fire", "foil"])


def _by_weapon(d: Draft) -> None:
    """A weapon or an aircraft in the sentence makes an attack of unknown kind a known one."""
    open_to = d.type in WEAPON_TYPES or (d.type == "shooting" and any(m.frame == "fire" for m in d.mentions))
    if not open_to or not any(m.frame in ARMED for m in d.mentions):
        return
    kinds = [e.b for p in d.line.phrases if p.kind == "weapon" and (e := p.entry) is not None and e.b not in ("", "-")]
    if d.type in ("explosion", "attack", "killing", "other") and "aircraftword" in d.line.classes:
        kinds.append("airstrike")
    best = max(kinds, key=lambda t: TELLING.get(t, 0), default=None)
    if (
        best is not None
        and TELLING.get(best, 0) > TELLING.get(d.type, 0)
        and not (best == "shooting" and d.type == "arson")
    ):
        d.type = best


def civic(d: Draft) -> bool:
    """Whether the draft tells of what harms nobody: a protest, a police operation, a weapon found or shown."""
    return all(m.frame in CIVIC for m in d.mentions)


def armed(d: Draft) -> bool:
    """Whether the draft only tells that a weapon was found, carried or shown."""
    return all(m.frame == "arms" for m in d.mentions)


def weight(d: Draft) -> int:
    """How much a draft tells: outcomes, doers, targets, date and place."""
    m = d.mentions
    return (
        3 * any(x.victims for x in m)
        + any(x.agents for x in m)
        + any(x.targets for x in m)
        + (d.when is not None)
        + (d.where is not None)
    )


def bare(d: Draft) -> bool:
    """Whether the draft names an event without saying anything of it."""
    return (
        not any(x.victims or x.targets or x.agents for x in d.mentions)
        and d.when is None
        and d.where is None
        and d.footage is None
    )


def unbound(d: Draft) -> bool:
    """Whether the draft only speaks of violence at large ("the violence in the capital"), tied to no day and no one."""
    if d.when is not None or d.footage is not None or d.line.headline or d.line.heading or d.type != "attack":
        return False
    if any(x.victims or x.targets or x.agents or x.weapons or x.frame != "event" for x in d.mentions):
        return False
    return all(x.entry.form == "pl" or d.line.is_(x.i, "atlarge") for x in d.mentions)
