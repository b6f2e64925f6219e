"""Amounts brought to one unit: times to days, masses to milligrams; what cannot be compared stays apart.

Called by reports.regimens.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reports.measures import plain, singular


@cache
def _settings() -> dict[str, Any]:
    return tomllib.loads(files("reports").joinpath("data/units.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit as a factor on a base; only amounts of the same `base` (`mg/kg/day`, `day`) can be compared."""

    base: str
    factor: float


def scale(unit: str | None, per: str | None = None, frequency: str | None = None, dose: bool = False) -> Scale:
    """The base and factor of a unit.

    For doses `per` (kg, m2) stays in the base, `frequency` is brought to a day; where none is given, a day is meant.
    Schedules that do not go by days (`weekly`) stay apart. An unknown unit is a base of its own.
    """
    parts = [part.strip() for part in re.split(r"/|\bper\b", (unit or "").lower()) if part.strip()]
    found = _base(parts[0]) if parts else None
    if found is None:
        return Scale(plain(unit or ""), 1.0)
    if not dose:
        return Scale("/".join([found.base, *parts[1:]]), found.factor)
    rest = [part for part in (per or "", *parts[1:]) if part]
    body = next((part for part in rest if part.startswith(("kg", "m2", "m²"))), "")
    often = plain(frequency or next((part for part in rest if part != body), "daily"))
    times: dict[str, float] = _settings()["times_a_day"]
    schedule, factor = ("day", times[often]) if often in times else (often, 1.0)
    return Scale("/".join(filter(None, (found.base, body, schedule))), found.factor * factor)


def _base(word: str) -> Scale | None:
    head = _settings()["short"].get(singular(word), singular(word))
    for base, table in _settings()["bases"].items():
        if head in table:
            return Scale(base, float(table[head]))
    return None
