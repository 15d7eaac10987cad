"""What a video, picture or sound file shows and says of itself: metadata, stills, fingerprints, matching."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dalil.records import Footage

# Media types that are probed; what cannot be opened after all is refused by `probe`.
FOOTAGE_PREFIXES = ("image/", "video/", "audio/")


def probe(path: Path, *, object: str, derived: Path | None, stills: int = 8) -> Footage:
    """What the file at `path` is, by its own content; its stills stand under `derived` (none where that is None).

    `object` is the SHA-256 of the bytes. A broken or truncated file is read as far as it goes, and `problems`
    says so; one that cannot be opened as picture, video or sound raises InputRefused. Nothing in the file is
    executed and nothing that it points to is opened. The same bytes always give the same record and stills.
    """
    from .picture import is_picture, probe_picture
    from .recording import probe_recording

    reader = probe_picture if is_picture(path) else probe_recording
    return reader(path, object=object, derived=derived, stills=stills)
