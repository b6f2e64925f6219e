"""The forest plot of one claim: its rows, its diamonds, what the review states, and the words for who cannot see it.

In: a `ClaimView`. Out: a `reports.forest.Forest`, or None where there is nothing to draw. Called by `reports.page`.
"""

from __future__ import annotations

from collections import Counter

from reports import numbers
from reports.forest import Forest, ForestRow, ForestSummary, Stated
from reports.view import AnalysisView, ClaimView, MethodLine, StudyLine, share_of, unit_of


def forest_of(view: ClaimView) -> Forest | None:
    """The plot of `view`; None where no study gives a figure that can be placed on an axis."""
    crude = [line for line in view.methods if "crude" in line.method.lower()]
    return _forest(view, view.title, view.lines, view.headline, crude[:1])


def analysis_forest(view: ClaimView, analysis: AnalysisView) -> Forest | None:
    """The plot of one of the claim's other analyses."""
    return _forest(view, f"{view.title}, {analysis.label.lower()}", analysis.lines, analysis.headline, [])


def _forest(
    view: ClaimView, title: str, lines: list[StudyLine], headline: MethodLine | None, others: list[MethodLine]
) -> Forest | None:
    if view.claim.kind == "count":  # sizes of studies add up to the stated count; side by side they show nothing
        return None
    several = {name for name, times in Counter(line.name for line in lines).items() if times > 1}
    rows = [row for row in (_row(line, view, line.name in several) for line in lines) if row is not None]
    if not rows:
        return None
    summaries = []
    if headline is not None and headline.raw.value is not None:
        summaries = [_summary(headline, view, True)]
        summaries += [_summary(line, view, False) for line in others if line.method != headline.method]
    unit = numbers.in_words(unit_of(view.claim))
    return Forest(
        axis=f"{view.title}, {unit}" if unit else view.title,
        title=_lower(title),
        description=_description(view, _lower(title), len({line.name for line in lines}), rows, headline),
        rows=rows,
        summaries=summaries,
        stated=_stated(view),
        bounds=(0.0, 100.0) if view.proportion else None,
        headings=(
            "Study",
            "n/N" if view.proportion else "n",
            f"{unit or 'figure'} [95% interval]" if view.proportion or summaries else unit or "figure",
        ),
    )


def _lower(title: str) -> str:
    """A heading inside a sentence: `SARS-CoV-2` keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _row(line: StudyLine, view: ClaimView, with_group: bool) -> ForestRow | None:
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
    label = f"{line.name}, {line.group}" if with_group and line.group else line.name
    return ForestRow(label, count, value, low, high, raw.denominator, spread, printed)


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


def _description(
    view: ClaimView, title: str, studies: int, rows: list[ForestRow], headline: MethodLine | None
) -> str:
    """The plot in words: what is drawn, the spread of the studies, the estimate and what is stated."""
    figures = [row.value for row in rows if row.value is not None]
    parts = [f"Forest plot of {title}: {studies} {'study' if studies == 1 else 'studies'}"]
    if figures:
        unit, decimals = unit_of(view.claim), 1 if view.proportion else None
        parts.append(f"figures {numbers.with_unit(numbers.span(min(figures), max(figures), decimals), unit)}")
    if headline is not None:
        name = "estimate" if headline.raw.value is not None else "smallest to largest"
        parts.append(f"{name} {headline.estimate} {headline.interval}".rstrip())
        if headline.prediction:
            parts.append(f"prediction interval {headline.prediction}")
    if view.claim.numeric:
        parts.append(f"stated {view.stated}")
    return "; ".join(parts) + "."
