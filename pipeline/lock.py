"""One run at a time for each store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import StoreError


@contextmanager
def only_one(store: Path) -> Iterator[None]:
    """Hold the store's lock. The system drops it when its process ends in whatever way, so none is ever stale.

    Raises `StoreError` where another process holds it.
    """
    store.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{store}.lock")
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout as error:
        raise StoreError("another run is at work on this store", str(store), "Wait until it has ended.") from error
