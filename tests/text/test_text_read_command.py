"""`dalil read` and `dalil search` from outside: what they print, where errors go, what they import."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from text_samples import DOCX, FILES, make_docx, paragraph

from dalil import records
from dalil.claims import search as index
from dalil.claims import store
from dalil.claims.commands import read_command
from dalil.claims.text import extract
from dalil.footage.search_commands import search_command
from the_command import dalil

TEXT = (
    "Raid on the village of Wadi al-Sindiyan\n\nDate of publication: 5 November, 2016\n\n"
    "At least 17 people were killed in an air raid on the village on Friday, residents said.\n\n"
    "Russia will likely launch dozens of air raids on the city.\n"
)
FIELDS = ["id", "published", "lang", "title", "author", "publisher", "claims", "incidents"]


def run(*arguments: str, given: bytes | None = None):
    return CliRunner().invoke(read_command, arguments, input=given)


def lines(*rows: object) -> bytes:
    return b"".join(
        row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows
    )


def test_a_summary_for_people(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(TEXT, "utf-8")
    result = run(str(path))
    assert result.exit_code == 0 and result.stderr == ""
    shown = result.stdout
    assert shown.startswith("Raid on the village of Wadi al-Sindiyan\n")
    assert "published 2016-11-05 · en" in shown and "1. airstrike, reported" in shown
    assert "at least 17  “At least 17 people” " in shown and "2016-11-04 (day; " in shown
    assert shown.index("Said, but part of no incident") < shown.index("forecast ")
    assert "\x1b" not in shown


def test_json_has_the_fields_of_the_interface_and_honest_quotes(tmp_path):
    path = tmp_path / "report.txt"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    result = run("--json", str(path))
    reading = json.loads(result.stdout)
    assert list(reading) == FIELDS and reading["id"] == str(path)
    quotes = list(quotes_in(reading))
    assert quotes and all(TEXT[q["start"] : q["end"]] == q["text"] for q in quotes)
    assert reading["incidents"][0]["killed"]["low"] == 17 and reading["incidents"][0]["killed"]["high"] is None


def quotes_in(value):
    if isinstance(value, dict):
        if set(value) == {"start", "end", "text"}:
            yield value
        value = value.values()
    if isinstance(value, list) or not isinstance(value, str | int | float | None):
        for inner in value:
            yield from quotes_in(inner)


def test_every_format_is_taken_by_its_content_and_a_refusal_stops_nothing(tmp_path):
    words = "At least 17 people were killed in an air raid on the village on Friday, residents said."
    page = f"<!doctype html><html><body><article><h1>A raid</h1><p>{words}</p></article></body></html>"
    (tmp_path / "page.dat").write_text(page, "utf-8")
    (tmp_path / "report.doc").write_bytes(make_docx(paragraph(words)))
    (tmp_path / "empty.txt").touch()
    names = ["page.dat", "report.doc", "empty.txt", "absent.txt"]
    files = [*(str(tmp_path / name) for name in names), str(FILES / "encrypted.pdf"), str(FILES / "arabic_typst.pdf")]
    result = run("--json", *files)
    assert result.exit_code == 1
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == files
    assert [list(row) == FIELDS for row in rows] == [True, True, False, False, False, True]
    errors = [row["error"] for row in rows if "error" in row]
    assert errors[0] == f"{files[2]}: is empty (0 bytes). Get it again from its source"
    assert errors[1].startswith(f"{files[3]}: No such file") and "encrypted" in errors[2]
    assert [line.removeprefix("dalil read: ") for line in result.stderr.splitlines()] == errors
    assert rows[0]["incidents"][0]["killed"]["low"] == rows[5]["incidents"][0]["killed"]["low"] == 17


def test_a_summary_goes_on_after_a_refusal_and_names_what_is_odd(tmp_path):
    good, bad = tmp_path / "good.docx", tmp_path / "bad.txt"
    deleted = "<w:del><w:r><w:delText>x</w:delText></w:r></w:del>"
    good.write_bytes(make_docx(paragraph(deleted, "At least 3 people were killed.")))
    bad.write_bytes(b"")
    result = run(str(bad), str(good))
    assert result.exit_code == 1 and "at least 3" in result.stdout
    assert "bad.txt: is empty" in result.stderr and "holds tracked changes" in result.stderr


def test_json_lines_keep_their_order_and_errors_stand_in_their_place():
    given = lines(
        {"id": "a", "text": TEXT, "published": None, "lang": None, "country": "SY", "more": [1]},
        b"\n",
        b"not json\n",
        {"id": "b"},
        {"id": "c", "text": ""},
        {"id": "d", "text": 5},
        [1],
        {"id": "e", "text": "x", "published": "yesterday"},
        {"id": 7, "text": "قتل 17 مدنيا في غارة", "published": "2016-11-05T10:00:00Z"},
        {"text": "Nothing happened.", "lang": "en"},
        b"\n\n",
    )
    result = run("--jsonl", "-", given=given)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [row["id"] for row in rows] == ["a", None, None, "b", "c", "d", None, "e", 7, None]
    assert [row.get("error", "").partition(":")[0] for row in rows] == [
        "", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "", "",
    ]  # fmt: skip
    assert rows[0]["published"] == "2016-11-05" and list(rows[0]) == FIELDS
    assert (rows[8]["published"], rows[8]["lang"]) == ("2016-11-05", "ar")
    assert len(result.stderr.splitlines()) == 7


def test_json_lines_from_a_file_and_defaults_for_what_lines_leave_open(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + lines({"id": 1, "text": "Two people were killed on Friday."}))
    result = run("--jsonl", str(path), "--published", "2016-11-05", "--lang", "en")
    row = json.loads(result.stdout)
    assert result.exit_code == 0 and row["published"] == "2016-11-05"
    assert row["claims"][0]["when"]["start"] == "2016-11-04"


def test_a_fault_in_the_reader_costs_one_line(monkeypatch):
    from dalil.claims import reader as module

    def faulty(text, **options):
        if "bad" in text:
            raise ZeroDivisionError("oh")
        return module_read(text, **options)

    module_read = module.read_text
    monkeypatch.setattr(module, "read_text", faulty)
    result = run("--jsonl", given=lines({"id": 1, "text": "bad"}, {"id": 2, "text": "Nothing happened."}))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows[0] == {"id": 1, "error": "line 1: could not be read (ZeroDivisionError: oh)"}
    assert rows[1]["id"] == 2 and result.exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--jsonl", "-", "a.txt", "b.txt"),
        ("--published", "5.11.2016", "a.txt"),
        ("--reader", "oracle", "a.txt"),
        ("--lang", "fr", "a"),
    ],
)
def test_wrong_usage_is_status_2(arguments):
    assert run(*arguments).exit_code == 2


def test_an_absent_file_of_lines_is_status_2(tmp_path):
    done = dalil("read", "--jsonl", tmp_path / "absent")
    assert done.returncode == 2 and done.stdout == "" and "No such file" in done.stderr


def test_json_lines_import_no_library_that_they_do_not_need(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines({"id": 1, "text": "Two people were killed in Kafr Naha on Friday.", "country": "SY"}))
    code = (
        "import sys; from dalil.__main__ import main\n"
        f"try: main(['read', '--jsonl', {str(path)!r}])\n"
        "except SystemExit: pass\n"
        "heavy = ('lxml', 'sqlalchemy', 'trafilatura', 'PIL', 'av', 'starlette', 'cryptography', 'pypdfium2')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_pipe_that_closes_early_is_no_error(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(lines(*({"id": n, "text": "Two people were killed."} for n in range(3000))))
    command = f'"{sys.executable}" -m dalil read --jsonl "{path}" | head -1'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert json.loads(done.stdout)["id"] == 0 and done.stderr == ""


# ---------------------------------------------------------------- search


@pytest.fixture
def archive(tmp_path):
    """An archive with two reports in it, as the pipeline leaves them."""
    from dalil.archive import Archive

    folder = tmp_path / "archive"
    with Archive.create(folder) as made, made.engine.begin() as conn:
        index.ensure_index(conn)
        for number, text in enumerate((TEXT, "قتل 17 مدنيا في غارة على بلدة وادي السنديان")):
            path = tmp_path / f"{number}.docx"
            path.write_bytes(make_docx("".join(paragraph(part) for part in text.split("\n\n"))))
            document = extract(path, DOCX, name=path.name, object=f"{number}" * 64)
            store.save_document(conn, document, None)
            index.index_document(conn, document)
    return str(folder)


def test_search_prints_what_was_found(archive):
    result = CliRunner().invoke(search_command, ["raid", "village", "--archive", archive])
    assert result.exit_code == 0 and result.stdout.startswith(
        "Raid on the village of Wadi al-Sindiyan\n2016-11-05 · 000000000000\n  "
    )
    result = CliRunner().invoke(search_command, ["السنديان", "--archive", archive, "--json"])
    hit = json.loads(result.stdout)
    assert hit["document"] == "1" * 64 and [quote["text"] for quote in hit["matches"]] == ["السنديان"]
    assert list(hit) == list(
        records.builtins(index.Hit("", None, None, None, None, 0.0, records.Quote(0, 0, ""), (), ()))
    )


def test_search_says_what_it_did_not_find(archive):
    nothing = CliRunner().invoke(search_command, ["nowhere", "--archive", archive])
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "nothing found\n")
    some = CliRunner().invoke(search_command, ["raid", "nowhere", "--archive", archive])
    assert "without: nowhere" in some.stdout and "no report has all the words" in some.stderr
    assert CliRunner().invoke(search_command, ["--archive", archive, "((("]).exit_code == 2


def test_several_words_in_one_shell_argument_are_a_phrase(archive):
    found = CliRunner().invoke(search_command, ["village of Wadi", "--archive", archive, "--json"])
    assert "village of Wadi" in [quote["text"] for quote in json.loads(found.stdout)["matches"]]
    assert CliRunner().invoke(search_command, ["Wadi of village", "--archive", archive]).stdout == ""
