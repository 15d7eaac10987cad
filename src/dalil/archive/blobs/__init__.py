"""Places to keep bytes. Each is one module with a class that `local.LocalStore` is the model of.

A store names objects by their SHA-256, never overwrites one, and has `receive`, `keep`, `open`, `holds`, `objects`
and `sweep`. The settings' `blobs` value picks it: a plain relative path is a folder of the archive.
"""

from __future__ import annotations

from pathlib import Path

from dalil.archive.blobs.local import LocalStore, StoreFailed

STORES = (LocalStore,)

__all__ = ["STORES", "LocalStore", "StoreFailed", "open_store"]


def open_store(archive: Path, where: str) -> LocalStore:
    """The store that the settings name."""
    return next(store for store in STORES if store.accepts(where))(archive / where)
