"""`retally systemd`: a service and a timer."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.options import nightly_command, out_option, store_option


@click.command("systemd")
@click.argument("reviews", nargs=-1, metavar="[REVIEW ...]")
@store_option
@out_option
@click.option(
    "--write",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write the two files there (such as /etc/systemd/system), instead of printing them.",
)
def command(reviews: tuple[str, ...], store: str | None, out: str | None, folder: Path | None) -> None:
    """Print a systemd service and timer that update reviews every night.

    Without REVIEW, every review of the store. A verdict that changed (exit code 3) counts as success.
    """
    from datetime import datetime

    from pipeline.schedule import systemd_units

    words, minute = nightly_command(reviews, store, out)
    for name, text in systemd_units(words, Path.cwd(), minute, datetime.now().astimezone()).items():
        if folder is None:
            click.echo(f"# {name}\n{text}")
        else:
            (folder / name).write_text(text, encoding="utf-8")
            click.echo(str(folder / name))
