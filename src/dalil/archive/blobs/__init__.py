"""Places to keep bytes. Each is one module with a class that `local.LocalStore` is the model of.

A store names objects by their SHA-256, never overwrites one, and has `receive`, `keep`, `open`, `path`, `holds`, `has`,
`identity`, `remove`, `objects` and `sweep`. The settings' `blobs` value picks it: a plain relative path is a folder of
the archive, an address s3://… a bucket.
"""

from __future__ import annotations

from pathlib import Path

from dalil.archive.blobs.bucket import BucketStore
from dalil.archive.blobs.local import LocalStore, StoreFailed

Store = LocalStore | BucketStore
STORES: tuple[type[Store], ...] = (LocalStore, BucketStore)

__all__ = ["STORES", "BucketStore", "LocalStore", "Store", "StoreFailed", "open_store"]


def open_store(archive: Path, where: str) -> Store:
    """The store that the settings name; StoreFailed for an address of another kind."""
    found = next((store for store in STORES if store.accepts(where)), None)
    if found is None:
        raise StoreFailed(
            f'blobs = "{where}" is no place that is known: a folder of the archive, or s3://BUCKET/PREFIX'
        )
    return found.at(archive, where)
