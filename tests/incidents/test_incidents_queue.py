"""What a person is asked, answers and takes back, on the command line of a real archive. The reports are invented."""

import json

import pytest
from sqlalchemy import select

from dalil import db, pipeline
from dalil.archive import Archive, find
from dalil.incidents import questions, reports, store
from dalil.records import builtins
from the_command import dalil

REPORT = """{title}

{desk}

Date of publication: 7 March, 2019

{count} people were killed on Wednesday when an air strike hit {what} in Tell Example, in Aleppo province (36.1000 N, 36.9000 E).
"""  # noqa: E501
TABLES = (db.incident, db.facet, db.account, db.block, db.pair, db.judged_pair, db.mention)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    told = (("Strike on a market", "Desk A", "Twelve", "a market"), ("Air raid", "Desk B", "Four", "homes"))
    path = tmp_path_factory.mktemp("made") / "archive"
    files = [path.with_name(f"{n}.txt") for n in range(len(told))]
    for file, (title, desk, count, what) in zip(files, told, strict=True):
        file.write_text(REPORT.format(title=title, desk=desk, count=count, what=what))
    with Archive.create(path, "Test", by="tester", country="SY") as archive:
        list(archive.capture(find(files), by="tester"))
        pipeline.derive_waiting(archive)
    return path


@pytest.fixture
def archive(made, copy_of):
    return copy_of(made)


def asked(archive):
    with archive.engine.connect() as conn:
        return questions.queue(conn)


def dump(archive):
    with archive.engine.connect() as conn:
        return {t.name: sorted(map(repr, conn.execute(select(t)))) for t in TABLES}


def count(archive):
    with archive.engine.connect() as conn:
        return store.count_incidents(conn)


def judge(archive, question, verdict):
    subject = {"left": builtins(question.left), "right": builtins(question.right)}
    return reports.judge(archive, "link", subject, verdict, reason="seen", by="Reviewer")


def test_tolls_that_are_far_apart_are_asked_about_and_not_joined(archive):
    assert count(archive) == 2
    (question,) = asked(archive)
    assert question.left_incident != question.right_incident
    assert question.score == pytest.approx(sum(e.weight for e in question.evidence))
    assert {"day", "place", "killed"} <= {e.name for e in question.evidence}


@pytest.mark.parametrize(("verdict", "incidents", "waiting"), [("same", 1, 0), ("different", 2, 0), ("unsure", 2, 1)])
def test_an_answer_is_obeyed_at_once_and_undone_whole(archive, verdict, incidents, waiting):
    before = dump(archive)
    made = judge(archive, asked(archive)[0], verdict)
    assert (count(archive), len(asked(archive))) == (incidents, waiting)
    assert all(q.unsure for q in asked(archive))
    grown = dump(archive)
    pipeline.rebuild(archive)
    assert dump(archive) == grown
    reports.undo(archive, made.seq, reason="a slip", by="Reviewer")
    assert dump(archive) == before


def test_the_reason_for_a_join_by_hand_names_the_line_of_the_log(archive):
    made = judge(archive, asked(archive)[0], "same")
    with archive.engine.connect() as conn:
        (row,) = store.list_incidents(conn)
        second = store.load_incident(conn, row.id).accounts[1]
    assert ("judgement", "same", str(made.seq)) in [(e.name, e.left, e.right) for e in second.link]
    assert second.link_to is not None


def test_a_grade_set_by_a_person_stands_until_it_is_undone(archive):
    before = dump(archive)
    subject = builtins(asked(archive)[0].left)
    made = reports.judge(archive, "grade", subject, "fair", reason="photographs", by="Reviewer")
    with archive.engine.connect() as conn:
        grades = [store.load_incident(conn, row.id).grade for row in store.list_incidents(conn)]
    assert [(g.grade, g.proposed, g.by) for g in grades if g.judgement == made.seq] == [("fair", "weak", "Reviewer")]
    reports.undo(archive, made.seq, reason="", by="Reviewer")
    assert dump(archive) == before


def test_the_command_shows_each_question_and_how_to_answer_it(archive, tmp_path):
    archive.close()
    shown = dalil("queue", cwd=archive.path)
    assert shown.returncode == 0 and "dalil judge link" in shown.stdout and "1 waiting" in shown.stderr
    line = json.loads(dalil("queue", "--json", cwd=archive.path).stdout)
    assert line["left_incident"] in shown.stdout and line["evidence"]
    left, right = next(row for row in shown.stdout.splitlines() if "judge link" in row).split()[3:5]
    reason = ("--same", "--reason", "one crater", "--by", "Reviewer")
    answer = dalil("judge", "link", left, right, *reason, cwd=archive.path)
    assert answer.returncode == 0, answer.stderr
    assert "Nothing waits" in dalil("queue", cwd=archive.path).stderr
