"""Values that a rule has put into words, in the words of the page's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from dalil.records import Toll
from dalil.web.language import Language, isolated

COUNTS = ("killed", "injured", "missing")
COUNT = re.compile(r"(?P<least>\d+) or more|up to (?P<most>\d+)|(?P<low>\d+)-(?P<high>\d+)|(?P<exact>\d+)")
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?")
SUSPECT = re.compile(r"(?P<name>.+?) \((?P<footing>stated|suspected|accused|claimed|denied)\)(?:, |$)")
# The steps by which atlas tells why it holds a place for the one that is meant, as it words them.
STEPS = (
    ("spelt", re.compile(r"spelt as in the gazetteer: (?P<a>.+)")),
    ("sounds", re.compile(r"sounds as (?P<a>.+): (?P<b>.+)")),
    ("bones", re.compile(r"has the consonants of (?P<a>.+): (?P<b>.+)")),
    ("like", re.compile(r"is like (?P<a>.+): (?P<b>.+) and (?P<c>.+), (?P<d>\d+%) alike")),
    ("in_admin", re.compile(r"in the province or district named")),
    ("not_in_admin", re.compile(r"not in the province or district named")),
    ("own_note", re.compile(r"from your own places: (?P<a>.+)")),
    ("own", re.compile(r"from your own places")),
    ("near", re.compile(r"(?P<a>\d+) km from (?P<b>.+), which the text names too")),
    ("stated", re.compile(r"the text states this position: (?P<a>.+)")),
    ("of_kind", re.compile(r"is a (?P<kind>\w+), as the text says")),
    ("of_other_kind", re.compile(r"is a (?P<kind>\w+), the text says (?P<said>\w+)")),
    ("beat", re.compile(r"in (?P<a>.+), which the publisher writes about")),
    ("middle", re.compile(r"the middle between (?P<a>.+) and (?P<b>.+), (?P<c>[\d.]+) km apart")),
)
APART = re.compile(r" \((?P<km>\d+\.\d) km apart\)$")


def worded(lang: Language, field: str, shown: object) -> object:
    """What `shown` says of `field`, in the language; `shown` itself where its words are nobody's but a report's."""
    if not isinstance(shown, str):
        return shown
    if field in COUNTS:
        return count_words(lang, shown)
    if field in ("when", "day"):
        return day_words(lang, shown)
    if field == "kind":
        return lang.term("event", shown)
    if field == "harmed":
        return lang.term("group", shown.removesuffix("s"))
    if field == "why":
        return step_words(lang, shown)
    if field == "suspects":
        return suspect_words(lang, shown)
    return place_words(lang, shown) if field == "place" else shown


def corrected(lang: Language, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """(field, what a person set it to), as the pages say such values everywhere."""
    return [(lang.term("corrected", name), set_to(lang, name, value)) for name, value in values.items()]


def set_to(lang: Language, name: str, value: object) -> str:
    """One corrected value in words; none where the person says that the report gives none."""
    if value is None:
        return lang.text("incident.not_said")
    if name in COUNTS:
        return lang.toll(Toll(low=value.get("low"), best=value.get("best"), high=value.get("high"), quote=None))
    if name == "when":
        first, last = lang.day(value["start"]), lang.day(value["end"])
        return first if first == last else lang.texts["time.range"].format(start=first, end=last)
    return lang.term("event" if name == "type" else name, str(value))


def count_words(lang: Language, shown: str) -> str:
    """ "17 or more" as the pages say it everywhere: "at least 17"."""
    found = COUNT.fullmatch(shown)
    if not found:
        return shown
    if found["least"]:
        return lang.texts["toll.at_least"].format(count=found["least"])
    if found["most"]:
        return lang.texts["toll.at_most"].format(count=found["most"])
    if found["exact"]:
        return lang.texts["toll.exactly"].format(count=found["exact"])
    return lang.texts["toll.between"].format(low=found["low"], high=found["high"])


def day_words(lang: Language, shown: str) -> str:
    """ "2016-11-04" as "4 November 2016"."""
    found = DAYS.fullmatch(shown)
    if not found:
        return shown
    first, last = (lang.day(date.fromisoformat(day)) if day else None for day in found.groups())
    return lang.texts["time.range"].format(start=first, end=last) if last else first


def suspect_words(lang: Language, shown: str) -> str:
    """Each name as its report has it, and on what footing it stands."""
    found = list(SUSPECT.finditer(shown))
    if sum(len(one[0]) for one in found) != len(shown):
        return shown
    told = (f"{isolated(one['name'])} ({lang.term('attribution', one['footing'])})" for one in found)
    return lang.texts["language.list_comma"].join(told)


def step_words(lang: Language, shown: str) -> str:
    """Why a place is held for the one that is meant; the step as it stands where it is worded otherwise."""
    for name, pattern in STEPS:
        if found := pattern.fullmatch(shown):
            values = found.groupdict()
            for part in ("kind", "said"):
                if part in values:
                    values[part] = lang.term("area", values[part])
            return lang.text(f"step.{name}", **values)
    return shown


def place_words(lang: Language, shown: str) -> str:
    """The place, and how far it lies from the other one."""
    found = APART.search(shown)
    if not found:
        return shown
    return f"{isolated(shown[: found.start()])} ({lang.texts['place.apart'].format(km=found['km'])})"
