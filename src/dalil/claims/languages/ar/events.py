"""What happened, by an Arabic clause: its acts and weapons, the kind of event that they make, and what was hit."""

from __future__ import annotations

from dataclasses import dataclass, field

from dalil.claims.languages.ar.words import Entry, Line, word_set

# Which kind wins where a clause tells several: means before outcomes, outcomes before "attack". On our own sentences.
RANK = {
    "barrel_bomb": 99, "chemical": 98, "airstrike": 90, "missile": 85, "shelling": 80,
    "explosion": 78, "sexual_violence": 76, "execution": 74, "stabbing": 73, "torture": 72, "abduction": 70,
    "detention": 68, "arson": 66, "looting": 64, "robbery": 63, "shooting": 62, "ground_assault": 50, "killing": 40,
    "attack": 30, "ceasefire": 21, "displacement": 20, "siege": 19, "work_stoppage": 18, "movement": 17, "other": 0,
}  # fmt: skip
# Acts that are never an accident, and acts that are no violence by themselves.
ARMED = ("airstrike", "barrel_bomb", "missile", "shelling", "bombard", "shooting", "execution", "stabbing", "chemical",
         "arson")  # fmt: skip
QUIET = frozenset(("movement", "ceasefire", "work_stoppage", "displacement", "siege", "war", "launch", "hit", "find"))
# Acts that a weapon must stand with, besides people harmed, to tell its own kind of event; None: any act will do.
STRIKES = frozenset(("bombard", "attack", "drop", "hit", "launch", "damage", "shooting", "explosion", "airstrike",
                     "killing", "missile", "shelling"))  # fmt: skip
CLOSE = frozenset(("launch", "killing", "attack", "hit", "shooting", "stabbing"))
NEEDS = {
    "barrel_bomb": None, "chemical": None, "airstrike": STRIKES, "missile": STRIKES, "shelling": STRIKES,
    "explosion": frozenset(("explosion", "hit", "attack", "drop", "bombard", "killing")),
    "shooting": CLOSE, "stabbing": CLOSE, "arson": CLOSE,
}  # fmt: skip
LOOSE = frozenset(("bombard", "launch", "drop", "hit", "damage", "find", "body", "war"))
# Words that make a force one that flies.
FLYING = word_set("flying")
FIRE = word_set("fire")


@dataclass(slots=True)
class Scene:
    """The acts, weapons and targets between words a and b of a line."""

    acts: list[tuple[int, Entry]] = field(default_factory=list)
    weapons: list[tuple[int, Entry]] = field(default_factory=list)
    targets: list[tuple[int, Entry]] = field(default_factory=list)

    def has(self, *types: str) -> bool:
        """Whether one of the acts is of one of the types."""
        return any(e.a in types for _, e in self.acts)

    @property
    def told(self) -> bool:
        """Whether an act is told with what it hit, with what, or by another act."""
        return bool(self.targets or self.weapons) or len(self.acts) > 1

    @property
    def armed(self) -> bool:
        """Whether a weapon or an act that cannot be an accident is told."""
        return bool(self.weapons) or self.has(*ARMED)

    @property
    def violent(self) -> bool:
        """Whether an act or a weapon of violence is told."""
        return any(e.a not in QUIET for _, e in self.acts) or bool(self.weapons)


def scene_of(line: Line, a: int, b: int) -> Scene:
    """What the words a..b tell of acts, weapons and things; idioms tell nothing."""
    scene = Scene()
    k = a
    while k < b:
        m = line.marks[k]
        if m is None or any(e.cat == "idiom" for e in m[1]):
            k = line.end(k)
            continue
        act = _act(line, k, m)
        if act is not None:
            scene.acts.append((k, act))
        weapon = next((e for e in m[1] if e.cat == "weapon"), None)
        if weapon is not None and not (
            weapon.a == "drone" and line.f[k] in ("مسيرة", "المسيرة") and k and not line.has(k - 1, "event", "harm")
        ):
            scene.weapons.append((k, weapon))
        if weapon is None and any(e.cat == "actor" for e in m[1]) and any(w in FLYING for w in line.f[k : m[0]]):
            scene.weapons.append((k, Entry("weapon", "aircraft", "airstrike")))
        target = next((e for e in m[1] if e.cat == "target"), None)
        if target is not None and not _only_place(line, k, target):
            scene.targets.append((k, target))
        k = m[0]
    return scene


