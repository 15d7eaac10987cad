"""Who says it and who is said to have done it, in Arabic: speakers behind their verbs, doers beside their deeds."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.claims.languages.ar.events import Scene
from dalil.claims.languages.ar.tolls import Harms
from dalil.claims.languages.ar.words import Entry, Line, word_set
from dalil.records import Quote, Speaker, Suspect

STATES = frozenset(("state", "government", "state_force", "official"))
BEGINS = word_set("begins")
MASKED = word_set("masked")
UNITS = word_set("units")
PART_OF = word_set("part_of")
BOMBER = word_set("bomber")
NOUN_OF_LOSS = word_set("noun_of_loss")
SUFFERED = frozenset(("killing", "execution", "abduction", "detention", "displacement", "body", "find"))
LONGEST = 6


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker over words i..j, with the verb at word k and what kind of speech it is."""

    i: int
    j: int
    k: int
    kind: str


def voices_of(line: Line, a: int, b: int) -> list[Voice]:
    """Every speaker named between words a and b, in order."""
    out = []
    k = a
    while k < b:
        e = line.entry(k, "speech")
        if e is None or line.cut(k).det or _other_sense(line, k, e, b):
            k = line.end(k)
            continue
        found = _speaker(line, line.end(k), b, alone=e.a == "accuse")
        if found is not None:
            out.append(Voice(*found, k, e.a))
            k = found[1]
        else:
            k = line.end(k)
    return out


def _other_sense(line: Line, k: int, e: Entry, b: int) -> bool:
    stem = line.cut(k).stem
    if stem in ("نقل", "نقلت"):
        return "عن" not in line.f[k : k + 8]
    if stem in ("حمل", "حملت"):
        return not any("مسوولية" in w for w in line.f[k : k + 8])
    if stem in ("تبني", "تبنت", "تبنوا"):
        return not any(line.has(x, "event") for x in range(k, b))
    return stem == "حسب" and line.cut(k).conj == "ف"


def _speaker(line: Line, i: int, b: int, alone: bool = False) -> tuple[int, int] | None:
    """Words i..j of the noun phrase that speaks; it ends at "that", at a clitic preposition or at an act.

    `alone` says that another actor behind the first is whom it speaks of: اتهمت كييف روسيا.
    """
    while i < b and line.f[i] in ("ل", "عن", "ما", "به", "بها", "في", "وقت", "سابق"):
        i += 1
    j = i
    while j < b and j - i < LONGEST:
        f = line.f[j]
        if f in BEGINS or not f[0].isalpha():
            break
        actor = line.entry(j, "actor") or line.entry(j, "capital")
        if actor is not None and alone and j > i:
            break
        if actor is not None:
            j = line.end(j)
            while j < b and (
                line.has(j, "demonym")
                or (line.has(j, "actor") and not alone and not line.cut(j).prep and not line.cut(j).conj)
            ):
                j = line.end(j)
            if j < b and line.marks[j] is None and f.endswith(("المتحدث", "الناطق")):
                j += 1
            if j + 1 < b and line.f[j] == "باسم" and (line.has(j + 1, "actor") or line.marks[j + 1] is None):
                j = line.end(j + 1)
            break
        if j == i and any(e.cat == "cue" and e.a == "generic" for e in (line.marks[j] or (0, ()))[1]):
            break
        if j > i and f == "باسم" and j + 1 < b:
            j = line.end(j + 1)
            break
        if (
            line.has(j, "harm", "event", "speech")
            or (line.has(j, "cue") and j > i)
            or line.is_(j, "prep")
            or line.is_(j, "loc")
        ):
            break
        if line.marks[j] is not None and (line.cut(j).prep in ("ب", "ل") or line.is_(j, "sub")):
            break
        if (
            j > i
            and line.marks[j] is None
            and (f.startswith(("بال", "لل")) or (f[0] in "بل" and len(f) > 5 and not f.startswith("ال") and j - i > 1))
        ):
            break
        j = line.end(j)
    return (i, j) if j > i else None


