"""Plausibility: what printed figures say against each other is flagged, and never repaired."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from extract.finding import Finding
from extract.plausibility import FLAGS, MISROUNDED, flag, possible


def share(measure: str, value: float, numerator: int | None, denominator: int | None, **more: object) -> Finding:
    return Finding(measure=measure, stat="percent", value=value, numerator=numerator, denominator=denominator, **more)  # type: ignore[arg-type]


def flagged(*findings: Finding) -> list[list[str]]:
    flag(list(findings))
    return [finding.flags for finding in findings]


@pytest.mark.parametrize(
    ("percent", "total", "answer"),
    [
        ("4.2", 837, True),  # 35 of 837
        ("4.8", 35, False),
        ("12.5", 8, True),
        ("12", 8, True),  # 12.5 rounded half to even
        ("13", 8, True),  # 12.5 rounded half up
        ("50.0", 7, False),
        ("0", 12, True),
        ("100", 12, True),
        ("33", 0, False),
    ],
)
def test_a_percentage_is_possible_if_a_whole_number_of_people_prints_so(percent: str, total: int, answer: bool) -> None:
    assert possible(percent, total) is answer


def test_a_count_and_a_percentage_that_disagree_are_flagged() -> None:
    assert flagged(share("finding:nodule", 4.8, 35, 837)) == [["percent-disagrees-with-count"]]


def test_a_percentage_off_by_less_than_its_last_place_is_only_noted() -> None:
    assert flagged(share("outcome:recovery", 70.0, 18, 26), share("symptom:cough", 66.6, 16, 24)) == [
        [MISROUNDED],
        [MISROUNDED],
    ]


def test_agreeing_figures_carry_no_flag() -> None:
    assert flagged(share("symptom:cough", 17.0, 33, 197), share("symptom:fever", 12.5, None, 8)) == [[], []]


def test_a_percentage_that_no_count_can_print_is_impossible() -> None:
    assert flagged(share("symptom:cough", 20.3, None, 10)) == [["impossible-percent"]]
    assert flagged(share("symptom:cough", 118.0, None, None)) == [["impossible-percent"]]


def test_a_bound_is_not_held_against_its_denominator() -> None:
    assert flagged(share("symptom:cough", 80.0, None, 7, cmp=">")) == [[]]


def test_a_count_larger_than_its_denominator_is_flagged() -> None:
    finding = Finding(measure="outcome:death", stat="count", value=12, numerator=12, denominator=9)
    assert flagged(finding) == [["count-exceeds-denominator"]]


def test_men_and_women_must_sum_to_the_group() -> None:
    men = Finding(measure="sex:male", stat="count", value=20, numerator=20, denominator=37, start=10, end=12)
    women = Finding(measure="sex:female", stat="count", value=34, numerator=34, denominator=37, start=20, end=22)
    assert flagged(men, women) == [["sex-split-disagrees"], ["sex-split-disagrees"]]
    women.value, women.numerator, men.flags, women.flags = 17, 17, [], []
    assert flagged(men, women) == [[], []]


def test_arms_that_exceed_the_total_are_flagged() -> None:
    total = Finding(measure="participants", stat="count", value=80, start=0, end=2)
    arms = [
        Finding(measure="participants", group=name, stat="count", value=value, start=start, end=start + 2)
        for name, value, start in (("sertraline", 45, 20), ("placebo", 41, 40))
    ]
    assert flagged(total, *arms) == [[], ["arms-disagree-with-total"], ["arms-disagree-with-total"]]


def test_arms_below_the_total_are_no_contradiction() -> None:
    """Patients may have been lost, or a third arm named elsewhere."""
    total = Finding(measure="participants", stat="count", value=80, start=0, end=2)
    arms = [
        Finding(measure="participants", group=name, stat="count", value=value, start=start, end=start + 2)
        for name, value, start in (("sertraline", 35, 20), ("placebo", 41, 40))
    ]
    assert flagged(total, *arms) == [[], [], []]


def test_a_mean_outside_its_range_is_flagged_on_both() -> None:
    mean = Finding(measure="age", stat="mean", value=61, unit="years", start=9, end=11)
    spread = Finding(measure="age", stat="range", low=17, high=55, unit="years", start=20, end=25)
    assert flagged(mean, spread) == [["mean-outside-range"], ["mean-outside-range"]]
    spread.high, mean.flags, spread.flags = 95, [], []
    assert flagged(mean, spread) == [[], []]


def test_nothing_is_repaired() -> None:
    finding = share("finding:nodule", 4.8, 35, 837)
    before = finding.to_dict()
    flag([finding])
    after = finding.to_dict()
    assert {k: v for k, v in after.items() if k != "flags"} == {k: v for k, v in before.items() if k != "flags"}


def test_what_keeps_a_figure_out_of_pooling_is_what_the_engine_flags() -> None:
    settings = Path(__file__).parents[2] / "reports" / "data" / "evidence.toml"
    implausible = tomllib.loads(settings.read_text(encoding="utf-8"))["implausible"]
    assert set(implausible) == set(FLAGS) - {MISROUNDED}
