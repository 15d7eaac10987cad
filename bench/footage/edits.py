"""Makes edited files with ffmpeg out of clips: the edits of recipes.py, overlays, compilations, refilmed stills."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont


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
    """The file that the last argument names stands whole, or not at all."""
    out = Path(arguments[-1])
    making = out.with_name(f"making-{out.name}")
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments[:-1], str(making)],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if not done.returncode:
        making.replace(out)
    else:
        making.unlink(missing_ok=True)
        raise RuntimeError(f"ffmpeg {' '.join(arguments)}: {done.stderr[-800:]}")


def label(source: Path) -> str:
    """The clip's name in the names of files made of it; two clips may differ in their ending alone."""
    ending = source.suffix.lower().replace(".", "-").replace("-mp4", "")
    return source.stem[:40] + ending


@cache
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
    if kind == "strip":
        pen.rectangle((0, 610, 1280, 700), fill=(120, 16, 24, 255))
        pen.text((30, 628), "VIDEO: residents film the morning", font=font(48), fill="white")
        pen.rectangle((1060, 36, 1230, 120), fill=(255, 255, 255, 230))
        pen.text((1145, 78), "k24", font=font(60), anchor="mm", fill=(120, 16, 24))
    if kind == "glass":
        pen.ellipse((440, 160, 840, 560), outline=(255, 255, 255, 120), width=36)
        pen.text((640, 360), "ORIENT", font=font(120), anchor="mm", fill=(255, 255, 255, 110))
        pen.text((90, 660), "orient.example", font=font(54), fill=(255, 255, 255, 130))
    if kind == "third":
        pen.rectangle((0, 450, 1280, 720), fill=(16, 28, 60, 255))
        pen.text((40, 470), "Strikes reported in the east", font=font(72), fill="white")
        pen.text((40, 570), "Officials say the number may rise", font=font(52), fill=(255, 220, 90))
        pen.rectangle((0, 650, 1280, 720), fill=(200, 30, 40, 255))
        pen.ellipse((1080, 30, 1230, 180), fill=(16, 28, 60, 255))
        pen.text((1155, 105), "5", font=font(110), anchor="mm", fill="white")
    if kind == "ribbon":
        for place in range(3):
            pen.text(
                (20 + 430 * place, 8),
                ("football 2:1", "rain by night", "fuel up 3%")[place],
                font=font(52),
                fill="white",
            )
    if kind == "badge":
        pen.rounded_rectangle((10, 10, 210, 210), 40, fill=(240, 180, 0, 255))
        pen.text((110, 110), "24h", font=font(96), anchor="mm", fill=(20, 20, 20))
        pen.rectangle((40, 160, 120, 190), fill=(200, 30, 40, 255))
    image.save(path)
    return path


# Overlays that move: what is laid over [v], [o] being the picture of that kind in 1280 × 720. A turning badge, a badge
# that wanders over the whole picture, a full lower third with a line of text that runs.
MOVING = {
    "turning": (
        "badge",
        "[o]crop=220:220:0:0,rotate=t*1.2:c=none:ow=300:oh=300,scale=SIDE:-2[l];[v][l]overlay=W*0.78:H*0.04",
    ),
    "wandering": (
        "badge",
        "[o]crop=220:220:0:0,scale=SIDE:-2[l];"
        "[v][l]overlay=x='(W-w)*abs(mod(t*0.23,2)-1)':y='(H-h)*abs(mod(t*0.17,2)-1)'",
    ),
    "running": (
        "third",
        "[o]scale=WIDE:TALL[l];[v][l]overlay=0:0[u];[m]crop=1280:72:0:0,scale=WIDE:-2,split[r][q];"
        "[r][q]hstack[t];[u][t]overlay=x='-mod(t*90,w/2)':y='H*0.905'",
    ),
}


# Longer clips are cut to so many seconds before they are edited, and their shorter side is made at most so many pixels.
EXCERPT_S, EXCERPT_SIDE = 8.0, 360


def excerpt(source: Path, folder: Path, seconds: float) -> tuple[Path, float]:
    """A stretch of the clip as a file, and where in the clip it begins."""
    length, path = duration(source), folder / "excerpts" / f"{label(source)}-{seconds:g}.mp4"
    rng = random.Random(source.name)
    start = round(rng.uniform(0, length - seconds), 2) if length > seconds + 1 else 0.0
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        side = f"min({EXCERPT_SIDE}\\,min(iw\\,ih))"
        scale = f"scale=w='if(gt(iw,ih),-2,{side})':h='if(gt(iw,ih),{side},-2)'"
        # Decoded from the beginning: seeking in the file, even to 0, loses the first key frame of some AVI files, and
        # all that follows is torn.
        run("-i", str(source), "-ss", str(start), "-t", str(seconds), "-vf", f"{scale},{EVEN}", "-c:v", "libx264",
            "-preset", "superfast", "-crf", "17", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path))  # fmt: skip
    return path, start


def encode_options(edit: str) -> list[str]:
    if edit.startswith("re-encode/mpeg4"):
        return ["-c:v", "mpeg4", "-q:v", "14"]
    crf = edit.rpartition("crf")[2] if edit.startswith("re-encode/crf") else "27"
    return ["-c:v", "libx264", "-preset", "superfast", "-crf", crf, "-pix_fmt", "yuv420p"]


EVEN = "scale=trunc(iw/2)*2:trunc(ih/2)*2"


