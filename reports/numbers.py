"""How a number is written on a page: one way for every table, plot and sentence of the report.

Thousands are set apart by a narrow no-break space, ranges by an en dash, percentages carry one decimal. Called by
`reports.forest`, `reports.view` and the exports that people read; data exports keep the plain numbers.
"""

from __future__ import annotations

import math
import re

THIN = "\u202f"  # narrow no-break space: groups thousands and never breaks a line
DASH = "–"
MINUS = "−"
COMPARISONS = {"=": "", "~": "about ", "<": "< ", ">": "> ", "<=": "≤ ", ">=": "≥ "}
TIMES = {"hours", "days", "weeks", "months", "years"}  # written without their s after a lone 1
UNITS = {"%": "%"}  # units that follow their number without a space


def number(value: float | None, decimals: int | None = None) -> str:
    """`value` with grouped thousands; `decimals` fixed, or as many as it needs (three significant figures)."""
    if value is None or not math.isfinite(value):
        return ""
    if decimals is None:
        decimals = 0 if value == int(value) else _needed(value)
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN)
    return (MINUS if value < 0 and float(f"{value:.{decimals}f}") != 0 else "") + text


def _needed(value: float) -> int:
    """Decimals that give three significant figures, trailing zeros dropped."""
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    shown = f"{value:.{places}f}"
    return len(shown.partition(".")[2].rstrip("0"))


def percent(share: float | None, decimals: int = 1) -> str:
    """A share (0-1) as a percentage with one decimal."""
    return "" if share is None or not math.isfinite(share) else f"{number(100 * share, decimals)}%"


def with_unit(text: str, unit: str | None) -> str:
    """`text` followed by its unit."""
    if not text or not unit:
        return text
    unit = in_words(unit)
    if unit in TIMES and re.search(r"(?<![\d.,–\u202f])1$", text):
        unit = unit.removesuffix("s")
    return f"{text}{unit}" if unit in UNITS else f"{text} {unit}"


def span(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """`low–high`; `to` between them where either is negative; one side open where the other is unknown."""
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {number(high, decimals)}"
    if high is None:
        return f"≥ {number(low, decimals)}"
    if low == high:
        return number(low, decimals)
    between = " to " if low < 0 or high < 0 else DASH
    return f"{number(low, decimals)}{between}{number(high, decimals)}"


def interval(low: float | None, high: float | None, decimals: int | None = 1) -> str:
    """A 95 % interval in square brackets, or nothing where there is none."""
    return f"[{span(low, high, decimals)}]" if low is not None and high is not None else ""


def stated(value: float | None, low: float | None, high: float | None, cmp: str = "=", unit: str | None = None) -> str:
    """What a document states: `< 25%`, `0.5–1 mg`, `about 8 mm`."""
    text = number(value) if value is not None else span(low, high)
    return with_unit(COMPARISONS.get(cmp, "") + text, unit) if text else ""


def tidy(text: str) -> str:
    """Prose with its numbers in the page's form: `[17.4, 51.1]` as `[17.4–51.1]`, `<=` as `≤`, `0.5-1` as `0.5–1`."""
    text = in_words(text).replace("<=", "≤").replace(">=", "≥").replace("'", "’")
    text = re.sub(r"\[(\d[\d.]*), (\d[\d.]*)\]", rf"[\1{DASH}\2]", text)
    return re.sub(r"(?<![\w.-])(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)(?![\w-]|\.\d)", rf"\1{DASH}\2", text)


def in_words(unit: str) -> str:
    """A unit, or prose that holds one, with its thousands set apart: `per 100 000 persons`."""
    return re.sub(r"(?<=per )\d{5,}\b", lambda match: number(int(match[0])), unit)
