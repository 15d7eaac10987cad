"""Faces: boxes are proposed for a person, follow one face through frames, and hide nothing."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from dalil.errors import InputRefused
from dalil.footage import faces
from dalil.footage.faces_commands import faces_command
from dalil.footage.redaction import read_plan


def dark_spot(pixels):
    """Stands in for a detector: the box of what is nearly black."""
    rows, columns = np.nonzero(pixels.max(axis=2) < 40)
    x, y = columns.min(), rows.min()
    return [(float(x), float(y), float(columns.max() - x + 1), float(rows.max() - y + 1))]


def test_one_face_through_a_video_is_one_box_that_redact_takes(recording, tmp_path):
    path = recording("clip.mp4", seconds=3, sound=None)
    plan = faces.propose(path, dark_spot)
    assert len(plan.boxes) == 1
    keys = plan.boxes[0].keys
    assert [key.at_s for key in keys] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5], abs=0.06)
    assert all(a.x < b.x for a, b in pairwise(keys))
    assert plan.boxes[0].until_s == pytest.approx(keys[-1].at_s + faces.EVERY_S)
    (tmp_path / "boxes.json").write_bytes(msgspec.json.encode(plan))
    assert read_plan(tmp_path / "boxes.json") == plan


def test_a_face_lost_for_long_or_elsewhere_begins_a_box_of_its_own():
    tracks = []
    for at_s, face in ((0.0, (0.1, 0.1, 0.1, 0.1)), (1.0, (0.12, 0.1, 0.1, 0.1)), (1.5, (0.7, 0.1, 0.1, 0.1)),
                       (9.0, (0.12, 0.1, 0.1, 0.1))):  # fmt: skip
        faces.join(tracks, at_s, [face])
    assert [len(track.keys) for track in tracks] == [2, 1, 1]


def test_a_picture_gives_boxes_within_it(tmp_path):
    pixels = np.full((200, 300, 3), 200, np.uint8)
    pixels[150:, :40] = 0
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    (box,) = faces.propose(tmp_path / "picture.png", lambda p: [(-10, 150, 50, 80)]).boxes
    assert (box.keys[0].x, box.keys[0].y, box.until_s) == (0.0, 0.75, None)
    assert box.keys[0].x + box.keys[0].w <= 1 and box.keys[0].y + box.keys[0].h <= 1


@pytest.mark.parametrize("content", [None, b"", b"no model at all"])
def test_what_is_no_model_is_refused_in_one_line_and_nothing_comes_out(content, tmp_path):
    model = tmp_path / "yunet.onnx"
    if content is not None:
        model.write_bytes(content)
    asked = ["--archive", str(tmp_path / "archive"), "--faces-model", str(model), "3fa9c1d2e4"]
    result = CliRunner().invoke(faces_command, asked)
    assert isinstance(result.exception, InputRefused) and result.stdout == ""
    assert len(str(result.exception).splitlines()) == 1 and "docs/footage.md" in str(result.exception)
