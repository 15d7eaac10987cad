"""What a text offers as doers, targets, victims and weapons: every stretch of words that may be a noun phrase.

The cascade's own phrases are among them; the others are the runs of words between closed-class words, cut at verbs,
with "of …" behind them. `features_of` says of one stretch what `sifting` weighs: its words, its neighbours, the nearest
triggers on both sides, and what part the cascade gave it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from dalil.claims.reader.drafts import Draft
from dalil.claims.reader.lexicon import CLOSED
from dalil.claims.reader.marking import Line

LONGEST = 9  # words of a proposal, "of …" included
REACH = 7  # words of a run that a proposal may take
JOINERS = ("of", "for")
ARTICLES = ("the", "a", "an")
OWNERS = (*ARTICLES, "this", "its", "his", "her", "their")
ENDS = frozenset(["that", "who", "which", "where", "when", "there", "not", "has", "have", "had", "is", "was", "be"])
THINGS = frozenset(["people", "weapon", "target", "actor"])
TOLD = frozenset(["people", "target", "weapon", "actor", "noun", "verb", "demonym"])
CLASSES = frozenset(["title", "orgword", "placeword", "bodyword", "settlement"])
# The five families in which a report's acts are weighed; types that are not here (detention, movement) have none.
FAMILIES = {
    "airstrike": "bombing", "barrel_bomb": "bombing", "missile": "bombing", "explosion": "bombing",
    "shelling": "attack", "shooting": "attack", "killing": "attack", "execution": "attack", "stabbing": "attack",
    "ground_assault": "attack", "attack": "attack", "chemical": "attack",
    "abduction": "kidnapping", "arson": "arson", "robbery": "robbery", "work_stoppage": "forced work stoppage",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word of an act in a sentence, at words i..j."""

    i: int
    j: int
    family: str
    frame: str
    voice: str
    words: str


@dataclass(slots=True)
class Proposal:
    """One wording that a text offers, wherever it stands, with what is known of it."""

    words: str
    spots: list[tuple[Line, int, int]] = field(default_factory=list)
    features: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Parts:
    """What part the cascade gave to which words: by (sentence, word) and by (sentence, first, end)."""

    words: dict[tuple[int, int], set[str]]
    spans: dict[tuple[int, int, int], set[str]]


def family(kind: str) -> str:
    return FAMILIES.get(kind, "-")


def parts_of(drafts: list[Draft]) -> Parts:
    """The parts that the drafts' mentions give to phrases, each with the kind and the status of its act."""
    parts = Parts(defaultdict(set), defaultdict(set))
    for d in drafts:
        for m in d.mentions:
            for role, phrases in (("V", m.victims), ("A", m.agents), ("T", m.targets), ("W", m.weapons)):
                for p in phrases:
                    tag = f"{role}:{family(d.type)}:{d.status}:{m.effect}"
                    for a, b in ((p.core, p.stop), p.name or (0, 0)):
                        parts.spans[d.line.number, a, b].add(tag)
                    for k in range(p.i, p.j):
                        parts.words[d.line.number, k].add(tag)
    return parts


def proposals_of(lines: list[Line], parts: Parts, skipped: set[int]) -> dict[str, Proposal]:
    """Every proposal of the text by its bare words, in text order."""
    found: dict[str, Proposal] = {}
    for line in lines:
        if line.number in skipped:
            continue
        triggers = triggers_of(line)
        closed = [_ends(line, k) for k in range(line.n)]
        common = {f"st={t.words}" for t in triggers} | ({"notrig"} if not triggers else set())
        for i, j in _spans(line, closed):
            words = bare_words(line, i, j)
            if not words:
                continue
            one = found.get(words)
            if one is None:
                one = found[words] = Proposal(words)
            one.spots.append((line, i, j))
            one.features |= common
            one.features.update(features_of(line, i, j, triggers, closed, parts))
    return found


def bare_words(line: Line, i: int, j: int) -> str:
    """The words without articles and without signs."""
    kept = ["".join(c for c in w if c.isalnum()) for w in line.w[i:j] if w not in ARTICLES]
    out: list[str] = []
    for w, raw in zip(kept, [w for w in line.w[i:j] if w not in ARTICLES], strict=True):
        if raw == "'s" and out:
            out[-1] += "s"
        elif w:
            out.append(w)
    return " ".join(out)


