"""Marks in a text: nothing of the text is lost, every stretch is covered, tags nest."""

from html.parser import HTMLParser

import web_archive
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from dalil.records import Quote, Reading
from dalil.web.marks import Mark, marked_text, marks_of, nesting, paragraphs, words_anchor

texts = st.text(alphabet="ab<>&\"' \n\tقتل\u0301👩🏽\u200f", max_size=60)


@st.composite
def marked(draw):
    text = draw(texts)
    marks = []
    for number in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        if start == end:
            continue
        if draw(st.booleans()):
            marks.append(Mark(start, end, f"c{number}", "reported", number))
        else:
            marks.append(Mark(start, end, f"w{start}-{end}", parts=("killed",)))
    return text, marks


class Reader(HTMLParser):
    """What a browser would show, and under which marks."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.stack, self.under, self.ids = "", [], {}, []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.stack.append((tag, values.get("data-mark")))
        self.ids += [values["id"]] if "id" in values else []

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        self.text += data
        for _, anchor in self.stack:
            if anchor:
                self.under[anchor] = self.under.get(anchor, "") + data


@given(texts)
def test_paragraphs_leave_out_white_space_alone(text):
    spans = list(paragraphs(text))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(start < end for start, end in spans)
    assert spans == sorted(spans)


@given(marked())
def test_every_mark_covers_its_own_words_and_the_text_stays_whole(case):
    text, marks = case
    spans = list(paragraphs(text))
    shown = marked_text(text, marks, lambda mark: mark.anchor)
    assert len(shown) == len(spans)
    under: dict[str, str] = {}
    ids = []
    for (start, end), html in zip(spans, shown, strict=True):
        reader = Reader()
        reader.feed(str(html))
        reader.close()
        assert reader.text == text[start:end]
        assert not reader.stack
        ids += reader.ids
        for anchor, words in reader.under.items():
            under[anchor] = under.get(anchor, "") + words
    for mark in marks:
        expected = "".join(
            text[max(mark.start, s) : min(mark.end, e)] for s, e in spans if s < mark.end and e > mark.start
        )
        copies = sum(m == mark for m in marks)
        assert under.get(mark.anchor, "") == expected or copies > 1
    assert len(ids) == len(set(ids))


@given(marked())
def test_steps_nest(case):
    text, marks = case
    stack = []
    for step, what in nesting(marks, 0, len(text)):
        if step == "open":
            stack.append(what)
        elif step == "close":
            assert stack.pop() == what
        else:
            start, end = what
            assert all(m.start <= start and end <= m.end for m in stack)
            assert {id(m) for m in stack} == {id(m) for m in marks if m.start <= start and end <= m.end}
    assert not stack


def test_every_quote_of_a_reading_has_an_anchor():
    report = web_archive.news()
    reading = Reading(None, None, "en", None, None, None, tuple(report.claims), ())
    html = "".join(marked_text(report.text, marks_of(reading), lambda mark: mark.anchor))
    for number, claim in enumerate(report.claims, 1):
        assert f'id="c{number}"' in html
        for quote in (claim.killed and claim.killed.quote, claim.when and claim.when.quote):
            assert not quote or f'id="{words_anchor(quote)}"' in html


def test_markup_in_a_text_is_shown_not_obeyed():
    text = "</p><script>alert(1)</script>"
    html = marked_text(text, [Mark(0, 12, "c1", "reported", 1)], lambda _: '"><img src=x>')[0]
    assert "<script" not in html and "<img" not in html
    assert escape("alert(1)") in html


def test_an_anchor_is_the_place_of_the_words():
    assert words_anchor(Quote(120, 142, "x" * 22)) == "w120-142"
