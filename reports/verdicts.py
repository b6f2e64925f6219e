"""Verdicts by kind of claim, exactly as the design's table has them. Numbers in, a verdict with its reason out.

Shares are percentages (0-100) here, as claims state them. Called by reports.compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.claim import Claim
from reports.measures import words
from reports.rounding import rounds_to
from reports.study import settings

AGREES, DIFFERS, UNDECIDED = "agrees", "differs", "undecided"
THIN, SILENT, NOT_JUDGED = "thin", "silent", "not judged"
REVERSED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word and why, in words a clinician reads."""

    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What a claim allows: a value, a bound (`cmp` of < <= > >=), or a range; `usually` when a qualifier turned it."""

    low: float | None
    high: float | None
    value: float | None
    cmp: str
    reversed: bool = False

    @property
    def bound(self) -> bool:
        """Whether the claim is a bound such as `<25 %`."""
        return self.value is not None and self.cmp in REVERSED

    @property
    def range(self) -> bool:
        """Whether the claim is a range with two ends."""
        return self.value is None and self.low is not None and self.high is not None

    def text(self, unit: str = "") -> str:
        """The statement in figures."""
        gap = "" if unit in ("", "%") else " "
        if self.range:
            return f"{self.low:g}-{self.high:g}{gap}{unit}"
        if self.value is None:
            return "no figure"
        sign = {"=": "", "~": "about "}.get(self.cmp, f"{self.cmp} ")
        return f"{sign}{self.value:g}{gap}{unit}"


def stated(claim: Claim) -> Stated:
    """The claim's figure with its qualifier applied: rarely > 10 days is usually <= 10 days."""
    turned = bool(
        set(words(claim.qualifier or "")) & {w for q in settings()["qualifiers"]["reversing"] for w in words(q)}
    )
    cmp, value, low, high = claim.cmp, claim.value, claim.low, claim.high
    if value is None and (low is None) != (high is None):  # an open range is a bound
        value, cmp = (high, "<=") if low is None else (low, ">=")
        low = high = None
    if value is not None:
        low = high = None
    return Stated(low, high, value, REVERSED.get(cmp, cmp) if turned else cmp, turned)


def _rules() -> dict[str, float]:
    rules: dict[str, float] = settings()["verdicts"]
    return rules


def judge_share(claim: Stated, estimate: float, low: float, high: float, k: int) -> Verdict:
    """A proportion: all figures in per cent. Thin before anything else."""
    rules, shown = _rules(), f"{estimate:.1f}% [{low:.1f}, {high:.1f}]"
    if k < rules["least_studies"]:
        return Verdict(THIN, f"only {k} {'study gives' if k == 1 else 'studies give'} a count: {shown}")
    if high - low > rules["widest_interval"]:
        return Verdict(THIN, f"the interval is wider than {rules['widest_interval']:g} points: {shown}")
    return _against(claim, estimate, low, high, rules["near"], "%", shown)


def judge_mean(claim: Stated, estimate: float, low: float, high: float, k: int, unit: str) -> Verdict:
    """A mean in its unit. A single stated mean is near when it lies within a tenth of the estimate."""
    rules, shown = _rules(), f"{estimate:.1f} {unit} [{low:.1f}, {high:.1f}]"
    if k < rules["least_studies"]:
        return Verdict(
            THIN, f"only {k} {'study gives' if k == 1 else 'studies give'} a mean that can be pooled: {shown}"
        )
    return _against(claim, estimate, low, high, abs(estimate) / 10, unit, shown)


def _against(claim: Stated, estimate: float, low: float, high: float, near: float, unit: str, shown: str) -> Verdict:
    said = claim.text(unit)
    if claim.bound and claim.value is not None:
        if _beyond(claim.cmp, claim.value, low, high):
            return Verdict(AGREES, f"the interval of {shown} lies wholly on the stated side ({said})")
        if _beyond(REVERSED[claim.cmp], claim.value, low, high):
            return Verdict(DIFFERS, f"the interval of {shown} lies wholly on the other side of {said}")
        return Verdict(UNDECIDED, f"the interval of {shown} reaches over the stated bound ({said})")
    if claim.range and claim.low is not None and claim.high is not None:
        if high < claim.low or low > claim.high:
            return Verdict(DIFFERS, f"the interval of {shown} lies outside {said}")
        narrow = high - low <= _rules()["range_times"] * (claim.high - claim.low)
        if claim.low <= estimate <= claim.high and narrow:
            return Verdict(AGREES, f"{shown} lies in {said}")
        why = (
            "the interval is too wide to say" if claim.low <= estimate <= claim.high else "the interval reaches into it"
        )
        return Verdict(UNDECIDED, f"{shown} against {said}: {why}")
    if claim.value is None:
        return Verdict(NOT_JUDGED, "the claim states no figure")
    if not low <= claim.value <= high:
        return Verdict(DIFFERS, f"{said} lies outside the interval of {shown}")
    if abs(claim.value - estimate) <= near:
        return Verdict(AGREES, f"{said} lies in the interval of {shown}")
    return Verdict(UNDECIDED, f"{said} lies in the interval of {shown}, but far from the estimate: too wide to say")


