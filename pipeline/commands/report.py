"""`retally report`: the pages of a past run, again."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.options import out_option, store_option


@click.command("report")
@click.argument("review")
@click.option("--run", "run_id", type=int, metavar="N", help="Which run. [default: the last complete one]")
@click.option("--publish", is_flag=True, help="Leave out sentences of papers, which may be under copyright.")
@store_option
@out_option
def command(review: str, run_id: int | None, publish: bool, store: str | None, out: str | None) -> None:
    """Write a past run's report again, byte for byte.

    REVIEW is the review's id. Nothing is fetched, read or computed: all comes from the store.
    """
    from pipeline.errors import UsageError
    from pipeline.history import past_run
    from pipeline.pages import write_pages
    from pipeline.settings import Settings
    from pipeline.store import existing_store

    settings = Settings.load(store=store, out=out)
    with existing_store(settings.store) as opened:
        run = past_run(opened, review, run_id)
        if run is None:
            wanted = f"no complete run {run_id}" if run_id is not None else "no complete run"
            raise UsageError(f"{wanted} of {review!r}", str(settings.store), f"`retally runs {review}` lists them.")
        folder = settings.out / review if run_id is None else settings.out / review / f"run-{run_id}"
        if publish:
            folder = folder / "publish"
        for path in write_pages(opened, run, Path(folder), publish).values():
            click.echo(str(path))
