"""Figures as data: the dataclass, the cues of figures.toml, how numbers are printed. Used by the readers of claims."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from extract.numbers import TENS, UNITS

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?|(?<![\d.])\.\d+"
SMALL = [word for word, value in UNITS.items() if value > 0]
WORD = (
    "(?:(?:"
    + "|".join(TENS)
    + ")(?:[- ](?:"
    + "|".join(SMALL[:9])
    + "))?|"
    + "|".join(sorted(SMALL, key=len, reverse=True))
    + ")"
)
DASH = "[-‐–—−]"
PERCENT = r"(?:\s?%|\s?percent\b|\s?per cent\b)"


@dataclass(slots=True)
class Figure:
    """`shape` is percent, time, dose, rate, length, count or ratio; `start`/`end` cover bound, number and unit.

    `at`/`until` cover the number alone. `unit` is None for percentages and counts. `words`: written in letters.
    """

    shape: str
    start: int
    end: int
    at: int
    until: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    cmp: str = "="
    unit: str | None = None
    words: bool = False
    numerator: int | None = None
    denominator: int | None = None
    noun: str = ""


@cache
def cues() -> dict[str, Any]:
    """The tables of figures.toml, with the patterns built from them."""
    data = tomllib.loads((Path(__file__).parent / "data" / "figures.toml").read_text(encoding="utf-8"))

    def choice(names: Any) -> str:
        return "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in sorted(names, key=len, reverse=True))

    unit = rf"(?P<unit>{choice(data['units'])})(?![A-Za-z0-9])"
    over = rf"(?:\s?(?:/|per)\s?(?P<over>{choice(data['per'])})(?![A-Za-z]))?"
    number = rf"(?:{NUMBER})"
    single = rf"(?P<a>{number}|\b{WORD}\b)"
    between = rf"(?:(?:\s?{DASH}\s?|\s+(?:to|through|or|and)\s+)(?:>\s?)?(?P<b>{number}|{WORD})\b)?"
    mid = rf"(?:{PERCENT}|\s?(?:{choice(data['units'])})\b)?"
    data["main"] = re.compile(
        rf"(?<![\w.,·/–-])(?P<dash>[-])?{single}(?P<mid>{mid})(?P<tail>{between})"
        rf"(?:(?P<percent>{PERCENT})|[\s-]?{unit}{over})",
        re.I,
    )
    data["before_re"] = re.compile(
        rf"(?:^|(?<=[\s(,;—]))(?P<cue>{choice(data['before'])})\s*(?:in\s+)?(?:the (?:age of )?|a |an |ages? |one "
        rf"|only )?$",
        re.I,
    )
    data["after_re"] = re.compile(rf"\s*,?\s*(?P<cue>{choice(data['after'])})\b(?!\s*[\d<>])", re.I)
    data["qualifier_re"] = re.compile(rf"\b(?P<cue>{choice(data['qualifiers'])})\s*$", re.I)
    return data


def number_value(printed: str) -> float:
    """The value of a number in digits or in words."""
    low = printed.lower().replace(",", "").replace("·", ".")
    if low[:1].isdigit() or low[:1] == ".":
        return float(low)
    parts = re.split(r"[- ]", low)
    return float(sum(TENS.get(p, UNITS.get(p, 0)) for p in parts))
