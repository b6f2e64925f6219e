"""The unit behind a number: one word, a pair ("mm Hg"), or a composite ("mg/kg/day", "mg m-2", "mg per deciliter").

Comes in: a document and the token after a number. Goes out: a `Unit`, or None. Called by `extract.expressions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.resources import load
from extract.tokens import Document


@dataclass(slots=True)
class Unit:
    """A unit: its text as printed (times in the plural), its kind, the token after it, and what it is taken per."""

    text: str
    kind: str  # time, mass, volume, activity, other, percent
    last: int
    per: tuple[str, ...] = ()


@cache
def _kinds() -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    data = load("units")
    for kind in ("other", "activity", "volume", "mass"):
        table.update((word, (kind, word)) for word in data[kind]["words"])
    for plural, words in data["time"].items():
        table.update((word, ("time", plural)) for word in words)
    return table


@cache
def _printed() -> tuple[str, re.Pattern[str]]:
    """How a unit of several parts may begin, and what it is."""
    data = load("units")["printed"]
    return data["begin"], re.compile("|".join(f"(?:{pattern})" for pattern in data["patterns"]))


@cache
def _per() -> frozenset[str]:
    return frozenset(load("units")["per"]["words"])


# Units of one letter, and words that are units only right behind a number or in these spellings.
EXACT = {
    "m": "m",
    "g": "g",
    "l": "lL",
    "s": "s",
    "h": "h",
    "d": "d",
    "w": "wW",
    "y": "y",
    "n": "N",
    "u": "U",
    "v": "V",
    "j": "J",
    "ma": "mA",
    "met": "MET",
    "sd": "SD",
    "score": "score",
    "mo": "mo",
    "gm": "gm",
}
POSSESSIVE = re.compile(r"['’]s?$")
CONCENTRATION = frozenset(
    {"dl", "ml", "l", "liter", "litre", "deciliter", "decilitre", "milliliter", "millilitre", "ul", "µl", "μl", "mcl"}
)
CELLS = CONCENTRATION | {"nl", "mm3", "hpf", "mm2", "pl"}
BEFORE_DECADES = frozenset({"the", "his", "her", "their", "low", "mid", "high", "early", "late"})  # "in the 90s"
VAGUE = frozenset(
    {
        "times",
        "score",
        "cells",
        "sd",
        "lines",
        "letters",
        "teeth",
        "steps",
        "met",
        "beats",
        "second",
        "seconds",
        "tablet",
        "tablets",
    }
)


def unit_at(doc: Document, at: int) -> Unit | None:
    """The unit whose first word is token `at`; a hyphen before it ("12-week") is passed over."""
    n = len(doc.words)
    if (
        at < n
        and doc.words[at] in "-‐"
        and doc.words[at]
        and not doc.spaced(at)
        and at + 1 < n
        and not doc.spaced(at + 1)
    ):
        at += 1
    if at >= n:
        return None
    word, low = doc.words[at], doc.lower[at]
    if at + 1 < n:
        pair = load("units")["pairs"].get(f"{low} {doc.lower[at + 1]}")
        if pair:
            return Unit(pair, "percent" if pair == "%" else "activity" if pair == "IU" else "other", at + 2)
    if low in ("%", "‰") or low in ("percent", "percentage"):
        return Unit("%", "percent", at + 1)
    if word in "$€£":
        return None
    if low == "s" and at > 1 and not doc.spaced(at) and doc.lower[at - 2] in BEFORE_DECADES:
        return None
    begin, printed = _printed()
    if word[0] in begin and (match := printed.match(doc.text, doc.starts[at])):
        return Unit(" ".join(match.group().split()), "other", doc.token_at(match.end() - 1) + 1)
    if low == "/" and at + 1 < n and doc.lower[at + 1] in CELLS and not doc.spaced(at) and not doc.spaced(at + 1):
        return Unit("/" + doc.words[at + 1], "other", at + 2)
    found = _kinds().get(POSSESSIVE.sub("", low))  # "one month's duration", "2 weeks' treatment"
    if (
        found is None
        and at + 2 < n
        and doc.words[at + 1] == "/"
        and doc.lower[at + 2] in CONCENTRATION
        and len(word) < 9
        and word.isalpha()
    ):
        found = "other", word
    if found is None or (low in EXACT and word[0] not in EXACT[low]):
        return None
    kind, name = found
    if low in VAGUE and kind == "other":
        return None
    text = name if kind == "time" else word
    last, per = at + 1, []
    while last + 1 < n:
        base = doc.lower[last + 1]
        if doc.words[last] == "/" or (doc.lower[last] in ("per", "x", "·", ".", "⋅", "×") and base in _per()):
            if base not in _per() or (doc.words[last] == "." and doc.spaced(last + 1)):
                break
            per.append(base)
            last += 2
            if base == "24" and last < n and doc.lower[last] in ("h", "hr", "hrs", "hours"):
                last += 1
            last = _exponent(doc, last, per)
        elif doc.lower[last] in _per() and _negative_power(doc, last + 1):
            per.append("m2" if doc.lower[last] == "m" and doc.words[last + 2 : last + 3] == ["2"] else doc.lower[last])
            last = _negative_power(doc, last + 1)
        elif doc.lower[last] in ("m", "kg") and last + 1 < n and doc.words[last + 1] in "−-":
            break
        else:
            break
    if per and per[-1] == "body":
        while last < n and doc.lower[last] in ("weight", "surface", "area"):
            last += 1
    if (kind == "mass" and any(base in CONCENTRATION for base in per)) or (word == "kg" and per):
        kind = "other"  # mg/dl is measured, not taken; kg/m2 is a body mass index
    if kind != "time" and per:
        text = doc.text[doc.starts[at] : doc.ends[last - 1]]
    return Unit(text, kind, last, tuple(per))


def _exponent(doc: Document, at: int, per: list[str]) -> int:
    """Pass over an exponent behind a base: `m(2)`, `kg(-1)`, `m 2`; "m" squared becomes "m2"."""
    n = len(doc.words)
    j = at
    if j < n and doc.words[j] == "(" and not doc.spaced(j):
        k = j + 1
        if k < n and doc.words[k] in "-−":
            k += 1
        if k + 1 < n and doc.words[k] in ("1", "2", "3") and doc.words[k + 1] == ")":
            if per[-1] == "m" and doc.words[k] == "2":
                per[-1] = "m2"
            return k + 2
    elif j < n and doc.words[j] in ("²",) and per[-1] == "m":
        per[-1] = "m2"
        return j + 1
    elif (
        j < n
        and doc.words[j] in "-−"
        and j + 1 < n
        and doc.words[j + 1] in (("1", "2") if per[-1] in ("m", "kg") else ("1",))
        and not doc.spaced(j)
    ):
        if doc.words[j + 1] == "2":
            per[-1] = "m2"
        return j + 2
    return at


def _negative_power(doc: Document, at: int) -> int:
    """The token behind an exponent like "-2" or "−1" at `at` (as in "mg m−2"), or 0."""
    if (
        at + 1 < len(doc.words)
        and doc.words[at] in "-−–"
        and doc.words[at + 1] in ("1", "2", "3")
        and not doc.spaced(at + 1)
    ):
        return at + 2
    if at < len(doc.words) and doc.words[at] in ("⁻¹", "⁻²"):
        return at + 1
    return 0
