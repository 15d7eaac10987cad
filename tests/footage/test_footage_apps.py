"""Programs that edit or pass on footage leave traces; a camera's own file has none."""

import pytest

from dalil.footage.apps import traces

CASES = [
    ({"encoder": "Lavf60.16.100"}, "clip.mp4", ["FFmpeg"]),
    ({"software": "Adobe Photoshop CS6"}, "a.jpg", ["Adobe", "Photoshop"]),
    ({}, "VID-20161104-WA0012.mp4", ["WhatsApp"]),
    ({}, "photo_2016-11-04_12-13-14.jpg", ["Telegram"]),
    ({"make": "Invented", "model": "Pocket 1"}, "IMG_0001.MOV", []),
]


@pytest.mark.parametrize(("tags", "name", "programs"), CASES)
def test_programs_are_named_by_their_traces(tags, name, programs):
    assert [trace.program for trace in traces(tags, name)] == programs
