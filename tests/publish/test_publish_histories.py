"""Whatever history an archive has had, it verifies at every step, and so does every case file made of it on the way."""

import importlib.util
import os
import re
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from case_files import export, load
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dalil.archive import Archive, checkpoints, find, removal, stamps, witness
from dalil.archive.notes import NoteKey, Signer
from dalil.archive.verify import verify

CHECKER = load()
WITNESS = Signer.generate("example.org/w")
HISTORIES = int(os.environ.get("DALIL_HISTORIES", "6"))


class Crash(BaseException):
    """A process that ends here and now."""


@cache
def authority():
    """A time-stamp authority of our own, started when the first history wants one; it ends with this process."""
    helper = Path(__file__).parents[1] / "archive" / "authority.py"
    spec = importlib.util.spec_from_file_location("authority_of_histories", helper)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Authority(Path(tempfile.mkdtemp(prefix="dalil-authority-")) / "one", "one")


class Histories(RuleBasedStateMachine):
    """Capture, judge, redact, withhold, erase, checkpoint, stamp, co-sign, export, crash, in any order."""

    exports = 0

    @initialize()
    def begin(self):
        self.top = Path(tempfile.mkdtemp(prefix="dalil-history-"))
        self.archive = self.top / "archive"
        Archive.create(self.archive, "a history", by="the tester").close()
        self.count = 0
        self.priors = []
        self.cosigned = self.stamped = False
        self.kept = {}

    def file(self, text):
        self.count += 1
        path = self.top / f"{self.count}.txt"
        path.write_text(f"{text} {self.count}\n", "utf-8")
        return path

    def open(self):
        return Archive.open(self.archive, write=True)

    @rule(
        text=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=20), many=st.integers(1, 3)
    )
    def capture(self, text, many):
        paths = [self.file(text) for _ in range(many)]
        with self.open() as opened:
            for taken in opened.capture(find(paths), by="the tester"):
                self.kept[taken.capture.object.sha256] = taken.capture

    @rule(reason=st.text(st.characters(codec="utf-8"), max_size=30))
    def judge(self, reason):
        with self.open() as opened:
            opened.append("judge", {"subject": "incident-1", "verdict": "same", "reason": reason, "by": "the tester"})

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def redact(self, data):
        original = data.draw(st.sampled_from(sorted(self.kept)))
        with self.open() as opened:
            removal.redact(opened, original, self.file("blackened"), reason="names", by="the tester")

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), lifted=st.booleans(), recipient=st.sampled_from(["*", "the court", "the press"]))
    def withhold(self, data, lifted, recipient):
        original = data.draw(st.sampled_from(sorted(self.kept)))
        field = data.draw(st.sampled_from(["object", "bytes", "name", "source", "by", "all"]))
        with self.open() as opened, suppress(removal.InputRefused):  # what was erased cannot be withheld
            chosen = removal.resolve(opened, original, [field])
            removal.withhold(opened, chosen, recipient=recipient, reason="asked", by="the tester", lifted=lifted)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), crash=st.booleans())
    def erase(self, data, crash):
        original = data.draw(st.sampled_from(sorted(self.kept)))
        field = data.draw(st.sampled_from(["object", "bytes", "source", "all"]))
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            opened = self.open()
            if crash:
                patch.setattr(removal, "finish", self.crash)
            try:
                chosen = removal.resolve(opened, original, [field])
                if field == "source" and not any(name == "source" for _, name in chosen):
                    return
                removal.erase(opened, chosen, reason="asked", by="the tester")
            except removal.InputRefused:
                pass
            finally:
                opened._let_go() if crash else opened.close()
        if field != "source":
            del self.kept[original]

    @staticmethod
    def crash(*_):
        raise Crash

    @rule(step=st.sampled_from(["keep", "append_within", "checkpoint"]))
    def crash_while_capturing(self, step):
        opened = self.open()
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            victim = opened.store if step == "keep" else opened
            patch.setattr(victim, step, self.crash)
            try:
                for taken in opened.capture(find([self.file("cut short")]), by="the tester"):
                    self.kept[taken.capture.object.sha256] = taken.capture
                opened.checkpoint()
            finally:
                opened._let_go()

    @rule()
    def checkpoint(self):
        with self.open() as opened:
            note = opened.checkpoint()
        path = self.top / f"prior-{note.size}.note"
        path.write_text(note.note, "utf-8")
        self.priors.append(path.read_bytes())

    @rule(answers=st.booleans())
    def stamp(self, answers):
        text = (self.archive / "dalil.toml").read_text("utf-8")
        address = authority().address if answers else "http://127.0.0.1:1/tsr"
        listed = re.sub(r"(?m)^authorities = .*$", f'authorities = ["{address}"]', text)
        (self.archive / "dalil.toml").write_text(listed, "utf-8")
        (self.archive / stamps.ROOTS).write_bytes(authority().root)
        with self.open() as opened:
            made = stamps.stamp_waiting(opened)
        assert all(isinstance(one, stamps.Stamp) is answers for one in made)
        self.stamped |= answers and bool(made)
        # Exports ask too, which takes long; that they do is tested elsewhere.
        (self.archive / "dalil.toml").write_text(re.sub(r"(?m)^authorities = .*$", "authorities = []", text), "utf-8")

    @rule()
    def cosign(self):
        log_key = NoteKey.parse((self.archive / "keys" / "log.vkey").read_text("utf-8"))
        state = self.top / "witness.note"
        with self.open() as opened:
            before = checkpoints.read(state).size if state.exists() else 0
            line = witness.cosign(witness.request(opened, before), WITNESS, [log_key], state)
            witness.take_in(opened, line, WITNESS.key, by="the tester")
        self.cosigned = True

    @rule(fields=st.sets(st.sampled_from(["by", "source"])))
    def export_to_anybody(self, fields):
        self.export_case("*", fields)

    @rule(fields=st.sets(st.sampled_from(["by", "source"])))
    def export_to_the_court(self, fields):
        self.export_case("the court", fields)

    @rule(fields=st.sets(st.sampled_from(["by", "source"])))
    def export_to_the_press(self, fields):
        self.export_case("the press", fields)

    def export_case(self, recipient, fields):
        out = self.top / "case"
        shutil.rmtree(out, ignore_errors=True)
        export(self.archive, out, recipient=recipient, fields=sorted(fields))
        key = (self.archive / "keys" / "log.pub").read_bytes()
        witnesses = WITNESS.key.vkey.encode() if self.cosigned else b""
        for prior in [b"", *self.priors[-2:]]:
            assert CHECKER.check(out, key, authority().root if self.stamped else b"", prior, witnesses)[-1] == "GOOD"
        type(self).exports += 1

    @invariant()
    def verifies(self):
        if hasattr(self, "archive"):
            with Archive.open(self.archive) as opened:
                report = verify(opened)
                assert report.ok, report.findings
                stand = {capture.object.sha256 for capture in opened.captures()}
                assert self.kept.keys() <= stand

    def teardown(self):
        if hasattr(self, "top"):
            shutil.rmtree(self.top, ignore_errors=True)


Histories.TestCase.settings = settings(
    max_examples=HISTORIES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase


@pytest.mark.slow
def test_a_thousand_clean_exports_of_random_histories():
    """DALIL_EXPORTS sets another number; what was done so far is printed on the way."""
    from hypothesis.stateful import run_state_machine_as_test

    Histories.exports = 0
    while Histories.exports < int(os.environ.get("DALIL_EXPORTS", "1000")):
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=20,
                stateful_step_count=20,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        print(Histories.exports, "clean exports of random histories, all good", flush=True)
