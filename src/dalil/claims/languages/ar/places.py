"""Where, in Arabic: names have no capitals, so the words before them tell: بلدة، قرية، حي، في، على."""

from __future__ import annotations

from dataclasses import dataclass

from dalil.claims.languages.ar.words import Line, rows, word_set
from dalil.records import Quote

LONGEST = 3
# What the word before a name says of its kind, in the atlas's words.
HINTS = {w: row["hint"] for row in rows("place_kinds.tsv") for w in row["forms"].split("|")}
NEAR = word_set("near")
SIDES = word_set("sides")
TOWARDS = word_set("towards")
CALLED = ("part", "village", "town", "camp")  # kinds that are called by a noun: حي المطار، مخيم المستشفى
WALLS = ("event", "harm", "num", "weapon", "count", "speech", "demonym")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place named at words i..j; `score` ranks it among the spots of its clause."""

    i: int
    j: int
    name: str
    quote: Quote
    precision: int
    score: float
    hint: str | None = None


def spots_of(line: Line, a: int, b: int, taken: set[int]) -> list[Spot]:
    """The places named between words a and b, in order, without those whose words are taken (speakers, people)."""
    out: list[Spot] = []
    k = a
    while k < b:
        if k in taken:
            k += 1
            continue
        spot = _spot_at(line, k, b, taken)
        if spot is None:
            k = line.end(k)
        else:
            out.append(spot)
            k = spot.j
    return out


def _spot_at(line: Line, k: int, b: int, taken: set[int]) -> Spot | None:
    m = line.marks[k]
    lead = k
    if m is not None and any(e.cat == "class" and e.a == "placeword" for e in m[1]) and not line.cut(k).suffix:
        n = _skip_placewords(line, k, b)
        i, j = _name(line, n, b, True)
        if j > i:
            top = line.is_(n - 1, "placetop")
            hint = HINTS.get(line.cut(n - 1).stem)
            return _made(
                line, i, j, 5.0 - (2.5 if hint == "province" else 1.5) * top - _side(line, lead), 3 if top else 1, hint
            )
        if n - 1 > k and line.cut(n - 1).det and HINTS.get(line.cut(k).stem) in CALLED:
            return _made(line, n - 1, n, 3.0, 1, HINTS.get(line.cut(k).stem))  # حي المطار
        if line.is_(k, "placehead") and not line.cut(k).prep:
            i, j = _name(line, k, b, True)
            return _made(line, i, j, 3.0, 1) if j - i > 1 else None
        return None
    if line.is_(k, "loc") or line.f[k] in ("الي", "باتجاه"):
        n = line.end(k)
        if n >= b or line.is_(n, "placeword") or n in taken:
            return None
        while n < b and (line.is_(n, "direction") or line.is_(n, "loc")) and not _ends_name(line, n + 1, b):
            n += 1
        i, j = _name(line, n, b, False)
        if j > i:
            near = line.f[k] in NEAR or line.f[k] in SIDES
            score = 3.0 - near - 2.0 * (line.f[k] in TOWARDS) - _side(line, lead)
            return _made(line, i, j, score + _known(line, i), 2 if near else 1)
        return None
    prep = line.cut(k).prep
    if m is None and _object(line, k):
        i, j = _name(line, k, b, False)
        if j > i:
            return _made(line, i, j, 1.5, 1)
    if m is not None and not prep and line.has(k, "capital") and k and not line.has(k - 1, "actor", "weapon", "event"):
        return None  # a capital that acts: تدرس واشنطن
    if (
        m is not None
        and prep in ("ب", "")
        and any(e.cat == "place" for e in m[1])
        and not any(e.cat in WALLS for e in m[1])
    ):
        i, j = _name(line, k, b, False)
        if j > i:
            return _made(line, i, j, (2.5 if prep else 1.0) + _known(line, i), 1)
    if m is None and line.f[k].startswith("بال") and len(line.f[k]) > 5:
        return _made(line, k, k + 1, 1.0, 1)
    if line.is_(k, "placehead") and k + 1 < b and line.marks[k + 1] is None and not line.has(k, "people", "kin"):
        i, j = _name(line, k, b, True)
        return _made(line, i, j, 2.0, 1) if j - i > 1 else None
    return None


def _object(line: Line, k: int) -> bool:
    """Whether the unknown word at k is what an act falls on: قصفت مدفعية حيش، استهدفت غارة جوية كفر ناصح."""
    back = k - 1
    while back >= 0 and line.marks[back] is None and line.f[back][0].isalpha():
        back -= 1
    if k - back > 1 or back < 1 or line.f[k].startswith(("ال", "وال", "بال")):
        return False
    start = next(
        (x for x in range(back, max(-1, back - 3), -1) if line.marks[x] is not None and line.end(x) > back), None
    )
    if start is None or not line.has(start, "weapon", "actor", "event") or line.f[k].endswith(("ية", "ين", "ان", "ا")):
        return False
    return any(_finite(line, x) for x in range(start - 1, max(-1, start - 4), -1))


def _finite(line: Line, k: int) -> bool:
    """Whether a verb of violence stands at word k."""
    return line.marks[k] is not None and any(e.cat == "event" and e.b == "act" for e in line.marks[k][1])


def _skip_placewords(line: Line, k: int, b: int) -> int:
    n = k
    while n < b and (line.is_(n, "placeword") or (n > k and line.is_(n, "direction"))):
        if line.is_(n, "placehead") and n + 1 < b and line.marks[n + 1] is None and not line.is_(n, "placetop"):
            break
        n += 1
    if n < b and line.f[n] in ("تابعة", "من"):
        return b
    if n < b and line.f[n] == "في":
        n += 1
    return n


def _name(line: Line, i: int, b: int, after_word: bool) -> tuple[int, int]:
    """Words i..j of the name that starts at word i; (i, i) where none does."""
    j = i
    while j < b and j - i < LONGEST + 1:
        m = line.marks[j]
        f = line.f[j]
        if not f[0].isalpha() or (j > i and line.cut(j).conj and m is not None):
            break
        if m is not None and any(e.cat == "place" for e in m[1]) and not (j > i and line.cut(j).prep):
            j = m[0]
            break
        if after_word and j == i and m is not None and _named_by_noun(line, j):
            return i, m[0]
        if (
            m is not None
            and any(e.cat in ("idiom", *WALLS) for e in m[1])
            and not any(e.cat == "class" and e.a == "placehead" for e in m[1])
        ):
            break
        if (
            m is not None
            and any(e.cat == "class" and e.a == "placehead" for e in m[1])
            and (j == i or line.is_(j - 1, "placehead"))
        ):
            j += 1
            continue
        if m is not None and any(e.cat == "class" and e.a == "direction" for e in m[1]) and j > i:
            if _ends_name(line, j + 1, b) and not line.is_(j - 1, "placehead"):
                j += 1
            break
        if m is not None:
            if (
                after_word
                and j > i
                and line.is_(j - 1, "placehead")
                and len(m[1])
                and not any(e.cat == "class" and e.a != "placeword" for e in m[1])
            ):
                j += 1
            break
        if j > i and f[0] == "و" and len(f) > 3 and not line.is_(j - 1, "placehead"):
            break
        if (
            j > i
            and not line.is_(j - 1, "placehead")
            and f.startswith(("ب", "ل"))
            and not line.f[i].startswith("ال")
            and len(f) > 6
        ):
            break
        j += 1
        if j - i >= LONGEST:
            break
    if j > i and line.is_(j - 1, "placehead") and j - i == 1 and not line.has(i, "place"):
        return i, i
    return i, j


def _named_by_noun(line: Line, j: int) -> bool:
    """Whether a quarter or village is called by the known word at j: حي الروضة، حي السلام."""
    if j and line.cut(j - 1).det:
        return False  # المدينة القديمة
    cut = line.cut(j)
    return (
        cut.det
        and not cut.conj
        and line.end(j) == j + 1
        and all(e.cat in ("target", "common") for e in line.marks[j][1])
    )


def _ends_name(line: Line, k: int, b: int) -> bool:
    """Whether a direction word before k belongs to the name: nothing that it could point at follows."""
    if k >= b:
        return True
    if line.marks[k] is None:
        return not line.f[k][0].isalpha() or line.f[k][0] == "و"
    return not line.has(k, "place") and not line.is_(k, "placehead") and not line.is_(k, "placeword")


def _known(line: Line, i: int) -> float:
    e = line.entry(i, "place")
    return 0.0 if e is None else 0.7


def _side(line: Line, lead: int) -> float:
    """How much a place counts less because it only says which way: غرب حلب، باتجاه حلب، 12 كيلومترا غرب."""
    before = {line.f[x] for x in range(max(0, lead - 2), lead)}
    return (
        2.5
        if before & {"تبعد", "كيلومترا", "كيلومتر", "باتجاه", "نحو"} or line.f[lead] in ("غرب", "شرق", "شمال", "جنوب")
        else 0.0
    )


def _made(line: Line, i: int, j: int, score: float, precision: int, hint: str | None = None) -> Spot:
    known = line.entry(i, "place")
    if known is not None and known.a == "CC":
        score, precision, hint = score - 3.0, 6, "country"
    start, end = line.span(i, j)
    shown = _shown(line, i)
    start += shown
    text = line.text[start:end]
    return Spot(i, j, text, Quote(start, end, text), precision, score, hint)


def _shown(line: Line, i: int) -> int:
    """How many letters of the first word are a glued preposition: بحماة، بالكوت → حماة، الكوت."""
    cut, f = line.cut(i), line.f0[i]
    glued = len(cut.conj) + len(cut.prep) if line.marks[i] is not None else (1 if line.f[i].startswith("بال") else 0)
    if cut.prep == "ل" and cut.det:
        return 0
    return glued if glued and len(f) - glued >= 2 else 0
