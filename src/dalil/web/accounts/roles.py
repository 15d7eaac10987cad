"""The four roles, each of which may do all that those before it may."""

from __future__ import annotations

from collections.abc import Callable

ROLES = ("viewer", "contributor", "reviewer", "owner")
# What a route needs unless it says so itself with `needs`: to look, to be let in; to change something, to review.
TO_LOOK, TO_CHANGE = "viewer", "reviewer"
NOBODY = ""  # what a route needs that people reach before they have said who they are


def needs(role: str) -> Callable[[Callable], Callable]:
    """Marks an end point as one that asks for `role`; NOBODY for one that is open to all."""

    def mark(endpoint: Callable) -> Callable:
        endpoint.needs = role
        return endpoint

    return mark


def needed(endpoint: Callable, method: str) -> str:
    """The role that an end point asks for."""
    return getattr(endpoint, "needs", TO_LOOK if method in ("GET", "HEAD") else TO_CHANGE)


def may(role: str | None, wanted: str) -> bool:
    """Whether somebody of `role` (None: not signed in) may do what asks for `wanted`."""
    if wanted == NOBODY:
        return True
    return role in ROLES and ROLES.index(role) >= ROLES.index(wanted)
