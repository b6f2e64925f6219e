"""`retally desk`: verify, correct and sign, in a browser on this machine."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.commands.options import store_option


@click.command("desk")
@click.argument("review", required=False)
@store_option
@click.option("--person", "people", multiple=True, metavar="NAME", help="Who decides; once for each. [default: you]")
@click.option("--blind", is_flag=True, help="Hide what the machine and other people found.")
@click.option("--read-only", is_flag=True, help="Nothing can be decided; for publishing.")
@click.option("--port", type=click.IntRange(0, 65535), default=8611, show_default=True, help="0 takes a free one.")
@click.option("--open", "browse", is_flag=True, help="Open it in the browser.")
@click.option(
    "--export", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write the review's exports there instead, and end.",
)  # fmt: skip
def command(
    review: str | None, store: str | None, people: tuple[str, ...], blind: bool, read_only: bool, port: int,
    browse: bool, folder: Path | None,
) -> None:  # fmt: skip
    """Open the desk: see each figure in its sentence; accept, correct, reject.

    It answers on this machine alone (127.0.0.1). The address that is printed for each person holds a token, without
    which nothing can be decided. What is decided is used at the next count. Stop it with Ctrl-C.
    """
    from pipeline.desk.serve import export_all, serve
    from pipeline.settings import Settings

    path = Settings.load(store=store).store
    if folder is not None:
        for written in export_all(path, review, folder):
            click.echo(written)
        return
    serve(path, review, people or (getpass.getuser(),), blind, read_only, port, browse, say=click.echo)
