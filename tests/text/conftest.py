"""Fixtures of this room."""

from collections.abc import Callable

import pytest

from dalil.claims.text import extract
from dalil.records import Document


@pytest.fixture
def read(tmp_path) -> Callable[[bytes, str], Document]:
    """Writes bytes to a file and extracts its text."""

    def written(data: bytes, media_type: str) -> Document:
        path = tmp_path / "report"
        path.write_bytes(data)
        return extract(path, media_type, name="report", object="0" * 64)

    return written
