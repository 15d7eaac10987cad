"""What stands between a verb and its subject or only looks like one: asides, larger places, brackets, agreement."""

from __future__ import annotations

from dalil.claims.reader.marking import Line
from dalil.claims.reader.mention import PEOPLE
from dalil.claims.reader.phrases import Phrase


def disagrees(line: Line, found: list[Phrase], i: int) -> bool:
    """Whether several people cannot be the subject of "was": "a man who led officers on a chase was killed"."""
    k = i - 1
    while k > 0 and line.is_(k, "adv") and not line.is_(k, "aux"):
        k -= 1
    if not line.is_(k, "auxsg") or len(found) != 1 or found[0].kind != "people":
        return False
    return found[0].plural and found[0].amount is None and found[0].j < k and not line.is_(k - 1, "rel")


def of_place(line: Line, p: Phrase) -> int | None:
    """The "of" of "Kell of Ostrow, Ala., was shot", where `p` is the larger place between commas."""
    k = p.i - 2
    if k < 1 or line.w[k + 1] != "," or p.age is not None:
        return None
    town = line.owner[k]
    closed = next((line.w[x] for x in range(p.j, line.n) if line.w[x] != "."), "")
    if town is None or town.kind not in ("name", "place") or not town.i or closed != ",":
        return None
    who = line.owner[town.i - 2] if town.i > 1 and line.is_(town.i - 1, "of") else None
    return town.i - 2 if who is not None and who.kind in PEOPLE else None


def unmarked(p: Phrase) -> bool:
    """Whether a singular noun stands without determiner, number, name or age, as an apposition does."""
    return (
        p.kind == "people" and not p.plural and p.i == p.core and p.name is None and p.age is None and p.amount is None
    )


def stronger(line: Line, phrase: Phrase, kinds: tuple[str, ...]) -> bool:
    """Whether people with a determiner or a number stand before the comma that opens this phrase."""
    if not phrase.i or line.w[phrase.i - 1] != ",":
        return False
    for x in range(phrase.i - 2, max(-1, phrase.i - 16), -1):
        p = line.owner[x]
        if p is not None and p.kind in kinds and p.kind != "name" and (p.amount is not None or p.i != p.core):
            return True
        if p is None and (line.entry(x, "verb") is not None or line.w[x] in (";", ":")):
            return False
    return False


def opening(line: Line, k: int) -> int | None:
    """Where the bracket that closes at word k opens, within 15 words."""
    for x in range(k - 1, max(-1, k - 16), -1):
        if line.w[x] in ("(", "["):
            return x
    return None
