"""Figures over something: rates per 100,000, ratios, fractions in words, one in five, cells per volume.

Comes in: one line of prose. Goes out: `Figure`s without their bounds. Called by `reports.claim_figures`.
"""

from __future__ import annotations

import re

from extract.numbers import PARTS, UNITS
from reports.claim_figure import DASH, NUMBER, WORD, Figure, number_value

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


def rates(text: str) -> list[Figure]:
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


def ratios(text: str) -> list[Figure]:
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


def fractions(text: str) -> list[Figure]:
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


def densities(text: str) -> list[Figure]:
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
