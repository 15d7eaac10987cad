"""Edits that footage meets on its way through the net, made with ffmpeg; each has a name, strengths and filters."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# Edits of this list were looked at while the matcher was tuned; HELD_BACK was run only for the report.
FILTERS = {
    "re-encode/crf36": "null",
    "re-encode/mpeg4": "null",
    "downscale/0.5": "scale=trunc(iw*0.5/2)*2:trunc(ih*0.5/2)*2",
    "downscale/144": "scale=-2:144",
    "crop/0.8": "crop=iw*0.8:ih*0.8:iw*0.05:ih*0.1",
    "crop/0.6": "crop=iw*0.6:ih*0.6:iw*0.25:ih*0.15",
    "vertical/black": "scale=360:-2,pad=360:640:0:(oh-ih)/2",
    "vertical/blurred": (
        "split[a][b];[a]scale=360:640,setsar=1,gblur=sigma=18[bg];[b]scale=360:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)/2"
    ),
    "mirror/1": "hflip",
    "rotate/5": "rotate=5*PI/180:c=black",
    "rotate/90": "transpose=1",
    "speed/1.1": "setpts=PTS/1.1",
    "frame rate/12": "fps=12",
    "colour/warm": "eq=contrast=1.3:brightness=0.08:saturation=1.6,hue=h=25",
    "colour/dark": "eq=contrast=0.7:brightness=-0.15:gamma=0.7",
    "grey/1": "format=gray",
    "blur/3": "scale=640:-2,gblur=sigma=3",
    "screen recording/1": (
        "scale=760:-2,perspective=x0=14:y0=8:x1=W-20:y1=0:x2=0:y2=H-10:x3=W-6:y3=H-18,"
        "pad=960:720:90:60:color=0x30343c,noise=alls=12:allf=t,fps=24"
    ),
    "logo and caption/1": "overlay:brand",
    "logo and caption/2": "overlay:band",
    "picture in picture/0.4": "pip:0.4",
    "picture in picture/0.55": "pip:0.55",
    "compilation/4s": "compile:4",
    "compilation/2.5s": "compile:2.5",
    "still/jpeg": "still:40",
    "still/small": "still-small:60",
    "mirror, crop, logo/1": "hflip,crop=iw*0.75:ih*0.75:iw*0.15:ih*0.1;overlay:brand",
    "clip/3s": "cut:3",
}
HELD_BACK = {
    "re-encode/crf40": "null",
    "downscale/0.3": "scale=trunc(iw*0.3/2)*2:trunc(ih*0.3/2)*2",
    "crop/0.55": "crop=iw*0.55:ih*0.7:iw*0.4:ih*0.25",
    "vertical/cut": "crop=ih*9/16:ih:(iw-ih*9/16)*0.4:0",
    "mirror/rotated": "hflip,rotate=-4*PI/180",
    "rotate/270": "transpose=2",
    "rotate/10": "rotate=10*PI/180",
    "speed/0.85": "setpts=PTS/0.85",
    "frame rate/50": "fps=50",
    "colour/negative hue": "hue=h=160:s=0.6",
    "grey/low": "format=gray,eq=contrast=0.6",
    "blur/5": "scale=640:-2,gblur=sigma=4.5",
    "screen recording/2": (
        "scale=700:-2,perspective=x0=0:y0=16:x1=W-4:y1=8:x2=18:y2=H-4:x3=W-22:y3=H,"
        "pad=900:1000:60:200:color=0xd8d8d0,noise=alls=20:allf=t"
    ),
    "logo and caption/3": "overlay:ticker",
    "picture in picture/0.33": "pip:0.33",
    "compilation/3s": "compile:3",
    "still/crop": "still-crop:50",
    "mirror, crop, logo/2": "hflip,crop=iw*0.65:ih*0.7:iw*0.2:ih*0.2;overlay:ticker",
}


@dataclass(frozen=True)
class Query:
    """An edited file, what it was made of, and where in it (seconds) which part of the source is."""

    path: str
    edit: str
    source: str
    query_start_s: float | None = None
    start_s: float | None = None
    length_s: float | None = None


def run(*arguments: str) -> None:
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"ffmpeg {' '.join(arguments)}: {done.stderr[-800:]}")


def duration(path: Path) -> float:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(json.loads(done.stdout)["format"]["duration"])


def overlay_picture(kind: str, folder: Path) -> Path:
    """A channel's logo and caption as a transparent picture of 1280 × 720."""
    path = folder / f"overlay-{kind}.png"
    if path.exists():
        return path
    image = Image.new("RGBA", (1280, 720))
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default
    if kind in ("brand", "ticker"):
        pen.ellipse((1090, 30, 1240, 180), fill=(200, 30, 40, 255))
        pen.text((1165, 105), "N7", font=font(80), anchor="mm", fill="white")
    if kind in ("brand", "band"):
        pen.rectangle((0, 560, 1280, 680), fill=(10, 40, 110, 235))
        pen.text((40, 590), "BREAKING: pictures sent by viewers", font=font(52), fill="white")
    if kind == "band":
        pen.rectangle((40, 30, 420, 130), fill=(240, 200, 20, 255))
        pen.text((230, 80), "LIVE NOW", font=font(64), anchor="mm", fill="black")
    if kind == "ticker":
        pen.rectangle((0, 600, 1280, 720), fill=(240, 240, 240, 255))
        pen.text((20, 632), "markets 12.4 +0.3 | weather calm | sport at eight", font=font(50), fill=(20, 20, 20))
        pen.rectangle((0, 0, 46, 600), fill=(30, 30, 30, 255))
    image.save(path)
    return path


