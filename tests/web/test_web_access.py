"""Who may do what on the pages: each role on each route, sessions, forged forms, names asked for from elsewhere."""

import re
import time

import pytest
from starlette.testclient import TestClient

from dalil.archive import Archive
from dalil.web.accounts import passwords
from dalil.web.accounts.book import Book
from dalil.web.accounts.gate import SESSION_COOKIE
from dalil.web.accounts.roles import ROLES, may, needed
from dalil.web.app import create_app
from dalil.web.pages import ALL
from dalil.web.render import FORM_COOKIE

WORDS = "four words stand here"
# Who may ask for what: every route stands here by name, so that a new one needs a rule that somebody meant.
RULES = {
    "": ["GET /sign-in", "POST /sign-in", "GET /static/{name:path}"],
    "viewer": [
        "GET /", "GET /incidents", "GET /incidents/{id}", "GET /review", "GET /people", "GET /map",
        "GET /map/cell/{key}", "GET /map/clusters", "GET /map/list", "GET /claims/{document}/{span}",
        "GET /places/{document}/{span}",
        "GET /timeline", "GET /compare", "GET /compare.csv", "GET /sources", "GET /sources/{sha256}",
        "GET /footage/{sha256}", "GET /footage/{sha256}/stills/{number:int}", "GET /matches/{object}/{other}",
        "GET /matches/{object}/{other}/{number:int}/{moment:int}/{part}",
        "GET /sun", "GET /outlook", "GET /search", "GET /log", "GET /log/{seq:int}", "GET /objects/{sha256}",
        "GET /files/{sha256}", "GET /saved/{sha256}", "GET /account", "POST /account/password", "POST /sign-out",
    ],
    "contributor": ["GET /add", "POST /add", "GET /add/watch", "POST /add/send"],
    "reviewer": ["POST /judge/{kind}", "POST /undo", "GET /redact/{sha256}", "POST /redact/{sha256}"],
    "owner": ["POST /account", "GET /publish", "POST /publish"],
}  # fmt: skip


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, quick_hashes):
    """An archive with one account a role, named as the role."""
    folder = tmp_path_factory.mktemp("guarded")
    with Archive.create(folder / "archive", by="setup") as archive:
        book = Book(archive.path)
        for role in reversed(ROLES):
            book.add(role, WORDS, role, by="setup")
        yield archive


def visitor(archive, **more):
    return TestClient(create_app(archive, **more), base_url="http://127.0.0.1", follow_redirects=False)


def token_in(html: str) -> str:
    return re.search(r'name="token" value="([0-9a-f]{64})"', html)[1]


def signed_in(archive, name, password=WORDS):
    client = visitor(archive)
    form = {"token": token_in(client.get("/sign-in").text), "name": name, "password": password, "back": "/"}
    answer = client.post("/sign-in", data=form)
    return client, answer


def routes():
    for route in ALL:
        for method in sorted(route.methods - {"HEAD"}):
            yield method, route.path


