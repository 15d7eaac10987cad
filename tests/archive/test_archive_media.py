"""A file's type comes from its bytes."""

import io
import struct
import zipfile

import pytest

from dalil.archive.media import UNKNOWN, detect

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARABIC = "أصيب ثلاثة أشخاص في تل أحمر يوم الجمعة.\n" * 3


def zipped(*members: str, first: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(zipfile.ZipInfo("mimetype"), first)
        for member in members:
            archive.writestr(member, "x" * 50)
    return buffer.getvalue()


def iso(brand: bytes, *compatible: bytes) -> bytes:
    body = brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + b"\0\0\0\x08mdat"


def wav() -> bytes:
    return b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + bytes(28)


MAIL = (
    b"Received: from a by b\r\nFrom: Desk <desk@example.org>\r\nTo: all@example.org\r\n"
    b"Subject: Report\r\n of Friday\r\nDate: Fri, 4 Nov 2016 10:00:00 +0200\r\n\r\nText\r\n"
)
MHTML = b"From: <Saved by a browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n"

CASES = [
    ("plain", b"At least three people were hurt.\n", "text/plain"),
    ("one word", b"hurt", "text/plain"),
    ("numbers", b"17", "text/plain"),
    ("utf-8 mark", "\ufeffHurt".encode(), "text/plain"),
    ("utf-8 cut at the end of the look", ("x" + "ء" * 70_000).encode(), "text/plain"),
    ("utf-16", ARABIC.encode("utf-16"), "text/plain"),
    ("utf-16 without a mark", ARABIC.encode("utf-16-le"), "text/plain"),
    ("utf-16 big end first", ("Three hurt.\n" * 9).encode("utf-16-be"), "text/plain"),
    ("windows-1256", ARABIC.encode("windows-1256"), "text/plain"),
    ("iso-8859-6", ARABIC.encode("iso-8859-6"), "text/plain"),
    ("windows-1252", "“Three hurt” – café".encode("windows-1252"), "text/plain"),
    ("html", b"<!DOCTYPE html>\n<html><body>x</body></html>", "text/html"),
    ("html after a comment", b"\n<!-- saved from url=(0014)about:internet -->\n<HTML><p>x", "text/html"),
    ("xhtml", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"></html>', "text/html"),
    ("html in windows-1256", b"<html><body>" + ARABIC.encode("windows-1256") + b"</body></html>", "text/html"),
    ("html in utf-16", ("<html><body>" + ARABIC).encode("utf-16"), "text/html"),
    ("xml", b'<?xml version="1.0"?>\n<feed><a>1</a></feed>', "application/xml"),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "image/svg+xml"),
    ("mail", MAIL, "message/rfc822"),
    ("saved page as mail", MHTML, "message/rfc822"),
    ("mbox", b"From desk Fri Nov  4\n" + MAIL, "application/mbox"),
    ("text that begins like mail", b"From: the desk\nThree people were hurt.\n", "text/plain"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
    ("pdf after junk", b"junk\n%PDF-1.4\n", "application/pdf"),
    ("docx", zipped("[Content_Types].xml", "word/document.xml"), DOCX),
    ("docx, types last", zipped("_rels/.rels", "word/document.xml", "[Content_Types].xml"), DOCX),
    ("docx, many members", zipped(*(f"word/media/{n}.png" for n in range(2000)), "[Content_Types].xml"), DOCX),
    ("xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"), XLSX),
    ("odt", zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"),
     "application/vnd.oasis.opendocument.text"),
    ("zip", zipped("a.txt", "word/b.txt"), "application/zip"),
    ("empty zip", zipped(), "application/zip"),
    ("rtf", rb"{\rtf1 x}", "application/rtf"),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
    ("webp", b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
    ("heic", iso(b"heic", b"mif1", b"heic"), "image/heic"),
    ("heif with a general brand", iso(b"mif1", b"mif1", b"heic"), "image/heic"),
    ("avif", iso(b"avif", b"avif", b"mif1"), "image/avif"),
    ("mp4", iso(b"isom", b"isom", b"mp41"), "video/mp4"),
    ("mp4 of a phone", iso(b"mp42", b"isom", b"3gp4"), "video/mp4"),
    ("mov", iso(b"qt  ", b"qt  "), "video/quicktime"),
    ("mov without a brand", b"\0\0\0\x08wide\0\0\0\x08mdat", "video/quicktime"),
    ("m4a", iso(b"M4A ", b"M4A ", b"isom"), "audio/mp4"),
    ("3gp", iso(b"3gp4", b"isom"), "video/3gpp"),
    ("mkv", b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska"),
    ("webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    ("avi", b"RIFF\x24\0\0\0AVI LIST", "video/x-msvideo"),
    ("wav", wav(), "audio/wav"),
    ("mp3 with tags", b"ID3\x04\0\0\0\0\0\x00", "audio/mpeg"),
    ("mp3", (b"\xff\xfb\x90\x00" + bytes(413)) * 3, "audio/mpeg"),
    ("transport stream", (b"\x47" + bytes(187)) * 6, "video/mp2t"),
    ("ogg", b"OggS\0\x02" + bytes(22) + b"\x01\x1e\x01vorbis", "audio/ogg"),
    ("json", b'{"a": 1}\n', "application/json"),
    ("json lines", b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson"),
    ("text in brackets", b"[Photo] Three people were hurt.\n", "text/plain"),
    ("deep brackets", b"[" * 60_000, "text/plain"),
    ("csv", b"place,date,killed\nTal Ahmar,2016-11-04,3\nB,2016-11-05,1\nC,2016-11-06,0\n", "text/csv"),
    ("prose with commas", b"On Friday, in Tal Ahmar, three were hurt.\nOn Monday, in B, two were hurt, it said.\n" * 3,
     "text/plain"),
    ("noise", bytes(range(256)) * 4, UNKNOWN),
    ("zeros", bytes(1000), UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("name", ["x", "x.jpg", "x.mp4"])
def test_type_by_content_whatever_the_name(data, expected, name):
    assert detect(io.BytesIO(data), name) == expected


def test_the_name_decides_only_what_the_bytes_leave_open():
    assert detect(io.BytesIO(b"# Title\n\ntext"), "a.MD") == "text/markdown"
    assert detect(io.BytesIO(b"# Title\n\ntext"), "a.txt") == "text/plain"
    assert detect(io.BytesIO(b"<html>"), "a.md") == "text/html"
    assert detect(io.BytesIO(b"a,b\n1,2\n"), "a.csv") == "text/csv"
    assert detect(io.BytesIO(b"From: a\nSubject: b\n\nx"), "a.eml") == "message/rfc822"
