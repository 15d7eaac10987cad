"""Telegram Desktop's JSON export: result.json of one chat or of a whole account, message by message.

The file is mapped, not read, and each message is decoded on its own. source: what Telegram Desktop 4 and 5 write
(export_output_json.cpp in its public source); text is a string or a list of strings and of objects with a `text`.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from dalil.claims.imports.messages import message, named
from dalil.claims.imports.parts import FileClaim, Part, Passed, Wanted
from dalil.errors import InputRefused

FILE_FIELDS = ("photo", "file")
PUBLIC_TYPES = frozenset({"public_channel", "public_supergroup"})
NOT_INCLUDED = "(File"  # "(File not included. Change data exporting settings to download.)"


class Chat(msgspec.Struct):
    """A chat of the export; its messages are not decoded yet."""

    messages: list[msgspec.Raw]
    name: str | None = None
    type: str | None = None
    id: int | None = None


class Chats(msgspec.Struct):
    """Several chats."""

    chats: list[Chat] = msgspec.field(name="list")


class Account(msgspec.Struct):
    """The export of a whole account."""

    chats: Chats
    left_chats: Chats | None = None


class Message(msgspec.Struct):
    """The fields of a message that are used."""

    id: int
    type: str = "message"
    date: str | None = None
    date_unixtime: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    forwarded_from: str | None = None
    text: str | list[str | dict] = ""
    photo: str | None = None
    file: str | None = None


def parts(path: Path, wanted: Wanted, *, object: str, name: str) -> Iterator[Part | Passed | InputRefused]:
    """Every message of the export, numbered through all its chats."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # freed with the last message that points into it
    number = at = 0
    for chat in chats(mapped, name):
        for raw in chat.messages:
            number += 1
            data = bytes(raw)
            at = mapped.find(data, at)
            yield one(data, chat, wanted, number=number, at=at, object=object, name=name)
            at += len(data)


def chats(mapped: mmap.mmap, name: str) -> list[Chat]:
    """The chats of the export; InputRefused where it is no export."""
    view = memoryview(mapped)[3:] if mapped[:3] == b"\xef\xbb\xbf" else mapped
    for shape in (Chat, Account):
        try:
            found = msgspec.json.decode(view, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problem = str(error)
            continue
        if isinstance(found, Chat):
            return [found]
        return [*found.chats.chats, *(found.left_chats.chats if found.left_chats else [])]
    what = f"is not Telegram Desktop's JSON export ({problem})"
    raise InputRefused(name, what, 'Export the chat as "machine-readable JSON" and name its result.json')


def one(
    data: bytes, chat: Chat, wanted: Wanted, *, number: int, at: int, object: str, name: str
) -> Part | Passed | InputRefused:
    """The message as a part; service messages (joined, pinned) hold no words of anybody."""
    try:
        told = msgspec.json.decode(data, type=Message)
        day = day_of(told)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        where = f"{name} message {number}"
        return InputRefused(where, f"is not as Telegram writes messages ({error})", "Export the chat anew")
    files = tuple(
        FileClaim(number, file) for f in FILE_FIELDS if (file := getattr(told, f)) and not file.startswith(NOT_INCLUDED)
    )
    text = text_of(told.text).strip("\n")
    if told.type != "message" or not (text.strip() or files):
        return Passed(number, "without words or files")
    if not wanted.covers(None, day, day):
        return Passed(number, "outside what was asked for")
    author = told.forwarded_from and f"{told.sender or chat.name}, forwarded from {told.forwarded_from}"
    channel = chat.type in PUBLIC_TYPES
    return message(
        text,
        object=object,
        number=number,
        bytes_at=(at, at + len(data)),
        author=author or (None if channel and told.sender == chat.name else told.sender),
        publisher=chat.name,
        published=day,
        url=f"https://t.me/c/{chat.id}/{told.id}" if channel and chat.id else None,
        files=files,
        tail=named(files),
    )


def text_of(text: str | list) -> str:
    """The words of a message: a string, or strings and entities (links, bold words, mentions) put together."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in text)


def day_of(told: Message) -> date | None:
    """The day on which it was sent, by the clock of the computer that exported; in UTC where only that is given."""
    if told.date:
        return date.fromisoformat(told.date[:10])
    if told.date_unixtime:
        return datetime.fromtimestamp(int(told.date_unixtime), UTC).date()
    return None
