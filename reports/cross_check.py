"""Claims that state different figures for the same thing, in two documents or inside one. Called by reports.compare.

Two claims are about the same thing when their measure, drug, statistic and unit agree. Whether both can hold is
decided on the figures they allow; the evidence is for `reports.compare`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from reports.claim import Claim
from reports.measures import Vocabulary
from reports.units import scale
from reports.verdicts import stated


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two claims that state different figures; `compatible` when some figure satisfies both."""

    first: str
    second: str
    measure: str
    same_document: bool
    compatible: bool
    text: str


def cross_check(claims: Sequence[Claim], vocabulary: Vocabulary | None = None) -> list[Conflict]:
    """Every pair of claims on the same thing whose figures differ, the irreconcilable first."""
    vocabulary = vocabulary or Vocabulary()
    found = []
    for one, other in combinations([claim for claim in claims if claim.numeric], 2):
        if not _same_thing(one, other, vocabulary):
            continue
        a, b = _allowed(one), _allowed(other)
        if a == b:
            continue
        same_document = one.doc == other.doc
        compatible = a[0] <= b[1] and b[0] <= a[1]
        # inside one document a maximum beside a starting dose is no contradiction
        if same_document and compatible:
            continue
        said = [
            f"{claim.doc}: {stated(claim).text(claim.unit or ('%' if claim.stat == 'percent' else ''))}"
            for claim in (one, other)
        ]
        found.append(Conflict(one.id, other.id, one.measure, same_document, compatible, " against ".join(said)))
    return sorted(found, key=lambda conflict: (conflict.compatible, conflict.same_document))


def _same_thing(one: Claim, other: Claim, vocabulary: Vocabulary) -> bool:
    names = [vocabulary.name(claim.measure, claim.condition) for claim in (one, other)]
    if names[0] != names[1] or one.kind in ("cause", "qualitative"):
        return False
    shares = [claim.stat == "percent" for claim in (one, other)]
    if shares[0] != shares[1] or (one.measure == "age" and _about_range(one) != _about_range(other)):
        return False
    if one.doc == other.doc and (one.condition or "") != (other.condition or ""):
        return False
    if (one.drug or "") != (other.drug or "") and one.measure.startswith("dose"):
        return False
    return _scaled(one)[0] == _scaled(other)[0]


def _about_range(claim: Claim) -> bool:
    return claim.stat == "range"


def _scaled(claim: Claim) -> tuple[str, float]:
    found = scale(claim.unit, claim.per, claim.frequency, claim.measure.startswith("dose"))
    return found.base, found.factor


def _allowed(claim: Claim) -> tuple[float, float]:
    """Lowest and highest figure that the claim allows, in the base unit; `about` allows a tenth either way."""
    said, factor = stated(claim), _scaled(claim)[1]
    if said.value is None:
        low, high = said.low, said.high
    elif said.cmp in ("<", "<="):
        low, high = -math.inf, said.value
    elif said.cmp in (">", ">="):
        low, high = said.value, math.inf
    else:
        slack = 0.1 * said.value if said.cmp == "~" else 0.0
        low, high = said.value - slack, said.value + slack
    return (-math.inf if low is None else low * factor), (math.inf if high is None else high * factor)
