"""OpenTimestamps: a local calendar, a block of our own making, and no proof that counts for more than it shows."""

import hashlib
import struct
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dalil.archive import Archive, ots
from dalil.errors import CustodyBroken, DalilError

pytest.importorskip("opentimestamps")

EASY = bytes.fromhex("ffff7f20")  # the target of Bitcoin's test chains: one hash in two is below it


def header(root: bytes, at: int = 1_500_000_000) -> bytes:
    """A block header over that Merkle root whose proof of work holds."""
    for nonce in range(1000):
        made = struct.pack("<I", 4) + bytes(32) + root + struct.pack("<I", at) + EASY + struct.pack("<I", nonce)
        if ots.worked(made):
            return made
    raise AssertionError("no nonce was found")


class Calendar:
    """Takes digests; answers with a promise, and with a block once `mine` was called."""

    def __init__(self):
        self.seen, self.mined = [], False
        calendar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                digest = self.rfile.read(int(self.headers["Content-Length"]))
                calendar.seen.append(digest)
                self.answer(calendar.proof(digest, mined=False))

            def do_GET(self):
                digest = bytes.fromhex(self.path.rsplit("/", 1)[1])
                if not calendar.mined:
                    self.send_error(404)
                    return
                self.answer(calendar.proof(digest, mined=True))

            def answer(self, data):
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def proof(self, digest, mined):
        from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
        from opentimestamps.core.op import OpPrepend, OpSHA256
        from opentimestamps.core.serialize import BytesSerializationContext
        from opentimestamps.core.timestamp import Timestamp

        timestamp = Timestamp(digest)
        if mined:
            last = timestamp.ops.add(OpPrepend(b"other leaves")).ops.add(OpSHA256())
            last.attestations.add(BitcoinBlockHeaderAttestation(321))
        else:
            timestamp.attestations.add(PendingAttestation(self.address))
        context = BytesSerializationContext()
        timestamp.serialize(context)
        return context.getbytes()

    @staticmethod
    def root(digest):
        return hashlib.sha256(b"other leaves" + digest).digest()


@pytest.fixture
def calendar():
    made = Calendar()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def stamped(archive, calendar):
    with Archive.open(archive, write=True) as opened:
        note = opened.checkpoint().note.encode()
        entry, failed = ots.stamp(opened, opened.checkpoint(), [calendar.address, "http://127.0.0.1:1"], by="tester")
    assert entry.disclosed["status"] == "pending" and len(failed) == 1
    return archive, note


def said(report):
    return [(f.what.split(":")[0], f.damage) for f in report.findings]


def test_the_calendar_learns_nothing_of_the_checkpoint(stamped, calendar):
    _, note = stamped
    assert calendar.seen and hashlib.sha256(note).digest() not in calendar.seen
    assert len(calendar.seen[0]) == 32


def test_pending_then_attested_then_confirmed(stamped, calendar, checked):
    archive, note = stamped
    assert said(checked(archive)) == [("pending", False)]
    with Archive.open(archive, write=True) as opened:
        assert list(ots.upgrade(opened, by="tester")) == []
    calendar.mined = True
    with Archive.open(archive, write=True) as opened:
        ((entry, found),) = ots.upgrade(opened, by="tester")
    assert (entry.disclosed["status"], found.state, found.blocks, found.at_utc) == (
        "attested",
        "attested",
        (321,),
        None,
    )
    assert said(checked(archive)) == [("attested", False)]
    (archive / ots.HEADERS).write_text(f"# from our own node\n321 {header(calendar.root(calendar.seen[0])).hex()}\n")
    assert said(checked(archive)) == []
    with Archive.open(archive) as opened:
        proof = ots.path(opened, int(entry.disclosed["size"]), entry.disclosed["proof"]).read_bytes()
        found = ots.state(proof, note, ots.headers(opened))
    assert found.state == "confirmed" and found.at_utc.timestamp() == 1_500_000_000


def test_another_block_of_that_height_contradicts_it(stamped, calendar, checked):
    archive, _ = stamped
    calendar.mined = True
    with Archive.open(archive, write=True) as opened:
        list(ots.upgrade(opened, by="tester"))
    (archive / ots.HEADERS).write_text(f"321 {header(bytes(32)).hex()}\n")
    assert any(f.damage and "Merkle root" in f.what for f in checked(archive).findings)
    idle = bytearray(header(calendar.root(calendar.seen[0])))
    idle[72:76] = bytes.fromhex("ffff001d")  # a real target, which this header is not below
    (archive / ots.HEADERS).write_text(f"321 {idle.hex()}\n")
    assert any(f.damage and "proof of work" in f.what for f in checked(archive).findings)


def proof_of(archive):
    return next((archive / "checkpoints").glob("*.ots"))


@pytest.mark.parametrize(
    "change",
    [
        lambda a: proof_of(a).unlink(),
        lambda a: proof_of(a).write_bytes(b""),
        lambda a: proof_of(a).write_bytes(proof_of(a).read_bytes()[:-3]),
        lambda a: (a / ots.HEADERS).write_text("not a header\n"),
        lambda a: (a / ots.HEADERS).write_bytes(b"\xff"),
    ],
    ids=["dropped", "emptied", "cut", "torn headers", "headers that are no text"],
)
def test_what_is_wrong_is_found(stamped, checked, change):
    archive, _ = stamped
    change(archive)
    assert any(f.damage and f.kind == "stamp" for f in checked(archive).findings)


def test_a_proof_over_something_else_or_none_is_refused(stamped):
    archive, note = stamped
    data = proof_of(archive).read_bytes()
    for proof, over in ((data, b"x"), (b"", note), (data[:40], note), (b"\0" * 100, note), (bytes(2 << 20), note)):
        with pytest.raises(CustodyBroken):
            ots.state(proof, over, {})
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            assert ots.state(bytes(changed), note, {}).state == "pending", place
        except CustodyBroken:
            continue


def test_where_no_calendar_answers_nothing_is_written(archive):
    with Archive.open(archive, write=True) as opened:
        before = opened.size
        with pytest.raises(DalilError, match="no calendar answered"):
            ots.stamp(opened, opened.checkpoint(), ["http://127.0.0.1:1"], by="tester")
        assert opened.size == before
    assert not list((archive / "checkpoints").glob("*.ots"))


def test_the_commands(archive, calendar, checked, capsys):
    from dalil.archive.commands import stamp_command

    for more in (["--calendar", calendar.address], ["--upgrade"]):
        stamp_command.main(["--archive", str(archive), "--by", "tester", *more], standalone_mode=False)
    assert "nothing is proven yet" in capsys.readouterr().out
    assert said(checked(archive)) == [("pending", False)]
