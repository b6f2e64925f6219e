"""`retally import`: records from files into a review."""

from __future__ import annotations

import click

from pipeline.commands.options import store_option


@click.command("import")
@click.argument("review")
@click.argument("files", nargs=-1, required=True)
@store_option
def command(review: str, files: tuple[str, ...], store: str | None) -> None:
    """Add the records of files to a review.

    The next `retally run` counts them.

    FILES are PubMed XML, MEDLINE (.nbib), RIS or JSON lines, plain or gzipped. A paper that is there already is kept
    once; a record that cannot be read is named, the rest is kept, and the command ends with 1.
    """
    from pathlib import Path

    from pipeline.history import put_review
    from pipeline.lock import only_one
    from pipeline.review import load_review
    from pipeline.settings import Settings
    from pipeline.sources import import_files
    from pipeline.store import Store

    loaded = load_review(review)
    path = Settings.load(store=store).store
    with only_one(path), Store(path) as opened:
        put_review(opened, loaded)
        imported = import_files(opened, loaded, [Path(file) for file in files])
    put = imported.put
    for line in imported.bad:
        click.echo(line, err=True)
    click.echo(
        f"{put.new} new, {put.changed} changed, {put.same} known, {put.duplicates} of papers already here,"
        f" {imported.deleted} withdrawn, {len(imported.bad)} unreadable",
        err=True,
    )
    if imported.bad:
        raise SystemExit(1)