def encode_options(edit: str) -> list[str]:
    if edit.startswith("re-encode/mpeg4"):
        return ["-c:v", "mpeg4", "-q:v", "14"]
    crf = edit.rpartition("crf")[2] if edit.startswith("re-encode/crf") else "27"
    return ["-c:v", "libx264", "-preset", "veryfast", "-crf", crf, "-pix_fmt", "yuv420p"]


EVEN = "scale=trunc(iw/2)*2:trunc(ih/2)*2"


def make(source: Path, edit: str, recipe: str, out: Path, others: list[Path], seed: int) -> Query:
    """The edited file of one source; made once."""
    rng = random.Random(f"{source.name} {edit} {seed}")
    kind, _, value = recipe.rpartition(":") if recipe.split(":")[0] in SPECIAL else ("", "", recipe)
    ending = ".jpg" if kind.startswith("still") else ".mp4"
    path = out / f"{source.stem[:40]}--{edit.replace('/', '-').replace(' ', '_').replace(',', '')}{ending}"
    if kind:
        return SPECIAL[kind](source, edit, value, path, others, rng)
    if not path.exists():
        chain, _, overlaid = recipe.partition(";overlay:")
        finish(source, chain, overlaid, path, edit)
    return Query(str(path), edit, source.name)


def finish(source: Path, chain: str, overlaid: str, path: Path, edit: str) -> None:
    if overlaid:
        picture = overlay_picture(overlaid, path.parent)
        graph = f"[0:v]{chain},{EVEN}[v];[1:v][v]scale2ref[o][w];[w][o]overlay,{EVEN}"
        run("-i", str(source), "-i", str(picture), "-filter_complex", graph, "-an", *encode_options(edit), str(path))
    elif ";" in chain:
        run("-i", str(source), "-filter_complex", f"{chain},{EVEN}", "-an", *encode_options(edit), str(path))
    else:
        run("-i", str(source), "-vf", f"{chain},{EVEN}", "-an", *encode_options(edit), str(path))


def overlaid(source, edit, value, path, others, rng) -> Query:
    if not path.exists():
        finish(source, "null", value, path, edit)
    return Query(str(path), edit, source.name)


def in_picture(source, edit, value, path, others, rng) -> Query:
    """The source small within another clip that plays behind it."""
    host = rng.choice(others)
    if not path.exists():
        x, y = rng.uniform(0.02, 0.3), rng.uniform(0.05, 0.3)
        graph = (
            f"[1:v]scale=854:480,setsar=1[bg];[0:v]scale=trunc(854*{value}/2)*2:-2,setsar=1[fg];"
            f"[bg][fg]overlay=W*{x:.2f}:H*{y:.2f}:shortest=1,{EVEN}"
        )
        length = str(min(20, duration(source)))
        run("-i", str(source), "-stream_loop", "-1", "-i", str(host), "-filter_complex", graph, "-t", length, "-an",
            *encode_options(edit), str(path))  # fmt: skip
    return Query(str(path), edit, source.name)


def compilation(source, edit, value, path, others, rng) -> Query:
    """Some seconds of the source between seconds of two others."""
    length = min(float(value), duration(source) - 0.1)
    start = round(rng.uniform(0, max(0.0, duration(source) - length)), 2)
    before, after = rng.sample(others, 2)
    lead = round(min(duration(before), rng.uniform(3, 8)), 2)
    if not path.exists():
        same = "scale=640:360:force_original_aspect_ratio=decrease,pad=640:360:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=25"
        graph = f"[0:v]{same}[a];[1:v]{same}[b];[2:v]{same}[c];[a][b][c]concat=n=3"
        run("-t", str(lead), "-i", str(before), "-ss", str(start), "-t", str(length), "-i", str(source), "-t", "6",
            "-i", str(after), "-filter_complex", graph, "-an", *encode_options(edit), str(path))  # fmt: skip
    return Query(str(path), edit, source.name, lead, start, length)


def cut(source, edit, value, path, others, rng) -> Query:
    length = min(float(value), duration(source) - 0.1)
    start = round(rng.uniform(0, max(0.0, duration(source) - length)), 2)
    if not path.exists():
        run(
            "-ss",
            str(start),
            "-t",
            str(length),
            "-i",
            str(source),
            "-vf",
            EVEN,
            "-an",
            *encode_options(edit),
            str(path),
        )
    return Query(str(path), edit, source.name, 0.0, start, length)


def still(source, edit, value, path, others, rng) -> Query:
    start = round(rng.uniform(0.05, 0.9) * duration(source), 2)
    if not path.exists():
        png = path.with_suffix(".png")
        run("-ss", str(start), "-i", str(source), "-frames:v", "1", str(png))
        with Image.open(png) as image:
            if "small" in edit:
                image = image.resize((320, max(1, 320 * image.height // image.width)))
            if "crop" in edit:
                image = image.crop((image.width // 5, image.height // 8, image.width * 9 // 10, image.height * 9 // 10))
            image.convert("RGB").save(path, quality=int(value))
        png.unlink()
    return Query(str(path), edit, source.name, None, start, None)


SPECIAL = {
    "overlay": overlaid, "pip": in_picture, "compile": compilation, "cut": cut, "still": still, "still-small": still,
    "still-crop": still,
}  # fmt: skip
