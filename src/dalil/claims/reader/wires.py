"""A wire report: its claims of one act are folded to one, and what it only touches on makes no incident.

Wires of agencies in capitals tell an act many times over, with history and comment around it. `sifting` weighs which
acts the text is about and which of its words fill their parts. Here one claim of each such act, the fullest, takes its
fillers, and a second one where the steps before tell another such event, with a filler in its sentence; the act's other
claims are folded into it, unless another speaker gives another toll. Claims of other acts stay as claims of status
background and make no incident. Whom the claim only counts or describes stands in its toll, and in the incident's
victims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dalil.claims.reader.drafts import Draft, weight
from dalil.claims.reader.lexicon import Entry
from dalil.claims.reader.marking import Line
from dalil.claims.reader.merging import Event
from dalil.claims.reader.phrases import Phrase
from dalil.claims.reader.proposals import Proposal, family
from dalil.claims.reader.sifting import Pick, picks, weights
from dalil.claims.reader.suspects import footing_of
from dalil.claims.reader.tolls import toll_of, value
from dalil.records import Claim, Quote, Suspect, Target, Victim, Weapon

LEAST = 3  # sentences: shorter texts are read whole
TOLD = ("reported", "attempted")
OPEN = (*TOLD, "background", "threatened", "denied")  # statuses of which a lead may be


@dataclass(frozen=True, slots=True)
class Fold:
    """Which draft speaks for each picked act, and which drafts are told by it."""

    leads: dict[int, Pick]
    folded: frozenset[int]


def sifts(lines: list[Line], tag: str) -> bool:
    """Whether the text is a wire that the learned weights know: of capitals, longer than a note."""
    return len(lines) >= LEAST and lines[0].shout and weights(tag) is not None


def fold(lines: list[Line], drafts: list[Draft], events: list[Event], skipped: set[int], tag: str) -> Fold:
    """The leads of the acts that the text is about; every other told act has turned background.

    `events` keeps only those that a lead speaks for.
    """
    chosen = picks(weights(tag), lines, drafts, events, skipped)
    leads: dict[int, Pick] = {}
    for pick in chosen:
        k = _lead(drafts, pick, leads)
        if k is not None:
            leads[k] = pick
    leads = _with_second_acts(drafts, events, leads)
    folded: set[int] = set()
    for k in leads:
        home = _home(events, drafts, k)
        if drafts[k].status == "background":
            drafts[k].status = "reported"
        folded.update(x for x in home.indices if x not in leads and not _differs(home, drafts[x]))
    mine = [_home(events, drafts, k) for k in leads]
    for k, d in enumerate(drafts):
        if d.status in TOLD and k not in leads and k not in folded and not any(k in e.indices for e in mine):
            d.status = "background"
    events[:] = list({id(e): e for e in sorted(mine, key=lambda e: -e.score)}.values())
    return Fold(leads, frozenset(folded))


def _home(events: list[Event], drafts: list[Draft], k: int) -> Event:
    """The event of the draft; one of its own where it had none."""
    found = next((e for e in events if k in e.indices), None)
    if found is None:
        d = drafts[k]
        found = Event([d], [k], d.type, d.when, d.where)
        found.killed, found.injured = toll_of(d.mentions, "killed"), toll_of(d.mentions, "injured")
        events.append(found)
    return found


def _with_second_acts(drafts: list[Draft], events: list[Event], leads: dict[int, Pick]) -> dict[int, Pick]:
    """The leads, and a second one of a family where the steps before tell another event of it with a filler.

    The fillers are shared out between the two events; an organisation belongs to both. Tuned on MUC-4's training texts.
    """
    out: dict[int, Pick] = {}
    homes = {id(e) for e in events if any(k in e.indices for k in leads)}
    for k, pick in leads.items():
        others = [
            x
            for e in events
            if id(e) not in homes
            for x in e.indices
            if family(drafts[x].type) == pick.family and drafts[x].line.number in _lines(pick)
        ]
        second = max(others, key=_ranking(drafts, pick), default=None)
        if second is None:
            out[k] = pick
        else:
            out[k], out[second] = _shared(pick, *(_told_in(events, drafts, x, pick.family) for x in (k, second)))
    return out


def _told_in(events: list[Event], drafts: list[Draft], k: int, act: str) -> list[int]:
    """The sentences that tell of the draft's event in words of its family."""
    home = next((e for e in events if k in e.indices), None)
    return [drafts[x].line.number for x in (home.indices if home else [k]) if x == k or family(drafts[x].type) == act]


