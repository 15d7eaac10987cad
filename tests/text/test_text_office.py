"""Word documents and mails: what is read, and the hostile ones."""

import io
import zipfile
from datetime import date
from email.message import EmailMessage

import pytest
from text_samples import DOCX, W, make_docx, paragraph

from dalil.errors import InputRefused

EML = "message/rfc822"


def test_a_word_document_with_tables_notes_and_text_boxes(read):
    cell = "<w:tc>{}</w:tc>"
    table = f"<w:tbl><w:tr>{cell.format(paragraph('Name'))}{cell.format(paragraph('Age'))}</w:tr></w:tbl>"
    box = "<w:r><w:pict><w:txbxContent>" + paragraph("In a box") + "</w:txbxContent></w:pict></w:r>"
    noted = paragraph("At least 17 people were killed", '<w:r><w:footnoteReference w:id="2"/></w:r>', " on Friday.")
    body = (
        paragraph("Raid on a village", style="Title")
        + paragraph("By Lina Marsh")
        + paragraph("Date of publication: 5 November 2016")
        + noted
        + paragraph("قتل ١٧ ", "مدنيا")
        + table
        + paragraph(box)
    )
    notes = f'<w:footnote w:id="0" w:type="separator">{paragraph("-")}</w:footnote>'
    notes += f'<w:footnote w:id="2">{paragraph("According to residents.")}</w:footnote>'
    document = read(make_docx(body, footnotes=notes), DOCX)
    assert document.text.split("\n\n") == [
        "Raid on a village",
        "By Lina Marsh",
        "Date of publication: 5 November 2016",
        "At least 17 people were killed[2] on Friday.",
        "قتل ١٧ مدنيا",
        "Name | Age",
        "In a box",
        "[2] According to residents.",
    ]
    assert (document.title, document.author) == ("Raid on a village", "Lina Marsh")
    assert document.published == date(2016, 11, 5)
    assert [s.source for s in document.segments][3:5] == ["word/document.xml#p4", "word/document.xml#p5"]
    assert document.segments[-1].source == "word/footnotes.xml#2"


def test_deleted_words_of_tracked_changes_are_left_out_and_that_is_said(read):
    changed = "<w:del><w:r><w:delText>70</w:delText></w:r></w:del><w:ins><w:r><w:t>17</w:t></w:r></w:ins>"
    document = read(make_docx(paragraph(changed, " people were killed.")), DOCX)
    assert document.text == "17 people were killed."
    assert document.problems == ("holds tracked changes: what was deleted is left out",)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(read):
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as container,
        container.open("word/document.xml", "w") as part,
    ):
        part.write(f'<w:document xmlns:w="{W}">'.encode())
        for _ in range(60):
            part.write(b" " * (1 << 20))
    with pytest.raises(InputRefused, match=r"unpacks \d+ bytes to more than \d+ MB: a zip bomb"):
        read(packed.getvalue(), DOCX)


def test_a_part_that_lies_about_its_size_is_refused(read):
    data = bytearray(make_docx(paragraph("x" * 300_000)))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"word/document.xml"))
    data[at + 24 : at + 28] = (40).to_bytes(4, "little")  # the size that the zip's directory states
    with pytest.raises(InputRefused, match="damaged"):
        read(bytes(data), DOCX)


def test_a_declaration_of_entities_is_refused(read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as container:
        container.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>')
    with pytest.raises(InputRefused, match="document type declaration"):
        read(packed.getvalue(), DOCX)


def test_a_zip_of_something_else_is_refused(read):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as container:
        container.writestr("readme.txt", "x")
    with pytest.raises(InputRefused, match=r"is no Word document: it has no word/document\.xml"):
        read(packed.getvalue(), DOCX)


def test_a_damaged_part_is_refused(read):
    data = bytearray(make_docx(paragraph("At least 17 people were killed. " * 40)))
    data[data.index(b"word/document.xml") + 30] ^= 0xFF
    with pytest.raises(InputRefused, match="damaged"):
        read(bytes(data), DOCX)


def test_a_mail_with_attachments(read):
    message = EmailMessage()
    message["Subject"], message["From"] = "Fwd: غارات على وادي السنديان", "سامر الحلبي <s@example.org>"
    message["Date"] = "Sat, 05 Nov 2016 00:30:00 +0200"
    message.set_content("قتل ١٧ مدنيا على الأقل يوم الجمعة.")
    message.add_alternative("<p>قتل</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="قائمة.pdf")
    document = read(message.as_bytes(), EML)
    assert document.text == "غارات على وادي السنديان\n\nقتل ١٧ مدنيا على الأقل يوم الجمعة."
    assert (document.title, document.author) == ("غارات على وادي السنديان", "سامر الحلبي")
    assert document.published == date(2016, 11, 5) and document.lang == "ar"
    assert document.problems == ('attachment "قائمة.pdf" (application/pdf) is not read: add it as a file of its own',)
    assert [(s.kind, s.source) for s in document.segments] == [("field", "Subject"), ("path", "part 1.1 (text/plain)")]


def test_a_mail_of_html_alone_is_read_as_a_page(read):
    message = EmailMessage()
    message["Subject"], message["From"] = "Raid", "press@example.org"
    words = "At least 17 people were killed in the raid, residents said."
    page = f"<html><body><article><p>{words}</p></article></body></html>"
    message.set_content(page, subtype="html")
    document = read(message.as_bytes(), EML)
    assert document.text == f"Raid\n\n{words}"
    assert document.author == "press@example.org" and document.published is None
    assert document.segments[1].source == "part 1 (text/html)#/html/body/article/p"


def test_a_mail_in_an_old_charset_that_it_does_not_declare_rightly(read):
    head = "Subject: Raid\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    words = "قتل 17 مدنيا على الأقل في الغارة، وقال ناشطون إن المستشفى دمر بالكامل"
    document = read(head.encode() + words.encode("windows-1256"), EML)
    assert words in document.text and "declares utf-8 but is windows-1256" in document.problems[0]


def test_a_mail_that_was_cut_short_says_so(read):
    message = EmailMessage()
    message["Subject"] = "Raid"
    message.set_content("At least 17 people were killed.")
    message.add_attachment(b"x" * 500, maintype="image", subtype="png", filename="a.png")
    document = read(message.as_bytes()[:-300], EML)
    assert "17 people" in document.text and document.problems[0].startswith("the mail is cut short")


def test_what_is_no_mail_is_refused(read):
    with pytest.raises(InputRefused, match="is no mail: it has no header lines"):
        read(b"\nno header at all\n", EML)


def test_mails_packed_into_each_other_are_refused(read):
    parts = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))
    with pytest.raises(InputRefused, match="packs hundreds of mails into each other"):
        read(b"Subject: x\n" + b"".join(parts) + b"Content-Type: text/plain\n\nhello\n", EML)
