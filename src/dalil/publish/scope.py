"""What one export shows: which objects, which values of which log lines, and what it must not let through.

Whatever is not shown must not leave a trace by which a guess could be tested: neither the value nor a hash of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from sqlalchemy import Connection, select

from dalil import db
from dalil.archive import Archive, custody, lines, removal
from dalil.archive.custody import BYTES, Target
from dalil.records import Incident, object_of

HASH = re.compile(r"[0-9a-f]{64}")
PLUMBING = ("key", "checkpoint", "stamp")  # what the log is checked by: shown in every export
PRIVATE = ("withhold", "export")  # these name recipients
TELLING = 4  # characters: shorter values stand in everything
STRUCTURE = frozenset({"vkey", "origin", "signature", "previous_signature", "size", "root", "note", "reply", "targets",
                       "cosignature", "proof", "witness", "object", "from", lines.FIELDS})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """An object that an export shows: its captures as far as they are shown, by line."""

    sha256: str
    size: int
    media_type: str
    bytes: bool
    captures: Mapping[int, Mapping[str, object]]

    def first(self, name: str) -> str | None:
        """The first value of a field that is shown; None if none is."""
        return next((str(fields[name]) for fields in self.captures.values() if name in fields), None)


@dataclass(slots=True)
class Scope:
    """The choice made for one export: `rows` are the disclosures by line, `hidden` the objects not shown at all."""

    recipient: str
    incidents: tuple[Incident, ...]
    lines: list[bytes] = field(default_factory=list)
    rows: dict[int, list[str]] = field(default_factory=dict)
    objects: dict[str, Shown] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()  # shown by hash, but not their bytes
    absent: frozenset[str] = frozenset()  # told about, but without their bytes
    withheld: int = 0  # values, of the lines that this export is about, that it does not show

    @property
    def secret(self) -> frozenset[str]:
        """Objects of whose content nothing may be told."""
        return self.hidden | self.unread


def choose(
    archive: Archive,
    *,
    recipient: str,
    incidents: tuple[Incident, ...],
    everything: bool,
    fields: Iterable[str] = (),
    on_line: Callable[[int], None] = lambda _: None,
) -> Scope:
    """What an export to that recipient shows: everything, or only what the incidents rest on, less what is withheld.

    `fields` are names that this export shows on no line (but for those that the log is checked by).
    """
    withheld = removal.withheld(archive, recipient)
    scope = Scope(recipient, incidents)
    entries = list(archive.entries())
    erased = {t for e in entries if e.act == "erase" for t in custody.targets(e.disclosed.get("targets"))}
    wanted = None if everything else _wanted(incidents, entries)
    captured: dict[str, dict[int, Mapping[str, object]]] = {}
    for entry in entries:
        if entry.act in custody.CAPTURING and "object" in entry.disclosed:
            captured.setdefault(str(entry.disclosed["object"]), {})[entry.seq] = entry.disclosed
    hidden = {
        sha256
        for sha256, of in captured.items()
        if (wanted is not None and sha256 not in wanted) or any((seq, "object") in withheld for seq in of)
    }
    scope.hidden = frozenset(hidden)
    unread = {
        sha256 for sha256, of in captured.items()
        if all((seq, BYTES) in erased for seq in of) or any((seq, BYTES) in withheld for seq in of)
    }  # fmt: skip
    scope.unread = frozenset(unread - hidden)
    names = frozenset(fields) - STRUCTURE
    with archive.reading() as connection:
        sealed = _sealed_values(entries, withheld, names) | _telling_ids(connection, scope.secret)
        seals = _Seals(withheld, names, scope.hidden, wanted, incidents, sealed)
        for seq, line, joined in custody.rows(connection):
            scope.lines.append(line)
            _show(scope, seals, seq, custody.read_entry(seq, line, joined), (joined or "").split("~"))
            on_line(1)
    for sha256, of in captured.items():
        if sha256 not in hidden:
            scope.objects[sha256] = _shown(scope, sha256, of)
    return scope


@dataclass(frozen=True, slots=True)
class _Seals:
    withheld: frozenset[Target]
    names: frozenset[str]
    hidden: frozenset[str]
    wanted: frozenset[str] | None
    incidents: tuple[Incident, ...]
    values: frozenset[str]


def _sealed_values(entries: Iterable, withheld: frozenset[Target], names: frozenset[str]) -> frozenset[str]:
    """What the withheld values say: a file's name also stands in its source, a person's in a reason."""
    values = {
        str(value)
        for entry in entries
        for name, value in entry.disclosed.items()
        if name not in STRUCTURE and (name in names or (entry.seq, name) in withheld)
    }
    return frozenset(form for value in values if len(value) >= TELLING for form in (value, quote(value)))


def _telling_ids(connection: Connection, secret: frozenset[str]) -> frozenset[str]:
    """The incidents that rest on what is not shown: their ids hold a digest of the report that founded them."""
    rows = connection.execute(select(db.account.c.sha256, db.account.c.incident)).all()
    return frozenset(incident for document, incident in rows if object_of(document) in secret)


def _wanted(incidents: Iterable[Incident], entries: Iterable) -> frozenset[str]:
    """The objects that the incidents rest on, the parts of saved pages, and redacted copies of any of them."""
    wanted = {object_of(a.document) for i in incidents for a in i.accounts}
    wanted |= {f.object for i in incidents for f in i.footage}
    for entry in entries:
        of = entry.disclosed
        if (entry.act in custody.CAPTURING and of.get("page") in wanted) or (
            entry.act == "redact" and of.get("from") in wanted
        ):
            wanted.add(str(of.get("object")))
    return frozenset(wanted)


def _show(scope: Scope, seals: _Seals, seq: int, entry, disclosures: list[str]) -> None:
    of = entry.disclosed
    if not _concerns(seals, entry):
        return
    limited = seals.wanted is not None and entry.act == "erase"
    shown = []
    for disclosure in disclosures:
        if not disclosure:
            continue
        name, value = lines.read_disclosure(disclosure)
        if (
            (seq, name) in seals.withheld
            or name in seals.names
            or (limited and name not in ("targets", lines.FIELDS))
            or set(HASH.findall(lines.canonical(value))) & seals.hidden
            or (name not in STRUCTURE and any(sealed in str(value) for sealed in seals.values))
        ):
            scope.withheld += 1
            continue
        shown.append(disclosure)
    if shown and of:
        scope.rows[seq] = shown


def _concerns(seals: _Seals, entry) -> bool:
    """Whether the export is about this line at all."""
    if entry.act in PRIVATE:
        return False
    if entry.act in custody.CAPTURING:
        return entry.disclosed.get("object") not in {*seals.hidden, None}
    if entry.act in PLUMBING or entry.act == "erase" or seals.wanted is None:
        return True
    text = lines.canonical(dict(entry.disclosed))
    return bool(set(HASH.findall(text)) & seals.wanted) or any(i.id in text for i in seals.incidents)


def _shown(scope: Scope, sha256: str, captured: Mapping[int, Mapping[str, object]]) -> Shown:
    names = {seq: {lines.read_disclosure(d)[0] for d in scope.rows.get(seq, ())} for seq in captured}
    of = {seq: {k: v for k, v in fields.items() if k in names[seq]} for seq, fields in captured.items()}
    first = next(iter(captured.values()))
    size, media_type = first.get("size", 0), first.get("media_type", "application/octet-stream")
    return Shown(sha256, int(size), str(media_type), sha256 not in scope.unread, of)
