"""What each figure is: its measure's class, or no finding at all.

Comes in: the features' `Reader` and the fitted `figure` decider. Goes out: the class and the belief of every figure
that is kept. Parallel figures of one list lean on each other; a spread follows the figure it belongs to. Called by
`extract.engine`.
"""

from __future__ import annotations

import re

import numpy as np

from extract.features import Reader
from extract.linear import Decider

# Least probability of being a finding. Cross-validation on train is flat from 0.36 to 0.42 (F1 .894-.895); of these the
# one with the best precision on dev was taken.
THRESHOLD = 0.42
LINK = re.compile(
    r"\s*(?:%|percent|years|months|[)\]])?\s*(?:,|;|and|or|vs\.?|versus|v\.?|/|&|,\s*and|to|compared\s+(?:with"
    r"|to))?\s*[(\[]?\s*"
)


def classify(reader: Reader, decider: Decider) -> tuple[dict[int, str], dict[int, float]]:
    """The class of each figure that is a finding, and the probability that it is one (0-1), by the figure's index."""
    figures = reader.figures
    kinds: dict[int, str] = {}
    beliefs: dict[int, float] = {}
    none = decider.classes.index("NONE")

    def keep(i: int, p: np.ndarray, belief: float) -> None:
        p = p.copy()
        p[none] = 0.0
        kinds[i], beliefs[i] = decider.classes[int(p.argmax())], belief

    scores = {i: np.log(decider.probabilities(reader.figure(i)) + 1e-6) for i, e in enumerate(figures) if not e.drop}
    for run in runs(reader, sorted(scores)):
        mean = sum(scores[i] for i in run) / len(run)
        for i in run:
            scores[i] = 0.5 * scores[i] + 0.5 * mean
    position = {id(e): i for i, e in enumerate(figures)}
    for i, score in sorted(scores.items()):
        e = figures[i]
        p = np.exp(score)
        p /= p.sum()
        belief = 1.0 - float(p[none])
        host = position.get(id(e.host)) if e.host is not None and "base" not in e.tags else None
        if e.form in ("sd", "range") and host is not None:
            if host in kinds:
                kinds[i], beliefs[i] = kinds[host], beliefs[host]
            elif e.form == "range" and belief > 0.7:
                keep(i, p, belief)
        elif e.form != "sd" and belief >= THRESHOLD:
            keep(i, p, belief)
    return kinds, beliefs


def runs(reader: Reader, indices: list[int]) -> list[list[int]]:
    """Parallel figures: of one form, side by side in a list ("12%, 4% and 22%", "7.3 vs 5.1")."""
    out: list[list[int]] = []
    run: list[int] = []
    figures = reader.figures
    for i in indices:
        e = figures[i]
        if "base" in e.tags or e.form == "sd":
            continue
        if run and figures[run[-1]].form == e.form and reader.sentence[run[-1]] == reader.sentence[i]:
            gap = reader.doc.text[figures[run[-1]].end : e.start]
            if len(gap) < 30 and LINK.fullmatch(gap):
                run.append(i)
                continue
        if len(run) > 1:
            out.append(run)
        run = [i]
    if len(run) > 1:
        out.append(run)
    return out
