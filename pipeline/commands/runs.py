"""`retally runs`: the runs of a review."""

from __future__ import annotations

import click

from pipeline.commands.options import format_option, print_list, store_option


@click.command("runs")
@click.argument("review")
@store_option
@format_option
def command(review: str, store: str | None, form: str) -> None:
    """List the runs of a review.

    `same_as` names the earlier run whose comparisons were equal, and are not stored twice.
    """
    from pipeline.settings import Settings
    from pipeline.store import existing_store

    with existing_store(Settings.load(store=store).store) as opened:
        rows = opened.rows(
            "SELECT id, kind, status, started_at, seconds, engine, same_as, error FROM runs"
            " WHERE review_id = ? ORDER BY id",
            [review],
        )
    print_list(rows, ["id", "kind", "status", "started_at", "seconds", "engine", "same_as", "error"], form)
