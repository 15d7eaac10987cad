"""Footage rows: saved, replaced, loaded."""

import dataclasses

from dalil import db
from dalil.footage.store import all_footage, load_footage, save_footage


def test_a_record_comes_back_as_it_was_saved(recording, probed, tmp_path):
    engine = db.open_engine(tmp_path / "dalil.db")
    db.create_schema(engine)
    first = probed(recording("clip.mp4", seconds=1, metadata={"creation_time": "2016-11-04T10:12:13Z"}))
    with engine.begin() as conn:
        save_footage(conn, first)
        save_footage(conn, dataclasses.replace(first, object="f" * 64))
        save_footage(conn, dataclasses.replace(first, device="Pocket 2"))
    with engine.connect() as conn:
        assert load_footage(conn, first.object) == dataclasses.replace(first, device="Pocket 2")
        assert load_footage(conn, "0" * 64) is None
        assert [footage.object for footage in all_footage(conn)] == sorted([first.object, "f" * 64])
