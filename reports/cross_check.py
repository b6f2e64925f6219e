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
from reports.measures import Vocabulary, same_drug, singular, words
from reports.study import settings
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
        compatible = a[0] <= b[1] and b[0] <= a[1]
        same_document = one.doc == other.doc
        # inside one document only what cannot both hold is worth a word
        if a == b or (same_document and compatible):
            continue
        text = f"{one.doc} states {_said(one)}, {other.doc} states {_said(other)}"
        found.append(Conflict(one.id, other.id, one.measure, same_document, compatible, text))
    return sorted(found, key=lambda conflict: (conflict.compatible, conflict.same_document))


def _said(claim: Claim) -> str:
    unit = "%" if claim.stat == "percent" else "/".join(filter(None, (claim.unit, claim.per)))
    return stated(claim).text(unit)


def _same_thing(one: Claim, other: Claim, vocabulary: Vocabulary) -> bool:
    if "cause" in (one.kind, other.kind) or "qualitative" in (one.kind, other.kind):
        return False
    if vocabulary.name(one.measure, one.condition) != vocabulary.name(other.measure, other.condition):
        return False
    if (one.stat == "percent") != (other.stat == "percent"):
        return False
    if one.measure == "age" and (one.stat == "range") != (other.stat == "range"):
        return False
    # within a document, another condition or another source is another thing
    if one.doc == other.doc and ((one.condition or "") != (other.condition or "") or one.cites != other.cites):
        return False
    phases = _phases(one), _phases(other)
    if one.kind in ("dose", "duration") and all(phases) and not phases[0] & phases[1]:
        return False
    if one.drug and other.drug and not same_drug(one.drug, other.drug):
        return False
    return _scaled(one)[0] == _scaled(other)[0]


def _phases(claim: Claim) -> frozenset[str]:
    """The phases of treatment that the claim's condition names."""
    said = set(words(claim.condition or ""))
    return frozenset(name for name, cues in settings()["phases"].items() if said & {singular(cue) for cue in cues})


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
