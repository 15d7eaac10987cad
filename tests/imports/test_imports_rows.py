"""Every kind of import: what is taken has its own words, what is broken is refused, the rest goes in."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.claims.imports import KINDS, Part, Passed, Wanted, kind_of, one_part, parts, survey
from dalil.claims.imports.coding import country_code
from dalil.claims.imports.csv_rows import Record, layout, records
from dalil.claims.imports.reprs import read_repr
from dalil.errors import InputRefused
from dalil.records import Quote, Toll

FILES = Path(__file__).parent / "files"
OBJECT = "a" * 64
SAMPLES = {
    "ucdp": ("ucdp.csv", 5, 2, "ucdp_broken.csv", 1, 6),
    "airwars": ("airwars.csv", 3, 1, "airwars_broken.csv", 1, 2),
    "acled": ("acled.csv", 4, 0, "acled_broken.csv", 1, 2),
    "atlos": ("atlos.csv", 2, 0, "atlos_broken.csv", 1, 1),
    "auto-archiver": ("auto_archiver_db.csv", 3, 1, "auto_archiver_db_broken.csv", 1, 5),
    "telegram": ("telegram/result.json", 4, 0, "telegram_broken.json", 2, 2),
    "whatsapp": ("whatsapp_ios.txt", 3, 0, "whatsapp_broken.txt", None, None),
}


def all_parts(kind: str, name: str) -> list:
    return list(parts(FILES / name, Wanted(kind), object=OBJECT, name=name))


def taken(kind: str, name: str) -> list[Part]:
    return [p for p in all_parts(kind, name) if isinstance(p, Part)]


def quotes_in(value) -> list[Quote]:
    if isinstance(value, Quote):
        return [value]
    if isinstance(value, tuple | list):
        return [q for item in value for q in quotes_in(item)]
    fields = getattr(value, "__dataclass_fields__", ())
    return [q for name in fields for q in quotes_in(getattr(value, name))]


def test_every_kind_has_samples():
    assert set(SAMPLES) == {kind.name for kind in KINDS}
    with pytest.raises(InputRefused, match="no kind of import"):
        kind_of("rumours")


@pytest.mark.parametrize("kind", SAMPLES)
def test_counts_of_a_good_and_a_broken_file(kind):
    good, n, flagged, broken, rest, refused = SAMPLES[kind]
    report, _ = survey(FILES / good, Wanted(kind), name=good)
    assert (report.taken, report.flagged, report.refused) == (n, flagged, 0)
    if rest is None:
        with pytest.raises(InputRefused):
            survey(FILES / broken, Wanted(kind), name=broken)
        return
    report, _ = survey(FILES / broken, Wanted(kind), name=broken)
    assert (report.taken, report.refused) == (rest, refused)
    lines = [line for line in report.lines if line.endswith("(refused)")]
    assert len(lines) == refused and all("\n" not in line and broken in line for line in lines)


@pytest.mark.parametrize("kind", SAMPLES)
def test_each_part_stands_on_its_own_bytes_and_words(kind):
    good = SAMPLES[kind][0]
    data, found = (FILES / good).read_bytes(), taken(kind, good)
    keys = [p.document.object for p in found]
    assert keys == [f"{OBJECT}.{p.number}" for p in found] and len(set(keys)) == len(keys)
    for p in found:
        first, last = map(int, next(s for s in p.document.segments if s.kind == "bytes").source.split(":"))
        assert data[first:last].strip() and 0 <= first < last <= len(data)
        for quote in quotes_in(p.reading):
            assert p.document.text[quote.start : quote.end] == quote.text
        if p.reading:
            assert data[first:last].decode("utf-8") == p.document.text
            assert all(p.document.text[s.start : s.end] for s in p.document.segments if s.kind == "field")
        assert one_part(FILES / good, Wanted(kind), p.number, object=OBJECT, name=good) == p


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_of_another_kind_is_refused_as_a_whole(kind, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("colour,weight\nred,3\n")
    with pytest.raises(InputRefused) as refused:
        survey(other, Wanted(kind), name="other.csv")
    assert refused.value.remedy


def test_ucdp_rows_say_what_their_columns_say():
    first, one_sided, crossed, outside, _ = taken("ucdp", "ucdp.csv")
    event = first.reading.incidents[0]
    assert (event.killed.low, event.killed.best, event.killed.high) == (3, 3, 5)
    assert [(g.group, g.best) for g in event.killed.groups] == [("civilian", 3)]
    assert event.when.precision == "day" and event.where.precision == 1
    assert event.where.candidates[0].country == "SY" and event.where.candidates[0].lat == 36.1
    assert [(s.mentions[0], s.kind, s.attribution) for s in event.suspects] == [
        ("Government of Syria", "state", "suspected"),
        ("Example Front", "group", "suspected"),
    ]
    assert [c.said_by.name for c in first.reading.claims] == ["Example Observatory"]
    event = one_sided.reading.incidents[0]
    assert event.type == "killing" and event.when.precision == "range" and event.when.end == date(2019, 3, 10)
    assert [(s.mentions[0], s.attribution) for s in event.suspects] == [("Example Front", "stated")]
    assert [c.said_by.name for c in one_sided.reading.claims] == ["Example Observatory", "Example Network"]
    assert crossed.reading.incidents[0].killed.low == 6 and "low is above high" in crossed.flags[0]
    assert outside.reading.incidents[0].killed.best == 9 and "outside" in outside.flags[0]
    assert [g.group for g in outside.reading.incidents[0].killed.groups] == ["soldier", "fighter"]


def test_both_namings_of_the_estimates_say_the_same():
    def said(name):
        return [(p.number, p.reading.incidents[0].killed.low, p.reading.incidents[0].killed.best,
                 p.reading.incidents[0].killed.high, p.flags) for p in taken("ucdp", name)]  # fmt: skip

    assert said("ucdp.csv") == said("ucdp_est.csv")


def test_filters_leave_rows_out():
    def numbers(**wanted):
        found = parts(FILES / "ucdp.csv", Wanted("ucdp", **wanted), object=OBJECT, name="ucdp.csv")
        return [p.number for p in found if isinstance(p, Part)]

    assert numbers(country="SY") == [1, 2, 3, 4] and numbers(country="IQ") == [5]
    assert numbers(start=date(2019, 3, 9)) == [2, 4] and numbers(end=date(2019, 3, 5)) == [4]
    assert Wanted.of('{"country":"SY","from":"2019-03-09","kind":"ucdp"}') == Wanted("ucdp", "SY", date(2019, 3, 9))


def test_airwars_rows_are_ranges_of_civilians_with_each_belligerent():
    first, second, third = taken("airwars", "airwars.csv")
    event = first.reading.incidents[0]
    assert (event.killed.low, event.killed.high, event.injured.low, event.injured.high) == (3, 5, 20, 25)
    assert event.killed.quote.text == "3,5" and event.killed.groups[0].group == "civilian"
    assert event.type == "airstrike" and "graded contested" in first.document.title
    assert first.document.url == "https://example.org/ex001"
    assert [(s.mentions[0], s.attribution) for s in second.reading.incidents[0].suspects] == [
        ("Example Military", "claimed"),
        ("Example Coalition", "claimed"),
    ]
    assert second.reading.incidents[0].injured is None and "low is above high" in third.flags[0]


def test_acled_rows_have_one_number_and_two_precisions():
    shelling, clash, disrupted, attack = taken("acled", "acled.csv")
    event = shelling.reading.incidents[0]
    assert event.killed == Toll(None, 3, None, event.killed.quote) and event.type == "shelling"
    assert [(s.mentions[0], s.attribution) for s in event.suspects] == [("Military Forces of Exampleland", "stated")]
    event = clash.reading.incidents[0]
    assert event.killed is None and event.when.precision == "week"
    assert (event.when.start, event.when.end) == (date(2019, 3, 7), date(2019, 3, 13))
    assert [s.attribution for s in event.suspects] == ["suspected", "suspected"]
    event = disrupted.reading.incidents[0]
    assert event.status == "attempted" and event.when.precision == "month" and event.where.precision == 4
    assert attack.reading.incidents[0].suspects[0].kind == "group"


def test_signs_against_formulas_are_no_part_of_numbers():
    event = taken("atlos", "atlos.csv")[1].reading.incidents[0]
    assert (event.where.candidates[0].lat, event.where.candidates[0].lon) == (-12.5, -70.25)
    assert event.type == "shelling"


def test_countries_by_the_names_that_tables_use():
    names = [
        "Syria",
        "DR Congo (Zaire)",
        "Yemen (North Yemen)",
        "Myanmar (Burma)",
        "Bosnia-Herzegovina",
        "Atlantis",
        None,
    ]
    assert [country_code(name) for name in names] == ["SY", "CD", "YE", "MM", "BA", None, None]


# ---------------------------------------------------------------- reprs


def test_reprs_are_data():
    text = "{'a': datetime.datetime(2019, 3, 7, tzinfo=datetime.timezone.utc), 'b': [Media(filename='x')], 'c': None}"
    value = read_repr(text)
    assert value["a"].year == 2019 and value["b"][0]["filename"] == "x" and value["c"] is None


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "open('x')", "[x for x in (1,)]", "{**{}}", "f'{1}'", "1 + 1", "lambda: 1", "(" * 5000, "a",
     "Media('x')", "datetime.datetime(1)", "'" + "x" * 300_000 + "'", "().__class__", "Media(**{})"],
)  # fmt: skip
def test_what_is_no_data_is_refused(text):
    with pytest.raises(ValueError):
        read_repr(text)


def test_lost_zeros_of_perceptual_hashes_are_restored():
    found = taken("auto-archiver", "auto_archiver_sheet.csv")[0]
    pdq = dict(found.files[0].hashes)["PDQ"]
    assert len(pdq) == 64 and pdq.startswith("00cd")


# ---------------------------------------------------------------- CSV


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.text(alphabet='ab,;"\n é\tم', max_size=6), min_size=3, max_size=3), min_size=1, max_size=6))
def test_rows_are_cut_as_the_csv_module_cuts_them(tmp_path_factory, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["one", "two", "three"], *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(out.getvalue(), "utf-8", newline="")
    how = layout(path, name="t.csv")
    found = [r for r in records(path, how, name="t.csv") if isinstance(r, Record)]
    assert [[r.cell(i).text for i in range(3)] for r in found] == rows
    data = path.read_bytes()
    assert all(data[r.first : r.last].decode("utf-8") == r.text for r in found)


def test_a_line_of_tags_and_other_charsets(tmp_path):
    tagged = tmp_path / "tagged.csv"
    tagged.write_text(
        "id,date_start,low,best,high\n#event+id,#date+start,#affected,#affected,#affected\n1,2019-03-06,1,1,1\n"
    )
    found = list(parts(tagged, Wanted("ucdp"), object=OBJECT, name="tagged.csv"))
    assert [type(p) for p in found] == [Part] and found[0].number == 2
    legacy = tmp_path / "legacy.csv"
    place = "سوق بلدة تل المثال في ريف حلب الغربي"
    legacy.write_bytes(("code,date,location\n" + f"EX1,2019-03-06,{place}\n" * 3).encode("windows-1256"))
    found = list(parts(legacy, Wanted("airwars"), object=OBJECT, name="legacy.csv"))
    assert [p.reading.incidents[0].where.name for p in found] == [place] * 3
    assert "not UTF-8" in found[0].flags[0] and not found[1].flags
    wide = tmp_path / "wide.csv"
    wide.write_bytes("code,date\nEX1,2019-03-06\n".encode("utf-16"))
    with pytest.raises(InputRefused, match="UTF-8"):
        list(parts(wide, Wanted("airwars"), object=OBJECT, name="wide.csv"))


# ---------------------------------------------------------------- chats


def test_telegram_texts_are_strings_or_lists():
    plain, parted, arabic, bare = taken("telegram", "telegram/result.json")
    assert (
        parted.document.text.startswith("Update: five people were killed")
        and parted.files[0].name == "photos/photo_1.jpg"
    )
    assert parted.words < len(parted.document.text)
    assert arabic.document.lang == "ar" and "Another Channel" in arabic.document.author
    assert plain.document.published == date(2019, 3, 8) and plain.document.publisher == "Example Channel"
    assert bare.words == 0
    two = taken("telegram", "telegram_account.json")
    assert [(p.number, p.document.publisher) for p in two] == [(1, "One"), (2, "Two")]


@pytest.mark.parametrize("name", ["whatsapp_android_us.txt", "whatsapp_ios.txt", "whatsapp_arabic.txt"])
def test_whatsapp_dates_in_their_orders_and_scripts(name):
    found = [p for p in taken("whatsapp", name) if "encrypted" not in p.document.text]
    assert [p.document.published for p in found] == [date(2019, 3, 6), date(2019, 3, 16)]
    assert found[1].files[0].name == "clip-one.bin" and not found[0].flags
    assert found[0].document.author in ("Alex Example", "مراسل المثال")


def test_whatsapp_messages_of_several_lines_and_unclear_dates():
    text = taken("whatsapp", "whatsapp_android_us.txt")[0].document.text
    assert text.endswith("\nIt was about 9 in the morning.")
    assert all("days from months" in p.flags[0] for p in taken("whatsapp", "whatsapp_unclear.txt"))
    passed = [p.why for p in all_parts("whatsapp", "whatsapp_arabic.txt") if isinstance(p, Passed)]
    assert passed == ["of WhatsApp itself", "without words or files"]
