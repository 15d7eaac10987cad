"""What verify names as damaged is mended from a copy; an old copy is told by a checkpoint that was kept elsewhere."""

import shutil

from dalil.archive import Archive, find
from dalil.archive.checkpoints import read


def test_damage_is_mended_from_a_copy(archive, checked, tmp_path, folder):
    shutil.copytree(archive, tmp_path / "copy")
    for path in sorted((archive / "objects").glob("??/*")):
        path.chmod(0o644)
        path.write_bytes(b"damaged")
    next((archive / "checkpoints").glob("*.note")).unlink()
    (archive / "dalil.db").write_bytes(b"damaged")
    shutil.rmtree(archive / "keys")
    restored = tmp_path / "restored"
    shutil.copytree(archive, restored)
    for part in ("objects", "checkpoints", "keys"):
        shutil.rmtree(restored / part, ignore_errors=True)
        shutil.copytree(tmp_path / "copy" / part, restored / part)
    for file in restored.glob("dalil.db*"):
        file.unlink()
    shutil.copyfile(tmp_path / "copy" / "dalil.db", restored / "dalil.db")
    assert checked(restored).findings == ()
    with Archive.open(restored, write=True) as opened:
        assert len(list(opened.capture(find([folder]), by="tester", again=True))) == 4
    assert checked(restored).ok


def test_an_old_copy_verifies_but_not_against_a_later_checkpoint(archive, checked, tmp_path):
    shutil.copytree(archive, tmp_path / "old")
    with Archive.open(archive, write=True) as opened:
        opened.append("judge", {"subject": "incident-2", "verdict": "same", "by": "tester", "reason": "r"})
    prior = read(sorted((archive / "checkpoints").glob("*.note"))[-1])
    assert checked(tmp_path / "old").ok
    report = checked(tmp_path / "old", prior=prior)
    assert not report.ok and any("rolled back" in f.what for f in report.findings)
