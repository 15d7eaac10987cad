"""Pdf: Arabic in reading order from six producers, digits never reversed, and what cannot be read said in one line."""

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image
from text_samples import FILES

from dalil.claims.text import extract, pdf
from dalil.claims.text.pdf_lines import PageText
from dalil.claims.text.visual_order import reading_order
from dalil.errors import InputRefused

PARAGRAPHS = (
    "قصف على بلدة وادي السنديان",
    "تاريخ النشر: ٥ تشرين الثاني ٢٠١٦",
    "قتل ١٧ مدنيا على الأقل، بينهم ٥ أطفال و٣ نساء، وأصيب ما بين ٢٠-٢٥ آخرين في غارة على البلدة عند الساعة 19:45.",
    "قال المسعف: «انتشلنا 12 جثة»، وأضاف أن الغارة هي الرابعة منذ 1/11/2016 وأن 40% من البيوت (نحو 1,234 بيتا) دمرت.",
    "The English note says that 17 people died on 4 November 2016.",
)
PRODUCERS = ("chromium", "fpdf2", "reportlab_reshaped", "typst", "weasyprint")
TASHKEEL = re.compile("[\u064b-\u0652]")


def words(text: str) -> list[str]:
    """The words of a text without vowel signs: producers keep or lose these."""
    return TASHKEEL.sub("", text).split()


def document(name: str):
    return extract(FILES / name, "application/pdf", name=name, object="0" * 64)


@pytest.mark.parametrize("producer", PRODUCERS)
def test_arabic_is_in_reading_order(producer):
    found = document(f"arabic_{producer}.pdf")
    assert words(found.text) == words(" ".join(PARAGRAPHS))
    assert found.problems == () and found.lang == "ar"
    assert (found.title, found.published) == (PARAGRAPHS[0], date(2016, 11, 5))
    assert [(s.kind, s.source) for s in found.segments] == [("page", "1")]


def test_a_hidden_layer_is_read_and_said_to_be_one():
    found = document("arabic_ocr_layer.pdf")
    assert "قتل ١٧ مدنيا على الأقل" in TASHKEEL.sub("", found.text)
    numbers = sorted(re.findall(r"\d+", found.text))
    assert numbers == sorted(re.findall(r"\d+", " ".join(PARAGRAPHS)))
    assert any("hidden layer" in problem for problem in found.problems)
    assert any("stored backwards" in problem for problem in found.problems)


def test_an_encrypted_pdf_is_refused():
    with pytest.raises(InputRefused, match=r"^encrypted\.pdf: is an encrypted pdf\. Save a copy without a password"):
        document("encrypted.pdf")


def test_a_truncated_pdf_is_refused_or_said_to_be_cut_short(read):
    data = (FILES / "arabic_fpdf2.pdf").read_bytes()
    with pytest.raises(InputRefused, match="damaged or cut short"):
        read(data[:200], "application/pdf")
    try:
        found = read(data[:-30], "application/pdf")
    except InputRefused:
        return
    assert "may have been cut short" in found.problems[0]


def test_a_scan_is_said_to_have_no_text(tmp_path):
    path = tmp_path / "scan.pdf"
    Image.new("L", (200, 300), 255).save(path)
    found = extract(path, "application/pdf", name="scan.pdf", object="0" * 64)
    assert found.text == "" and found.problems[0].startswith("no text layer")


@pytest.mark.parametrize(
    "ours, theirs, doubt", [("١٧ و 5", "17 5", ""), ("17 قتيلا", "71 قتيلا", "17, 71"), ("1 2", "1 2 2", "2")]
)
def test_figures_on_which_two_readings_differ_are_named(ours, theirs, doubt):
    assert pdf._digits_in_doubt(PageText(ours, theirs, 0, False)) == doubt


ARABIC_WORD = st.text("ابتثجحخدذرزسشصضطعغفقكلمنهوي", min_size=1, max_size=8)
NUMBER = st.one_of(
    st.integers(0, 99999).map(str),
    st.integers(0, 9999).map(lambda n: str(n).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))),
    st.sampled_from(["19:45", "4/11/2016", "36.168273", "1,234", "٢٬٠٠٠", "20-25", "٢٠-٢٥", "40%", "٤٠٪"]),
)
LATIN = st.sampled_from(["Airwars", "Su-24", "Kh-29", "Wadi24", "UN"])


@given(
    ARABIC_WORD,
    st.lists(st.one_of(ARABIC_WORD, ARABIC_WORD, NUMBER, LATIN), max_size=12),
    st.sampled_from(["", ".", "،"]),
)
def test_what_the_bidirectional_algorithm_prints_is_read_back(first, rest, stop):
    """The forward direction is python-bidi's, an implementation of UAX #9 that is not ours."""
    bidi = pytest.importorskip("bidi", reason="python-bidi (test group) prints the lines")
    line = " ".join([first, *rest]) + stop
    # a number beside Latin letters is printed the same in both orders; the reading cannot know which was meant
    assume(not re.search(r"[\d%٪] [A-Za-z]|[A-Za-z0-9] [\d]", line) and not line.endswith((*"0123456789", "%")))
    printed = bidi.get_display(line, base_dir="R")
    assert reading_order(list(printed), right_to_left=True) == line


def test_an_arabic_name_in_an_english_line_is_turned_alone():
    printed = "The village of ناهسنك in Aleppo"
    assert reading_order(list(printed), right_to_left=False) == "The village of كنسهان in Aleppo"
