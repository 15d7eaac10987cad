"""`python -m dalil.web.loading ARCHIVE KIND DESCRIPTOR`: the columns of a large archive, loaded apart.

A process of its own, because loading would hold up every page, and because what it needs on the way is given back.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dalil.archive import Archive
from dalil.web.held import LOADED
from dalil.web.packed import pack


def main(archive: str, kind: str, descriptor: str) -> None:
    """The columns of that kind stand in the file that was handed over."""
    with (
        Archive.open(Path(archive)) as opened,
        opened.engine.connect() as conn,
        os.fdopen(int(descriptor), "wb") as file,
    ):
        pack(LOADED[kind](conn), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
