"""Means and extremes of a continuous measure (age above all), one summary per study. Called by reports.compare.

The target's whole is preferred; arms are combined where they make up the whole; a single patient's age counts only
towards minimum and maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.claim import Claim
from reports.cohorts import PART, WHOLE
from reports.evidence import implausible, related
from reports.means import Moments, SummaryError, combine, to_moments
from reports.measures import SAME, Vocabulary
from reports.result import StudyFigure
from reports.study import Row, View
from reports.units import scale

CENTRES = ("mean", "median")


@dataclass(slots=True)
class Summary:
    """A study's figure, the moments it can be pooled by (None: shown only), its extremes, and what was set aside."""

    figure: StudyFigure | None = None
    moments: Moments | None = None
    extremes: tuple[float, float] | None = None
    set_aside: list[StudyFigure] = field(default_factory=list)


def summarise(claim: Claim, view: View, vocabulary: Vocabulary) -> Summary:
    """Read what `view` gives on the claim's measure, in the claim's unit."""
    summary = Summary()
    groups: dict[str, list[Row]] = {}
    for row, how in related(view.study.rows, claim, vocabulary):
        if how != SAME:
            continue
        reason = implausible(row)
        role = view.who(row).role
        if reason or role not in (WHOLE, PART):
            summary.set_aside.append(view.study.figure(row, reason or f"other people: {row.group}"))
        elif scale(row.unit).base != scale(claim.unit).base and row.unit and claim.unit:
            summary.set_aside.append(view.study.figure(row, f"in {row.unit}, not in {claim.unit}"))
        else:
            groups.setdefault(row.group, []).append(row)
    summary.extremes = _extremes(claim, view, [row for rows in groups.values() for row in rows])
    whole = [row for rows in groups.values() for row in rows if view.who(row).role == WHOLE]
    if whole:
        _fill(summary, claim, view, whole, view.size())
    else:
        _combine_arms(summary, claim, view, groups)
    kept = {(part.start, part.stat) for part in ([summary.figure, *summary.figure.parts] if summary.figure else [])}
    for rows in groups.values():
        summary.set_aside += [
            view.study.figure(row, f"a subgroup never stands for the whole: {row.group}")
            for row in rows
            if view.who(row).role == PART and (row.start, row.stat) not in kept
        ]
    return summary


def _in_unit(claim: Claim, row: Row, value: float | None) -> float | None:
    if value is None or not row.unit or not claim.unit:
        return value
    factor = scale(row.unit).factor / scale(claim.unit).factor
    return value if factor == 1 else float(f"{value * factor:.10g}")  # 28 years stay 28 years


def _moments(claim: Claim, rows: Sequence[Row], n: int | None) -> tuple[dict[str, Row], Moments | None, str]:
    """The row of each statistic and the moments they allow, or why they allow none."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.stat, row)

    def at(stat: str) -> float | None:
        return _in_unit(claim, first[stat], first[stat].value) if stat in first else None

    def ends(stat: str) -> tuple[float, float] | None:
        for row in filter(None, (first.get(stat), first.get("median") if stat == "range" else None)):
            low, high = _in_unit(claim, row, row.low), _in_unit(claim, row, row.high)
            if low is not None and high is not None:
                return low, high
        return None

    if not any(stat in first for stat in CENTRES):
        return first, None, "no mean or median"
    if n is None:
        return first, None, "the number of people is not stated"
    try:
        found = to_moments(n, at("mean"), at("sd"), at("median"), ends("iqr"), ends("range"))
    except SummaryError as error:
        return first, None, str(error)
    if found is None:
        return first, None, "no standard deviation, quartiles or range with it: shown, not pooled"
    return first, found, "skewed: withheld from pooling" if found.skewed else ""


def _fill(summary: Summary, claim: Claim, view: View, rows: Sequence[Row], n: int | None) -> None:
    first, moments, reason = _moments(claim, rows, n)
    lead = first.get("mean") or first.get("median") or next(iter(first.values()), None)
    if lead is None:
        return
    figure = view.study.figure(lead, reason, denominator=n, numerator=None)
    figure.value = _in_unit(claim, lead, lead.value)
    figure.unit = claim.unit or lead.unit
    spread = first.get("range") or first.get("iqr")
    if spread is not None and figure.low is None:
        figure.low, figure.high = _in_unit(claim, spread, spread.low), _in_unit(claim, spread, spread.high)
    if "sd" in first:
        figure.sd = _in_unit(claim, first["sd"], first["sd"].value)
    figure.parts = [view.study.figure(row) for stat, row in first.items() if row is not lead]
    figure.pooled = moments is not None and not moments.skewed
    if moments is not None and lead.stat != "mean":
        figure.flags.append("mean-from-median")
    summary.figure, summary.moments = figure, moments


def _combine_arms(summary: Summary, claim: Claim, view: View, groups: dict[str, list[Row]]) -> None:
    """Arms that make up the whole become one mean and SD; otherwise nothing stands for the whole."""
    parts = []
    for group, rows in groups.items():
        first, moments, _ = _moments(claim, rows, view.group_size(group))
        lead = first.get("mean") or first.get("median")
        if moments is not None and lead is not None:
            parts.append((lead, moments))
    total = sum(moments.n for _, moments in parts)
    if len(parts) < 2 or total not in view.sizes():
        return
    whole = combine([moments for _, moments in parts])
    figure = view.study.figure(parts[0][0], "arms combined", denominator=total, numerator=None, group="all")
    figure.stat, figure.value, figure.sd, figure.low, figure.high = "mean", whole.mean, whole.sd, None, None
    figure.unit = claim.unit or figure.unit
    figure.flags.append("arms-added")
    figure.parts = [view.study.figure(lead, denominator=moments.n) for lead, moments in parts]
    figure.pooled = not whole.skewed
    summary.figure, summary.moments = figure, whole


def _extremes(claim: Claim, view: View, rows: Sequence[Row]) -> tuple[float, float] | None:
    """Smallest and largest figure of any of the target's people in the study."""
    values: list[float] = []
    for row in rows:
        if row.stat == "range" or (
            row.stat in ("median", "mean", "value") and row.low is not None and row.value is None
        ):
            values += [v for end in (row.low, row.high) if (v := _in_unit(claim, row, end)) is not None]
        elif view.study.case_report and row.stat in ("value", "mean"):
            value = _in_unit(claim, row, row.value)
            values += [value] if value is not None else []
    return (min(values), max(values)) if values else None
