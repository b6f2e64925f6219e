"""Figures in a review's prose: number, range, bound and unit, with the span of the whole expression.

Comes in: one line of prose whose citations are blanked. Goes out: `Figure`s in order. What a figure is of is decided
elsewhere. Called by `reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from extract.numbers import PARTS, TENS, UNITS

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
FRACTION = (
    r"(?:(?P<top>one|two|three|four|a|an)[- ](?P<bottom>half|thirds?|quarters?|fourths?|fifths?|sixths?"
    r"|sevenths?|eighths?|tenths?)"
    r"|(?P<half>half))\b(?![- ](?:life|lives|dose))"
)
ONE_IN = (
    rf"(?P<in_top>{WORD}|\d+) (?:in|of every|out of every|out of(?: the)?|of(?: the)?) (?P<in_bottom>{WORD}"
    rf"|\d[\d,]*)(?![\d.]*\s?%)"
)
RATE_OVER = (
    r"(?:(?:new )?(?P<events>cases|patients|persons|people|episodes|deaths|events|admissions|infections"
    r"|births|diagnoses)\s+)?"
    r"(?:per|in|/)\s?(?P<base>1(?:,000,000|00,000|0,000|,000|0{3,6})(?![\d,])|(?:1 |a |one |10 )?million"
    r"|a hundred thousand|a thousand)"
    r"(?P<people>(?:\s(?:person|patient|woman|man|child|population|inhabitant|hospital|live|treatment"
    r"|life)?-?\s?"
    r"(?:persons?-years?|patients?-years?|years|persons|people|population|inhabitants|individuals|residents"
    r"|admissions|births|"
    r"children|adults|women|men|patients|person|patient|deliveries|live births|hospital admissions))?)"
)
BASES = {
    "million": 1_000_000,
    "1 million": 1_000_000,
    "a million": 1_000_000,
    "one million": 1_000_000,
    "10 million": 10_000_000,
    "a hundred thousand": 100_000,
    "a thousand": 1000,
}


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


def find_figures(text: str) -> list[Figure]:
    """All figures with a unit, percentages, fractions and rates of a line of prose, in order, none overlapping."""
    found: list[Figure] = []

    def free(start: int, end: int) -> bool:
        return all(end <= f.at or start >= f.until for f in found)

    for reader in (_rates, _first, _densities, _main, _ratios, _fractions):
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


def _densities(text: str) -> list[Figure]:
    """Cell counts: "50,000 per cubic millimeter"."""
    out = []
    for m in re.finditer(
        rf"(?<![\w.,])(?P<a>{NUMBER})(?:(?:\s?{DASH}\s?|\s+to\s+)(?P<b>{NUMBER}))?\s?(?P<unit>(?:/"
        rf"|per)\s?(?:cubic millimet(?:er|re)|mm3|mm³|microlit(?:er|re)|[µμ][lL]|millilit(?:er|re)|"
        rf"lit(?:er|re)|high-power field))\b",
        text,
        re.I,
    ):
        figure = Figure("length", m.start(), m.end(), m.start(), m.end(), unit=" ".join(m["unit"].split()))
        if m["b"]:
            figure.low, figure.high = number_value(m["a"]), number_value(m["b"])
        else:
            figure.value = number_value(m["a"])
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


def _rates(text: str) -> list[Figure]:
    out = []
    number = rf"(?:{NUMBER})"
    for m in re.finditer(
        rf"(?<![\w.])(?P<a>{number})(?:(?:\s?{DASH}\s?|\s+(?:to"
        rf"|and)\s+)(?P<b>{number}))?\s*{RATE_OVER}",
        text,
    ):
        printed = m["base"].lower()
        base = BASES.get(printed) or float(printed.replace(",", ""))
        people = " ".join((m["people"] or "").split())
        a = number_value(m["a"])
        if a > base or base < 1000 or (re.search(r"\bin\s?1\b", m[0])):
            continue
        figure = Figure("rate", m.start(), m.end(), m.start(), m.end(), unit=f"per {base:.0f}", noun=people)
        if m["b"]:
            figure.low, figure.high = a, number_value(m["b"])
        else:
            figure.value = a
        out.append(figure)
    return out


def _ratios(text: str) -> list[Figure]:
    out = []
    number = rf"(?:{NUMBER})"
    sexed = rf"\b(?:wom[ae]n|m[ae]n|(?:fe)?males?)\b[^.;]{{0,60}}?(?P<c>{number})\s?:\s?(?P<d>{number})"
    for m in re.finditer(rf"\bratio\b[^.;()]{{0,60}}?(?P<a>{number})\s?(?::|to)\s?(?P<b>{number})|{sexed}", text, re.I):
        one, two = ("a", "b") if m["a"] else ("c", "d")

        out.append(
            Figure(
                "ratio",
                m.start(one),
                m.end(two),
                m.start(one),
                m.end(two),
                low=number_value(m[one]),
                high=number_value(m[two]),
            )
        )
    return out


def _fractions(text: str) -> list[Figure]:
    out = []
    for m in re.finditer(
        rf"\b(?:{FRACTION})(?:\s+to\s+(?:one|two|three|a)[- ](?P<bottom2>half|thirds?|quarters?"
        rf"|fourths?|fifths?))?",
        text,
        re.I,
    ):
        if m["half"]:
            low = 50.0
            if re.search(
                r"\b(?:and(?: a| one)|first|second|latter|other|upper|lower|last|early|one and a|the left"
                r"|the right)\s$",
                text[: m.start()],
                re.I,
            ):
                continue
        else:
            bottom = (
                2
                if m["bottom"].startswith("half")
                else PARTS.get(m["bottom"]) or {"seventh": 7, "eighth": 8}[m["bottom"].rstrip("s")]
            )
            top = {"a": 1, "an": 1}.get(m["top"].lower()) or int(UNITS[m["top"].lower()])
            if top >= bottom or (m["bottom"].endswith("s") != (top > 1) and bottom != 2):
                continue
            low = round(100 * top / bottom, 1)
        figure = Figure("percent", m.start(), m.end(), m.start(), m.end(), value=low, words=True)
        if m["bottom2"]:
            second = 2 if m["bottom2"].startswith("half") else PARTS[m["bottom2"]]
            lead = re.search(r"to\s+(one|two|three|a)", m[0])
            share = ({"a": 1}.get(lead[1]) or int(UNITS[lead[1]])) / second * 100 if lead else 0.0
            figure.value, figure.low, figure.high = None, low, round(share, 1)
        out.append(figure)
    people = (
        r"(?=\s+(?:of the |of |the )?(?:[\w-]+\s+){0,2}?(?:patients|persons|people|cases|women|men|children|adults"
        r"|infants"
        r"|survivors|individuals|participants))"
    )
    for m in re.finditer(rf"\b{ONE_IN}", text, re.I):
        part, whole = number_value(m["in_top"]), number_value(m["in_bottom"])
        every = re.search(r" in | every ", m[0]) is not None
        if not 0 < part < whole or whole > 100_000 or (every and (part > 4 or 1900 <= whole <= 2100)):
            continue
        if not every and not re.match(people, text[m.end() :]):
            continue
        if every and not (
            re.match(people, text[m.end() :]) or (part <= 3 and re.match(r"[\s.,;)]", text[m.end() :] + " "))
        ):
            continue
        out.append(
            Figure(
                "percent",
                m.start(),
                m.end(),
                m.start(),
                m.end(),
                value=round(100 * part / whole, 1),
                words=True,
                numerator=int(part) if not every else None,
                denominator=int(whole) if not every else None,
            )
        )
    return out


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
