"""What the server asks of a process that makes pages, and what that answers: MessagePack, each led by its length."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from dalil.web.accounts.book import Person

LENGTH = 4  # bytes that say how long what follows is
READY = b"ready"


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """What a maker has to know before the first page; `lent`: it borrows its columns."""

    archive: str
    lang: str
    secret: bytes
    lent: bool


class Errand(msgspec.Struct, frozen=True, array_like=True):
    """One page that is wanted: of which route, at which address, for whom."""

    route: int
    params: dict[str, int | str]
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    scheme: str
    person: Person | None
    accounts: bool
    session: str


class Made(msgspec.Struct, frozen=True, array_like=True):
    """The page: its status, its headers without those of every answer, its bytes."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def framed(message: object) -> bytes:
    """The message as it travels."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(LENGTH, "big") + data


def errand_of(scope: Scope, route: int, params: dict[str, int | str]) -> Errand:
    """What is asked for, by somebody whom the gate has let through."""
    state = scope["state"]
    return Errand(
        route, params, scope["path"], scope["query_string"], scope["headers"], scope["scheme"],
        state["person"], state["accounts"], state["session"],
    )  # fmt: skip


def request_of(errand: Errand, app) -> Request:
    """The request as the page's function gets it."""
    return Request(
        {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": errand.scheme, "path": errand.path,
            "query_string": errand.query, "headers": errand.headers, "root_path": "", "path_params": errand.params,
            "state": {"person": errand.person, "accounts": errand.accounts, "session": errand.session}, "app": app,
        }
    )  # fmt: skip


def made_of(response: Response) -> Made:
    """What the function answered."""
    return Made(response.status_code, response.raw_headers, bytes(response.body))
