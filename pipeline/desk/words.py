"""What the desk's templates say: numbers, readings and states in words, and the colours of kinds and groups.

`FILTERS` are the templates' filters. Vocabularies are in desk.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from reports import numbers
from reports.wording import flag, heading

# What the number itself does not say.
_STATS = {"mean": "mean ", "median": "median ", "sd": "SD ", "iqr": "IQR "}


@cache
def settings() -> dict[str, Any]:
    """`desk.toml`, read once."""
    return tomllib.loads(files("pipeline.desk").joinpath("desk.toml").read_text(encoding="utf-8"))


def figure(finding: Mapping[str, Any]) -> str:
    """The number of a finding as a person would write it: `18/41 (44%)`, `61 (34-79) years`, `< 5%`."""
    stat, unit = finding["stat"], finding.get("unit") or ""
    numerator, denominator, value = (finding.get(name) for name in ("numerator", "denominator", "value"))
    cmp = "" if finding.get("cmp", "=") == "=" else f"{finding['cmp']} "
    if stat in ("present", "absent"):
        return stat
    if numerator is not None and denominator is not None:
        share = f" ({cmp}{numbers.number(value)}%)" if stat == "percent" and value is not None else ""
        return f"{numerator:g}/{denominator:g}{share}"
    around = numbers.span(finding.get("low"), finding.get("high"))
    middle = numbers.number(value) if value is not None else ""
    text = f"{middle} ({around})" if middle and around else middle or around
    tail = "%" if stat == "percent" else f" {unit}" if unit else ""
    of = f" of {denominator:g}" if denominator is not None else ""
    return f"{_STATS.get(stat, '')}{cmp}{text}{tail}{of}"


def what(finding: Mapping[str, Any]) -> str:
    """What a finding measures, in words."""
    return heading(finding["measure"], finding.get("drug"), finding["stat"])


def whose(finding: Mapping[str, Any]) -> str:
    """Whose figure it is."""
    group = finding.get("group") or "all"
    return "all patients" if group == "all" else group


def kind(measure: str) -> str:
    """The key of the colour of a measure's kind; `other` for a kind without one."""
    name = measure.partition(":")[0]
    return str(settings()["kinds"].get(name, "other"))


def when(iso: str | None) -> str:
    """`2026-03-01T12:00:00Z` as `2026-03-01 12:00`."""
    return (iso or "")[:16].replace("T", " ")


def path(text: str) -> str:
    """A text as one part of an address: everything that is not plain is escaped."""
    return quote(str(text), safe="")


def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 0-1 as per cent."""
    return "" if share is None else f"{100 * share:.{decimals}f}%"


def hundredths(value: float) -> str:
    """A coefficient to two decimals with a true minus; nothing is ever minus nought."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 figure`, `2,000 figures`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


FILTERS: dict[str, Callable[..., Any]] = {
    "figure": figure,
    "what": what,
    "whose": whose,
    "kind": kind,
    "when": when,
    "path": path,
    "share": percent,
    "hundredths": hundredths,
    "plural": plural,
    "flag_words": flag,
    "number": numbers.number,
}