def asked(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


def test_each_route_asks_for_the_role_that_somebody_meant():
    """A route that is in no rule fails here, and so does a rule for a route that there is not."""
    found = {}
    for method, path in routes():
        wanted = needed(next(r.endpoint for r in ALL if r.path == path and method in r.methods), method)
        found.setdefault(wanted, []).append(f"{method} {path}")
    assert {role: sorted(routes) for role, routes in found.items()} == {r: sorted(v) for r, v in RULES.items()}


def test_the_gate_knows_every_route_that_the_application_answers(guarded):
    app = create_app(guarded).app  # the gate inside the guard
    assert [route.path for route in app.app.routes] == [route.path for route in app.routes] == [r.path for r in ALL]


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_role_is_turned_away_from_every_route_above_it(guarded, role):
    client = signed_in(guarded, role)[0] if role else visitor(guarded)
    for method, path in routes():
        endpoint = next(r.endpoint for r in ALL if r.path == path and method in r.methods)
        answer = client.request(method, asked(path))
        assert answer.status_code < 500, (method, path)
        turned_away = answer.status_code in (401, 403) or answer.headers.get("location", "").startswith("/sign-in?")
        if not may(role, needed(endpoint, method)):
            assert turned_away, (role, method, path)
        elif method == "GET":
            assert not turned_away, (role, method, path)


def test_nothing_of_the_archive_is_told_before_one_signs_in(guarded):
    client = visitor(guarded)
    for path in ("/", "/log", "/objects/" + "a" * 64, "/no/such/page", "/incidents?kind=airstrike"):
        answer = client.get(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?back=")
    assert guarded.settings.name not in client.get("/sign-in").text or guarded.settings.name == "archive"


def test_the_frame_leads_nobody_to_where_the_gate_would_turn_them_away(guarded):
    assert "<nav" not in visitor(guarded).get("/sign-in").text
    for role in ROLES:
        html = signed_in(guarded, role)[0].get("/").text
        assert ('href="/publish"' in html) == (role == "owner") and ('href="/add"' in html) == (role != "viewer")


def test_signing_in_begins_a_new_session_and_a_planted_one_is_worth_nothing(guarded):
    client = visitor(guarded)
    client.cookies.set(SESSION_COOKIE, "planted-by-somebody-else")
    form = {"token": token_in(client.get("/sign-in").text), "name": "viewer", "password": WORDS, "back": "/log"}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303 and answer.headers["location"] == "/log"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE))
    assert "planted" not in cookie and "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    old = visitor(guarded)
    old.cookies.set(SESSION_COOKIE, "planted-by-somebody-else")
    assert old.get("/log").status_code == 303


def test_over_tls_cookies_and_browsers_come_back_over_tls_alone(guarded):
    client = TestClient(create_app(guarded, secure=True, hosts=("example.org",)), base_url="https://example.org")
    form = {"token": token_in(client.get("/sign-in").text), "name": "viewer", "password": WORDS, "back": "/"}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE))
    assert "Secure" in cookie and answer.headers["strict-transport-security"]
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 421


def test_signing_out_ends_the_session_everywhere(guarded):
    client, _ = signed_in(guarded, "viewer")
    held = client.cookies[SESSION_COOKIE]
    assert client.get("/").status_code == 200
    client.post("/sign-out", data={"token": token_in(client.get("/account").text)})
    other = visitor(guarded)
    other.cookies.set(SESSION_COOKIE, held)
    assert other.get("/").status_code == 303


def test_a_form_from_elsewhere_or_of_another_session_changes_nothing(guarded):
    client, _ = signed_in(guarded, "owner")
    token = token_in(client.get("/account").text)
    form = {"what": "remove", "name": "viewer"}
    evil = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert client.post("/account", data={**form, "token": token}, headers=evil).status_code == 403
    assert client.post("/account", data=form).status_code == 403
    other, _ = signed_in(guarded, "reviewer")
    foreign = token_in(other.get("/account").text)
    assert client.post("/account", data={**form, "token": foreign}).status_code == 403
    other.cookies.set(FORM_COOKIE, client.cookies[FORM_COOKIE])
    assert client.post("/account", data={**form, "token": foreign}).status_code == 403
    assert len(Book(guarded.path).people()) == len(ROLES)


def test_an_address_to_return_to_leads_nowhere_else(guarded):
    client = visitor(guarded)
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        form = {"token": token_in(client.get("/sign-in").text), "name": "viewer", "password": WORDS, "back": evil}
        answer = client.post("/sign-in", data=form)
        assert answer.headers["location"] == "/"
        client.cookies.clear()


def test_the_owner_makes_changes_and_removes_accounts(guarded):
    client, _ = signed_in(guarded, "owner")

    def send(**form):
        return client.post(
            "/account", data={**form, "token": token_in(client.get("/account").text), "back": "/account"}
        )

    assert send(what="add", name="Nadia", password=WORDS, role="viewer").status_code == 303
    assert "Nadia" in client.get("/account").text
    assert send(what="add", name="Nadia", password=WORDS, role="viewer").status_code == 422
    assert send(what="change", name="Nadia", role="reviewer", opens="on").status_code == 303
    found = next(p for p in Book(guarded.path).people() if p.name == "Nadia")
    assert (found.role, found.opens) == ("reviewer", True)
    assert send(what="remove", name="owner").status_code == 422
    assert send(what="remove", name="Nadia").status_code == 303
    assert send(what="paint", name="Nadia").status_code == 400


