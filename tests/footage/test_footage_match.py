"""Footage known again: edits of drawn scenes, and what must not match."""

from __future__ import annotations

import importlib.util
import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from dalil.footage import align, audio, index, shelf
from dalil.footage import fingerprint as prints
from dalil.footage.audio import build_sound_index, find_sound, sound_print
from dalil.footage.looking import look_up
from dalil.footage.match import find_matches

SECONDS, FPS, SIZE = 4, 12, (384, 216)


@pytest.fixture(scope="session")
def scenery():
    """The example's drawn scenes: textured ground, houses, a hand-held camera, things that move."""
    path = Path(__file__).parents[2] / "examples" / "kafr-naha" / "scenery.py"
    spec = importlib.util.spec_from_file_location("scenery", path)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    import sys

    sys.modules["scenery"] = module
    spec.loader.exec_module(module)
    return module


def write(path: Path, frames, *, fps=FPS, crf=23, wave=None, at=None) -> Path:
    """The frames as a recording; `at` gives the number of each, which rise in unlike steps where the rate varies."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": "superfast"})
        video.pix_fmt = "yuv420p"
        tone = out.add_stream("aac", rate=16_000, layout="mono") if wave is not None else None
        for number, image in enumerate(frames):
            if not number:
                video.width, video.height = image.size
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number if at is None else at[number], Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if tone is not None:
            write_wave(out, tone, wave)
    return path


def write_wave(out, tone, wave) -> None:
    for first in range(0, len(wave), 1024):
        part = (wave[first : first + 1024] * 30_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
        frame.rate, frame.pts, frame.time_base = 16_000, first, Fraction(1, 16_000)
        out.mux(tone.encode(frame))
    out.mux(tone.encode())


def warble(seconds: float, seed: int) -> np.ndarray:
    """Tones that change ten times a second, never twice alike."""
    rng = np.random.default_rng(seed)
    pitch = np.repeat(rng.uniform(250, 2500, round(seconds * 10)), 1_600)
    return 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / 16_000)


class Drawn:
    """The frames of two scenes, a folder for files, and an archive of both scenes' recordings."""

    def __init__(self, scenery, folder: Path):
        self.scenery, self.folder = scenery, folder
        self.road = self.shoot("road_from_above", 2)
        self.hill = self.shoot("village_from_the_hill", 1)
        self.wave = warble(SECONDS, 1)
        self.kept = shelf.Shelf(folder / "derived")
        for name, frames, wave in (("road", self.road, self.wave), ("hill", self.hill, warble(SECONDS, 2))):
            self.kept.keep(write(folder / f"{name}.mp4", frames, wave=wave), name)
        self.indexes = self.kept.indexes(["road", "hill"])

    def shoot(self, scene: str, seed: int) -> list[Image.Image]:
        from dataclasses import replace

        made = replace(getattr(self.scenery, scene)(), seconds=SECONDS, seed=seed)
        return list(self.scenery.shoot(made, SIZE, FPS))

    def ask(self, path: Path):
        seconds = None if path.suffix == ".jpg" else 8.0
        query = prints.query_fingerprint(path, object="query", duration_s=seconds)
        return find_matches(query, self.indexes, self.kept.load)

    def ask_frames(self, frames, name="query.mp4", **how):
        return self.ask(write(self.folder / name, frames, **how))


@pytest.fixture(scope="session")
def drawn(scenery, tmp_path_factory):
    return Drawn(scenery, tmp_path_factory.mktemp("drawn"))


def branded(image: Image.Image) -> Image.Image:
    """The picture under a channel's mark and caption."""
    image = image.copy()
    pen = ImageDraw.Draw(image)
    width, height = image.size
    pen.rectangle((0, height * 0.78, width, height * 0.95), fill=(20, 40, 110))
    pen.text((10, height * 0.8), "BREAKING: pictures sent by viewers", fill="white", font_size=18)
    pen.ellipse((width * 0.84, 8, width * 0.97, 8 + width * 0.13), fill=(200, 30, 40))
    pen.text((width * 0.87, 20), "N7", fill="white", font_size=20)
    return image


