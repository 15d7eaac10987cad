"""What is added is compared with what stands: once a pair, in the log's order, however many are added together."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from dalil import db, pipeline
from dalil.archive import Archive, find
from dalil.footage import telling
from dalil.footage.aligned import aligned_stills
from dalil.footage.store import matches_of
from dalil.incidents.store import load_head


def stripes(number: int, size=(320, 180)) -> np.ndarray:
    """A ground of blotches that a camera pans over, on which a bright square goes its own way."""
    rng = np.random.default_rng(3)
    ground = np.asarray(Image.fromarray(rng.integers(0, 255, (60, 110, 3), np.uint8)).resize((880, 480), 3))
    left, top = round(60 + 40 * np.sin(number / 7)), round(50 + 3 * number)
    picture = ground[top : top + size[1], left : left + size[0]].copy()
    at = round(20 + number * 5), round(60 + 40 * np.sin(number / 3))
    picture[at[1] : at[1] + 36, at[0] : at[0] + 36] = (250, 240, 90)
    return picture


def write(path, frames, fps=12):
    from fractions import Fraction

    import av

    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=fps, options={"crf": "23", "preset": "superfast"})
        video.pix_fmt = "yuv420p"
        for number, pixels in enumerate(frames):
            if not number:
                video.width, video.height = pixels.shape[1], pixels.shape[0]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """A clip, its mirrored re-upload, and a still of it."""
    folder = tmp_path_factory.mktemp("clips")
    frames = [stripes(n) for n in range(48)]
    write(folder / "1-first.mp4", frames)
    write(folder / "2-mirrored.mp4", [f[:, ::-1] for f in frames])
    Image.fromarray(frames[24]).save(folder / "3-still.jpg", quality=80)
    return folder


def rows(archive) -> list[tuple]:
    with archive.engine.connect() as conn:
        t = db.footage_match.c
        return [tuple(row) for row in conn.execute(select(db.footage_match).order_by(t.sha256, t.position))]


def add(archive, *targets):
    list(archive.capture(find(targets), by="tester"))
    return pipeline.derive_waiting(archive)


def test_new_footage_meets_what_stands_and_a_rebuild_finds_the_same(clips, tmp_path):
    with Archive.create(tmp_path / "once", by="tester") as archive:
        derived = add(archive, clips)
        at_once = rows(archive)
        findings = [line for d in derived for line in d.findings]
        assert findings[0] == "re-upload of 1-first.mp4 (mirrored)"
        assert any(line.startswith("contains") and "1-first.mp4" in line for line in findings[1:])
        first, mirrored, still = (d.capture.object.sha256 for d in derived)
        with archive.engine.connect() as conn:
            match = next(m for m in matches_of(conn, first) if m.object == mirrored)
            assert {m.object for m in matches_of(conn, first)} == {mirrored, still}
            assert telling.sightings_before(conn, mirrored, date(2099, 1, 1))[0].how == "captured"
            assert telling.sightings_before(conn, mirrored, datetime.now(UTC).date()) == []
        assert (match.other, match.kind, match.verdict, match.mirrored) == (first, "copy", "same_recording", True)
        assert "mirrored" in match.edits and "turned" not in match.edits and match.motion > 0.8
        pairs = aligned_stills(archive, match)
        assert len(pairs) == 4
        laid, other = (
            np.asarray(Image.open(archive.derived / name).convert("L"), float)[20:-20, 20:-20]
            for name in (pairs[1].laid, pairs[1].other_file)
        )
        assert np.corrcoef(laid.ravel(), other.ravel())[0, 1] > 0.9
        pipeline.rebuild(archive)
        assert rows(archive) == at_once
    with Archive.create(tmp_path / "steps", by="tester") as archive:
        for clip in sorted(clips.iterdir()):
            add(archive, clip)
            # What was deleted, or is of an earlier format, is made again before the next comes.
            for kept in (archive.derived / "fingerprints").glob("*/*"):
                kept.write_bytes(kept.read_bytes().replace(b'"format":', b'"format":9'))
        assert rows(archive) == at_once
        shutil.rmtree(archive.derived / "match-index")
        assert add(archive, clips / "1-first.mp4") == []


REPORT = """KAFR NAHA, 5 November 2016 - An airstrike on 4 November 2016 killed nine civilians in Kafr Naha.

A video of four seconds, posted by Example Lens, shows the market after the raid.
"""


def test_a_recording_older_than_the_event_that_it_is_said_to_show_is_told(clips, tmp_path):
    (tmp_path / "report.txt").write_text(REPORT)
    dated(clips / "1-first.mp4", tmp_path / "october.mp4", "2016-10-02T08:00:00Z")
    dated(clips / "2-mirrored.mp4", tmp_path / "example lens raid.mp4", "2016-11-04T10:00:00Z")
    with Archive.create(tmp_path / "archive", by="tester") as archive:
        add(archive, tmp_path / "report.txt", tmp_path / "october.mp4")
        (derived,) = add(archive, tmp_path / "example lens raid.mp4")
        event = f"{title_of(archive, derived.incidents[0])}, 2016-11-04"
        assert [line for line in derived.findings if line.startswith("older than")] == [
            f"older than the event that it may be said to show ({event}): "
            "october.mp4 says that it was created on 2016-10-02"
        ]


def dated(path, out, creation_time: str) -> None:
    """The same pictures in a container that says when it was made."""
    import av

    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        target.metadata["creation_time"] = creation_time
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)


def title_of(archive, incident: str) -> str:
    with archive.engine.connect() as conn:
        return load_head(conn, incident).title


def test_flat_and_dark_footage_matches_nothing(tmp_path):
    for number, level in enumerate((0, 14, 128)):
        write(tmp_path / f"{number}.mp4", [np.full((180, 320, 3), level, np.uint8)] * 24)
        Image.new("RGB", (320, 180), (level,) * 3).save(tmp_path / f"{number}.jpg")
    with Archive.create(tmp_path / "archive", by="tester") as archive:
        add(archive, *sorted(tmp_path.glob("*.mp4")), *sorted(tmp_path.glob("*.jpg")))
        assert rows(archive) == []
