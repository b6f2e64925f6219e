"""Taking keys out of a TOML table one by one, so that what is missing, wrong or unknown is named with its cure.

Used by `pipeline.review` for review.toml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import ReviewError

T = TypeVar("T")


class TomlTable:
    """Takes keys out of the TOML table one by one, so that what is missing, wrong or unknown is named."""

    def __init__(self, table: dict[str, Any], file: Path, prefix: str = "") -> None:
        self.table, self.file, self.prefix = dict(table), file, prefix

    def error(self, key: str, expected: str, cure: str) -> ReviewError:
        """The error to raise for a key."""
        return ReviewError(expected, f"{self.file}: {self.prefix}{key}", cure)

    def take(self, key: str, kind: type[T], expected: str, default: T | None = None) -> T:
        """The value of `key`, which must be a `kind`; without a default it must be there."""
        if key not in self.table:
            if default is None:
                raise self.error(key, f"missing; expected {expected}", f"Add `{key} = ...`.")
            return default
        value = self.table.pop(key)
        wrong_bool = isinstance(value, bool) and kind is not bool
        if kind is float and isinstance(value, int) and not wrong_bool:
            value = float(value)
        if wrong_bool or not isinstance(value, kind):
            raise self.error(key, f"expected {expected}, found {value!r}", "Mend the value.")
        if isinstance(value, str) and default is None and not value.strip():
            raise self.error(key, f"empty; expected {expected}", "Fill it in.")
        return value

    def strings(self, key: str, expected: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of strings that are not empty."""
        values = self.take(key, list, f"a list of {expected}", list(default))
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.error(key, f"expected a list of {expected}, found {value!r} in it", "Mend the list.")
        return tuple(values)

    def optional_year(self, key: str) -> int | None:
        """A year, or None where the key is absent."""
        if key not in self.table:
            return None
        year = self.take(key, int, "a year, such as 1985", 0)
        if not 1800 <= year <= 2200:
            raise self.error(key, f"expected a year, such as 1985, found {year}", "Mend the value.")
        return year

    def table_at(self, key: str) -> TomlTable:
        """The table under a key, which must be there."""
        return TomlTable(self.take(key, dict, f"a table [{self.prefix}{key}]"), self.file, f"{self.prefix}{key}.")

    def optional_table(self, key: str) -> TomlTable | None:
        """The table under a key, or None where there is none."""
        return self.table_at(key) if key in self.table else None

    def each(self, key: str) -> list[TomlTable]:
        """The tables of an array of tables, each naming itself in its errors."""
        rows = self.take(key, list, f"tables [[{self.prefix}{key}]]", [])
        for row in rows:
            if not isinstance(row, dict):
                raise self.error(key, f"expected tables [[{key}]], found {row!r}", "Mend it.")
        return [TomlTable(row, self.file, f"{self.prefix}{key}[{place}].") for place, row in enumerate(rows, 1)]

    def done(self) -> None:
        """Whatever was not taken is a key nobody knows: most often a slip of the pen, so it is an error."""
        for key in self.table:
            raise self.error(
                key, "this key is not known", "Check its spelling, or remove it; docs/contracts.md lists all."
            )