def _beyond(cmp: str, value: float, low: float, high: float) -> bool:
    """Whether the whole of [low, high] is `cmp` value."""
    return {"<": high < value, "<=": high <= value, ">": low > value, ">=": low >= value}[cmp]


def judge_extremes(claim: Stated, ranges: Sequence[tuple[float, float, str]], reported: bool) -> Verdict:
    """An age range: (minimum, maximum, study) of each study. One study outside is enough; too few inside are thin."""
    if not ranges:
        return Verdict(UNDECIDED, "no study gives a range") if reported else Verdict(SILENT, "nothing reported")
    low = claim.low if claim.low is not None else float("-inf")
    high = claim.high if claim.high is not None else float("inf")
    outside = [f"{study} ({a:g}-{b:g})" for a, b, study in ranges if a < low or b > high]
    if outside:
        return Verdict(DIFFERS, f"outside {claim.text('years')}: " + "; ".join(outside))
    smallest, largest = min(a for a, _, _ in ranges), max(b for _, b, _ in ranges)
    seen = f"{len(ranges)} {'study' if len(ranges) == 1 else 'studies'}, from {smallest:g} to {largest:g}"
    if len(ranges) < _rules()["least_studies"]:
        return Verdict(THIN, f"{seen}: inside, but few")
    return Verdict(AGREES, f"all inside: {seen}")


def is_inside(claim: Stated, low: float, high: float, slack: float = 0.0) -> bool:
    """Whether a study's figure (a point or an interval) lies wholly inside what is stated; `slack` is a share of it."""
    if claim.bound and claim.value is not None:
        edge = claim.value * (1 + slack) if claim.cmp in ("<", "<=") else claim.value * (1 - slack)
        return _beyond(claim.cmp, edge, low, high)
    if claim.range and claim.low is not None and claim.high is not None:
        inside = claim.low * (1 - slack) <= low and high <= claim.high * (1 + slack)
        return not inside if claim.reversed else inside
    if claim.value is None:
        return False
    # a single stated amount holds a figure that is the same within a tenth, or an interval around it
    near = abs(low - claim.value) <= 0.1 * claim.value and abs(high - claim.value) <= 0.1 * claim.value
    return near or (low < high and low <= claim.value <= high)


def judge_figures(inside: Sequence[bool], said: str) -> Verdict:
    """A regimen, duration or time: how many of the studies' figures lie inside the stated interval."""
    rules, total, count = _rules(), len(inside), sum(inside)
    if total == 0:
        return Verdict(SILENT, "nothing reported")
    shown = f"{count} of {total} studies' figures lie inside {said}"
    if total < rules["least_studies"]:
        return Verdict(THIN, shown)
    if count >= rules["most_figures"] * total:
        return Verdict(AGREES, shown)
    if count < rules["few_figures"] * total:
        return Verdict(DIFFERS, shown)
    return Verdict(UNDECIDED, shown)


def judge_cited(claim: Stated, figures: Sequence[float], unit: str, present: bool) -> Verdict:
    """The figure of one cited study: the same there, another there, or the study is not among the records."""
    if not present:
        return Verdict(UNDECIDED, "the cited study is not among the records")
    if not figures:
        return Verdict(SILENT, "the cited study's abstract gives no such figure")
    if any(same_figure(claim, figure) for figure in figures):
        return Verdict(AGREES, f"the cited study gives {claim.text(unit)}")
    seen = ", ".join(f"{figure:g}" for figure in figures)
    return Verdict(DIFFERS, f"the cited study gives {seen} {unit}, not {claim.text(unit)}")


def same_figure(claim: Stated, figure: float) -> bool:
    """Whether a study's figure is the stated one, rounded as it is stated, or inside a stated bound or range."""
    if claim.bound or claim.range:
        return is_inside(claim, figure, figure)
    return claim.value is not None and rounds_to(figure, claim.value)


def judge_cause(cases: int, studies: int) -> Verdict:
    """A cause: at least one study attributes a case to it, else silent."""
    if not studies:
        return Verdict(SILENT, "no study among the records attributes a case to it")
    counted = f", {cases} cases" if cases > 1 else ", 1 case" if cases else ""
    return Verdict(
        AGREES, f"{studies} {'study attributes' if studies == 1 else 'studies attribute'} cases to it{counted}"
    )
