"""What a visitor cannot do: write by looking, reach files by name, run anything by a file's name or field."""

import os
import re
import shutil

import pytest
import web_archive
from starlette.testclient import TestClient
from test_web_access import asked, routes

from dalil.archive import Archive
from dalil.archive.archive import fit_for_a_name
from dalil.web.app import create_app

NAMES = (
    '"><script>alert(1)</script>.txt', "'-alert(1)-'.txt", "{{7*7}}${7*7}.txt", "\u202etxt.exe.txt",
    "a\r\nset-cookie: x=1.txt", "<svg onload=alert(1)>.txt", "javascript:alert(1).txt", "%00%2e%2e%2f.txt",
)  # fmt: skip


def test_looking_at_every_page_changes_nothing_of_an_archive_that_cannot_be_written(made, tmp_path):
    shutil.copytree(made.path, tmp_path / "archive")
    files = [p for p in (tmp_path / "archive").rglob("*") if p.is_file()]
    for path in files:
        path.chmod(0o444)
    before = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in files if not p.name.endswith(("-wal", "-shm"))}
    with Archive.open(tmp_path / "archive") as archive:
        client = TestClient(create_app(archive), base_url="http://127.0.0.1", raise_server_exceptions=False)
        real = {"sha256": made.news, "id": made.incident, "document": made.news, "object": made.clip}
        for method, path in routes():
            if method == "GET":
                where = re.sub(r"\{(\w+)[^}]*\}", lambda m: real.get(m[1], "0"), path)
                assert client.get(where).status_code < 500, where
            else:
                assert client.request(method, asked(path)).status_code in (403, 404, 405, 411, 415), path
    assert {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in before} == before


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be on this file system")
@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_becomes_anything_but_text(tmp_path, name):
    safe = name.replace("/", "_")
    (tmp_path / safe).write_text("Two people were killed by shelling in Bir Sample on 4 May 2018.")
    with Archive.create(tmp_path / "archive", safe[:40] if fit_for_a_name(safe[:40]) else "Named") as archive:
        sha256 = archive.capture_file(tmp_path / safe, by=f"<b>{safe[:20]}").object.sha256
        web_archive.put_text(archive, sha256, web_archive.note(), "x " * 2000)
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        for path in ("/", "/sources", f"/sources/{sha256}", "/log", "/log/1", "/compare", "/add", "/search?q=x"):
            for lang in ("en", "ar"):
                answer = client.get(path, params={"lang": lang} | ({"q": safe} if "search" in path else {}))
                html = answer.text
                assert "<script>alert" not in html and "<svg onload" not in html and "<b>" not in html.split("<h1")[0]
                assert "\u202e" not in html and "49" not in re.findall(r"[{$]+(\d+)", html)
                assert not re.search(r'(?:href|src)="\s*javascript:', html) and "x=1" not in str(answer.cookies)
        given = client.get(f"/objects/{sha256}").headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[0-9a-f]{16}\.[a-z]+"', given)


@pytest.mark.parametrize("kind", ["objects", "files", "sources", "footage", "saved", "redact", "matches/x"])
@pytest.mark.parametrize(
    "path",
    ["../dalil.toml", "..%2f..%2fdalil.toml", "%2e%2e/dalil.toml", "....//dalil.toml", "/etc/passwd", "..\\x", "%00"],
)
def test_no_path_leads_out(client, kind, path):
    answer = client.get(f"/{kind}/{path}")
    assert answer.status_code == 404 and "root:" not in answer.text and "[archive]" not in answer.text


def test_uploads_are_what_their_bytes_are_and_not_what_they_are_called(tmp_path):
    bodies = {
        "photo.jpg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>",
        "clip.mp4": b"<!doctype html><html><script>alert(1)</script><p>text</p></html>",
        "note.txt": b"GIF89a<script>alert(1)</script>",
        "page.html": b"<!doctype html><html><body onload=alert(1)><p>text</p></body></html>",
    }
    with Archive.create(tmp_path / "archive") as archive:
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        for name, data in bodies.items():
            (tmp_path / name).write_bytes(data)
            sha256 = archive.capture_file(tmp_path / name, by="t").object.sha256
            answer = client.get(f"/objects/{sha256}")
            assert answer.headers["content-type"] == "application/octet-stream", name
            assert answer.headers["content-disposition"].startswith("attachment")
            assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
            shown = client.get(f"/saved/{sha256}")
            assert shown.status_code == 404 or "sandbox; default-src 'none'" in shown.headers["content-security-policy"]
            assert "alert" not in shown.text
