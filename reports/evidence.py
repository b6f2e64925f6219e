"""One estimate per study, claim and estimand; everything else that was close is set aside with its reason.

In: a claim, the people at risk, one study as the claim's population sees it. Out: `Choice`. The rules are those of the
design: a subgroup never stands for the whole; arms that make up the whole are added; complements of two-way splits are
flagged; a stated count goes before a bare percentage, results before conclusions. Called by reports.compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from reports.claim import Claim
from reports.cohorts import OTHER, PART, WHOLE, WIDER, Who, at_risk
from reports.intervals import clopper_pearson
from reports.measures import COMPLEMENT, NARROWER, OTHER_TIME, SAME, Vocabulary, parts_of, treatment_class
from reports.measures import WIDER as WIDER_NAME
from reports.result import StudyFigure
from reports.rounding import rounds_to
from reports.study import Row, View, settings

NOT_USED = {
    NARROWER: "a narrower measure than the claim's",
    WIDER_NAME: "a wider measure than the claim's",
    OTHER_TIME: "the same outcome at another time point",
}
SHARES = ("percent", "count")


@dataclass(slots=True)
class Choice:
    """A study's figure for a claim, or None, and what was set aside."""

    figure: StudyFigure | None = None
    set_aside: list[StudyFigure] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    row: Row
    who: Who
    events: int | None
    total: int | None
    complement: bool
    derived: bool = False
    short: bool = False

    @property
    def counted(self) -> bool:
        return self.events is not None and self.total is not None

    @property
    def order(self) -> tuple[bool, bool, bool, bool, bool, int]:
        """Counts before bare percentages, then all before some of them, direct, printed, results first."""
        return (not self.counted, self.short, self.complement, self.derived, self.row.late, self.row.start)


def related(rows: Sequence[Row], claim: Claim, vocabulary: Vocabulary) -> list[tuple[Row, str]]:
    """The findings whose measure is the claim's, its complement, or close to it, with how they stand to it."""
    claimed = vocabulary.name(claim.measure, claim.condition)
    return [(row, how) for row in rows if (how := vocabulary.relation(claimed, row.name))]


def implausible(row: Row) -> str | None:
    """Why a figure cannot be used as printed, or None. Nothing is ever repaired."""
    for flag in row.flags:
        if flag in settings()["implausible"]:
            return f"the figure contradicts itself or its study ({flag})"
    if row.numerator is not None and row.denominator is not None:
        if not 0 <= row.numerator <= row.denominator or row.denominator == 0:
            return f"{row.numerator} of {row.denominator} cannot be"
        if row.stat == "percent" and row.value is not None and row.cmp == "=":
            share = 100 * row.numerator / row.denominator
            if abs(share - row.value) > settings()["percent_slack"]:
                return f"printed as {row.value:g} %, but {row.numerator}/{row.denominator} is {share:.1f} %"
    if row.stat == "percent" and row.value is not None and not 0 <= row.value <= 100:
        return f"{row.value:g} % cannot be a share"
    return None


def whole_number(row: Row) -> int | None:
    """The one count that a printed percentage of a stated denominator means; None where none or several would do."""
    if row.value is None or row.denominator is None or row.stat != "percent" or not 0 <= row.value <= 100:
        return None
    near = round(row.value * row.denominator / 100)
    nearby = range(max(0, near - 2), min(row.denominator, near + 2) + 1)
    fitting = [count for count in nearby if rounds_to(100 * count / row.denominator, row.value)]
    return fitting[0] if len(fitting) == 1 else None


def choose_share(claim: Claim, risk: str, view: View, vocabulary: Vocabulary) -> Choice:
    """The study's proportion for `claim` among the people at risk called `risk` (`all`, `treated`, ...)."""
    choice, candidates, size = Choice(), [], view.size()
    for row, how in related(view.study.rows, claim, vocabulary):
        who = view.who(row)
        reason = _unusable(row, how, who)
        if reason:
            choice.set_aside.append(view.study.figure(row, reason))
            continue
        complement = how == COMPLEMENT
        events = row.numerator if row.numerator is not None else whole_number(row)
        derived = row.numerator is None or "derived-numerator" in row.flags
        if events is not None and row.denominator is not None and complement:
            events = row.denominator - events
        short = who.role == WHOLE and size is not None and row.denominator is not None and row.denominator < size
        candidates.append(_Candidate(row, who, events, row.denominator, complement, derived, short))
    candidates += _summed(claim, view, vocabulary, candidates)
    candidates.sort(key=lambda candidate: candidate.order)
    wanted = treatment_class(" ".join(filter(None, (claim.drug, claim.condition)))) if risk == "treated" else None
    fitting = [c for c in candidates if at_risk(c.who, risk, wanted)]
    if risk == "treated" and not fitting:
        fitting = _all_treated(view, candidates, vocabulary, wanted)
    used: list[_Candidate] = []
    direct = next((c for c in fitting if c.counted), None)
    if direct is not None and risk != "all":
        used, choice.figure = _of_those(view, fitting)
    elif direct is not None:
        used, choice.figure = [direct], _shown(view, direct)
    elif risk == "all":
        used, choice.figure = _added(view, candidates)
        if choice.figure is None:
            used, choice.figure = _at_least(view, candidates, claim, wanted_class(claim))
    if choice.figure is None and fitting:
        used, choice.figure = [fitting[0]], _shown(view, fitting[0])
    for candidate in candidates:
        if candidate not in used:
            choice.set_aside.append(view.study.figure(candidate.row, _why_not(candidate, risk, used, fitting)))
    return choice


