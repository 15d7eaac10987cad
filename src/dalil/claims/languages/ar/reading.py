"""One Arabic report to its claims and incidents: sentences into clauses, each clause into at most one claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from dalil.atlas import resolve
from dalil.calendar import find_dates
from dalil.claims.joining import Told, incidents_of
from dalil.claims.languages.ar.events import LOOSE, Scene, scene_of, type_of
from dalil.claims.languages.ar.footage import footage_of
from dalil.claims.languages.ar.people import Group, groups_at
from dalil.claims.languages.ar.places import Spot, spots_of
from dalil.claims.languages.ar.status import cues_of, status_of
from dalil.claims.languages.ar.tolls import Harm, Harms, doer_end, harms_of, past_aside
from dalil.claims.languages.ar.values import quote, targets_of, toll_of, victims_of, weapons_of
from dalil.claims.languages.ar.voices import Voice, speaker_of, suspects_of, voices_of
from dalil.claims.languages.ar.words import Line, lexicon, lines_of, word_set
from dalil.records import (
    Claim,
    DateSpan,
    FootageMention,
    Place,
    Quote,
    Suspect,
    TextIncident,
    Toll,
    Victim,
)

UNSAID = LOOSE - {"bombard", "drop", "launch"}  # acts that are none without what did them
MEANT = frozenset(("attempted", "threatened", "generic", "denied", "negated"))  # these make a weapon alone an act
THAT = ("ان", "بان")
WEEK = timedelta(days=7)  # what is told as done lies behind, whatever the words around a weekday look like
PEOPLE_ACTS = {"abduction": "abducted", "detention": "none", "killing": "death", "execution": "death"}
UNTOLD = frozenset(("forecast", "threatened", "hypothetical", "generic", "negated"))
# Verbal nouns that are spelt as a verb of the past: talk of such acts is no act.
NOUNS = word_set("talk")


@dataclass(frozen=True, slots=True)
class Clause:
    """Words a..b of a line: what one claim is read from."""

    line: Line
    a: int
    b: int

    @property
    def quote(self) -> Quote:
        """The clause without the marks at its ends."""
        a, b = self.a, self.b
        while a < b - 1 and not self.line.f[a][0].isalnum():
            a += 1
        while b > a + 1 and not self.line.f[b - 1][0].isalnum() and self.line.f[b - 1] not in (")", "»"):
            b -= 1
        return quote(self.line, a, b)


def read(
    text: str, *, published: date | None, country: str | None, skipped: tuple[Quote, ...] = ()
) -> tuple[tuple[Claim, ...], tuple[TextIncident, ...]]:
    """The claims of an Arabic text in text order, and the incidents that they make.

    `skipped` are quotes of the header (author, date, publisher); lines within them tell of no event.
    """
    dates = find_dates(text, published=published, lang="ar")
    places = Places(country)
    told: list[Told] = []
    beside: list[Beside] = []
    for line in lines_of(text, lexicon()):
        if any(q.start <= line.s[0] and line.e[-1] <= q.end + 1 for q in skipped):
            continue
        mine = [d for d in dates if line.s[0] <= d.quote.start < line.e[-1] and not _named_after_month(line, d)]
        for clause in clauses_of(line):
            found = _told(clause, mine, published, places)
            if found is not None:
                told.append(found)
            else:
                beside += _beside(clause, mine, len(told))
    for x in beside:
        _attach(told, x)
    claims = tuple(t.claim for t in told)
    return claims, incidents_of(told)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a clause without an act of its own says of the event told before claim `n`: a recording, people saved."""

    n: int
    footage: FootageMention | None
    victims: tuple[Victim, ...]


def _beside(clause: Clause, dates: list[DateSpan], n: int) -> list[Beside]:
    line, a, b = clause.line, clause.a, clause.b
    start, end = line.s[a], line.e[b - 1]
    day = next((d for d in dates if start <= d.quote.start < end), None)
    footage = footage_of(line, a, b, day)
    saved = victims_of(line, Harms(), [], _rescued(line, a, b))
    return [Beside(n, footage, saved)] if footage is not None or saved else []


def _attach(told: list[Told], beside: Beside) -> None:
    """Gives the recording and the people saved to the nearest claim of what happened, the one before first."""
    order = [*range(beside.n - 1, -1, -1), *range(beside.n, len(told))]
    home = next((k for k in order if told[k].claim.status == "reported"), None)
    if home is None:
        return
    claim = told[home].claim
    merged = replace(claim, footage=claim.footage or beside.footage, victims=(*claim.victims, *beside.victims))
    told[home] = replace(told[home], claim=merged)


