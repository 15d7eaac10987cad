"""The columns of an archive, loaded once and again when it changes; every page asks here."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Protocol

from sqlalchemy.engine import Engine
from starlette.requests import Request

from dalil.web.columns import Claims, Incidents, load_claims, load_incidents
from dalil.web.fresh import Fresh

LOADED = {"incidents": load_incidents, "claims": load_claims}
# A page makes thousands of small objects and no circles of them: looking for circles took a quarter of its time.
COLLECTED_AFTER = (20_000, 20, 50)


class Columns(Protocol):
    """Where the pages of one process get the columns from."""

    def get(self, kind: str) -> Incidents | Claims:
        """The columns of that kind ("incidents", "claims")."""


class Own:
    """Columns that this process loads for itself."""

    def __init__(self, engine: Engine, fresh: Fresh, on_loaded: Callable[[], None]):
        self.engine, self.fresh, self.on_loaded = engine, fresh, on_loaded

    def get(self, kind: str) -> Incidents | Claims:
        """What is read from the database, kept until that changes."""
        return self.fresh.get(kind, lambda: self._load(kind))

    def _load(self, kind: str) -> Incidents | Claims:
        with self.engine.connect() as conn:
            found = LOADED[kind](conn)
        self.on_loaded()
        return found


def incidents_of(request: Request) -> Incidents:
    """The archive's incidents as columns."""
    return request.app.state.columns.get("incidents")


def claims_of(request: Request) -> Claims:
    """The archive's claims as columns."""
    return request.app.state.columns.get("claims")


def set_aside() -> None:
    """What is in memory now is not looked through again by the collector of garbage: it stays, and it is large."""
    gc.collect()
    gc.freeze()
