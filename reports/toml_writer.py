"""TOML text for flat entries: what the standard library's reader lacks. Used by `reports.claim`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def toml_entry(table: str, row: Mapping[str, Any]) -> str:
    """One `[[table]]` entry; strings, numbers, booleans, lists of them, and one level of string-keyed tables."""
    lines = [f"[[{table}]]"]
    lines += [f"{key} = {toml_value(value)}" for key, value in row.items()]
    return "\n".join(lines) + "\n"


def toml_value(value: Any) -> str:
    """A value as TOML: JSON's escapes are TOML's; tables are written inline.

    Raises:
        TypeError: a value that TOML cannot hold, such as None.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml_value(v)}" for key, v in value.items()) + " }"
    raise TypeError(f"TOML cannot hold {value!r}")


def write_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text so that a reader sees the old file or the new one, never half of it."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
