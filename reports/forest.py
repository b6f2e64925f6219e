"""Forest plots as SVG: studies with their intervals, the estimates below them, the review's figure across them.

In: a `Forest` (numbers in the unit they are shown in). Out: SVG markup for inlining into a page, in a layout for wide
pages or for phones. Called by `reports.report`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from matplotlib.ticker import LogLocator, MaxNLocator

from reports.svg import BAND, CLAIM, INK, MODEL, PAPER, RULE, SOFT, STUDY, Canvas

SUMMARY_GAP = 8.0  # points between the studies and the estimates below them
LOG_SPREAD = 100  # largest over smallest positive figure from which a logarithmic axis fits better


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One study: `value` with its interval `low`-`high`; a range alone has no `value`, a bare figure no interval."""

    label: str
    detail: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float | None = None  # people behind the figure: the area of the square
    spread: bool = False  # `low`-`high` is a range of people, not an interval of confidence: drawn with open ends
    printed: str = ""  # the figure as text, at the right


@dataclass(frozen=True, slots=True)
class ForestSummary:
    """One estimate over the studies, drawn as a diamond; `prediction` is the prediction interval."""

    label: str
    detail: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    headline: bool = False
    prediction: tuple[float, float] | None = None
    printed: str = ""
    printed_prediction: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the review states: a value, a range (`low`, `high`) or a bound (`cmp`)."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    cmp: str = "="


