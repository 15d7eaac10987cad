"""Finding the days that a text speaks of: match forms, resolve them, join neighbours, add the times of day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dalil.calendar.actions import ACTIONS
from dalil.calendar.forms import Grammar, load_grammar
from dalil.calendar.rules import DAY, Days
from dalil.calendar.scan import Core, Scan
from dalil.calendar.words import ARABIC, LATIN, clock, row_of
from dalil.records import DateSpan, Quote

# How many tokens left of a day may say its time ("at around 10 in the morning on").
LEFT_TOKENS = 12
NO_LABELS: dict[str, object] = dict.fromkeys(("time", "noon", "clock", "hour", "half", "zone", "part"))


def find_dates(text: str, *, published: date | None, lang: str | None = None) -> list[DateSpan]:
    """The days that `text` speaks of, in text order; quotes do not overlap and are slices of `text`.

    Phrases that hang on the day of publication are left out where it is None. `lang` only decides which language
    reads bare figures; words of both languages are always read.
    """
    spans: list[DateSpan] = []
    arabic, latin = ARABIC.search(text) is not None, LATIN.search(text) is not None
    first = "ar" if arabic and (lang == "ar" or not latin) else "en"
    for name, present in ((first, True), ("en" if first == "ar" else "ar", latin if first == "ar" else arabic)):
        if present:
            spans += search(text, load_grammar(name), published)
    return _without_overlaps(spans)


def _without_overlaps(spans: list[DateSpan]) -> list[DateSpan]:
    spans.sort(key=lambda s: (s.quote.start, -s.quote.end))
    kept: list[DateSpan] = []
    for span in spans:
        if not kept or span.quote.start >= kept[-1].quote.end:
            kept.append(span)
    return kept


def search(text: str, grammar: Grammar, published: date | None) -> list[DateSpan]:
    """The days that the words of one language name in `text`."""
    row = row_of(text, grammar.words)
    if grammar.trigger.search(row.shape) is None:
        return []
    scan = Scan(row, grammar, published, caps=text.isupper())
    cores = join(scan, cores_of(scan))
    spans = []
    floor = 0
    for n, core in enumerate(cores):
        ceiling = cores[n + 1].i if n + 1 < len(cores) else len(row.shape)
        span, floor = finish(scan, core, floor, ceiling)
        if span is not None:
            spans.append(span)
    return spans


def cores_of(scan: Scan) -> list[Core]:
    """Every phrase that stands on its own, longest first at each place, left to right."""
    shape, starts, trigger = scan.row.shape, scan.grammar.starts, scan.grammar.trigger
    cores: list[Core] = []
    at = trigger.search(shape)
    while at is not None:
        i = at.start()
        matches = [(m.end(), form.action, m) for form in starts[shape[i]] if (m := form.pattern.match(shape, i))]
        matches.sort(key=lambda row: -row[0])
        following = i + 1
        for end, action, match in matches:
            found = ACTIONS[action](scan, match)
            if found is not None:
                following = max(end if not found else found[-1].j, i + 1)
                cores += found
                _move_anchor(scan, found)
                break
        at = trigger.search(shape, following)
    return cores


def _move_anchor(scan: Scan, found: list[Core]) -> None:
    for core in found:
        if core.days.precision == "day" and core.kind != "overnight":
            scan.anchor = core.days.start


def join(scan: Scan, cores: list[Core]) -> list[Core]:
    """Neighbouring phrases that are one: "Friday, 4 November", "from Saturday to Monday", "overnight on Thursday"."""
    out: list[Core] = []
    for core in cores:
        while out:
            one = _joined(scan, out[-1], core)
            if one is None:
                break
            out.pop()
            core = one
        out.append(core)
    out = [_since(scan, core) for core in out]
    return [core for core in out if core.days.start != date.min]


def _joined(scan: Scan, left: Core, right: Core) -> Core | None:
    """One phrase out of two neighbours, or None where they are two."""
    gap = range(left.j, right.i)
    if len(gap) > 4:
        return None
    if "overnight" in (left.kind, right.kind):
        return _joined_overnight(scan, left, right, gap)
    soft = all(scan.is_a(k, "COMMA", "LPAR", "ON", "OF", "IN", "THE", "PART", "DAYW", "DOT") for k in gap)
    single = left.days.precision == "day" == right.days.precision
    follow = left.kind == right.kind == "weekday" and right.days.start - left.days.start == DAY
    if not gap and follow and scan.is_a(left.i - 1, "PART"):  # "ليلة الاثنين الثلاثاء"
        whole = Days(left.days.start, right.days.end, "range", "the night between two days")
        return Core(left.i, right.j, whole, "range")
    if soft and single:
        comma, bracketed = (any(scan.is_a(k, name) for k in gap) for name in ("DOT", "LPAR"))
        return _joined_same(left, right, comma=comma, bracketed=bracketed)
    return _joined_range(scan, left, right, gap)


def _joined_overnight(scan: Scan, left: Core, right: Core, gap: range) -> Core | None:
    if not all(scan.is_a(k, "ON", "INTO", "FROM", "THE", "OF") for k in gap):
        return None
    day = right if left.kind == "overnight" else left
    if day.kind == "overnight":
        return None
    if day.days.precision != "day":
        return Core(left.i, right.j, day.days, "range", day.time)
    into = any(scan.is_a(k, "INTO") for k in gap)
    start = day.days.start - DAY if into else day.days.start
    days = Days(start, start + DAY, "range", f"night that {'ends' if into else 'begins'} on the day; {day.days.rule}")
    return Core(left.i, right.j, days, "range", day.time)


def _joined_same(left: Core, right: Core, *, comma: bool, bracketed: bool) -> Core | None:
    """Two names of one day; where "yesterday" and a weekday beside it disagree, the weekday stands and it is told."""
    if comma:
        return None
    if (
        bracketed
        and left.kind == "weekday"
        and right.kind == "day"
        and not (left.days.start - right.days.start).days % 7
    ):
        return Core(left.i, right.j, right.days, "day", left.time or right.time)  # "Tuesday (Jan. 7)", a week ago
    if left.days.start == right.days.start:
        better = left if right.kind == "weekday" and left.kind == "day" else right
        return Core(left.i, right.j, better.days, "day", left.time or right.time)
    if left.kind == "relative" and right.kind == "weekday" and abs(left.days.start - right.days.start) <= 7 * DAY:
        near = right.days
        if left.days.start > near.start and near.start + 7 * DAY - left.days.start <= DAY:
            near = Days(near.start + 7 * DAY, near.end + 7 * DAY, "day", near.rule)
        rule = near.rule if near.start == left.days.start else near.rule + "; does not fit the day named beside it"
        return Core(left.i, right.j, Days(near.start, near.end, "day", rule), "day", left.time or right.time)
    return None


def _joined_range(scan: Scan, left: Core, right: Core, gap: range) -> Core | None:
    """ "from A to B", "between A and B", "A and B" on consecutive days."""
    words = [k for k in gap if not scan.is_a(k, "THE", "ON", "IN", "PART", "COMMA", "EARLY", "LATE", "DAYW")]
    if len(words) != 1:
        return None
    joint = words[0]
    if left.kind == right.kind == "weekday" and left.days.start > right.days.start and scan.is_a(joint, "TO", "UNTIL"):
        left = replace(left, days=replace(left.days, start=left.days.start - 7 * DAY, end=left.days.end - 7 * DAY))
    if left.days.end > right.days.end:
        return None
    opened = left.i - 1
    while opened > left.i - 4 and scan.is_a(opened, "THE", "EARLY", "LATE", "PART", "DAYW", "MID"):
        opened -= 1
    between = scan.is_a(opened, "BETWEEN") or scan.is_a(left.i, "BETWEEN")
    days = left.days.precision == "day" == right.days.precision
    next_day = days and right.days.start - left.days.start == DAY
    if scan.is_a(joint, "TO", "UNTIL", "DASH", "SLASH") or (scan.is_a(joint, "AND") and (between or next_day)):
        if scan.is_a(joint, "DASH", "SLASH") and not (days or left.kind == right.kind):
            return None
        whole = Days(left.days.start, right.days.end, "range", f"from one to the other; {right.days.rule}")
        return Core(left.i, right.j, whole, "range", left.time)
    return None


def _since(scan: Scan, core: Core) -> Core:
    """ "since X" runs up to publication."""
    k = core.i - 1
    while scan.is_a(k, "THE", "EARLY", "LATE", "MID", "DAYW", "MONTHW", "PART"):
        k -= 1
    if not scan.is_a(k, "SINCE") or scan.published is None or core.days.start > scan.published:
        return core
    if core.kind == "day" and scan.is_a(core.i - 1, "THE") and scan.at(core.j) == "_":
        return core  # "since the Aug. 2 invasion" names the day of the invasion
    days = Days(core.days.start, max(scan.published, core.days.start), "range", f"up to publication; {core.days.rule}")
    return Core(k, core.j, days, "range", core.time)


def finish(scan: Scan, core: Core, floor: int, ceiling: int) -> tuple[DateSpan | None, int]:
    """The span of a core with the time of day that stands beside it, and the token where it ends."""
    row = scan.row
    i, j, time, rule = core.i, core.j, core.time, core.days.rule
    left = None
    if i > floor and row.shape[i - 1] != "_":
        left = scan.grammar.left.search(row.shape, max(floor, i - LEFT_TOKENS), i)
    labels = NO_LABELS
    if left is not None and left.start() < i:
        i = _first_content(scan, left.start(), i)
        labels = labels | _labels(scan, left)
    right = scan.grammar.right.match(row.shape, j, ceiling)
    if right is not None and right.end() > right.start():
        j = right.end()
        labels = labels | {name: value for name, value in _labels(scan, right).items() if value is not None}
    if core.kind != "range" or core.days.precision == "day":
        time = time or _time_of(labels)
        if labels["zone"] and time:
            rule, time = f"{rule}; time given as {time} GMT, not local", None
    while j - 1 > i and scan.is_a(j - 1, "DOT", "COMMA"):  # the sentence's own point
        j -= 1
    start, end = row.span(i)[0], row.span(j - 1)[1]
    quote = Quote(start, end, row.text[start:end])
    return DateSpan(core.days.start, core.days.end, core.days.precision, time, quote, rule), j


def _first_content(scan: Scan, start: int, i: int) -> int:
    """Where the quote begins: connecting words at its left edge are no part of it."""
    while start < i and scan.is_a(start, "ON", "OF", "THE", "COMMA", "AT", "IN", "DAYW"):
        if scan.is_a(start, "DAYW"):
            break
        start += 1
    return start


def _labels(scan: Scan, match) -> dict[str, object]:
    found = {}
    for name in match.re.groupindex:
        if match.start(name) >= 0:
            found[name.rstrip("2")] = scan.value(match, name)
    return found


def _time_of(labels: dict[str, object]) -> str | None:
    """The local time of day that the labelled words say, "HH:MM"."""
    stated = labels["time"] or labels["noon"]
    if isinstance(stated, str):
        hour, minute = (int(x) for x in stated.split(":"))
    elif labels["clock"] is not None:
        hour, minute = divmod(int(labels["clock"]), 100)
    elif labels["hour"] is not None:
        hour, minute = int(labels["hour"]), int(labels["half"] or 0)
    else:
        return None
    part = labels["part"]
    if hour < 12 and (part == "pm" or (part == "night" and hour >= 6)):
        hour += 12
    elif hour == 12 and part in ("am", "night"):
        hour = 0
    return clock(f"{hour:02d}:{minute:02d}") if hour < 24 and minute < 60 else None
