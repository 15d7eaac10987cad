"""The reader over our own sentences: nothing that did not happen becomes an incident, and the values are right.

`floors.json` beside the sentences pins what was reached; a floor is only ever raised.
"""

import json
import re
from collections import Counter
from datetime import date

import pytest
from golden_scoring import HERE, read, score, sentences

from dalil.records import EVENT_TYPES, INCIDENT_STATUSES, STATUSES

LANGUAGES = ("en", "ar")
SUSPECTS = {"name", "kind", "attribution", "by"}
FIELDS = {"type", "status", "killed", "injured", "missing", "when", "where", "suspect", "said_by", "groups", "victim",
          "injured_groups", "footage", "target", "weapon"}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """Every sentence scored once: {lang: [(row, values, leak)]}."""
    return {lang: [(row, *score(row)) for row in sentences(lang)] for lang in LANGUAGES}


def floors() -> dict:
    return json.loads((HERE / "floors.json").read_text("utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sentences_are_well_formed(lang):
    rows = sentences(lang)
    assert len(rows) >= {"en": 180, "ar": 160}[lang]
    assert [i for i, n in Counter(r["id"] for r in rows).items() if n > 1] == []
    for row in rows:
        date.fromisoformat(row["published"])
        assert row["lang"] == lang and row["id"].startswith(f"{lang}-{row['phenomenon']}-"), row["id"]
        for want in row["expect"]["claims"]:
            assert want.keys() <= FIELDS, row["id"]
            assert want["status"] in STATUSES
            types = want.get("type", [])
            assert set([types] if isinstance(types, str) else types) <= set(EVENT_TYPES), row["id"]
            assert want.get("suspect", {}).keys() <= SUSPECTS
            if lang == "en" and "where" in want:
                assert re.search(re.escape(want["where"]), row["text"], re.I), row["id"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_status_and_type_is_told_by_some_sentence(lang):
    wants = [w for row in sentences(lang) for w in row["expect"]["claims"]]
    assert {w["status"] for w in wants} == set(STATUSES)
    told = {t for w in wants for t in ([w["type"]] if isinstance(w.get("type"), str) else w.get("type", []))}
    assert set(EVENT_TYPES) - told <= {"other"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_did_not_happen_stays_out_of_incidents(lang, results):
    leaks = sorted(row["id"] for row, _, leak in results[lang] if leak)
    assert len(leaks) <= floors()[lang]["leaks"], leaks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_share_of_right_values_does_not_sink(lang, results):
    values = [(row["id"], *v) for row, rows, _ in results[lang] for v in rows]
    right = sum(v[-1] for v in values) / len(values)
    wrong = [f"{v[0]} {v[1]}: expected {v[2]}, found {v[3]}" for v in values if not v[-1]]
    assert right >= floors()[lang]["values"], "\n".join([f"{right:.4f}", *wrong[:40]])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_incidents_are_made_only_of_what_happened_or_was_tried(lang):
    for row in sentences(lang):
        reading = read(row)
        for incident in reading.incidents:
            assert incident.status in INCIDENT_STATUSES
            assert {reading.claims[k].status for k in incident.claims} <= set(INCIDENT_STATUSES), row["id"]
