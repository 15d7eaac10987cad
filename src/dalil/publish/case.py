"""The case file: a BagIt bag that verifies without dalil. docs/case-file.md is the specification.

Order of writing: everything but custody/ and the tag manifest is written first, and its hash goes into the log's
`export` line; the checkpoint that covers that line is signed; log, checkpoint and time stamps follow; the tag manifest
is last. The folder is made under another name and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dalil.archive import Archive, custody, ots, stamps, witness
from dalil.archive.archive import TOOL
from dalil.archive.blobs.local import BLOCK_BYTES, sync_folder
from dalil.errors import CustodyBroken, DalilError
from dalil.publish import documents
from dalil.publish.reports import LANGUAGES, page, tell, title
from dalil.publish.scope import Scope
from dalil.records import Checkpoint, builtins

HERE = Path(__file__).parent
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
# The fields of `stamp` lines that name a file beside a checkpoint by its hash: an authority's reply, a witness's line,
# a proof of OpenTimestamps.
BESIDE = {"reply": stamps.path, "cosignature": witness.path, "proof": ots.path}
BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# File name endings that a lawyer's machine knows what to do with; anything else goes without one. A saved page is
# not to be opened by a double click, since its scripts would run.
ENDINGS = {
    "text/plain": ".txt", "text/html": ".html.txt", "text/markdown": ".md", "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic", "image/gif": ".gif", "video/mp4": ".mp4",
    "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv", "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a", "audio/ogg": ".ogg", "audio/wav": ".wav", "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to: `line` is its line in the log, `checkpoint` the size that its checkpoint covers."""

    folder: str
    line: int
    checkpoint: int
    files: int
    objects: int
    incidents: int
    withheld: int
    pdf: bool


