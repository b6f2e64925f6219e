"""Pooled proportions: counts of studies in, one `Pooled` out. Called by reports.compare and reports.report.

    pool([18, 28, 10], [33, 48, 33])                               # the headline: GLMM with its t interval
    pool(x, n, model="logit", method="REML", test="adhoc")         # inverse variance, Hartung-Knapp never below Wald
    pool(x, n, model="freeman-tukey", method="DL", test="z")       # only to reproduce other people's figures
    pool(x, n, model="crude")                                      # sum(x) / sum(n) with its exact interval

Formulas and conventions are those of R's metafor and lme4; tests/reports/oracle holds the reference numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import xlogy

from reports import glmm, heterogeneity
from reports.heterogeneity import Heterogeneity
from reports.intervals import CountError, check_counts, clopper_pearson
from reports.transforms import SCALES, Scale

Array = NDArray[np.float64]
MODELS = ("glmm", *SCALES, "crude")
TESTS = ("z", "t", "knha", "adhoc")


@dataclass(frozen=True, slots=True)
class Pooled:
    """One pooled proportion. Proportions are 0-1; `b`, `se`, `tau2` are on the model's scale (log odds for the GLMM).

    `model` is what gave the numbers and `requested` what was asked for: they differ for one study, for studies that all
    stand at 0 or 100 %, and after a GLMM that did not converge; `note` then says so in words. `df` are the degrees of
    freedom of the t interval (None: normal or exact), `prediction_df` those of the prediction interval. `q` is
    Cochran's Q of the transformed effects; `q_lrt` (GLMM only) the likelihood-ratio statistic of one share for all.
    """

    model: str
    requested: str
    method: str | None
    test: str | None
    k: int
    events: int
    total: int
    level: float
    estimate: float
    low: float
    high: float
    df: int | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    prediction_df: int | None = None
    b: float | None = None
    se: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    i2: float | None = None
    h2: float | None = None
    q_lrt: float | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Pooled:
        """The inverse of `to_dict`."""
        return cls(**row)


@dataclass(frozen=True, slots=True)
class Average:
    """A pooled effect on its own scale: mean, standard error, interval, prediction interval, heterogeneity."""

    b: float
    se: float
    low: float
    high: float
    df: int | None
    prediction_low: float | None
    prediction_high: float | None
    heterogeneity: Heterogeneity


def inverse_variance(y: Array, v: Array, method: str = "REML", test: str = "adhoc", level: float = 0.95) -> Average:
    """Pool effects `y` with sampling variances `v` by inverse variance.

    `method`: EE, DL, REML, PM or ML. `test`: `z`; `knha` (Hartung-Knapp, Sidik-Jonkman: variance scaled by the weighted
    residuals, t with k-1 df); `adhoc` (the same, the scale never below 1, so never narrower than Wald: Knapp & Hartung
    2003). Equal effects have no prediction interval. Raises ValueError for an unknown name or no study.
    """
    if test not in ("z", "knha", "adhoc"):
        raise ValueError(f"unknown test {test!r}; use z, knha or adhoc")
    y, v = np.asarray(y, float), np.asarray(v, float)
    if len(y) == 0 or len(y) != len(v) or not np.all(v > 0):
        raise ValueError("inverse variance needs at least one effect, each with a variance above 0")
    order = np.lexsort((v, y))  # the order of the studies must not touch the last digits
    y, v = y[order], v[order]
    k, tau2 = len(y), heterogeneity.tau_squared(y, v, method)
    weights = 1 / (v + tau2)
    b = heterogeneity.weighted_mean(y, weights)
    variance = 1 / float(np.sum(weights))
    df = None if test == "z" or k == 1 else k - 1
    if df is not None:
        scale = float(np.sum(weights * (y - b) ** 2)) / df
        variance *= max(1.0, scale) if test == "adhoc" else scale
    critical = _critical(df, level)
    half, spread = critical * np.sqrt(variance), critical * np.sqrt(variance + tau2)
    predicted = method != "EE"
    return Average(
        b,
        float(np.sqrt(variance)),
        float(b - half),
        float(b + half),
        df,
        float(b - spread) if predicted else None,
        float(b + spread) if predicted else None,
        heterogeneity.describe(y, v, tau2, fixed=method == "EE", level=level),
    )


def _critical(df: int | None, level: float) -> float:
    tail = (1 + level) / 2
    return float(stats.norm.ppf(tail) if df is None else stats.t.ppf(tail, df))


def _counts(events: Sequence[float], totals: Sequence[float]) -> tuple[Array, Array]:
    if len(events) != len(totals):
        raise CountError(f"{len(events)} numerators for {len(totals)} denominators; give one of each a study")
    if len(events) == 0:
        raise CountError("no study to pool; check k before pooling")
    pairs = sorted(check_counts(x, n) for x, n in zip(events, totals, strict=True))
    return np.array([x for x, _ in pairs], float), np.array([n for _, n in pairs], float)


def pool(
    events: Sequence[float],
    totals: Sequence[float],
    model: str = "glmm",
    method: str | None = None,
    test: str | None = None,
    level: float = 0.95,
) -> Pooled:
    """Pool the proportions events/totals of one or more studies.

    Parameters: `model` is one of `glmm` (default), `logit`, `arcsine`, `freeman-tukey`, `crude`; `method` the estimator
    of tau² in the inverse-variance models (default REML; the GLMM is always ML); `test` is `t` or `z` for the GLMM
    (default `t`, k-1 df), `adhoc`, `knha` or `z` for the others (default `adhoc`); `level` the confidence, 0-1.

    One study gives its Clopper-Pearson interval. Studies all at 0 or all at 100 % give the sum with its exact one-sided
    limit, whatever the model: there is no maximum, and a correction of 0.5 would make the numbers up. Two studies have
    no prediction interval. A GLMM that does not converge falls back on logit, REML, adhoc, and says so in `note`.
    Raises CountError for impossible counts, ValueError for an unknown name.
    """
    if model not in MODELS:
        raise ValueError(f"unknown model {model!r}; use one of {', '.join(MODELS)}")
    x, n = _counts(events, totals)
    if model == "crude":
        return _exact(x, n, "crude", model, level, "")
    if len(x) == 1:
        return _exact(x, n, "clopper-pearson", model, level, "one study: its own exact interval")
    if x.sum() in (0, n.sum()):
        ends = "0 %" if x.sum() == 0 else "100 %"
        note = f"all studies at {ends}: the sum with its exact one-sided {100 * (1 + level) / 2:.1f} % limit"
        return _exact(x, n, "exact", model, level, note)
    if model == "glmm":
        return _glmm(x, n, test or "t", level)
    return _transformed(x, n, SCALES[model], method or "REML", test or "adhoc", level)


def _exact(x: Array, n: Array, model: str, requested: str, level: float, note: str) -> Pooled:
    events, total = int(x.sum()), int(n.sum())
    low, high = clopper_pearson(events, total, level)
    return Pooled(
        model, requested, None, None, len(x), events, total, level, events / total, low, high, None, note=note
    )


def _transformed(x: Array, n: Array, scale: Scale, method: str, test: str, level: float) -> Pooled:
    average = inverse_variance(*scale.effects(x, n), method=method, test=test, level=level)
    spread = average.heterogeneity
    predicted = len(x) > 2 and average.prediction_low is not None
    return Pooled(
        scale.name,
        scale.name,
        method,
        test,
        len(x),
        int(x.sum()),
        int(n.sum()),
        level,
        scale.back(average.b, n),
        scale.back(average.low, n),
        scale.back(average.high, n),
        average.df,
        scale.back(average.prediction_low, n) if predicted and average.prediction_low is not None else None,
        scale.back(average.prediction_high, n) if predicted and average.prediction_high is not None else None,
        average.df if predicted else None,
        average.b,
        average.se,
        spread.tau2,
        spread.tau2_low,
        spread.tau2_high,
        spread.q,
        spread.q_df,
        spread.q_p,
        spread.i2,
        spread.h2,
    )


def _glmm(x: Array, n: Array, test: str, level: float) -> Pooled:
    if test not in ("t", "z"):
        raise ValueError(f"unknown test {test!r} for the GLMM; use t or z")
    fitted = glmm.fit(x, n)
    if not fitted.converged:
        other = _transformed(x, n, SCALES["logit"], "REML", "adhoc", level)
        note = f"the GLMM did not converge ({fitted.problem}): inverse-variance logits, REML, Hartung-Knapp instead"
        return replace(other, requested="glmm", note=note)
    k, back = len(x), SCALES["logit"].back
    df = k - 1 if test == "t" else None
    half = _critical(df, level) * fitted.se
    spread = _critical(df, level) * float(np.sqrt(fitted.se**2 + fitted.tau2))
    lrt = 2 * (_binomial(x, n, x / n) - _binomial(x, n, np.full(k, x.sum() / n.sum())))
    # Q, I² and H² from the logits, with the GLMM's tau² (as metafor's rma.glmm reports I² and H²)
    logits = heterogeneity.describe(*SCALES["logit"].effects(x, n), tau2=fitted.tau2, level=level)
    return Pooled(
        "glmm",
        "glmm",
        "ML",
        test,
        k,
        int(x.sum()),
        int(n.sum()),
        level,
        back(fitted.b, n),
        back(fitted.b - half, n),
        back(fitted.b + half, n),
        df,
        back(fitted.b - spread, n) if k > 2 else None,
        back(fitted.b + spread, n) if k > 2 else None,
        df if k > 2 else None,
        fitted.b,
        fitted.se,
        fitted.tau2,
        logits.tau2_low,
        logits.tau2_high,
        logits.q,
        logits.q_df,
        logits.q_p,
        logits.i2,
        logits.h2,
        lrt,
    )


def _binomial(x: Array, n: Array, share: Array) -> float:
    """Log-likelihood of the counts without the binomial coefficients, 0 log 0 = 0."""
    return float(np.sum(xlogy(x, share) + xlogy(n - x, 1 - share)))


# label -> model, tau² estimator, test: what a report shows beside the headline, and what `reproduced_by` tries
METHODS: dict[str, tuple[str, str | None, str | None]] = {
    "crude": ("crude", None, None),
    "GLMM": ("glmm", None, None),
    "GLMM, normal interval": ("glmm", None, "z"),
    "REML": ("logit", "REML", "adhoc"),
    "DL": ("logit", "DL", "z"),
    "arcsine REML": ("arcsine", "REML", "adhoc"),
    "Freeman-Tukey DL": ("freeman-tukey", "DL", "z"),
}


def pool_by_all(events: Sequence[float], totals: Sequence[float], level: float = 0.95) -> dict[str, Pooled]:
    """The same studies under each of METHODS, label to result."""
    return {
        label: pool(events, totals, model=model, method=method, test=test, level=level)
        for label, (model, method, test) in METHODS.items()
    }


def leave_one_out(
    events: Sequence[float], totals: Sequence[float], model: str = "glmm", level: float = 0.95
) -> list[Pooled]:
    """The pooled estimate without each study in turn, in the studies' order; empty for fewer than two studies."""
    if len(events) < 2:
        return []
    return [
        pool([*events[:i], *events[i + 1 :]], [*totals[:i], *totals[i + 1 :]], model=model, level=level)
        for i in range(len(events))
    ]
