"""Options that several commands share, and how a list is printed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from extract.model import ClinicalModel

F = TypeVar("F", bound=Callable[..., Any])

store_option = click.option(
    "--store", metavar="PATH", help="The SQLite store. [default: $RETALLY_STORE or retally.sqlite]"
)
out_option = click.option("--out", metavar="DIR", help="Folder for reports. [default: $RETALLY_OUT or out]")
_model_options = (
    click.option("--labels", metavar="FILE", help="A TOML file with what the labels of that model mean."),
    click.option("--any-spacy", is_flag=True, help="Use a model that is made for another spaCy all the same."),
    click.option(
        "--model",
        metavar="NAME",
        help="Also mark diseases, drugs, doses, outcomes, ... with this model: `clinical`, which ships with Retally, or"
        " an installed spaCy or scispaCy model, or its folder. [default: $RETALLY_MODEL or none]",
    ),
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that read at the same time."
)
format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to list."
)


def model_options(command: F) -> F:
    """--model, --any-spacy and --labels: what `chosen_model` takes."""
    for option in _model_options:
        command = option(command)
    return command


def chosen_model(model: str | None, any_spacy: bool, labels: str | None) -> ClinicalModel | None:
    """The model that the options or RETALLY_MODEL name, loaded, or its error raised; None without a name."""
    name = model or os.environ.get("RETALLY_MODEL") or None
    if name is None:
        return None
    from pipeline.models import open_model

    return open_model(name, any_spacy, labels, load=True)


def nightly_command(reviews: Sequence[str], store: str | None, out: str | None) -> tuple[list[str], int]:
    """The words of an update as a scheduler needs them, paths made absolute; and the minute at which it starts.

    The minute is taken from the store's path: it stays the same, and not every installation asks NCBI at once.
    Raises `UsageError` for a review that the scheduler's line could take for something else.
    """
    import sys
    import zlib
    from pathlib import Path

    from pipeline.errors import UsageError
    from pipeline.settings import Settings

    for review in reviews:
        if review.startswith("-") or not review.isprintable():
            raise UsageError(f"{review!r} cannot stand in a scheduler's line", "REVIEW", "Give a plain name or path.")
    settings = Settings.load(store=store, out=out)
    program = Path(sys.executable).with_name("retally")
    start = [str(program)] if program.exists() else [sys.executable, "-m", "pipeline"]
    file = str(settings.store.resolve())
    words = [*start, "update", *(reviews or ["--all"]), "--store", file, "--out", str(settings.out.resolve())]
    return words, zlib.crc32(file.encode()) % 60


def print_list(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: str) -> None:
    """Print rows on standard output: as one JSON array, or as a table of these columns with aligned text."""
    if form == "json":
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    cells = [[_shown(row.get(name)) for name in columns] for row in rows]
    widths = [max(len(column), *(len(line[i]) for line in cells), 0) for i, column in enumerate(columns)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _shown(value: Any) -> str:
    from pipeline.shown import printable

    return "" if value is None else printable(" ".join(str(value).split()))
