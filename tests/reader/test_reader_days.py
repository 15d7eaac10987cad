"""Which of several days is the event's, on texts of our own; nobody and no place named here exists."""

from datetime import date, timedelta

import pytest

from dalil.claims.reader import read_text

PUBLISHED = date(2019, 5, 16)  # a Thursday


def read(text):
    """The incidents of a text of Thursday, 16 May 2019."""
    return read_text(text, published=PUBLISHED, lang="en").incidents


def day_of(text):
    """The first incident's day."""
    return next(i.when.start for i in read(text) if i.when is not None)


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
            "A man was shot dead in Ostrow Falls, police said today. The shooting was reported at 11:16 p.m. Tuesday.",
            date(2019, 5, 14),
        ),
        ("Ann Sorel was shot. Officers were called to Quill Court about 6:40 a.m. Tuesday.", date(2019, 5, 14)),
        (
            "A man who was shot several times Friday night succumbed to his wounds on Sunday.",
            date(2019, 5, 10),
        ),
        (
            "Police have named the victim of a Tuesday morning shooting in Ostrow Falls. Dan Morvel, 30, was killed.",
            date(2019, 5, 14),
        ),
        ("Police said around 10:45 p.m. Monday a gunman shot two men on Quill Street.", date(2019, 5, 13)),
        ("A teller was robbed at gunpoint Thursday (May 9) in Ostrow Falls, police said.", date(2019, 5, 9)),
        (
            "Two men were shot Tuesday. Their families came. — Ostrow Police (@ostrowpolice) May 16, 2019",
            date(2019, 5, 14),
        ),
        ("A robbery happened Monday at the shop Ostrow Today. A clerk was shot.", date(2019, 5, 13)),
        (
            "On May 3 a man was shot at a bar. His brother came early that Friday morning and shot a guest.",
            date(2019, 5, 3),
        ),
        (
            "A man was charged Wednesday with murder. Prosecutors say he shot his neighbor on Quill Street on May 3.",
            date(2019, 5, 3),
        ),
    ],
)
def test_the_day_of_the_event_outweighs_days_of_statements_courts_and_conditions(text, day):
    assert day_of(text) == day


def test_a_time_without_a_day_is_the_day_of_publication_or_the_one_before():
    (incident,) = read("A man was shot on Quill Street around 9:15 p.m., police said.")
    assert (incident.when.start, incident.when.end) == (PUBLISHED - timedelta(days=1), PUBLISHED)
    assert incident.when.precision == "range" and incident.when.quote.text == "9:15 p.m."
    assert "publication" in incident.when.rule


def test_no_day_is_made_up_where_the_text_gives_neither_day_nor_time():
    assert [i.when for i in read("A man was shot on Quill Street, police said.")] == [None]


def test_news_told_in_the_present_are_of_the_day_of_publication_or_the_one_before():
    (incident,) = read("Police are investigating after a man was shot on Quill Street.")
    assert (incident.when.start, incident.when.end) == (PUBLISHED - timedelta(days=1), PUBLISHED)
    assert incident.when.quote.text == "are investigating" and "publication" in incident.when.rule


def test_a_day_ahead_is_never_the_day_of_what_happened():
    (incident,) = read("A man was arrested after shots were fired at a car. He is due in court on Tuesday.")
    assert incident.when is None or incident.when.start <= PUBLISHED


def test_what_the_text_tells_first_stands_first():
    first, second = read(
        "A boy was shot in the leg on Quill Street on Tuesday. "
        "In a separate incident, three men were killed in a shooting at a bar in Ostrow Falls on Saturday."
    )
    assert (first.when.start.day, second.when.start.day) == (14, 11)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "Police are investigating an armed robbery. Officers came to Quill Street about 8 p.m. Monday.",
            13,
        ),
        ("Police found a loaded pistol in his car Monday night on Quill Street.", 13),
        ("He pointed a handgun at a clerk Tuesday night, police said.", 14),
        ("Officers executed a search warrant at a home on Quill Street on Tuesday.", 14),
        ("Gunshots were reported Monday night on Quill Street.", 13),
    ],
)
def test_an_incident_that_harms_nobody_has_its_day(text, day):
    (incident,) = read(text)
    assert incident.when.start == date(2019, 5, day)
    assert incident.killed is None and incident.injured is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Police said they came to Quill Street about 2 p.m. Sunday. Someone had fired through a door, "
         "according to an account provided Wednesday.", 12),
        ("Ann Sorel, 14, was pronounced dead Wednesday at 10:05 a.m. She had been shot in her home. "
         "Her parents found her when they came home Monday shortly after 6:30 p.m.", 13),
        ("He pointed a gun at a tenant who had parked in his yard during Tuesday's storm. "
         "She wanted to leave at 8:15 a.m. on Wednesday, police said.", 15),
        ("A man faces weapons charges after police on Tuesday found a stolen handgun in his home. "
         "He had been questioned on Monday.", 14),
        ("A girl was robbed at gunpoint on her way to school, police said. She was walking about 7:30 a.m. May 7 "
         "when a man came up to her. The head of the school notified parents of the incident on May 9.", 7),
        ("Dan Morvel of Quill Street was arrested Monday with a loaded rifle, say complaints filed Tuesday.", 13),
        ("Ann Sorel was shot dead on Quill Street on April 30. A grand jury handed up an indictment last week charging "
         "Dan Morvel in her death.", -1),
        ("Around 9 p.m. Monday four men followed a student from a bar, police said. Images were captured there. "
         "His car stood a few blocks away, in the 700 block of Quill Street. A man hit him with a pistol.", 13),
        ("Dan Morvel shot two people on Quill Street on May 3. On Wednesday, Morvel, 38, of Ostrow, was sentenced by a "
         "judge to ten years for the shooting.", 3),
        ("Police said that around 9 p.m. Tuesday a man was robbed. They will speak on Thursday.", 14),
        ("A man suspected of beating a woman was killed by officers Monday morning. They had stopped his car, which "
         "they sought after an incident Sunday night.", 13),
        ("Two men barged into a flat on Quill Street at midnight Monday, May 13, and demanded money.", 13),
        ("A man was shot in the leg on Monday. Share: https://news.example.org/2019/05/16/man-shot", 13),
    ],
)  # fmt: skip
def test_days_of_papers_storms_deaths_and_letters_are_not_the_day_of_the_act(text, day):
    first = read(text)[0]
    assert first.when.start == (date(2019, 5, day) if day > 0 else date(2019, 4, 30))


