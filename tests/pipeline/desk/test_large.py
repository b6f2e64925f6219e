"""The pages people live in do not grow slower with the store: the work of SQLite is counted, not timed.

Times over 50,000 findings: `python -m tests.pipeline.desk.large`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.desk import pages
from pipeline.desk.app import Desk, ReadStore
from pipeline.desk.view import ReviewView, open_review
from pipeline.desk.warm import warm
from tests.pipeline.desk.large import EACH, build

SMALL, LARGE = 60, 240  # records; twenty findings each
STEPS = 100  # instructions of SQLite between two counts


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {many: build(tmp_path_factory.mktemp(f"of{many}"), many) for many in (SMALL, LARGE)}


def work(path: Path, page: Callable[[ReviewView], Any]) -> int:
    """Hundreds of SQLite's instructions that a page costs in a desk that has just been started."""
    desk = Desk(path, path.stem)
    warm(desk)
    connection = sqlite3.connect(path)
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection.set_progress_handler(count, STEPS)
    view = open_review(desk, ReadStore(path, connection), "spruce")
    assert view is not None
    page(view)
    connection.close()
    return counted


@pytest.mark.parametrize(
    "page",
    [
        lambda view: pages.claim(view, "ann", {"claim": "claim-7"}),
        lambda view: pages.queue_page(view, "ann", {}),
        lambda view: pages.queue_page(view, "ann", {"claim": "claim-7"}),
        lambda view: pages.record(view, "ann", {"record": "pmid:900000007"}),
    ],
    ids=["claim", "queue", "queue of a claim", "record"],
)
def test_a_page_costs_the_same_in_a_store_four_times_as_large(
    stores: dict[int, Path], page: Callable[[ReviewView], Any]
) -> None:
    small, large = work(stores[SMALL], page), work(stores[LARGE], page)
    assert large <= small * 1.3 + 20, (small, large)
    assert large < LARGE * EACH  # far less than one instruction for each finding


def test_the_queue_holds_every_finding_of_the_included_records(stores: dict[int, Path]) -> None:
    path = stores[LARGE]
    view = open_review(Desk(path, path.stem), ReadStore(path, sqlite3.connect(path)), "spruce")
    assert view is not None
    assert pages.queue_page(view, None, {})["queue"].total == LARGE * EACH
