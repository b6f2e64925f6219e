"""Counting a review again from the desk, with what people decided: a run like any other, without fetching anything.

One at a time; the page asks how far it is. Called by `routes`.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.desk.app import Desk
from pipeline.desk.warm import warm
from pipeline.errors import RetallyError, UsageError
from pipeline.store import Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counting:
    """A count under way or ended; `error` says why it failed."""

    stage: str = "Starting"
    done: int = 0
    total: int | None = None
    running: bool = True
    error: str = ""
    run: int | None = None


class _Display:
    """Notes the stage for the page that asks."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self.counting.stage, self.counting.done, self.counting.total = name, 0, total

    def step(self, done: int, total: int | None = None) -> None:
        """So many steps are done."""
        self.counting.done, self.counting.total = done, total or self.counting.total


def start(desk: Desk, review_id: str) -> Counting:
    """Count in a thread; a count that is under way is returned instead of a second one."""
    known = desk.counting.get(review_id)
    if known is not None and known.running:
        return known
    counting = desk.counting[review_id] = Counting()
    threading.Thread(target=_run, args=(desk, review_id, counting), daemon=True).start()
    return counting


def _run(desk: Desk, review_id: str, counting: Counting) -> None:
    try:
        counting.run = recount(desk.store, review_id, _Display(counting))
        warm(desk)
    except RetallyError as error:
        counting.error = str(error)
    except Exception as error:  # a page must say it: nobody sees the thread's traceback
        log.exception("counting %s failed", review_id)
        counting.error = f"unexpected {type(error).__name__}: {error}"
    finally:
        counting.running = False


def recount(path: Path, review_id: str, display: _Display) -> int:
    """Count the review's records as they are in the store; returns the run's number.

    Raises `UsageError` where the review's folder is no longer where it was when it was last counted.
    """
    from extract.engine import Engine
    from pipeline.history import recorded_run
    from pipeline.lock import only_one
    from pipeline.review import load_review
    from pipeline.run import count_and_finish
    from reports.claim import load_claims

    started = time.monotonic()
    with only_one(path), Store(path) as store:
        rows = store.rows("SELECT folder FROM update_state WHERE review_id = ?", [review_id])
        folder = Path(rows[0]["folder"]) if rows else Path(review_id)
        if not (folder / "review.toml").exists():
            raise UsageError("the review's folder is not there", str(folder), f"Run `retally run {review_id}` instead.")
        review = load_review(str(folder))
        claims, engine = load_claims(review.claims_path), Engine()
        with recorded_run(store, review, "run", engine.version, {"cause": "judgements"}) as run_id:
            count_and_finish(store, review, claims, run_id, engine, display, {}, started)
    return run_id
