"""`retally check` finds what is wrong in a store, and nothing in a sound one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.check import check_store
from pipeline.logs import LogDisplay
from pipeline.review import load_review
from pipeline.run import run_review
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.small_review import make


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("check")
    settings = Settings(folder / "s.sqlite", folder / "out")
    run_review(load_review(str(make(folder / "spruce", studies=3))), settings, LogDisplay())
    with Store(settings.store) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return settings.store.read_bytes()


@pytest.fixture
def store(built: bytes, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "s.sqlite"
    path.write_bytes(built)
    with Store(path) as opened:
        yield opened


def wrong(store: Store) -> set[str]:
    return {check.name.removeprefix("store: ") for check in check_store(store) if not check.ok}


def test_a_store_after_a_run_is_sound(store: Store) -> None:
    assert wrong(store) == set()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE record_versions SET body = replace(body, 'Relapse', 'Release')", {"texts", "records", "sentences"}),
        ("UPDATE records SET body = replace(body, 'Relapse', 'Release')", {"records"}),
        ('UPDATE findings SET "end" = 99999 WHERE id = 1', {"offsets"}),
        ("UPDATE findings SET sentence_start = -1 WHERE id = 1", {"offsets"}),
        ("UPDATE runs SET same_as = id", {"runs"}),
        ("UPDATE comparisons SET body = replace(body, 'Relapse', 'Release')", {"sentences"}),
        ("UPDATE screening SET record_id = 'pmid:404' WHERE id = 1", {"foreign keys"}),
    ],
)
def test_every_kind_of_damage_is_found(store: Store, damage: str, found: set[str]) -> None:
    store.db.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        store.execute(damage)
    assert wrong(store) == found
