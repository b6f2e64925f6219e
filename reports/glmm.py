"""The one-step binomial-normal model for pooled proportions, by maximum likelihood. Called by reports.pooling.

logit(p_i) = b + tau * u_i, u_i standard normal, x_i binomial(n_i, p_i): the random-intercept logistic model of Stijnen,
Hamza & Özdemir 2010. The integrals use adaptive Gauss-Hermite quadrature (Pinheiro & Bates 1995), 7 points as the
reference values do. No continuity correction is needed; where all studies have none (or all) of the events, no maximum
exists.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import expit, logsumexp

Array = NDArray[np.float64]

QUADRATURE_POINTS = 7
TAU_START = (0.0, 0.1, 0.3, 0.6, 1.0, 1.8, 3.0)
TAU_LIMIT = 10.0  # a standard deviation of 10 log odds only appears when the likelihood has no maximum


@dataclass(frozen=True, slots=True)
class GlmmFit:
    """Mean log odds `b` with standard error, between-study variance, and whether (or why not) the fit is to be used."""

    b: float
    se: float
    tau2: float
    converged: bool
    problem: str = ""


def _softplus(eta: Array) -> Array:
    return np.logaddexp(0.0, eta)


class _Likelihood:
    """Negative log-likelihood of (b, tau) relative to the saturated model, so that large studies keep digits."""

    def __init__(self, events: Array, totals: Array, points: int) -> None:
        self.events, self.totals = events, totals
        self.nodes, weights = np.polynomial.hermite.hermgauss(points)
        self.log_weights = np.log(weights) + self.nodes**2
        share = np.clip(events / totals, 1e-300, 1.0)
        rest = np.clip(1 - events / totals, 1e-300, 1.0)
        self.saturated = events * np.log(share) + (totals - events) * np.log(rest)

    def joint(self, u: Array, b: float, tau: float) -> Array:
        """log p(x | u) - u²/2 relative to the saturated model; `u` has studies in rows."""
        eta = b + tau * u
        column = (slice(None),) + (None,) * (u.ndim - 1)
        x, n, top = self.events[column], self.totals[column], self.saturated[column]
        return x * eta - n * _softplus(eta) - top - 0.5 * u * u

    def modes(self, b: float, tau: float) -> tuple[Array, Array]:
        """The most likely u of each study and the curvature there (Newton with halved steps; f is concave)."""
        u = np.zeros_like(self.events)
        value = self.joint(u, b, tau)
        for _ in range(100):
            p = expit(b + tau * u)
            curvature = tau * tau * self.totals * p * (1 - p) + 1
            step = (tau * (self.events - self.totals * p) - u) / curvature
            for _ in range(40):
                trial = self.joint(u + step, b, tau)
                worse = trial < value - 1e-9 * (1 + np.abs(value))
                if not worse.any():
                    break
                step = np.where(worse, step / 2, step)
            u, value = u + step, trial
            if np.max(np.abs(step)) < 1e-11:
                break
        p = expit(b + tau * u)
        return u, tau * tau * self.totals * p * (1 - p) + 1

    def __call__(self, point: Array) -> float:
        b, tau = float(point[0]), float(point[1])
        u, curvature = self.modes(b, tau)
        spread = 1 / np.sqrt(curvature)
        at = u[:, None] + np.sqrt(2) * spread[:, None] * self.nodes[None, :]
        terms = logsumexp(self.joint(at, b, tau) + self.log_weights[None, :], axis=1)
        return -float(np.sum(terms + np.log(spread)) - 0.5 * len(u) * np.log(np.pi))


def _derivatives(f: _Likelihood, point: Array, scale: Array) -> tuple[Array, Array]:
    """Gradient and Hessian by central differences, steps in units of `scale`, extrapolated once (Richardson)."""

    def once(size: float) -> tuple[Array, Array]:
        step = scale * size
        first, second = np.diag([step[0], 0.0]), np.diag([0.0, step[1]])
        (db, dt), middle = (first[0], second[1]), f(point)
        plus_b, minus_b, plus_t, minus_t = f(point + db), f(point - db), f(point + dt), f(point - dt)
        mixed = f(point + db + dt) - f(point + db - dt) - f(point - db + dt) + f(point - db - dt)
        gradient = np.array([(plus_b - minus_b) / (2 * step[0]), (plus_t - minus_t) / (2 * step[1])])
        bb = (plus_b - 2 * middle + minus_b) / step[0] ** 2
        tt = (plus_t - 2 * middle + minus_t) / step[1] ** 2
        bt = mixed / (4 * step[0] * step[1])
        return gradient, np.array([[bb, bt], [bt, tt]])

    (g1, h1), (g2, h2) = once(0.1), once(0.05)
    return (4 * g2 - g1) / 3, (4 * h2 - h1) / 3


def fit(events: Array, totals: Array, points: int = QUADRATURE_POINTS) -> GlmmFit:
    """Fit the model to two or more studies.

    Parameters: `events`, `totals`: people with the event and at risk, one entry a study; `points`: quadrature points
    (1 is the Laplace approximation). Returns a GlmmFit whose `converged` is False, with the `problem` in words, when
    all studies have none or all events, when tau runs away, or when the maximum cannot be confirmed.
    """
    events, totals = np.asarray(events, float), np.asarray(totals, float)
    if events.sum() in (0, totals.sum()):
        return GlmmFit(np.nan, np.nan, np.nan, False, "no study has both events and non-events to estimate from")
    # sorted, so that the order in which studies arrive cannot change the last digits
    order = np.lexsort((totals, events))
    f = _Likelihood(events[order], totals[order], points)
    crude = float(np.log(events.sum() / (totals - events).sum()))
    bracket = (crude - 0.5, crude + 0.5)
    starts = [optimize.minimize_scalar(lambda b, t=t: f(np.array([b, t])), bracket) for t in TAU_START]
    best = min(range(len(starts)), key=lambda i: (starts[i].fun, i))
    zero = np.array([starts[0].x, 0.0])
    simplex = optimize.minimize(
        f,
        np.array([starts[best].x, max(TAU_START[best], 0.05)]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 600},
    )
    point = np.array([simplex.x[0], abs(simplex.x[1])])
    if point[1] > TAU_LIMIT:
        return GlmmFit(point[0], np.nan, point[1] ** 2, False, "the between-study variance grows without limit")
    if point[1] < 1e-3 or f(zero) <= f(point):
        point = zero
    return _finish(f, point, totals)


def _finish(f: _Likelihood, point: Array, totals: Array) -> GlmmFit:
    """Polish the maximum by Newton steps and take the standard error from the joint Hessian."""
    p = expit(point[0])
    inside = float(np.mean(1 / (totals * p * (1 - p))))
    scale = np.array([1.0, 1.0]) * np.sqrt((point[1] ** 2 + min(inside, 4.0)) / len(totals))
    boundary = point[1] == 0.0
    if not boundary:
        scale[1] = min(scale[1], point[1])
    for _ in range(4):
        gradient, hessian = _derivatives(f, point, scale)
        if boundary:  # tau stays at its limit; b alone moves, and by symmetry the mixed derivative is 0
            step = np.array([gradient[0] / hessian[0, 0], 0.0])
        elif np.linalg.eigvalsh(hessian)[0] > 0:
            step = np.linalg.solve(hessian, gradient)
        else:
            return GlmmFit(point[0], np.nan, point[1] ** 2, False, "the likelihood has no clear maximum")
        if np.max(np.abs(step / scale)) < 1e-9:
            break
        point = point - np.clip(step, -scale, scale)
    if np.max(np.abs(step / scale)) > 1e-3 or not np.isfinite(point).all() or hessian[0, 0] <= 0:
        return GlmmFit(float(point[0]), np.nan, float(point[1] ** 2), False, "the maximum was not reached")
    variance = 1 / hessian[0, 0] if boundary else np.linalg.inv(hessian)[0, 0]
    return GlmmFit(float(point[0]), float(np.sqrt(variance)), float(point[1] ** 2), True)