def wanted_class(claim: Claim) -> str | None:
    """The class of treatment that the claim's own words name."""
    return treatment_class(" ".join(filter(None, (claim.drug, claim.condition))))


def _unusable(row: Row, how: str, who: Who) -> str | None:
    if how in NOT_USED:
        return f"{NOT_USED[how]}: {row.measure.partition(':')[2] or row.measure}"
    if who.role == OTHER:
        return f"other people: {row.group}"
    if row.stat not in SHARES and row.numerator is None:
        return f"given as {row.stat}, which is no share of people"
    if row.value is None and row.numerator is None:
        return "no number to pool"
    if row.cmp not in ("=", "~"):
        return f"a bound ({row.cmp}), not a figure"
    return implausible(row)


def _shown(view: View, candidate: _Candidate, reason: str = "", flags: Sequence[str] = ()) -> StudyFigure:
    row = candidate.row
    value = row.value if row.stat == "percent" else None
    if candidate.complement and value is not None:
        value = 100 - value
    figure = view.study.figure(row, reason, numerator=candidate.events, denominator=candidate.total, value=value)
    marks = {"complement": candidate.complement, "derived-numerator": candidate.derived and candidate.counted}
    marks["fewer-than-all"] = candidate.short and candidate.counted
    figure.flags = list(dict.fromkeys([*figure.flags, *(name for name, holds in marks.items() if holds), *flags]))
    if candidate.who.by_outcome:
        figure.flags.append("group-defined-by-outcome")
    if candidate.counted and candidate.events is not None and candidate.total is not None:
        figure.interval_low, figure.interval_high = clopper_pearson(candidate.events, candidate.total)
        figure.pooled = True
    else:
        figure.flags.append("no-denominator" if row.denominator is None else "no-count")
        figure.reason = reason or f"{_bare(row)}: shown, not pooled"
    return figure


def _bare(row: Row) -> str:
    """Why a percentage cannot be turned into a count."""
    if row.denominator is None:
        return "a percentage without a known denominator"
    return f"no one whole number of {row.denominator} people is {row.value:g} %"


def _summed(claim: Claim, view: View, vocabulary: Vocabulary, found: Sequence[_Candidate]) -> list[_Candidate]:
    """Former and current smokers over the same people are the ever smokers."""
    names = [vocabulary.name(part) for part in parts_of(claim.measure)]
    if not names or any(candidate.counted and not candidate.complement for candidate in found):
        return []
    sums = []
    first = [row for row in view.study.rows if vocabulary.relation(names[0], row.name) == SAME and row.denominator]
    for row in first:
        parts = [row]
        for name in names[1:]:
            parts += [
                other
                for other in view.study.rows
                if vocabulary.relation(name, other.name) == SAME
                and (other.group, other.denominator) == (row.group, row.denominator)
            ][:1]
        counts = [part.numerator for part in parts if part.numerator is not None]
        total = row.denominator
        if len(counts) == len(names) and total and sum(counts) <= total and not any(map(implausible, parts)):
            sums.append(_Candidate(_flagged(row, "sum-of-parts"), view.who(row), sum(counts), total, False))
    return sums


def _flagged(row: Row, flag: str) -> Row:
    copy = Row(**{name: getattr(row, name) for name in Row.__dataclass_fields__})
    copy.flags, copy.stat, copy.value = [*row.flags, flag], "count", None
    return copy


