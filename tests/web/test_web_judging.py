"""What people decide on the pages: one door, with a token and a reason; logged, shown, undone."""

import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dalil import pipeline
from dalil.archive import Archive, find, judgements
from dalil.web.app import create_app
from dalil.web.pages import ALL

REPORTS = Path(__file__).parents[2] / "examples" / "kafr-naha"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judging") / "archive"
    with Archive.create(folder, "Judging", country="SY") as archive:
        (folder / "places.csv").write_bytes((REPORTS / "places.csv").read_bytes())
        list(archive.capture(find([str(REPORTS / "reports")]), by="a tester"))
        pipeline.derive_waiting(archive)
    return folder


@pytest.fixture
def client(path):
    with Archive.open(path) as archive:
        yield TestClient(create_app(archive, by="R. Viewer"), base_url="http://127.0.0.1:8484", follow_redirects=False)


def fields(html: str, action: str, which: int = 0) -> dict[str, str]:
    """The hidden fields of a form on the page."""
    form = re.findall(rf'(?s)<form[^>]*action="{action}"[^>]*>(.*?)</form>', html)[which]
    return {n: unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def a_claim(client, words: str = "airwars") -> str:
    page = client.get("/search?q=civilians").text
    source = re.search(r'href="(/sources/[0-9a-f]{64})"', page)[1]
    return re.search(r'href="(/claims/[0-9a-f.]+/\d+-\d+)"', client.get(source).text)[1]


def test_a_claim_is_corrected_shown_and_undone(client, path):
    address = a_claim(client)
    before = client.get("/incidents").text
    form = fields(client.get(address).text, "/judge/claim")
    form |= {"state": "corrected", "killed": "31+", "reason": "the list of names has thirty-one"}
    answer = client.post("/judge/claim", data=form)
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{address}?told=judged&line=")
    page = client.get(answer.headers["location"]).text
    assert "Logged, with your name" in page and "R. Viewer" in page and "the list of names has thirty-one" in page
    assert "at least 31" in client.get("/incidents").text
    with Archive.open(path) as archive, archive.engine.connect() as conn:
        (made,) = judgements.standing(conn, kind="claim")
        assert made.by == "R. Viewer" and made.verdict["values"] == {"killed": {"low": 31, "best": 31, "high": None}}
    done = client.post("/undo", data={**fields(page, "/undo"), "reason": "a slip"})
    assert done.status_code == 303 and "told=undone" in done.headers["location"]
    after = client.get("/incidents").text
    assert re.sub(r"[0-9a-f]{40,}", "", after) == re.sub(r"[0-9a-f]{40,}", "", before)
    assert "a slip" in client.get("/log").text and "reversal" in client.get("/log").text


def test_a_place_is_chosen_among_candidates_or_by_a_point(client):
    claim = a_claim(client)
    link = re.search(r'href="(/places/[0-9a-f.]+/\d+-\d+)"', client.get(claim).text)[1]
    html = client.get(link).text
    assert "data-small-map" in html and "Why" in html
    form = fields(html, "/judge/place")
    chosen = {**form, "choice": "point", "lat": "36.2", "lon": "36.9", "name": "the school", "reason": "its yard"}
    answer = client.post("/judge/place", data=chosen)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "the school" in page and "R. Viewer" in page and "its yard" in page
    client.post("/undo", data=fields(page, "/undo"))
    assert "the school" not in client.get(link).text
    assert (
        client.post(
            "/judge/place", data={**form, "choice": "point", "lat": "95", "lon": "0", "reason": "x"}
        ).status_code
        == 422
    )


def test_accounts_are_split_and_the_grade_is_set(client):
    incident = next(
        a for a in re.findall(r'href="(/incidents/2016[^"]+)"', client.get("/incidents").text)
        if 'type="hidden" name="verdict"' in client.get(a).text
    )  # fmt: skip
    html = client.get(incident).text
    reports = len(re.findall(r'<th scope="row"><span class="publisher"', html))
    form = fields(html, "/judge/grade") | {"verdict": "contested", "reason": "two parties are named"}
    assert client.post("/judge/grade", data=form).status_code == 303
    assert "Set by" in client.get(incident).text
    forms = re.findall(r'(?s)<form[^>]*action="/judge/link"[^>]*>(.*?)</form>', html)
    split = next(f for f in forms if 'type="hidden" name="verdict"' in f)
    form = {n: unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', split)}
    assert client.post("/judge/link", data={**form, "reason": "hours apart"}).status_code == 303
    after = client.get(incident)
    assert after.status_code == 404 or len(re.findall(r'<th scope="row"><span class="publisher"', after.text)) < reports
    review = client.get("/review").text
    assert "hours apart" in review and "two parties are named" in review


def test_a_judgement_needs_a_reason(client):
    form = fields(client.get(a_claim(client)).text, "/judge/claim") | {"state": "accepted", "reason": "  "}
    answer = client.post("/judge/claim", data=form)
    assert answer.status_code == 422 and "has no reason" in answer.text


@pytest.mark.parametrize(
    "values",
    [{"killed": "many"}, {"killed": "9-3"}, {"type": "tea"}, {"when_start": "2016-13-40"}, {}],
)
def test_what_cannot_be_is_refused_in_words(client, values):
    form = fields(client.get(a_claim(client)).text, "/judge/claim")
    answer = client.post("/judge/claim", data={**form, **values, "state": "corrected", "reason": "x"})
    assert answer.status_code == 422 and "This cannot be done" in answer.text


def test_every_post_goes_through_the_one_door():
    # Files are sent as streams, which the same checks guard (test_web_access.py).
    writing = [r for r in ALL if set(r.methods) - {"GET", "HEAD"} and r.path != "/add/send"]
    assert writing and all(getattr(r.endpoint, "acting", False) for r in writing)


def test_a_form_from_elsewhere_changes_nothing(client, path):
    form = fields(client.get(a_claim(client)).text, "/judge/claim") | {"state": "accepted", "reason": "x"}
    with Archive.open(path) as archive:
        size = archive.size
    attempts = [
        ({**form, "token": "0" * 64}, {}),
        ({k: v for k, v in form.items() if k != "token"}, {}),
        (form, {"origin": "https://evil.example"}),
        (form, {"sec-fetch-site": "cross-site"}),
        (form, {"origin": "null"}),
    ]
    for data, headers in attempts:
        answer = client.post("/judge/claim", data=data, headers=headers)
        assert answer.status_code == 403 and "did not come from a page" in answer.text
    stranger = TestClient(client.app, base_url="http://127.0.0.1:8484")
    assert stranger.post("/judge/claim", data=form).status_code == 403
    assert client.post("/judge/claim", json=form).status_code == 415
    assert client.post("/judge/claim", data={**form, "reason": "x" * 70_000}).status_code == 413
    assert client.post("/judge/tea", data=form).status_code == 404
    assert client.post("/judge/claim", data={**form, "start": "x"}).status_code == 400
    with Archive.open(path) as archive:
        assert archive.size == size


@pytest.mark.parametrize("back", ["//evil.example", "https://e.example", "/\\evil.example", "javascript:x", "/a\r\nb"])
def test_no_form_sends_anybody_elsewhere(client, back):
    form = fields(client.get(a_claim(client)).text, "/judge/claim")
    answer = client.post("/judge/claim", data={**form, "back": back, "state": "accepted", "reason": "read"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/?told=judged")


def test_words_of_a_judgement_are_escaped(client):
    form = fields(client.get(a_claim(client)).text, "/judge/claim")
    form |= {"state": "accepted", "reason": "<script>alert(1)</script>\"'><img src=x>"}
    page = client.get(client.post("/judge/claim", data=form).headers["location"]).text
    for html in (page, client.get("/review").text, client.get("/log").text, client.get("/").text):
        assert "<script>alert" not in html and "<img src=x" not in html
