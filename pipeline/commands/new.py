"""`retally new`: a review folder to start from."""

from __future__ import annotations

import click


@click.command("new")
@click.argument("name")
@click.option("--in", "home", metavar="DIR", help="Where to make it. [default: ./corpora if there is one, else here]")
def command(name: str, home: str | None) -> None:
    """Make a commented review folder to fill in."""
    from pathlib import Path

    from pipeline.new_review import make_review

    place = Path(home) if home else (Path("corpora") if Path("corpora").is_dir() else Path())
    for path in make_review(place, name):
        click.echo(str(path))
