"""Redacted footage: inside the boxes nothing is left, outside nearly all; no metadata; the log says what it is."""

from __future__ import annotations

import json
from fractions import Fraction

import av
import numpy as np
import pytest

from dalil.errors import InputRefused
from dalil.footage.redaction import Box, Key, Plan, read_plan, redact_file
from the_command import dalil

SIZE, FPS, COUNT = (320, 180), 12, 24


def scene(number: int) -> np.ndarray:
    """Soft ground on which a square of fine stripes goes from left to right."""
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    picture = np.stack([90 + 60 * np.sin(x / 23), 110 + 50 * np.cos(y / 17), 120 + 40 * np.sin((x + y) / 31)], axis=-1)
    left = 40 + 6 * number
    stripes = np.where((np.arange(48)[:, None] + np.arange(48)[None]) % 8 < 4, 235, 15)
    picture[60:108, left : left + 48] = stripes[..., None]
    return picture.astype(np.uint8)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as out:
        out.metadata["title"] = "the photographer's own name"
        video = out.add_stream("libx264", rate=FPS, options={"crf": "14", "preset": "superfast"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        tone = out.add_stream("aac", rate=48_000, layout="mono")
        for number in range(COUNT):
            frame = av.VideoFrame.from_ndarray(scene(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        wave = (9_000 * np.sin(np.arange(96_000) / 20)).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
        sound.rate, sound.pts = 48_000, 0
        out.mux(tone.encode(sound))
        out.mux(tone.encode())
    return path


def shown(path) -> list[np.ndarray]:
    with av.open(str(path)) as made:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in made.decode(video=0)]


FIRST = Key(x=40 / 320, y=60 / 180, w=48 / 320, h=48 / 180, at_s=0.0)


@pytest.mark.parametrize("method", ["blur", "pixelate", "black"])
def test_a_box_with_one_keyframe_follows_what_it_holds_and_destroys_it(method, clip, tmp_path):
    made = redact_file(clip, Plan((Box((FIRST,), method=method),)), tmp_path / "out.mp4")
    assert (made.frames, made.covered, made.sound) == (COUNT, COUNT, "kept")
    before, after = shown(clip), shown(made.file)
    assert len(after) == COUNT
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        left = 40 + 6 * number
        inside, original = now[62:106, left + 2 : left + 46, 1], was[62:106, left + 2 : left + 46, 1]
        # The stripes differ by 220 from pixel to pixel; of that nothing is left, in sharpness or in kind.
        assert np.abs(np.diff(inside, axis=1)).mean() < 0.08 * np.abs(np.diff(original, axis=1)).mean()
        assert abs(np.corrcoef(inside.ravel() + np.linspace(0, 1e-6, inside.size), original.ravel())[0, 1]) < 0.3
        outside = np.ones(now.shape[:2], bool)
        outside[48:120, max(0, left - 16) : left + 66] = False
        assert np.abs(now - was)[outside].mean() < 4


def test_between_two_keyframes_the_box_reaches_the_second_and_ends_there(clip, tmp_path):
    last = Key(x=(40 + 6 * 12) / 320, y=60 / 180, w=48 / 320, h=48 / 180, at_s=1.0)
    made = redact_file(clip, Plan((Box((FIRST, last), method="black"),), sound="mute"), tmp_path / "out.mp4")
    assert (made.covered, made.sound) == (13, "muted")
    after = shown(made.file)
    assert after[12][70:100, 116:156].mean() < 12
    assert after[20][60:108, 160:208].max() > 200
    with av.open(str(made.file)) as opened:
        assert not opened.streams.audio
        assert "photographer" not in str(opened.metadata)
    assert b"photographer" not in made.file.read_bytes()


def test_a_plan_that_hides_nothing_or_lies_outside_is_refused(tmp_path):
    for text in ('{"boxes": []}', '{"boxes": [{"keys": [{"x": 2, "y": 0, "w": 1, "h": 1}]}]}', '{"boxs": []}', "no"):
        (tmp_path / "boxes.json").write_text(text)
        with pytest.raises(InputRefused):
            read_plan(tmp_path / "boxes.json")


def test_the_command_logs_the_copy_and_keeps_the_original(clip, tmp_path):
    where = tmp_path / "archive"
    dalil("init", where)
    added = json.loads(dalil("add", "--archive", where, "--json", clip).stdout)
    boxes = tmp_path / "boxes.json"
    boxes.write_text(json.dumps({"boxes": [{"keys": [{"x": 0.1, "y": 0.3, "w": 0.2, "h": 0.3}]}]}))
    done = dalil("redact", "--archive", where, added["object"][:12], "--boxes", boxes, "--reason", "shows a bystander")
    assert done.returncode == 0, done.stderr
    assert added["object"] in done.stdout
    assert (where / "objects").exists() and dalil("verify", "--archive", where).returncode == 0
    neither = dalil("redact", "--archive", where, added["object"][:12], "--reason", "none")
    assert neither.returncode == 2 and "--boxes" in neither.stderr
