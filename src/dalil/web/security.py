"""What every answer carries so that a hostile capture or another site in the same browser can do nothing.

Sources: W3C Content Security Policy level 3, Fetch (Cross-Origin-Resource-Policy), RFC 6266 (Content-Disposition).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
# For bytes that somebody else made: no script, no network, no origin, whatever they contain.
CAPTURE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"

# For such bytes that a page of ours shows in a frame: also no form and no address of their own.
FRAMED_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
FRAMED = {
    "content-security-policy": FRAMED_POLICY,
    "x-frame-options": "SAMEORIGIN",
    "x-dns-prefetch-control": "off",
    "referrer-policy": "no-referrer",
}

EVERYWHERE = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    # Not "no-referrer": under it a browser names the origin of our own forms as null.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    # What is seen here may endanger people: nothing of it stays in the browser's cache.
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow, noarchive",
}

# Kinds that a page may play or show, and the ending that a download of theirs gets. All else leaves as unnamed bytes.
PLAYED = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
}
ENDINGS = {
    **PLAYED,
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "image/svg+xml": ".svg",
    "message/rfc822": ".eml",
    "image/heic": ".heic",
    "video/x-msvideo": ".avi",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
SHA256 = re.compile(r"[0-9a-f]{64}")
DOCUMENT = re.compile(r"[0-9a-f]{64}(?:\.[1-9]\d{0,8})?", re.ASCII)  # an object, or one row or message of it
PORT = re.compile(r":\d+$")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """ASGI middleware: puts EVERYWHERE on every answer and refuses requests that name another host than its own.

    The host is checked because a page elsewhere can point its own name at 127.0.0.1 and read what a loopback server
    answers (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] = LOOPBACK, *, secure: bool = False):
        self.app, self.hosts = app, tuple(host.lower() for host in hosts)
        # Over TLS a browser is told to come back over nothing else.
        named = {**EVERYWHERE, "strict-transport-security": "max-age=31536000"} if secure else EVERYWHERE
        self.headers = [(name.encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                added = [pair for pair in self.headers if pair[0] not in there]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        app = self.app if self.known(scope) else PlainTextResponse("This server does not answer to that name.\n", 421)
        await app(scope, receive, guarded)

    def known(self, scope: Scope) -> bool:
        """Whether the Host header names one of `hosts`."""
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        return PORT.sub("", host).lower() in self.hosts


def capture_headers(sha256: str, media_type: str) -> Mapping[str, str]:
    """Headers under which a captured object leaves: sandboxed, as a download, named after its hash alone."""
    ending = ENDINGS.get(media_type, ".bin")
    return {
        "content-security-policy": CAPTURE_POLICY,
        "content-disposition": f'attachment; filename="{sha256[:16]}{ending}"',
    }


def served_type(media_type: str) -> str:
    """The archive's media type where a browser only plays or shows such bytes, else one that it does nothing with."""
    return media_type if media_type in PLAYED else "application/octet-stream"


def asked_hash(request: Request) -> str:
    """The hash in the address; 404 where it is none."""
    sha256 = request.path_params["sha256"]
    if not SHA256.fullmatch(sha256):
        raise HTTPException(404)
    return sha256
