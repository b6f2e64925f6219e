"""Doses, durations and times: what each study used, in the claim's unit, inside or outside what is stated.

One figure per study: the whole before a part, then the first in the text. Amounts that cannot be turned into the
claim's unit (per kilogram against flat, weekly against daily) are set aside. Called by reports.compare.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.claim import Claim
from reports.cohorts import PART, WHOLE, WIDER, at_risk
from reports.evidence import implausible
from reports.measures import NARROWER, SAME, Vocabulary, same_drug
from reports.result import StudyFigure
from reports.study import Row, View, settings
from reports.units import scale
from reports.verdicts import Stated, is_inside

# words of a dose's name that make it another thing than the dose of the treatment
NOT_TREATMENT = frozenset({"causal", "causative", "culprit", "cumulative"})
POINTS = ("value", "mean", "median")


@dataclass(slots=True)
class Regimen:
    """A study's figure, or None, and what was set aside."""

    figure: StudyFigure | None = None
    set_aside: list[StudyFigure] = field(default_factory=list)


def is_dose(claim: Claim) -> bool:
    """Whether the claim is about an amount of a drug."""
    return claim.measure.partition(":")[0] == "dose"


def choose_regimen(claim: Claim, said: Stated, view: View, vocabulary: Vocabulary) -> Regimen:
    """The study's dose, duration or time for `claim`, with `inside` filled."""
    found, fitting = Regimen(), []
    for row in view.study.rows:
        reason = _reason_against(claim, row, view, vocabulary)
        if reason is None:
            fitting.append(row)
        elif reason:
            found.set_aside.append(view.study.figure(row, reason))
    fitting.sort(key=lambda row: (view.who(row).role != WHOLE, row.stat not in POINTS, row.late, row.start))
    for row in fitting[:1]:
        found.figure = _converted(claim, said, view, row)
    found.set_aside += [view.study.figure(row, "another figure of the same study") for row in fitting[1:]]
    return found


def _reason_against(claim: Claim, row: Row, view: View, vocabulary: Vocabulary) -> str | None:
    """Why a row does not answer: words, "" where it is another thing altogether, None where it answers."""
    if not _same_thing(claim, row, vocabulary):
        return ""
    who = view.who(row)
    if who.role not in (WHOLE, PART):
        return f"people of several kinds: {row.group}" if who.role == WIDER else f"other people: {row.group}"
    risks = [risk for risk in claim.at_risk if risk not in ("all", "treated")]
    if risks and "all" not in claim.at_risk and not any(at_risk(who, risk) for risk in risks):
        return f"not those at risk ({', '.join(risks)}): {row.group}"
    if row.stat in ("sd", "iqr", "count", "percent"):
        return ""
    if row.cmp not in ("=", "~") or (row.value is None and (row.low is None or row.high is None)):
        return "a bound, not a figure" if row.value is not None else ""
    ours, theirs = _scale(claim), _row_scale(claim, row)
    if ours != theirs:
        return f"in {theirs or 'no unit'}, which cannot be turned into {ours}"
    return implausible(row)


def _same_thing(claim: Claim, row: Row, vocabulary: Vocabulary) -> bool:
    if not is_dose(claim):
        relation = vocabulary.relation(vocabulary.name(claim.measure), row.name)
        return relation == SAME
    if row.name.kind != "dose" or row.name.words & NOT_TREATMENT:
        return False
    if vocabulary.relation(vocabulary.name(claim.measure), row.name) not in (SAME, NARROWER) and row.name.words:
        return False
    return claim.drug is None or (row.drug is not None and same_drug(claim.drug, row.drug))


def _scale(claim: Claim) -> str:
    return scale(claim.unit, claim.per, claim.frequency, is_dose(claim)).base


def _row_scale(claim: Claim, row: Row) -> str:
    return scale(row.unit, row.per, row.frequency, is_dose(claim)).base


def _converted(claim: Claim, said: Stated, view: View, row: Row) -> StudyFigure:
    ours = scale(claim.unit, claim.per, claim.frequency, is_dose(claim))
    theirs = scale(row.unit, row.per, row.frequency, is_dose(claim))
    factor = theirs.factor / ours.factor

    def to_ours(value: float | None) -> float | None:
        # ten digits: a conversion and back must not leave 0.30000000000000004
        return None if value is None else float(f"{value * factor:.10g}")

    figure = view.study.figure(row, numerator=None)
    figure.value, figure.low, figure.high = to_ours(row.value), to_ours(row.low), to_ours(row.high)
    figure.unit = claim.unit
    if factor != 1:
        printed = f"{row.value:g}" if row.value is not None else f"{row.low:g}-{row.high:g}"
        figure.reason = " ".join(
            filter(None, ("printed as", printed, row.unit, row.frequency if is_dose(claim) else ""))
        )
    low = figure.value if figure.value is not None else figure.low
    high = figure.value if figure.value is not None else figure.high
    if low is not None and high is not None:
        figure.inside = is_inside(said, low, high, 0.0 if factor == 1 else settings()["unit_slack"])
    figure.pooled = True
    return figure
