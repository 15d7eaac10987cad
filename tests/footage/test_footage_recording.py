"""Videos and sound files: container facts, stills, rotation, damage."""

from datetime import UTC, datetime

import pytest
from PIL import Image

from dalil.errors import InputRefused
from dalil.footage import probe
from dalil.footage.decode import grey_frames

# One thread: with several, libvpx waits for each picture by spinning.
QUICK = {"deadline": "realtime", "threads": "1"}
KINDS = {
    "clip.mp4": ({}, "h264", "aac"),
    "clip.mov": ({}, "h264", "aac"),
    "clip.mkv": ({"codec": "libx264", "sound": "libopus"}, "h264", "opus"),
    "clip.avi": ({"codec": "mjpeg", "pixels": "yuvj420p", "sound": "pcm_s16le"}, "mjpeg", "pcm_s16le"),
    "clip.webm": ({"codec": "libvpx", "sound": "libopus", "codec_options": QUICK}, "vp8", "opus"),
    "clip9.webm": ({"codec": "libvpx-vp9", "sound": None, "codec_options": QUICK}, "vp9", None),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_container_gives_its_facts_and_eight_stills(name, recording, probed, tmp_path):
    how, video, audio = KINDS[name]
    footage = probed(recording(name, **how))
    assert (footage.kind, footage.video_codec, footage.audio_codec, footage.has_audio) == (
        "video", video, audio, audio is not None,
    )  # fmt: skip
    assert footage.duration_s == pytest.approx(3.0, abs=0.1)
    assert (footage.width, footage.height, footage.rotation_deg) == (320, 180, 0)
    assert footage.fps == pytest.approx(20, abs=0.1)
    assert footage.problems == ()
    assert len(footage.stills) == 8
    assert [still.offset_s for still in footage.stills] == pytest.approx(
        [3 * (i + 0.5) / 8 for i in range(8)], abs=0.06
    )
    for still in footage.stills:
        with Image.open(tmp_path / "derived" / still.file) as picture:
            assert picture.size == (still.width, still.height) == (320, 180)
            assert picture.getpixel((10, 10))[0] > 200


@pytest.mark.parametrize(("name", "sound"), [("tone.wav", "pcm_s16le"), ("tone.mp3", "libmp3lame")])
def test_sound_files_are_audio_without_stills(name, sound, recording, probed):
    footage = probed(recording(name, codec=None, sound=sound))
    assert (footage.kind, footage.has_audio, footage.stills, footage.width) == ("audio", True, (), None)
    assert footage.duration_s == pytest.approx(3.0, abs=0.1)


def test_the_same_bytes_give_the_same_record_and_stills(recording, probed, tmp_path):
    path = recording("clip.mp4")
    first = probed(path)
    before = {still.file: (tmp_path / "derived" / still.file).read_bytes() for still in first.stills}
    for still in first.stills:
        (tmp_path / "derived" / still.file).unlink()
    assert probed(path) == first
    assert {name: (tmp_path / "derived" / name).read_bytes() for name in before} == before
    assert not list((tmp_path / "derived").rglob("*.tmp"))


@pytest.mark.parametrize(("turn", "size", "corner"), [(90, (180, 320), (10, -10)), (-90, (180, 320), (-10, 10))])
def test_a_turned_phone_video_stands_upright(turn, size, corner, recording, probed, tmp_path):
    """The bright square of the upper left corner goes where a player would show it."""
    footage = probed(recording("phone.mp4", rotate=turn))
    assert (footage.width, footage.height) == size
    assert footage.rotation_deg == -turn % 360
    with Image.open(tmp_path / "derived" / footage.stills[0].file) as picture:
        x, y = (c % s for c, s in zip(corner, size, strict=True))
        assert min(picture.getpixel((x, y))) > 200


def test_large_frames_become_stills_of_640_pixels(recording, probed):
    footage = probed(recording("large.mp4", size=(1280, 720), seconds=0.5, fps=10, sound=None), stills=2)
    assert [(still.width, still.height) for still in footage.stills] == [(640, 360)] * 2


def test_without_a_folder_no_still_is_kept(recording):
    footage = probe(recording("clip.mp4", seconds=1), object="0" * 64, derived=None)
    assert (footage.width, footage.stills) == (320, ())


# ------------------------------------------------------------------ when and where


def test_mp4_times_are_utc(recording, probed):
    footage = probed(recording("clip.mp4", seconds=1, metadata={"creation_time": "2016-11-04T10:12:13Z"}))
    assert footage.created_utc == datetime(2016, 11, 4, 10, 12, 13, tzinfo=UTC)
    assert (footage.created_local, footage.created_from) == (None, "creation_time")


def test_a_phones_own_time_comes_before_the_muxers_and_keeps_its_zone(recording, probed):
    tags = {
        "creation_time": "2016-11-05T08:00:00Z",
        "com.apple.quicktime.creationdate": "2016-11-04T12:12:13+0200",
        "com.apple.quicktime.location.ISO6709": "+36.1680+036.9840+301.5/",
        "com.apple.quicktime.make": "Invented",
        "com.apple.quicktime.model": "Pocket 1",
    }
    footage = probed(recording("phone.mov", seconds=1, metadata=tags, options={"movflags": "use_metadata_tags"}))
    assert footage.created_utc == datetime(2016, 11, 4, 10, 12, 13, tzinfo=UTC)
    assert footage.created_local == "2016-11-04T12:12:13+02:00"
    assert (footage.lat, footage.lon, footage.device) == (36.168, 36.984, "Invented Pocket 1")
    assert footage.tags["creation_time"].startswith("2016-11-05")


def test_matroska_date_is_read(recording, probed):
    footage = probed(recording("clip.mkv", seconds=1, sound=None, metadata={"date": "2016-11-04"}))
    assert (footage.created_utc, footage.created_local, footage.created_from) == (None, "2016-11-04", "date")


def test_avi_idit_is_a_clock_without_a_zone(recording, probed):
    """The muxer writes no IDIT, so that its chunk takes the place of the writing program's name."""
    path = recording("clip.avi", codec="mjpeg", pixels="yuvj420p", seconds=1, sound=None)
    data = path.read_bytes()
    at = data.index(b"JUNK")
    room = int.from_bytes(data[at + 4 : at + 8], "little")
    idit = b"IDIT" + (26).to_bytes(4, "little") + b"Fri Nov 04 12:12:13 2016\n\0"
    rest = b"JUNK" + (room - len(idit)).to_bytes(4, "little")
    path.write_bytes(data[:at] + idit + rest + data[at + len(idit) + 8 :])
    footage = probed(path)
    assert (footage.created_utc, footage.created_local) == (None, "2016-11-04T12:12:13")


def test_a_clock_that_was_never_set_is_a_problem_not_a_time(recording, probed):
    footage = probed(recording("clip.mp4", seconds=1, metadata={"creation_time": "1970-01-01T00:05:00Z"}))
    assert (footage.created_utc, footage.created_local) == (None, None)
    assert any("never set" in problem for problem in footage.problems)


def test_id3_and_riff_fields_are_kept(recording, probed):
    tags = {"title": "Drawn", "date": "2016-11-04"}
    for name, sound in (("tone.mp3", "libmp3lame"), ("tone.wav", "pcm_s16le")):
        footage = probed(recording(name, codec=None, sound=sound, seconds=1, metadata=tags))
        assert footage.tags["title"] == "Drawn"
        assert footage.created_local == "2016-11-04"


# ------------------------------------------------------------------ damage


@pytest.mark.parametrize("left", [0.5, 0.97])
def test_an_mp4_cut_before_its_index_is_refused_in_one_line(left, recording, probed):
    path = recording("clip.mp4")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * left)])
    with pytest.raises(InputRefused) as refused:
        probed(path)
    assert "cut short" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_mp4_cut_behind_its_index_is_read_as_far_as_it_goes(recording, probed):
    path = recording("clip.mp4", seconds=6, options={"movflags": "faststart"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    footage = probed(path)
    assert 1 < footage.duration_s < 5
    assert any("truncated: the header promises 6.0 s" in problem for problem in footage.problems)
    assert 4 <= len(footage.stills) <= 8
    assert max(still.offset_s for still in footage.stills) <= footage.duration_s


@pytest.mark.parametrize("name", ["clip.mkv", "clip.avi"])
def test_other_containers_cut_in_the_middle_say_so(name, recording, probed):
    how = {"codec": "mjpeg", "pixels": "yuvj420p"} if name.endswith("avi") else {}
    path = recording(name, seconds=6, sound=None, **how)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    footage = probed(path)
    assert footage.duration_s < 5
    assert footage.problems
    assert footage.stills


def test_a_stream_that_begins_without_its_key_frame_is_read_from_the_next_one_on(recording, probed):
    path = recording("clip.ts", seconds=4)
    packets = path.read_bytes()
    path.write_bytes(packets[len(packets) // 188 // 6 * 188 :])
    times = [frame.time_s for frame in grey_frames(path, rate=5, side=64)]
    assert times and times[-1] - times[0] > 2.0
    assert len(probed(path).stills) >= 6


def test_key_frames_alone_are_seconds_apart_however_often_they_come(recording):
    path = recording("clip.mp4", seconds=9, gop=2)
    times = [frame.time_s for frame in grey_frames(path, rate=12, side=64, key_frames_only=True)]
    assert times == pytest.approx([0, 4, 8], abs=0.11)


def test_bytes_overwritten_in_the_middle_do_not_stop_the_reading(recording, probed):
    path = recording("clip.mp4", options={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    middle = len(data) * 7 // 10
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    assert probed(path).stills


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mp4", b""),
        ("text.mp4", b"this is no film\n" * 200),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nclip.mp4\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile clip.mp4\n"),
        (
            "drawn.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>",
        ),
        ("page.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"),
    ],
)
def test_what_is_no_footage_is_refused_and_nothing_it_names_is_opened(name, content, recording, probed, tmp_path):
    recording("clip.mp4", seconds=1)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputRefused):
        probed(tmp_path / name)
