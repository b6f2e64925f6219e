"""How a claim's figure moved from run to run: a line for each change, and a drawing with the stated figure in it.

In: the `HistoryPoint`s of the context. Out: `HistoryLine`s for the tables and an SVG. Called by `reports.page` and
`reports.report`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reports import numbers
from reports.context import HistoryPoint
from reports.wording import Verdict, verdicts

if TYPE_CHECKING:
    from reports.claim import Claim
    from reports.svg import Canvas

LEAST = 2  # a single point is no history
_HEIGHT, _SIZE = 190.0, 12.0
_WIDE, _NARROW = 680.0, 340.0
_LEFT, _TOP, _BOTTOM = 46.0, 16.0, 30.0


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of a claim's figure, as text; `point` holds the numbers."""

    when: str
    run: str
    verdict: Verdict
    figure: str
    k: str
    n: str
    cause: str
    point: HistoryPoint


def history_lines(points: list[HistoryPoint], proportion: bool) -> list[HistoryLine]:
    """A line for each point, oldest first; none where nothing ever changed."""
    if len(points) < LEAST:
        return []
    return [_line(point, proportion) for point in points]


def _line(point: HistoryPoint, proportion: bool) -> HistoryLine:
    scale, decimals = (100.0, 1) if proportion else (1.0, None)
    value, low, high = (None if x is None else x * scale for x in (point.value, point.low, point.high))
    figure = ""
    if value is not None:
        figure = numbers.number(value, 1) + ("%" if proportion else "")
    if low is not None and high is not None:
        figure = f"{figure} [{numbers.span(low, high, decimals)}]".strip()
    return HistoryLine(
        point.when[:10],
        point.run,
        verdicts()[point.verdict],
        figure,
        numbers.number(point.k),
        numbers.number(point.n),
        point.cause,
        point,
    )


def draw_history(lines: list[HistoryLine], claim: Claim, proportion: bool, key: str, narrow: bool = False) -> str:
    """The estimate and its interval over time as steps, and the stated figure as a band or a dashed line.

    Empty where fewer than two points have an estimate.
    """
    from reports.svg import BAND, CLAIM, INK, MODEL, RULE, SOFT, STUDY, Canvas

    drawn = [line for line in lines if line.point.value is not None]
    if len(drawn) < LEAST:
        return ""
    scale = 100.0 if proportion else 1.0
    width = _NARROW if narrow else _WIDE
    canvas = Canvas(width, _HEIGHT, _SIZE)
    stated = [x for x in (claim.value, claim.low, claim.high) if x is not None]
    ends = [x for line in drawn for x in (line.point.value, line.point.low, line.point.high)]
    figures = [x * scale for x in ends if x is not None]
    top = 100.0 if proportion else max([*figures, *stated]) * 1.05
    floor = 0.0 if proportion else min([0.0, *figures, *stated])
    times = [_seconds(line.point.when) for line in lines]
    first, last = times[0], max(times[-1], times[0] + 1.0)
    right = width - 60.0

    def x_of(when: float) -> float:
        share = (when - first) / (last - first)
        return _LEFT + (right - _LEFT) * min(max(share, 0.0), 1.0)  # a clock may have been set back

    def y_of(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - (min(max(value, floor), top) - floor) / ((top - floor) or 1.0))

    for part in range(5):
        value = floor + (top - floor) * part / 4
        canvas.line(_LEFT, y_of(value), right, y_of(value), RULE, 0.6, layer=1)
        canvas.text(_LEFT - 6, y_of(value), numbers.number(value, 0 if proportion else None), SOFT, "right")
    _stated(canvas, claim, y_of, right, CLAIM, BAND)
    for place, line in enumerate(lines):
        point = line.point
        if point.value is None:
            continue
        begin = x_of(times[place])
        end = x_of(times[place + 1]) if place + 1 < len(lines) else right + 14
        y = y_of(point.value * scale)
        if point.low is not None and point.high is not None:
            canvas.line(begin, y_of(point.low * scale), begin, y_of(point.high * scale), STUDY, 1.5)
            for bound in (point.low, point.high):
                canvas.line(begin, y_of(bound * scale), end, y_of(bound * scale), STUDY, 0.8, dashed=True)
        canvas.line(begin, y, end, y, MODEL, 2.2, layer=3)
        canvas.box(begin - 3.5, y - 3.5, 7, 7, MODEL)
    canvas.text(_LEFT, _HEIGHT - 12, lines[0].when, INK)
    canvas.text(right, _HEIGHT - 12, lines[-1].when, INK, "right")
    return canvas.svg(key, description(lines))


def _stated(canvas: Canvas, claim: Claim, y_of, right: float, line: str, band: str) -> None:  # type: ignore[no-untyped-def]
    """The stated figure: a dashed line at a value or a bound, a band over a range."""
    if claim.low is not None and claim.high is not None:
        canvas.box(_LEFT, y_of(claim.high), right - _LEFT, y_of(claim.low) - y_of(claim.high), band, layer=1)
    elif claim.value is not None:
        canvas.line(_LEFT, y_of(claim.value), right, y_of(claim.value), line, 1.4, dashed=True)


def description(lines: list[HistoryLine]) -> str:
    """The drawing in words."""
    first, last = lines[0], lines[-1]
    return (
        f"How the figure moved: {first.figure or 'no estimate'} on {first.when} ({first.verdict.word}),"
        f" {last.figure or 'no estimate'} on {last.when} ({last.verdict.word}); {len(lines) - 1} changes."
    )


def _seconds(when: str) -> float:
    return datetime.fromisoformat(when).timestamp()
