"""How numbers are written for readers."""

from __future__ import annotations

import pytest

from reports import numbers

THIN = numbers.THIN


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1490, None, f"1{THIN}490"), (0.5, None, "0.5"), (52.6, 1, "52.6"), (1.10, None, "1.1"), (-3.0, None, "−3"),
     (None, None, ""), (float("nan"), 1, ""), (-0.04, 1, "0.0"), (1234567.0, None, f"1{THIN}234{THIN}567"),
     (0.0123, None, "0.0123"), (0, None, "0")],
)  # fmt: skip
def test_a_number_is_grouped_in_thousands_and_has_the_decimals_it_needs(value: float, decimals: int, text: str) -> None:
    assert numbers.number(value, decimals) == text


def test_a_share_is_a_percentage_with_one_decimal() -> None:
    assert numbers.percent(0.4566) == "45.7%"
    assert numbers.percent(None) == ""


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(17, 95, "17–95"), (-1.5, 2, "−1.5 to 2"), (None, 6, "≤ 6"), (3, None, "≥ 3"), (2, 2, "2"), (None, None, "")],
)
def test_a_span_has_a_dash_and_words_where_a_sign_would_hide_it(low: float, high: float, text: str) -> None:
    assert numbers.span(low, high) == text


@pytest.mark.parametrize(
    ("stated", "text"),
    [((25, None, None, "<", "%"), "< 25%"), ((None, 10, 15, "=", "%"), "10–15%"),
     ((1, None, None, "<=", "years"), "≤ 1 year"), ((None, 0, 1, "=", "years"), "0–1 years"),
     ((8, None, None, "~", "mm"), "about 8 mm"), ((None, None, None, "=", "%"), ""),
     ((1.1, None, None, "=", "per 100000 persons"), f"1.1 per 100{THIN}000 persons")],
)  # fmt: skip
def test_what_a_document_states_has_one_form(stated: tuple, text: str) -> None:
    assert numbers.stated(*stated) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [("31.9% [17.4, 51.1] <= 60 mg", "31.9% [17.4–51.1] ≤ 60 mg"), ("0.5-1 mg/kg", "0.5–1 mg/kg"),
     ("COVID-19, KL-6, 10.1000/abc-12, PMID 12345678", "COVID-19, KL-6, 10.1000/abc-12, PMID 12345678"),
     ("1.1 per 100000 people", f"1.1 per 100{THIN}000 people")],
)  # fmt: skip
def test_prose_has_its_numbers_in_the_pages_form_and_names_as_they_are(written: str, shown: str) -> None:
    assert numbers.tidy(written) == shown
