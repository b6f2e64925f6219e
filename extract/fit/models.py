"""The two kinds of model that are fitted: a multinomial logistic regression and a conditional logit ranker."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from extract import linear


def matrix(rows: Sequence[Iterable[str]], least: int) -> tuple[csr_matrix, list[str]]:
    """A 0/1 matrix of the features that occur at least `least` times."""
    counts = Counter(f for row in rows for f in set(row))
    features = sorted(f for f, n in counts.items() if n >= least)
    index = {f: i for i, f in enumerate(features)}
    data = [sorted({index[f] for f in row if f in index}) for row in rows]
    indptr = np.cumsum([0] + [len(d) for d in data])
    indices = np.concatenate([np.array(d, dtype=np.int32) for d in data]) if data else np.array([], dtype=np.int32)
    return csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(len(rows), len(features))
    ), features


def fit_decider(
    rows: Sequence[Iterable[str]],
    labels: Sequence[str],
    path: Path,
    c: float = 0.1,
    least: int = 2,
) -> None:
    """Fit one logistic regression and write it. `c` is the inverse strength of the L2 penalty."""
    x, features = matrix(rows, least)
    model = LogisticRegression(C=c, max_iter=150, solver="lbfgs").fit(x, np.array(labels))
    linear.save(path, [str(k) for k in model.classes_], features, model.coef_.T, model.intercept_)
    print(f"{path.name}: {x.shape[0]} rows, {x.shape[1]} features", file=sys.stderr)


def rank(lists: Sequence[tuple[list[list[str]], list[bool]]], penalty: float = 3.0, least: int = 2) -> linear.Decider:
    """A conditional logit: among the candidates of each list, the right ones (all of them together) should win.

    `penalty` is the L2 penalty on the weights. Minimised with L-BFGS (scipy).
    """
    x, features = matrix([row for rows, _ in lists for row in rows], least)
    right = np.concatenate([np.array(marks, dtype=bool) for _, marks in lists])
    starts = np.cumsum([0] + [len(marks) for _, marks in lists])[:-1]
    owner = np.repeat(np.arange(len(lists)), [len(marks) for _, marks in lists])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w
        z = np.exp(z - np.maximum.reduceat(z, starts)[owner])
        p = z / np.add.reduceat(z, starts)[owner]
        hit = np.add.reduceat(np.where(right, p, 0.0), starts)
        share = np.where(right, p, 0.0) / np.maximum(hit, 1e-12)[owner]
        return -float(np.log(np.maximum(hit, 1e-12)).sum()) + 0.5 * penalty * float(w @ w), x.T @ (
            p - share
        ) + penalty * w

    result = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 80})
    return linear.Decider(
        ["no", "yes"], {f: i for i, f in enumerate(features)}, result.x[:, None].astype(np.float32), np.zeros(1)
    )