def speaker_of(line: Line, voices: list[Voice], trigger: int) -> tuple[Speaker, Voice] | None:
    """The outermost speaker whose words reach the trigger: the first before it, else one told behind it."""
    told = [v for v in voices if v.kind not in ("confess",)]
    before = [v for v in told if v.k <= trigger and v.kind != "source"]
    chosen = before[0] if before else next((v for v in told if v.kind == "source" or v.k > trigger), None)
    if chosen is None or (chosen.kind == "accuse" and not before):
        return None
    return Speaker(
        line.said(chosen.i, chosen.j), _quote(line, chosen.i, chosen.j), line.said(chosen.k, line.end(chosen.k))
    ), chosen


def _quote(line: Line, i: int, j: int) -> Quote:
    start, end = line.span(i, j)
    glued = (
        len(line.cut(i).conj) + len(line.cut(i).prep)
        if line.marks[i] is not None and not (line.cut(i).prep == "ل" and line.cut(i).det)
        else 0
    )
    if glued and len(line.f0[i]) - glued >= 2:
        start += glued
    return Quote(start, end, line.text[start:end])


def suspects_of(
    line: Line, a: int, b: int, scene: Scene, harms: Harms, voices: list[Voice], cues: dict[str, int]
) -> list[Suspect]:
    """The doers told between words a and b, each with how sure the words are of it."""
    out: list[Suspect] = []
    speaking = {x for v in voices if v.kind in ("say", "source", "warn") for x in range(v.i, v.j)}
    framed = _framed(line, a, b, voices)
    for i, j, attribution, by in framed:
        out.append(_suspect(line, i, j, attribution, by))
    claimed = {x for i, j, _, _ in framed for x in range(i, j)} | {
        x for v in voices for x in range(v.i, v.j) if v.kind == "accuse"
    }
    agents = [*harms.agents, *(h.agent for h in harms.found if h.agent is not None)]
    k = a
    while k < b:
        if k in speaking or k in claimed or not _actor(line, k):
            k = line.end(k)
            continue
        if line.has(k, "demonym") and not line.has(k, "actor"):
            i, j = _described(line, k, scene)
            if i is not None:
                out.append(_suspect(line, i, j, _certainty(line, i, j, cues), None))
            k = line.end(k)
            continue
        j = _extent(line, k, b)
        if _does(line, k, j, a, b, scene) or any(x[0] <= k < x[1] for x in agents):
            out.append(_suspect(line, k, j, _certainty(line, k, j, cues), None))
        k = j
    if not out:
        out = _shared(line, a, b, scene, speaking)
    return _merged(out)


def _shared(line: Line, a: int, b: int, scene: Scene, speaking: set[int]) -> list[Suspect]:
    """خرق النظام الهدنة وقصف…: the doer of the first verb does the second too."""
    joined = [k for k, _ in scene.acts if line.cut(k).conj == "و" and not line.cut(k).det and _verb(line, k)]
    for k in range(a, joined[0] if joined else a):
        if (
            k not in speaking
            and _actor(line, k)
            and line.has(k, "actor")
            and not line.cut(k).prep
            and not line.cut(k).conj
        ):
            if k and (line.is_(k - 1, "prep") or line.is_(k - 1, "loc") or line.has(k - 1, "harm", "event", "num")):
                return []
            return [_suspect(line, k, _extent(line, k, b), "stated", None)]
    return []


def _verb(line: Line, k: int) -> bool:
    return any(e.cat == "event" and e.b == "act" for e in line.marks[k][1])


def _actor(line: Line, k: int) -> bool:
    m = line.marks[k]
    if m is None:
        return False
    for e in m[1]:
        if e.cat == "actor" and (e.a in STATES or e.a == "armed_group"):
            return True
        if e.cat == "people" and e.b == "perp":
            return True
        if e.cat == "demonym":
            return True
    return False


def _extent(line: Line, k: int, b: int) -> int:
    """Where the actor that starts at word k ends, its adjectives and leaders included."""
    j = line.end(k)
    while j < b:
        led = line.f[j] == "بقيادة" and line.has(j + 1, "demonym", "place")
        if led or (line.f[j] in ("من", "بقيادة") and line.has(j + 1, "actor")):
            j = line.end(j + 1)
        elif line.has(j, "demonym") or line.f[j] in MASKED or _same_people(line, k, j):
            j = line.end(j)
        else:
            return j
    return j


