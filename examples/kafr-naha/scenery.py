"""The drawn scenes of the example's videos: canvases, what moves on them, and a hand-held camera above them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Scene:
    """A large canvas that a hand-held camera travels over, and what moves upon it.

    `start` and `end` are camera views (centre x, centre y, zoom); `living` draws on the canvas' copy of the view.
    """

    canvas: Image.Image
    seconds: float
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    living: Callable[[View, float], None]
    seed: int


@dataclass(frozen=True)
class View:
    """One frame under way: `place` gives the pixel at which a point of the canvas is seen."""

    image: Image.Image
    centre: tuple[float, float]
    zoom: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        dx, dy = (x - self.centre[0]) * self.zoom, (y - self.centre[1]) * self.zoom
        return dx + self.image.width / 2, dy + self.image.height / 2


def shoot(scene: Scene, size: tuple[int, int], fps: int) -> Iterator[Image.Image]:
    """The frames of one scene: the camera glides from start to end, shaken a little as in a hand."""
    frames = round(scene.seconds * fps)
    shake = hand(scene.seed, frames, fps)
    for index in range(frames):
        share = index / frames
        eased = share * share * (3 - 2 * share)
        x, y, zoom = (a + (b - a) * eased for a, b in zip(scene.start, scene.end, strict=True))
        zoom *= size[0] / 640
        x, y = x + 5 * shake[index, 0], y + 4 * shake[index, 1]
        half_width, half_height = size[0] / zoom / 2, size[1] / zoom / 2
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        image = scene.canvas.resize(size, Image.Resampling.BILINEAR, box=box)
        scene.living(View(image, (x, y), zoom), share)
        yield image


def hand(seed: int, frames: int, fps: int) -> np.ndarray:
    """Two slow, irregular swings within about -1..1 for every frame."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None] / fps
    swings = np.zeros((frames, 2))
    for frequency in (0.23, 0.41, 0.9, 1.7):
        swings += np.sin(2 * pi * (frequency * time + rng.random(2))) * (0.45 if frequency < 1 else 0.12)
    return swings


def noise(width: int, height: int, seed: int, *, grain: int = 4) -> np.ndarray:
    """Clouded noise within 0..1, from blots of a third of the width down to `grain` pixels."""
    rng = np.random.default_rng(seed)
    total, weight, cell = np.zeros((height, width), np.float32), 0.0, width // 3
    while cell >= grain:
        small = rng.random((height // cell + 2, width // cell + 2)).astype(np.float32)
        blots = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        strength = cell**0.55
        total += strength * np.asarray(blots)
        weight += strength
        cell //= 2
    return np.clip(total / weight, 0, 1)


def ground(width: int, height: int, dark: Colour, light: Colour, seed: int) -> Image.Image:
    """Earth of two colours, mixed by noise, with a fine grain that codecs and matchers can hold on to."""
    mix = noise(width, height, seed)[..., None]
    mix = np.clip((mix - 0.5) * 2.2 + 0.5, 0, 1)
    grain = np.random.default_rng(seed + 1).normal(0, 5, (height, width, 1))
    pixels = np.array(dark) * (1 - mix) + np.array(light) * mix + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def sky(canvas: Image.Image, horizon: int, high: Colour, low: Colour, seed: int) -> None:
    """A sky with a few soft clouds above the horizon."""
    share = np.linspace(0, 1, horizon)[:, None, None]
    clouds = np.clip(noise(canvas.width, horizon, seed, grain=16)[..., None] - 0.52, 0, 1) * 260 * (0.3 + share)
    pixels = np.array(high) * (1 - share) + np.array(low) * share + clouds
    canvas.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), (0, 0))


def hills(canvas: Image.Image, base: int, height: int, colour: Colour, seed: int) -> None:
    """A ridge of hills whose foot stands at `base`."""
    rng = np.random.default_rng(seed)
    x = np.arange(canvas.width)
    ridge = sum(
        height / (k + 1) * (0.5 + 0.5 * np.sin(x * (k + 1) * 2 * pi / canvas.width * 1.7 + rng.random() * 7))
        for k in range(6)
    )
    ridge = base - ridge * 0.55
    points = [*zip(x.tolist(), ridge.tolist(), strict=True), (canvas.width, base), (0, base)]
    shade = ground(
        canvas.width, base, tuple(max(0, c - 14) for c in colour), tuple(min(255, c + 14) for c in colour), seed
    )
    mask = Image.new("L", (canvas.width, base))
    ImageDraw.Draw(mask).polygon(points, fill=255)
    canvas.paste(shade, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))