def _arms(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The best counted figure of each part of the target's people, one a label."""
    arms: dict[str, _Candidate] = {}
    for candidate in candidates:
        if candidate.counted and candidate.who.role == PART:
            arms.setdefault(candidate.row.group, candidate)
    return list(arms.values())


def _added(view: View, candidates: Sequence[_Candidate]) -> tuple[list[_Candidate], StudyFigure | None]:
    """Arms whose sizes add up to the whole, all arms first, then the fewest that do."""
    arms = _arms(candidates)
    stated, sizes = _stated_groups(view), _whole_sizes(view, arms)
    named = [arm for arm in arms if arm.row.group in stated]
    most = min(len(named), settings()["most_arms"])
    for group in [arms, *(some for k in range(2, most + 1) for some in combinations(named, k))]:
        total = sum(arm.total or 0 for arm in group)
        if len(group) > 1 and total in sizes:
            return list(group), _together(view, group, "arms-added", total)
    return [], None


def _stated_groups(view: View) -> set[str]:
    """Labels of the target's groups whose size the study states."""
    sized = [row for row in view.study.rows if row.name.kind == "participants"]
    return {row.group for row in sized if view.who(row).role in (PART, WHOLE)}


def _whole_sizes(view: View, arms: Sequence[_Candidate]) -> set[int]:
    """Sizes that count as the whole; the sum of the arms where a study is told by its arms alone."""
    sizes = set(view.sizes())
    if not sizes and _stated_groups(view) == {arm.row.group for arm in arms}:
        return {sum(arm.total or 0 for arm in arms)}
    return sizes


def _together(view: View, arms: Sequence[_Candidate], flag: str, total: int) -> StudyFigure:
    events = sum(arm.events or 0 for arm in arms)
    parts = [_shown(view, arm) for arm in arms]
    labels = ", ".join(f"{part.group} {part.numerator}/{part.denominator}" for part in parts)
    figure = view.study.figure(arms[0].row, numerator=events, denominator=total, value=None, parts=parts, group="all")
    figure.stat = "count"
    flags = [flag for part in parts for flag in part.flags if flag == "complement"]
    figure.flags = [*dict.fromkeys([*figure.flags, *flags, flag])]
    figure.reason = f"arms added: {labels}" if flag == "arms-added" else f"at least {events} of {total}: {labels}"
    figure.interval_low, figure.interval_high = clopper_pearson(events, total)
    figure.pooled = True
    return figure


def _of_those(view: View, fitting: Sequence[_Candidate]) -> tuple[list[_Candidate], StudyFigure]:
    """Several groups of those at risk: added where they make up the whole, else the largest stands for them."""
    groups: dict[str, _Candidate] = {}
    for candidate in fitting:
        if candidate.counted:
            groups.setdefault(candidate.row.group, candidate)
    several = list(groups.values())
    total = sum(one.total or 0 for one in several)
    if len(several) > 1 and total in _whole_sizes(view, several):
        return several, _together(view, several, "arms-added", total)
    largest = max(several, key=lambda one: one.total or 0)
    return [largest], _shown(view, largest)


def _at_least(
    view: View, candidates: Sequence[_Candidate], claim: Claim, treatment: str | None
) -> tuple[list[_Candidate], StudyFigure | None]:
    """Cases known among the treated, over the whole: at least so many, where the claim names both as at risk.

    Not for groups that were defined by their outcome, nor where another group's figure is known without its count.
    """
    size, others = view.size(), [risk for risk in claim.at_risk if risk != "all"]
    if size is None or not others:
        return [], None
    if any(not candidate.counted for candidate in candidates if candidate.who.role in (PART, WHOLE)):
        return [], None
    arms = [arm for arm in _arms(candidates) if not arm.who.by_outcome]
    if not any(at_risk(arm.who, risk, treatment) for arm in arms for risk in others):
        return [], None
    if any("treated" not in arm.who.tags and "untreated" not in arm.who.tags for arm in arms):
        return [], None
    if sum(arm.total or 0 for arm in arms) > size:
        return [], None
    figure = _together(view, arms, "at-least", size)
    whole = [row for row in view.study.rows if view.who(row).role == WHOLE]
    sizes = [r for r in whole if r.denominator == size or (r.name.kind == "participants" and r.value == size)]
    figure.parts += [view.study.figure(row, "the size of the whole") for row in sizes[:1]]
    return arms, figure


def _all_treated(
    view: View, candidates: Sequence[_Candidate], vocabulary: Vocabulary, treatment: str | None
) -> list[_Candidate]:
    """Figures of the whole answer for the treated where the study says that all were treated."""
    for row in view.study.rows:
        if row.name.kind != "treatment" or view.who(row).role != WHOLE or not row.denominator:
            continue
        given = treatment_class(row.measure.partition(":")[2])
        if row.numerator == row.denominator and (treatment is None or given == treatment):
            return [candidate for candidate in candidates if candidate.who.role == WHOLE]
    return []


def _why_not(candidate: _Candidate, risk: str, used: Sequence[_Candidate], fitting: Sequence[_Candidate]) -> str:
    group = candidate.row.group
    if candidate in fitting and used:
        if not candidate.counted:
            return f"{_bare(candidate.row)}: another figure has its count"
        return "another mention of the same figure, or one further from the results"
    if candidate.who.role == WIDER:
        return f"people of several kinds, not the claim's alone: {group}"
    if candidate.who.by_outcome:
        return f"a group defined by its outcome: {group}"
    if candidate.who.role == WHOLE:
        return f"all patients, not those at risk ({risk})"
    return (
        f"a subgroup never stands for the whole: {group}" if risk == "all" else f"not those at risk ({risk}): {group}"
    )