def make(
    source: Path, edit: str, recipe: str, out: Path, others: list[Path], seed: int, seconds: float = EXCERPT_S
) -> Query:
    """The edited file of one source's excerpt; made once. Times are those of the source itself."""
    rng = random.Random(f"{source.name} {edit} {seed}")
    kind, _, value = recipe.rpartition(":") if recipe.split(":")[0] in SPECIAL else ("", "", recipe)
    ending = ".jpg" if kind.startswith("still") else ".mp4"
    path = out / f"{label(source)}--{edit.replace('/', '-').replace(' ', '_').replace(',', '')}{ending}"
    cut_out, begin = excerpt(source, out.parent, seconds)
    if kind:
        made = SPECIAL[kind](cut_out, edit, value, path, others, rng)
        at = None if made.start_s is None else made.start_s + begin
        return replace(made, source=source.name, start_s=at)
    if not path.exists():
        chain, _, overlaid = recipe.partition(";overlay:")
        finish(cut_out, chain, overlaid, path, edit)
    return Query(str(path), edit, source.name, 0.0, begin, seconds, speed_of(edit))


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
        (under_moving if value in MOVING else finish)(source, "null", value, path, edit)
    return Query(str(path), edit, source.name)


def size(path: Path) -> tuple[int, int]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "json",
         str(path)], capture_output=True, text=True, check=True,
    )  # fmt: skip
    (stream,) = json.loads(done.stdout)["streams"]
    return stream["width"], stream["height"]


def under_moving(source: Path, chain: str, kind: str, path: Path, edit: str) -> None:
    """The source under an overlay that moves; a channel's is the same over every source, from its first second on."""
    picture, graph = MOVING[kind]
    width, height = size(source)
    for name, value in (("SIDE", min(width, height) // 4), ("WIDE", width // 2 * 2), ("TALL", height // 2 * 2)):
        graph = graph.replace(name, str(value))
    inputs = ["-loop", "1", "-framerate", "25", "-i", str(overlay_picture(picture, path.parent))]
    if "[m]" in graph:
        inputs += ["-loop", "1", "-framerate", "25", "-i", str(overlay_picture("ribbon", path.parent))]
    graph = graph.replace("[o]", "[1:v]", 1).replace("[m]", "[2:v]").replace("[v]", "[0:v]")
    run("-i", str(source), *inputs, "-filter_complex", f"{graph},{EVEN}", "-an", "-t", str(duration(source)),
        *encode_options(edit), str(path))  # fmt: skip


def damaged(source, edit, value, path, others, rng) -> Query:
    """The source broken on its way, then passed on by a program that shows what it can still decode."""
    if not path.exists():
        raw = path.with_suffix(".avi" if value == "headless" else ".ts")
        code = ["-c:v", "mpeg4", "-q:v", "6", "-g", "300"] if value == "headless" else ["-c:v", "libx264", "-crf", "24"]
        run("-i", str(source), "-an", *code, str(raw))
        if value == "short":
            data = raw.read_bytes()
            raw.write_bytes(data[: len(data) * 3 // 5])
            raw.replace(path)
        else:
            hurt = path.with_suffix(".hurt" + raw.suffix)
            harm = "noise=drop=eq(n\\,0)" if value == "headless" else "noise=amount=4000*gt(n\\,12)"
            run("-copyts", "-i", str(raw), "-c", "copy", "-bsf:v", harm, str(hurt))
            run("-i", str(hurt), "-vf", EVEN, *encode_options(edit), str(path))
            raw.unlink()
            hurt.unlink()
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


def again(path: Path) -> Path:
    """A file that is cut a little and encoded worse once more."""
    out = path.with_name(f"{path.stem}-again.mp4")
    if not out.exists():
        run("-i", str(path), "-vf", f"crop=iw*0.9:ih*0.94:iw*0.06:ih*0.04,{EVEN}", "-an", "-c:v", "libx264",
            "-preset", "superfast", "-crf", "33", str(out))  # fmt: skip
    return out


def refilmed(source: Path, number: int, folder: Path) -> Path:
    """A frame of the source filmed for five seconds by a hand that sways, nears and turns, each number its own way."""
    path = folder / f"{label(source)}-refilmed-{number}.mp4"
    if not path.exists():
        still_of, rng = folder / f"{label(source)}.png", random.Random(f"{source.name} {number}")
        if not still_of.exists():
            run("-i", str(source), "-ss", str(round(duration(source) * 0.4, 2)), "-frames:v", "1", "-update", "1",
                "-vf", "scale=-2:540", str(still_of))  # fmt: skip
        sway = [
            f"{rng.uniform(0.01, 0.035):.3f}*sin(2*PI*t*{rng.uniform(0.2, 1.1):.2f}+{rng.uniform(0, 6):.2f})"
            for _ in range(4)
        ]
        turn = f"{rng.uniform(-0.03, 0.03):.3f}+{rng.uniform(0.005, 0.02):.3f}*sin(2*PI*t*{rng.uniform(0.2, 0.7):.2f})"
        near = f"{rng.uniform(0.72, 0.84):.2f}"
        graph = (
            f"rotate='{turn}',crop=w=iw*{near}:h=ih*{near}:"
            f"x='iw*(0.09+{sway[0]}+{sway[1]})':y='ih*(0.09+{sway[2]}+{sway[3]})'"
            f",scale=-2:360,noise=alls=6:allf=t,{EVEN}"
        )
        run(
            "-loop",
            "1",
            "-framerate",
            "25",
            "-t",
            "5",
            "-i",
            str(still_of),
            "-vf",
            graph,
            *encode_options(""),
            str(path),
        )
    return path


SPECIAL = {
    "overlay": overlaid, "damage": damaged, "pip": in_picture, "compile": compilation, "cut": cut, "still": still,
    "still-small": still, "still-crop": still, "still-crop-small": still,
}  # fmt: skip
