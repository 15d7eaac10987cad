"""What flows between the stages: frozen records whose fields are those of the JSON that leaves the program.

Read this file first. Offsets count Unicode code points of the document's text. Days are local to the event.
Times with a zone are aware and UTC, and their names end in `_utc`. Unknown is None, never 0 and never "".
`encode` and `decode` turn records into canonical JSON and back; the field order here is the order in the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

import msgspec

# ---------------------------------------------------------------- bytes and custody


@dataclass(frozen=True, slots=True)
class Object:
    """Bytes kept in the archive, named by their own SHA-256 (lower-case hex)."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One act of taking an object in: `seq` is its line in the custody log.

    `page` is the object of the saved web page that this file is a part of (a picture, a style sheet). `imported` is
    what `dalil import` was asked for, as canonical JSON ('{"country":"SY","kind":"ucdp"}').
    """

    seq: int
    object: Object
    name: str
    source: str
    captured_utc: datetime
    tool: str
    by: str
    page: str | None = None
    imported: str | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the custody log: `line` is the leaf's exact bytes, `disclosed` the values that stand beside it."""

    seq: int
    at_utc: datetime
    act: str
    line: bytes
    disclosed: dict[str, object]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed tree head (C2SP signed note) over the first `size` lines; `root` is the RFC 6962 root as hex."""

    origin: str
    size: int
    root: str
    note: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided: line `seq` of the log. It stands until it is reversed or judged anew, never overwritten.

    `subject` names what it is about and `verdict` what was decided, in the shapes of archive/judgements.py.
    `reversed_by` is the line that took it back.
    """

    seq: int
    at_utc: datetime
    by: str
    reason: str
    kind: Literal["place", "claim", "link", "grade", "footage", "open"]
    subject: dict[str, object]
    verdict: object
    reversed_by: int | None = None


