"""dalil.toml: what an archive is called, and where its log, its bytes and its clocks are."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from dalil.archive.notes import ORIGIN
from dalil.errors import ArchiveMissing, CustodyBroken

FILE = "dalil.toml"
FORMAT = 1
OBJECTS = "objects"  # the folder of an archive that keeps its bytes beside its log
COUNTRY = re.compile("[A-Z]{2}")
# The address goes into a page's policy as it stands: a plain host, and nothing that could end a directive.
TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[A-Za-z0-9._~{}/@?&=%+-]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """`origin` names the log in its checkpoints and never changes; the other names are for people and machines here."""

    name: str
    origin: str
    database: str = "dalil.db"
    blobs: str = OBJECTS
    authorities: tuple[str, ...] = ()
    country: str | None = None
    tiles: str | None = None
    key_frames_only: bool = False
    on_screen_text: bool = False

    def to_toml(self) -> str:
        """The file's text."""

        # A JSON string is a TOML basic string, but for DEL, which a name may not hold anyway.
        def quoted(text: str) -> str:
            return json.dumps(text, ensure_ascii=False)

        return (
            "# An archive of dalil. The log's origin is part of every checkpoint: do not change it.\n"
            f"format = {FORMAT}\n"
            f"name = {quoted(self.name)}\n"
            f"origin = {quoted(self.origin)}\n"
            f"database = {quoted(self.database)}\n"
            f"blobs = {quoted(self.blobs)}\n"
            "# Time-stamp authorities (RFC 3161 addresses) that are asked to stamp each checkpoint.\n"
            f"authorities = [{', '.join(quoted(a) for a in self.authorities)}]\n"
            "# The country that reports speak of where they do not say, as a two-letter code.\n"
            + (f"country = {quoted(self.country)}\n" if self.country else '# country = "SY"\n')
            + "# Videos are compared by their key frames alone: many times faster, and finds less.\n"
            + ("key_frames_only = true\n" if self.key_frames_only else "# key_frames_only = true\n")
            + "# Text in pictures is read by tesseract, a program to install beside dalil; some seconds a still.\n"
            + ("on_screen_text = true\n" if self.on_screen_text else "# on_screen_text = true\n")
            + "# A map server of your own for the pages; without one nothing is asked of any other machine.\n"
            + (
                f"tiles = {quoted(self.tiles)}\n"
                if self.tiles
                else '# tiles = "https://maps.example.org/{z}/{x}/{y}.png"\n'
            )
        )


def read_settings(folder: Path) -> Settings:
    """The settings of the archive at `folder`; ArchiveMissing or CustodyBroken if they are not there."""
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveMissing(
            f"no archive at {folder} (it has no {FILE}). "
            f'Make one with "dalil init {folder}", or name another with --archive'
        ) from None
    except (OSError, ValueError) as error:
        raise CustodyBroken(f"{path} cannot be read ({error}). Restore it from a copy") from None
    if data.get("format") != FORMAT:
        raise CustodyBroken(
            f"{path}: expected format = {FORMAT}, found {data.get('format')!r}. A newer dalil may read it"
        )
    texts = {key: data.get(key) for key in ("name", "origin", "database", "blobs")}
    authorities = data.get("authorities", [])
    if not all(isinstance(text, str) and text for text in texts.values()) or not ORIGIN.fullmatch(texts["origin"]):
        raise CustodyBroken(f"{path}: name, origin, database and blobs must each be a text. Restore it from a copy")
    if not (isinstance(authorities, list) and all(isinstance(a, str) for a in authorities)):
        raise CustodyBroken(f"{path}: authorities must be a list of addresses")
    country = data.get("country")
    if country is not None and not (isinstance(country, str) and COUNTRY.fullmatch(country)):
        raise CustodyBroken(f'{path}: country must be a two-letter code such as "SY", found {country!r}')
    tiles = data.get("tiles")
    if tiles is not None and not (isinstance(tiles, str) and TILES.fullmatch(tiles)):
        raise CustodyBroken(f"{path}: tiles must be an address with {{z}}, {{x}} and {{y}}, found {tiles!r}")
    switches = {name: data.get(name, False) for name in ("key_frames_only", "on_screen_text")}
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise CustodyBroken(f"{path}: {name} must be true or false, found {value!r}")
    return Settings(**texts, authorities=tuple(authorities), country=country, tiles=tiles, **switches)


def nearest_archive(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds dalil.toml; None if there is none."""
    return next((folder for folder in (start, *start.parents) if is_archive(folder)), None)


def is_archive(folder: Path) -> bool:
    """Whether the folder holds dalil.toml; False where that cannot be seen."""
    try:
        return (folder / FILE).is_file()
    except OSError:  # a folder that may not be entered
        return False
