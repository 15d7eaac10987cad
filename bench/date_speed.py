"""Days found a second: short phrases, and news text of 3,000 characters made of our own sentences."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

from dalil.calendar import find_dates

PHRASES = Path(__file__).parents[1] / "tests" / "calendar" / "phrases.tsv"
DAY = date(2019, 7, 17)
# Six sentences of our own, as dense in dates as a wire report: two of six name a day.
REPORT = (
    "Residents of the village said that two aircraft circled above the market before the first strike. "
    "The clinic was hit at 3:20 p.m. on Tuesday, and a second shell landed on the road an hour later. "
    "Rescue workers carried the wounded to a school that serves as a shelter for displaced families. "
    "A spokesman for the council called on all sides to let ambulances through without delay. "
    "The town had been quiet since 2 July, when a truce between the local groups took hold. "
    "Shops stayed shut and most streets were empty, according to a teacher who lives near the square. "
)


def seconds_each(work, items: list, least_s: float = 2.0) -> float:
    """CPU seconds an item in the quietest round of at least `least_s`: what else runs on a core can only add to it."""
    for item in items:
        work(item)
    quietest, begun = float("inf"), time.process_time()
    while time.process_time() - begun < least_s:
        start = time.process_time()
        for item in items:
            work(item)
        quietest = min(quietest, time.process_time() - start)
    return quietest / len(items)


def main() -> None:
    lines = [line.split("\t") for line in PHRASES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    phrases = [text for _, _, text, _ in lines]
    text = (REPORT * 6)[:3000]
    phrase_s = seconds_each(lambda t: find_dates(t, published=DAY), phrases)
    text_s = seconds_each(lambda t: find_dates(t, published=DAY), [text])
    start = time.process_time()
    for _ in range(10_000_000):
        pass
    loop_s = time.process_time() - start
    rows = (
        ("a date phrase, found and resolved", phrase_s * 1000, "ms", "mark: under", 1.0),
        ("the dates of 3,000 characters of news", text_s * 1000, "ms", "mark: under", 1.0),
        ("this machine: an empty loop of ten million", loop_s, "s", None, None),
    )
    for what, figure, unit, peer, peer_figure in rows:
        print(json.dumps({"what": what, "figure": figure, "unit": unit, "peer": peer, "peer_figure": peer_figure}))


if __name__ == "__main__":
    main()