def _act(line: Line, k: int, m) -> Entry | None:
    found = [e for e in m[1] if e.cat == "event"]
    if not found:
        return None
    if found[0].a == "explosion" and any(line.is_(x, "emotion") for x in range(m[0], min(m[0] + 4, line.n))):
        return None
    if m[2].stem == "فجر" and not _bombs(line, m[0]):
        return None  # the dawn
    if any(e.cat == "harm" and e.a == "fall" for e in m[1]) and not _projectile(line, k):
        return None
    if found[0].a == "hit" and any(e.cat == "harm" and e.a == "verb" for e in m[1]):
        return None
    return found[0]


def _bombs(line: Line, k: int) -> bool:
    """Whether what follows "فجر" shows that somebody blew something up."""
    people = line.entry(k, "people")
    own = k < line.n and line.f[k] in ("نفسه", "نفسها")
    return own or line.has(k, "actor", "weapon", "target") or (people is not None and people.b == "perp")


def _projectile(line: Line, k: int) -> bool:
    """Whether what falls is a weapon: سقطت قذائف, not سقط قتلى."""
    return any(line.has(x, "weapon") for x in range(k + 1, min(k + 4, line.n)))


def _only_place(line: Line, k: int, target: Entry) -> bool:
    """Whether a thing only names where: طريق، ساحة، محطة followed by nothing that was hit."""
    return (
        target.a == "infrastructure"
        and line.f[k] in ("طريق", "الطريق", "مطار", "ميناء")
        and bool(line.is_(k - 1, "prep"))
    )


def type_of(scene: Scene, line: Line, a: int, b: int, dead: bool, meant: bool = False) -> str | None:
    """The kind of event that the scene makes, or None where it makes none.

    `dead` says that somebody was harmed, `meant` that a cue (foiled, threatened, daily) makes a weapon alone an act.
    """
    kinds = {e.a for _, e in scene.acts}
    out = {kind: RANK.get(kind, 0) for kind in kinds - LOOSE}
    for kind in _by_weapon(scene, kinds, dead or meant):
        out[kind] = RANK[kind]
    fired = "launch" in kinds and any(line.f[k] in FIRE for k in range(a, b))
    if fired and not {"missile", "shelling"} & out.keys():
        out["shooting"] = RANK["shooting"]
    if {"airstrike", "explosion"} <= out.keys() and "bombard" not in kinds and not _flying(scene):
        del out["airstrike"]
    if "bombard" in kinds and not {"airstrike", "missile", "barrel_bomb", "chemical"} & out.keys():
        out["shelling"] = RANK["shelling"]
    if "body" in kinds and ("find" in kinds or dead or meant):
        out.setdefault("killing", RANK["killing"])
    if "damage" in kinds and scene.targets and not out:
        out["attack"] = RANK["attack"]
    if dead and not out:
        out["killing"] = RANK["killing"]
    fled = any(e.a == "displacement" and e.b == "act" for _, e in scene.acts)
    if fled and not (dead or meant):
        return "displacement"
    if {"execution", "abduction"} <= out.keys():
        del out["abduction"]
    return max(out, key=lambda t: out[t]) if out else None


def _by_weapon(scene: Scene, kinds: set[str], dead: bool) -> set[str]:
    """The kinds that the weapons make, each beside people harmed or an act that it can do."""
    out = set()
    for kind in {e.b for _, e in scene.weapons} & NEEDS.keys():
        needs = NEEDS[kind]
        if kind == "airstrike" and needs is not None and not any(e.b == "explosion" for _, e in scene.weapons):
            needs = needs - {"drop"}  # leaflets and aid are dropped too
        if dead or (kinds - {"war"} if needs is None else kinds & needs):
            out.add(kind)
    return out


def _flying(scene: Scene) -> bool:
    return any(e.a in ("aircraft", "drone") for _, e in scene.weapons) or scene.has("airstrike")
