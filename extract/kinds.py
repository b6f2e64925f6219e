"""What each figure is: its measure's class, or no finding at all.

Comes in: the features' `Reader` and the fitted `figure` decider. Goes out: the class and the belief of every figure
that is kept. Parallel figures of one list lean on each other; a spread follows the figure it belongs to. Called by
`extract.engine`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from extract.abreast import runs
from extract.features import Reader
from extract.items import Expression
from extract.linear import Decider
from extract.listing import lists
from extract.plain import (
    ages_too,
    fared,
    given,
    is_age,
    is_denial,
    is_mass,
    is_part,
    is_plan,
    is_share,
    sex_ratios,
    sexes,
    smokers,
    symptom_counted,
)

# The linear decider's part of the vote. Of .5 to 1 the best on dev was .7 to .8; on 400 annotated abstracts that
# neither it nor the network had seen .45 was a little better (groups .538, .535), on dev worse (measures .733, .741).
MIX = 0.75
# Least probability of being a finding. Cross-validation on train is flat from 0.36 to 0.42 (F1 .894-.895); of these the
# one with the best precision on dev was taken.
THRESHOLD = 0.42
PAIRED = 0.2  # the same for a count with its percentage: 24 in a thousand of 1,534 annotated ones are no findings
GIVEN = 0.2  # the same for a dose right behind the drug's name, and for "two thirds of the patients"
EVENTS = frozenset({"outcome", "symptom", "sign", "finding", "comorbidity", "proportion"})


def classify(
    reader: Reader, decider: Decider, network: Callable[[list[int]], np.ndarray], classes: list[str]
) -> tuple[dict[int, str], dict[int, float]]:
    """The class of each figure that is a finding, and the probability that it is one (0-1), by the figure's index.

    `decider` and `network` (which gives the probabilities of `classes` for a list of figures) vote.
    """
    figures = reader.figures
    kinds: dict[int, str] = {}
    beliefs: dict[int, float] = {}
    none = decider.classes.index("NONE")
    events = [n for n, c in enumerate(decider.classes) if c in EVENTS]

    def keep(i: int, p: np.ndarray, belief: float) -> None:
        p = p.copy()
        p[none] = 0.0
        best = int(p.argmax())
        symptom = decider.classes[best] == "participants" and symptom_counted(reader, figures[i]) is not None
        # something that happened to people, whatever its name
        if symptom or (best not in events and p[events].sum() > p[best]):
            best = events[int(p[events].argmax())]
        kinds[i], beliefs[i] = decider.classes[best], belief

    kept = [i for i, e in enumerate(figures) if not e.drop]
    order = [classes.index(c) for c in decider.classes]
    scores: dict[int, np.ndarray] = {}
    if kept:
        own = np.log(decider.probabilities([reader.figure(i) for i in kept]) + 1e-6)
        seen = np.log(network(kept)[:, order] + 1e-6)
        scores = dict(zip(kept, MIX * own + (1 - MIX) * seen, strict=True))
    abreast = runs(reader, kept)
    for own, together in ((0.5, abreast), (0.25, lists(reader, kept))):
        for run in together:
            mean = sum(scores[i] for i in run) / len(run)
            for i in run:
                scores[i] = own * scores[i] + (1 - own) * mean
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
        elif is_plan(reader, e) or is_denial(reader, i):
            continue
        elif is_age(reader, e):
            kinds[i], beliefs[i] = "age", max(belief, THRESHOLD)
        elif is_share(e) or (e.form != "sd" and belief >= least(reader, e)):
            keep(i, p, belief)
        elif fared(reader, e):
            kinds[i], beliefs[i] = "outcome", max(belief, THRESHOLD)
    for run in abreast:  # "4/25, 3/24 and 0/26", "10, 20 or 40 mg": all are findings or none
        known = [i for i in run if i in kinds]
        if known and (all("over" in figures[i].tags for i in run) or all(is_mass(figures[i]) for i in run)):
            for i in run:
                if i not in kinds:
                    kinds[i], beliefs[i] = kinds[known[0]], THRESHOLD
    for i in ages_too(reader, kinds):
        kinds[i] = "age"
    for i, kind in [*sex_ratios(reader), *sexes(reader), *smokers(reader)]:
        kinds[i], beliefs[i] = kind, 1.0
    return kinds, beliefs


def least(reader: Reader, e: Expression) -> float:
    """The belief from which on a figure is a finding."""
    if "count-percent" in e.tags:
        return PAIRED
    return GIVEN if given(reader, e) or is_part(reader, e) else THRESHOLD
