"""Reading lines by the thousand says exactly what reading them one by one says."""

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from dalil.archive import bulk, lines
from dalil.archive.lines import Malformed

AT = "2016-11-05T10:00:00.000000Z"
NAMES = st.sampled_from(["name", "by", "object", "size", "note"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=20))
VALUES = st.one_of(LEAVES, st.lists(LEAVES, max_size=3), st.dictionaries(NAMES, LEAVES, max_size=3))


def slowly(seq, line, joined):
    """What lines.py makes of it; None where it refuses."""
    try:
        parsed = lines.read_line(line)
        fields = lines.read_fields(joined.split("~") if joined else [], parsed)
    except Malformed:
        return None
    return (parsed.at, parsed.act, fields) if parsed.seq == seq else None


@given(st.dictionaries(NAMES, VALUES, max_size=9), st.data())
def test_an_honest_line(values, data):
    line, disclosures = lines.make_line(7, AT, "judge", values)
    shown = data.draw(st.lists(st.sampled_from(disclosures), unique=True))
    joined = "~".join(shown)
    (read,) = bulk.read([(7, line, joined)])
    expected = slowly(7, line, joined)
    assert expected is not None
    if read is not None:  # None leaves it to lines.py
        assert (read.at, read.act, read.fields) == expected
        assert read.complete == (len(shown) == len(disclosures))


def test_the_usual_line_is_read_at_once():
    line, disclosures = lines.make_line(7, AT, "judge", {"by": "somebody", "name": "أحمد", "size": 7})
    (read,) = bulk.read([(7, line, "~".join(disclosures))])
    assert read.complete and read.fields["name"] == "أحمد"


@settings(max_examples=300)
@given(st.dictionaries(NAMES, VALUES, max_size=3), st.data())
def test_nothing_that_lines_refuses_is_read(values, data):
    line, disclosures = lines.make_line(7, AT, "judge", values)
    joined = "~".join(disclosures)
    text = data.draw(st.sampled_from(["line", "disclosures"]))
    victim = bytearray(line if text == "line" else joined.encode())
    place = data.draw(st.integers(0, len(victim) - 1))
    victim[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    if text == "line":
        line = bytes(victim)
    else:
        joined = bytes(victim).decode("latin-1")
    (read,) = bulk.read([(7, line, joined)])
    if read is not None:
        assert (read.at, read.act, read.fields) == slowly(7, line, joined)


def signed_for(disclosures):
    """A line whose signer vouches for these disclosures, whatever they are."""
    digests = [lines.digest_of(d) for d in disclosures]
    digests += [lines._b64(bytes([n]) * 32) for n in range(8 - len(digests))]
    return lines.render(7, AT, "judge", sorted(digests))


def test_disclosures_that_only_make_sense_together_are_refused():
    salt = "A" * 22
    for parts in (
        [f'["{salt}","by","a]', '["]', f'["{salt}","name",1],["{salt}","note",2]'],
        [f'["{salt}","by"', "1]"],
        [f'["{salt}","by",1],["{salt}","name",2]'],
        [f'["{salt}", "by",1]'],
        [f'["{salt}","by",1.5]', f'["{salt}","by",1]'],
        [f'["{salt}","by",1]', f'["{salt}","by",2]'],
        [f'["{salt}","By",1]'],
        [f'["{salt}","fields",["b",1,null]]', f'["{salt}","by",1]'],
    ):
        disclosures = [lines._b64(part.encode()) for part in parts]
        (read,) = bulk.read([(7, signed_for(disclosures), "~".join(disclosures))])
        assert read is None or not read.complete


SALT = "A" * 22
NESTED = {"document": "aa.1", "start": 7, "note": [None, 'x\n"y"', {"by": True}]}


def rows_of(*lists):
    """Rows from number 0 on, each signed for the disclosures of one list."""
    made = []
    for seq, disclosures in enumerate(lists):
        line = signed_for(disclosures).replace(b'"seq":7', b'"seq":%d' % seq)
        made.append((seq, line, "~".join(disclosures)))
    return made


def honest(value, note="same"):
    return list(lines.make_line(0, AT, "judge", {"name": value, "note": note, "size": 5, "object": NESTED})[1])


def test_lines_of_one_shape_are_passed_together():
    rows = rows_of(*[honest("حلب " * n, 'a "quoted" word') for n in range(9)], honest(7), honest("seven"))
    for read in bulk.read(rows, ("capture",)):
        assert read.complete and not read.fields and read.disclosures == 5


def test_no_line_hides_behind_the_shape_of_those_before_it():
    good = [f'["{SALT}","by","somebody"]', f'["{SALT}","note","same"]', f'["{SALT}","fields",["by","note"]]']
    for parts in (
        [good[0], good[1] + "\0", good[2]],
        [good[0] + "\0\0\0" + good[1], f'["{SALT}","fields",["by",', '"note"]]'],
        [good[0] + "\0\0\0\0" + good[1], good[2][:30], good[2][30:]],
        [good[0], good[1].replace('"same"', '"\\u0061"'), good[2]],
        [good[0], good[1].replace('"same"', "1.5"), good[2]],
        [good[0], good[1].replace('"same"', '"a\nb"'), good[2]],
        [good[0], good[1].replace(",", ", "), good[2]],
        [good[0], good[0], good[2]],
        [good[0], good[2], good[1]],
        [good[0], good[2]],
    ):
        usual = [lines._b64(part.encode()) for part in good]
        crafted = [lines._b64(part.encode()) for part in parts]
        rows = rows_of(usual, usual[:], crafted, usual[:])
        for (seq, line, joined), read in zip(rows, bulk.read(rows, ("capture",)), strict=True):
            expected = slowly(seq, line, joined)
            if expected is None or expected[2].get("fields") != sorted({*expected[2]} - {"fields"}):
                assert read is None or not read.complete
            elif seq != 2:
                assert read.complete


@settings(max_examples=200)
@given(st.integers(0, 2), st.data())
def test_a_changed_disclosure_among_lines_of_one_shape(which, data):
    lists = [honest("one"), honest("two"), honest("three")]
    place = data.draw(st.integers(0, 4))
    raw = bytearray(base64.urlsafe_b64decode(lists[which][place] + "=="))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    lists[which][place] = lines._b64(bytes(raw))
    for (seq, line, joined), read in zip(rows := rows_of(*lists), bulk.read(rows, ("capture",)), strict=True):
        expected = slowly(seq, line, joined)
        if expected is None:
            assert read is None
        elif read and read.complete:
            assert sorted({*expected[2]} - {"fields"}) == expected[2]["fields"]
