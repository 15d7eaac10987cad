"""The folder to measure with is the same every time, and its files are what their names say."""

import importlib.util
from pathlib import Path

from dalil.archive.media import detect

SCRIPT = Path(__file__).parents[2] / "bench" / "make_folder.py"
TYPES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "html": "text/html",
    "eml": "message/rfc822",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "png": "image/png",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}


def test_same_seed_same_bytes_and_true_types(tmp_path):
    spec = importlib.util.spec_from_file_location("make_folder", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    counts = script.make(tmp_path / "a", 60, 7)
    script.make(tmp_path / "b", 60, 7)
    files = sorted(p for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) == 60 and sum(counts.values()) == 60 and len(counts) >= 7
    for path in files:
        twin = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == twin.read_bytes(), path.name
        with path.open("rb") as file:
            assert detect(file, path.name) == TYPES[path.suffix[1:]]
