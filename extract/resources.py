"""The vocabularies of the engine: commented TOML files in `extract/data`, read once, checked when read."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


class ResourceError(Exception):
    """A vocabulary of the engine is damaged: file, key, cure."""


@cache
def load(name: str) -> dict[str, Any]:
    """One vocabulary, by file name without `.toml`.

    Raises `ResourceError` where the file is missing or is no TOML: reinstalling cures both.
    """
    path = resources.files("extract") / "data" / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ResourceError(f"vocabulary {path} cannot be read ({error}): reinstall retally") from error
