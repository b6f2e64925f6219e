"""`retally check`: whether a store is sound."""

from __future__ import annotations

from dataclasses import asdict

import click

from pipeline.commands.options import format_option, print_list, store_option


@click.command("check")
@store_option
@format_option
def command(store: str | None, form: str) -> None:
    """Verify the store: its file, references, hashes, and every offset against its text.

    Nothing is changed. Exits with 1 where something is wrong.
    """
    from pipeline.check import check_store
    from pipeline.settings import Settings
    from pipeline.store import existing_store

    with existing_store(Settings.load(store=store).store) as opened:
        checks = list(check_store(opened))
    rows = [{**asdict(check), "result": "ok" if check.ok else "WRONG"} for check in checks]
    print_list(rows, ["result", "name", "detail"], form)
    if not all(check.ok for check in checks):
        raise click.exceptions.Exit(1)
