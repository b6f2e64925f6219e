"""`retally doctor`: whether everything that a run needs is in order."""

from __future__ import annotations

import click

from pipeline.commands.options import format_option, print_list, store_option


@click.command("doctor")
@store_option
@format_option
def command(store: str | None, form: str) -> None:
    """Check the installation, the reviews and the store.

    Ends with 1 where something is wrong.
    """
    from pipeline.doctor import examine
    from pipeline.settings import Settings

    checks = examine(Settings.load(store=store).store)
    rows = [{"check": one.name, "state": "ok" if one.ok else "WRONG", "detail": one.detail} for one in checks]
    print_list(rows, ["check", "state", "detail"], form)
    if not all(one.ok for one in checks):
        raise SystemExit(1)
