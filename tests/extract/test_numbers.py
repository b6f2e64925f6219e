"""Numbers in digits and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.numbers import find_numbers
from extract.tokens import tokenize


def values(text: str) -> list[float]:
    return [n.value for n in find_numbers(tokenize(text))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Four hundred and twenty-eight women", 428),
        ("Thirty three men", 33),
        ("a hundred children", 100),
        ("1,346 births", 1346),
        ("100 000 people", 100000),
        ("45 079 residents", 45079),
        ("16patients", 16),
        ("0·5 mg", 0.5),
        (".05 units", 0.05),
        ("17,2 years", 17.2),
        ("in half of them", 50),
        ("two thirds", 66.7),
        ("a quarter", 25),
        ("three-quarters", 75),
        ("none", 0),
        ("no one", 0),
        ("both", 2),
        ("rash (54. 55%)", 54.55),
        ("a change of −3.1 points", -3.1),
        ("one in five patients", 20),
        ("all but 12% of them", 88),
    ],
)
def test_value(text, value):
    assert values(text) == [value]


@pytest.mark.parametrize("text", ["PD-1 blockade", "IL-6 rose", "COVID-19 wards", "the T2-0 sequence", "CD4 cells"])
def test_digits_of_a_name_are_no_number(text):
    assert values(text) == []


def test_a_dash_behind_a_unit_begins_no_name():
    assert values("2 weeks-1.5 years") == [2, 1.5]


@pytest.mark.parametrize(
    ("text", "less"), [("All but one recovered", 1), ("all except for 3 of them", 3), ("All patients but one", 0)]
)
def test_what_is_taken_off_all(text, less):
    assert [n.less for n in find_numbers(tokenize(text)) if n.kind == "all"] == [less]


def test_two_counts_in_a_row_stay_two():
    assert values("six three of whom") == [6, 3]


@given(st.text(alphabet="0123456789.,·- %±()/abno ", max_size=60))
def test_spans_lie_in_the_text_and_hold_a_token(text):
    for n in find_numbers(tokenize(text)):
        assert 0 <= n.start < n.end <= len(text) and text[n.start : n.end].strip()
