"""Writes the generated parts of docs/contracts.md: commands from `--help`, tables from the schema, fields from code.

`make docs` runs it; tests/test_docs.py fails where a part is not current. Each part stands between the comments
`<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
from sqlite_utils import Database

from extract.finding import Finding
from pipeline.cli import COMMANDS, cli
from pipeline.frames import RECORD_COLUMNS
from pipeline.migrations import migrations
from pipeline.record import Record
from reports.claim import Claim

CONTRACTS = Path(__file__).resolve().parents[1] / "docs" / "contracts.md"
_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_COLUMN = re.compile(r'^\s+"?([a-z_]+)"? (TEXT|INTEGER|REAL)[^\n]*?(?:-- ([^\n]*))?$', re.MULTILINE)


def commands() -> str:
    """Every command's help page, as a terminal of 100 columns shows it."""
    pages = []
    for name in ("", *COMMANDS):
        with click.Context(cli, info_name="retally", terminal_width=100, **cli.context_settings) as top:
            command = cli.get_command(top, name) if name else None
            if command is None:
                pages.append(("retally", cli.get_help(top)))
                continue
            with click.Context(command, top, name, terminal_width=100) as context:
                pages.append((f"retally {name}", command.get_help(context)))
    return "\n".join(f"### `{title}`\n\n```text\n{page.rstrip()}\n```\n" for title, page in pages)


def tables() -> str:
    """Every table of the store with its columns and the comment behind each in the schema."""
    db = Database(memory=True)
    migrations.apply(db)
    parts = []
    for table in db.tables:
        if table.name.startswith("_"):
            continue
        rows = [f"| `{name}` | {kind.lower()} | {note or ''} |" for name, kind, note in _COLUMN.findall(table.schema)]
        parts.append(
            f"### `{table.name}`\n\n| column | type | what it holds |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(parts)


def dataclass_fields() -> str:
    """The fields of the dataclasses that are JSON outside the program."""
    lines = []
    for kind in (Record, Finding, Claim):
        names = ", ".join(f"`{field.name}`" for field in fields(kind))
        lines.append(f"- **{kind.__name__}** (`{kind.__module__}`): {names}.")
    lines.append(f"- **records frame** (`pipeline.frames`): {', '.join(f'`{name}`' for name in RECORD_COLUMNS)}.")
    return "\n".join(lines) + "\n"


PARTS = {"commands": commands, "tables": tables, "fields": dataclass_fields}


def generated(text: str) -> str:
    """The page with each generated part as it should be."""
    return _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", text)


if __name__ == "__main__":
    CONTRACTS.write_text(generated(CONTRACTS.read_text(encoding="utf-8")), encoding="utf-8")