def test_a_new_password_needs_the_old_one(guarded):
    Book(guarded.path).add("Mona", WORDS, "viewer", by="setup")
    client, _ = signed_in(guarded, "Mona")

    def send(old, new):
        return client.post(
            "/account/password", data={"old": old, "new": new, "token": token_in(client.get("/account").text)}
        )

    assert send("wrong wrong wrong", "another set of words").status_code == 422
    assert send(WORDS, "short").status_code == 422
    assert send(WORDS, "another set of words").status_code == 303
    assert client.get("/").status_code == 303
    assert signed_in(guarded, "Mona")[1].status_code == 403
    assert signed_in(guarded, "Mona", "another set of words")[1].status_code == 303


def test_wrong_passwords_wait_and_say_no_more(guarded, monkeypatch):
    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    told = {signed_in(guarded, name, "wrong wrong wrong")[1].text.replace(name, "") for name in ("viewer", "nobodyy")}
    assert len({re.sub(r'value="[^"]*"', "", html) for html in told}) == 1
    for _ in range(5):
        answer = signed_in(guarded, "contributor", "wrong wrong wrong")[1]
    assert answer.status_code == 429 or signed_in(guarded, "contributor", WORDS)[1].status_code == 429


# ------------------------------------------------------------------ adding


@pytest.fixture
def alone(tmp_path):
    with Archive.create(tmp_path / "archive", by="setup") as archive:
        pass
    with Archive.open(tmp_path / "archive") as archive:
        yield archive


def finished(client):
    for _ in range(1200):
        run = client.app_state.adding.run
        if run.done:
            return run
        time.sleep(0.1)
    raise AssertionError("the add did not end")


def at_home(archive):
    from dalil.web.app import create_app as make

    app = make(archive)
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    client.app_state = app.app.app.state
    return client


def test_a_folder_of_this_machine_is_taken_in_and_watched(alone, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Two people were killed by shelling in Tell Example on 3 May 2018.")
    (tmp_path / "in" / "b.txt").write_bytes(b"")
    client = at_home(alone)
    form = {"token": token_in(client.get("/add").text), "path": str(tmp_path / "in"), "back": "/add"}
    answer = client.post("/add", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/add/watch")
    assert client.post("/add", data=form).status_code in (303, 422)
    run = finished(client)
    shown = client.get("/add/watch")
    assert run.safe >= 1 and "a.txt" in shown.text and "refresh" not in shown.headers
    with Archive.open(alone.path) as archive:
        assert {c.name for c in archive.captures()} >= {"a.txt"}
    missing = client.post("/add", data={**form, "path": str(tmp_path / "nowhere")})
    assert missing.status_code == 422 and "is not there" in missing.text


def test_files_that_are_sent_are_taken_in_and_do_not_stay_behind(alone):
    client = at_home(alone)
    html = client.get("/add").text
    token, batch = token_in(html), re.search(r'name="batch" value="([0-9a-f]{16})"', html)[1]

    def send(name, data=b"x", batch=batch, token=token):
        return client.post(
            "/add/send", params={"batch": batch, "name": name}, content=data, headers={"x-dalil-token": token}
        )

    assert send("قصف.txt", b"Three people were killed by shelling in Bir Sample on 4 May 2018.").json()["bytes"] > 9
    assert send("قصف.txt").status_code == 422
    for name in ("", "..", "../up.txt", "a/b.txt", "a\\b.txt", "a\0b", "x" * 300):
        assert send(name).status_code == 422, name
    assert send("a.txt", batch="../../etc").status_code == 422
    assert send("a.txt", token="0" * 64).status_code == 403
    assert not list((alone.path.parent).glob("up.txt"))
    answer = client.post("/add", data={"token": token, "batch": batch, "back": "/add"})
    assert answer.status_code == 303 and finished(client).safe == 1
    time.sleep(0.2)
    assert not (alone.path / "incoming" / batch).exists()
    assert client.post("/add", data={"token": token, "batch": batch, "back": "/add"}).status_code == 422


def test_whoever_signs_in_cannot_make_the_server_read_its_own_disk(guarded, tmp_path):
    client, _ = signed_in(guarded, "owner")
    form = {"token": token_in(client.get("/add").text), "path": str(tmp_path), "back": "/add"}
    assert client.post("/add", data=form).status_code == 403
    assert 'name="path"' not in client.get("/add").text
