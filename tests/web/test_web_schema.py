"""No request that fits a route, however odd, makes the server fail: schemathesis on every route that there is."""

import re
import shutil
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

import dalil.web
from dalil.archive import Archive
from dalil.web.app import create_app
from dalil.web.pages import ALL

SOURCES = [p.read_text("utf-8") for p in Path(dalil.web.__file__).parent.rglob("*.py")]
ASKED = re.compile(r'(?:query_params|query|asked|params)(?:\.get|\.getlist)?[\[(]"(\w+)"')
FILLED = re.compile(r'form(?:\.get\(|\[|, )"(\w+)"')
GOOD = {"lang": ["en", "ar"], "kind": ["airstrike", "place", "claim"], "page": ["1", "2", "-1"], "from": ["2016-11-04"]}
QUERY = sorted({name for text in SOURCES for name in ASKED.findall(text)} | set(GOOD) | {"q", "to", "at", "after"})
FORM = sorted({name for text in SOURCES for name in FILLED.findall(text)} | {"reason", "back"})
TEXT = {"type": "string", "maxLength": 60}


def parameter(name: str, where: str, real: dict[str, list[str]]) -> dict:
    known = real.get(name, []) or GOOD.get(name, [])
    schema = {"anyOf": [{"enum": known}, TEXT]} if known else TEXT
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


def described(real: dict[str, list[str]]) -> dict:
    """An OpenAPI description of our own routes; `real` are values of path parameters that lead somewhere."""
    paths: dict[str, dict] = {}
    for route in ALL:
        plain = re.sub(r"\{(\w+)(?::\w+)?\}", r"{\1}", route.path)
        parts = [parameter(name, "path", real) for name in re.findall(r"\{(\w+)\}", plain)]
        for method in sorted(route.methods - {"HEAD"}):
            operation = {"parameters": list(parts), "responses": {"default": {"description": "a page"}}}
            if method == "GET":
                operation["parameters"] += [parameter(name, "query", real) for name in QUERY]
            else:
                fields = {"type": "object", "properties": {n: parameter(n, "form", real)["schema"] for n in FORM}}
                content = {"application/x-www-form-urlencoded": {"schema": fields}}
                operation["requestBody"] = {"required": True, "content": content}
            paths.setdefault(plain, {})[method.lower()] = operation
    return {"openapi": "3.0.2", "info": {"title": "pages", "version": "1"}, "paths": paths}


@pytest.fixture(scope="module")
def served(made, tmp_path_factory):
    # A copy, since forms that fit are obeyed: judgements are logged, a site leaves.
    path = tmp_path_factory.mktemp("schema") / "archive"
    shutil.copytree(made.path, path)
    with Archive.open(path) as archive:
        client = TestClient(
            create_app(archive), base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False
        )
        yield client, archive


def values(archive) -> dict[str, list[str]]:
    from dalil.incidents import store

    with archive.engine.connect() as conn:
        incidents = [row.id for row in store.list_incidents(conn)]
    objects = [c.object.sha256 for c in archive.captures()]
    return {
        "incident": incidents[:3], "id": incidents[:3], "sha256": objects[:5], "document": objects[:3],
        "object": objects[:3], "kind": ["place", "claim", "link", "grade", "footage", "open"], "seq": ["0", "2"],
    }  # fmt: skip


def test_no_request_makes_the_server_fail(served):
    client, archive = served
    token = re.search(r'name="token" value="(\w+)"', client.get("/account").text + client.get("/add").text)[1]
    schema = schemathesis.openapi.from_dict(described(values(archive)))
    counted = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in ("/add", "/add/send") and operation.method == "post":
            continue  # these start processes and write files; test_web_access.py has them

        @settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case):
            nonlocal counted
            counted += 1
            path = case.formatted_path
            if case.method.upper() == "GET":
                answer = client.get(path, params=case.query or {})
            else:
                fields = case.body if isinstance(case.body, dict) else {}
                answer = client.post(path, data={**{k: str(v) for k, v in fields.items()}, "token": token})
            assert answer.status_code < 500, (case.method, path, case.query, case.body)

        ask()
    assert counted > 100