def _shared(pick: Pick, first: list[int], second: list[int]) -> tuple[Pick, Pick]:
    """The pick with the fillers that stand nearer to the sentences of the first event, and with those of the second."""
    parts: tuple[dict, dict] = ({}, {})
    for role, found in pick.fillers.items():
        sides: tuple[list[Proposal], list[Proposal]] = ([], [])
        for one in found:
            near, far = (min(abs(x.number - n) for x, _, _ in one.spots for n in told) for told in (first, second))
            both = role == "PerpOrg" or (near == far and role in ("PerpInd", "Weapon"))
            if both or near <= far:
                sides[0].append(one)
            if both or far < near:
                sides[1].append(one)
        for part, side in zip(parts, sides, strict=True):
            part[role] = tuple(side)
    return replace(pick, fillers=parts[0]), replace(pick, fillers=parts[1])


def _lines(pick: Pick) -> list[int]:
    return [line.number for found in pick.fillers.values() for one in found for line, _, _ in one.spots]


def _ranking(drafts: list[Draft], pick: Pick) -> Callable[[int], tuple[int, int, int, int]]:
    spots = _lines(pick)

    def rank(k: int) -> tuple[int, int, int, int]:
        d = drafts[k]
        grade = 0 if d.status in TOLD else OPEN.index(d.status)
        return (-grade, spots.count(d.line.number), weight(d), -k)

    return rank


def _lead(drafts: list[Draft], pick: Pick, taken: dict[int, Pick]) -> int | None:
    """The fullest draft of the pick's family: of the best status, with most fillers in its sentence, the earliest."""
    open_to = [k for k, d in enumerate(drafts) if k not in taken and family(d.type) == pick.family and d.status in OPEN]
    return max(open_to, key=_ranking(drafts, pick), default=None)


def _differs(event: Event, d: Draft) -> bool:
    """Whether a speaker gives another toll than the event's: disagreement is kept."""
    if d.speaker is None:
        return False
    pairs = ((toll_of(d.mentions, "killed"), event.killed), (toll_of(d.mentions, "injured"), event.injured))
    return any(a is not None and b is not None and value(a) not in (None, value(b)) for a, b in pairs)


def filled(claim: Claim, pick: Pick, drafts: list[Draft], victims: tuple[Victim, ...]) -> Claim:
    """The lead's claim with the fillers of its act; `victims` are those of its event, with what is known of them."""
    people = tuple(_suspect(one, drafts, "person") for one in pick.fillers["PerpInd"])
    bodies = tuple(_suspect(one, drafts, "group") for one in pick.fillers["PerpOrg"])
    return replace(
        claim,
        victims=tuple(_victim(one, pick, (*claim.victims, *victims)) for one in pick.fillers["Victim"]),
        suspects=people + bodies,
        targets=tuple(Target(_words(one), _kind(one, "target"), _quotes(one)) for one in pick.fillers["Target"]),
        weapons=tuple(Weapon(_words(one), _kind(one, "weapon"), _quotes(one)) for one in pick.fillers["Weapon"]),
    )


def _quotes(one: Proposal) -> tuple[Quote, ...]:
    return tuple(line.quote(i, j) for line, i, j in one.spots)


def _words(one: Proposal) -> tuple[str, ...]:
    line, i, j = one.spots[0]
    return (line.quote(i, j).text,)


def _known(one: Proposal, cat: str) -> Iterator[Entry]:
    for line, i, j in one.spots:
        yield from (e for k in range(i, j) if (e := line.entry(k, cat)) is not None)


def _kind(one: Proposal, cat: str) -> str:
    return next((e.a for e in _known(one, cat)), "other")


def _victim(one: Proposal, pick: Pick, known: tuple[Victim, ...]) -> Victim:
    for v in known:
        if any(_same(q, one) for q in v.quotes):
            return replace(v, mentions=_words(one), quotes=_quotes(one))
    line, i, j = one.spots[0]
    named = not any(line.entry(k, "people") for k in range(i, j))
    effect = "abducted" if pick.family == "kidnapping" else "unknown"
    return Victim(_words(one), 1 if named else None, effect, named, None, None, _quotes(one))


def _same(q: Quote, one: Proposal) -> bool:
    """Whether the quote stands at one of the wording's places."""
    return any(line.s[i] < q.end and q.start < line.e[j - 1] for line, i, j in one.spots)


def _suspect(one: Proposal, drafts: list[Draft], kind: str) -> Suspect:
    """The doer on the footing on which the sentences put it: accused or claimed before plainly stated."""
    found: tuple[str, str | None] = ("stated", None)
    for line, i, j in one.spots:
        d = next((d for d in drafts if d.line is line), None)
        if d is None:
            continue
        said = footing_of(d, line, Phrase("actor", i, j, i, j - 1, j), d.i)
        if said[0] != "stated":
            found = said
            break
        found = said if found[1] is None else found
    if kind == "group" and any(e.a in ("state", "state_force", "government") for e in _known(one, "actor")):
        kind = "state"
    return Suspect(_words(one), kind, *found, _quotes(one))
