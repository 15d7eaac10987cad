"""Pictures: EXIF, orientation, formats, bombs."""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from dalil.errors import InputRefused

FILES = Path(__file__).parent / "files"


def picture(size=(300, 200)) -> Image.Image:
    """Blue with a white square in the upper left corner."""
    image = Image.new("RGB", size, (20, 40, 160))
    image.paste((255, 255, 255), (0, 0, 40, 40))
    return image


def exif(*, orientation=1, taken="2016:11:04 12:03:00", offset=None, gps=None) -> Image.Exif:
    fields = Image.Exif()
    fields[0x010F], fields[0x0110], fields[0x0112] = "Invented", "Invented Pocket 1", orientation
    detail = fields.get_ifd(0x8769)
    detail[0x9003] = taken
    if offset:
        detail[0x9011] = offset
    if gps:
        fields.get_ifd(0x8825).update(gps)
    return fields


GPS = {1: "N", 2: (36.0, 10.0, 4.8), 3: "E", 4: (36.0, 59.0, 2.4)}


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.gif", "a.tiff", "a.avif"])
def test_each_format_gives_its_size_and_one_still(name, probed, tmp_path):
    picture().save(tmp_path / name)
    footage = probed(tmp_path / name)
    assert (footage.kind, footage.width, footage.height, footage.duration_s) == ("picture", 300, 200, None)
    assert (len(footage.stills), footage.stills[0].offset_s, footage.problems) == (1, 0.0, ())


def test_heic_is_read_upright_with_its_exif(probed, tmp_path):
    footage = probed(FILES / "drawn.heic")
    assert (footage.width, footage.height, footage.rotation_deg, footage.video_codec) == (240, 320, 90, "heif")
    with Image.open(tmp_path / "derived" / footage.stills[0].file) as still:
        red, green, blue = still.getpixel((210, 30))
        assert red > 200 and green > 200 and blue < 90
    assert footage.created_utc == datetime(2016, 11, 4, 10, 3, tzinfo=UTC)
    assert footage.device == "Invented Pocket 1"


def test_a_clock_without_a_zone_is_local_time_only(probed, tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif())
    footage = probed(tmp_path / "a.jpg")
    assert footage.created_utc is None
    assert (footage.created_local, footage.created_from) == ("2016-11-04T12:03:00", "EXIF DateTimeOriginal")
    assert footage.device == "Invented Pocket 1"


def test_a_clock_with_its_offset_is_utc(probed, tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif(taken="2016:11:05 01:30:00", offset="+03:00"))
    footage = probed(tmp_path / "a.jpg")
    assert footage.created_utc == datetime(2016, 11, 4, 22, 30, tzinfo=UTC)
    assert footage.created_local == "2016-11-05T01:30:00+03:00"


def test_satellite_position_and_time(probed, tmp_path):
    gps = {**GPS, 7: (10.0, 3.0, 5.0), 29: "2016:11:04"}
    picture().save(tmp_path / "a.jpg", exif=exif(gps=gps))
    footage = probed(tmp_path / "a.jpg")
    assert (footage.lat, footage.lon) == (pytest.approx(36.168), pytest.approx(36.984))
    assert footage.created_utc == datetime(2016, 11, 4, 10, 3, 5, tzinfo=UTC)
    assert footage.created_local == "2016-11-04T12:03:00"


def test_position_zero_zero_is_unset(probed, tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif(gps={1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}))
    footage = probed(tmp_path / "a.jpg")
    assert (footage.lat, footage.lon) == (None, None)
    assert footage.problems


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "    :  :     :  :  "])
def test_an_unset_clock_is_no_time(taken, probed, tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif(taken=taken))
    footage = probed(tmp_path / "a.jpg")
    assert (footage.created_utc, footage.created_local) == (None, None)


def test_orientation_is_applied_to_the_still_and_metadata_left_behind(probed, tmp_path):
    picture().save(tmp_path / "a.jpg", exif=exif(orientation=6, gps=GPS))
    footage = probed(tmp_path / "a.jpg")
    assert (footage.width, footage.height, footage.rotation_deg) == (200, 300, 90)
    with Image.open(tmp_path / "derived" / footage.stills[0].file) as still:
        assert still.size == (200, 300)
        assert min(still.getpixel((190, 10))) > 200
        assert not still.getexif()


def test_a_truncated_picture_is_shown_as_far_as_it_goes(probed, tmp_path):
    Image.effect_noise((400, 400), 80).convert("RGB").save(tmp_path / "a.jpg", exif=exif())
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])
    footage = probed(tmp_path / "a.jpg")
    assert any("truncated" in problem for problem in footage.problems)
    assert (footage.width, len(footage.stills)) == (400, 1)
    assert footage.created_local == "2016-11-04T12:03:00"


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_bomb_is_refused_without_being_decoded(side, probed, tmp_path):
    """A PNG of a few bytes whose header claims more pixels than any camera takes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(InputRefused):
        probed(tmp_path / "bomb.png")


def test_transparent_pixels_are_laid_on_white(probed, tmp_path):
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "a.png")
    footage = probed(tmp_path / "a.png")
    with Image.open(tmp_path / "derived" / footage.stills[0].file) as still:
        assert min(still.getpixel((25, 25))) > 250
