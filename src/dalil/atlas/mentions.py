"""`find_places`: the places that running text names, by the gazetteers' names and by the words around unknown ones.

A capital or country that acts ("Moscow denies", "Damascus's allies") is an actor and not a place; it is returned with
that role so that the reader can tell. docs/places.md states the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from dalil.atlas.known import Book, Name, book_of
from dalil.atlas.resolve import Relation, resolve
from dalil.atlas.words import Token, normal, tokens_of
from dalil.records import Candidate, Place, Quote

LOCATIVE = ("in", "near", "outside", "between")
LEADS = (*LOCATIVE, "from")
KINDS_ABOVE = ("province", "country", "district", "area")
MOST_WORDS_UNKNOWN = 4
# How far around a name its relation is looked for, in characters ("25 kilometres to the south-east of the town of").
AROUND = 70
# Words that make a place of the unknown capitalised word before them.
KINDS_THAT_SHOW = ("village", "town", "camp", "part", "district", "area", "province")
# What may follow an unknown name after "in"; before a noun capitals are more often an adjective ("in Tory circles").
ENDS = frozenset(("", ".", ",", ";", ":", ")", "(", "’", "'", "break", "line")) | frozenset(
    ("no", "in", "near", "outside", "and", "from", "then", "of")
)
ARTICLES = frozenset(("al", "el", "ul", "ar", "as", "ash", "at", "ad", "az", "ez", "an", "en", "es", "ed"))


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place as the text names it. `admin` and `country` are what the text says it lies in; `known` is whether a
    gazetteer has the name; `role` is "place", "container" (said only to place another one) or "actor"."""

    start: int
    end: int
    name: str
    kind: str | None
    admin: str | None
    country: str | None
    relation: Relation | None
    known: bool
    role: Literal["place", "container", "actor"] = "place"

    @property
    def quote(self) -> Quote:
        return Quote(self.start, self.end, self.name)


@dataclass(slots=True)
class _Before:
    """What `_before` found."""

    lead: str | None = None
    the: bool = False
    of: bool = False
    kind: str | None = None
    direction: str | None = None
    side: bool = False
    distance_km: float | None = None
    near: str | None = None


@dataclass(slots=True)
class _Span:
    """A name in the row of tokens, i to j (exclusive); `cut` letters of a joined Arabic preposition come off."""

    i: int
    j: int
    name: Name | None
    cut: int = 0
    joined: str = ""


def find_places(text: str, *, lang: str | None = None, country: str | None = None) -> list[PlaceMention]:
    """The places named in `text`, in text order, not overlapping; text[start:end] is the name.

    Looks through the gazetteer of `country` (of all countries where None), the person's own places and the built-in
    table. `lang` may stay None: both languages are read.
    """
    tokens = tokens_of(text)
    scan = _Scan(text, tokens, book_of(country))
    found = []
    i = 0
    while i < len(tokens):
        span = scan.span_at(i)
        mention = scan.mention(span) if span else None
        if mention is None:
            i += 1
            continue
        found.append((span, mention))
        i = span.j
    return _contained(scan, found)


def resolve_mention(
    mention: PlaceMention, *, country: str | None = None, near: tuple[Candidate, ...] = (), limit: int = 5
) -> Place:
    """The mention as a Place with its candidates; `country` is the text's own where the mention states none."""
    return resolve(
        mention.name, mention.quote, country=mention.country or country, admin=mention.admin, near=near,
        feature_hint=mention.kind, relation=mention.relation, limit=limit,
    )  # fmt: skip


