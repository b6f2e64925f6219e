"""What Datasette tells of the store's tables: titles, facets and ready-made queries, also for a published archive.

`metadata` gives it as a dictionary, which `archive` writes as metadata.yaml.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_COLUMN = re.compile(r'^\s+"?([a-z_]+)"? (?:TEXT|INTEGER|REAL)[^\n]*?-- ([^\n]*)$', re.MULTILINE)


@cache
def _tables() -> dict[str, dict[str, str]]:
    """Table to column to what it holds, from the comments of the schema."""
    from sqlite_utils import Database

    from pipeline.migrations import migrations

    db = Database(memory=True)
    migrations.apply(db)
    return {table.name: dict(_COLUMN.findall(table.schema)) for table in db.tables if not table.name.startswith("_")}


def metadata(database: str, title: str = "Retally", description: str = "") -> dict[str, Any]:
    """Datasette's metadata for a store that it knows as `database`."""
    told = tomllib.loads(files("pipeline.desk").joinpath("datasette.toml").read_text(encoding="utf-8"))
    tables: dict[str, Any] = {}
    for name, columns in _tables().items():
        tables[name] = {"columns": columns, **told["tables"].get(name, {})}
    tables["_sqlite_migrations"] = {"hidden": True}
    return {
        "title": title,
        "description": description or told["description"],
        "databases": {database: {"tables": tables, "queries": told["queries"]}},
    }
