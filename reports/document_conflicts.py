"""Documents that state different figures for the same thing. Called by `reports.page`.

Two claims speak of the same thing when measure, drug and kind of quantity agree; they disagree when the figures they
allow have nothing in common.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from reports.claim import Claim
from reports.view import ClaimView, is_proportion
from reports.wording import drug_class

# Lengths of time in days, so that 2 to 4 weeks can be held against 1 to 3 months (mean month and year).
DAYS = {"hours": 1 / 24, "days": 1.0, "weeks": 7.0, "months": 30.44, "years": 365.25}


@dataclass(slots=True)
class Conflict:
    """Claims of several documents about one quantity; `relation` says how they stand to each other."""

    title: str
    relation: str
    claims: list[ClaimView]
    disagree: bool


def conflicts_between(views: list[ClaimView]) -> list[Conflict]:
    """Every quantity on which more than one document states a figure, the disagreements first."""
    groups: dict[tuple[str, ...], list[ClaimView]] = {}
    for view in views:
        if view.claim.numeric:
            groups.setdefault(_quantity(view.claim), []).append(view)
    found = []
    for claims in groups.values():
        if len({view.claim.doc for view in claims}) < 2:
            continue
        disagree = not _compatible(claims)
        relation = "the documents disagree" if disagree else "the figures can both hold"
        found.append(Conflict(claims[0].title, relation, claims, disagree))
    return sorted(found, key=lambda conflict: not conflict.disagree)


def _quantity(claim: Claim) -> tuple[str, ...]:
    unit = "%" if is_proportion(claim) else "time" if claim.unit in DAYS else claim.unit or ""
    drug = claim.drug or ""
    if not claim.measure.startswith("dose"):  # a dose is the drug's own; a length of treatment is the class's
        drug = drug_class(drug)
    return (claim.measure, drug, claim.per or "", unit, claim.stat if claim.measure == "age" else "")


def _allowed(claim: Claim) -> tuple[float, float]:
    """The figures that the claim allows, as lowest and highest, times in days."""
    scale = DAYS.get(claim.unit or "", 1.0)
    if claim.value is None:
        low = -math.inf if claim.low is None else claim.low
        high = math.inf if claim.high is None else claim.high
    else:
        low = -math.inf if claim.cmp in ("<", "<=") else claim.value
        high = math.inf if claim.cmp in (">", ">=") else claim.value
        if claim.cmp == "~":  # "about": a tenth either way
            low, high = 0.9 * claim.value, 1.1 * claim.value
    return low * scale, high * scale


def _compatible(views: list[ClaimView]) -> bool:
    """Whether each claim of one document leaves room for some claim of every other document."""
    by_document: dict[str, list[tuple[float, float]]] = {}
    for view in views:
        by_document.setdefault(view.claim.doc, []).append(_allowed(view.claim))
    documents = list(by_document.values())
    return all(
        any(a[0] <= b[1] and b[0] <= a[1] for a in one for b in other)
        for i, one in enumerate(documents)
        for other in documents[i + 1 :]
    )
