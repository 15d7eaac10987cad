"""Lines and disclosures are exactly the bytes that docs/custody.md describes."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalil.archive import lines
from dalil.archive.lines import Malformed

AT = "2016-11-05T10:00:00.000000Z"
text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-lines.MAX_INT, lines.MAX_INT) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef_.", max_size=5), inner, max_size=4),
    max_leaves=8,
)
fields = st.dictionaries(
    st.from_regex(lines.NAME, fullmatch=True).filter(lambda name: name != "fields"), values, max_size=12
)


@given(fields, st.integers(0, 10**12), st.sampled_from(lines.ACTS))
def test_what_goes_in_comes_out(fields, seq, act):
    line, disclosures = lines.make_line(seq, AT, act, fields)
    parsed = lines.read_line(line)
    assert (parsed.seq, parsed.at, parsed.act) == (seq, AT, act)
    assert lines.read_fields(disclosures, parsed) == {**fields, "fields": sorted(fields)}


@given(fields)
def test_a_line_is_canonical_json_without_values(fields):
    line, disclosures = lines.make_line(7, AT, "judge", fields)
    data = json.loads(line)
    assert line == json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    assert set(data) == {"act", "at", "sd", "sd_alg", "seq", "v"}
    assert data["sd"] == sorted(data["sd"]) and len(data["sd"]) % 8 == 0
    assert len(data["sd"]) - len(disclosures) < 8  # decoys


@given(fields)
def test_any_subset_of_disclosures_reads(fields):
    line, disclosures = lines.make_line(7, AT, "judge", fields)
    shown = lines.read_fields(disclosures[::2], lines.read_line(line))
    assert all(shown[name] == {**fields, "fields": sorted(fields)}[name] for name in shown)


def test_equal_values_have_unequal_digests():
    first, second = (lines.make_line(1, AT, "judge", {"name": "x"}) for _ in range(2))
    assert not set(lines.read_line(first[0]).sd) & set(lines.read_line(second[0]).sd)


def test_salts_have_128_bits():
    _, disclosures = lines.make_line(1, AT, "judge", {"name": "x"})
    for disclosure in disclosures:
        salt = json.loads(urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))[0]
        assert len(urlsafe_b64decode(salt + "==")) == 16


def test_a_digest_is_that_of_sd_jwt():
    # The example of RFC 9901 section 4.2.3.
    disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert lines.digest_of(disclosure) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert lines.read_disclosure(disclosure) == ("family_name", "Möbius")


GOOD = lines.make_line(3, AT, "capture", {"name": "a.txt"})[0]
SD = json.loads(GOOD)["sd"]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        GOOD[:-1],
        GOOD + b"\n",
        GOOD.replace(b'"seq":3', b'"seq":03'),
        GOOD.replace(b'"seq":3', b'"seq":-3'),
        GOOD.replace(b'"seq":3', b'"seq": 3'),
        GOOD.replace(b'"seq":3', b'"seq":3.0'),
        GOOD.replace(b'"seq":3', b'"seq":3,"seq":3'),
        GOOD.replace(b'"v":1', b'"v":2'),
        GOOD.replace(b'"v":1', b'"v":1,"x":1'),
        GOOD.replace(b'"sha-256"', b'"md5"'),
        GOOD.replace(b'"capture"', b'"forget"'),
        GOOD.replace(b'"capture"', b'"c\\u0061pture"'),
        GOOD.replace(AT.encode(), b"2016-11-05T10:00:00Z"),
        GOOD.replace(AT.encode(), b"2016-13-05T10:00:00.000000Z"),
        GOOD.replace(SD[0].encode(), b"A" * 42),
        GOOD.replace(SD[0].encode(), b"=" * 43),
        GOOD.replace(SD[0].encode(), "é".encode() * 43),
        GOOD.replace(SD[0].encode(), SD[1].encode()),
        GOOD.replace(SD[0].encode(), b"?").replace(SD[1].encode(), SD[0].encode()).replace(b"?", SD[1].encode()),
        GOOD.replace(f',"{SD[7]}"'.encode(), b""),
    ],
)
def test_any_other_bytes_are_no_line(bad):
    assert bad != GOOD
    with pytest.raises(Malformed):
        lines.read_line(bad)


def test_forged_and_doubled_disclosures_are_refused():
    line, disclosures = lines.make_line(3, AT, "capture", {"name": "a.txt"})
    parsed = lines.read_line(line)
    forged = lines.disclose("name", "b.txt", bytes(16))
    with pytest.raises(Malformed, match="matches no digest"):
        lines.read_fields([forged], parsed)
    with pytest.raises(Malformed, match="disclosed twice"):
        lines.read_fields([disclosures[0], disclosures[0]], parsed)


@pytest.mark.parametrize(
    "bad", ["", "!", "WyJh", "e30", "WzEsMiwzXQ", "WyJzIiwiTmFtZSIsMV0", "WyJzIiwibmFtZSJd", "WyJz\n"]
)
def test_what_is_no_disclosure_is_refused(bad):
    with pytest.raises(Malformed):
        lines.read_disclosure(bad)


def test_doubled_keys_inside_a_value_are_refused():
    from base64 import urlsafe_b64encode

    disclosure = urlsafe_b64encode(b'["c2FsdA","value",{"a":1,"a":2}]').rstrip(b"=").decode()
    with pytest.raises(Malformed, match="canonical"):
        lines.read_disclosure(disclosure)


@pytest.mark.parametrize("value", [1.5, b"bytes", {"é": 1}, {1: 2}, 2**53, "\ud800", object(), {1, 2}])
def test_the_log_holds_no_other_values(value):
    with pytest.raises(ValueError):
        lines.make_line(1, AT, "judge", {"value": value})


def test_names_and_acts_are_checked():
    with pytest.raises(ValueError, match="not a field name"):
        lines.make_line(1, AT, "judge", {"Name": 1})
    with pytest.raises(ValueError, match="own"):
        lines.make_line(1, AT, "judge", {"fields": []})
    with pytest.raises(ValueError, match="not an act"):
        lines.make_line(1, AT, "forget", {})
    with pytest.raises(ValueError, match="too many"):
        lines.make_line(1, AT, "judge", {f"f{n}": n for n in range(1100)})


def test_times_keep_their_moment():
    local = datetime(2016, 11, 5, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    assert lines.moment(local) == "2016-11-05T10:00:00.000005Z"
    assert lines.read_moment(lines.moment(local)) == local.astimezone(UTC)
