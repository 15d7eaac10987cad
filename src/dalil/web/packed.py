"""Columns as one file that several processes map into memory, so that it is held once for all of them.

A header of JSON says what lies where; then the arrays, each at a multiple of ALIGNED. Only what this program has just
written is read, never a file of somebody else's.
"""

from __future__ import annotations

import mmap
from dataclasses import fields, is_dataclass
from typing import BinaryIO

import msgspec
import numpy as np

from dalil.web.columns import Claims, Incidents, Keys, Several, Words

KINDS = {kind.__name__: kind for kind in (Claims, Incidents, Keys, Several, Words)}
ALIGNED = 64
LENGTH = 8  # bytes that say how long the header is


def pack(columns: Incidents | Claims, file: BinaryIO) -> None:
    """The columns stand in the file."""
    arrays: list[np.ndarray] = []
    told = described(columns, arrays)
    at, places = 0, []
    for array in arrays:
        places.append((array.dtype.str, array.size, at))
        at += -(-array.nbytes // ALIGNED) * ALIGNED
    header = msgspec.json.encode((told, places))
    header += b" " * (-(len(header) + LENGTH) % ALIGNED)
    file.write(len(header).to_bytes(LENGTH, "little") + header)
    for array in arrays:
        file.write(np.ascontiguousarray(array).tobytes())
        file.write(bytes(-array.nbytes % ALIGNED))
    file.flush()


def described(value: object, arrays: list[np.ndarray]) -> object:
    """The value as JSON, an array as its place among the arrays."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if is_dataclass(value):
        return {
            "kind": type(value).__name__,
            "fields": {f.name: described(getattr(value, f.name), arrays) for f in fields(value)},
        }
    return value


def unpack(descriptor: int, made: int) -> Incidents | Claims:
    """The columns in the file, which is mapped and may be closed; `made` tells this loading from another."""
    mapped = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(mapped[:LENGTH], "little")
    told, places = msgspec.json.decode(mapped[LENGTH : LENGTH + length])
    arrays = [np.frombuffer(mapped, kind, size, LENGTH + length + at) for kind, size, at in places]
    told["fields"]["made"] = made
    return restored(told, arrays)


def restored(told: object, arrays: list[np.ndarray]) -> object:
    """What `described` told of."""
    if isinstance(told, dict):
        if "array" in told:
            return arrays[told["array"]]
        return KINDS[told["kind"]](**{name: restored(value, arrays) for name, value in told["fields"].items()})
    return tuple(told) if isinstance(told, list) else told