def _same_people(line: Line, k: int, j: int) -> bool:
    """Whether the word at j goes on with the actor at k: مسلحين مجهولين، قوات الاحتلال الإسرائيلي."""
    cut = line.cut(j)
    if cut.conj or cut.prep:
        return False
    people = line.entry(j, "people")
    if people is not None and people.b == "perp" and line.has(k, "people"):
        return True
    return line.has(j, "actor") and line.has(k, "actor")


def _does(line: Line, i: int, j: int, a: int, b: int, scene: Scene) -> bool:
    """Whether the actor at words i..j stands where a doer does: behind or before its verb, behind its act or weapon."""
    cut = line.cut(i)
    if cut.stem in BOMBER and scene.has("explosion"):
        return True
    start = _ruler(line, i, a)
    if line.is_(start, "by") or (start > a and line.is_(start - 1, "by")):
        return True
    return (not cut.conj and _behind_act(line, start, cut, j)) or _before_verb(line, i, j, b, cut)


def _behind_act(line: Line, start: int, cut, end: int) -> bool:
    """Whether an actor cut as `cut`, right behind the phrase at `start` and up to word `end`, is its doer."""
    act, harm = line.entry(start, "event"), line.entry(start, "harm")
    if act is not None and act.b in ("act", "launch") and not cut.prep:
        if line.cut(start).stem == "استهداف":
            return line.has(end, "target", "place") and not line.cut(end).prep
        return not (act.a in SUFFERED and _noun_of_loss(line, start))
    if act is not None and act.b == "event" and cut.prep in ("", "ل") and act.a not in SUFFERED:
        return True
    if cut.prep:
        return False
    return line.has(start, "weapon") or (harm is not None and (harm.a, harm.b) == ("verb", "death"))


def _ruler(line: Line, i: int, a: int) -> int:
    """Where the phrase that rules the actor at word i starts: the last before it, past numbers and adjectives."""
    back = i - 1
    while back >= a and i - back <= 2 and line.f[back][0].isalpha():
        if line.marks[back] is not None and not line.has(back, "num") and line.f[back] not in PART_OF:
            break
        back -= 1
    if back > a and line.f[back] == "ل":
        back -= 1
    while back > a and line.marks[back] is None and _inside(line, back, a):
        back -= 1
    return _start(line, back, a)


def _inside(line: Line, k: int, a: int) -> bool:
    """Whether the unknown word at k is the tail of a known phrase."""
    return _start(line, k, a) != k


def _start(line: Line, k: int, a: int) -> int:
    """Where the known phrase that covers word k starts; k itself where none does."""
    for start in range(k, max(a - 1, k - 6), -1):
        if line.marks[start] is not None:
            return start if line.end(start) > k else k
    return k


def _noun_of_loss(line: Line, k: int) -> bool:
    """Whether the act is a verbal noun whose people suffer it: اعتقال، خطف، إعدام."""
    return line.f[k].removeprefix("و") in NOUN_OF_LOSS


def _before_verb(line: Line, i: int, j: int, b: int, cut) -> bool:
    """قوات النظام قصفت: a doer before its verb, without a preposition of its own."""
    if cut.prep or (i and (line.is_(i - 1, "loc") or line.is_(i - 1, "prep"))):
        return False
    k = j
    while (
        k < b
        and k - j < 4
        and (line.has(k, "demonym") or line.is_(k, "time") or line.is_(k, "adv") or line.marks[k] is None)
    ):
        if not line.f[k][0].isalpha():
            return False
        k += 1
    for e in line.marks[k][1] if k < b and line.marks[k] is not None else ():
        if e.cat == "event" and e.b in ("act", "launch") and not line.cut(k).det and not line.cut(k).prep:
            return not line.is_(k, "by") or k == j
        if (
            e.cat == "harm"
            and e.a == "verb"
            and line.f[k].startswith(("قتلت", "تقتل", "وتقتل", "يقتل", "قتلوا"))
            and line.has(i, "actor")
        ):
            return True
    return False


