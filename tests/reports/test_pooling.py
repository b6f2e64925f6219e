"""Pooled proportions against R's metafor and lme4, at the ends of the scale, and in their properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reports import glmm, heterogeneity
from reports.intervals import CountError, clopper_pearson, wilson
from reports.pooling import Pooled, inverse_variance, leave_one_out, pool, pool_by_all
from reports.transforms import SCALES

ORACLE = json.loads((Path(__file__).parent / "oracle" / "oracle.json").read_text())["data"]
SCALE_OF = {"PLO": "logit", "PAS": "arcsine", "PFT": "freeman-tukey"}
CLOSED = 1e-9  # closed forms; what R's own iterations leave open is stated where it is more
FITTED = [name for name, entry in ORACLE.items() if entry.get("GLMM")]


def counts(name: str) -> tuple[Any, Any]:
    return np.array(ORACLE[name]["x"], float), np.array(ORACLE[name]["n"], float)


def rows(scale: str) -> list[tuple[str, str]]:
    return [(name, key) for name, entry in ORACLE.items() for key in entry[scale] if "." in key]


# --- intervals of one study


@pytest.mark.parametrize("name", ORACLE)
def test_study_intervals_are_those_of_r(name: str) -> None:
    pairs = list(zip(ORACLE[name]["x"], ORACLE[name]["n"], strict=True))
    assert np.allclose([clopper_pearson(x, n) for x, n in pairs], ORACLE[name]["clopper_pearson"], rtol=0, atol=CLOSED)
    assert np.allclose([wilson(x, n) for x, n in pairs], ORACLE[name]["wilson"], rtol=0, atol=CLOSED)


@pytest.mark.parametrize(
    ("events", "total", "score", "exact"),
    [
        (81, 263, (0.25528852, 0.36620958), (0.25273675, 0.36762192)),
        (0, 20, (0.0, 0.16112516), (0.0, 0.16843347)),
        (1, 29, (0.00611321, 0.17175522), (0.00087265, 0.17764430)),
    ],
)
def test_study_intervals_are_those_newcombe_published(
    events: int, total: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert wilson(events, total) == pytest.approx(score, abs=1e-8)
    assert clopper_pearson(events, total) == pytest.approx(exact, abs=1e-8)


@pytest.mark.parametrize(("events", "total"), [(5, 4), (-1, 4), (0, 0), (2.5, 10)])
def test_impossible_counts_are_refused(events: float, total: float) -> None:
    with pytest.raises(CountError):
        pool([1, events], [10, total])


# --- inverse variance against metafor


@pytest.mark.parametrize("scale", SCALE_OF)
def test_inverse_variance_is_that_of_metafor(scale: str) -> None:
    way = SCALES[SCALE_OF[scale]]
    for name, key in rows(scale):
        reference, (x, n) = ORACLE[name][scale][key], counts(name)
        method, test = key.split(".")
        average = inverse_variance(*way.effects(x, n), method=method, test=test)
        spread = average.heterogeneity
        ours = [average.b, average.se, spread.q, spread.q_p, spread.tau2, average.low, average.high]
        theirs = [reference[field] for field in ("b", "se", "QE", "QEp", "tau2")] + reference["ci"]
        assert ours == pytest.approx(theirs, abs=CLOSED), (name, key)
        assert way.back(average.b, n) == pytest.approx(reference["pred"], abs=CLOSED), (name, key)
        back = (way.back(average.low, n), way.back(average.high, n))
        assert back == pytest.approx(reference["ci_bt"], abs=CLOSED), (name, key)
        # I² in percent: metafor's scoring stops at a tau² 1e-12 off, and tiny variances blow that up
        assert spread.i2 == pytest.approx(reference["I2"], abs=1e-6, rel=1e-6), (name, key)
        assert spread.h2 == pytest.approx(reference["H2"], abs=1e-6), (name, key)
        if reference["pi_bt"]:
            assert average.prediction_low is not None and average.prediction_high is not None
            predicted = (way.back(average.prediction_low, n), way.back(average.prediction_high, n))
            assert predicted == pytest.approx(reference["pi_bt"], abs=CLOSED), (name, key)
        else:
            assert average.prediction_low is None


@pytest.mark.parametrize("scale", SCALE_OF)
def test_interval_of_tau2_is_the_q_profile_of_metafor(scale: str) -> None:
    for name, entry in ORACLE.items():
        if "q_profile" in entry[scale]:
            y, v = SCALES[SCALE_OF[scale]].effects(*counts(name))
            assert heterogeneity.q_profile(y, v) == pytest.approx(entry[scale]["q_profile"], rel=1e-6, abs=1e-9), name


# --- the GLMM against lme4


@pytest.mark.parametrize("name", FITTED)
def test_glmm_is_that_of_lme4(name: str) -> None:
    reference, result = ORACLE[name]["GLMM"], pool(*counts(name))
    assert result.model == "glmm"
    assert result.b == pytest.approx(reference["b"], abs=5e-5)
    assert result.tau2 == pytest.approx(reference["tau2"], abs=1e-4, rel=1e-4)
    # lme4 takes its Hessian by plain differences: on `one_giant` its se is off by 7 in 10,000 (ours holds for any step)
    assert result.se == pytest.approx(reference["se"], rel=1e-3)
    assert result.estimate == pytest.approx(reference["pred"], abs=2e-5)
    assert (result.low, result.high) == pytest.approx(reference["t_ci_bt"], abs=1e-4)
    assert result.i2 == pytest.approx(reference["I2"], abs=0.01)
    assert result.q_lrt == pytest.approx(reference["QE.LRT"], abs=1e-6)
    assert result.df == len(ORACLE[name]["x"]) - 1
    normal = pool(*counts(name), test="z")
    assert (normal.low, normal.high) == pytest.approx(reference["ci_bt"], abs=5e-5)
    if result.k > 2:
        assert (result.prediction_low, result.prediction_high) == pytest.approx(reference["t_pi_bt"], abs=2e-4)
        assert (normal.prediction_low, normal.prediction_high) == pytest.approx(reference["pi_bt"], abs=2e-4)


def test_the_giant_study_does_not_decide_the_glmm() -> None:
    result = pool([0, 0, 2, 300, 1], [40, 55, 60, 200000, 30], test="z")
    assert (result.estimate, result.low, result.high) == pytest.approx((0.00489, 0.00107, 0.02198), abs=5e-5)


@pytest.mark.parametrize("name", ["allzero3", "all_events"])
@pytest.mark.parametrize("model", ["glmm", "logit", "arcsine", "freeman-tukey"])
def test_all_studies_at_one_end_give_the_exact_one_sided_limit(name: str, model: str) -> None:
    x, n = counts(name)
    result = pool(x, n, model=model)
    assert (result.model, result.requested) == ("exact", model)
    assert result.estimate == x.sum() / n.sum()
    limit = 0.025 ** (1 / n.sum())
    assert (result.low, result.high) == pytest.approx((0, 1 - limit) if x.sum() == 0 else (limit, 1))
    assert "one-sided 97.5 %" in result.note


def test_a_glmm_without_a_maximum_falls_back_visibly() -> None:
    result = pool([0, 10, 0, 10], [10, 10, 10, 10])
    assert (result.model, result.requested, result.method, result.test) == ("logit", "glmm", "REML", "adhoc")
    assert "did not converge" in result.note
    same = pool([0, 10, 0, 10], [10, 10, 10, 10], model="logit")
    assert (result.estimate, result.low, result.high) == (same.estimate, same.low, same.high)


def test_one_study_gives_its_clopper_pearson_interval() -> None:
    result = pool([7], [20])
    assert (result.low, result.high) == clopper_pearson(7, 20)
    assert (result.estimate, result.model, result.prediction_low) == (0.35, "clopper-pearson", None)


def test_two_studies_have_no_prediction_interval() -> None:
    result = pool([12, 15], [40, 52])
    assert result.df == 1
    assert (result.prediction_low, result.prediction_high, result.prediction_df) == (None, None, None)


def test_crude_sum_has_the_exact_interval_of_the_sum() -> None:
    result = pool([28, 10, 35, 23], [48, 33, 176, 87], model="crude")
    assert (result.events, result.total, result.estimate) == (96, 344, 96 / 344)
    assert (result.low, result.high) == clopper_pearson(96, 344)


def test_methods_beside_the_headline_are_named() -> None:
    methods = pool_by_all([28, 10, 35, 23], [48, 33, 176, 87])
    assert {"crude", "GLMM", "REML", "DL"} <= methods.keys()
    assert (methods["DL"].model, methods["DL"].method, methods["DL"].test) == ("logit", "DL", "z")


def test_leaving_out_each_study_pools_the_rest() -> None:
    x, n = [28, 10, 35, 23], [48, 33, 176, 87]
    rest = leave_one_out(x, n)
    assert [r.k for r in rest] == [3, 3, 3, 3]
    assert rest[2] == pool([28, 10, 23], [48, 33, 87])
    assert leave_one_out([1], [3]) == []


@pytest.mark.parametrize("bad", [{"model": "bayes"}, {"model": "logit", "method": "HE"}, {"test": "knha"}])
def test_unknown_names_are_refused_with_the_known_ones(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="use "):
        pool([1, 2], [10, 11], **bad)  # type: ignore[arg-type]


def test_result_survives_json() -> None:
    result = pool([28, 10, 35], [48, 33, 176])
    assert Pooled.from_dict(json.loads(json.dumps(result.to_dict()))) == result


# --- properties

study = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
several = st.lists(study, min_size=2, max_size=8)


def split(studies: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [x for x, _ in studies], [n for _, n in studies]


@settings(max_examples=25, deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_the_studies_does_not_matter(studies: list[tuple[int, int]], random: Any) -> None:
    shuffled = list(studies)
    random.shuffle(shuffled)
    assert pool(*split(studies)) == pool(*split(shuffled))
    assert pool(*split(studies), model="arcsine") == pool(*split(shuffled), model="arcsine")


@settings(max_examples=25, deadline=None)
@given(several, st.sampled_from(["glmm", "arcsine", "crude"]))
def test_the_estimate_lies_within_the_studies(studies: list[tuple[int, int]], model: str) -> None:
    result = pool(*split(studies), model=model)
    assume(result.model == model)
    shares = [x / n for x, n in studies]
    assert min(shares) - 1e-6 <= result.estimate <= max(shares) + 1e-6


@settings(max_examples=25, deadline=None)
@given(several, st.sampled_from(["glmm", "logit", "arcsine", "crude"]))
def test_intervals_nest(studies: list[tuple[int, int]], model: str) -> None:
    narrow, wide = (pool(*split(studies), model=model, level=level) for level in (0.8, 0.95))
    assert wide.low - 1e-9 <= narrow.low <= narrow.estimate + 1e-9
    assert narrow.estimate - 1e-9 <= narrow.high <= wide.high + 1e-9
    if wide.prediction_low is not None and wide.prediction_high is not None:
        assert wide.prediction_low <= wide.low + 1e-9 and wide.high <= wide.prediction_high + 1e-9


@settings(max_examples=25, deadline=None)
@given(several, st.sampled_from(["glmm", "logit", "arcsine", "crude"]))
def test_the_complement_mirrors_the_estimate(studies: list[tuple[int, int]], model: str) -> None:
    x, n = split(studies)
    result = pool(x, n, model=model)
    mirrored = pool([b - a for a, b in studies], n, model=model)
    assert result.model == mirrored.model
    assert result.estimate == pytest.approx(1 - mirrored.estimate, abs=1e-5)
    assert (result.low, result.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(study)
def test_exact_interval_holds_the_share(pair: tuple[int, int]) -> None:
    for low, high in (clopper_pearson(*pair), wilson(*pair)):
        assert 0 <= low <= pair[0] / pair[1] <= high <= 1


def test_the_fit_says_why_it_cannot_be_used() -> None:
    fitted = glmm.fit(np.array([0.0, 0.0]), np.array([5.0, 9.0]))
    assert not fitted.converged
    assert "no study has both" in fitted.problem
