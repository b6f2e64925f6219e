"""Figures in a review's prose: number, range, bound and unit, with the span of the whole expression.

Comes in: one line of prose whose citations are blanked. Goes out: `Figure`s in order. What a figure is of is decided
elsewhere. Called by `reports.claims`.
"""

from __future__ import annotations

import re

from reports.claim_figure import DASH, NUMBER, WORD, Figure, cues, number_value
from reports.claim_fractions import densities, fractions, rates, ratios


def find_figures(text: str) -> list[Figure]:
    """All figures with a unit, percentages, fractions and rates of a line of prose, in order, none overlapping."""
    found: list[Figure] = []

    def free(start: int, end: int) -> bool:
        return all(end <= f.at or start >= f.until for f in found)

    for reader in (rates, _first, densities, _main, ratios, fractions):
        for figure in reader(text):
            if free(figure.at, figure.until):
                found.append(figure)
    found.sort(key=lambda f: f.at)
    for figure in _spreads(text, found):
        if free(figure.at, figure.until):
            found.append(figure)
    found.sort(key=lambda f: f.at)
    for figure in found:
        _bound(text, figure)
    return _merged(text, found)


def _merged(text: str, found: list[Figure]) -> list[Figure]:
    """`5 of 120 patients (4%)` is one figure: the percentage, with its count and denominator."""
    out: list[Figure] = []
    for figure in found:
        last = out[-1] if out else None
        if (
            last
            and last.denominator
            and last.numerator is not None
            and figure.shape == "percent"
            and re.fullmatch(r"\s*(?:[\w-]+\s+){0,3}\(\s*", text[last.until : figure.at])
        ):
            figure.numerator, figure.denominator, figure.start = last.numerator, last.denominator, last.start
            out.pop()
        out.append(figure)
    return out


def _main(text: str) -> list[Figure]:
    data = cues()
    out = []
    for m in data["main"].finditer(text):
        a, b = number_value(m["a"]), number_value(m["b"]) if m["b"] else None
        words = not m["a"][0].isdigit() and m["a"][0] != "."
        if m["percent"]:
            shape, unit = "percent", None
        else:
            unit = _unit(data["units"], m["unit"])
            if unit is None or (words and unit in ("g", "U")):
                continue
            shape = (
                "time"
                if unit in data["time_units"]["names"]
                else "dose"
                if unit in data["dose_units"]["names"]
                else "length"
            )
            if (
                m["over"]
                and unit not in data["time_units"]["names"]
                and not (shape == "dose" and m["over"].lower()[0] == "h")
            ):
                # a concentration, its unit as printed
                unit, shape = " ".join(text[m.start("unit") : m.end("over")].split()), "length"
        if (
            b is not None
            and re.match(r"\s+(?:or|and)\s", m["tail"])
            and (
                b <= a
                or (
                    " and " in m["tail"]
                    and not re.search(r"\bbetween\s+(?:the ages of\s+|ages\s+)?$", text[: m.start("a")], re.I)
                )
            )
        ):
            # two figures, not a range: the second is read by itself
            inner = data["main"].match(text, m.start("b"))
            out.append(
                Figure(shape, m.start("a"), m.end("mid"), m.start("a"), m.end("mid"), value=a, unit=unit, words=words)
            )
            if inner:
                out.append(
                    Figure(shape, inner.start("a"), inner.end(), inner.start("a"), inner.end(), value=b, unit=unit)
                )
            continue
        if b is not None and b < a:
            continue
        figure = Figure(shape, m.start("a"), m.end(), m.start("a"), m.end(), unit=unit, words=words)
        if b is None:
            figure.value = a
        else:
            figure.low, figure.high = a, b
        out.append(figure)
    return out


def _spreads(text: str, found: list[Figure]) -> list[Figure]:
    """Ranges in brackets that take their unit from the figure before: `50 years (range, 17 to 95)`."""
    out = []
    for m in re.finditer(
        rf"\b(?P<kind>interquartile range|IQR|range)[,:]?\s+(?:from\s+"
        rf"|of\s+)?(?P<a>{NUMBER})(?:\s?{DASH}\s?|\s+to\s+)(?P<b>{NUMBER})(?![\d%])",
        text,
        re.I,
    ):
        before = [f for f in found if f.until <= m.start() and f.shape in ("time", "length")]
        a, b = number_value(m["a"]), number_value(m["b"])
        if before and a <= b and m.start() - before[-1].until < 40:
            out.append(
                Figure(
                    before[-1].shape,
                    m.start("a"),
                    m.end("b"),
                    m.start("a"),
                    m.end("b"),
                    low=a,
                    high=b,
                    unit=before[-1].unit,
                    noun="iqr" if m["kind"][0] in "iI" else "range",
                )
            )
    return out


def _first(text: str) -> list[Figure]:
    """ "within the first year", "in the first 2 years"."""
    names = cues()["units"]
    times = "years?|months?|weeks?|days?|hours?"
    out = []
    for m in re.finditer(
        rf"\b(?:with)?(?:in|during)\s+(?:the\s+)?first\s+(?:(?P<a>{NUMBER}"
        rf"|{WORD})\s+)?(?P<unit>{times})\b",
        text,
        re.I,
    ):
        value = number_value(m["a"]) if m["a"] else 1.0
        out.append(
            Figure("time", m.start(), m.end(), m.start(), m.end(), value=value, cmp="<=", unit=names[m["unit"].lower()])
        )
    return out


def _unit(names: dict[str, str], printed: str) -> str | None:
    printed = re.sub(r"\s+", " ", printed)
    if printed in names:
        return names[printed]
    lower = printed.lower()
    return names.get(lower) if len(lower) > 1 else None


def _bound(text: str, figure: Figure) -> None:
    """Take the words of a bound before and after the number into the figure's span."""
    data = cues()
    before = data["before_re"].search(text[max(0, figure.at - 45) : figure.at])
    if before:
        cue = re.sub(r"\s+", " ", before["cue"].lower())
        sign = data["before"].get(cue, data["before"].get(cue + " ", "="))
        if cue == "within" and figure.low is not None:
            sign = "="  # within 24 to 72 hours
        if sign != "±" and not (cue == "over" and figure.shape == "time"):
            figure.cmp = sign
            figure.start = max(0, figure.at - 45) + before.start("cue")
    after = data["after_re"].match(text, figure.end)
    if after and figure.low is None:
        figure.cmp = data["after"][re.sub(r"\s+", " ", after["cue"].lower())]
        figure.end = after.end()
    elif after:
        figure.end = after.end()