def triggers_of(line: Line) -> list[Trigger]:
    """The words of acts in the sentence, in order."""
    out: list[Trigger] = []
    k = 0
    while k < line.n:
        m = line.marks[k]
        if m is None:
            k += 1
            continue
        e = next((e for e in m[1] if e.cat in ("verb", "noun") and e.b), None)
        if e is not None:
            passive = e.form in ("part", "past") and any(line.is_(x, "aux") for x in range(max(0, k - 3), k))
            voice = "n" if e.cat == "noun" else "pass" if passive else e.form
            out.append(Trigger(k, m[0], family(e.b), e.a, voice, " ".join(line.w[k : m[0]])))
        k = m[0]
    return out


def _ends(line: Line, k: int) -> bool:
    """Whether word k ends a run: signs, closed-class words, finite verbs."""
    w = line.w[k]
    if w == "'s":
        return False
    if not w[0].isalnum() or w in ENDS or line.kinds[k] & CLOSED:
        return True
    m = line.marks[k]
    if m is None:
        return False
    for e in m[1]:
        if e.cat == "speech" and e.form in ("past", "s"):
            return True
        if e.cat == "verb" and e.form in ("past", "part", "s") and not w.endswith("armed"):
            return not any(x.cat in THINGS or x.cat == "noun" for x in m[1])
    return False


def _verbal(line: Line, k: int) -> bool:
    w = line.w[k]
    if w.endswith(("ed", "ing")):
        return True
    m = line.marks[k]
    return m is not None and any(e.cat == "verb" for e in m[1]) and not any(e.cat in THINGS for e in m[1])


def _runs(line: Line, closed: list[bool]) -> list[tuple[int, int]]:
    out, k = [], 0
    while k < line.n:
        if closed[k]:
            k += 1
            continue
        j = k
        while j < line.n and not closed[j]:
            j += 1
        a, b = k, j
        while a < b and line.w[a] == "'s":
            a += 1
        while b > a and line.w[b - 1] == "'s":
            b -= 1
        if b > a:
            out.append((a, b))
        k = j
    return out


def _spans(line: Line, closed: list[bool]) -> list[tuple[int, int]]:
    """The word ranges of all proposals of a sentence."""
    found: set[tuple[int, int]] = set()
    runs = _runs(line, closed)
    for a, b in runs:
        ends = {b, *(x for x in range(a + 1, b) if _verbal(line, x))}
        for e in ends:
            found.update((s, e) for s in range(max(a, e - REACH), e) if line.w[s] != "'s")
        for k in range(a, b):
            m = line.marks[k]
            if m is not None and any(e.cat in ("weapon", "actor") for e in m[1]):
                found.update(((k, m[0]), (max(a, k - 1), m[0])))
    for p in line.phrases:
        found.update((i, j) for i, j in ((p.core, p.stop), (p.i, p.j), p.name or (0, 0)) if j > i)
    _with_of(line, found, dict(runs))
    out = set()
    for i, j in found:
        while i < j and line.w[i] in ARTICLES:
            i += 1
        if j > i and any(w[0].isalpha() for w in line.w[i:j]):
            out.add((i, j))
    return sorted(out)


def _with_of(line: Line, found: set[tuple[int, int]], runs: dict[int, int]) -> None:
    """Adds "members of the union" to "members", and one more such step."""
    for _ in range(2):
        for i, j in list(found):
            if not (j < line.n and line.w[j] in JOINERS and j - i <= 4):
                continue
            n = j + 1
            while n < line.n and line.w[n] in OWNERS:
                n += 1
            b = runs.get(n)
            if b is None:
                continue
            ends = (b, *(x for x in range(n + 1, b) if _verbal(line, x)))
            found.update((i, e) for e in ends if e - i <= LONGEST)


def _far(n: int) -> str:
    return str(n) if n < 4 else "5" if n < 7 else "9" if n < 12 else "+"


def stem(w: str) -> str:
    return w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w


