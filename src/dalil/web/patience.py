"""How long a connection may take over a request: a client that dribbles holds nothing up for long.

uvicorn closes a connection that is silent between two requests, but waits without end for one that sends a header a
byte at a time, or that never reads its answer. Bodies have limits of their own where they are read (acting.py, add.py).
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

# A browser sends a request's head in one piece; the slowest satellite link known to us took four seconds.
HEAD_S = 15.0
# A player that is paused stops reading, and asks again by range if it was cut off.
UNREAD_S = 600.0


class PatientProtocol(H11Protocol):
    """HTTP/1.1 in which a request's head has HEAD_S from its first byte, and an answer is read within UNREAD_S."""

    head_timer: asyncio.TimerHandle | None = None
    unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """The clock runs from the beginning of the connection."""
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """The clock starts with the first byte of a head, is not put back by more of it, and stops where it ends."""
        if self._between_requests():
            self._watch_head()
        super().data_received(data)
        if not self._between_requests():
            self.head_timer = stopped(self.head_timer)

    def on_response_complete(self) -> None:
        """A request that was sent together with the one before it has its answer, or is waited for anew."""
        super().on_response_complete()
        if not self._between_requests():
            self.head_timer = stopped(self.head_timer)

    def pause_writing(self) -> None:
        """The client does not read: it has some minutes to begin again."""
        super().pause_writing()
        self.unread_timer = self.unread_timer or self.loop.call_later(UNREAD_S, self._cut_off)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self.unread_timer = stopped(self.unread_timer)

    def connection_lost(self, exc: Exception | None) -> None:
        """No clock runs for a connection that is no more."""
        self.head_timer, self.unread_timer = stopped(self.head_timer), stopped(self.unread_timer)
        super().connection_lost(exc)

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _watch_head(self) -> None:
        self.head_timer = self.head_timer or self.loop.call_later(HEAD_S, self._cut_off)

    def _cut_off(self) -> None:
        self.transport.abort()


def stopped(timer: asyncio.TimerHandle | None) -> None:
    """The timer does not go off any more."""
    if timer is not None:
        timer.cancel()
