"""Telling what changed: the report's pages, a text for each update, the feed, and mail; and noting that it was told.

What is told is noted last: where the program is stopped before, the next update tells it again. So nothing is ever lost
between a change and the people who wait for it; at worst they hear of it twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.bulletin import as_atom, as_markdown, as_text, headline, plain
from pipeline.changes import Changes, latest_news, untold
from pipeline.database import now
from pipeline.history import PastRun, past_run
from pipeline.mail import Mailer
from pipeline.review import Review
from pipeline.settings import Settings
from pipeline.store import Store

_IN_FEED = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What a person reads of an update, and whether a verdict changed."""

    text: str
    verdict_changed: bool


def deliver(store: Store, review: Review, settings: Settings, mailer: Mailer | None) -> Told:
    """Write and send whatever has not been told. Raises `MailError` or `OSError`; then it all is told next time."""
    run = past_run(store, review.id)
    if run is None:
        return Told("", False)
    folder = settings.out / review.id
    waiting = untold(store, review.id)
    if waiting or not (folder / "report.html").exists():
        from pipeline.pages import write_pages

        write_pages(store, run, folder)
    news = [changes for changes, is_news in waiting if is_news]
    for changes, _ in waiting:
        if changes:
            _write_update(folder / "updates", changes)
    if news:
        feed = as_atom(review.id, review.title, latest_news(store, review.id, _IN_FEED))
        _write(folder / "feed.atom", feed)
        if mailer is not None:
            _send(mailer, review, news)
    with store.transaction():
        store.execute("UPDATE changes SET told_at = ? WHERE review_id = ? AND told_at IS NULL", [now(), review.id])
    quiet = [changes for changes, is_news in waiting if changes and not is_news]
    return Told(
        "\n".join(as_text(changes) for changes in news) or _one_line(store, review, run, quiet),
        any(changes.verdicts for changes, _ in waiting),
    )


def _one_line(store: Store, review: Review, run: PastRun, quiet: list[Changes]) -> str:
    """A night without news, in one line."""
    said = "; ".join(headline(changes) for changes in quiet)
    if said:
        return f"{review.id}: {said}; no trigger of review.toml was met (run {run.id})\n"
    counts = json.loads(store.rows("SELECT counts FROM runs WHERE id = ?", [run.id])[0]["counts"] or "{}")
    if run.flow and _is_first(store, run):
        said = f"{run.flow['screened']} records screened, {run.flow['included']} included"
        return f"{review.id}: counted for the first time (run {run.id}: {said})\n"
    seen = f"{counts.get('new', 0)} new records, {counts.get('checked', 0)} counted papers looked up again"
    return f"{review.id}: nothing changed (run {run.id}: {seen})\n"


def _is_first(store: Store, run: PastRun) -> bool:
    sql = "SELECT count(*) AS n FROM runs WHERE review_id = ? AND status = 'complete'"
    return bool(store.rows(sql, [run.review_id])[0]["n"] == 1)


def _send(mailer: Mailer, review: Review, news: list[Changes]) -> None:
    subject = f"Retally: {plain(review.title)}: {headline(news[-1])}"
    identity = f"retally-{review.id}-{'-'.join(str(changes.run_id) for changes in news)}"
    mailer.send(subject, "\n".join(as_text(changes) for changes in news), identity)


def _write_update(folder: Path, changes: Changes) -> None:
    forms = {
        "txt": as_text(changes),
        "md": as_markdown(changes),
        "json": json.dumps(changes.to_dict(), ensure_ascii=False, indent=1) + "\n",
    }
    for suffix, text in forms.items():
        _write(folder / f"run-{changes.run_id}.{suffix}", text)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a feed reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
