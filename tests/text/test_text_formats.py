"""Every format keeps the promises of the seam: stable text, sound segments, one clear line for what is refused."""

import importlib
from datetime import date
from email.message import EmailMessage

import pytest
from text_samples import DOCX, FILES, make_docx, paragraph

from dalil.claims.text import FORMATS, MAX_BYTES, TEXT_TYPES, extract
from dalil.errors import InputRefused

TITLE = "Raid on the village of Wadi al-Sindiyan"
BODY = "At least 17 people were killed when warplanes bombed the village on Friday, residents said on Saturday."
HTML = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1><p>{BODY}</p></article></body></html>"


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = (
        TITLE,
        "Lina Marsh <l@example.org>",
        "Sat, 5 Nov 2016 10:00 +0200",
    )
    message.set_content(BODY)
    return message.as_bytes()


SAMPLES = {
    "plain": ("text/plain; charset=utf-8", f"{TITLE}\n\n{BODY}\n".encode(), BODY),
    "markdown": ("text/markdown", f"# {TITLE}\n\n{BODY}\n".encode(), BODY),
    "html": ("text/html", HTML.encode(), BODY),
    "pdf": ("application/pdf", (FILES / "arabic_chromium.pdf").read_bytes(), "قتل ١٧ مدنياً على الأقل"),
    "docx": (DOCX, make_docx(paragraph(TITLE, style="Title") + paragraph(BODY)), BODY),
    "eml": ("message/rfc822", mail(), BODY),
}


def test_every_format_is_listed_with_a_sample_and_a_module():
    assert {form.name for form in FORMATS} == set(SAMPLES)
    assert len(TEXT_TYPES) == sum(len(form.media_types) for form in FORMATS)
    for form in FORMATS:
        assert callable(importlib.import_module(form.module).read)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_gives_its_words_and_the_way_back(name, read):
    media_type, data, words = SAMPLES[name]
    document = read(data, media_type)
    assert words in document.text and document.object == "0" * 64 and document.problems == ()
    assert document.title and "\r" not in document.text and document.text == document.text.strip("\ufeff")
    covered = 0
    for segment in document.segments:
        assert covered <= segment.start < segment.end <= len(document.text)
        covered = segment.end
        if segment.kind == "bytes":
            first, last = map(int, segment.source.split(":"))
            assert data[first:last].decode() == document.text[segment.start : segment.end]
    inside = [s for s in document.segments if s.start <= document.text.index(words) < s.end]
    assert len(inside) == 1


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_bytes_give_the_same_document(name, read):
    media_type, data, _ = SAMPLES[name]
    assert read(data, media_type) == read(data, media_type)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_empty_file_is_refused(name, read):
    with pytest.raises(InputRefused, match=r"^report: is empty \(0 bytes\)"):
        read(b"", SAMPLES[name][0])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_a_file_that_was_cut_short_is_refused_in_one_line_or_read_in_part(name, part, read):
    media_type, data, _ = SAMPLES[name]
    try:
        document = read(data[: int(len(data) * part)], media_type)
    except InputRefused as refusal:
        assert str(refusal).startswith("report: ") and "\n" not in str(refusal)
    else:
        assert isinstance(document.text, str)


@pytest.mark.parametrize("name", SAMPLES)
def test_foreign_bytes_under_the_name_of_a_format_raise_nothing_else(name, read):
    for data in (
        b"\0" * 400,
        b"%PDF-1.7\n",
        b"PK\x03\x04" + b"\xff" * 60,
        bytes(range(256)) * 8,
        b"From: x\n\n" + b"\xd8" * 99,
    ):
        try:
            assert isinstance(read(data, SAMPLES[name][0]).text, str)
        except InputRefused as refusal:
            assert "\n" not in str(refusal)


def test_an_unknown_format_is_refused(read):
    with pytest.raises(InputRefused, match=r"video/mp4 holds no text"):
        read(b"x", "video/mp4")


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputRefused, match="too large for a report"):
        extract(path, "text/plain", name="huge.txt", object="0" * 64)


def test_plain_text_keeps_its_characters_under_every_newline_and_charset(read):
    text = "قتل 17 مدنيا على الأقل في غارة جوية استهدفت بلدة وادي السنديان.\r\n\r\nوقال ناشطون إن المستشفى دمر.\r\n"
    for charset in ("utf-8", "utf-8-sig", "utf-16", "windows-1256", "iso-8859-6"):
        data = text.encode(charset)
        document = read(data, "text/plain")
        assert document.text == text.replace("\r\n", "\n") and document.lang == "ar" and document.problems == ()
        plain = charset if charset != "utf-8-sig" else "utf-8"
        for segment in document.segments:
            first, last = map(int, segment.source.split(":"))
            got = data[first:last].decode("utf-16-le" if charset == "utf-16" else plain)
            assert got == document.text[segment.start : segment.end]


@pytest.mark.parametrize(
    "text",
    ["The “raid” killed 17 – the café owner said.", "Der Angriff tötete 17 Menschen, sagte Müller für das Büro."],
)
def test_western_charsets_are_not_taken_for_arabic(text, read):
    assert read(text.encode("windows-1252"), "text/plain").text == text


def test_text_that_was_decoded_wrongly_is_repaired_and_said(read):
    text = "قتل سبعة عشر مدنيا على الأقل في غارة جوية استهدفت البلدة يوم الجمعة، بحسب ناشطين"
    document = read(text.encode().decode("latin-1").encode(), "text/plain")
    assert document.text == text
    assert document.problems == ("was once decoded in a wrong charset (Ø§Ù„ for ال): repaired",)


def test_markdown_loses_its_marks_and_keeps_its_bytes(read):
    source = (
        "---\r\ntitle: A raid\r\ndate: 2016-11-05\r\n---\r\n# Raid **kills** three\r\n\r\n"
        "The [observers](http://example.org/z) said *at least* 17 died. ![A boy [Wadi24]](i.png)\r\n\r\n> a `quote`\r\n"
    )
    document = read(source.encode(), "text/markdown")
    assert document.text == "Raid kills three\n\nThe observers said at least 17 died. A boy [Wadi24]\n\na quote\n"
    assert (document.title, document.published) == ("A raid", date(2016, 11, 5))
    for segment in document.segments:
        first, last = map(int, segment.source.split(":"))
        assert source.encode()[first:last].decode() == document.text[segment.start : segment.end]