# ---------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` is exactly the document's text[start:end]."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a stretch of a document's text came from in the captured bytes.

    `kind` "bytes": `source` is "first:last+1" in the file; "page": a page number from 1; "path": an element path
    or part name inside the container ("word/document.xml#p12"); "field": a metadata field ("og:title").
    """

    start: int
    end: int
    kind: Literal["bytes", "page", "path", "field"]
    source: str


@dataclass(frozen=True, slots=True)
class Document:
    """The readable text of one object, with what it says of itself and a map back to its bytes.

    `object` is the document's key: the object's SHA-256, or for one row or message of it `<sha256>.<number>`.
    """

    object: str
    text: str
    title: str | None
    author: str | None
    publisher: str | None
    published: date | None
    lang: str | None
    url: str | None
    segments: tuple[Segment, ...]
    problems: tuple[str, ...]


def part_key(sha256: str, number: int) -> str:
    """The key of the document that is row or message `number` (from 1) of the object."""
    return f"{sha256}.{number}"


def object_of(document: str) -> str:
    """The SHA-256 of the object that holds the document of that key."""
    return document.partition(".")[0]


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Inclusive days, how finely they are known, and by which rule; `time` is a local "HH:MM"."""

    start: date
    end: date
    precision: Literal["day", "range", "week", "month", "year"]
    time: str | None
    quote: Quote | None
    rule: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean; `why` lists the steps that led to it, in words."""

    id: int | str
    name: str
    lat: float
    lon: float
    admin: tuple[str, ...]
    country: str
    feature: str
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a text names it; `precision` is UCDP's where_prec 1-7; best candidate first, none silently chosen."""

    name: str
    quote: Quote | None
    precision: int
    radius_m: float | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class GroupToll:
    """A part of a toll: never added to the whole."""

    group: str
    low: int | None
    best: int | None
    high: int | None
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Toll:
    """Counts with bounds, low <= best <= high where known; "at least 17" is (17, 17, None)."""

    low: int | None
    best: int | None
    high: int | None
    quote: Quote | None
    groups: tuple[GroupToll, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it, by the text's own words."""

    name: str
    quote: Quote | None
    verb: str | None


@dataclass(frozen=True, slots=True)
class Victim:
    """A person or group harmed or aimed at; every mention of the same one stands in one entry."""

    mentions: tuple[str, ...]
    count: int | None
    effect: Literal["death", "injury", "none", "abducted", "rescued", "unknown"]
    named: bool
    age: int | None
    sex: str | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Suspect:
    """Whom the text says did it, and on what footing."""

    mentions: tuple[str, ...]
    kind: Literal["person", "group", "state"]
    attribution: Literal["stated", "suspected", "accused", "claimed", "denied"]
    by: str | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A building, place or thing hit."""

    mentions: tuple[str, ...]
    kind: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Weapon:
    """What it was done with."""

    mentions: tuple[str, ...]
    kind: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class FootageMention:
    """A video or picture that the text speaks of."""

    duration_s: float | None
    credit: str | None
    shot: DateSpan | None
    quotes: tuple[Quote, ...]


EVENT_TYPES = (
    "airstrike", "barrel_bomb", "missile", "shelling", "explosion", "chemical", "shooting", "stabbing", "killing",
    "execution", "ground_assault", "abduction", "detention", "torture", "sexual_violence", "arson", "looting",
    "robbery", "displacement", "siege", "movement", "ceasefire", "work_stoppage", "attack", "other",
)  # fmt: skip
STATUSES = (
    "reported", "attempted", "threatened", "forecast", "denied", "negated", "hypothetical", "generic", "total",
    "background",
)  # fmt: skip
INCIDENT_STATUSES = ("reported", "attempted")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a text says happened, may happen or did not happen."""

    type: str
    status: str
    quote: Quote
    said_by: Speaker | None
    when: DateSpan | None
    where: Place | None
    killed: Toll | None
    injured: Toll | None
    missing: Toll | None
    victims: tuple[Victim, ...]
    suspects: tuple[Suspect, ...]
    targets: tuple[Target, ...]
    weapons: tuple[Weapon, ...]
    footage: FootageMention | None


@dataclass(frozen=True, slots=True)
class TextIncident:
    """The claims of one text that speak of the same event, merged; `claims` are indices into the reading."""

    type: str
    status: str
    when: DateSpan | None
    where: Place | None
    killed: Toll | None
    injured: Toll | None
    missing: Toll | None
    suspects: tuple[Suspect, ...]
    victims: tuple[Victim, ...]
    targets: tuple[Target, ...]
    weapons: tuple[Weapon, ...]
    footage: FootageMention | None
    claims: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one text says: claims in text order, incidents in order of importance to the text."""

    id: str | None
    published: date | None
    lang: str | None
    title: str | None
    author: str | None
    publisher: str | None
    claims: tuple[Claim, ...]
    incidents: tuple[TextIncident, ...]


# ---------------------------------------------------------------- footage


@dataclass(frozen=True, slots=True)
class Still:
    """One picture out of a recording, kept under the archive's derived folder as `file` (a relative path)."""

    offset_s: float
    width: int
    height: int
    file: str


@dataclass(frozen=True, slots=True)
class Footage:
    """What a video, picture or sound file is, by its own container; every field may be forged and says so on pages."""

    object: str
    kind: Literal["video", "picture", "audio"]
    duration_s: float | None
    width: int | None
    height: int | None
    rotation_deg: int
    fps: float | None
    video_codec: str | None
    audio_codec: str | None
    has_audio: bool
    created_utc: datetime | None
    created_local: str | None
    created_from: str | None
    lat: float | None
    lon: float | None
    device: str | None
    tags: dict[str, str]
    stills: tuple[Still, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FootageMatch:
    """A stretch of `object` that shows (or sounds like) a stretch of `other`, which stands before it in the log.

    Times are None on the side of a picture. Time t of `object` is time speed * t + offset_s of `other`. `edits` names
    what was done to `object` as compared with `other` ("mirrored", "cropped", "inset", "turned", "captioned",
    "speed", "sound_only", "silent", "other_sound"). `map` takes `other`'s picture (384 on its longer side) to
    `object`'s, after mirroring it, as the two rows of an affine map. The numbers that led to the verdict: `inliers`,
    features that agree on that map; `appearance`, share of the textured picture that agrees; `motion`, correlation of
    what changes; `sound_error`, share of sound bits that differ; `still_camera`, whether neither camera moves.
    """

    object: str
    other: str
    kind: Literal["copy", "clip", "still", "audio"]
    verdict: Literal["same_recording", "same_scene"]
    start_s: float | None
    end_s: float | None
    other_start_s: float | None
    other_end_s: float | None
    score: float
    mirrored: bool
    speed: float
    offset_s: float
    edits: tuple[str, ...]
    map: tuple[float, ...] | None
    inliers: int
    appearance: float | None
    motion: float | None
    sound_error: float | None
    still_camera: bool


# ---------------------------------------------------------------- incidents across documents


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against two things being the same, with the values that were compared."""

    name: str
    weight: float
    left: str | None
    right: str | None


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account by the words of its first claim, as judgements name it: it outlives a better reader."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Account:
    """What one report says of an incident: `index` is the incident's place in that report's reading.

    `link` is why it stands in its incident: the evidence that ties it to the account `link_to`, the most similar one.
    `judgements` are the log lines by which people overruled the reader in it.
    """

    document: str
    index: int
    title: str | None
    author: str | None
    publisher: str | None
    published: date | None
    lang: str | None
    voices: tuple[str, ...]
    event: TextIncident
    claims: tuple[Claim, ...]
    link: tuple[Evidence, ...]
    judgements: tuple[int, ...] = ()
    link_to: AccountRef | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A computed count over accounts, None where no account says: lowest and highest stated, by the named `rule`.

    `open_above`: somebody says "at least", so the highest count is a floor too. `best` only where all agree on it.
    `disputed`: no single number fits every account. `replaced`: documents whose own source gave a later count.
    """

    low: int | None
    best: int | None
    high: int | None
    open_above: bool
    disputed: bool
    rule: str
    from_documents: tuple[str, ...]
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupRange:
    """A computed count of one part of those harmed ("child", "fighter", "civilian"): never added to the whole."""

    group: str
    effect: Literal["killed", "injured", "missing"]
    range: Range


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule came to its result: a fixed `name`, which pages put into words, and the values that it rests on."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One independent source of an incident: everything that rests on its word counts once.

    `accounts` are places in the incident's `accounts`; an account that quotes two sources stands under both.
    `kind` is that of the lexicon of actors ("monitor", "medium", "rescuer", …), "agency", "outlet" or "report".
    """

    name: str
    kind: str
    accounts: tuple[int, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to have done it, and on what footing, over all accounts; `sources`: how many independent ones say so.

    `term` as UCDP and HURIDOCS use it: suspected (named with doubt or accused), stated (as plain fact), accepted
    (claimed by the party itself), denied (by the party or for it). `accounts` are places in the incident's `accounts`.
    """

    actor: str
    term: Literal["suspected", "stated", "accepted", "denied"]
    accounts: tuple[int, ...]
    sources: int


@dataclass(frozen=True, slots=True)
class Grade:
    """Airwars' scale: what the rule proposes and why, and what a person set instead (`judgement` is the log line)."""

    grade: str
    proposed: str
    reasons: tuple[Reason, ...]
    judgement: int | None = None
    by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an account changed in what was known: `field` was `before` and became `after`, on the day it was published.

    `account` is a place in the incident's `accounts`; `same_source` tells an update of a source's own word.
    """

    on: date | None
    account: int
    field: str
    before: str | None
    after: str
    same_source: bool


@dataclass(frozen=True, slots=True)
class FootageLink:
    """A recording in the archive that an account may speak of; never more than `possibly` without a person."""

    object: str
    name: str
    verdict: Literal["same", "possibly_same"]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another incident that was compared with this one and not merged, with the reasons.

    `left` (of this incident) and `right` (of the other) are the two accounts most alike, whose evidence this is.
    """

    incident: str
    verdict: Literal["possibly_same", "different"]
    evidence: tuple[Evidence, ...]
    left: AccountRef | None = None
    right: AccountRef | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One event across reports: accounts side by side, nothing smoothed away."""

    id: str
    title: str
    type: str
    when: DateSpan | None
    where: Place | None
    killed: Range | None
    injured: Range | None
    missing: Range | None
    accounts: tuple[Account, ...]
    footage: tuple[FootageLink, ...]
    neighbours: tuple[Neighbour, ...]
    groups: tuple[GroupRange, ...] = ()
    sources: tuple[Source, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    grade: Grade | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Two incidents that may be one event, and the two accounts most alike: a person is asked.

    `left` and `right` are what a judgement of kind "link" names. `score` is the sum of the weights. `unsure` tells
    that a person has looked and could not say.
    """

    left_incident: str
    right_incident: str
    left: AccountRef
    right: AccountRef
    score: float
    evidence: tuple[Evidence, ...]
    unsure: bool = False


# ---------------------------------------------------------------- JSON

T = TypeVar("T")


def encode(record: object) -> bytes:
    """The record as compact UTF-8 JSON; the same record always gives the same bytes."""
    return msgspec.json.encode(record)


def decode(data: bytes | str, kind: type[T]) -> T:
    """The record that `encode` wrote."""
    return msgspec.json.decode(data, type=kind)


def builtins(record: object) -> object:
    """The record as dicts, lists and strings, dates in ISO form, for templates and JSON libraries."""
    return msgspec.to_builtins(record)
