"""`python -m dalil.web.loading DATABASE KIND DESCRIPTOR`: the columns of a large archive, loaded apart.

A process of its own, because loading would hold up every page, and because what it needs on the way is given back.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dalil.db import open_engine
from dalil.web.columns import load_claims, load_incidents
from dalil.web.packed import pack

LOADED = {"incidents": load_incidents, "claims": load_claims}


def main(database: str, kind: str, descriptor: str) -> None:
    """The columns of that kind stand in the file that was handed over."""
    engine = open_engine(Path(database), read_only=True)
    with engine.connect() as conn, os.fdopen(int(descriptor), "wb") as file:
        pack(LOADED[kind](conn), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
