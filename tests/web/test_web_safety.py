"""Hostile captures and hostile requests: nothing runs, nothing leaks, nothing is trusted."""

import re

import pytest
import web_archive
from starlette.testclient import TestClient

from dalil.archive import Archive
from dalil.records import encode
from dalil.web.app import create_app
from dalil.web.security import PLAYED, served_type

OWN_PAGES = ("/", "/sources", "/outlook", "/log", "/log/1", "/missing")


def every_page(made):
    return (*OWN_PAGES, f"/incidents/{made.incident}", f"/incidents/{made.hostile_incident}", f"/sources/{made.news}",
            f"/sources/{made.hostile}", f"/footage/{made.clip}")  # fmt: skip


def test_every_page_carries_a_strict_policy(client, made):
    for path in every_page(made):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        asks = [part.split() for part in policy.split("; ") if part.startswith("connect-src")]
        assert asks in ([], [["connect-src", "'self'"]])  # a map asks this very server for its outline
        assert "http" not in policy.replace("https", "http:")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


def test_no_page_has_an_inline_script_style_or_handler_or_names_another_machine(client, made):
    for path in every_page(made):
        html = client.get(path).text
        assert not re.search(r"<script(?![^>]* src=)", html)
        assert not re.search(r"<style|<[^>]+\sstyle=|<[^>]+\son\w+=", re.sub(r'"[^"]*"', '""', html))
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', html):
            assert address.startswith(("/", "#")) and not address.startswith("//"), address


def test_captured_text_is_escaped_in_every_field(client, made):
    for path in ("/", f"/incidents/{made.hostile_incident}", f"/sources/{made.hostile}", "/sources", "/log"):
        for lang in ("en", "ar"):
            html = client.get(path, params={"lang": lang}).text
            client.cookies.clear()
            assert "<script>alert" not in html and "<img src=x" not in html and "<b>bold" not in html
            assert (
                "<u>someone" not in html
                and 'href="javascript:' not in html
                and "49" not in re.findall(r"killing 2 (.{4})", html)
            )


def test_a_hostile_file_name_is_one_honest_line(client, made):
    html = client.get(f"/sources/{made.hostile}").text
    assert "\u202e" not in html
    assert "a\\n\\u202egpj.&#34;&gt;&lt;img src=x onerror=alert(1)&gt;.html" in html


def test_a_captured_page_leaves_as_a_sandboxed_download_named_after_its_hash(client, made):
    answer = client.get(f"/objects/{made.hostile}")
    assert answer.content.decode() == web_archive.HOSTILE_PAGE
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-disposition"] == f'attachment; filename="{made.hostile[:16]}.html"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "active", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/pdf", "x\r\ny"]
)
def test_no_active_type_is_served_as_itself(active):
    assert served_type(active) == "application/octet-stream"
    assert active not in PLAYED


def test_ranges_of_a_recording(client, made):
    whole = client.get(f"/objects/{made.clip}")
    assert whole.status_code == 200 and whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "video/mp4"
    size = len(whole.content)

    def part(text):
        return client.get(f"/objects/{made.clip}", headers={"range": text})

    assert part("bytes=0-99").status_code == 206 and part("bytes=0-99").content == whole.content[:100]
    assert part("bytes=100-").content == whole.content[100:]
    assert part("bytes=-7").content == whole.content[-7:]
    assert part("bytes=0-99").headers["content-range"] == f"bytes 0-99/{size}"
    assert part(f"bytes={size}-").status_code == 416
    assert part("bytes=9-3").status_code == 400
    assert "sandbox" in part("bytes=0-9").headers["content-security-policy"]
    assert client.head(f"/objects/{made.clip}").headers["content-length"] == str(size)


def test_stills_are_served_by_number_alone(client, made):
    answer = client.get(f"/footage/{made.clip}/stills/0")
    assert answer.headers["content-type"] == "image/jpeg" and answer.content[:2] == b"\xff\xd8"
    for bad in ("99", "-1", "x", "..%2f..%2fdalil.toml"):
        assert client.get(f"/footage/{made.clip}/stills/{bad}").status_code == 404


def test_a_record_that_points_out_of_the_derived_folder_is_refused(tmp_path):
    from dataclasses import replace

    from sqlalchemy import update

    from dalil import db
    from dalil.footage.store import load_footage

    folder = tmp_path
    (folder / "source").mkdir()
    with Archive.create(folder / "a") as archive:
        web_archive.draw_clip(folder / "source" / "c.mp4", seconds=2)
        sha256 = web_archive.put_clip(archive, folder / "source" / "c.mp4")
        (archive.derived / "x").mkdir()
        for n, name in enumerate(("../dalil.toml", "/etc/hostname", "../../source/c.mp4", "x")):
            with archive.engine.begin() as conn:
                film = load_footage(conn, sha256)
                film = replace(film, stills=(replace(film.stills[0], file=name),))
                conn.execute(update(db.footage).values(record=encode(film).decode()))
            assert (
                TestClient(create_app(archive), base_url="http://127.0.0.1")
                .get(f"/footage/{sha256}/stills/0")
                .status_code
                == 404
            ), n


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd",
     "/objects/..%2f..%2fdalil.toml",
     "/objects/" + "A" * 64, "/sources/..%2f", "/static/fonts/", "/static/"],
)  # fmt: skip
def test_no_path_leads_to_a_file_that_is_not_ours(client, path):
    assert client.get(path).status_code == 404


def test_another_host_name_is_refused(client):
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost.evil", "[::1"):
        answer = client.get("/", headers={"host": host})
        assert answer.status_code == 421 and "Kafr" not in answer.text
    for host in ("127.0.0.1", "localhost:8484", "[::1]:9"):
        assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(client, made, method):
    for path in ("/", f"/incidents/{made.incident}", f"/objects/{made.news}"):
        assert client.request(method, path).status_code == 405


def test_a_failure_of_ours_tells_nothing_to_the_page(made, monkeypatch):
    from dalil.web import holdings

    def fails(*_args, **_kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(holdings, "counts", fails)
    with Archive.open(made.path) as archive:
        client = TestClient(create_app(archive), base_url="http://127.0.0.1", raise_server_exceptions=False)
        answer = client.get("/")
    assert answer.status_code == 500 and "could not be made" in answer.text and "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_our_files_carry_their_licences(client):
    css = client.get("/static/fonts.css").text
    for name in ("fonts/LICENSE-ibm-plex.txt", "fonts/LICENSE-noto-naskh-arabic.txt"):
        assert name in css and "SIL OPEN FONT LICENSE" in client.get(f"/static/{name}").text
    assert "http" not in css
