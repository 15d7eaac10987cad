"""Where new footage meets what stands: opened by the first recording, since it takes libraries that reports do not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import select

from dalil import db
from dalil.archive import Archive
from dalil.errors import InputRefused

if TYPE_CHECKING:
    from dalil.records import Footage, FootageMatch

    from .screen_text import ScreenText
    from .seen import Seen


def renew(archive: Archive, objects: list[str]) -> None:
    """Fingerprints that were deleted, or are of an earlier format, stand again where their objects can be read."""
    from .shelf import Shelf

    shelf = Shelf(archive.derived)
    for sha256 in objects:
        if not shelf.stands(sha256):
            with suppress(InputRefused, OSError):
                shelf.keep(archive.object_path(sha256), sha256, key_frames_only=archive.settings.key_frames_only)


class Screen:
    """The footage of an archive that is being derived; closing it writes the index of what came."""

    def __init__(self, archive: Archive):
        self.archive = archive
        self.seen: Seen | None = None

    def take_in(self, sha256: str) -> tuple[Footage, tuple[FootageMatch, ...]]:
        """What the object's container says, with its stills, and what it shows of earlier ones; see Seen.take_in."""
        if self.seen is None:
            from .seen import Seen

            with self.archive.engine.connect() as conn:
                held = list(conn.scalars(select(db.footage.c.sha256).order_by(db.footage.c.sha256)))
            renew(self.archive, held)
            self.seen = Seen(self.archive.derived, held, key_frames_only=self.archive.settings.key_frames_only)
        return self.seen.take_in(self.archive.object_path(sha256), sha256)

    def read(self, footage: Footage) -> tuple[tuple[ScreenText, ...], tuple[str, ...]]:
        """The text seen on the recording's stills, where the archive's settings ask for it; see read_screen."""
        settings = self.archive.settings
        if not settings.on_screen_text:
            return (), ()
        from .screen_text import read_screen

        return read_screen(footage, self.archive.derived, country=settings.country)

    def close(self) -> None:
        """What came has its place in the index on disk."""
        if self.seen is not None:
            self.seen.close()
