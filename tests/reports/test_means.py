"""Ages and other means: conversions from medians, pooling, and the extremes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.means import (
    Moments,
    SummaryError,
    combine,
    extremes,
    from_five_numbers,
    from_quartiles,
    from_range,
    pool_means,
    to_moments,
)

ORACLE = json.loads((Path(__file__).parent / "oracle" / "oracle.json").read_text())["means"]


def test_median_and_range() -> None:
    result = from_range(2, 6, 14, 20)
    assert (result.mean, result.sd) == pytest.approx((6.594468, 3.211576), abs=1e-6)
    age = from_range(18, 42, 77, 35)
    assert (age.mean, age.sd) == pytest.approx((43.196323, 14.027215), abs=1e-6)


def test_median_and_quartiles() -> None:
    result = from_quartiles(4, 6, 10, 20)
    assert (result.mean, result.sd) == pytest.approx((6.719500, 4.787076), abs=1e-6)
    age = from_quartiles(45.5, 57, 66, 120)
    assert (age.mean, age.sd) == pytest.approx((56.120938, 15.382671), abs=1e-6)


def test_all_five_numbers() -> None:
    result = from_five_numbers(2, 4, 6, 10, 14, 20)
    assert (result.mean, result.sd) == pytest.approx((6.938841, 3.679435), abs=1e-6)
    assert not result.skewed


def test_a_skewed_study_is_marked_and_withheld_from_the_pool() -> None:
    skewed = from_five_numbers(1, 10, 34, 51, 89, 411)
    assert skewed.skewed
    pooled = pool_means([skewed, Moments(60, 10, 40), Moments(63, 12, 25)])
    assert pooled is not None
    assert (pooled.k, pooled.withheld, pooled.total) == (2, 1, 65)


@pytest.mark.parametrize("summary", [(6, 2, 14, 20), (2, 6, 14, 4), (5, 5, 5, 20)])
def test_an_impossible_summary_is_refused(summary: tuple[float, float, float, int]) -> None:
    with pytest.raises(SummaryError):
        from_range(*summary)


def test_a_printed_mean_and_sd_go_before_a_median() -> None:
    assert to_moments(30, mean=61, sd=12, median=64, extremes=(17, 95)) == Moments(61, 12, 30)
    assert to_moments(30, mean=61) is None
    assert to_moments(30, median=64, extremes=(17, 95)) == from_range(17, 64, 95, 30)


@pytest.mark.parametrize("name", ORACLE)
def test_pooled_mean_is_that_of_metafor(name: str) -> None:
    reference = ORACLE[name]
    studies = [Moments(*row) for row in zip(reference["mean"], reference["sd"], reference["n"], strict=True)]
    pooled = pool_means(studies)
    assert pooled is not None
    ours = [pooled.estimate, pooled.low, pooled.high, pooled.tau2, pooled.i2]
    assert ours == pytest.approx([reference["b"], *reference["ci"], reference["tau2"], reference["I2"]], abs=1e-7)
    if pooled.k > 2:
        assert (pooled.prediction_low, pooled.prediction_high) == pytest.approx(reference["pi"], abs=1e-7)


def test_arms_combine_to_the_mean_and_sd_of_all_people() -> None:
    whole = combine([Moments(50, 10, 20), Moments(60, 10, 20)])
    assert whole.mean == 55
    assert whole.sd == pytest.approx(((19 * 100 + 19 * 100 + 40 * 25) / 39) ** 0.5)


def test_ranges_are_never_averaged() -> None:
    found = extremes([(21, 79), (17, 95), (30, 68)])
    assert found is not None
    assert (found.low, found.high, found.k) == (17, 95, 3)
    assert extremes([]) is None
