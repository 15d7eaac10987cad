"""Saved mails: the text part, else the HTML part; subject, sender and date as title, author and publication date."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from dalil.claims.text import html
from dalil.claims.text.charset import decode
from dalil.claims.text.language import detect_lang
from dalil.claims.text.pasted import find_header
from dalil.errors import InputRefused
from dalil.records import Document, Segment

MAX_PARTS = 500
_REPLY = re.compile(r"^(?:\s*(?:re|fw|fwd|aw|wg|رد|تحويل|إعادة توجيه)\s*:\s*)+", re.IGNORECASE)
_CUT_SHORT = ("CloseBoundaryNotFoundDefect", "StartBoundaryNotFoundDefect", "InvalidBase64LengthDefect")


def read(path: Path, *, name: str, object: str) -> Document:
    """The mail at `path`: its subject and text; attachments are named in `problems`, not read."""
    try:
        message = BytesParser(policy=email.policy.default).parsebytes(path.read_bytes())
    except RecursionError:
        raise InputRefused(name, "packs hundreds of mails into each other, as no mail does", "Do not open it") from None
    if not message.keys():
        raise InputRefused(name, "is no mail: it has no header lines", "Save it again from the mail program")
    parts = list(_parts(message, ""))
    problems = [f"{what} is not read: {why}" for what, why in _attachments(parts)]
    if any(type(defect).__name__ in _CUT_SHORT for _, part in parts for defect in part.defects):
        problems.insert(0, "the mail is cut short: parts of it are missing")
    body = _body(parts, object, name)
    if body is None:
        problems.append("the mail has no text of its own")
        body = Document(object, "", None, None, None, None, None, None, (), ())
    return _with_header(message, body, problems)


def _parts(part: EmailMessage, number: str) -> Iterator[tuple[str, EmailMessage]]:
    """Every part with its number as IMAP counts ("1.2"); attached mails are one part."""
    if not part.is_multipart() or part.get_content_type() == "message/rfc822":
        yield number or "1", part
        return
    if number == "" and part.defects:
        yield "0", part
    for index, child in enumerate(part.iter_parts() if number.count(".") < 8 else (), start=1):
        if index > MAX_PARTS:
            return
        yield from _parts(child, f"{number}.{index}" if number else str(index))


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attachments(parts: list[tuple[str, EmailMessage]]) -> Iterator[tuple[str, str]]:
    for number, part in parts:
        kind = part.get_content_type()
        if kind.startswith("multipart/"):
            continue
        if _is_attachment(part) or kind not in ("text/plain", "text/html"):
            named = part.get_filename() or f"part {number}"
            yield f'attachment "{named}" ({kind})', "add it as a file of its own"


def _body(parts: list[tuple[str, EmailMessage]], object: str, name: str) -> Document | None:
    """The document of the first part with text: plain text before HTML."""
    shown = [(number, part) for number, part in parts if not part.is_multipart() and not _is_attachment(part)]
    for number, part in shown:
        if part.get_content_type() == "text/plain":
            decoded = decode(part.get_payload(decode=True) or b"", part.get_content_charset())
            text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
            if text.strip():
                header = find_header(text)
                return Document(
                    object, text, header.title, header.author, header.publisher,
                    header.published if header.published_rule == "published line" else None,
                    header.lang, header.url,
                    (Segment(0, len(text), "path", f"part {number} (text/plain)"),), decoded.problems,
                )  # fmt: skip
    for number, part in shown:
        if part.get_content_type() == "text/html":
            page = html.read_bytes(
                part.get_payload(decode=True) or b"", name=name, object=object, charset=part.get_content_charset()
            )
            if page.text.strip():
                segments = tuple(replace(s, source=f"part {number} (text/html)#{s.source}") for s in page.segments)
                return replace(page, segments=segments)
    return None


def _with_header(message: EmailMessage, body: Document, problems: list[str]) -> Document:
    """The body under its subject, with what the mail's header lines say."""
    subject = _REPLY.sub("", _header(message, "subject"))
    above = subject if not body.text.startswith(subject) else ""
    shift = len(above) + 2 if above else 0
    text = f"{above}\n\n{body.text}".strip() if above else body.text
    segments = [Segment(0, len(above), "field", "Subject")] if above else []
    segments += [replace(s, start=s.start + shift, end=s.end + shift) for s in body.segments]
    display, address = parseaddr(_header(message, "from"))
    return replace(
        body,
        text=text,
        title=subject or body.title,
        author=body.author or display or address or None,
        published=body.published or _date(message),
        lang=body.lang or detect_lang(text),
        segments=tuple(segments),
        problems=(*problems, *body.problems),
    )


def _header(message: EmailMessage, field: str) -> str:
    """A header line decoded (RFC 2047), on one line; "" where it is missing or broken."""
    try:
        return re.sub(r"\s+", " ", str(message.get(field, ""))).strip()
    except (ValueError, IndexError, AttributeError):  # the standard library's parser fails on some broken lines
        return ""


def _date(message: EmailMessage) -> date | None:
    """The day of sending, in the sender's own time zone."""
    try:
        moment = message["date"].datetime if message["date"] else None
    except (ValueError, IndexError, TypeError, AttributeError):  # see _header
        return None
    return moment.date() if moment else None
