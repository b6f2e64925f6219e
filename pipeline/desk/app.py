"""The desk as an application: a Datasette over the store, with this package as its plugin.

`make_app` is called by `retally desk` and by the tests; `Desk` is what the pages share: where the store is, who may
write, and what was computed before.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from pipeline.desk.metadata import metadata
from pipeline.store import Store

T = TypeVar("T")
_KEPT = 64  # results of runs, plots and queues kept in memory
# Datasette's own limits: large enough for facets over a store of 50,000 findings, small enough for a mistyped query.
_SETTINGS = {"sql_time_limit_ms": 3000, "facet_time_limit_ms": 500, "suggest_facets": False, "allow_download": False}


class ReadStore(Store):
    """A store over a connection that only reads; nothing is opened, migrated or closed."""

    def __init__(self, path: Path, connection: Any) -> None:
        from sqlite_utils import Database

        self.path = path
        self.db = Database(connection, recursive_triggers=False)


@dataclass(slots=True)
class Cache:
    """What is costly to compute and never changes under its key; the oldest goes first."""

    held: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value under `key`, made where it is not there."""
        with self.lock:
            if key in self.held:
                self.held.move_to_end(key)
                return self.held[key]
        value = make()
        with self.lock:
            self.held[key] = value
            while len(self.held) > _KEPT:
                self.held.popitem(last=False)
        return value


@dataclass(slots=True)
class Desk:
    """What the pages share. `people` maps a token to the person who writes with it; none in a desk that only reads.

    `hosts` are the names under which a browser may ask for pages; none means any (a desk that is published).
    """

    store: Path
    database: str
    people: dict[str, str] = field(default_factory=dict)
    blind: bool = False
    read_only: bool = False
    hosts: frozenset[str] = frozenset()
    cache: Cache = field(default_factory=Cache)
    counting: dict[str, Any] = field(default_factory=dict)

    def person_of(self, token: str) -> str | None:
        """Whose token it is, compared in constant time."""
        found = None
        for known, person in self.people.items():
            if secrets.compare_digest(known.encode(), token.encode()):
                found = person
        return found


def make_app(
    store: Path, people: Sequence[str] = (), blind: bool = False, read_only: bool = False, secret: str | None = None
) -> Any:
    """A Datasette that serves the desk over `store`; `.retally_desk.people` holds each person's token."""
    from datasette.app import Datasette, DatasetteClient
    from datasette.plugins import pm

    import pipeline.desk as plugin

    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.NAME)
        # Datasette's own handler prints every variable in sight, and fails on a missing page where `rich` is installed.
        pm.unregister(name="datasette.handle_exception")
    datasette = Datasette(
        [str(store)], metadata=metadata(store.stem), settings=_SETTINGS, secret=secret, cache_headers=False
    )
    tokens = {} if read_only else {secrets.token_urlsafe(24): person for person in people}
    hosts = frozenset() if read_only else frozenset({"127.0.0.1", "localhost", "[::1]"})
    datasette.retally_desk = Desk(store, store.stem, tokens, blind, read_only, hosts)
    datasette.client = DatasetteClient(datasette)  # the first one was made before there was a desk
    return datasette