def _named_after_month(line: Line, d: DateSpan) -> bool:
    """Whether a bare month is a place's name: حي مايو."""
    if d.precision != "month":
        return False
    k = next((x for x in range(line.n) if line.s[x] >= d.quote.start), 0)
    return k > 0 and line.is_(k - 1, "placeword")


def clauses_of(line: Line) -> list[Clause]:
    """The line cut where a new event begins ("وفي الموصل، قتل…", "كما أصيب…"), each side with an act of its own."""
    cuts = [0]
    for k in range(2, line.n - 2):
        if _opens(line, k) and _acts(line, cuts[-1], k) and _acts(line, k, line.n):
            cuts.append(k)
    cuts.append(line.n)
    return [Clause(line, a, b) for a, b in pairwise(cuts) if b > a]


def _opens(line: Line, k: int) -> bool:
    if line.f[k] == "وفي":
        n = k + 1
        if line.is_(n, "time") or line.f[n] in ("وقت", "عام", "حين", "حال"):
            return False
        return (
            line.is_(n, "placeword")
            or line.has(n, "place")
            or line.is_(n, "placehead")
            or (line.marks[n] is None and line.f[k - 1] in ("،", ","))
        )
    if line.f[k] == "كما":
        return line.has(k + 1, "event", "harm")
    if line.f[k] in ("فيما", "بينما") and line.f[k - 1] in ("،", ","):
        return line.has(k + 1, "event") and not line.has(k + 1, "harm")
    if k > 2 and line.f[k - 1] in ("،", ",") and line.cut(k).conj == "و":
        e = line.entry(k, "speech")
        return e is not None and e.form == "past" and e.a == "say"
    return False


def _acts(line: Line, a: int, b: int) -> bool:
    return any(line.has(k, "event", "harm") and not line.has(k, "idiom") for k in range(a, b))


@dataclass(frozen=True, slots=True)
class Seen:
    """What one clause tells before it is judged: acts, cues, harms, voices; `trigger` is its first telling word."""

    clause: Clause
    scene: Scene
    cues: dict[str, int]
    harms: Harms
    people: list[tuple[Group, str]]
    voices: list[Voice]
    kind: str
    trigger: int
    when: DateSpan | None

    @property
    def counted(self) -> bool:
        """Whether a toll is told, nought included."""
        return any(h.zero or any(g.count is not None for g in h.groups) for h in self.harms.found)


def _seen(clause: Clause, dates: list[DateSpan]) -> Seen | None:
    """What the clause tells, or None where it tells of no act and no harm."""
    line, a, b = clause.line, clause.a, clause.b
    scene = scene_of(line, a, b)
    if not scene.acts and not scene.weapons and not _acts(line, a, b):
        return None
    cues = cues_of(line, a, b)
    if "accident" in cues and not scene.armed:
        return None
    harms = harms_of(line, a, b, scene.violent)
    people = _taken(line, scene, harms, cues)
    kind = type_of(scene, line, a, b, bool(harms.found) or harms.told, not MEANT.isdisjoint(cues))
    if kind is None:
        return None
    telling = [k for k, _ in (*scene.acts, *scene.weapons)] + [h.k for h in harms.found]
    trigger = min(telling, default=a)
    when = _when(line, a, b, dates, trigger)
    return Seen(clause, scene, cues, harms, people, voices_of(line, a, b), kind, trigger, when)


def _told(clause: Clause, dates: list[DateSpan], published: date | None, places: Places) -> Told | None:
    """The claim that one clause makes, or None where it makes none."""
    seen = _seen(clause, dates)
    if seen is None:
        return None
    line, a, b = clause.line, clause.a, clause.b
    suspects = suspects_of(line, a, b, seen.scene, seen.harms, seen.voices, seen.cues)
    spoken = speaker_of(line, seen.voices, seen.trigger)
    where, around = _where(seen, places, suspects)
    status = _status(seen, spoken, suspects, where, published)
    if status == "denied" and spoken is not None:
        suspects = [replace(s, attribution="denied") if s.mentions[0] in spoken[0].name else s for s in suspects]
    when = _past(seen.when, published) if status == "reported" else seen.when
    killed, injured, missing = _tolls(seen, status)
    claim = Claim(
        seen.kind, status, clause.quote, spoken[0] if spoken else None, when, where, killed, injured, missing,
        victims_of(line, seen.harms, seen.people, _rescued(line, a, b)), tuple(suspects),
        targets_of(line, seen.scene, seen.harms), weapons_of(line, seen.scene), footage_of(line, a, b, when),
    )  # fmt: skip
    bare = not (seen.counted or seen.harms.told or claim.targets or suspects or when or where or claim.footage)
    again, rising = _again(line, seen.scene, seen.cues), "rising" in seen.cues
    return Told(claim, line.number, again, rising, _same(line, seen.scene), bare, around)


