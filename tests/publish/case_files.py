"""An archive with incidents, a case file made of it, and verify.py, run as its users run it or in this process."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dalil.publish
from dalil import pipeline
from dalil.archive import Archive, find, removal
from dalil.incidents import reports, store
from dalil.publish import case, scope

SCRIPT = Path(dalil.publish.__file__).parent / "verify.py"
REPORTS = {  # invented for these tests
    "first.txt": "Airstrike in Tal Ahmar kills three\n\nPublished on 5 November 2016\n\nAt least three people were "
    "killed and seven others injured in an airstrike on a market in Tal Ahmar on 4 November 2016, residents said.\n",
    "second.txt": "Raid on Tal Ahmar\n\nPublished on 6 November 2016\n\nFive civilians were killed in an airstrike on "
    "a market in Tal Ahmar on 4 November 2016, said the invented Monitor.\n",
    "other.txt": "Shelling of Bir Safa\n\nPublished on 12 March 2017\n\nTwo women were killed when shells hit a house "
    "in Bir Safa on 11 March 2017.\n",
}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """An archive that nobody may change: three reports, a judgement, things withheld and erased."""
    top = tmp_path_factory.mktemp("made")
    reports = top / "reports"
    reports.mkdir()
    for name, text in REPORTS.items():
        (reports / name).write_text(text, "utf-8")
    (reports / "secret witness.txt").write_text("Names of witnesses, invented: Ab Cd, Ef Gh.\n", "utf-8")
    (reports / "gone.txt").write_text("This was asked to be erased.\n", "utf-8")
    with Archive.create(top / "archive", "for tests", by="the tester") as archive:
        list(archive.capture(find([reports]), by="the tester"))
    with Archive.open(top / "archive", write=True) as archive:
        of = {c.name: c.object.sha256 for c in archive.captures()}
        chosen = removal.resolve(archive, of["gone.txt"], ["all"])
        removal.erase(archive, chosen, reason="a family asked", by="the tester")
        chosen = removal.resolve(archive, of["secret witness.txt"], ["object"])
        removal.withhold(archive, chosen, recipient="*", reason="he hides from them", by="the tester")
        pipeline.derive_waiting(archive)
        one_raid(archive, of["first.txt"], of["second.txt"])
        archive.append(
            "judge", {"subject": of["first.txt"], "verdict": "seen", "by": "the tester", "reason": "read it"}
        )
    return top / "archive"


def one_raid(archive, *documents):
    """A person says that these two reports are of one event: their numbers differ too much for a program to say."""
    with archive.reading() as connection:
        incidents = [store.load_incident(connection, row.id) for row in store.list_incidents(connection)]
    first = {a.document: a.claims[0].quote for i in incidents for a in i.accounts}
    left, right = ({"document": d, "start": first[d].start, "end": first[d].end} for d in documents)
    subject = {"left": left, "right": right}
    reports.judge(archive, "link", subject, "same", reason="the same market, the same day", by="the tester")


@pytest.fixture
def archive(made, tmp_path):
    """A copy of it to work with."""
    shutil.copytree(made, tmp_path / "archive")
    return tmp_path / "archive"


def export(archive: Path, out: Path, *, recipient="the court", incidents=None, fields=(), pdf=False):
    """The case file, made as `dalil export case` makes it."""
    with Archive.open(archive, write=True) as opened:
        with opened.reading() as connection:
            ids = [row.id for row in store.list_incidents(connection)] if incidents is None else incidents
            found = tuple(store.load_incident(connection, one) for one in ids)
        chosen = scope.choose(opened, recipient=recipient, incidents=found, everything=incidents is None, fields=fields)
        return case.write_case(opened, chosen, out, by="the tester", pdf=pdf)


@pytest.fixture(scope="session")
def exported(made, tmp_path_factory):
    """(case file, public key, the archive after it) that nobody may change."""
    top = tmp_path_factory.mktemp("exported")
    shutil.copytree(made, top / "archive")
    export(top / "archive", top / "case")
    return top / "case", top / "archive" / "keys" / "log.pub", top / "archive"


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of the case file to break."""
    shutil.copytree(exported[0], tmp_path / "case")
    return tmp_path / "case"


def run(folder, key, *more, script=SCRIPT):
    """verify.py as an expert runs it."""
    command = [sys.executable, "-I", str(script), str(folder), "--key", str(key), *map(str, more)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def load():
    """verify.py as a module, for thousands of runs in one process."""
    spec = importlib.util.spec_from_file_location("case_verify", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rehash(folder: Path) -> None:
    """Both manifests are made to match whatever is in the folder now, as a careful forger would."""
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    manifests = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    for name, wanted in zip(manifests, (True, False), strict=True):
        rows = [
            f"{hashlib.sha256((folder / f).read_bytes()).hexdigest()}  {f}\n"
            for f in files
            if f.startswith("data/") == wanted and f != manifests[1]
        ]
        (folder / name).write_text("".join(rows), "utf-8")
