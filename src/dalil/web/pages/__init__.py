"""One page a module, each with its `ROUTES`; `ALL` puts them together."""

from __future__ import annotations

from dalil.web.pages import (
    account,
    add,
    footage,
    incident,
    incidents,
    judge,
    log,
    map,
    match,
    objects,
    outlook,
    overview,
    review,
    search,
    source,
    sources,
    static,
    timeline,
    victims,
    weighing,
)

ALL = (
    *overview.ROUTES,
    *incidents.ROUTES,
    *review.ROUTES,
    *victims.ROUTES,
    *weighing.ROUTES,
    *judge.ROUTES,
    *map.ROUTES,
    *timeline.ROUTES,
    *incident.ROUTES,
    *sources.ROUTES,
    *source.ROUTES,
    *footage.ROUTES,
    *match.ROUTES,
    *outlook.ROUTES,
    *search.ROUTES,
    *log.ROUTES,
    *objects.ROUTES,
    *add.ROUTES,
    *account.ROUTES,
    *static.ROUTES,
)
