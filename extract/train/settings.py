"""The settings of the training: `settings.toml`, with changes from the command line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

SETTINGS_FILE = Path(__file__).with_name("settings.toml")


def load_settings(changes: list[str] | None = None) -> dict[str, Any]:
    """`settings.toml`, with changes such as `encoder.depth=6` applied (values in TOML notation)."""
    settings = tomllib.loads(SETTINGS_FILE.read_text(encoding="utf-8"))
    for change in changes or []:
        path, _, value = change.partition("=")
        *tables, key = path.split(".")
        table = settings
        for name in tables:
            table = table[name]
        table[key] = tomllib.loads(f"value = {value}")["value"]
    return settings
