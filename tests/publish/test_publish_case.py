"""A case file holds what it should, verifies with everybody's tools, and lets nothing through that is withheld."""

import ast
import base64
import hashlib
import json
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import bagit
import pymerkle
import pytest
from case_files import REPORTS, SCRIPT, export, rehash, run

from dalil.archive import Archive, removal
from dalil.incidents import store
from dalil.publish import documents, reports
from dalil.records import Quote, Toll

PAGE = Path(__file__).parents[2] / "docs" / "case-file.md"


def every_byte(folder):
    return b"\n".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_it_is_at_most_a_hundred_lines_of_standard_library():
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) <= 100 and max(map(len, text.splitlines())) <= 120
    imported = {node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))}
    names = {n.module if isinstance(n, ast.ImportFrom) else a.name for n in imported for a in n.names}
    assert names <= sys.stdlib_module_names


def test_a_clean_case_file_is_good(exported):
    folder, key, archive = exported
    done = run(folder, key)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "GOOD", done.stdout
    newest = sorted((archive / "checkpoints").glob("*.note"))[-1]
    assert newest.read_bytes() == (folder / "custody" / "checkpoint.note").read_bytes()
    for prior in (archive / "checkpoints").glob("*.note"):
        assert run(folder, key, "--prior", prior).returncode == 0
    assert run(folder, key, script=folder / "verify.py").returncode == 0


def test_wrong_usage_is_told_from_bad_files(exported, tmp_path):
    folder, key, _ = exported
    assert run(tmp_path / "none", key).returncode == 2
    assert run(folder, tmp_path / "none.pub").returncode == 2
    assert run(folder, key, "--prior", tmp_path / "none").returncode == 2
    assert run(folder, key, "--unknown", "x").returncode == 2
    (tmp_path / "a file").write_text("x")
    assert run(tmp_path / "a file", key).returncode == 2


def test_what_it_holds(exported):
    folder, _, _ = exported
    case = json.loads((folder / "data/case.json").read_text("utf-8"))
    assert {o["name"] for o in case["objects"]} == set(REPORTS)
    assert len(case["incidents"]) == 2
    for one in case["incidents"]:
        record = json.loads((folder / f"data/reports/{one['name']}.json").read_text("utf-8"))
        assert record["id"] == one["id"] and record["accounts"]
        arabic = (folder / f"data/reports/{one['name']}.ar.html").read_text("utf-8")
        assert '<html lang="ar" dir="rtl">' in arabic and "القتلى" in arabic
        assert "<script" not in arabic
    assert "اقرأ" in (folder / "README.ar.txt").read_text("utf-8")
    assert (folder / "verify.py").read_bytes() == SCRIPT.read_bytes()


# ---------------------------------------------------------------- independent acceptance


@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_sha256sum_agrees(exported, manifest):
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", manifest], cwd=exported[0], check=True)


def test_bagit_python_agrees(exported):
    bagit.Bag(str(exported[0])).validate()


def test_bagit_utils_agrees(exported, folder):
    """A second implementation, which shares no code with bagit-python."""
    from bagit_utils import Bag

    assert Bag(exported[0], load=True).validate().valid
    next((folder / "data" / "objects").iterdir()).write_bytes(b"other")
    assert not Bag(folder, load=True).validate().valid


def the_page_s_commands():
    """The block of shell commands of docs/case-file.md that need no dalil."""
    text = PAGE.read_text("utf-8")
    return text[text.index("    cd OUT\n") : text.index("and for a time stamp")]