def _status(seen: Seen, spoken, suspects: list[Suspect], where: Place | None, published: date | None) -> str:
    """The claim's status, the doers and the place taken into account."""
    clause, counted = seen.clause, seen.counted
    status = status_of(
        clause.line, clause.a, clause.b, seen.cues,
        trigger=seen.trigger, kind=seen.kind, counted=counted, when=seen.when, published=published,
    )  # fmt: skip
    denier = spoken is not None and spoken[1].kind == "deny"
    if status == "denied" and denier and any(s.attribution == "denied" for s in suspects):
        return "reported"  # only the denier's part is denied, not that it happened
    if status != "reported":
        return status
    if seen.kind in ("killing", "displacement") and seen.scene.has("war"):
        return "total"
    if not (counted or seen.when) and _talk(clause.line, seen.scene):
        return "generic"
    done = _finite(clause.line, seen.scene, clause.a) and (seen.scene.told or suspects)
    placed = where is not None and (_settled(clause.line, where) or _fresh(clause.line, seen.scene))
    shown = footage_of(clause.line, clause.a, clause.b, None) is not None
    if not (counted or seen.when or placed or done or shown):
        return "generic"  # an act without a toll, a day, a place or a doer is talk of such acts
    return status


def _settled(line: Line, where: Place) -> bool:
    """Whether the place is known, or a word such as بلدة says that it is one; other names may be any noun."""
    k = next((x for x in range(line.n) if line.s[x] <= where.quote.start < line.e[x]), 0)
    return line.has(k, "place") or line.is_(k, "placehead") or any(line.is_(x, "placeword") for x in (k - 1, k - 2))


def _fresh(line: Line, scene: Scene) -> bool:
    """Whether an act or a weapon is told as new, without the article: قصف على, not القصف."""
    return any(not line.cut(k).det for k, _ in (*scene.acts, *scene.weapons))


def _talk(line: Line, scene: Scene) -> bool:
    """Whether only plurals with the article tell of acts: "against the raids", "the attacks on convoys"."""
    nouns = [k for k, e in scene.acts if e.b == "event" and line.cut(k).det and line.f[k].endswith("ات")]
    armed = all(line.cut(k).det for k, _ in scene.weapons)
    return bool(nouns) and len(nouns) == len(scene.acts) and armed and not scene.targets


def _past(when: DateSpan | None, published: date | None) -> DateSpan | None:
    """The day, a week earlier where a weekday was taken for the next one: what is told as done lies behind."""
    if when is None or published is None or when.precision != "day" or when.start <= published:
        return when
    return replace(when, start=when.start - WEEK, end=when.end - WEEK, rule="weekday before publication")


def _tolls(seen: Seen, status: str) -> tuple[Toll | None, Toll | None, Toll | None]:
    """Killed, injured and missing; none for what did not happen."""
    if status in UNTOLD:
        return None, None, None
    line, rising = seen.clause.line, "rising" in seen.cues
    return tuple(toll_of(line, seen.harms, effect, rising) for effect in ("death", "injury", "missing"))


def _taken(line: Line, scene: Scene, harms: Harms, cues: dict[str, int]) -> list[tuple[Group, str]]:
    """People whom an act takes as its object: kidnapped, arrested, assassinated, executed."""
    out = []
    for k, e in scene.acts:
        effect = PEOPLE_ACTS.get(e.a)
        if effect is None or line.cut(k).det or ("called" in cues and line.cut(k).prep):
            continue
        j = line.end(k)
        start = past_aside(line, doer_end(line, j) or j)
        found: list[Group] = []
        for n in range(start, min(start + 9, line.n)):
            if n > start and (line.is_(n, "loc") or line.f[n] in ("،", "على", "في")):
                break
            found = groups_at(line, n)
            if found:
                break
        if not found and start > j:
            found = groups_at(line, j)
        out += [(g, effect) for g in found]
        known = found and line.cut(found[0].head).det and found[0].name is None and found[0].count == 1
        if known and not _finite_at(line, k):
            continue  # "the killing of the leader" counts nobody anew
        if effect == "death" and found and "attempted" not in cues and not harms.of("death"):
            harms.found.append(Harm("death", found, k, agent=(j, start) if start > j else None))
        elif start > j and found:
            harms.found.append(Harm(effect, found, k, agent=(j, start)))
    return out


