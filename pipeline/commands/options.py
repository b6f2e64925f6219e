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