def write_case(
    archive: Archive,
    scope: Scope,
    out: Path,
    *,
    by: str,
    pdf: bool = True,
    stamp: bool = True,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Exported:
    """The case file stands at `out`, whole, and the log says so; DalilError if something stands there already."""

    def fill(bag: Bag) -> bool:
        return _write_payload(archive, scope, bag, pdf=pdf, on_bytes=on_bytes)

    return write_bag(archive, scope, out, fill, by=by, stamp=stamp)


def write_bag(
    archive: Archive, scope: Scope, out: Path, fill: Callable[[Bag], bool], *, by: str, stamp: bool = True
) -> Exported:
    """A bag with what `fill` writes under data/, log, checkpoint and stamps stands at `out`, and the log says so.

    `fill` writes data/disclosures.txt too, and tells whether it printed PDF.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DalilError(f"{out} is not empty. Name a new folder for the case file")
    unfinished = out.with_name(out.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        bag = Bag(unfinished)
        printed = fill(bag)
        _write_tags(bag)
        line, size = _log_and_seal(archive, scope, bag, by, stamp=stamp)
        bag.write(TAG_MANIFEST, bag.manifest(lambda name: not name.startswith("data/")).encode())
        bag.sync()
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
        sync_folder(out.absolute().parent)
    except OSError as error:
        raise DalilError(f"cannot write {error.filename or out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    objects = sum(shown.bytes for sha256, shown in scope.objects.items() if sha256 not in scope.absent)
    return Exported(str(out), line, size, len(bag.sums), objects, len(scope.incidents), scope.withheld, printed)


class Bag:
    """A folder that is being filled, with the SHA-256 of everything in it."""

    def __init__(self, top: Path):
        self.top = top
        self.sums: dict[str, str] = {}

    def write(self, name: str, data: bytes) -> str:
        """The file stands; its SHA-256."""
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.sums[name] = hashlib.sha256(data).hexdigest()
        return self.sums[name]

    def copy(self, archive: Archive, sha256: str, name: str, on_bytes: Callable[[int], None]) -> None:
        """The object stands in the bag; CustodyBroken if its bytes are not what they should be."""
        path, digest = self.top / name, hashlib.sha256()
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open_object(sha256) as source, path.open("wb") as target:
            while block := source.read(BLOCK_BYTES):
                digest.update(block)
                target.write(block)
                on_bytes(len(block))
        if digest.hexdigest() != sha256:
            raise CustodyBroken(f'object {sha256} is damaged: found {digest.hexdigest()}. Run "dalil verify"')
        self.sums[name] = sha256

    def manifest(self, wanted: Callable[[str], bool]) -> str:
        """A BagIt manifest of these files: in order of name, two spaces, a newline after each."""
        return "".join(f"{self.sums[name]}  {name}\n" for name in sorted(self.sums) if wanted(name))

    def sync(self) -> None:
        """Every file is on the disk."""
        for path in sorted(self.top.rglob("*"), reverse=True):
            sync_folder(path)
        sync_folder(self.top)


# ---------------------------------------------------------------- what is told


def _write_payload(archive: Archive, scope: Scope, bag: Bag, *, pdf: bool, on_bytes: Callable[[int], None]) -> bool:
    files = {}
    for sha256, shown in sorted(scope.objects.items()):
        if shown.bytes:
            name = f"objects/{sha256}{ENDINGS.get(shown.media_type, '')}"
            bag.copy(archive, sha256, f"data/{name}", on_bytes)
            files[sha256] = name
    bag.write("data/disclosures.txt", disclosed(scope.rows.items()))
    told = tell(scope)
    case = _case(archive, scope, files, told)
    bag.write("data/case.json", json.dumps(case, ensure_ascii=False, indent=1).encode() + b"\n")
    printed = pdf and documents.can_print()
    for one in told:
        record = json.dumps(builtins(one.incident), ensure_ascii=False, indent=1)
        bag.write(f"data/reports/{one.name}.json", record.encode() + b"\n")
        for lang in LANGUAGES:
            data = page(one, scope, files, lang)
            bag.write(f"data/reports/{one.name}.{lang}.html", documents.html("report.html", p=data))
            if printed:
                bag.write(f"data/reports/{one.name}.{lang}.pdf", documents.pdf(data))
    for lang in LANGUAGES:
        titles = {one.name: title(one.incident, lang) for one in told}
        bag.write(f"data/index.{lang}.html", documents.html("case.html", lang=lang, case=case, titles=titles))
        certificate = documents.html("certificate.html", lang=lang, case=case, origin=archive.settings.origin)
        bag.write(f"data/certificate.{lang}.html", certificate)
    return printed


def disclosed(rows: Iterable[tuple[int, list[str]]]) -> bytes:
    """Disclosures by line: the line's number, a space, the disclosures joined by "~"."""
    return "".join(f"{seq} {'~'.join(shown)}\n" for seq, shown in sorted(rows)).encode("ascii")


def _case(archive: Archive, scope: Scope, files: dict[str, str], told: tuple) -> dict[str, Any]:
    return {
        "format": "dalil case file",
        "version": 1,
        "origin": archive.settings.origin,
        "incidents": [{"id": t.incident.id, "name": t.name, "title": t.incident.title} for t in told],
        "objects": [
            {
                "object": sha256,
                "file": files.get(sha256),
                "size": shown.size,
                "media_type": shown.media_type,
                "name": shown.first("name"),
                "lines": sorted(shown.captures),
            }
            for sha256, shown in sorted(scope.objects.items())
        ],
    }


# ---------------------------------------------------------------- what it is checked by


def _write_tags(bag: Bag) -> None:
    octets = sum((bag.top / name).stat().st_size for name in bag.sums)
    count = len(bag.sums)
    bag.write(MANIFEST, bag.manifest(lambda name: name.startswith("data/")).encode())
    bag.write("bagit.txt", BAGIT.encode())
    today = datetime.now(UTC).date().isoformat()
    info = f"Bagging-Date: {today}\nBag-Software-Agent: {TOOL}\nPayload-Oxum: {octets}.{count}\n"
    bag.write("bag-info.txt", info.encode())
    for lang in LANGUAGES:
        bag.write(f"README.{lang}.txt", (HERE / "templates" / f"README.{lang}.txt").read_bytes())
    bag.write("verify.py", (HERE / "verify.py").read_bytes())


def _log_and_seal(archive: Archive, scope: Scope, bag: Bag, by: str, *, stamp: bool) -> tuple[int, int]:
    """The export is in the log under a new checkpoint, and log, checkpoint and stamps are in the bag."""
    files = bag.manifest(lambda name: not name.startswith("data/"))
    values = {
        "recipient": scope.recipient,
        "files": hashlib.sha256(files.encode()).hexdigest(),
        "manifest": bag.sums[MANIFEST],
        "left_out": sorted(scope.unread | scope.absent),
        "size": len(scope.lines),
        "by": by,
        "tool": TOOL,
    }
    entry = archive.append("export", values)
    checkpoint = archive.checkpoint()
    if checkpoint is None or checkpoint.size != entry.seq + 2:
        raise CustodyBroken("the export's line was not followed by its checkpoint. Run the export again")
    if len(scope.lines) != entry.seq:
        raise DalilError("the log grew while the case file was written. Run the export again")
    with archive.reading() as connection:
        for seq, line, joined in custody.rows(connection, entry.seq):
            scope.lines.append(line)
            if seq == entry.seq:
                bag.write("custody/export.txt", disclosed([(seq, str(joined).split("~"))]))
    _write_stamps(archive, scope, bag, checkpoint, stamp=stamp)
    bag.write("custody/log.jsonl", b"\n".join(scope.lines) + b"\n")
    bag.write("custody/checkpoint.note", checkpoint.note.encode())
    return entry.seq, checkpoint.size


def _write_stamps(archive: Archive, scope: Scope, bag: Bag, final: Checkpoint, *, stamp: bool) -> None:
    """What others said of checkpoints and shown `stamp` lines name, with these checkpoints; and the replies over this
    very one."""
    said = []
    for entry in archive.entries(act="stamp"):
        for field, path in BESIDE.items():
            if entry.seq in scope.rows and field in entry.disclosed:
                size = int(str(entry.disclosed["size"]))
                note = archive.checkpoints.path(size).read_bytes()
                file = path(archive, size, str(entry.disclosed[field]))
                bag.write(f"custody/checkpoints/{hashlib.sha256(note).hexdigest()}.note", note)
                said.append((hashlib.sha256(note).hexdigest(), file.suffix, file.read_bytes()))
    for made in stamps.stamp(archive, final, archive.settings.authorities) if stamp else ():
        if isinstance(made, stamps.Stamp):
            said.append((made.note, stamps.SUFFIX, made.reply))
    for number, (note_hash, suffix, data) in enumerate(said):
        bag.write(f"custody/stamps/{note_hash}-{number}{suffix}", data)