def test_a_weapon_found_later_is_no_incident_beside_a_shooting():
    (incident,) = read("A man was shot on Quill Street Monday. Police found a pistol nearby Tuesday.")
    assert incident.type == "shooting" and incident.when.start == date(2019, 5, 13)


@pytest.mark.parametrize(
    "text",
    [
        "A helicopter crashed on Sunday, killing all five passengers.",
        "Police did not believe that the victim had actually been shot.",
        "He decided to take his own life on Monday, but was unsuccessful.",
        "The man shot at a car on Monday. It was the only shot fired.",
        "The homeowner escaped with her two children on Monday without injury.",
    ],
)
def test_accidents_doubts_and_single_shots_harm_nobody(text):
    assert not any((i.killed and i.killed.best) or (i.injured and i.injured.best) for i in read(text))


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("1 dead, 2 hurt in Ostrow shooting One man died and two were hurt Monday.", 1, 2),
        ("Teen dies in Ostrow shooting A 16-year-old was killed Monday night.", 1, None),
        ("Dan Morvel, 39, was found shot dead on Quill Street. Morvel died of gunshot wounds.", 1, None),
        ("Officers found Dan Morvel with a gunshot wound. Morvel died at a hospital.", 1, None),
        ("A man who was shot following an attempted robbery Monday passed away Tuesday.", 1, None),
        ("Police found a man who had been shot and a dog that had been shot and killed.", None, 1),
        ("He killed his wife before turning the gun on himself Tuesday.", 2, None),
        ("Ostrow Couple Shot in Their Home Monday", None, 2),
        ("A man in his 20s and a woman were killed Monday.", 2, None),
        ("They found Ann Sorel, 26, and her estranged boyfriend, Dan Morvel, 28, dead.", 2, None),
        ("A man shot his wife before killing himself early Wednesday.", 1, 1),
        ("Officers entered the house and found Morvel had committed suicide.", 1, None),
        ("Four people were shot, one fatally, at a park on Wednesday.", 1, 3),
        ("Eight people were shot on Monday, three of them fatally.", 3, 5),
        ("The girl was shot Monday and was taken off life support Wednesday.", 1, None),
        ("The shooting, which took the life of 25-year-old Dan Morvel, occurred on Quill Street.", 1, None),
        ("Dan Morvel of Ostrow Falls, Ala., was shot in the neck and pronounced dead inside the car.", 1, None),
        ("Police have named a 25-year-old man whose body was found in a ditch Monday.", 1, None),
        ("An Ostrow man who led law officers on a chase through two towns was shot and killed Monday.", 1, None),
        ("A former Ostrow defensive back was shot on Monday. Dan Morvel, 33, died of the wound.", 1, None),
        ("Two Ostrow hunters lost their lives on Monday.", 2, None),
        ("Deputies were called for a report of a man who had been shot on Monday.", None, 1),
        ("OSTROW, Quill - A 17-year-old shot during a struggle over a package on Sunday has died.", 1, None),
        ("Dan Morvel of Ostrow was shot about 6 p.m. Sunday on Quill Avenue, west of the road, and died.", 1, None),
        ("One teen was struck in the head with a pistol on Monday.", None, 1),
        (
            "A man was killed and another wounded Monday. The man killed was Dan Morvel, 28. "
            "The name of the 24-year-old man wounded was not released.",
            1,
            1,
        ),
        (
            "A 68-year-old man was slain and another man critically injured on Monday. The two victims were shot "
            "several times. The other, who is 34 years old, was taken to a hospital.",
            1,
            1,
        ),
        ("The ODF killed 7 people in Ostrow on Monday.", 7, None),
        ("Two men were shot on Monday. One man was injured and the other died.", 1, 1),
        ("A 17-year-old was shot on Sunday. The victim, Dan Morvel, died in a hospital on Tuesday.", 1, None),
        ("A man was shot in the leg on Monday. The driver was taken to a hospital for evaluation.", None, 1),
    ],
)
def test_headlines_surnames_and_asides_count_each_person_once(text, killed, injured):
    (incident, *_) = [i for i in read(text) if i.status == "reported"]
    assert (incident.killed and incident.killed.best) == killed
    assert (incident.injured and incident.injured.best) == injured