def _described(line: Line, k: int, scene: Scene) -> tuple[int | None, int]:
    """(start, end) of the act or weapon that the demonym at k describes: القصف الروسي، طائرات يعتقد أنها روسية."""
    entry = line.entry(k, "demonym")
    if not entry.a and entry.b in ("ps-people", "sy-people"):
        return None, k
    marks = {x for x, e in scene.weapons if e.a in ("aircraft", "drone", "missile", "shell", "firearm", "barrel bomb")}
    marks |= {x for x, e in scene.acts if e.b in ("event",) and e.a not in SUFFERED}
    if k and line.cut(k - 1).stem in UNITS and not line.cut(k - 1).prep and not line.cut(k).conj:
        return k - 1, line.end(k)  # قوة إسرائيلية، بارجة أمريكية
    for x in sorted(marks, reverse=True):
        if x < k and k - line.end(x) <= 1 and not any(not w[0].isalpha() for w in line.f[line.end(x) : k]):
            return x, line.end(k)
        if (
            x < k
            and k - line.end(x) <= 4
            and any(line.entry(y, "cue") is not None and line.entry(y, "cue").a == "suspected" for y in range(x, k))
        ):
            return k, line.end(k)
    return None, k


def _certainty(line: Line, i: int, j: int, cues: dict[str, int]) -> str:
    at = cues.get("suspected")
    if at is not None and (0 <= i - at <= 6 or i <= at < j):
        return "suspected"
    return "stated"


def _framed(line: Line, a: int, b: int, voices: list[Voice]) -> list[tuple[int, int, str, str | None]]:
    """Suspects of speech: accused by a speaker, claiming it themselves, denying their part."""
    out = []
    for v in voices:
        if v.kind == "accuse":
            k = v.j
            while k < b and k - v.j < 3 and not _actor(line, k) and not line.has(k, "capital"):
                k += 1
            if k < b and (_actor(line, k) or line.has(k, "actor")):
                out.append((k, _extent(line, k, b), "accused", line.said(v.i, v.j)))
            elif v.j - v.i >= 2 and _actor(line, v.j - 1):
                out.append((v.j - 1, v.j, "accused", line.said(v.i, v.j - 1)))
        elif v.kind == "confess":
            out.append((v.i, v.j, "claimed", line.said(v.i, v.j)))
        elif v.kind in ("say", "deny") and any(line.is_(x, "claimed") for x in range(v.j, min(v.j + 3, b))):
            out.append((v.i, v.j, "claimed" if v.kind == "say" else "denied", line.said(v.i, v.j)))
    at = next((x for x in range(a, b) if line.is_(x, "claimed")), None)
    if at is not None and not out:
        owner = next((k for k in range(at - 1, a - 1, -1) if line.has(k, "actor") and _actor(line, k)), None)
        if owner is not None:
            denies = any((e := line.entry(x, "speech")) is not None and e.a == "deny" for x in range(owner, at))
            out.append((owner, _extent(line, owner, b), "denied" if denies else "claimed", None))
    return out


def _suspect(line: Line, i: int, j: int, attribution: str, by: str | None) -> Suspect:
    quote = _quote(line, i, j)
    return Suspect((quote.text,), _kind(line, i, j), attribution, by, (quote,))


def _kind(line: Line, i: int, j: int) -> str:
    for k in range(i, j):
        m = line.marks[k]
        for e in m[1] if m is not None else ():
            if e.cat == "actor" and e.a in STATES:
                return "state"
            if e.cat == "actor" and e.a == "armed_group":
                return (
                    "person"
                    if line.has(k, "people") and not line.cut(k).det and len(m[1]) > 1 and j - i == 1
                    else "group"
                )
            if e.cat == "people":
                return "person"
    for k in range(i, j):
        e = line.entry(k, "demonym")
        if e is not None:
            return "group" if e.b == "ye-houthi" else "state"
    return "group"


def _merged(found: list[Suspect]) -> list[Suspect]:
    out: dict[tuple[str, str], Suspect] = {}
    for s in found:
        key = (s.mentions[0], s.attribution)
        if key not in out:
            out[key] = s
    return list(out.values())