@dataclass(frozen=True, slots=True)
class Forest:
    """A plot. `axis` names what the axis shows; `bounds` are the limits that the quantity cannot leave."""

    axis: str
    description: str
    rows: list[ForestRow]
    summaries: list[ForestSummary] = field(default_factory=list)
    stated: Stated | None = None
    bounds: tuple[float, float] | None = None
    headings: tuple[str, str, str] = ("Study", "n/N", "% [95% interval]")
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand, in points; the narrow one puts the words of a row above its line."""

    width: float
    plot: tuple[float, float]
    row: float
    detail_at: float
    stacked: bool
    letters: int  # of a label, before it is cut
    size: float = 12.5


WIDE = _Layout(width=780, plot=(330, 600), row=23, detail_at=306, stacked=False, letters=32)
NARROW = _Layout(width=350, plot=(10, 340), row=38, detail_at=0, stacked=True, letters=26)


class _Axis:
    """From a figure to a point on the page."""

    def __init__(self, forest: Forest, left: float, right: float) -> None:
        shown = _figures(forest)
        positive = [x for x in shown if x > 0]
        self.log = forest.bounds is None and len(positive) == len(shown) > 1 and max(shown) >= LOG_SPREAD * min(shown)
        self.left, self.right = left, right
        low, high = (min(shown), max(shown)) if shown else (0.0, 1.0)
        if self.log:
            self.low, self.high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
            self.ticks = [float(t) for t in LogLocator().tick_values(self.low, self.high)]
        else:
            if forest.bounds is not None or low < (high - low):
                low = min(low, 0.0)
            ticks = [float(t) for t in MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high or 1.0)]
            self.low, self.high = ticks[0], ticks[-1]
            if forest.bounds is not None:
                self.low, self.high = max(self.low, forest.bounds[0]), min(self.high, forest.bounds[1])
            self.ticks = ticks
        if self.high <= self.low:
            self.high = self.low + 1
        self.ticks = [t for t in self.ticks if self.low - 1e-9 <= t <= self.high * (1 + 1e-9)]

    def at(self, figure: float) -> float:
        """The x of `figure`, held inside the plot."""
        if self.log:
            figure, low, high = (math.log10(max(v, 1e-12)) for v in (figure, self.low, self.high))
        else:
            low, high = self.low, self.high
        share = min(max((figure - low) / (high - low), 0.0), 1.0)
        return self.left + share * (self.right - self.left)


def _figures(forest: Forest) -> list[float]:
    """Every figure that the axis must show."""
    figures: list[float | None] = []
    for row in forest.rows:
        figures += [row.value, row.low, row.high]
    for summary in forest.summaries:
        figures += [summary.value, summary.low, summary.high, *(summary.prediction or ())]
    if forest.stated is not None:
        figures += [forest.stated.value, forest.stated.low, forest.stated.high]
    return [float(x) for x in figures if x is not None and math.isfinite(x)]


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def draw(forest: Forest, key: str, narrow: bool = False) -> str:
    """The plot as an inline `svg` element.

    `key` is the prefix of its ids, unique on the page; `narrow` gives the layout for a phone. The same forest and key
    always give the same bytes.
    """
    layout = NARROW if narrow else WIDE
    axis = _Axis(forest, *layout.plot)
    lines = len(forest.rows) + sum(1 + (s.prediction is not None) for s in forest.summaries)
    top = 30.0 if layout.stacked else 52.0
    height = top + lines * layout.row + (SUMMARY_GAP if forest.summaries else 0) + 46
    canvas = Canvas(layout.width, height, layout.size)
    bottom = height - 44
    _frame(canvas, forest, axis, layout, top, bottom)
    y = top
    heaviest = max((r.weight or 0 for r in forest.rows), default=0) or 1
    for row in forest.rows:
        _study(canvas, row, axis, layout, y, heaviest)
        y += layout.row
    if forest.summaries:
        canvas.line(0, y + 2, layout.width, y + 2, RULE)
        y += SUMMARY_GAP
    for summary in forest.summaries:
        y = _summary(canvas, summary, axis, layout, y)
    return canvas.svg(key, forest.description)


def _frame(canvas: Canvas, forest: Forest, axis: _Axis, layout: _Layout, top: float, bottom: float) -> None:
    """Headings, axis, and the review's figure behind everything."""
    if not layout.stacked:
        study, detail, estimate = forest.headings
        canvas.text(0, 34, study, SOFT)
        canvas.text(layout.detail_at, 34, detail, SOFT, "right")
        canvas.text(layout.width, 34, estimate, SOFT, "right")
        canvas.line(0, top - 4, layout.width, top - 4, RULE)
    if forest.stated is not None:
        strips = [(top - 4, bottom)]
        if layout.stacked:  # between the words of the rows, never through them
            starts = _row_starts(forest, layout, top)
            strips = [(y + layout.row - 18, y + layout.row) for y in starts]
        _stated(canvas, forest.stated, axis, strips)
    canvas.line(axis.left, bottom, axis.right, bottom, SOFT)
    for tick in axis.ticks:
        x = axis.at(tick)
        canvas.line(x, bottom, x, bottom + 4, SOFT)
        canvas.text(x, bottom + 13, f"{tick:g}", SOFT, "center")
    canvas.text((axis.left + axis.right) / 2, bottom + 32, forest.axis, SOFT, "center")


def _row_starts(forest: Forest, layout: _Layout, top: float) -> list[float]:
    """The top of every row, studies first; the summaries stand a little lower, below their rule."""
    summaries = sum(1 + (s.prediction is not None) for s in forest.summaries)
    below = top + len(forest.rows) * layout.row + SUMMARY_GAP
    studies = [top + i * layout.row for i in range(len(forest.rows))]
    return studies + [below + i * layout.row for i in range(summaries)]


