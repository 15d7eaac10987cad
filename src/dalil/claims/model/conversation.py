"""What is asked for one stretch of text: the claims as the model gives them, none of it believed yet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import get_args, get_type_hints

import msgspec

from dalil.claims.model.asking import Client, Message, NoAnswer, Reply
from dalil.claims.model.chunks import Chunk, chunks_of
from dalil.records import EVENT_TYPES, STATUSES, Suspect, Victim

GROUPS = ("child", "woman", "man", "medic", "journalist", "rescuer", "fighter", "soldier", "police", "civilian")
TARGETS = (
    "hospital", "school", "home", "market", "camp", "worship", "vehicle", "infrastructure", "military", "other",
)  # fmt: skip
EFFECTS = get_args(get_type_hints(Victim)["effect"])
KINDS = get_args(get_type_hints(Suspect)["kind"])
ATTRIBUTIONS = get_args(get_type_hints(Suspect)["attribution"])
SHORTEST = 400  # characters: a stretch whose claims do not fit into a reply is halved down to this
MOST = 200  # claims of one stretch: more is a model that repeats itself
FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")
THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
Raw = dict[str, object]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A claim as the model gave it, and the stretch that it was asked about."""

    chunk: Chunk
    raw: Raw


@lru_cache(maxsize=1)
def instructions() -> str:
    """What the model is told, the same for every report."""
    text = resources.files(__package__).joinpath("instructions.md").read_text("utf-8")
    lists = {"types": EVENT_TYPES, "statuses": STATUSES, "groups": GROUPS, "effects": EFFECTS,
             "attributions": ATTRIBUTIONS, "targets": TARGETS}  # fmt: skip
    for name, words in lists.items():
        text = text.replace("{" + name + "}", ", ".join(f'"{word}"' for word in words))
    return text


def propose(
    client: Client, text: str, chunk: Chunk, published: date | None, remark: Callable[[str], None]
) -> Iterator[Proposed]:
    """The claims that the model sees in the chunk; a reply that was cut off is asked for again in two halves."""
    messages = _question(text, chunk, published)
    reply = client.ask(messages)
    claims = _claims(reply) if reply.whole else None
    if claims is None and reply.whole:
        claims = _repaired(client, messages, reply)
    if claims is None:
        halves = _halves(text, chunk)
        if len(halves) < 2:
            raise NoAnswer("the model's reply was cut off, however little it was asked about. Give it a longer reply")
        for half in halves:
            yield from propose(client, text, half, published, remark)
        return
    if len(claims) > MOST:
        remark(f"{len(claims) - MOST} claims beyond the first {MOST} of one stretch")
    for raw in claims[:MOST]:
        if isinstance(raw, dict):
            yield Proposed(chunk, raw)
        else:
            remark("a claim that is no JSON object")


def _question(text: str, chunk: Chunk, published: date | None) -> list[Message]:
    """The report goes in as a JSON text, so that nothing in it can end it."""
    report = {"published": published.isoformat() if published else None, "report": text[chunk.start : chunk.end]}
    return [
        {"role": "system", "content": instructions()},
        {"role": "user", "content": json.dumps(report, ensure_ascii=False)},
    ]


def _repaired(client: Client, messages: list[Message], reply: Reply) -> list[object] | None:
    """The claims of a second reply, asked for once; NoAnswer where that is no better. None if it was cut off."""
    again = [
        *messages,
        {"role": "assistant", "content": reply.text[:4000]},
        {"role": "user", "content": 'That was not the JSON object {"claims": […]}. Send only that object.'},
    ]
    second = client.ask(again)
    if not second.whole:
        return None
    claims = _claims(second)
    if claims is None:
        raise NoAnswer("the model answers twice with something other than the JSON that it was asked for")
    return claims


def _claims(reply: Reply) -> list[object] | None:
    """The list of claims in the reply; None where it is no such JSON."""
    text = FENCE.sub("", THOUGHT.sub("", reply.text).strip())
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    claims = data.get("claims") if isinstance(data, dict) else data
    return claims if isinstance(claims, list) else None


def _halves(text: str, chunk: Chunk) -> list[Chunk]:
    size = chunk.end - chunk.start
    return chunks_of(text, chunk.start, chunk.end, size // 2 + 1) if size > SHORTEST else []