class _Scan:
    """One text being searched."""

    def __init__(self, text: str, tokens: list[Token], book: Book):
        self.text, self.tokens, self.book = text, tokens, book
        letters = [t for t in tokens if t.cls == "cap" and not t.arabic]
        self.caps = bool(letters) and text.upper() == text

    def at(self, i: int) -> Token | None:
        return self.tokens[i] if 0 <= i < len(self.tokens) else None

    def cls(self, i: int) -> str:
        return self.tokens[i].cls if 0 <= i < len(self.tokens) else ""

    def span_at(self, i: int) -> _Span | None:
        """The longest name that begins at token `i`, known first, then an unknown one that its surroundings show."""
        token = self.tokens[i]
        if token.arabic:
            return self._arabic_at(i)
        first = token.text[0]
        if not first.isupper() or (token.cls == "no" and not self.caps):
            return None
        known = self._known(i, token.norm)
        if known is not None:
            return known
        return self._unknown_latin(i) if token.cls == "cap" and not self.caps else None

    def _known(self, i: int, first: str) -> _Span | None:
        rows = self.book.first.get(first)
        if rows is None:
            return None
        rest: list[str] = []
        best = None
        if () in rows:
            best = _Span(i, i + 1, rows[()])
        j = i + 1
        most = self.book.longest.get(first, 0)
        while j < len(self.tokens) and len(rest) < most:
            word = self.tokens[j].norm
            if not word[:1].isalpha():
                break
            if word in ARTICLES and self.cls(j + 1) not in ("", "."):
                j += 1
                continue
            rest += word.split(" ")
            j += 1
            name = rows.get(tuple(rest))
            if name is not None:
                best = _Span(i, j, name)
        return best

    def _unknown_latin(self, i: int) -> _Span | None:
        """A row of capitalised words that its surroundings show to be a place: "in X", "the village of X"."""
        if self.cls(i - 1) == "cap":
            return None
        j = i + 1
        while j - i < MOST_WORDS_UNKNOWN and (step := self._goes_on(j)):
            j += step
        after = self.cls(j)
        kind_after = after == "kind" and self.tokens[j].text[0].islower()
        before = self._before(i)
        if before.kind or (kind_after and self.tokens[j].value in KINDS_THAT_SHOW) or self._container_after(j):
            return _Span(i, j, None)
        lead = before.lead or ("in" if before.of and self.cls(i - 2) == "folk" else None)
        if lead == "from":
            return _Span(i, j, None) if after == "in" and self._strong_at(j + 1) else None
        ends = after in ENDS or kind_after or (after == "low" and self.tokens[j].text.endswith("ed"))
        return _Span(i, j, None) if lead and ends else None

    def _goes_on(self, j: int) -> int:
        """How many tokens a name that reached `j` goes on: a capitalised word, or a particle and one."""
        if self.cls(j) == "cap" and self.tokens[j - 1].end + 1 >= self.tokens[j].start:
            return 1
        return 2 if self.cls(j) == "particle" and self.cls(j + 1) == "cap" else 0

    def _strong_at(self, j: int) -> bool:
        token = self.at(j)
        rows = self.book.first.get(token.norm) if token is not None else None
        return rows is not None and any(n.strong for n in rows.values())

    def _arabic_at(self, i: int) -> _Span | None:
        token = self.tokens[i]
        known = self._known(i, token.norm)
        if known is None:
            for cut, joined in _joined(token.norm):
                stem = normal(token.norm[cut:])
                known = self._known(i, stem) if len(stem) > 2 else None
                if known is not None:
                    known.cut, known.joined = cut, joined
                    break
        if known is not None and token.cls in ("low", "head", "dir", "area"):
            return known
        if self.cls(i - 1) == "kind" and token.cls in ("low", "head"):
            j = i + 1
            while j < len(self.tokens) and self.tokens[j - 1].cls == "head" and self.tokens[j].arabic:
                j += 1
            return _Span(i, j, None)
        return None

    def _before(self, i: int) -> _Before:
        """What stands before a name: preposition, kind of place, direction, distance."""
        out = _Before()
        k = i - 1
        if self.cls(k) == "the":
            out.the, k = True, k - 1
        if self.cls(k) == "dir":
            if self.tokens[k].arabic:
                out.direction, k = self.tokens[k].value, k - 1
                out.side = True
            elif self.cls(k - 1) != "of":
                out.side, out.direction, k = True, self.tokens[k].value, k - 1
        if self.cls(k) == "kind" and (self.tokens[k].arabic or self.tokens[k].text[0].isupper()):
            out.kind, k = self.tokens[k].value, k - 1
        elif self.cls(k) == "of":
            if self.cls(k - 1) == "kind":
                out.kind, k = self.tokens[k - 1].value, k - 2
            elif self.cls(k - 1) == "dir":
                out.direction, out.side, k = self.tokens[k - 1].value, False, k - 2
                out.lead = "near"
            else:
                out.of = True
        while self.cls(k) in ("the", "dir") and k >= 0:
            if self.cls(k) == "dir" and self.tokens[k].arabic and out.direction is None:
                out.direction = self.tokens[k].value
            k -= 1
        return self._distance(out, k)

    def _distance(self, out: _Before, k: int) -> _Before:
        """Reads on to the left: "10 km (to the) north of X", "10 km from X", the preposition itself."""
        if self.cls(k) in LEADS:
            token = self.tokens[k]
            out.lead = out.lead or token.cls
            out.near = token.value if token.cls in ("near", "outside") else None
            if (token.cls == "from" and self.cls(k - 1) == "km") or (token.norm == "to" and out.direction):
                k -= 1
        if self.cls(k) == "km" and self.cls(k - 1) == "num":
            out.distance_km = _number(self.tokens[k - 1].value) * float(self.tokens[k].value)
            out.lead = "near"
            out.side = False
        return out

    def mention(self, span: _Span) -> PlaceMention | None:
        """The mention that a span is, or None where nothing around it says that a place is meant."""
        before = self._before(span.i)
        first, last = self.tokens[span.i], self.tokens[span.j - 1]
        start, end = first.start + span.cut, last.end
        lead = before.lead or ("in" if "ب" in span.joined else None)
        kind = before.kind or self._kind_after(span.j)
        possessive = self.cls(span.j) in ("'", "’") and (t := self.at(span.j + 1)) is not None and t.norm == "s"
        name = span.name
        role: Literal["place", "actor"] = "place"
        if name is not None:
            kind = kind or (name.kind if name.kind in KINDS_ABOVE else None)
            placed = lead in LOCATIVE or (lead == "from" and name.kind != "country") or before.kind or before.direction
            inside = self.cls(span.i - 1) in (",", "(")
            if name.capital and not (inside or (before.of and name.kind != "country")):
                if not placed or (possessive and lead not in LOCATIVE):
                    role = "actor"
            elif not name.strong and not (placed or self._kind_after(span.j) or self._container_after(span.j)):
                return None
            if self.caps and len(self.text[start:end]) < 4:
                return None
        relation = _relation(before, self._direction_after(span))
        return PlaceMention(start, end, self.text[start:end], kind, None, None, relation, name is not None, role)

    def _kind_after(self, j: int) -> str | None:
        token = self.at(j)
        if token is None or token.cls != "kind" or token.arabic:
            return None
        return token.value

    def _container_after(self, j: int) -> bool:
        """Whether a comma and a strong name follow ("Kafr Lata, Idlib")."""
        if self.cls(j) not in (",", "("):
            return False
        return self._strong_at(j + 1) and not self._listed(j + 1)

    def _listed(self, j: int) -> bool:
        """Whether the name at `j` goes on as a list ("Sami, Homs and …"), which says nothing of where it lies."""
        return self.cls(j + 1) == "and"

    def _direction_after(self, span: _Span) -> str | None:
        token = self.at(span.j)
        return token.value if token is not None and token.arabic and token.cls == "dir" else None


