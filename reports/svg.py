"""A sheet to draw on with matplotlib, and the SVG that comes off it: light, the same every time, at home in any page.

Colours are CSS variables (light and dark), text is text in the page's own font, ids are the plot's own. Everything is
drawn on one axes whose data units are points from the top left, so that no layout has to be computed and a plot costs
some milliseconds. Called by `reports.forest`.
"""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

# A plot is drawn in stand-in colours; each is replaced by a CSS variable with a fallback for a viewer without the page.
INK, SOFT, RULE, STUDY, MODEL, CLAIM, BAND, PAPER = (f"#0{n}0{n}0{n}" for n in range(1, 9))
COLOURS = {
    INK: "var(--ink, #1c2430)",
    SOFT: "var(--soft, #5a6472)",
    RULE: "var(--rule, #c9ced6)",
    STUDY: "var(--study, #34506e)",
    MODEL: "var(--model, #12355b)",
    CLAIM: "var(--claim, #a8401c)",
    BAND: "var(--band, #f6e3d8)",
    PAPER: "var(--paper, #ffffff)",
}


class Canvas:
    """Collects marks in points from the top left and turns them into SVG."""

    def __init__(self, width: float, height: float, size: float) -> None:
        self.size = size
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.lines: dict[tuple[str, float, bool, int], list[Any]] = {}
        self.shapes: dict[tuple[str, str, int], list[Any]] = {}

    def text(self, x: float, y: float, words: str, colour: str = INK, anchor: str = "left", bold: bool = False) -> None:
        """`words` with their baseline near the middle of y."""
        words = "".join(char for char in words if char.isprintable())  # a title may hold any character
        if words:
            self.axes.text(
                x, y + 0.36 * self.size, words, color=colour, ha=anchor, va="baseline",
                fontsize=self.size, fontweight="bold" if bold else "normal", parse_math=False,
            )  # fmt: skip

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1.0, dashed: bool = False,
        layer: int = 2,
    ) -> None:  # fmt: skip
        """A straight line."""
        self.lines.setdefault((colour, width, dashed, layer), []).append([(x1, y1), (x2, y2)])

    def box(self, x: float, y: float, width: float, height: float, colour: str, layer: int = 3) -> None:
        """A filled rectangle from its top left."""
        self.shapes.setdefault((colour, "none", layer), []).append(Rectangle((x, y), width, height))

    def polygon(self, points: list[tuple[float, float]], colour: str, edge: str = "none", layer: int = 4) -> None:
        """A filled shape."""
        self.shapes.setdefault((colour, edge, layer), []).append(Polygon(points, closed=True))

    def svg(self, key: str, description: str) -> str:
        """The picture as one `svg` element."""
        for (colour, width, dashed, layer), segments in self.lines.items():
            style = (0, (4, 3)) if dashed else "solid"
            lines = LineCollection(segments, colors=colour, linewidths=width, linestyles=[style], zorder=layer)
            self.axes.add_collection(lines, autolim=False)
        for (colour, edge, layer), patches in self.shapes.items():
            shapes = PatchCollection(patches, facecolors=colour, edgecolors=edge, linewidths=1.3, zorder=layer)
            self.axes.add_collection(shapes, autolim=False)
        out = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": key, "svg.fonttype": "none", "path.simplify": False}):
            FigureCanvasSVG(self.figure).print_svg(out, metadata={"Date": None, "Creator": None})
        return _inline(out.getvalue(), key, description)


def _inline(svg: str, key: str, description: str) -> str:
    """matplotlib's file as an element of a page: no header, no style for the whole page, colours as variables."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>\s*", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    svg = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", svg)
    svg = re.sub(r' clip-path="url\([^"]*"', "", svg)
    svg = re.sub(r"<defs>\s*<clipPath.*?</clipPath>\s*</defs>\s*", "", svg, flags=re.S)
    svg = re.sub(r'<g id="patch_1">.*?</g>\s*', "", svg, flags=re.S)  # the white ground of the figure
    svg = re.sub(r"font: (bold |700 )?[\d.]+px [^;\"]*", _font, svg)
    svg = re.sub(r"font-family: [^;\"]*;?\s*", "", svg)  # the page's own font
    for colour, variable in COLOURS.items():
        svg = svg.replace(colour, variable)
    svg = _own_ids(svg, key)
    view = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert view is not None  # matplotlib always writes one
    attributes = f'viewBox="{view[0][9:-1]}" role="img" aria-label="{_attribute(description)}"'
    svg = re.sub(r"<svg[^>]*>", f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>', svg, count=1)
    return re.sub(r"\n\s*", "\n", svg)


def _font(match: re.Match[str]) -> str:
    size = re.search(r"([\d.]+)px", match[0])
    assert size is not None
    return f"font-size: {size[1]}px" + ("; font-weight: 650" if match[1] else "")


def _own_ids(svg: str, key: str) -> str:
    """Ids that nothing refers to are dropped; the others become this plot's own, for many plots share a page."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'xlink:href="#', 'href="#', svg)
    return re.sub(r'(href="#|url\(#)([^")]+)', lambda m: f"{m[1]}{key}-{m[2]}", svg)


def _attribute(text: str) -> str:
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(raw, safe)
    return text
