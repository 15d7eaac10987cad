"""A small S3-compatible server of this machine, kept in memory, that can also misbehave in the ways that services do.

It knows one bucket: PutObject (with If-None-Match), GetObject, HeadObject, DeleteObjects, ListObjectsV2 in pages of
three. Requests must carry the signature of the expected key; what is signed is not checked.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

BUCKET, KEY, SECRET = "evidence", "TESTKEY", "not a secret"
PAGE = 3
TIME = "2026-11-23T00:00:00.000Z"


class Service:
    """What stands in the bucket, who asked for what, and how the service misbehaves."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.heeds_conditions = True
        self.refuses: set[str] = set()  # methods that the key has no right to
        self.keeps_deleted = False
        self.address = ""

    @property
    def where(self) -> str:
        return f"s3://{BUCKET}/raids?endpoint={self.address}"

    def names(self) -> list[str]:
        """The objects' hashes, whatever else stands there left out."""
        return sorted(key.removeprefix("raids/").replace("/", "") for key in self.objects if "/." not in key)


class Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        _, bucket, *rest = unquote(parts.path).split("/", 2)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.service.asked.append(f"{self.command} {'/'.join(rest)}")
        if f"Credential={KEY}/" not in self.headers.get("authorization", "") or self.command in self.service.refuses:
            return self.refuse(403, "AccessDenied", "not with this key")
        if bucket != BUCKET:
            return self.refuse(404, "NoSuchBucket", "no such bucket")
        if self.command == "POST" and parts.query.startswith("delete"):
            return self.delete_objects(body.decode())
        if not rest or not rest[0]:
            return self.list_objects(parse_qs(parts.query))
        return getattr(self, f"object_{self.command.lower()}")(rest[0], body)

    do_GET = do_HEAD = do_PUT = do_POST = handle_one

    def object_put(self, key: str, body: bytes) -> None:
        told = self.headers.get("x-amz-checksum-sha256")
        if told and base64.b64decode(told) != hashlib.sha256(body).digest():
            return self.refuse(400, "BadDigest", "other bytes came")
        if self.headers.get("if-none-match") == "*" and self.service.heeds_conditions and key in self.service.objects:
            return self.refuse(412, "PreconditionFailed", "it stands there")
        self.service.objects[key] = body
        return self.answer(200, etag=tag(body))

    def object_get(self, key: str, _: bytes) -> None:
        data = self.service.objects.get(key)
        if data is None:
            return self.refuse(404, "NoSuchKey", "no such object")
        return self.answer(200, data, etag=tag(data), modified=True)

    object_head = object_get

    def delete_objects(self, asked: str) -> None:
        keys = [unescape(key) for key in re.findall("<Key>(.*?)</Key>", asked)]
        if not self.service.keeps_deleted:
            for key in keys:
                self.service.objects.pop(key, None)
        done = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult>{done}</DeleteResult>".encode())

    def list_objects(self, query: dict[str, list[str]]) -> None:
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        keys = sorted(key for key in self.service.objects if key.startswith(prefix) and key > after)
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{TIME}</LastModified>"
            f"<ETag>{escape(tag(self.service.objects[key]))}</ETag><Size>{len(self.service.objects[key])}</Size>"
            "</Contents>"
            for key in keys[:PAGE]
        )
        more = f"<NextContinuationToken>{keys[PAGE - 1]}</NextContinuationToken>" if len(keys) > PAGE else ""
        self.answer(200, f"<ListBucketResult>{found}{more}</ListBucketResult>".encode())

    def answer(self, status: int, body: bytes = b"", *, etag: str | None = None, modified: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if etag:
            self.send_header("etag", etag)
        if modified:
            self.send_header("last-modified", "Mon, 23 Nov 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str, message: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())

    def log_message(self, *_: object) -> None:
        pass


def tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@contextmanager
def serving() -> Iterator[Service]:
    """The service, up within the block."""
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"service": service}))
    server.daemon_threads = True
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