def relation_at(text: str, quote: Quote) -> Relation | None:
    """How the words around a place's name say that something stands to it; None where they say that it is there.

    "10 km north of X", "west of X", "near X", "between X and Y", "eastern X"; the other name of "between" as written.
    """
    first = max(text.rfind("\n", 0, quote.start) + 1, quote.start - AROUND)
    last = text.find("\n", quote.end, quote.end + AROUND)
    tokens = tokens_of(text[first : last if last >= 0 else quote.end + AROUND])
    start, end = quote.start - first, quote.end - first
    i = next((n for n, t in enumerate(tokens) if t.end > start), None)
    j = next((n for n, t in enumerate(tokens) if t.start >= end), len(tokens))
    if i is None or i >= j:
        return None
    scan = _Scan(text, tokens, Book(()))
    while i + 1 < j and scan.cls(i) in ("kind", "the", "dir", "near", "of"):  # a quote may hold "the village of"
        i += 1
    before = scan._before(i)
    relation = _relation(before, scan._direction_after(_Span(i, j, None)))
    if relation is not None and relation.kind == "side" and before.direction and tokens[i].arabic:
        return Relation("outskirts")  # "شمال حلب": its northern part, or north of it
    if relation is None or relation.kind != "between":
        return relation
    return Relation("between", other=_second_name(scan, j))


