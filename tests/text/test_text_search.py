"""What is stored is given back; what is searched is found across spellings, with offsets into the original text."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from dalil import db
from dalil.claims import matching, store
from dalil.claims import search as index
from dalil.claims.folding import fold, query_forms, variants, words
from dalil.claims.reader import read_text
from dalil.records import Document, Quote, Segment

ARABIC = "قتل ١٧ مدنياً في غارة على بلدة كفرناها بريف حلب الغربي، ونقل الجرحى إلى مستشفى الأتارب"
CLITIC = "طال القصف قرى عدة تحيط بكفرناها وأطرافها"
ENGLISH = "Airstrikes hit Kafr Naha. In Syria's war 17 people died there; a hospital in Ma’arrat al-Nu‘man was damaged."
OTHER = "A café in Zürich. Nobody was killed. إدلب والمدرسه"


def document(text: str, title: str | None = None) -> Document:
    segment = Segment(0, len(text), "bytes", f"0:{len(text.encode())}")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Document(sha256, text, title, "Lina Marsh", "Example", date(2016, 11, 5), "ar", None, (segment,), ("odd",))


@pytest.fixture
def conn():
    engine = create_engine("sqlite://")
    db.create_schema(engine)
    with engine.begin() as connection:
        index.ensure_index(connection)
        for text in (ARABIC, CLITIC, ENGLISH, OTHER):
            store.save_document(connection, document(text), None)
            index.index_document(connection, document(text))
        yield connection


def found(conn, query: str) -> list[str]:
    return [store.load_document(conn, hit.document).text for hit in index.search(conn, query)]


@pytest.mark.parametrize(
    "query, texts",
    [
        ("كفرناها", {ARABIC, CLITIC}),
        ("بكفرناها", {CLITIC}),
        ("القصف", {CLITIC}),
        ("قصف", {CLITIC}),
        ("مستشفي الاتارب", {ARABIC}),
        ("المستشفى", {ARABIC}),
        ("مدرسة", {OTHER}),
        ("ادلب", {OTHER}),
        ("مدنيا", {ARABIC}),
        ("مـدنـيـا", {ARABIC}),
        ("17", {ARABIC, ENGLISH}),
        ("۱۷", {ARABIC, ENGLISH}),
        ("syria", {ENGLISH}),
        ("airstrike", {ENGLISH}),
        ("Maarrat al-Numan", {ENGLISH}),
        ("zurich CAFE", {OTHER}),
        ('"kafr naha"', {ENGLISH}),
        ('"naha kafr"', set()),
        ("“ريف حلب”", {ARABIC}),
        ("«حلب الغربي»", {ARABIC}),
        ("hosp*", {ENGLISH}),
        ("كفرن*", {ARABIC, CLITIC}),
        ("17 -syria", {ARABIC}),
        ('17 -"kafr naha"', {ARABIC}),
        ("died 17 hospital", {ENGLISH}),
        ("nowhere", set()),
    ],
)
def test_a_search_finds_what_a_person_means(conn, query, texts, monkeypatch):
    assert set(found(conn, query)) == texts
    rows = {index.row_number(document(text).object) for text in texts}
    few = matching.matching(conn, query)
    assert (set(few.rows), few.ranked) == (rows, True)
    # Of a word that too many reports hold, all are told, unranked; phrases are then the index's own business.
    monkeypatch.setattr(matching, "MOST_RANKED", 0)
    monkeypatch.setattr(matching, "MOST_LOOKED_INTO", 0)
    many = matching.matching(conn, query)
    assert set(many.rows) == rows and many.ranked == (not rows)


def test_documents_stand_by_how_well_they_fit(conn):
    once, often = (
        document("A bridge far away from everything that we know of."),
        document("Bridge by bridge by bridge."),
    )
    for made in (once, often):
        store.save_document(conn, made, None)
        index.index_document(conn, made)
    ranked = tuple(index.row_number(made.object) for made in (often, once))
    assert matching.matching(conn, "bridge") == matching.Matching(ranked, True)
    assert matching.matching(conn, "") == matching.Matching((), True)


def test_an_index_in_one_piece_finds_the_same(conn):
    before = matching.matching(conn, "17"), index.search(conn, "kafr naha"), index.indexed(conn)
    index.tidy_index(conn)
    assert (matching.matching(conn, "17"), index.search(conn, "kafr naha"), index.indexed(conn)) == before
    assert before[2] == 4


def test_a_word_that_too_many_hold_does_not_slow_the_ranking_of_the_others(conn, monkeypatch):
    for text in ("The bridge, the bridge.", "The bridge of the town, far from here.", *(f"The {n}." for n in range(4))):
        store.save_document(conn, document(text), None)
        index.index_document(conn, document(text))
    monkeypatch.setattr(matching, "MOST_RANKED", 3)
    terms = index.parse_query("the bridge")
    assert matching.telling(conn, list(terms)) == [terms[1]]
    assert matching.telling(conn, [terms[0]]) == [terms[0]]
    found = matching.matching(conn, "the bridge")
    rows = {index.row_number(document(text).object) for text in ("The bridge, the bridge.",)}
    assert found.ranked and len(found.rows) == 2 and found.rows[0] in rows


def test_hits_carry_the_words_of_the_original_text(conn):
    hit = index.search(conn, "كفرناها 17 ريف")[0]
    assert [quote.text for quote in hit.matches] == ["١٧", "كفرناها", "بريف"]
    for quote in (hit.snippet, *hit.matches):
        assert ARABIC[quote.start : quote.end] == quote.text
    assert (hit.publisher, hit.published, hit.missing) == ("Example", date(2016, 11, 5), ())


def test_where_no_document_has_all_words_the_missing_ones_are_named(conn):
    hits = index.search(conn, "kafr nowhere")
    assert [hit.missing for hit in hits] == [("nowhere",)]


@pytest.mark.parametrize(
    "query",
    ["", " ", '"', "(", "AND", "NOT", "a OR", "NEAR(a b", "title:x", "*", "-", "^a", "{a}", "a\0b",
     "'; DROP TABLE document; --", '"a" "', "-kafr", "\ud800", "ا" * 5000, "a " * 500],
)  # fmt: skip
def test_no_query_is_a_syntax_error(conn, query):
    assert isinstance(index.search(conn, query), tuple)


@given(st.text(max_size=40))
def test_any_query_is_answered(query):
    engine = create_engine("sqlite://")
    db.create_schema(engine)
    with engine.begin() as connection:
        assert index.search(connection, query) == ()
        index.ensure_index(connection)
        index.index_document(connection, document(ENGLISH))
        assert isinstance(index.search(connection, query), tuple)


def test_a_title_counts_more_and_a_document_is_indexed_once(conn):
    titled = document("Something else happened here.", "Hospital")
    for _ in range(2):
        store.save_document(conn, titled, None)
        index.index_document(conn, titled)
    hits = index.search(conn, "hospital")
    assert [hit.document for hit in hits] == [titled.object, document(ENGLISH).object]
    assert hits[0].matches == () and titled.text.startswith(hits[0].snippet.text)
    index.drop_index(conn)
    assert index.search(conn, "hospital") == () and not index.has_index(conn)


def test_a_long_text_is_shown_by_the_stretch_that_matters(conn):
    text = "Nothing here. " * 80 + "Then the market of Wadi was shelled and 5 people died. " + "Nothing more. " * 80
    long = document(text)
    store.save_document(conn, long, None)
    index.index_document(conn, long)
    hit = index.search(conn, "market wadi shelled")[0]
    assert "market of Wadi was shelled" in hit.snippet.text and len(hit.snippet.text) <= index.SNIPPET
    assert text[hit.snippet.start : hit.snippet.end] == hit.snippet.text


@given(st.text(max_size=60))
def test_folding_keeps_the_way_back_and_folds_once(text):
    folded = fold(text)
    assert len(folded.offsets) == len(folded.text) + 1 and folded.offsets[-1] == len(text)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert fold(folded.text).text == folded.text
    before = 0
    for word in words(text):  # "¼" is one character and two words
        assert before <= word.start < word.end <= len(text)
        before = word.start
        assert word.text in fold(text[word.start : word.end]).text


@given(st.text("ابتةهىيئأإآؤء\u064b\u0640 ١۱1éEß’'", max_size=30))
def test_spellings_of_one_word_fold_alike(text):
    swapped = (
        text.translate(str.maketrans("أإآةىئؤ١۱", "اااهييو11"))
        .replace("ء", "")
        .replace("\u0640", "")
        .replace("\u064b", "")
    )
    assert [w.text for w in words(text)] == [w.text for w in words(swapped)]


def test_clitics_are_taken_from_the_texts_words_and_only_the_article_from_the_searched_one():
    assert {"كفرناها", "بكفرناها"} <= set(variants("وبكفرناها")) | set(variants("بكفرناها"))
    assert query_forms("كفرناها") == ("كفرناها",)
    assert query_forms("القصف") == ("القصف", "قصف")
    assert "الجيش" in variants("للجيش") and variants("يد") == ()
    assert variants("airstrikes") == ("airstrike",) and variants("press") == ()


def test_documents_and_readings_come_back_as_they_were(conn):
    text = "At least 17 people were killed in an air raid on Kafr Naha on Friday. Russia will likely launch more raids."
    saved = document(text, "A raid")
    reading = read_text(text, id=saved.object, published=date(2016, 11, 5))
    for _ in range(2):
        store.save_document(conn, saved, reading)
    assert store.load_document(conn, saved.object) == saved
    assert store.load_reading(conn, saved.object) == reading
    rows = conn.execute(db.claim.select().where(db.claim.c.sha256 == saved.object)).all()
    assert [(row.position, row.type, row.status) for row in rows] == [
        (n, claim.type, claim.status) for n, claim in enumerate(reading.claims)
    ]
    first = store.list_documents(conn, limit=10)
    assert {row.sha256: row.claims for row in first}[saved.object] == len(reading.claims) > 0
    assert [d.object for d in store.all_documents(conn)] == sorted(row.sha256 for row in first)
    store.delete_document(conn, saved.object)
    assert store.load_document(conn, saved.object) is None and store.load_reading(conn, saved.object) is None


def test_what_is_not_there_is_none(conn):
    assert store.load_document(conn, "f" * 64) is None and store.load_reading(conn, document(ARABIC).object) is None
    assert Quote(0, 0, "") == index._snippet("", [])
