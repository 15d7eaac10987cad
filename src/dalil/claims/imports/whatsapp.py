"""WhatsApp's exported chats: one text file, a message a line or more, dates in the phone's own order and script.

Whether 3/4/2021 is 3 April or 4 March is not written in the file. It is told by a number above 12, else by the order
in which the fewest messages go back in time. Where neither tells, the file is read month first if its clock and its
two-digit years are the United States' way, else day first, and every message of it is flagged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from dalil.claims.imports.columns import table
from dalil.claims.imports.messages import message, named
from dalil.claims.imports.parts import FileClaim, Part, Passed, Wanted
from dalil.errors import InputRefused

MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
SPACES = dict.fromkeys(map(ord, "\u202f\u00a0\u2009"), " ")
MAX_MESSAGE_CHARS = 1 << 20
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day first", "month first", "year first"
UNCLEAR = "the file does not tell days from months: read {order}"
CENTURY = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """The beginning of a message: the three numbers of its date, and where its bytes begin."""

    a: int
    b: int
    c: int
    ampm: bool
    afternoon: bool
    hour: int
    minute: int
    rest: str


@dataclass(slots=True)
class Told:
    """A message as it is put together from lines: `first` and `last` are its bytes."""

    start: Line
    text: str
    first: int
    last: int


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every message of the chat; InputRefused where no line begins as a message."""
    order, sure = order_of(path, name)
    flags, chat = () if sure else (UNCLEAR.format(order=order),), chat_name(name)
    for number, told in enumerate(messages(path), 1):
        yield one(told, order, flags, wanted, number=number, object=object, name=name, chat=chat)


def one(
    told: Told, order: str, flags: tuple[str, ...], wanted: Wanted, *, number: int, object: str, name: str, chat: str
) -> Part | Passed | InputRefused:
    """The message as a part; lines of WhatsApp's own (joined, encrypted) have no sender."""
    try:
        day = date_in(told.start, order)
    except ValueError:
        what = f"begins with the date {told.start.a}/{told.start.b}/{told.start.c}, which is none when read {order}"
        return InputRefused(f"{name} message {number}", what, "Mend the line, or export the chat anew")
    sender, colon, text = told.text.partition(": ")
    if not colon:
        return Passed(number, "of WhatsApp itself")
    files = attached(text, number)
    text = without_omitted(text)
    if not text.strip():
        return Passed(number, "without words or files")
    if not wanted.covers(None, day, day):
        return Passed(number, "outside what was asked for")
    return message(
        text,
        object=object,
        number=number,
        bytes_at=(told.first, told.last),
        author=sender.strip() or None,
        publisher=chat,
        published=day,
        flags=flags,
        files=files,
        tail=named(files) if not any(file.name in text for file in files) else "",
    )


def chat_name(name: str) -> str:
    """What the chat is called, by the file's name: "WhatsApp Chat with …"."""
    stem = re.sub(r"\.txt$", "", name, flags=re.I)
    return re.sub(r"^(?:WhatsApp Chat (?:with|-) |محادثة واتساب مع )", "", stem.lstrip("_")).strip() or "WhatsApp chat"


# ---------------------------------------------------------------- lines


@cache
def starts() -> tuple[re.Pattern[str], ...]:
    """How messages begin."""
    return tuple(re.compile(pattern) for pattern in table("whatsapp")["starts"])


def begin(line: str) -> Line | None:
    """The beginning of a message that the line is; None where it goes on with the message before."""
    plain = folded(line)
    if not plain[:1].isdigit() and plain[:1] != "[":
        return None
    for pattern in starts():
        found = pattern.match(plain)
        if found:
            ampm = (found["ampm"] or "").strip().casefold()
            rest = line.translate(MARKS)[found.end() :]
            numbers = (int(found["a"]), int(found["b"]), int(found["year"]))
            return Line(
                *numbers, bool(ampm), ampm in table("whatsapp")["afternoon"], int(found["h"]), int(found["m"]), rest
            )
    return None


def folded(line: str) -> str:
    """The line without direction marks, its digits 0-9 and its spaces plain; as long as the line without the marks."""
    bare = line.translate(MARKS).translate(SPACES)
    head = bare[:48]
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in head) + bare[48:]


def messages(path: Path) -> Iterator[Told]:
    """The messages of the file with the lines that go on with them."""
    told: Told | None = None
    at = 0
    with path.open("rb") as file:
        for raw in file:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            start = begin(line)
            if start:
                if told:
                    yield told
                told = Told(start, start.rest, at, at + len(raw))
            elif told and len(told.text) < MAX_MESSAGE_CHARS:
                told.text += "\n" + line.translate(MARKS)
                told.last = at + len(raw)
            at += len(raw)
    if told:
        yield told


def attached(text: str, number: int) -> tuple[FileClaim, ...]:
    """The files that the message says it came with."""
    found = [m["name"].strip() for pattern in _attached() for m in pattern.finditer(text)]
    return tuple(FileClaim(number, name) for name in dict.fromkeys(found))


@cache
def _attached() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in table("whatsapp")["attached"])


def without_omitted(text: str) -> str:
    """The words without the lines that only say that a file was left out."""
    omitted = table("whatsapp")["omitted"]
    return "\n".join(line for line in text.split("\n") if line.strip() not in omitted)


# ---------------------------------------------------------------- dates


def order_of(path: Path, name: str) -> tuple[str, bool]:
    """The order in which the file writes dates, and whether that is sure; InputRefused where it has no messages.

    It is the one in which the fewest dates are impossible and the fewest messages go back in time.
    """
    faults = {order: [0, 0] for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST)}
    last: dict[str, date] = {}
    count, american = 0, True
    for told in messages(path):
        count += 1
        american &= told.start.ampm and told.start.c < 100
        for order, fault in faults.items():
            try:
                day = date_in(told.start, order)
            except ValueError:
                fault[0] += 1
                continue
            fault[1] += day < last.get(order, day)
            last[order] = day
    if not count:
        what = "has no line that begins as a message of an exported chat"
        raise InputRefused(name, what, "Name the .txt that WhatsApp's Export chat made")
    fewest = min(faults.values())
    best = [order for order, fault in faults.items() if fault == fewest]
    if len(best) == 1:
        return best[0], True
    return MONTH_FIRST if american else DAY_FIRST, False


def date_in(line: Line, order: str) -> date:
    """The day of the message; ValueError where the numbers are none in that order."""
    if order == YEAR_FIRST:
        if line.a < 100:
            raise ValueError("no year")
        return date(line.a, line.b, line.c)
    year = line.c if line.c >= 100 else line.c + CENTURY
    day, month = (line.a, line.b) if order == DAY_FIRST else (line.b, line.a)
    return date(year, month, day)
