"""One question to an OpenAI-compatible server, with patience: timeouts, retries, and one clear line where it fails."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from dalil import __version__
from dalil.claims.model.settings import ModelSettings
from dalil.errors import DalilError, one_line

LARGEST = 8 << 20  # bytes of a reply: two hundred claims need a twentieth of this
LONGEST_WAIT_S = 30.0  # however long a server asks to be left alone
SHOWN = 160  # characters of a server's complaint
Message = dict[str, str]


class NoAnswer(DalilError):
    """The model could not be asked, or said nothing that can be used."""

    exit_status = 1


class Busy(Exception):
    """The server may answer later: 429, 5xx, a timeout, a lost connection."""

    def __init__(self, what: str, wait_s: float | None = None):
        self.what, self.wait_s = what, wait_s
        super().__init__(what)


class Unwanted(Exception):
    """The server refuses a part of the request (400, 422)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, and whether the server says that it came to its end."""

    text: str
    whole: bool


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key and the report would go to an address that nobody chose."""

    def redirect_request(self, *args, **kwargs):
        return None


class Client:
    """Asks the model. `plain` turns True once the server refused the settings that make replies repeatable."""

    def __init__(self, settings: ModelSettings, sleep: Callable[[float], None] = time.sleep):
        self.settings = settings
        self.plain = False
        self._sleep = sleep
        self._open = urllib.request.build_opener(_Stay).open

    def ask(self, messages: list[Message]) -> Reply:
        """The model's reply; NoAnswer in one line where there is none after all tries."""
        wait_s = self.settings.wait_s
        for n in range(self.settings.tries):
            try:
                return self._once(messages)
            except Busy as busy:
                if n + 1 == self.settings.tries:
                    raise NoAnswer(f"{self._where()} {busy.what}, {n + 1} times in a row. Try again later") from None
                self._sleep(min(LONGEST_WAIT_S, busy.wait_s if busy.wait_s is not None else wait_s))
                wait_s *= 2
            except Unwanted as refusal:
                if self.plain:
                    raise NoAnswer(f"{self._where()} refuses the request ({refusal}). Check --llm-model") from None
                self.plain = True
        raise NoAnswer(f"{self._where()} did not answer. Try again later")

    def _where(self) -> str:
        return f"the model at {one_line(self.settings.address)}"

    def _body(self, messages: list[Message]) -> bytes:
        body: dict[str, object] = {"model": self.settings.model, "messages": messages}
        if not self.plain:
            body |= {"temperature": 0, "seed": 0, "response_format": {"type": "json_object"}}
        return msgspec.json.encode(body)

    def _once(self, messages: list[Message]) -> Reply:
        request = urllib.request.Request(self.settings.url, self._body(messages), method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", f"dalil/{__version__}")
        if self.settings.key:
            request.add_unredirected_header("Authorization", f"Bearer {self.settings.key}")
        deadline = time.monotonic() + self.settings.timeout_s
        try:
            with self._open(request, timeout=self.settings.timeout_s) as response:
                return self._reply(_read(response, deadline))
        except urllib.error.HTTPError as error:
            with error:
                self._judge(error, deadline)
            raise AssertionError("judged") from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise Busy(f"did not answer within {self.settings.timeout_s:g} s") from None
            if isinstance(error.reason, ConnectionResetError | http.client.RemoteDisconnected):
                raise Busy("closed the connection") from None
            reason = getattr(error.reason, "strerror", None) or str(error.reason)
            raise NoAnswer(f"{self._where()} cannot be reached ({one_line(reason)}). Is it running?") from None
        except TimeoutError:
            raise Busy(f"did not answer within {self.settings.timeout_s:g} s") from None
        except (ConnectionError, http.client.HTTPException):
            raise Busy("closed the connection") from None

    def _judge(self, error: urllib.error.HTTPError, deadline: float) -> None:
        """Raises what a status other than 200 means."""
        if error.code == 429 or error.code >= 500:
            raise Busy(f"answers {error.code}", _seconds(error.headers.get("Retry-After")))
        said = self._complaint(error, deadline)
        if error.code in (400, 422):
            raise Unwanted(f"{error.code}{said}")
        if error.code in (401, 403):
            raise NoAnswer(f"{self._where()} refuses the key ({error.code}). Check the environment variable")
        if 300 <= error.code < 400:
            raise NoAnswer(f"{self._where()} redirects ({error.code}), which is not followed. Check the address")
        raise NoAnswer(f"{self._where()} answers {error.code}{said}. Check the address and --llm-model")

    def _complaint(self, error: urllib.error.HTTPError, deadline: float) -> str:
        """What the server says is wrong, short and without the key."""
        try:
            body = _read(error, deadline)
            said = msgspec.json.decode(body)["error"]["message"]
        except (Busy, NoAnswer, OSError, http.client.HTTPException, msgspec.DecodeError, LookupError, TypeError):
            return ""
        text = " ".join(str(said).split())
        if self.settings.key:
            text = text.replace(self.settings.key, "[key]")
        return f": {one_line(text[:SHOWN])}"

    def _reply(self, body: bytes) -> Reply:
        try:
            choice = msgspec.json.decode(body)["choices"][0]
            text, why = choice["message"]["content"], choice.get("finish_reason")
        except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
            raise NoAnswer(f"{self._where()} does not answer as an OpenAI-compatible server does") from None
        return Reply(text if isinstance(text, str) else "", why != "length")


def _read(response, deadline: float) -> bytes:
    """The body, read in pieces, so that one that trickles ends at the deadline too."""
    pieces, size = [], 0
    while piece := response.read1(1 << 16):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise NoAnswer(f"the model's reply is longer than {LARGEST >> 20} MiB")
        if time.monotonic() > deadline:
            raise TimeoutError
    return b"".join(pieces)


def _seconds(header: str | None) -> float | None:
    """What "Retry-After" asks for, where it is a number of seconds."""
    return float(header) if header and header.isascii() and header.isdigit() else None