def house(pen: ImageDraw.ImageDraw, x: float, y: float, w: float, h: float, colour: Colour, rng) -> None:
    """A block with its foot at (x, y), a flat roof, a shaded side, windows and a door."""
    side = tuple(int(c * 0.78) for c in colour)
    roof = tuple(min(255, int(c * 1.1)) for c in colour)
    pen.rectangle((x, y - h, x + w, y), fill=colour)
    pen.polygon([(x + w, y - h), (x + w * 1.22, y - h - w * 0.1), (x + w * 1.22, y - w * 0.1), (x + w, y)], fill=side)
    pen.polygon(
        [(x, y - h), (x + w * 0.22, y - h - w * 0.1), (x + w * 1.22, y - h - w * 0.1), (x + w, y - h)], fill=roof
    )
    columns, rows = max(2, round(w / 30)), max(1, round(h / 36))
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.8:
                left, top = x + (column + 0.3) * w / columns, y - h + (row + 0.28) * h / rows
                shade = int(60 + 40 * rng.random())
                pen.rectangle(
                    (left, top, left + w / columns * 0.42, top + h / rows * 0.45), fill=(shade, shade + 6, shade + 16)
                )
    pen.rectangle((x + w * 0.44, y - h * 0.3 / rows - 8, x + w * 0.6, y), fill=(92, 72, 58))


def trees(pen: ImageDraw.ImageDraw, area: tuple[int, int, int, int], count: int, size: float, rng) -> None:
    """Round olive trees, the nearer ones drawn over the farther ones."""
    left, top, right, bottom = area
    for y in sorted(rng.uniform(top, bottom, count)):
        x, radius = rng.uniform(left, right), size * rng.uniform(0.6, 1.2)
        pen.line((x, y, x, y - radius), fill=(86, 70, 54), width=max(2, int(radius / 4)))
        for _ in range(5):
            leaf_x, leaf_y = x + rng.uniform(-1.3, -0.1) * radius, y + rng.uniform(-2.5, -1.6) * radius
            green = int(rng.uniform(84, 116))
            leaves = (leaf_x, leaf_y, leaf_x + 1.4 * radius, leaf_y + radius)
            pen.ellipse(leaves, fill=(green - 12, green + 8, green - 38))


