"""The columns of an archive, loaded once and again when it changes; every page asks here."""

from __future__ import annotations

from starlette.requests import Request

from dalil.web.columns import Claims, Incidents, load_claims, load_incidents


def incidents_of(request: Request) -> Incidents:
    """The archive's incidents as columns."""
    return loaded(request, "incidents", load_incidents)


def claims_of(request: Request) -> Claims:
    """The archive's claims as columns."""
    return loaded(request, "claims", load_claims)


def loaded(request: Request, key: str, load):
    """What `load` reads from the database, kept until that changes."""
    state = request.app.state

    def read():
        with state.archive.engine.connect() as conn:
            found = load(conn)
        state.on_loaded()
        return found

    return state.fresh.get(key, read)