def _second_name(scan: _Scan, j: int) -> str | None:
    """The name behind "and" at `j`."""
    if scan.cls(j) != "and" and not (scan.at(j) is not None and scan.tokens[j].norm.startswith("و")):
        return None
    k = j + (scan.cls(j) == "and")
    while scan.cls(k) in ("the", "kind", "of"):
        k += 1
    stop = k
    while stop < len(scan.tokens) and stop - k < MOST_WORDS_UNKNOWN and scan.cls(stop) in ("cap", "low", "head"):
        if scan.cls(stop) == "low" and not scan.tokens[stop].arabic:
            break
        stop += 1
        if scan.tokens[stop - 1].arabic and scan.cls(stop - 1) != "head":
            break
    words = scan.tokens[k:stop]
    if not words:
        return None
    name = " ".join(t.text for t in words)
    return name.removeprefix("و") if words[0].arabic and k == j else name


def _joined(norm: str) -> list[tuple[int, str]]:
    """How many first letters of an Arabic word may be joined prepositions, and which."""
    out = []
    if len(norm) > 3 and norm[0] in "وفبلك":
        out.append((1, norm[0]))
        if len(norm) > 4 and norm[0] in "وف" and norm[1] in "بلك":
            out.append((2, norm[:2]))
    return out


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # "10th", "3b": no distance
        return 0.0


def _relation(before: _Before, direction_after: str | None) -> Relation | None:
    if before.distance_km is not None or (before.direction and not before.side):
        return Relation("direction" if before.direction else "near", before.direction, before.distance_km)
    if before.near:
        return Relation(before.near)
    direction = before.direction if before.side else direction_after
    if direction:
        return Relation("side", direction)
    return Relation("between") if before.lead == "between" else None


def _contained(scan: _Scan, found: list[tuple[_Span, PlaceMention]]) -> list[PlaceMention]:
    """Mentions that say where another lies become its province or country; "between A and B" becomes one relation."""
    out = [mention for _, mention in found]
    for n in range(len(found) - 2, -1, -1):
        left, right = found[n][0], found[n + 1][0]
        gap = [scan.cls(k) for k in range(left.j, right.i)]
        one, other = out[n], out[n + 1]
        if one.relation and one.relation.kind == "between" and gap in (["and"], ["and", "the"]):
            out[n] = replace(one, relation=Relation("between", other=other.name))
            continue
        if not _says_where(gap, right) or (other.kind not in KINDS_ABOVE and not _is_above(scan, right, gap)):
            continue
        if one.kind == "country" or (one.kind == "province" and other.kind != "country"):
            continue
        code = right.name.country if right.name and right.name.kind == "country" else other.country
        admin = other.admin if other.kind == "country" else other.name
        out[n] = replace(one, admin=one.admin or admin, country=one.country or code)
        out[n + 1] = replace(other, role="container")
    return out


def _says_where(gap: list[str], right: _Span) -> bool:
    """Whether what stands between two names says that the second holds the first."""
    plain = [c for c in gap if c not in ("the", "kind", "dir", "line")]
    return plain in ([","], ["("], ["in"], [",", "in"], ["of"], []) and (bool(gap) or "ب" in right.joined)


def _is_above(scan: _Scan, right: _Span, gap: list[str]) -> bool:
    """A bare town that bears its province's name holds the other after a comma ("Kafr Lata, Idlib")."""
    if right.name is None or not right.name.strong or not gap:
        return False
    words = tuple(scan.tokens[k].norm for k in range(right.i, right.j))
    return any(g.is_division(" ".join(words)) for g in scan.book.gazetteers)