def _stated(canvas: Canvas, stated: Stated, axis: _Axis, strips: list[tuple[float, float]]) -> None:
    """A dashed line for a value, a band for a range, a line with a tinted side for a bound."""
    low, high = stated.low, stated.high
    if stated.value is not None and stated.cmp in ("<", "<="):
        low, high = axis.low, stated.value
    elif stated.value is not None and stated.cmp in (">", ">="):
        low, high = stated.value, axis.high
    edges = [x for x in ((stated.low, stated.high) if stated.value is None else (stated.value,)) if x is not None]
    for top, bottom in strips:
        if low is not None and high is not None:
            canvas.box(axis.at(low), top, axis.at(high) - axis.at(low), bottom - top, BAND, layer=0)
        for edge in edges:
            canvas.line(axis.at(edge), top, axis.at(edge), bottom, CLAIM, 1.4, dashed=True, layer=1)
    if not edges:
        return
    at = sum(axis.at(x) for x in edges) / len(edges)
    half = 0.27 * canvas.size * len(stated.label)  # about half the width of the label
    anchor = "left" if at - half < axis.left else "right" if at + half > axis.right else "center"
    x = {"left": axis.left, "right": axis.right, "center": at}[anchor]
    canvas.text(x, 12, stated.label, CLAIM, anchor, bold=True)


def _study(canvas: Canvas, row: ForestRow, axis: _Axis, layout: _Layout, y: float, heaviest: float) -> None:
    middle = y + (layout.row - 9 if layout.stacked else layout.row / 2)
    _words(canvas, layout, y, row.label, row.detail, row.printed)
    if row.low is not None and row.high is not None:
        left, right = axis.at(row.low), axis.at(row.high)
        canvas.line(left, middle, right, middle, STUDY, 1.5)
        tip = 4.0 if row.spread else 0.0
        for x in (left, right) if tip else ():
            canvas.line(x, middle - tip, x, middle + tip, STUDY, 1.5)
    if row.value is not None:
        x = axis.at(row.value)
        if row.weight and not (row.low is None and row.high is None):
            side = 4 + 8 * math.sqrt(row.weight / heaviest)
            canvas.box(x - side / 2, middle - side / 2, side, side, STUDY)
        else:  # a figure whose people are not counted: an open lozenge, for it has no weight
            canvas.polygon(_lozenge(x - 5, x, x + 5, middle, 5), PAPER, STUDY)


def _summary(canvas: Canvas, summary: ForestSummary, axis: _Axis, layout: _Layout, y: float) -> float:
    colour = MODEL if summary.headline else SOFT
    middle = y + (layout.row - 9 if layout.stacked else layout.row / 2)
    _words(canvas, layout, y, summary.label, summary.detail, summary.printed, bold=summary.headline)
    if summary.value is not None:
        x = axis.at(summary.value)
        left = axis.at(summary.low) if summary.low is not None else x - 5
        right = axis.at(summary.high) if summary.high is not None else x + 5
        canvas.polygon(_lozenge(left, x, right, middle, 6.5), colour)
    y += layout.row
    if summary.prediction is None:
        return y
    low, high = (axis.at(v) for v in summary.prediction)
    middle = y + (layout.row - 9 if layout.stacked else layout.row / 2)
    _words(canvas, layout, y, "Prediction interval", "", summary.printed_prediction, colour=SOFT)
    canvas.line(low, middle, high, middle, MODEL, 3.0)
    for x in (low, high):
        canvas.line(x, middle - 4, x, middle + 4, MODEL, 1.5)
    return y + layout.row


def _lozenge(left: float, x: float, right: float, y: float, half: float) -> list[tuple[float, float]]:
    return [(left, y), (x, y - half), (right, y), (x, y + half)]


def _words(
    canvas: Canvas, layout: _Layout, y: float, label: str, detail: str, printed: str, colour: str = INK,
    bold: bool = False,
) -> None:  # fmt: skip
    """The words of a row: in columns, or on a line of their own above the mark."""
    if layout.stacked:
        canvas.text(0, y + 11, _short(label, layout.letters), colour, bold=bold)
        words = " · ".join(part for part in (detail, printed) if part)
        canvas.text(layout.width, y + 11, words, colour, "right", bold)
        return
    middle = y + layout.row / 2
    canvas.text(0, middle, _short(label, layout.letters), colour, bold=bold)
    canvas.text(layout.detail_at, middle, detail, colour, "right", bold)
    canvas.text(layout.width, middle, printed, colour, "right", bold)
