"""`retally records`: the records of a review and what was decided on each."""

from __future__ import annotations

import click

from pipeline.commands.options import format_option, print_list, store_option


@click.command("records")
@click.argument("review")
@store_option
@format_option
def command(review: str, store: str | None, form: str) -> None:
    """List a review's records and what was decided on each.

    The decision, its one reason, the study design, and the population tier.
    """
    from pipeline.settings import Settings
    from pipeline.store import existing_store

    with existing_store(Settings.load(store=store).store) as opened:
        rows = opened.rows(
            "SELECT records.id, decision, reason, design, tier, patients, year, source, title FROM screening"
            " JOIN records ON records.id = record_id WHERE review_id = ? AND until_run IS NULL ORDER BY records.id",
            [review],
        )
    print_list(rows, ["id", "decision", "reason", "design", "tier", "patients", "year", "source", "title"], form)
