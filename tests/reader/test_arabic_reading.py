"""Arabic reports whole: quotes are slices, tolls rise, second events stand apart, other words make nothing."""

from datetime import date

import msgspec
import pytest
from golden_scoring import sentences
from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.claims.reader import read_text

REPORT = """مقتل 9 مدنيين بغارات على ريف إدلب الجنوبي
إدلب - مراسلنا
الخميس 9 آذار/مارس 2017

قتل تسعة مدنيين، بينهم أربعة أطفال، وأصيب نحو عشرين آخرين بجروح، اليوم الخميس، في غارات جوية يرجح أنها روسية \
استهدفت سوقاً شعبياً في بلدة تل الشيح بريف إدلب الجنوبي.
وقال مدير مركز الدفاع المدني في البلدة، رائد سلوم، إن الطائرات شنت ثلاث غارات متتالية على السوق وقت الذروة.
وفي وقت لاحق ارتفعت الحصيلة إلى 12 قتيلاً بعد وفاة ثلاثة من المصابين متأثرين بجراحهم.
ونفت وزارة الدفاع الروسية تنفيذ أي غارات في المنطقة.
وفي ريف حماة الشمالي، قتل رجل وزوجته بقصف مدفعي لقوات النظام على قرية الزكاة.
ويخشى الأهالي من تصعيد جديد خلال الأيام المقبلة.
وكانت بلدة تل الشيح قد تعرضت في شباط 2016 لغارة أودت بحياة 17 شخصاً.
ومنذ اندلاع الثورة عام 2011 قتل أكثر من 300 ألف شخص في سوريا.
"""


def records_of(node):
    """Every record within a reading as plain data."""
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, (list, tuple)) else ():
        yield from records_of(value)


def quotes_of(node):
    """Every quote in a reading as plain data."""
    return [record for record in records_of(node) if record.keys() == {"start", "end", "text"}]


def tolls_of(node):
    """Every toll in a reading as plain data."""
    return [record for record in records_of(node) if {"low", "best", "high"} <= record.keys()]


def held(text, reading):
    """Holds what is true of every reading: quotes are slices, bounds are ordered."""
    plain = msgspec.to_builtins(reading)
    for q in quotes_of(plain):
        assert text[q["start"] : q["end"]] == q["text"]
    for t in tolls_of(plain):
        known = [t[k] for k in ("low", "best", "high") if t[k] is not None]
        assert known == sorted(known)


def test_a_report_of_two_events():
    reading = read_text(REPORT, published=date(2017, 3, 9), lang="ar")
    held(REPORT, reading)
    raid, shells = reading.incidents
    assert (raid.type, raid.where.name, raid.killed.best, raid.injured.best) == ("airstrike", "تل الشيح", 12, 20)
    assert raid.when.start == date(2017, 3, 9)
    assert [(s.kind, s.attribution) for s in raid.suspects] == [("state", "suspected")]
    assert (shells.type, shells.where.name, shells.killed.best) == ("shelling", "الزكاة", 2)
    told = {(c.type, c.status) for c in reading.claims}
    assert {("airstrike", "denied"), ("airstrike", "background"), ("killing", "total")} <= told


def test_earlier_figures_stay_on_their_claims():
    reading = read_text(REPORT, published=date(2017, 3, 9), lang="ar")
    raid = reading.incidents[0]
    assert [reading.claims[k].killed.best for k in raid.claims if reading.claims[k].killed] == [9, 9, 12]


@pytest.mark.parametrize("row", sentences("ar"), ids=lambda r: r["id"])
def test_every_value_is_quoted_from_the_text(row):
    held(row["text"], read_text(row["text"], published=date.fromisoformat(row["published"]), lang="ar"))


def test_latin_and_eastern_digits_are_read_alike():
    a = read_text("قتل 17 مدنياً في غارة على كفرناحا", lang="ar")
    b = read_text("قتل ١٧ مدنياً في غارة على كفرناحا", lang="ar")
    assert a.incidents[0].killed.best == b.incidents[0].killed.best == 17


def test_vowel_marks_change_nothing_but_the_voice():
    bare = read_text("قتل ثمانية أشخاص في غارة على كفرناحا", lang="ar")
    dressed = read_text("قُتِلَ ثَمانيةُ أشخاصٍ في غارةٍ على كفرناحا", lang="ar")
    assert bare.incidents[0].killed.best == dressed.incidents[0].killed.best == 8


WORDS = st.sampled_from(
    [
        "قتل",
        "قتلت",
        "أصيب",
        "وأصيب",
        "مقتل",
        "إصابة",
        "استشهد",
        "سقط",
        "قتيلان",
        "ثلاثة",
        "مدنيين",
        "أطفال",
        "بينهم",
        "غارة",
        "جوية",
        "قصف",
        "على",
        "في",
        "بلدة",
        "كفر",
        "زيتا",
        "الجيش",
        "قوات",
        "النظام",
        "روسية",
        "لم",
        "لو",
        "سوف",
        "نفى",
        "قال",
        "إن",
        "بحسب",
        "المرصد",
        "،",
        "(",
        ")",
        "34",
        "عاماً",
        "و",
        "١٢",
        "فيديو",
        "مدته",
        "43",
        "ثانية",
        "نشرته",
        "أمس",
        "الجمعة",
        "أدى",
        "إلى",
        "ما",
        "لا",
        "يقل",
        "عن",
        "أكثر",
        "من",
        "دون",
        "وقوع",
        "إصابات",
        "\n",
        ".",
        "علي",
        "الذي",
        "",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_words_in_any_order_are_read_with_true_quotes(text):
    held(text, read_text(text, published=date(2017, 3, 10), lang="ar"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_unicode_is_read_with_true_quotes(text):
    held(text, read_text(text, published=date(2017, 3, 10), lang="ar"))


def test_headline_and_lead_tell_of_the_same_people():
    text = (
        "مقتل 17 شخصاً على الأقل بغارات على وادي السنديان\n\n"
        "قتل سبعة عشر مدنياً على الأقل وأصيب عشرون آخرون الجمعة في غارات جوية على بلدة وادي السنديان."
    )
    reading = read_text(text, published=date(2016, 11, 5), lang="ar")
    held(text, reading)
    (only,) = reading.incidents
    assert [(v.count, v.effect) for v in only.victims] == [(17, "death"), (20, "injury")]
    assert len(only.victims[0].mentions) == 2 and only.killed.best == 17


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("سقوط 40 قتيلا وجريحا بقصف على السوق الأحد", None, None),
        ("سقوط عشرات القتلى والجرحى بقصف على السوق الأحد", None, None),
        ("سقوط قتيل وجريح بقصف على السوق الأحد", 1, 1),
        ("سقوط 40 قتيلا و12 جريحا بقصف على السوق الأحد", 40, 12),
    ],
)
def test_one_number_for_dead_and_hurt_tells_neither(text, killed, injured):
    (only,) = read_text(text, published=date(2016, 11, 5), lang="ar").incidents
    assert (only.killed and only.killed.best, only.injured and only.injured.best) == (killed, injured)
