"""Options that several commands share, and how a list is printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

store_option = click.option(
    "--store", metavar="PATH", help="The SQLite store. [default: $RETALLY_STORE or retally.sqlite]"
)
out_option = click.option("--out", metavar="DIR", help="Folder for reports. [default: $RETALLY_OUT or out]")
format_option = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to list."
)


def nightly_command(reviews: Sequence[str], store: str | None, out: str | None) -> tuple[list[str], int]:
    """The words of an update as a scheduler needs them, paths made absolute; and the minute at which it starts.

    The minute is taken from the store's path: it stays the same, and not every installation asks NCBI at once.
    """
    import sys
    import zlib
    from pathlib import Path

    from pipeline.settings import Settings

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
    return "" if value is None else " ".join(str(value).split())