EDITS = {
    "re-encoded": lambda image: image,
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "cropped": lambda image: image.crop((60, 30, 340, 190)),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "captioned": branded,
    "grey and small": lambda image: image.convert("L").convert("RGB").resize((192, 108)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_is_the_same_recording_at_the_same_seconds(edit, drawn):
    found = drawn.ask_frames([EDITS[edit](image) for image in drawn.road], crf=30)
    assert [(m.object, m.verdict, m.kind, m.mirrored) for m in found] == [
        ("road", "same_recording", "copy", edit == "mirrored")
    ]
    assert abs(found[0].start_s - found[0].query_start_s) < 0.3
    assert found[0].query_end_s > SECONDS - 0.6


def test_a_part_within_a_compilation_is_found_with_its_seconds(drawn):
    other = drawn.shoot("terraces", 6)
    frames = [*other[:FPS], *drawn.road[FPS : 3 * FPS + 6], *other[2 * FPS :]]
    found = drawn.ask_frames(frames)
    assert [(m.object, m.verdict, m.kind) for m in found] == [("road", "same_recording", "clip")]
    match = found[0]
    assert (match.query_start_s, match.query_end_s) == (pytest.approx(1, abs=0.4), pytest.approx(3.5, abs=0.5))
    assert match.start_s - match.query_start_s == pytest.approx(0, abs=0.3)


def test_a_recording_whose_frame_rate_varies_is_found_at_its_true_seconds(drawn):
    # A second of every frame, then one of every third, as phones write in the dark, behind half a second left out.
    at = [n for n in range(FPS // 2, len(drawn.road)) if n % 3 == 0 or (n // FPS) % 2 == 0]
    found = drawn.ask_frames([drawn.road[n] for n in at], "varies.mp4", at=[n - at[0] for n in at])
    assert [(m.object, m.verdict, m.speed) for m in found] == [("road", "same_recording", 1.0)]
    assert found[0].offset_s == pytest.approx(at[0] / FPS, abs=0.1)


def test_a_picture_is_found_as_a_viewer_shows_it(drawn):
    """A phone's picture lies on its side, and its EXIF says so: the map that is found does not turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = drawn.folder / "phone.jpg"
    drawn.road[2 * FPS].transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    (match,) = drawn.ask(path)
    a, b, _, c, d, _ = match.map
    assert (match.object, match.kind) == ("road", "still")
    assert (a, b, c, d) == pytest.approx((1, 0, 0, 1), abs=0.05)


def test_a_still_is_found_with_the_second_that_it_shows(drawn):
    path = drawn.folder / "still.jpg"
    drawn.road[2 * FPS].save(path, quality=70)
    found = drawn.ask(path)
    assert [(m.object, m.kind, m.query_start_s) for m in found] == [("road", "still", None)]
    assert found[0].start_s == pytest.approx(2, abs=0.5)


def test_the_same_place_with_another_camera_is_never_the_same_recording(drawn):
    found = drawn.ask_frames(drawn.shoot("road_from_above", 99)[::-1])
    assert "same_recording" not in {m.verdict for m in found}


def test_unrelated_pictures_do_not_match_even_under_one_mark_and_caption(drawn, tmp_path):
    kept = shelf.Shelf(tmp_path)
    kept.keep(write(tmp_path / "branded.mp4", [branded(image) for image in drawn.hill]), "branded")
    path = write(tmp_path / "other.mp4", [branded(image) for image in drawn.shoot("snow", 8)])
    query = prints.query_fingerprint(path, object="query", duration_s=6.0)
    assert find_matches(query, kept.indexes(["branded"]), kept.load) == []


def pan(start_s: float, end_s: float) -> list[Image.Image]:
    """Frames of a camera that turns evenly along a wall of painted tiles."""
    rng = np.random.default_rng(4)
    wall = Image.new("L", (1100, SIZE[1]), 120)
    pen = ImageDraw.Draw(wall)
    for _ in range(900):
        x, y, wide, high = rng.integers((0, 0, 6, 6), (1100, SIZE[1], 30, 30)).tolist()
        pen.rectangle((x, y, x + wide, y + high), fill=int(rng.integers(20, 240)))
    frames = range(round(FPS * start_s), round(FPS * end_s))
    return [wall.crop((7 * n, 0, 7 * n + SIZE[0], SIZE[1])).convert("RGB") for n in frames]


def test_another_moment_of_an_even_pan_is_not_the_same_recording_and_a_crop_of_it_is(tmp_path):
    kept = shelf.Shelf(tmp_path)
    kept.keep(write(tmp_path / "pan.mp4", pan(2.4, 6.4)), "pan")
    for name, frames, same in (
        ("before.mp4", pan(0.4, 3.0), False),
        ("crop.mp4", [image.crop((90, 40, 380, 200)) for image in pan(3.0, 6.0)], True),
    ):
        path = write(tmp_path / name, frames)
        # As it is looked up, and by the one pass with which it would be added.
        added = find_matches(prints.close_fingerprint(path, object=""), kept.indexes(["pan"]), kept.load)
        for found in (look_up(path, kept.indexes(["pan"]), kept.load, duration_s=3.0), added):
            called = [m for m in found if m.verdict == "same_recording"]
            assert [m for m in called if abs(m.offset_s - (0.6 if same else -2.0)) > 0.3] == []
            assert called or not same


def test_change_that_is_alike_in_one_place_alone_is_not_even():
    rng = np.random.default_rng(3)
    times = np.arange(12, dtype=np.float32) / 5
    change = rng.normal(0, 6, (12, align.THUMB, align.THUMB)).astype(np.float32)
    other = change.copy()
    other[:, :, 8:] = rng.normal(0, 2, (12, align.THUMB, align.THUMB - 8))
    inside = np.ones((align.THUMB, align.THUMB), bool)
    assert align.evenness(change, change, times, times, 1.0, 0.0, inside) == 1.0
    assert align.evenness(change, other, times, times, 1.0, 0.0, inside) == pytest.approx(0.25, abs=0.1)


def test_a_picture_that_wanders_is_told_from_one_that_lies_askew():
    rng = np.random.default_rng(5)
    wall = cv2.GaussianBlur(rng.normal(0, 3, (48, 48)).astype(np.float32), (0, 0), 1.5)
    inside = np.ones((align.THUMB, align.THUMB), bool)

    def looks(places):
        return np.array([wall[8 : 8 + align.THUMB, x : x + align.THUMB] for x in places])

    still = looks([8] * 9)
    assert align.wandering(still, looks([9] * 9), inside) == pytest.approx(0, abs=0.05)
    assert align.wandering(still, looks([7, 8, 9, 9, 8, 7, 7, 9, 8]), inside) > 0.6


def test_sound_alone_is_found_under_another_picture(drawn):
    frames = drawn.shoot("terraces", 6)
    found = drawn.ask_frames(frames, wave=drawn.wave[8_000:])
    assert [(m.object, m.kind, m.verdict) for m in found] == [("road", "audio", "same_recording")]
    assert found[0].start_s - found[0].query_start_s == pytest.approx(0.5, abs=0.15)


def test_the_sound_of_a_quiet_room_is_no_silence(drawn, tmp_path):
    loud = sound_print(drawn.folder / "road.mp4")
    quiet = sound_print(write(tmp_path / "quiet.mp4", drawn.road[:1], wave=0.0007 * drawn.wave))
    (run,) = find_sound(quiet, [build_sound_index([("road", loud)])], lambda _: loud)
    assert run.start_s == pytest.approx(run.query_start_s, abs=0.1) and run.end_s - run.start_s > SECONDS - 1


def test_silence_and_a_steady_tone_match_nothing(drawn, tmp_path):
    steady = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000 * 6) / 16_000)
    for wave in (np.zeros(16_000 * 6), steady):
        still = [Image.new("RGB", SIZE, "grey")] * 30
        own = write(tmp_path / "own.mp4", still, fps=5, wave=wave)
        kept = shelf.Shelf(tmp_path / str(len(list(tmp_path.iterdir()))))
        kept.keep(own, "own")
        sound = audio.sound_print(write(tmp_path / "query.mp4", still, fps=5, wave=wave[8_000:]))
        ((_, sounds),) = kept.indexes(["own"])
        assert audio.find_sound(sound, [sounds], lambda name, kept=kept: kept.load(name).sound) == []


# ------------------------------------------------------------------ files and index


def test_a_fingerprint_is_read_as_it_was_written_and_made_again_identically(drawn):
    made = prints.fingerprint(drawn.folder / "road.mp4", object="road")
    data = prints.encode(made)
    assert data == drawn.kept.path("road").read_bytes()
    read = prints.decode(data)
    assert prints.encode(read) == data
    assert np.array_equal(read.thumbs, made.thumbs)
    assert all(np.array_equal(a.codes, b.codes) for a, b in zip(read.frames, made.frames, strict=True))
    with pytest.raises(ValueError, match="format"):
        prints.decode(data.replace(b'"format":%d' % prints.FORMAT, b'"format":9'))


def test_a_large_index_gives_the_same_votes_by_its_table(drawn, monkeypatch):
    query = prints.query_fingerprint(drawn.folder / "road.mp4", object="", duration_s=None).frames
    by_words = index.build_index([drawn.kept.read("road")])
    monkeypatch.setattr(index, "LARGE", 1)
    by_table = index.with_starts(by_words)
    assert by_table.starts is not None and not len(by_table.words)
    for mirrored in (False, True):
        votes = index.vote([by_words], query, mirrored=mirrored)
        assert index.vote([by_table], query, mirrored=mirrored) == votes
    assert votes or index.vote([by_words], query, mirrored=False)


def test_adding_makes_a_new_segment_and_leaves_the_old_ones(drawn, tmp_path):
    kept = shelf.Shelf(tmp_path)
    before = []
    for number in range(shelf.MAX_SEGMENTS + 3):
        kept.keep(drawn.folder / "hill.mp4", f"{number:02}")
        names = [f"{n:02}" for n in range(number + 1)]
        indexes = kept.indexes(names)
        assert sorted(name for part, _ in indexes for name in part.objects) == names
        segments = {path.name for path in (tmp_path / "match-index").glob("*.segment")}
        if number < shelf.MAX_SEGMENTS:
            assert segments.issuperset(before)
        assert len(segments) <= shelf.MAX_SEGMENTS
        before = segments
    assert [name for part, _ in kept.indexes(["03"]) for name in part.objects] == ["03"]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 6)), max_size=20))
def test_ranges_are_the_lists_one_after_another(lists):
    first, length = (np.array([pair[i] for pair in lists], np.int64) for i in (0, 1))
    assert index.ranges(first, length).tolist() == [f + i for f, n in lists for i in range(n)]


def test_a_mirrored_descriptor_is_that_of_the_mirrored_picture(drawn):
    keeping = prints.Keeping(features=200, mirror=True)
    pixels = np.asarray(drawn.road[0].convert("L"))
    here = prints.features(prints.GreyFrame(0.0, pixels), keeping)
    there = prints.features(prints.GreyFrame(0.0, np.ascontiguousarray(pixels[:, ::-1])), keeping)
    apart = np.bitwise_count(here.mirrored[:, None] ^ there.codes[None]).sum(axis=2).min(axis=1)
    assert np.median(apart) < 12


# ------------------------------------------------------------------ the command


def test_the_command_gives_one_json_line_a_query_and_says_which_failed(drawn, tmp_path):
    from dalil import db
    from dalil.archive import Archive
    from dalil.footage import probe
    from dalil.footage.commands import match_command
    from dalil.footage.store import save_footage

    with Archive.create(tmp_path / "archive", name="Drawn") as archive:
        capture = archive.capture_file(drawn.folder / "road.mp4", by="a tester")
        sha256 = capture.object.sha256
        footage = probe(archive.object_path(sha256), object=sha256, derived=None)
        db.create_schema(archive.engine)
        with archive.engine.begin() as conn:
            save_footage(conn, footage)
    (tmp_path / "broken.mp4").write_bytes(b"no film at all")
    mirrored = write(tmp_path / "query.mp4", [EDITS["mirrored"](image) for image in drawn.road])
    arguments = ["--archive", str(tmp_path / "archive"), str(mirrored), str(tmp_path / "broken.mp4")]
    done = CliRunner().invoke(match_command, [*arguments, "--json"])
    assert done.exit_code == 1, done.output
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["error"] is None
    match = first["matches"][0]
    assert {
        "object",
        "name",
        "kind",
        "query_start_s",
        "query_end_s",
        "start_s",
        "end_s",
        "score",
        "mirrored",
        "verdict",
    } == set(match)
    assert (match["object"], match["name"], match["kind"], match["mirrored"]) == (sha256, "road.mp4", "copy", True)
    assert second["error"] and second["matches"] == []
    told = CliRunner().invoke(match_command, arguments).stdout
    assert "is a copy of road.mp4" in told
