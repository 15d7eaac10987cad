"""Edits that footage meets on its way through the net, made with ffmpeg; each has a name, strengths and filters."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass, replace
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
    "screen recording/phone": (
        "scale=620:-2,drawgrid=w=3:h=3:t=1:c=black@0.3,perspective=x0=20:y0=4:x1=W-6:y1=18:x2=4:y2=H-8:x3=W-24:y3=H-2,"
        "pad=720:960:50:260:color=0x1c1c20,drawbox=x=0:y=0:w=720:h=60:c=0x3a7bd5:t=fill,"
        "drawbox=x=300:y=420:w=14:h=22:c=white:t=fill,eq=contrast=0.85:brightness=0.06,noise=alls=10:allf=t,fps=20"
    ),
    "rotate/180": "hflip,vflip",
    "downscale/200 crf34": "scale=-2:200",
    "vertical/blurred, caption": (
        "split[a][b];[a]scale=360:640,setsar=1,gblur=sigma=22[bg];[b]scale=360:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)/2"
        ",drawbox=x=0:y=60:w=360:h=70:c=0xd02020:t=fill,drawbox=x=20:y=540:w=320:h=50:c=white@0.9:t=fill"
    ),
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
# Run once, when all else was done: neither looked at nor run before.
FINAL = {
    "re-encode/crf42": "null",
    "downscale/120": "scale=-2:120",
    "crop/0.5": "crop=iw*0.5:ih*0.6:iw*0.1:ih*0.3",
    "vertical/black, large": "scale=540:-2,pad=540:1170:0:(oh-ih)*0.3",
    "vertical/blurred dim": (
        "split[a][b];[a]scale=450:800,setsar=1,boxblur=20,eq=brightness=-0.2[bg];"
        "[b]scale=450:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)*0.4"
    ),
    "mirror/grey": "hflip,format=gray",
    "rotate/-7": "rotate=-7*PI/180:c=white",
    "speed/1.2": "setpts=PTS/1.2",
    "frame rate/8": "fps=8",
    "colour/washed": "eq=contrast=0.55:brightness=0.15:saturation=0.4",
    "colour/swap": "colorchannelmixer=0:0:1:0:0:1:0:0:1:0:0:0",
    "blur/box": "scale=480:-2,boxblur=4:1",
    "screen recording/3": (
        "scale=660:-2,drawgrid=w=4:h=2:t=1:c=black@0.25,"
        "perspective=x0=0:y0=0:x1=W-30:y1=12:x2=16:y2=H-20:x3=W:y3=H-4,"
        "pad=1000:700:180:80:color=0x888880,drawbox=x=0:y=0:w=1000:h=40:c=0x202020:t=fill,noise=alls=16:allf=t,fps=30"
    ),
    "logo and caption/4": "overlay:corner",
    "picture in picture/0.36": "pip:0.36",
    "compilation/3.5s": "compile:3.5",
    "still/crop small": "still-crop-small:55",
    "mirror, crop, logo/3": "hflip,crop=iw*0.7:ih*0.7:iw*0.05:ih*0.25;overlay:corner",
    "clip/2.5s": "cut:2.5",
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
    speed: float = 1.0


def run(*arguments: str) -> None:
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], capture_output=True, text=True, timeout=300
    )
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
    if kind == "corner":
        pen.rounded_rectangle((40, 40, 300, 150), 20, fill=(250, 250, 250, 240))
        pen.text((170, 95), "NOW", font=font(70), anchor="mm", fill=(0, 90, 60))
        pen.rectangle((0, 520, 900, 610), fill=(0, 90, 60, 240))
        pen.text((30, 540), "exclusive: seen from the road", font=font(50), fill="white")
    image.save(path)
    return path


# Longer clips are cut to this before they are edited, and their shorter side is made at most so many pixels.
EXCERPT_S, EXCERPT_SIDE = 8.0, 360


def excerpt(source: Path, folder: Path) -> tuple[Path, float]:
    """A stretch of the clip as a file, and where in the clip it begins."""
    length, path = duration(source), folder / "excerpts" / f"{source.stem}.mp4"
    rng = random.Random(source.name)
    start = round(rng.uniform(0, length - EXCERPT_S), 2) if length > EXCERPT_S + 1 else 0.0
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        side = f"min({EXCERPT_SIDE}\\,min(iw\\,ih))"
        scale = f"scale=w='if(gt(iw,ih),-2,{side})':h='if(gt(iw,ih),{side},-2)'"
        run("-ss", str(start), "-t", str(EXCERPT_S), "-i", str(source), "-vf", f"{scale},{EVEN}", "-c:v", "libx264",
            "-preset", "superfast", "-crf", "17", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path))  # fmt: skip
    return path, start


def encode_options(edit: str) -> list[str]:
    if edit.startswith("re-encode/mpeg4"):
        return ["-c:v", "mpeg4", "-q:v", "14"]
    crf = edit.rpartition("crf")[2] if edit.startswith("re-encode/crf") else "27"
    return ["-c:v", "libx264", "-preset", "superfast", "-crf", crf, "-pix_fmt", "yuv420p"]


EVEN = "scale=trunc(iw/2)*2:trunc(ih/2)*2"


def make(source: Path, edit: str, recipe: str, out: Path, others: list[Path], seed: int) -> Query:
    """The edited file of one source's excerpt; made once. Times are those of the source itself."""
    rng = random.Random(f"{source.name} {edit} {seed}")
    kind, _, value = recipe.rpartition(":") if recipe.split(":")[0] in SPECIAL else ("", "", recipe)
    ending = ".jpg" if kind.startswith("still") else ".mp4"
    path = out / f"{source.stem[:40]}--{edit.replace('/', '-').replace(' ', '_').replace(',', '')}{ending}"
    cut_out, begin = excerpt(source, out.parent)
    if kind:
        made = SPECIAL[kind](cut_out, edit, value, path, others, rng)
        at = None if made.start_s is None else made.start_s + begin
        return replace(made, source=source.name, start_s=at)
    if not path.exists():
        chain, _, overlaid = recipe.partition(";overlay:")
        finish(cut_out, chain, overlaid, path, edit)
    return Query(str(path), edit, source.name, 0.0, begin, EXCERPT_S, speed_of(edit))


def speed_of(edit: str) -> float:
    return float(edit.rpartition("/")[2]) if edit.startswith("speed/") else 1.0


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
    host = rng.choice([other for other in others if duration(other) > 4.5])
    if not path.exists():
        x, y = rng.uniform(0.02, 0.3), rng.uniform(0.05, 0.3)
        graph = (
            f"[1:v]scale=854:480,setsar=1,fps=25[bg];[0:v]scale=trunc(854*{value}/2)*2:-2,setsar=1,fps=25[fg];"
            f"[bg][fg]overlay=W*{x:.2f}:H*{y:.2f}:shortest=1,{EVEN}"
        )
        length = str(min(duration(host), duration(source)))
        run("-t", length, "-i", str(source), "-t", length, "-i", str(host), "-filter_complex", graph, "-an",
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
            if "crop" in edit:
                image = image.crop((image.width // 5, image.height // 8, image.width * 9 // 10, image.height * 9 // 10))
            if "small" in edit:
                image = image.resize((320, max(1, 320 * image.height // image.width)))
            image.convert("RGB").save(path, quality=int(value))
        png.unlink()
    return Query(str(path), edit, source.name, None, start, None)


SPECIAL = {
    "overlay": overlaid, "pip": in_picture, "compile": compilation, "cut": cut, "still": still, "still-small": still,
    "still-crop": still, "still-crop-small": still,
}  # fmt: skip
