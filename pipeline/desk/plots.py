"""The desk's drawings: a claim's forest plot, kept once it is drawn, and the small line of its history.

Drawings carry presentation attributes in place of style attributes, which the desk's policy forbids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

from pipeline.desk.view import ReviewView
from reports import numbers
from reports.view import ClaimView

MOST = 50  # studies that one plot shows; a longer one is no longer read as a picture
_WIDTH, _HEIGHT, _MARGIN = 104.0, 24.0, 4.0
_STYLE = re.compile(r' style="([^"]*)"')


def plot(view: ReviewView, claim: ClaimView) -> dict[str, Any] | None:
    """The forest plot as `svg` and its description as `words`; None where there is nothing to draw."""
    return view.desk.cache.get(("plot", view.id, view.results_of, claim.id), lambda: _draw(claim))


def _draw(claim: ClaimView) -> dict[str, Any] | None:
    from dataclasses import replace

    from reports.claim_plot import forest_of
    from reports.forest import draw

    if claim.claim.kind == "cause":
        return None
    forest = forest_of(claim)
    if forest is None:
        return None
    left_out = max(0, len(forest.rows) - MOST)
    if left_out:  # the largest studies say most
        largest = sorted(forest.rows, key=lambda row: -(row.weight or 0))[:MOST]
        forest = replace(forest, rows=[row for row in forest.rows if row in largest])
    svg = draw(forest, claim.anchor)
    return {"svg": Markup(without_styles(svg)), "words": forest.description, "left_out": left_out, "most": MOST}


def without_styles(svg: str) -> str:
    """`svg` with each style attribute as presentation attributes, which say the same."""

    def attributes(match: re.Match[str]) -> str:
        pairs = [part.partition(":") for part in match[1].split(";") if part.strip()]
        return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)

    return _STYLE.sub(attributes, svg)


def spark(points: Sequence[Mapping[str, Any]], claim: ClaimView) -> Markup:
    """The claim's figure from run to run as a small line with its interval; empty where no run had one."""
    known = [point for point in points if point["value"] is not None]
    if not known:
        return Markup("")
    scale = 100.0 if claim.proportion else 1.0
    stated = [x for x in (claim.claim.value, claim.claim.low, claim.claim.high) if x is not None]
    figures = [scale * x for point in known for x in (point["value"], point["low"], point["high"]) if x is not None]
    low, high = min([*figures, *stated]), max([*figures, *stated])
    spread = (high - low) or 1.0

    def y(value: float) -> str:
        return f"{_MARGIN + (_HEIGHT - 2 * _MARGIN) * (1 - (value - low) / spread):.1f}"

    step = (_WIDTH - 2 * _MARGIN) / max(1, len(known) - 1)
    xs = [f"{_MARGIN + step * n:.1f}" for n in range(len(known))] if len(known) > 1 else [f"{_WIDTH / 2:.1f}"]
    parts = [
        f'<line class="said" x1="0" x2="{_WIDTH:.0f}" y1="{y(one)}" y2="{y(one)}"/>' for one in sorted(set(stated))
    ]
    for x, point in zip(xs, known, strict=True):
        if point["low"] is not None and point["high"] is not None:
            ends = [y(scale * point[name]) for name in ("low", "high")]
            parts.append(f'<line class="around" x1="{x}" x2="{x}" y1="{ends[0]}" y2="{ends[1]}"/>')
    if len(known) > 1:
        line = " ".join(f"{x},{y(scale * point['value'])}" for x, point in zip(xs, known, strict=True))
        parts.append(f'<polyline class="line" points="{line}"/>')
    parts.append(f'<circle class="dot" cx="{xs[-1]}" cy="{y(scale * known[-1]["value"])}" r="2.6"/>')
    words = f"{len(known)} {'figure' if len(known) == 1 else 'figures'} so far"
    if len(known) > 1:
        first, last = (numbers.number(scale * known[n]["value"], 1) for n in (0, -1))
        words += f": {first} at first, {last} now"
    return Markup(
        f'<svg class="spark" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" aria-label="{escape(words)}">'
        f"{''.join(parts)}</svg>"
    )
