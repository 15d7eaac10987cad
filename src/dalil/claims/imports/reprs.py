"""Python values as programs print them, read without running anything: literals, dates, and named records.

ast.literal_eval refuses `datetime.datetime(2024, 1, 2)` and `Media(filename='…')`, which real files hold; here the
few calls that are known are read as data, every other is refused. Size and depth are bounded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone

MAX_CHARS = 200_000
MAX_NODES = 50_000
MAX_DEPTH = 60


def read_repr(text: str) -> object:
    """The value that `text` is the repr of; ValueError for anything that is none, or that is too large."""
    if len(text) > MAX_CHARS:
        raise ValueError(f"is longer than {MAX_CHARS:,} characters")
    if max_depth(text) > MAX_DEPTH:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError("is no Python value") from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ValueError(f"has more than {MAX_NODES:,} parts")
    return _value(tree.body)


def max_depth(text: str) -> int:
    """How deep brackets are nested at the most (those inside strings count too, which only makes it stricter)."""
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _value(node: ast.AST) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        if any(key is None for key in node.keys):
            raise ValueError("holds **, which is no value")
        return {str(_value(key)): _value(value) for key, value in zip(node.keys, node.values, strict=True)}
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _value(node.operand)
        if isinstance(number, int | float):
            return -number
    if isinstance(node, ast.Attribute) and _name(node) in ("datetime.timezone.utc", "timezone.utc", "datetime.UTC"):
        return UTC
    if isinstance(node, ast.Call):
        return _call(node)
    raise ValueError(f"holds {type(node).__name__}, which is no value")


def _call(node: ast.Call) -> object:
    make = CALLS.get(_name(node.func))
    if make is None or any(keyword.arg is None for keyword in node.keywords):
        raise ValueError(f"holds a call of {_name(node.func)[:60]}, which is not read")
    try:
        return make(*map(_value, node.args), **{k.arg: _value(k.value) for k in node.keywords})
    except (TypeError, OverflowError):
        raise ValueError(f"holds a {_name(node.func)} with wrong arguments") from None


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_name(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def _record(**fields: object) -> Mapping[str, object]:
    return fields


def _text(text: object = "") -> str:
    return str(text)


CALLS: Mapping[str, Callable[..., object]] = {
    "datetime.datetime": datetime,
    "datetime": datetime,
    "datetime.date": date,
    "datetime.timedelta": timedelta,
    "datetime.timezone": timezone,
    "tzutc": lambda: UTC,
    "Media": _record,
    "Metadata": _record,
    "PosixPath": _text,
    "WindowsPath": _text,
    "set": list,
}
