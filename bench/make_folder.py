"""Makes a folder of N mixed files (reports as txt, md, html, eml, docx; pictures, sounds, clips) to measure with.

    python bench/make_folder.py FOLDER [--files 1000] [--seed 1]

Every text in it is invented by this script: places, people and events do not exist, and each file says so. The same
seed gives the same bytes (clips too, for the same version of PyAV; without PyAV pictures stand in their places).
"""

from __future__ import annotations

import argparse
import io
import random
import struct
import wave
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

NOTICE = "Invented for measuring. No place, person or event in this text exists."
NOTICE_AR = "نص مختلق للقياس. لا وجود لأي مكان أو شخص أو حدث فيه."
PLACES = ("Tal Ahmar", "Kafr Zeitoun", "Ain Sukkar", "Bab al-Marj", "Khirbet Lawz", "Wadi Rummaneh")
PLACES_AR = ("تل أحمر", "كفر زيتون", "عين سكر", "باب المرج", "خربة لوز", "وادي رمانة")
THINGS = ("a market", "a bakery", "a school", "a house", "a road", "a water station")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = ("txt",) * 30 + ("html",) * 20 + ("md",) * 10 + ("eml",) * 10 + ("docx",) * 10 + ("png",) * 12 + ("wav",) * 4
CLIPS = ("mp4",) * 4
MONTHS = 12


def report(r: random.Random) -> tuple[str, list[str]]:
    """A title and some paragraphs."""
    place, thing, day = r.choice(PLACES), r.choice(THINGS), r.choice(DAYS)
    lines = [f"Shelling hit {thing} in {place} on {day}, residents said. At least {r.randint(1, 20)} people were hurt."]
    for _ in range(r.randint(3, 40)):
        lines.append(
            f"On {r.choice(DAYS)} {r.choice(THINGS)} in {r.choice(PLACES)} was damaged, a witness said; "
            f"{r.choice(('nobody was hurt', 'two people were hurt', 'the number of people hurt is not known'))}."
        )
    if r.random() < 0.3:
        lines += [f"قال سكان إن {r.randint(3, 10)} أشخاص أصيبوا في {r.choice(PLACES_AR)}.", NOTICE_AR]
    return f"{thing.capitalize()} hit in {place}", [*lines, NOTICE]


def date(r: random.Random) -> str:
    """A day of 2031, which is not over yet."""
    return f"2031-{r.randint(1, MONTHS):02}-{r.randint(1, 28):02}"


def txt(r: random.Random) -> bytes:
    title, lines = report(r)
    text = f"{title}\nDate of publication: {date(r)}\n\n" + "\n\n".join(lines) + "\n"
    return text.encode(r.choice(("utf-8", "utf-8", "utf-8", "utf-16")))


def md(r: random.Random) -> bytes:
    title, lines = report(r)
    return (f"# {title}\n\n" + "\n\n".join(lines) + "\n").encode()


def html(r: random.Random) -> bytes:
    title, lines = report(r)
    body = "\n".join(f"<p>{line}</p>" for line in lines)
    meta = f'<meta charset="utf-8"><meta property="article:published_time" content="{date(r)}">'
    return f"<!DOCTYPE html>\n<html><head>{meta}<title>{title}</title></head><body>{body}</body></html>\n".encode()


def eml(r: random.Random) -> bytes:
    title, lines = report(r)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "desk@example.org", "archive@example.org", title
    mail["Date"] = f"Mon, {r.randint(1, 28):02} Jan 2031 10:00:00 +0000"
    mail["Message-ID"] = f"<{r.getrandbits(64):x}@example.org>"
    mail.set_content("\n\n".join(lines))
    return mail.as_bytes()


def docx(r: random.Random) -> bytes:
    title, lines = report(r)
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in (title, *lines))
    space = "http://schemas.openxmlformats.org"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}/wordprocessingml/2006/main"><w:body>{paragraphs}'
        "</w:body></w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2031, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def png(r: random.Random) -> bytes:
    """Coloured stripes."""
    side = r.choice((32, 64, 96))
    stripes = [bytes(r.randrange(256) for _ in range(3)) for _ in range(8)]
    rows = b"".join(b"\0" + b"".join(stripes[(x + y) // 8 % 8] for x in range(side)) for y in range(side))
    size = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def wav(r: random.Random) -> bytes:
    """A second of a soft tone."""
    step = r.randint(20, 60)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, 8000, 8000, "NONE", "not compressed"))
        sound.writeframes(b"".join(struct.pack("<h", 2000 * (n // step % 2 * 2 - 1)) for n in range(8000)))
    return buffer.getvalue()


def mp4(r: random.Random) -> bytes:
    """Two seconds of a square that crosses the picture."""
    import av
    import numpy as np

    buffer, shade, speed = io.BytesIO(), r.randint(60, 250), r.randint(1, 5)
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for n in range(24):
            picture = np.full((96, 160, 3), 30, np.uint8)
            x = n * speed % 128
            picture[32:64, x : x + 32] = shade
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()


MAKERS = {"txt": txt, "md": md, "html": html, "eml": eml, "docx": docx, "png": png, "wav": wav, "mp4": mp4}


def make(folder: Path, files: int, seed: int) -> dict[str, int]:
    """The folder stands with that many files in it; how many of each kind."""
    try:
        import av  # noqa: F401
    except ImportError:
        kinds = KINDS
    else:
        kinds = KINDS + CLIPS
    counts: dict[str, int] = {}
    for n in range(files):
        r = random.Random(f"{seed} {n}")
        kind = r.choice(kinds)
        path = folder / f"{n // 100:03}" / f"{n:05}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MAKERS[kind](r))
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(make(options.folder, options.files, options.seed))
