"""One page a module, each with its `ROUTES`; `ALL` puts them together."""

from __future__ import annotations

from dalil.web.pages import (
    account,
    add,
    compare,
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
    publish,
    redact,
    review,
    saved,
    search,
    source,
    sources,
    static,
    sun,
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
    *compare.ROUTES,
    *sources.ROUTES,
    *source.ROUTES,
    *footage.ROUTES,
    *match.ROUTES,
    *sun.ROUTES,
    *redact.ROUTES,
    *publish.ROUTES,
    *outlook.ROUTES,
    *search.ROUTES,
    *log.ROUTES,
    *objects.ROUTES,
    *saved.ROUTES,
    *add.ROUTES,
    *account.ROUTES,
    *static.ROUTES,
)

# Pages that only read the archive and need nothing of the server's own: other processes may make them (makers.py).
APART = frozenset(
    {
        overview.overview_page, incidents.list_page, incident.incident_page, review.review_page, victims.people_page,
        weighing.claim_page, weighing.place_page, map.map_page, map.clusters_data, map.list_data,
        timeline.timeline_page, sources.sources_page, source.source_page, outlook.outlook_page, search.search_page,
        log.log_page, log.line_page, sun.sun_page,
    }
)  # fmt: skip