def cloud_sprite(width: int, height: int, colour: Colour, strength: float, seed: int) -> Image.Image:
    """A soft, uneven cloud of one colour whose edge fades out."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    body = np.clip(1.15 - np.sqrt(x**2 + y**2) + 0.9 * (noise(width, height, seed, grain=8) - 0.5), 0, 1)
    body *= np.clip((1 - np.abs(x)) * 4, 0, 1) * np.clip((1 - np.abs(y)) * 4, 0, 1)
    sprite = Image.new("RGBA", (width, height), colour)
    sprite.putalpha(Image.fromarray((np.clip(body, 0, 1) * 255 * strength).astype(np.uint8)))
    return sprite


def set_sprite(view: View, sprite: Image.Image, x: float, y: float) -> None:
    """The sprite's centre is seen where the canvas' point (x, y) is."""
    at_x, at_y = view.place(x, y)
    view.image.paste(sprite, (round(at_x - sprite.width / 2), round(at_y - sprite.height / 2)), sprite)


def disc(view: View, x: float, y: float, radius: float, colour: Colour, rim: Colour) -> None:
    at_x, at_y = view.place(x, y)
    r = radius * view.zoom
    pen = ImageDraw.Draw(view.image)
    pen.ellipse((at_x - r, at_y + r * 0.55, at_x + r, at_y + r * 1.15), fill=tuple(int(c * 0.45) for c in rim))
    pen.ellipse((at_x - r, at_y - r, at_x + r, at_y + r), fill=colour, outline=rim, width=max(2, round(r / 6)))


SAND, SAGE, STONE = (196, 172, 134), (128, 132, 96), (206, 190, 162)

# fmt: off
# Left, foot (seen from above: top), width, height.
HOUSES_AFAR = (
    (820, 392, 60, 44), (905, 384, 46, 62), (968, 398, 72, 40), (1060, 390, 52, 54), (870, 430, 82, 56),
    (990, 436, 64, 66), (1090, 440, 88, 50),
)
HOUSES_FROM_ABOVE = (
    (1100, 330, 90, 70), (1215, 300, 70, 96), (1310, 350, 110, 70), (1120, 425, 76, 60), (1235, 420, 96, 64),
    (1360, 450, 80, 80), (1130, 660, 100, 70), (1260, 670, 74, 92), (1365, 650, 96, 66),
)
HOUSES_NEAR = (
    (60, 330, 130, 120), (250, 318, 110, 150), (420, 336, 170, 110), (660, 322, 120, 160), (850, 340, 180, 120),
    (150, 480, 190, 120), (720, 492, 210, 140),
)
# Left, top, right, bottom, colour.
FIELDS = (
    (60, 80, 520, 400, SAGE), (600, 60, 980, 330, (172, 150, 100)), (80, 560, 500, 930, (186, 160, 112)),
    (640, 640, 1080, 960, SAGE),
)
# fmt: on


def plaster(rng: np.random.Generator) -> Colour:
    """One of the pale colours of which the houses are."""
    shade = rng.uniform(0.84, 1.02)
    return tuple(int(c * shade * rng.uniform(0.95, 1.05)) for c in STONE)


def village_from_the_hill() -> Scene:
    """Shot 1: the road, the houses beyond the olive trees, dust that drifts away over the ridge."""
    canvas = ground(1300, 720, (164, 140, 104), (202, 180, 140), 11)
    sky(canvas, 330, (126, 152, 176), (226, 206, 178), 12)
    hills(canvas, 336, 120, (150, 142, 132), 13)
    hills(canvas, 350, 66, (150, 138, 108), 14)
    pen, rng = ImageDraw.Draw(canvas), np.random.default_rng(15)
    pen.polygon([(250, 720), (560, 720), (790, 362), (772, 362)], fill=(176, 162, 140))
    for y in range(380, 720, 34):
        share = (y - 362) / 358
        middle = 781 - 376 * share
        pen.line(
            (middle, y, middle - 10 * share, y + 14 * share + 3), fill=(214, 204, 184), width=max(1, int(5 * share))
        )
    trees(pen, (20, 372, 520, 460), 60, 13, rng)
    for x, y, w, h in HOUSES_AFAR:
        house(pen, x, y, w, h, plaster(rng), rng)
    trees(pen, (780, 470, 1260, 560), 34, 20, rng)
    trees(pen, (40, 520, 300, 690), 22, 30, rng)
    dust = cloud_sprite(420, 230, (206, 190, 166), 0.72, 16)
    far = cloud_sprite(300, 150, (190, 176, 158), 0.6, 17)

    def living(view: View, share: float) -> None:
        set_sprite(view, far, 560 + 190 * share, 268 - 26 * share)
        set_sprite(view, dust, 700 + 260 * share, 312 - 34 * share)
        disc(view, 541 + 140 * share, 590 - 133 * share, 10 - 4 * share, (226, 132, 74), (120, 66, 40))

    return Scene(canvas, 15, (560, 400, 0.92), (740, 384, 1.12), living, 1)


def road_y(x: float) -> float:
    return 520 + 90 * sin(x / 210) + 30 * sin(x / 83)


def road_from_above() -> Scene:
    """Shot 2: fields from above; the circle follows the road towards the houses."""
    canvas = ground(1500, 1000, (150, 138, 98), (192, 176, 130), 21)
    rng = np.random.default_rng(22)
    for left, top, right, bottom, tone in FIELDS:
        field = ground(right - left, bottom - top, tuple(int(c * 0.86) for c in tone), tone, int(left + top))
        stripes = ImageDraw.Draw(field)
        for offset in range(0, field.width, 18):
            stripes.line((offset, 0, offset - 40, field.height), fill=tuple(int(c * 0.8) for c in tone), width=3)
        canvas.paste(field, (left, top))
    pen = ImageDraw.Draw(canvas)
    path = [(t, road_y(t)) for t in range(-20, 1521, 20)]
    pen.line(path, fill=(122, 112, 98), width=50, joint="curve")
    pen.line(path, fill=(188, 176, 156), width=42, joint="curve")
    for first, second in zip(path[::2], path[1::2], strict=False):
        pen.line((first, second), fill=(222, 214, 196), width=3)
    for _ in range(120):
        x, y, radius = rng.uniform(0, 1500), rng.uniform(0, 1000), rng.uniform(5, 13)
        if abs(y - (road_y(x))) > 50:
            green = int(rng.uniform(84, 112))
            pen.ellipse((x - radius + 4, y - radius + 6, x + radius + 4, y + radius + 6), fill=(104, 96, 72))
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(green - 10, green + 8, green - 34))
    for x, y, w, h in HOUSES_FROM_ABOVE:
        tone = plaster(rng)
        pen.rectangle((x + 12, y + 14, x + w + 12, y + h + 14), fill=(112, 100, 78))
        pen.rectangle((x, y, x + w, y + h), fill=tone, outline=tuple(int(c * 0.72) for c in tone), width=3)
        pen.rectangle((x + w * 0.2, y + h * 0.25, x + w * 0.45, y + h * 0.55), fill=tuple(int(c * 0.86) for c in tone))
    dust = cloud_sprite(520, 300, (212, 198, 172), 0.55, 23)

    def living(view: View, share: float) -> None:
        x = 330 + 700 * share
        y = road_y(x)
        for step in range(1, 6):
            back = x - 26 * step
            tail = road_y(back)
            disc(view, back, tail, 7 - step, (208, 196, 172), (190, 178, 156))
        disc(view, x, y, 13, (226, 132, 74), (120, 66, 40))
        set_sprite(view, dust, 1330 - 420 * share, 300 + 60 * share)

    return Scene(canvas, 15, (420, 500, 0.86), (1040, 480, 0.98), living, 2)


def among_the_houses() -> Scene:
    """Shot 3: the houses from near by; the circle comes to rest by a door, the dust thins out."""
    canvas = ground(1200, 700, (176, 154, 118), (208, 188, 150), 31)
    sky(canvas, 250, (134, 156, 178), (228, 212, 188), 32)
    hills(canvas, 262, 70, (158, 148, 128), 33)
    pen, rng = ImageDraw.Draw(canvas), np.random.default_rng(34)
    for x, y, w, h in HOUSES_NEAR:
        house(pen, x, y, w, h, plaster(rng), rng)
    trees(pen, (400, 400, 660, 470), 9, 26, rng)
    trees(pen, (20, 560, 140, 660), 4, 40, rng)
    for _ in range(160):
        x, y, size = rng.uniform(0, 1200), rng.uniform(500, 700), rng.uniform(2, 7)
        pen.ellipse((x, y, x + size * 1.6, y + size), fill=tuple(int(c * rng.uniform(0.7, 0.95)) for c in SAND))
    dusts = [cloud_sprite(460, 260, (214, 200, 176), strength, 35) for strength in np.linspace(0.7, 0.1, 16)]

    def living(view: View, share: float) -> None:
        way = min(1.0, share / 0.7)
        way = way * (2 - way)
        disc(view, 380 + 330 * way, 600 - 70 * way, 15, (226, 132, 74), (120, 66, 40))
        set_sprite(view, dusts[min(15, int(share * 16))], 330 + 380 * share, 300 - 40 * share)

    return Scene(canvas, 13, (440, 400, 0.90), (690, 420, 1.2), living, 3)


# ------------------------------------------------------------------ the bulletin


def river() -> Scene:
    """A river from above with boats, before the excerpt."""
    canvas = ground(1400, 900, (120, 136, 104), (164, 172, 128), 41)
    water = ground(1400, 900, (84, 122, 140), (120, 156, 168), 42)
    path = [(t, 460 + 120 * sin(t / 260) + 40 * cos(t / 90)) for t in range(-40, 1441, 20)]
    mask = Image.new("L", canvas.size)
    ImageDraw.Draw(mask).line(path, fill=255, width=190, joint="curve")
    canvas.paste(water, mask=mask.filter(ImageFilter.GaussianBlur(2)))
    pen, rng = ImageDraw.Draw(canvas), np.random.default_rng(43)
    for _ in range(150):
        x, y, radius = rng.uniform(0, 1400), rng.uniform(0, 900), rng.uniform(8, 18)
        if abs(y - (460 + 120 * sin(x / 260) + 40 * cos(x / 90))) > 130:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(84, int(rng.uniform(104, 132)), 78))

    def living(view: View, share: float) -> None:
        for lag, tone in ((0.0, (232, 226, 210)), (0.14, (206, 120, 84)), (0.3, (240, 214, 140))):
            x = 260 + 800 * share - 700 * lag
            disc(view, x, 440 + 120 * sin(x / 260) + 40 * cos(x / 90), 15, tone, (70, 62, 56))

    return Scene(canvas, 14, (420, 440, 0.8), (820, 470, 0.95), living, 5)


def terraces() -> Scene:
    """Terraced hills with rows of trees."""
    canvas = ground(1400, 800, (132, 140, 92), (176, 176, 120), 51)
    sky(canvas, 300, (120, 160, 190), (238, 220, 190), 52)
    for number, base in enumerate((330, 400, 480, 580, 700)):
        tone = (150 - 8 * number, 156 - 7 * number, 104 - 6 * number)
        hills(canvas, base, 90, tone, 53 + number)
        trees(
            ImageDraw.Draw(canvas), (0, base - 14, 1400, base), 46, 9 + 4 * number, np.random.default_rng(60 + number)
        )
    shade = cloud_sprite(620, 260, (74, 84, 70), 0.35, 58)

    def living(view: View, share: float) -> None:
        set_sprite(view, shade, 300 + 700 * share, 480)
        disc(view, 980 - 500 * share, 120 - 40 * sin(pi * share), 26, (250, 226, 160), (246, 206, 130))

    return Scene(canvas, 16, (860, 420, 0.72), (560, 400, 0.86), living, 6)


def evening_town() -> Scene:
    """Many lit windows at dusk, after the excerpt."""
    canvas = ground(1400, 760, (58, 62, 84), (82, 84, 106), 71)
    sky(canvas, 420, (44, 54, 92), (214, 142, 112), 72)
    hills(canvas, 430, 90, (66, 64, 92), 73)
    pen, rng = ImageDraw.Draw(canvas), np.random.default_rng(74)
    for row, base in enumerate((440, 520, 620, 740)):
        x = -20.0
        while x < 1400:
            width, height = rng.uniform(60, 120) * (1 + row * 0.16), rng.uniform(60, 170) * (1 + row * 0.12)
            tone = tuple(int(c * rng.uniform(0.8, 1.15)) for c in (70 - 6 * row, 72 - 6 * row, 100 - 8 * row))
            pen.rectangle((x, base - height, x + width, base + 90), fill=tone)
            for left in np.arange(x + 8, x + width - 12, 17):
                for top in np.arange(base - height + 10, base, 22):
                    if rng.random() < 0.45:
                        pen.rectangle((left, top, left + 8, top + 11), fill=(244, int(rng.uniform(176, 222)), 120))
            x += width + rng.uniform(2, 22)

    def living(view: View, share: float) -> None:
        disc(view, 1040 - 180 * share, 130 + 40 * share, 24, (240, 236, 220), (214, 208, 196))
        for lane in range(5):
            disc(view, (lane * 310 + 900 * share) % 1400, 700 + lane % 2 * 14, 6, (250, 236, 180), (120, 100, 80))

    return Scene(canvas, 17, (520, 400, 0.78), (860, 410, 0.9), living, 7)


def snow() -> Scene:
    """Mountains and falling snow, at the end."""
    canvas = ground(1400, 800, (190, 198, 210), (226, 230, 236), 81)
    sky(canvas, 420, (112, 134, 164), (222, 224, 228), 82)
    for number, base in enumerate((420, 470, 540)):
        hills(canvas, base, 210 - 50 * number, (150 + 22 * number, 162 + 20 * number, 182 + 16 * number), 83 + number)
    trees(ImageDraw.Draw(canvas), (0, 520, 1400, 760), 70, 22, np.random.default_rng(87))
    flakes = np.random.default_rng(88).random((260, 3))

    def living(view: View, share: float) -> None:
        pen = ImageDraw.Draw(view.image)
        width, height = view.image.size
        for x, y, size in flakes.tolist():
            at_x = (x * width + 30 * sin(9 * share + 20 * size)) % width
            at_y = ((y + share * (2 + 2 * size)) % 1) * height
            pen.ellipse((at_x, at_y, at_x + 2 + 3 * size, at_y + 2 + 3 * size), fill=(248, 250, 252))

    return Scene(canvas, 16, (480, 430, 0.8), (640, 400, 0.98), living, 8)
