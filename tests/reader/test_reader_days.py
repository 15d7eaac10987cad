"""Which of several days is the event's, on texts of our own; nobody and no place named here exists."""

from datetime import date

import pytest

from dalil.claims.reader import read_text

PUBLISHED = date(2019, 5, 16)  # a Thursday


def day_of(text):
    """The first incident's day."""
    return next(i.when.start for i in read_text(text, published=PUBLISHED, lang="en").incidents if i.when is not None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "A man was in critical condition Wednesday after being shot in Ostrow Falls, police said. "
            "The shooting happened about 11:20 p.m. Tuesday on Quill Street.",
            date(2019, 5, 14),
        ),
        (
            "The coroner on Thursday identified a woman who was shot and killed in Ostrow Falls. "
            "Officers were called to Quill Street around 5 p.m. Monday.",
            date(2019, 5, 13),
        ),
        (
            "Police arrested a man Wednesday in the April shooting that killed a woman. "
            "Martin Kell shot Ann Sorel, 18, on April 9 on Quill Street, police said.",
            date(2019, 4, 9),
        ),
        ("OSTROW FALLS (May 16, 2019) - Two men were shot Tuesday night, police said.", date(2019, 5, 14)),
        (
            "A boy was wounded by gunfire last week, police said. About 1:36 a.m. May 8, someone shot at his house.",
            date(2019, 5, 8),
        ),
        (
            "A man was charged Wednesday with murder. Prosecutors say he shot his neighbor on Quill Street on May 3.",
            date(2019, 5, 3),
        ),
    ],
)
def test_the_day_of_the_event_outweighs_days_of_statements_courts_and_conditions(text, day):
    assert day_of(text) == day


def test_a_time_without_a_day_is_the_day_of_publication():
    reading = read_text("A man was shot on Quill Street around 9:15 p.m., police said.", published=PUBLISHED, lang="en")
    (incident,) = reading.incidents
    assert incident.when.start == PUBLISHED
    assert incident.when.quote.text == "9:15 p.m."
    assert "publication" in incident.when.rule


def test_no_day_is_made_up_where_the_text_gives_neither_day_nor_time():
    reading = read_text("A man was shot on Quill Street, police said.", published=PUBLISHED, lang="en")
    assert [i.when for i in reading.incidents] == [None]
