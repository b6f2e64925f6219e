"""A counted small review, and the desk over a copy of its store."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.desk.access import PATH
from pipeline.desk.app import make_app
from pipeline.review import Review
from pipeline.settings import Settings
from pipeline.store import Store
from tests.pipeline.desk.reviewed import reviewed


@dataclass
class Counted:
    """A review that was counted once, and the settings with its store."""

    review: Review
    settings: Settings


@dataclass
class OpenDesk:
    """The desk in this process. `get` and `post` answer as a browser would see it; `who` is the person who asks."""

    app: Any
    store: Path
    review: str = "spruce"

    def token(self, who: str) -> str:
        """The person's token."""
        return next(token for token, person in self.app.retally_desk.people.items() if person == who)

    def get(self, path: str, who: str | None = None, **headers: str) -> httpx.Response:
        """A page of the review, or (from the root) any."""
        return self._ask("get", path, who, headers)

    def post(
        self, path: str, who: str | None = None, form: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """A form, sent as a program would: with the token in the header."""
        return self._ask("post", path, who, headers, data=form or {})

    def _ask(self, method: str, path: str, who: str | None, headers: dict[str, str], **more: Any) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            named["authorization"] = f"Bearer {self.token(who)}"
        address = path if path.startswith("/") else f"{PATH}/{self.review}{'/' if path else ''}{path}"
        return asyncio.run(getattr(self.app.client, method)(address, headers=named, **more))


@pytest.fixture(scope="session")
def counted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a review that has been counted, never changed by a test."""
    folder = tmp_path_factory.mktemp("counted")
    _, settings = reviewed(folder)
    with Store(settings.store) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def counted(counted_once: Path, tmp_path: Path) -> Counted:
    """A copy of it for one test; the review's folder is the copy's too."""
    from pipeline.history import keep_folder
    from pipeline.review import load_review

    folder = tmp_path / "desk"
    shutil.copytree(counted_once, folder)
    review = load_review(str(folder / "spruce"))
    with Store(folder / "s.sqlite") as store:
        keep_folder(store, review)
    return Counted(review, Settings(store=folder / "s.sqlite", out=folder / "out", email="test@example.org"))


@pytest.fixture
def opened(counted: Counted) -> Iterator[Callable[..., OpenDesk]]:
    """Opens the desk over the copy: `opened(people=("ann", "bob"), blind=True)`."""
    made: list[OpenDesk] = []

    def make(people: tuple[str, ...] = ("ann", "bob"), **options: Any) -> OpenDesk:
        desk = OpenDesk(
            make_app(counted.settings.store, people, secret="made up for a test", **options), counted.settings.store
        )
        made.append(desk)
        return desk

    yield make
    for desk in made:
        for database in desk.app.databases.values():
            database.close()


@pytest.fixture
def desk(opened: Callable[..., OpenDesk]) -> OpenDesk:
    """The desk for ann and bob."""
    return opened()
