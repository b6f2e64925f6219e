"""Linear deciders over string features: multinomial logistic regression, fitted by `extract.fit`, read from
`extract/weights`.

A decider is a matrix of float16 weights, one row a feature, one column a class, and an intercept; a feature that
was not
seen in training weighs nothing. Reading needs numpy alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from zipfile import BadZipFile

import numpy as np


class WeightsError(Exception):
    """The weights of a decider are missing or damaged: file, cure."""


@dataclass(slots=True)
class Decider:
    """A fitted decider: `classes`, the row of each feature, the weights."""

    classes: list[str]
    index: dict[str, int]
    weights: np.ndarray
    intercept: np.ndarray

    def scores(self, rows: Iterable[Iterable[str]]) -> np.ndarray:
        """The linear score of each class, for each row of features."""
        known = [[number for number in map(self.index.get, features) if number is not None] for features in rows]
        out = np.zeros((len(known), len(self.intercept)), np.float32)
        filled = [n for n, numbers in enumerate(known) if numbers]
        if filled:
            starts = np.cumsum([0, *(len(known[n]) for n in filled)])[:-1]
            out[filled] = np.add.reduceat(self.weights[list(chain.from_iterable(known))], starts, axis=0)
        return np.asarray(self.intercept + out)

    def probabilities(self, rows: Iterable[Iterable[str]]) -> np.ndarray:
        """The probability of each class (they sum to 1), for each row of features."""
        z = self.scores(rows)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))


def save(path: Path, classes: list[str], features: list[str], weights: np.ndarray, intercept: np.ndarray) -> None:
    """Write a decider; features whose weights round to nothing are left out."""
    keep = [i for i in range(len(features)) if np.abs(weights[i]).max() > 0.01]
    table = weights[keep].astype(np.float16)
    np.savez_compressed(
        path,
        weights=table,
        intercept=intercept.astype(np.float32),
        names=np.frombuffer(
            json.dumps([classes, [features[i] for i in keep]], ensure_ascii=False).encode(), dtype=np.uint8
        ),
    )


def read(path: Path | Traversable) -> Decider:
    """The decider of a file. Raises `WeightsError` where it cannot be read: reinstalling cures it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            classes, features = json.loads(bytes(data["names"]).decode())
            index = {feature: row for row, feature in enumerate(features)}
            return Decider(classes, index, data["weights"].astype(np.float32), data["intercept"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise WeightsError(f"weights {path} cannot be read ({error}): reinstall retally") from error


@cache
def load(name: str) -> Decider:
    """The decider `extract/weights/<name>.npz`, which ships with the engine."""
    return read(resources.files("extract") / "weights" / f"{name}.npz")
