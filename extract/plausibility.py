"""Plausibility of printed figures: doubts are flagged on the finding, the figure itself is never changed.

A percentage printed to d decimals over n people must be some whole number of them (GRIM: Brown & Heathers 2017,
doi:10.1177/1948550616673876); a sex split and the arms sum to their total; a range holds its mean. Comes in: the
findings of one record. Called by `extract.extras`. `reports/data/evidence.toml` says which flags keep a figure out of
pooling.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise

from extract.finding import Finding
from extract.resources import load
from extract.similar import same

DISAGREES = "percent-disagrees-with-count"
IMPOSSIBLE = "impossible-percent"
ARMS = "arms-disagree-with-total"
SEX = "sex-split-disagrees"
MEAN = "mean-outside-range"
EXCEEDS = "count-exceeds-denominator"
#: Within one unit of the last printed place: cut off or carelessly rounded. A note; the figure may be pooled.
MISROUNDED = "percent-misrounded"
FLAGS = (DISAGREES, IMPOSSIBLE, ARMS, SEX, MEAN, EXCEEDS, MISROUNDED)

SHARES = ("count", "percent")
CENTRES = ("mean", "median", "value")


def possible(percent: str | float, total: int) -> bool:
    """Whether a percentage, as printed, can be a whole number of `total` people, rounded half up or half to even.

    `percent` is 0-100; its decimals count: "50.0" says more than "50". A float has those that it needs.
    """
    printed = _decimal(percent)
    near = int(printed * total / 100)
    return total > 0 and any(_prints(k, total, printed) for k in range(max(0, near - 1), min(total, near + 2) + 1))


def _decimal(percent: str | float) -> Decimal:
    if isinstance(percent, float):
        return Decimal(int(percent)) if percent.is_integer() else Decimal(repr(percent))
    return Decimal(str(percent))


def _unit(printed: Decimal) -> Decimal:
    """One in the last printed place."""
    return Decimal(1).scaleb(min(0, int(printed.as_tuple().exponent)))


def _prints(count: int, total: int, printed: Decimal) -> bool:
    """Whether `count` of `total` prints so, by either way of rounding a half."""
    share, unit = Decimal(100 * count) / total, _unit(printed)
    return any(share.quantize(unit, mode) == printed for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def flag(findings: Sequence[Finding]) -> None:
    """Add the flags of the findings of one record, in place."""
    for finding in findings:
        _own(finding)
    _ranges(findings)
    participants = [f for f in findings if f.measure == "participants" and f.value is not None and f.cmp == "="]
    _arms(participants)
    _sexes(findings)


def _add(finding: Finding, name: str) -> None:
    if name not in finding.flags:
        finding.flags.append(name)


def _own(finding: Finding) -> None:
    """What a share says about itself: count, percentage and denominator."""
    if finding.stat not in SHARES or finding.measure.startswith(("participants", "records")):
        return
    count, total, percent = finding.numerator, finding.denominator, finding.value
    if count is not None and total is not None and count > total:
        _add(finding, EXCEEDS)
        return
    if finding.stat != "percent" or percent is None or finding.cmp not in ("=", "~"):
        return
    if percent > 100 or percent < 0:
        _add(finding, IMPOSSIBLE)
    elif total and finding.cmp == "=":
        printed = _decimal(float(percent))
        counts = (
            [count]
            if count is not None
            else [k for k in (int(percent * total / 100), int(percent * total / 100) + 1) if k <= total]
        )
        if any(_prints(k, total, printed) for k in counts):
            return
        off = min(abs(Decimal(100 * k) / total - printed) for k in counts)
        doubt = DISAGREES if count is not None else IMPOSSIBLE
        _add(finding, MISROUNDED if off < _unit(printed) else doubt)


def _ranges(findings: Sequence[Finding]) -> None:
    """A range must hold the mean, median or value that it belongs to: same measure, group and unit, same sentence."""
    spreads = [f for f in findings if f.stat in ("range", "iqr") and f.low is not None and f.high is not None]
    for spread in spreads:
        for f in findings:
            if (
                f.stat in CENTRES
                and f.value is not None
                and f.cmp == "="
                and f.sentence_start == spread.sentence_start
                and f.end <= spread.start
                and (f.measure, f.group, f.drug) == (spread.measure, spread.group, spread.drug)
                and f.unit == spread.unit
                and not any(o.stat in CENTRES and f.end <= o.start < spread.start for o in findings)
                and not (spread.low or 0) <= f.value <= (spread.high or 0)
                and not (spread.stat == "iqr" and f.stat != "median")
            ):
                _add(f, MEAN)
                _add(spread, MEAN)


def _arms(participants: Sequence[Finding]) -> None:
    """Arms that one sentence lists as the whole population must sum to it.

    Only where the same sentence states the total before its two to six arms and these are not nested: a part of the
    arms, or people lost, are no contradiction, so only a sum above the total is one.
    """
    totals = [f for f in participants if f.group == "all" and f.value]
    if len({f.value for f in totals}) != 1:
        return
    total = totals[0]
    arms = [f for f in participants if f.group != "all" and f.value and f.start != total.start]
    by_sentence: dict[int, list[Finding]] = {}
    for arm in arms:
        by_sentence.setdefault(arm.sentence_start, []).append(arm)
    for members in by_sentence.values():
        distinct = not any(same(a.group, b.group) for a, b in combinations(members, 2))
        adjoining = _side_by_side(members)
        if (
            2 <= len(members) <= load("plausibility")["most_arms"]
            and distinct
            and adjoining
            and members[0].sentence_start == total.sentence_start
        ):
            excess = sum(f.value or 0 for f in members) - (total.value or 0)
            if excess > 0 and all((f.value or 0) < (total.value or 0) for f in members):
                for f in members:
                    _add(f, ARMS)


def _side_by_side(members: Iterable[Finding]) -> bool:
    """Whether the arms are printed in one list: never more than a short label between two of them."""
    placed = sorted(members, key=lambda f: f.start)
    apart = load("plausibility")["list_gap"]
    return all(b.start - a.end <= apart for a, b in pairwise(placed))


def _sexes(findings: Sequence[Finding]) -> None:
    """Men and women of one group who are printed side by side must sum to their denominator, or 100 %."""
    men = [f for f in findings if f.measure == "sex:male" and f.stat in SHARES]
    women = [f for f in findings if f.measure == "sex:female" and f.stat in SHARES]
    for m in men:
        for w in women:
            if (
                m.group != w.group
                or m.sentence_start != w.sentence_start
                or abs(m.start - w.start) > load("plausibility")["list_gap"]
            ):
                continue
            if m.numerator is not None and w.numerator is not None and m.denominator and m.denominator == w.denominator:
                wrong = m.numerator + w.numerator != m.denominator
            elif m.stat == w.stat == "percent" and m.value is not None and w.value is not None:
                wrong = abs(m.value + w.value - 100) > load("plausibility")["pair_slack"]
            else:
                continue
            if wrong:
                _add(m, SEX)
                _add(w, SEX)
