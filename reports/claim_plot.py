"""The forest plot of one claim: its rows, its diamonds, what the review states, and the words for who cannot see it.

In: a `ClaimView`. Out: a `reports.forest.Forest`, or None where there is nothing to draw. Called by `reports.page`.
"""

from __future__ import annotations

from reports import numbers
from reports.forest import Forest, ForestRow, ForestSummary, Stated
from reports.view import ClaimView, MethodLine, StudyLine, share_of, unit_of

SPREADS = {"range", "iqr"}  # statistics whose low and high are people, not confidence


def forest_of(view: ClaimView) -> Forest | None:
    """The plot of `view`; None where no study gives a figure that can be placed on an axis."""
    if view.claim.kind == "count":  # sizes of studies add up to the stated count; side by side they show nothing
        return None
    rows = [row for row in (_row(line, view) for line in view.lines) if row is not None]
    if not rows:
        return None
    summaries = _summaries(view)
    return Forest(
        axis=_axis(view), description=_description(view, rows), rows=rows, summaries=summaries, stated=_stated(view),
        bounds=(0.0, 100.0) if view.proportion else None,
        headings=("Study", "n/N" if view.proportion else "n", _unit_heading(view, summaries)),
    )  # fmt: skip


def _row(line: StudyLine, view: ClaimView) -> ForestRow | None:
    raw, scale = line.raw, 100 if view.proportion else 1
    value = share_of(raw) if view.proportion else raw.value
    low, high, spread = raw.interval_low, raw.interval_high, False
    if low is None and not view.proportion:
        low, high, spread = raw.low, raw.high, True
    else:
        low, high = (None if end is None else scale * end for end in (low, high))
    if value is None and (low is None or high is None):
        return None
    printed = f"{numbers.number(value, 1) if view.proportion else line.figure} {line.interval}".strip()
    count = line.count.removeprefix("n = ")
    return ForestRow(line.name, count, value, low, high, raw.denominator, spread, printed)


def _summaries(view: ClaimView) -> list[ForestSummary]:
    """The headline and, where it is another, the crude sum."""
    estimate = view.result.estimate
    if estimate is None or estimate.value is None:
        return []
    found = [_summary(view.headline, view, True)] if view.headline else []
    found += [_summary(m, view, False) for m in view.methods if "crude" in m.method.lower()][:1]
    return found


def _summary(line: MethodLine, view: ClaimView, headline: bool) -> ForestSummary:
    raw, scale = line.raw, 100 if view.proportion else 1
    value, low, high = (None if x is None else scale * x for x in (raw.value, raw.low, raw.high))
    prediction = None
    if headline and raw.prediction_low is not None and raw.prediction_high is not None:
        prediction = (scale * raw.prediction_low, scale * raw.prediction_high)
    count = f"{raw.events}/{raw.n}" if raw.events is not None and raw.n else numbers.number(raw.n)
    printed = f"{numbers.number(value, 1)} {line.interval}"
    return ForestSummary(line.method, count, value, low, high, headline, prediction, printed, line.prediction)


def _stated(view: ClaimView) -> Stated | None:
    claim = view.claim
    if not claim.numeric:
        return None
    return Stated(f"Stated: {view.stated}", claim.value, claim.low, claim.high, claim.cmp)


def _axis(view: ClaimView) -> str:
    unit = numbers.in_words(unit_of(view.claim))
    return f"{view.title}, {unit}" if unit else view.title


def _unit_heading(view: ClaimView, summaries: list[ForestSummary]) -> str:
    unit = numbers.in_words(unit_of(view.claim)) or "figure"
    return f"{unit} [95% interval]" if view.proportion or summaries else unit


def _description(view: ClaimView, rows: list[ForestRow]) -> str:
    """The plot in words: what is drawn, the spread of the studies, the estimate and what is stated."""
    figures = [row.value for row in rows if row.value is not None]
    parts = [f"Forest plot of {view.title.lower()}: {len(rows)} {'study' if len(rows) == 1 else 'studies'}"]
    if figures:
        unit = unit_of(view.claim)
        decimals = 1 if view.proportion else None
        parts.append(f"figures {numbers.with_unit(numbers.span(min(figures), max(figures), decimals), unit)}")
    if view.estimate:
        parts.append(f"estimate {view.estimate} {view.interval}")
    if view.prediction:
        parts.append(f"prediction interval {view.prediction}")
    if view.claim.numeric:
        parts.append(f"stated {view.stated}")
    return "; ".join(parts) + "."
