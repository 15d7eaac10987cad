"""Time stamps in a case file: checked by verify.py and by openssl alone, and found when swapped, dropped or altered."""

import importlib.util
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from case_files import export, rehash, run

from dalil.archive import Archive, stamps

HELPER = Path(__file__).parents[1] / "archive" / "authority.py"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("local_authority", HELPER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    top = tmp_path_factory.mktemp("authorities")
    pair = [module.Authority(top / name, name, chain=name == "two") for name in ("one", "two")]
    yield pair
    for authority in pair:
        authority.close()


@pytest.fixture(scope="module")
def stamped(made, authorities, tmp_path_factory):
    """(case file, public key, roots): two stamps over an earlier checkpoint, two over that of the export."""
    top = tmp_path_factory.mktemp("stamped")
    archive = top / "archive"
    shutil.copytree(made, archive)
    text = (archive / "dalil.toml").read_text("utf-8")
    listed = ", ".join(f'"{a.address}"' for a in authorities)
    (archive / "dalil.toml").write_text(text.replace("authorities = []", f"authorities = [{listed}]"), "utf-8")
    (archive / stamps.ROOTS).write_bytes(b"".join(a.root for a in authorities))
    with Archive.open(archive, write=True) as opened:
        assert len(stamps.stamp_waiting(opened)) == 2
    export(archive, top / "case")
    return top / "case", archive / "keys" / "log.pub", archive / stamps.ROOTS


@pytest.fixture
def broken(stamped, tmp_path):
    """Changes a copy, makes the manifests match, and gives what verify.py says."""

    def change(how, *more):
        shutil.rmtree(tmp_path / "case", ignore_errors=True)
        shutil.copytree(stamped[0], tmp_path / "case")
        how(tmp_path / "case")
        rehash(tmp_path / "case")
        return run(tmp_path / "case", stamped[1], *more)

    return change


def replies(folder):
    """The stamps over the earlier checkpoint, then those over the export's own."""
    own = [p for p in (folder / "custody/stamps").iterdir() if note_of(p).parent.name != "checkpoints"]
    return [p for p in sorted((folder / "custody/stamps").iterdir()) if p not in own], own


def note_of(reply):
    folder = reply.parent.parent
    earlier = folder / "checkpoints" / f"{reply.name[:64]}.note"
    return earlier if earlier.exists() else folder / "checkpoint.note"


def test_good_with_and_without_the_authorities_roots(stamped):
    folder, key, roots = stamped
    done = run(folder, key, "--tsa", roots)
    assert done.returncode == 0 and done.stdout.count("lines stood on") == 4, done.stdout
    done = run(folder, key)
    assert done.returncode == 0 and done.stdout.count("give --tsa") == 4


def test_openssl_alone_agrees(stamped, authorities):
    for reply in (stamped[0] / "custody/stamps").iterdir():
        at = int(datetime.now().timestamp())
        files = ["-data", note_of(reply), "-in", reply, "-attime", str(at), "-CAfile", stamped[2]]
        subprocess.run(["openssl", "ts", "-verify", *files], check=True, capture_output=True)


def test_another_authoritys_root_is_refused(stamped, authorities):
    assert run(stamped[0], stamped[1], "--tsa", authorities[0].folder / "root.pem").returncode == 1


def swapped(a, b):
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)


CHANGES = {
    "swapped between checkpoints": lambda f: swapped(replies(f)[0][0], replies(f)[1][0]),
    "logged stamp dropped": lambda f: replies(f)[0][0].unlink(),
    "stamped checkpoint dropped": lambda f: note_of(replies(f)[0][0]).unlink(),
    "stamped checkpoint altered": lambda f: note_of(replies(f)[0][0]).write_bytes(b"x\n1\nx\n"),
    "logged stamp altered": lambda f: altered(replies(f)[0][0]),
    "stamp emptied": lambda f: replies(f)[1][0].write_bytes(b""),
    "stamp replaced by words": lambda f: replies(f)[1][0].write_bytes(b"granted, trust me"),
    "stamp under another checkpoint's name": lambda f: replies(f)[1][0].rename(
        f / "custody/stamps" / (replies(f)[0][0].name[:64] + "-9.tsr")
    ),
}


def altered(path):
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", CHANGES)
def test_found_without_roots_though_every_hash_matches(broken, name):
    assert broken(CHANGES[name]).returncode == 1


def test_an_altered_signature_is_found_with_roots(broken, stamped):
    done = broken(lambda f: altered(replies(f)[1][0]), "--tsa", stamped[2])
    assert done.returncode == 1 and "not by the authority" in done.stdout


def test_a_failed_authority_does_not_stop_an_export(made, tmp_path, authorities):
    archive = tmp_path / "archive"
    shutil.copytree(made, archive)
    text = (archive / "dalil.toml").read_text("utf-8")
    listed = f'authorities = ["http://127.0.0.1:1/tsr", "{authorities[0].address}"]'
    (archive / "dalil.toml").write_text(text.replace("authorities = []", listed), "utf-8")
    export(archive, tmp_path / "case")
    done = run(tmp_path / "case", archive / "keys" / "log.pub", "--tsa", authorities[0].folder / "root.pem")
    assert done.returncode == 0 and done.stdout.count("lines stood on") == 1
    with Archive.open(archive) as opened:
        assert [p.authority for p in stamps.pending(opened)] == ["http://127.0.0.1:1/tsr"]