def test_the_commands_of_the_page_agree(exported, tmp_path):
    shutil.copytree(exported[0], tmp_path / "OUT")
    shutil.copyfile(exported[1], tmp_path / "log.pub")
    done = subprocess.run(["sh", "-e"], input=the_page_s_commands(), text=True, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0 and "Signature Verified Successfully" in done.stdout, done.stderr
    text = (tmp_path / "OUT/custody/checkpoint.note").read_text("utf-8")
    (tmp_path / "OUT/custody/checkpoint.note").write_text(text.replace("\n", "\n1", 1), "utf-8")
    rehash(tmp_path / "OUT")
    done = subprocess.run(["sh", "-e"], input=the_page_s_commands(), text=True, cwd=tmp_path, capture_output=True)
    assert done.returncode != 0


def test_the_page_names_every_file(exported):
    text = PAGE.read_text("utf-8")
    for path in exported[0].rglob("*"):
        if path.is_file():
            relative = path.relative_to(exported[0])
            folder = relative.parent.as_posix()
            assert path.name in text or f"{folder}/<" in text or path.name.split(".")[0] in text, relative


def test_pymerkle_agrees_on_the_root(exported):
    folder, _, _ = exported
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for line in (folder / "custody/log.jsonl").read_bytes().splitlines():
        tree.append_entry(line)
    root = (folder / "custody/checkpoint.note").read_text("utf-8").split("\n")[2]
    assert base64.b64encode(tree.get_root()).decode() == root


# ---------------------------------------------------------------- what is not shown


def traces(value: str) -> list[bytes]:
    """The value, and every hash of it that somebody who guesses it might look for."""
    digest = hashlib.sha256(value.encode()).digest()
    hashes = [digest, hashlib.sha1(value.encode()).digest(), hashlib.md5(value.encode()).digest()]
    encoded = [base64.b64encode(h).rstrip(b"=") for h in hashes] + [
        base64.urlsafe_b64encode(h).rstrip(b"=") for h in hashes
    ]
    return [
        value.encode(),
        json.dumps(value).strip('"').encode(),
        *hashes,
        *[h.hex().encode() for h in hashes],
        *encoded,
    ]


def printed_text(folder):
    """The words on every page of every PDF, which stand compressed in its bytes."""
    for path in sorted(folder.rglob("*.pdf")):
        pdfium = pytest.importorskip("pypdfium2")
        document = pdfium.PdfDocument(path)
        yield from (" ".join(page.get_textpage().get_text_range().split()).encode() for page in document)
        yield repr(document.get_metadata_dict()).encode()


def plain_text(folder):
    """Every byte that is published, what its disclosures say, and what is printed."""
    found = [every_byte(folder), *printed_text(folder)]
    for name in ("data/disclosures.txt", "custody/export.txt"):
        for row in (folder / name).read_text("ascii").splitlines():
            for part in row.split(" ")[1].split("~"):
                found.append(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return b"\n".join(found)


FIELDS = ("name", "source", "by", "modified")


@pytest.mark.parametrize("fields", [c for n in range(len(FIELDS) + 1) for c in combinations(FIELDS, n)],
                         ids=lambda c: "+".join(c) or "none")  # fmt: skip
def test_any_choice_of_fields_verifies_and_leaves_no_trace_of_the_rest(archive, tmp_path, fields):
    with Archive.open(archive) as opened:
        values = [
            str(e.disclosed[f]) for e in opened.entries(act="capture") for f in fields if f in e.disclosed and f != "by"
        ]
    out = tmp_path / "case"
    export(archive, out, fields=fields)
    done = run(out, archive / "keys" / "log.pub")
    assert done.returncode == 0, done.stdout
    published = plain_text(out)
    for value in values:
        for trace in traces(value):
            assert trace not in published, value


def test_nothing_of_a_withheld_or_erased_object_is_published(exported):
    folder, _, archive = exported
    published = plain_text(folder)
    with Archive.open(archive) as opened:
        secret = next(c for c in opened.captures() if c.name == "secret witness.txt")
        words = opened.object_path(secret.object.sha256).read_bytes()
    for value in (secret.object.sha256, secret.name, secret.source, words.decode(), "Ab Cd"):
        for trace in traces(value):
            assert trace not in published
    for trace in traces("gone.txt"):
        assert trace not in published
    assert bytes.fromhex(secret.object.sha256) not in published
    assert b"he hides from them" not in published, "withhold lines name recipients and reasons: they stay inside"


def test_an_account_that_is_withheld_leaves_neither_its_words_nor_its_numbers(archive, tmp_path):
    with Archive.open(archive, write=True) as opened:
        with opened.reading() as connection:
            both = next(
                i for row in store.list_incidents(connection)
                if len((i := store.load_incident(connection, row.id)).accounts) == 2
            )  # fmt: skip
        opened.append("judge", {"subject": both.id, "verdict": "seen", "by": "the tester", "reason": "read"})
        second = next(c for c in opened.captures() if c.name == "second.txt")
        chosen = removal.resolve(opened, second.object.sha256, ["object"])
        removal.withhold(opened, chosen, recipient="the press", reason="source", by="the tester")
    export(archive, tmp_path / "press", recipient="the press", pdf=True)
    export(archive, tmp_path / "court", recipient="the court", pdf=True)
    for name, words in (("press", b"Tal Ahmar"), ("court", b"Five")):
        if documents.can_print():
            assert any(words in text for text in printed_text(tmp_path / name)), "the words of PDFs are read"
    for out in ("press", "court"):
        assert run(tmp_path / out, archive / "keys" / "log.pub").returncode == 0
    press, court = plain_text(tmp_path / "press"), plain_text(tmp_path / "court")
    assert second.object.sha256.encode() in court and both.id.encode() in court
    for hidden in (second.object.sha256.encode(), both.id.encode(), b"invented Monitor", b"Five civilians"):
        assert hidden not in press
    reports = [json.loads(p.read_text("utf-8")) for p in (tmp_path / "press/data/reports").glob("*.json")]
    (told,) = [r for r in reports if "tal" in json.dumps(r).lower()]
    assert len(told["accounts"]) == 1 and told["killed"]["high"] != 5
    assert "2016" not in told["id"], "an id holds a digest of the report that founded it"


def test_bytes_may_be_left_out_while_the_hash_is_shown(archive, tmp_path):
    with Archive.open(archive, write=True) as opened:
        other = next(c for c in opened.captures() if c.name == "other.txt")
        chosen = removal.resolve(opened, other.object.sha256, ["bytes"])
        removal.withhold(opened, chosen, recipient="*", reason="too graphic", by="the tester")
    export(archive, tmp_path / "case")
    assert run(tmp_path / "case", archive / "keys" / "log.pub").returncode == 0
    published = plain_text(tmp_path / "case")
    assert other.object.sha256.encode() in published and b"shells hit a house" not in published


def test_one_incident_brings_only_what_it_rests_on(archive, tmp_path):
    with Archive.open(archive) as opened, opened.reading() as connection:
        ids = [row.id for row in store.list_incidents(connection)]
        of = {i: {a.document for a in store.load_incident(connection, i).accounts} for i in ids}
    for one in ids:
        out = tmp_path / one
        export(archive, out, incidents=[one])
        assert run(out, archive / "keys" / "log.pub").returncode == 0
        case = json.loads((out / "data/case.json").read_text("utf-8"))
        assert {o["object"] for o in case["objects"]} == of[one]
        published = plain_text(out)
        for other in set().union(*of.values()) - of[one]:
            assert other.encode() not in published


def test_names_that_play_tricks_stay_text(archive, tmp_path):
    with Archive.open(archive, write=True) as opened:
        for number, text in enumerate(("</script><script>alert(1)</script>", '#panic("x")', "../../etc/passwd")):
            path = tmp_path / f"{number}.txt"
            path.write_text(f"{text}\n\nTwo men were killed in shelling in {text} on 4 May 2015.\n", "utf-8")
            opened.capture_file(path, by=text)
        from dalil import pipeline

        pipeline.derive_waiting(opened)
    export(archive, tmp_path / "case")
    assert run(tmp_path / "case", archive / "keys" / "log.pub").returncode == 0
    for page in (tmp_path / "case/data").rglob("*.html"):
        assert "<script>" not in page.read_text("utf-8")


def test_reports_are_printed_in_both_languages(archive, tmp_path):
    pdfium = pytest.importorskip("pypdfium2")
    pytest.importorskip("typst")
    export(archive, tmp_path / "case", pdf=True)
    assert run(tmp_path / "case", archive / "keys" / "log.pub").returncode == 0
    pages = sorted((tmp_path / "case/data/reports").glob("*.pdf"))
    assert len(pages) == 4
    for path in pages:
        text = pdfium.PdfDocument(path)[0].get_textpage().get_text_bounded()
        assert "2016-11-04" in text or "2017-03-11" in text


def test_the_command(archive, tmp_path, capsys):
    from dalil.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(["export", "case", "--archive", str(archive), str(tmp_path / "case"), "--no-pdf", "--by", "the tester"])
    assert ended.value.code == 0 and "python3 verify.py" in capsys.readouterr().out
    assert run(tmp_path / "case", archive / "keys" / "log.pub").returncode == 0
    for wrong in ([str(tmp_path / "case")], [str(tmp_path / "new"), "--incident", "none"]):
        with pytest.raises(SystemExit) as ended:
            main(["export", "case", "--archive", str(archive), *wrong])
        assert ended.value.code in (1, 2)


def test_the_preview_lists_field_by_field_and_writes_nothing(archive, tmp_path, capsys):
    from dalil.__main__ import main

    with Archive.open(archive) as opened:
        before = opened.size
    with pytest.raises(SystemExit) as ended:
        main(["export", "case", "--archive", str(archive), str(tmp_path / "case"), "--preview", "--withhold", "source"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and not (tmp_path / "case").exists()
    assert "log: capture.name\t3\tfirst.txt | other.txt | second.txt" in said
    assert "file (text/plain)\t3\t" in said and "incident: killed.high\t" in said and "(withheld)\t" in said
    assert "log: capture.source" not in said and "secret witness" not in said
    with Archive.open(archive) as opened:
        assert opened.size == before


def test_after_a_change_of_keys_the_new_key_verifies(archive, tmp_path):
    old = tmp_path / "old.pub"
    old.write_bytes((archive / "keys" / "log.pub").read_bytes())
    prior = sorted((archive / "checkpoints").glob("*.note"))[-1]
    with Archive.open(archive, write=True) as opened:
        opened.change_key(by="the tester")
    export(archive, tmp_path / "case")
    assert run(tmp_path / "case", archive / "keys" / "log.pub", "--prior", prior).returncode == 0
    assert run(tmp_path / "case", old).returncode == 1


def test_the_arabic_page_says_all_but_the_reports_words_in_arabic(exported):
    pages = [path.read_text("utf-8") for path in (exported[0] / "data/reports").glob("*.ar.html")]
    headings = [page.split("<h1", 1)[1].split("</h1>", 1)[0] for page in pages]
    assert pages and not any("Airstrike at" in page for page in pages)
    assert all("، " in heading and "November" not in heading for heading in headings)
    assert any("\N{FIRST STRONG ISOLATE}2016-11-04\N{POP DIRECTIONAL ISOLATE}" in heading for heading in headings)
    index = (exported[0] / "data/index.ar.html").read_text("utf-8")
    assert "غارة جوية، " in index and "Airstrike at" not in index


def test_a_toll_is_told_in_the_pages_language():
    quote = Quote(0, 5, "three")
    assert reports._toll(Toll(low=3, best=3, high=None, quote=quote), reports.words("ar")) == "3 أو أكثر"
    assert reports._toll(Toll(low=None, best=None, high=11, quote=quote), reports.words("ar")) == "حتى 11"
    assert reports._toll(Toll(low=3, best=3, high=None, quote=quote), reports.words("en")) == "3 or more"
    assert reports._toll(Toll(low=8, best=8, high=15, quote=quote), reports.words("en")) == "8–15"