def features_of(line: Line, i: int, j: int, triggers: list[Trigger], closed: list[bool], parts: Parts) -> list[str]:
    """What is weighed of the words i..j where they stand."""
    head_end = next((x for x in range(i, j) if line.w[x] in JOINERS), j)
    out = _inner(line, i, j, head_end)
    out += _outer(line, i, j, line.w[head_end - 1], closed)
    out += _near_acts(line, i, j, triggers)
    out += [f"cr={x}" for x in parts.spans.get((line.number, i, j), ())]
    out += {f"co={x}" for k in range(i, j) for x in parts.words.get((line.number, k), ())}
    out.append("ln=" + _far(line.number))
    return out


def _inner(line: Line, i: int, j: int, head_end: int) -> list[str]:
    w = line.w
    head = w[head_end - 1]
    out = ["h=" + head, "hs=" + stem(head), "f=" + w[i], f"len={min(j - i, 6)}"]
    out += ["w=" + x for x in w[i:j]]
    if head_end < j:
        out += ["of", "h2=" + w[j - 1]]
    if head_end - 2 >= i:
        out.append(f"hb={w[head_end - 2]}_{head}")
    if w[i][0].isdigit() or line.entry(i, "num"):
        out.append("num")
    for k in range(i, j):
        m = line.marks[k]
        if m is None:
            continue
        place = "H" if m[0] == head_end else "M"
        for e in m[1]:
            if e.cat in TOLD:
                out.append(f"{place}{e.cat}:{e.a}")
            elif e.cat == "class" and e.a in CLASSES:
                out.append(f"{place}c:{e.a}")
    unknown = sum(_unknown(line, k) for k in range(i, j))
    out.append(f"unk={min(unknown, 4)}/{min(j - i, 4)}")
    if unknown == j - i:
        out.append(f"allunk{min(j - i, 4)}")
    p = line.owner[i]
    if p is not None:
        out.append(f"ph={p.kind}{p.core == i:d}{j in (p.stop, p.j):d}")
    return out


def _unknown(line: Line, k: int) -> bool:
    return 0 <= k < line.n and line.marks[k] is None and line.w[k] not in line.lx.ordinary and line.w[k].isalpha()


def _outer(line: Line, i: int, j: int, head: str, closed: list[bool]) -> list[str]:
    w, n = line.w, line.n

    def at(k: int) -> str:
        return w[k] if 0 <= k < n else "|"

    before, after = at(i - 1), at(j)
    out = [f"p{o}={at(i - o)}" for o in (1, 2, 3)] + [f"n{o}={at(j + o - 1)}" for o in (1, 2, 3)]
    out += [f"pp={at(i - 2)}_{before}", f"nn={after}_{at(j + 1)}", f"pn={before}_{after}", f"p1h={before}_{stem(head)}"]
    if i > 0 and not closed[i - 1]:
        out.append("extl")
    if i > 0 and line.entry(i - 1, "num"):
        out.append("exnum")
    if line.is_(i - 1, "title"):
        out.append("ptitle")
    if j < n and not closed[j]:
        out.append("extr")
    if after == "of":
        out.append("extof")
    if _unknown(line, j):
        out.append("unkr")
    if _unknown(line, i - 1):
        out.append("unkl")
    return out


def _near_acts(line: Line, i: int, j: int, triggers: list[Trigger]) -> list[str]:
    out: list[str] = []
    left = next((t for t in reversed(triggers) if t.j <= i), None)
    right = next((t for t in triggers if t.i >= j), None)
    if left is not None:
        act, gap = f"{left.frame}:{left.voice}", i - left.j
        prep = next((line.w[x] for x in range(i - 1, left.j - 1, -1) if line.is_(x, "prep")), "0")
        out += ["tl=" + left.words, "tlf=" + act, f"tld={act}:{_far(gap)}", "tlt=" + left.family]
        out += [f"tlp={act}:{prep}", f"tlpw={left.words}:{prep}"]
        if gap <= 2:
            out.append(f"tln={left.words}:{left.voice}:{prep}")
    if right is not None:
        act, gap = f"{right.frame}:{right.voice}", right.i - j
        out += ["tr=" + right.words, "trf=" + act, f"trd={act}:{_far(gap)}", "trt=" + right.family]
        if gap <= 3:
            out.append(f"trn={right.words}:{right.voice}")
    out += ["ti=" + t.words for t in triggers if t.i < j and t.j > i]
    return out
