"""A server that speaks as OpenAI-compatible ones do and says what a test tells it to say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Script:
    """What is answered, one step a request, the last one for ever; `asked` are the requests as they came."""

    steps: list[Callable]
    asked: list[dict] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    address: str = ""


def says(content: object, finish: str = "stop") -> Callable:
    """The model's reply: a text as it is, all else as JSON."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return lambda handler, body: respond(handler, 200, {"choices": [choice]})


def status(code: int, message: str = "no", **headers: str) -> Callable:
    """A refusal as such servers word it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, body: respond(handler, code, {"error": {"message": message}}, named)


def raw(data: bytes) -> Callable:
    return lambda handler, body: respond(handler, 200, data)


def hangs(seconds: float) -> Callable:
    return lambda handler, body: time.sleep(seconds)


def trickles(piece: bytes, pause_s: float, times: int) -> Callable:
    """Bytes that never stop for long, and never end in time."""

    def step(handler, body):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause_s)

    return step


def hangs_up(handler, body) -> None:
    handler.close_connection = True
    handler.connection.close()


def respond(handler, code: int, body: object, headers: dict[str, str] | None = None) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(code)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@contextmanager
def serving(*steps: Callable):
    """The script, while a server of this machine follows it."""
    script = Script(list(steps))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.asked.append({**body, "path": self.path})
            script.headers.append(dict(self.headers))
            step = script.steps[min(len(script.asked), len(script.steps)) - 1]
            with suppress(BrokenPipeError, ConnectionResetError):  # the client has given up, as the test wants
                step(self, body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
