"""Units behind numbers."""

from __future__ import annotations

import pytest

from extract.tokens import tokenize
from extract.units import unit_at


def unit(text: str):
    """The unit of 7, printed right behind it where it begins with a sign."""
    return unit_at(tokenize(f"7{'' if text[0] in '/-' else ' '}{text}"), 1)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("yrs of age", "years", "time"),
        ("wk", "weeks", "time"),
        ("mm Hg", "mm Hg", "other"),
        ("percent", "%", "percent"),
        ("per cent", "%", "percent"),
        ("international units", "IU", "activity"),
        ("mg per deciliter", "mg per deciliter", "other"),
        ("kg/m2", "kg/m2", "other"),
        ("/nl", "/nl", "other"),
        ("beats per minute", "beats per minute", "other"),
        ("°C", "°C", "other"),
        ("dyn·s/cm5", "dyn·s/cm5", "other"),
        ("mL/min/1.73\u00a0m2", "mL/min/1.73 m2", "other"),
        ("mL/min−1/m−2", "mL/min−1/m−2", "volume"),
        ("percentage points", "percentage points", "other"),
        ("MPa", "MPa", "other"),
        ("D of correction", "D", "other"),
        ("d of fever", "days", "time"),
        ("m2", "m2", "other"),
        ("month's duration", "months", "time"),
        ("weeks' treatment", "weeks", "time"),
        ("x 10^5 copies/mL", "x 10^5 copies/mL", "other"),
        ("× 10(-3) mm(2)/s", "× 10(-3) mm(2)/s", "other"),
    ],
)
def test_name_and_kind(text, name, kind):
    found = unit(text)
    assert (found.text, found.kind) == (name, kind)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("mg/kg/day", ("kg", "day")),
        ("mg/m2", ("m2",)),
        ("mg/m(2) once", ("m2",)),
        ("mg m−2 weekly", ("m2",)),
        ("mg per kg", ("kg",)),
        ("mg/24 h", ("24",)),
    ],
)
def test_what_it_is_taken_per(text, per):
    assert unit(text).per == per


def test_hyphen_before_the_unit_is_passed_over():
    assert unit("-week course").text == "weeks"


@pytest.mark.parametrize("text", ["patients", "M mode", "score of", "times"])
def test_other_words_are_no_units(text):
    assert unit(text) is None
