"""One page a module, each with its `ROUTES`; `ALL` puts them together."""

from __future__ import annotations

from dalil.web.pages import (
    account,
    add,
    footage,
    incident,
    incidents,
    log,
    map,
    objects,
    outlook,
    overview,
    search,
    source,
    sources,
    static,
    timeline,
)

ALL = (
    *overview.ROUTES,
    *incidents.ROUTES,
    *map.ROUTES,
    *timeline.ROUTES,
    *incident.ROUTES,
    *sources.ROUTES,
    *source.ROUTES,
    *footage.ROUTES,
    *outlook.ROUTES,
    *search.ROUTES,
    *log.ROUTES,
    *objects.ROUTES,
    *add.ROUTES,
    *account.ROUTES,
    *static.ROUTES,
)
