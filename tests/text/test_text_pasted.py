"""The header of pasted text: every field with its words, unknown stays None. All reports here are invented."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.claims.text.language import detect_lang
from dalil.claims.text.pasted import find_header

EN_BODY = "Warplanes bombed a village on Friday, killing at least 17 people, residents said.\n\nMore text follows here."
AR_BODY = "قتل 17 مدنيا على الأقل في غارات جوية استهدفت بلدة وادي السنديان يوم الجمعة، بحسب ناشطين.\n"
DAY = date(2016, 11, 5)

CASES = {
    "byline, title, caption, date": (
        "Lina Marsh\n\nVideo shows a village after the raid\n\nThe boy was seen running from the house [Wadi24]\n\n"
        f"Date of publication: 5 November, 2016\n\n{EN_BODY}",
        {"title": "Video shows a village after the raid", "author": "Lina Marsh", "published": DAY, "credit": "Wadi24"},
    ),
    "title, byline with agency and date": (
        f"Air raid kills 17 in a village\nBy Lina Marsh and Omar Deeb | Reuters | 5 November 2016\n\n{EN_BODY}",
        {
            "title": "Air raid kills 17 in a village",
            "author": "Lina Marsh and Omar Deeb",
            "publisher": "Reuters",
            "published": DAY,
        },
    ),
    "section, title, caption with agency, Published On": (
        "Middle East\nRaid kills 17 in the countryside\nA rescue worker carries a child [Lina Marsh/AFP]\n"
        f"Published On 5 Nov 2016\n\n{EN_BODY}",
        {"title": "Raid kills 17 in the countryside", "credit": "Lina Marsh/AFP", "published": DAY},
    ),
    "a time and a zone": (
        f"By Sarah Haddad\nNov 5, 2016 10:30 GMT\n\n{EN_BODY}",
        {"title": None, "author": "Sarah Haddad", "published": DAY},
    ),
    "name in place, weekday, time with a dot, modified": (
        "Lina Marsh in Beirut\nSaturday 5 November 2016 18.30 GMT\n"
        f"Last modified on Sunday 6 November 2016 09.00 GMT\n\n{EN_BODY}",
        {"author": "Lina Marsh", "published": DAY, "updated": date(2016, 11, 6)},
    ),
    "date above the title": (
        f"5 November 2016\n\nRaid on village kills 17, activists say\n\n{EN_BODY}",
        {"title": "Raid on village kills 17, activists say", "published": DAY},
    ),
    "front matter and heading": (
        f'---\ntitle: "A raid"\nauthor: Lina Marsh\ndate: 2016-11-05T10:00:00Z\nsource: Example Wire\n'
        f"url: https://example.org/a\n---\n\n# A raid\n\n{EN_BODY}",
        {
            "title": "A raid",
            "author": "Lina Marsh",
            "published": DAY,
            "publisher": "Example Wire",
            "url": "https://example.org/a",
        },
    ),
    "heading, Published and Updated": (
        f"# Raid kills three\n\nPublished: 5 November 2016\nUpdated: 6 November 2016\n\n{EN_BODY}",
        {"title": "Raid kills three", "published": DAY, "updated": date(2016, 11, 6)},
    ),
    "labels and a numeric date, day first": (
        f"Title: A raid\nAuthor: Omar Deeb\nDate: 05/11/2016\nSource: https://example.org/x\n\n{EN_BODY}",
        {"title": "A raid", "author": "Omar Deeb", "published": DAY, "url": "https://example.org/x"},
    ),
    "numeric date, month first, by its American clock": (
        f"Raid kills three in a village\n11/05/2016 10:30 AM EST\n\n{EN_BODY}",
        {"published": DAY},
    ),
    "only updated": (
        f"Raid kills three in a village\nUpdated 5 November 2016\n\n{EN_BODY}",
        {"published": DAY, "published_rule": "updated line"},
    ),
    "photo credit first": (
        f"Photo: AFP\n\nRaid kills three in a village\n\n{EN_BODY}",
        {"title": "Raid kills three in a village", "credit": "AFP"},
    ),
    "author at the foot": (
        f"Raid kills three\n\n{EN_BODY}\n\n(Reporting by Lina Marsh; Editing by Omar Deeb)",
        {"author": "Lina Marsh", "title": "Raid kills three"},
    ),
    "dateline of a transcript": (
        "   WADI CITY, 4 FEB 90 (ACAN-EFE) -- [TEXT] THE ARMY DENIED TODAY THAT GUERRILLAS\nATTACKED THE FARM.",
        {"published": date(1990, 2, 4), "place": "WADI CITY", "publisher": "ACAN-EFE", "title": None, "lang": "en"},
    ),
    "transcript with a writer": (
        "   NO CITY (WADILAND), 27 MAR 89 (RADIO WADI) -- [REPORT]\n[LINA MARSH] [TEXT] THREE MEN WERE KILLED TODAY.",
        {"published": date(1989, 3, 27), "place": None, "author": "LINA MARSH", "publisher": "RADIO WADI"},
    ),
    "agency dateline": (
        f"BEIRUT (AP) — {EN_BODY}",
        {"place": "BEIRUT", "publisher": "AP", "published": None, "title": None},
    ),
    "place, country, agency": (
        f"Wadi, Syria (Reuters) - {EN_BODY}",
        {"place": "Wadi", "publisher": "Reuters"},
    ),
    "Arabic, Levantine month, Eastern digits, dateline": (
        f"غارات على وادي السنديان توقع 17 قتيلا\n\nتاريخ النشر: ٥ تشرين الثاني ٢٠١٦\n\nحلب – {AR_BODY}",
        {"title": "غارات على وادي السنديان توقع 17 قتيلا", "published": DAY, "place": "حلب", "lang": "ar"},
    ),
    "Arabic, vowel sign, two names of a month, byline, source": (
        "غارات على وادي السنديان توقع 17 قتيلا\nنُشر في: السبت 5 نوفمبر/تشرين الثاني 2016 - 10:30\nبقلم: سامر الحلبي\n"
        f"المصدر: جريدة المثال\n\n{AR_BODY}",
        {"author": "سامر الحلبي", "publisher": "جريدة المثال", "published": DAY},
    ),
    "Arabic, Maghrebi month": (
        f"غارات على وادي السنديان توقع 17 قتيلا\nتاريخ النشر: 5 جويلية 2016\n\n{AR_BODY}",
        {"published": date(2016, 7, 5)},
    ),
    "Arabic agency dateline on a line of its own": (
        f"دمشق - سانا\n{AR_BODY}",
        {"place": "دمشق", "publisher": "سانا"},
    ),
    "Arabic title by layout": (
        "سوريا: مقتل 17 مدنيا في غارات على وادي السنديان\n\n" + AR_BODY,
        {"title": "سوريا: مقتل 17 مدنيا في غارات على وادي السنديان"},
    ),
    "direction marks": (
        f"\u200fغارات على وادي السنديان توقع 17 قتيلا\n\u200fتاريخ النشر:\u200f ٥ تشرين الثاني ٢٠١٦\n\n{AR_BODY}",
        {"published": DAY},
    ),
}


@pytest.mark.parametrize("text, wanted", CASES.values(), ids=CASES)
def test_a_header_is_found(text, wanted):
    header = find_header(text)
    assert {field: getattr(header, field) for field in wanted} == wanted


@pytest.mark.parametrize(
    "text",
    [
        "17 killed in a raid on the village",
        "Warplanes struck the village on Friday. At least 17 died.\n\nA second raid followed at noon.",
        "By Friday the toll had risen to 17, doctors said.\n\nMore bodies were found.",
        "Doctors — many of them volunteers — said that 17 people died.",
        "Residents protested over the death of a boy, alleging \nthat the army had fired at him.",
        "BREAKING — 17 killed in a raid, residents said, and more are missing under the rubble of the school",
        "",
        " \n\n ",
        "1.\n2.\n3.",
        "تاريخ المدينة طويل، وقد قصفت مرات كثيرة.\n\nوقال ناشطون إن 17 شخصا قتلوا.",
    ],
)
def test_body_sentences_are_no_header(text):
    header = find_header(text)
    assert (header.title, header.author, header.published, header.place) == (None, None, None, None)
    assert text[header.body_start :].strip() == text.strip()


@pytest.mark.parametrize(
    "line", ["31 February 2016", "5 November", "5 نوفمبر/كانون الأول 2016", "٥ محرم ١٤٣٨ هـ", "2016"]
)
def test_what_is_no_full_day_gives_no_date(line):
    assert find_header(f"Raid kills three in a village\nDate: {line}\n\n{EN_BODY}").published is None


@pytest.mark.parametrize("text, _", CASES.values(), ids=CASES)
def test_every_value_has_the_words_that_it_was_read_from(text, _):
    header = find_header(text)
    for field in ("title", "author", "publisher", "published", "updated", "place", "credit", "url"):
        value, quote = getattr(header, field), getattr(header, f"{field}_quote")
        assert (value is None) <= (quote is None) or field == "published"
        if quote:
            assert text[quote.start : quote.end] == quote.text
            assert not isinstance(value, str) or value == quote.text or field == "publisher"
    for quote in (*header.standfirst, *([header.caption] if header.caption else [])):
        assert text[quote.start : quote.end] == quote.text


PIECES = st.sampled_from(
    ["Lina Marsh", "\n", "\n\n", "5 November 2016", "تاريخ النشر: ٥ آذار ٢٠١٦", " – ", "BEIRUT (AP) — ", "[Wadi24]",
     "By ", "# ", "---\n", "title: x", "|", "\u200f", "At least 17 people died.", "\r\n", "[TEXT]", "(", ")", "[", ":",
     "Updated", "\u2028"]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=14).map("".join))
def test_any_text_gives_quotes_that_are_its_slices(text):
    header = find_header(text)
    assert 0 <= header.body_start <= len(text)
    for name in ("title", "author", "publisher", "published", "updated", "place", "credit", "url"):
        if quote := getattr(header, f"{name}_quote"):
            assert text[quote.start : quote.end] == quote.text


def test_the_model_article(shared):
    text = next((shared / "article").glob("*.txt")).read_text("utf-8")
    header = find_header(text)
    assert header.author == "Paul McLoughlin" and header.published == DAY and header.credit == "Aleppo24"
    assert header.title == text.splitlines()[2]
    assert text[header.body_start :].startswith(text.split("\n\n")[4][:40])


def test_no_line_of_stray_signs_takes_long():
    start = time.process_time()
    for text in (
        " ," * 4000,
        "- " * 4000,
        "[" * 3000,
        "A. " * 3000,
        "الساعة 1" * 800,
        "(" * 3000 + "AP",
        "By " + "Al " * 900,
    ):
        find_header(text)
    assert time.process_time() - start < 2  # a guard against patterns that explode, not a measurement


@pytest.mark.parametrize(
    "text, lang",
    [
        ("At least 17 people were killed in the raid on the village.", "en"),
        ("Heavy airstrikes target rebels", "en"),
        ("قتل 17 مدنيا على الأقل في الغارة", "ar"),
        ("Al menos 17 personas fueron muertas en el ataque contra la aldea", None),
        ("Mindestens 17 Menschen wurden bei dem Angriff auf das Dorf getötet", None),
        ("Köye düzenlenen saldırıda en az 17 kişi öldü ve bir okul yıkıldı", None),
        ("حداقل ۱۷ نفر در این حمله کشته شدند و چند خانه ویران گردید", None),
        ("По меньшей мере 17 человек погибли", None),
        ("17", None),
        ("", None),
    ],
)
def test_language(text, lang):
    assert detect_lang(text) == lang