def _finite(line: Line, scene: Scene, a: int) -> bool:
    """Whether a verb of the past, and not only a noun or a habit, tells the act."""
    for k, e in scene.acts:
        stem, cut = line.cut(k).stem, line.cut(k)
        present = stem[0] in "ين" or (stem[0] == "ت" and not stem.endswith("ت"))
        if (
            e.b == "act"
            and e.a not in UNSAID
            and not cut.det
            and not cut.prep
            and not present
            and (stem not in NOUNS or k == a)
        ):
            return True
    return False


def _finite_at(line: Line, k: int) -> bool:
    """Whether the act at word k is a verb and no verbal noun: اغتال, not اغتيال."""
    return any(e.cat == "event" and e.b == "act" for e in line.marks[k][1])


def _rescued(line: Line, a: int, b: int) -> list[Group]:
    """People who were pulled out alive."""
    if any(line.is_(x, "dead") for x in range(a, b)):
        return []
    alive = any(line.is_(x, "alive") for x in range(a, b))
    for k in range(a, b):
        if line.is_(k, "save") or (alive and line.is_(k, "rescue")):
            for n in range(line.end(k), min(line.end(k) + 4, b)):
                found = groups_at(line, n, bare=False)
                if found and not line.has(n, "actor"):
                    return found
    if any(line.is_(k, "safety") for k in range(a, b)):
        lists = (groups_at(line, k, bare=False) for k in range(a, b))
        return next((found for found in lists if found and found[0].group == "child"), [])
    return []


def _when(line: Line, a: int, b: int, dates: list[DateSpan], trigger: int) -> DateSpan | None:
    """The date of the clause nearest to its trigger, days before coarser spans; else the line's only one."""
    start, end = line.s[a], line.e[b - 1]
    inside = [d for d in dates if start <= d.quote.start < end]
    if not inside:
        days = [d for d in dates if d.precision == "day"]
        return days[0] if len(days) == 1 and days[0].quote.start < start else None
    at = line.s[trigger]
    return min(inside, key=lambda d: abs(d.quote.start - at) + (0 if d.precision in ("day", "range") else 200))


def _where(seen: Seen, places: Places, suspects: list[Suspect]) -> tuple[Place | None, tuple[str, ...]]:
    """The clause's place: the spot with the highest score that is no part of a speaker, a person or a doer."""
    line, a, b = seen.clause.line, seen.clause.a, seen.clause.b
    taken = {x for v in seen.voices for x in range(v.i, v.j)}
    for v in seen.voices:
        n = v.j
        while n < b and n - v.j < 5 and line.f[n] not in THAT:
            n += 1
        if n < b and n - v.j < 5 and v.kind != "source":
            taken |= set(range(v.j, n))
    people = [g for h in seen.harms.found for g in h.groups] + [g for g, _ in seen.people]
    taken |= {x for g in people if g.name for x in range(*g.name)} | {
        x for g in people if g.age for x in range(g.i, g.j)
    }
    held = [q for x in suspects for q in x.quotes]
    spots = [s for s in spots_of(line, a, b, taken) if not any(q.start <= s.quote.start < q.end for q in held)]
    if not spots:
        return None, ()
    best = max(spots, key=lambda s: (s.score - 0.05 * (s.i < seen.trigger), -s.i))
    return places.of(best, spots), tuple(s.name for s in spots if s is not best and s.precision < 3)


class Places:
    """The places of one text with their candidates in the gazetteers, each name looked up once."""

    def __init__(self, country: str | None):
        self.country = country
        self._known: dict[tuple[str, str | None, str], Place] = {}

    def of(self, spot: Spot, spots: list[Spot]) -> Place:
        """The spot resolved; another place of its clause is taken for what it lies in."""
        admin = next((s.name for s in spots if s is not spot and s.score < spot.score), None)
        key = (spot.name, admin, spot.hint or "town")
        if key not in self._known:
            self._known[key] = resolve(spot.name, None, country=self.country, admin=admin, feature_hint=key[2])
        return replace(self._known[key], quote=spot.quote)


def _again(line: Line, scene: Scene, cues: dict[str, int]) -> bool:
    """Whether the clause says that it speaks of another event: غارة ثانية، وبعد ساعات."""
    at = cues.get("second")
    if at is None:
        return False
    return (
        any(line.end(k) <= at <= line.end(k) + 1 for k, e in scene.acts if e.b == "event")
        or line.f[at].removeprefix("و") == "بعد"
    )


def _same(line: Line, scene: Scene) -> bool:
    """Whether the act is told as one told before: وأسفر الهجوم، وأدى القصف."""
    nouns = [k for k, e in scene.acts if e.b == "event"]
    return bool(nouns) and all(line.cut(k).det or line.cut(k).prep == "ل" for k in nouns)
