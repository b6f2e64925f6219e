"""`retally cron`: a line for the crontab."""

from __future__ import annotations

import click

from pipeline.commands.options import nightly_command, out_option, store_option


@click.command("cron")
@click.argument("reviews", nargs=-1, metavar="[REVIEW ...]")
@store_option
@out_option
def command(reviews: tuple[str, ...], store: str | None, out: str | None) -> None:
    """Print a crontab line that updates reviews every night.

    Without REVIEW, every review of the store. The hour is 22:00 US Eastern time in this machine's own.
    cron mails what a command prints: one line on a quiet night; redirect it where that is too much.
    """
    from datetime import datetime
    from pathlib import Path

    from pipeline.schedule import cron_line

    words, minute = nightly_command(reviews, store, out)
    click.echo("# RETALLY_EMAIL=you@example.org must be set above this line; secrets go into files:")
    click.echo("# NCBI_API_KEY_FILE=/path, RETALLY_SMTP_PASSWORD_FILE=/path (chmod 600)")
    click.echo(cron_line(words, Path.cwd(), minute, datetime.now().astimezone()))
