"""Verdicts by kind of claim, each row of the design's table at its borders."""

from __future__ import annotations

import pytest

from reports.claim import Claim
from reports.rounding import rounds_to
from reports.verdicts import (
    Stated,
    is_inside,
    judge_cause,
    judge_cited,
    judge_extremes,
    judge_figures,
    judge_mean,
    judge_share,
    stated,
)


def value(number: float, cmp: str = "=") -> Stated:
    return Stated(None, None, number, cmp)


def span(low: float, high: float) -> Stated:
    return Stated(low, high, None, "=")


@pytest.mark.parametrize(
    ("said", "estimate", "low", "high", "word"),
    [
        (52, 50, 40, 60, "agrees"),
        (60, 50, 40, 60, "agrees"),  # on the interval's end and exactly 10 points away
        (40, 50, 40, 60, "agrees"),
        (60.5, 50, 45, 62, "undecided"),  # inside, but more than 10 points away
        (61, 50, 40, 60, "differs"),
        (39.9, 50, 40, 60, "differs"),
    ],
)
def test_proportion_stated_as_a_value(said: float, estimate: float, low: float, high: float, word: str) -> None:
    assert judge_share(value(said), estimate, low, high, k=3).word == word


@pytest.mark.parametrize(
    ("cmp", "low", "high", "word"),
    [
        ("<", 10, 24.9, "agrees"),
        ("<", 10, 25, "undecided"),  # 25 % itself is not < 25 %
        ("<=", 10, 25, "agrees"),
        ("<", 25, 40, "differs"),
        ("<=", 25, 40, "undecided"),
        ("<=", 25.1, 40, "differs"),
        (">", 25, 40, "undecided"),
        (">", 25.1, 40, "agrees"),
        (">=", 25, 40, "agrees"),
        (">", 5, 25, "differs"),
        (">=", 5, 24.9, "differs"),
        ("<", 20, 30, "undecided"),
    ],
)
def test_bound(cmp: str, low: float, high: float, word: str) -> None:
    assert judge_share(value(25, cmp), (low + high) / 2, low, high, k=3).word == word


@pytest.mark.parametrize(
    ("estimate", "low", "high", "word"),
    [
        (12, 5, 20, "agrees"),  # an interval exactly three times the range
        (12, 5, 20.1, "undecided"),
        (10, 8, 14, "agrees"),  # the ends belong to the range
        (16, 9, 22, "undecided"),
        (20, 15, 25, "undecided"),  # touches
        (20, 15.1, 25, "differs"),
        (5, 1, 9.9, "differs"),
    ],
)
def test_range_of_a_proportion(estimate: float, low: float, high: float, word: str) -> None:
    assert judge_share(span(10, 15), estimate, low, high, k=3).word == word


def test_thin_is_fewer_than_three_studies_or_more_than_forty_points() -> None:
    assert judge_share(value(50), 50, 45, 55, k=2).word == "thin"
    assert judge_share(value(50), 50, 30, 70, k=3).word == "agrees"
    assert judge_share(value(50), 50, 29.9, 70, k=3).word == "thin"
    assert judge_mean(span(50, 60), 55, 50, 60, k=2, unit="years").word == "thin"


def test_mean_in_a_range() -> None:
    assert judge_mean(span(50, 60), 55, 45, 75, k=3, unit="years").word == "agrees"
    assert judge_mean(span(50, 60), 55, 44, 75, k=3, unit="years").word == "undecided"
    assert judge_mean(span(50, 60), 66, 61, 71, k=3, unit="years").word == "differs"


def test_age_range() -> None:
    inside = [(17, 80, "A"), (30, 95, "B"), (40, 70, "C")]
    assert judge_extremes(span(17, 95), inside, True).word == "agrees"
    outside = judge_extremes(span(17, 95), [*inside, (16, 60, "D 2010")], True)
    assert outside.word == "differs"
    assert "D 2010" in outside.reason
    assert judge_extremes(span(17, 95), inside[:2], True).word == "thin"
    assert judge_extremes(span(17, 95), [], True).word == "undecided"
    assert judge_extremes(span(17, 95), [], False).word == "silent"


@pytest.mark.parametrize(
    ("inside", "total", "word"),
    [(2, 4, "agrees"), (1, 3, "undecided"), (1, 4, "undecided"), (1, 5, "differs"), (0, 3, "differs"), (2, 2, "thin")],
)
def test_regimen_by_the_share_of_studies_inside(inside: int, total: int, word: str) -> None:
    assert judge_figures([True] * inside + [False] * (total - inside), "x").word == word


def test_no_figures_are_silence() -> None:
    assert judge_figures([], "2-4 weeks").word == "silent"


@pytest.mark.parametrize(
    ("said", "low", "high", "inside"),
    [
        (span(0.5, 1), 0.5, 1, True),
        (span(0.5, 1), 0.4, 0.8, False),  # an interval must lie wholly inside
        (value(60, "<="), 60, 60, True),
        (value(60, "<"), 60, 60, False),
        (value(3, ">"), 3.1, 4, True),
        (value(150), 150, 150, True),
        (value(150), 100, 100, False),
    ],
)
def test_a_figure_inside_what_is_stated(said: Stated, low: float, high: float, inside: bool) -> None:
    assert is_inside(said, low, high) is inside


def test_figure_of_one_cited_study() -> None:
    assert judge_cited(value(1.1), [1.97, 1.1], "", True).word == "agrees"
    assert judge_cited(value(1.1), [1.97], "", True).word == "differs"
    assert judge_cited(value(1.1), [], "", False).word == "undecided"
    assert judge_cited(value(1.1), [], "", True).word == "silent"


def test_cause_needs_one_study() -> None:
    assert judge_cause(2, 1).word == "agrees"
    assert judge_cause(0, 1).word == "agrees"
    assert judge_cause(0, 0).word == "silent"


def test_rarely_turns_a_bound_round() -> None:
    claim = Claim("d", "c", "time:to improvement", value=10, cmp=">", unit="days", qualifier="rarely")
    said = stated(claim)
    assert (said.cmp, said.value) == ("<=", 10)
    claim.qualifier = "usually"
    assert stated(claim).cmp == ">"


@pytest.mark.parametrize(
    ("figure", "said", "same"),
    [(51.5, 52, True), (52.5, 52, True), (51.4, 52, False), (1.14, 1.1, True), (1.16, 1.1, False)],
)
def test_rounding_to_the_decimals_that_are_stated(figure: float, said: float, same: bool) -> None:
    assert rounds_to(figure, said) is same
