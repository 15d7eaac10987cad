"""Every export: the same bytes for the same incidents, nothing withheld in it, and back again where a format allows."""

import csv
import io
import json
from pathlib import Path

import pytest

from dalil.archive import Archive
from dalil.archive.removal import resolve, withhold
from dalil.claims.imports import Part, Wanted, parts
from dalil.claims.imports.formulas import disarmed, rearmed
from dalil.commands import imported
from dalil.errors import DalilError
from dalil.incidents import store
from dalil.publish import exports, scope
from dalil.publish.commands import FORMATS as COMMANDS
from the_command import dalil

FILES = Path(__file__).parents[1] / "imports" / "files"
NAMES = [form.name for form in exports.FORMATS]
REPORT = """Two dead in shelling of =SUM(A1) Tell Example

Date of publication: 7 March, 2019

Two people were killed on Wednesday when artillery shelling hit a market in Tell Example. Mona Example, 30, was
wounded in the shelling.
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "archive"
    with Archive.create(path, "Test", by="tester", country="SY") as archive:
        imported(archive, [FILES / "ucdp.csv"], Wanted("ucdp", "SY"), by="tester")
        imported(archive, [FILES / "airwars.csv"], Wanted("airwars", "SY"), by="tester")
    return path


@pytest.fixture
def archive(made, copy_of):
    return copy_of(made)


def rendered(archive, name: str, *, recipient: str = "*") -> dict[str, bytes]:
    form = next(one for one in exports.FORMATS if one.name == name)
    return dict(exports.render(form, exports.outgoing(archive, chosen(archive, recipient))))


def chosen(archive, recipient: str = "*"):
    with archive.reading() as conn:
        found = tuple(store.load_incident(conn, row.id) for row in store.list_incidents(conn))
    return scope.choose(archive, recipient=recipient, incidents=found, everything=True)


def object_called(archive, name: str) -> str:
    return next(c.object.sha256 for c in archive.captures() if c.name == name)


def test_every_format_has_its_command():
    assert [name for name, *_ in COMMANDS] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_same_incidents_give_the_same_bytes(archive, name):
    first = rendered(archive, name)
    assert first == rendered(archive, name) and all(first.values())
    assert all(data.decode("utf-8") for data in first.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_withheld_does_not_leave(archive, name):
    secret = object_called(archive, "airwars.csv")
    assert secret.encode() in b"".join(rendered(archive, name).values()) or name in ("ucdp", "acled", "hxl")
    withhold(archive, resolve(archive, secret, ["object"]), recipient="*", reason="test", by="tester")
    told = b"".join(rendered(archive, name).values())
    assert told and secret.encode() not in told and b"Example Coalition" not in told and b"EX001" not in told


@pytest.mark.parametrize("name", NAMES)
def test_names_of_the_living_do_not_leave(archive, tmp_path, name):
    from dalil import pipeline

    (tmp_path / "report.txt").write_text(REPORT)
    archive.capture_file(tmp_path / "report.txt", by="tester")
    pipeline.derive_waiting(archive)
    told = b"".join(rendered(archive, name).values())
    assert b"Mona" not in told


@pytest.mark.parametrize("name", ["geojson", "hxl", "ftm", "timemap"])
def test_the_checkpoint_is_named(archive, name):
    checkpoint = archive.checkpoint()
    assert checkpoint.root.encode() in b"".join(rendered(archive, name).values())


def test_geojson_is_what_maps_read(archive):
    made = json.loads(rendered(archive, "geojson")[""])
    assert made["type"] == "FeatureCollection" and made["dalil"]["checkpoint"]["note"]
    feature = next(f for f in made["features"] if len(f["properties"]["accounts"]) > 1)
    lon, lat = feature["geometry"]["coordinates"]
    assert 36 < lat < 37 and 36 < lon < 37 and feature["properties"]["radius_m"]
    for account in feature["properties"]["accounts"]:
        assert account["words"][0]["text"] and account["source"] in ("UCDP GED", "Airwars")


# ---------------------------------------------------------------- back again


def events(path: Path, kind: str) -> list:
    found = [p for p in parts(path, Wanted(kind), object="0" * 64, name=path.name) if isinstance(p, Part)]
    return sorted(
        (e.when.start, e.when.end, e.where.name, e.where.precision, e.where.candidates[0].lat,
         e.where.candidates[0].lon, e.killed and (e.killed.low, e.killed.best, e.killed.high))
        for p in found if (e := p.reading.incidents[0])
    )  # fmt: skip


def test_ucdp_out_and_in_again_is_the_same(tmp_path):
    """Rows without contradictions, one incident each: counts, days and places come back as they were."""
    rows = FILES.joinpath("ucdp.csv").read_text("utf-8").splitlines(keepends=True)
    plain = tmp_path / "plain.csv"
    plain.write_text("".join(row for row in rows if not row.startswith(("900003", "900004"))), "utf-8")
    with Archive.create(tmp_path / "one", "Test", by="tester") as one:
        imported(one, [plain], Wanted("ucdp"), by="tester")
        out = tmp_path / "out.csv"
        out.write_bytes(rendered(one, "ucdp")[""])
    assert events(out, "ucdp") == events(plain, "ucdp") and len(events(out, "ucdp")) == 3
    with Archive.create(tmp_path / "two", "Test", by="tester") as two:
        assert imported(two, [out], Wanted("ucdp"), by="tester")[0].taken == 3
        again = rendered(two, "ucdp")[""]
    (tmp_path / "again.csv").write_bytes(again)
    assert events(tmp_path / "again.csv", "ucdp") == events(plain, "ucdp")


def test_acled_comes_back_with_its_one_number(archive, tmp_path):
    out = tmp_path / "out.csv"
    out.write_bytes(rendered(archive, "acled")[""])
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    back = list(parts(out, Wanted("acled"), object="0" * 64, name="out.csv"))
    assert len(back) == len(rows) and all(isinstance(p, Part) for p in back)
    for row, p in zip(rows, back, strict=True):
        killed = p.reading.incidents[0].killed
        assert int(row["fatalities"]) == (killed.best if killed else 0)
        assert row["notes"]


# ---------------------------------------------------------------- single formats


def test_ftm_entities_hang_together(archive):
    found = [json.loads(line) for line in rendered(archive, "ftm")[""].decode().splitlines()]
    ids = {e["id"] for e in found}
    assert len(ids) == len(found)
    assert {e["schema"] for e in found} >= {"Event", "Document", "Organization", "Documentation", "UnknownLink"}
    for e in found:
        assert all(
            isinstance(values, list) and all(isinstance(v, str) for v in values) for values in e["properties"].values()
        )
        for name in ("proof", "involved", "subject", "object", "document", "entity"):
            assert set(e["properties"].get(name, ())) <= ids


def test_timemap_ids_meet(archive):
    files = {name: json.loads(data) for name, data in rendered(archive, "timemap").items()}
    assert set(files) == {"events.json", "sources.json", "associations.json"}
    sources = {s["id"] for s in files["sources.json"]}
    kinds = {a["id"] for a in files["associations.json"]}
    for event in files["events.json"]:
        assert set(event["sources"]) <= sources and set(event["associations"]) <= kinds
        assert ("latitude" in event) == ("longitude" in event)
        assert all(isinstance(v, str | list) for v in event.values())


def test_hxl_has_its_row_of_tags(archive):
    rows = list(csv.reader(io.StringIO(rendered(archive, "hxl")[""].decode())))
    assert all(tag.startswith("#") for tag in rows[1]) and {len(row) for row in rows} == {len(rows[0])}
    assert {"#geo+lat", "#affected+killed+min", "#date+start", "#adm1+name"} <= set(rows[1])


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@x", "\tx", "plain", "-12.5", "+7", "'quoted", ""])
def test_formulas_are_disarmed_and_come_back(text):
    safe = disarmed(text)
    assert not safe.startswith(("=", "@", "\t")) and rearmed(safe) == text


def test_cells_of_reports_cannot_run(tmp_path):
    table = tmp_path / "ucdp.csv"
    table.write_text(
        FILES.joinpath("ucdp.csv").read_text("utf-8").replace("Tell Example village", "=HYPERLINK(1)"), "utf-8"
    )
    with Archive.create(tmp_path / "a", "Test", by="tester") as made:
        imported(made, [table], Wanted("ucdp"), by="tester")
        for name in ("ucdp", "acled", "hxl"):
            cells = [c for row in csv.reader(io.StringIO(rendered(made, name)[""].decode())) for c in row]
            assert any("HYPERLINK" in c for c in cells) and not any(c.startswith("=") for c in cells)


# ---------------------------------------------------------------- the command


def test_the_command_writes_once_and_logs_it(archive, tmp_path):
    path = archive.path
    archive.close()

    out = tmp_path / "out.csv"
    done = dalil("export", "acled", "--archive", path, "--json", out)
    assert done.returncode == 0 and "does not hold ranges" in done.stderr and json.loads(done.stdout)["incidents"] > 2
    again = dalil("export", "acled", "--archive", path, out)
    assert again.returncode == 2 and "is there already" in again.stderr
    with Archive.open(path) as opened:
        entry = list(opened.entries(act="export"))[-1]
        assert entry.disclosed["format"] == "acled" and entry.disclosed["recipient"] == "*"
    assert dalil("verify", "--archive", path).returncode == 0


def test_a_place_that_is_taken_is_left_alone(archive, tmp_path):
    form = exports.FORMATS[0]
    with pytest.raises(DalilError, match="there already"):
        exports.write(archive, form, chosen(archive), tmp_path, by="tester")
