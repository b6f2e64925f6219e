"""One estimate per study: names, populations, people at risk, arms, complements, and what is set aside."""

from __future__ import annotations

from typing import Any

import pytest

from reports.cohorts import Target, at_risk
from reports.evidence import Choice, choose_share
from reports.measures import Vocabulary
from reports.study import View, read_studies
from reports.units import scale
from tests.reports.frames import COP, claim, frames, people, record, share


def choose(measure: str, findings: list[dict[str, Any]], risk: str = "all", **fields: Any) -> Choice:
    given = {key: fields.pop(key) for key in ("title", "tier", "text") if key in fields}
    vocabulary = Vocabulary()
    (study,) = read_studies(*frames((record("a", **given), findings)), vocabulary)
    target = Target(COP, "COP")
    return choose_share(claim(measure, **fields), risk, View.of(study, target), vocabulary)


def counts(choice: Choice) -> tuple[int | None, int | None]:
    assert choice.figure is not None
    return choice.figure.numerator, choice.figure.denominator


# --- names of measures


@pytest.mark.parametrize(
    ("claimed", "found", "relation"),
    [
        ("symptom:dry cough", "symptom:nonproductive cough", "same"),
        ("symptom:dry cough", "symptom:cough", "wider"),
        ("symptom:cough", "symptom:whooping cough", "narrower"),
        ("outcome:relapse", "outcome:recurrence", "same"),
        ("outcome:relapse", "outcome:no relapse", "complement"),
        ("outcome:relapse", "outcome:relapse-free", "complement"),
        ("outcome:relapse", "outcome:relapse within 1 year", "other time"),
        ("outcome:death", "outcome:survival", "complement"),
        ("sex:male", "sex:female", "complement"),
        ("symptom:hemoptysis", "symptom:haemoptysis", "same"),
        ("sign:crackles", "finding:inspiratory rales", "same"),
        ("finding:opacities", "finding:opacity", "same"),
        ("symptom:fever", "symptom:fatigue", None),
        ("symptom:rash", "symptom:crash", None),
        ("outcome:death", "symptom:death", None),
    ],
)
def test_measures_match_by_words(claimed: str, found: str, relation: str | None) -> None:
    names = Vocabulary()
    assert names.relation(names.name(claimed), names.name(found)) == relation


def test_a_review_adds_its_own_names() -> None:
    names = Vocabulary({"flare-up of the disease": "outcome:relapse"})
    assert names.relation(names.name("outcome:relapse"), names.name("outcome:flare-up of the disease")) == "same"


def test_the_time_point_may_stand_in_the_condition() -> None:
    names = Vocabulary()
    claimed = names.name("outcome:survival", "5-year survival")
    assert names.relation(claimed, names.name("outcome:5-year survival")) == "same"
    assert names.relation(claimed, names.name("outcome:survival")) == "other time"


# --- whose figure


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("all", "whole"),
        ("COP", "whole"),
        ("patients with cryptogenic organizing pneumonia", "whole"),
        ("SOP", "other"),
        ("non-COP controls", "other"),
        ("COP and SOP", "wider"),
        ("all OP", "wider"),
        ("relapse group", "part"),
        ("COP steroid-treated", "part"),
        ("copy number group", "part"),
    ],
)
def test_labels_of_groups(label: str, role: str) -> None:
    assert Target(COP, "COP").who(label, whole_record=True).role == role


def test_all_patients_of_a_mixed_series_are_not_the_population() -> None:
    assert Target(COP, "COP").who("all", whole_record=False).role == "wider"


def test_the_treated_are_known_by_their_drug() -> None:
    target = Target(COP, "COP")
    assert at_risk(target.who("prednisone", True), "treated", "glucocorticoid")
    assert not at_risk(target.who("clarithromycin", True), "treated", "glucocorticoid")
    assert not at_risk(target.who("untreated patients", True), "treated")
    assert at_risk(target.who("untreated patients", True), "untreated")


# --- the choice


def test_a_count_goes_before_a_bare_percentage() -> None:
    bare = {"measure": "symptom:fever", "stat": "percent", "value": 41}
    choice = choose("symptom:fever", [bare, share("symptom:fever", 20, 50)])
    assert counts(choice) == (20, 50)
    assert any("without a known denominator" in figure.reason for figure in choice.set_aside)


def test_a_bare_percentage_is_shown_not_pooled() -> None:
    choice = choose("symptom:fever", [{"measure": "symptom:fever", "stat": "percent", "value": 41}])
    assert choice.figure is not None
    assert (choice.figure.value, choice.figure.pooled) == (41, False)
    assert "no-denominator" in choice.figure.flags


def test_results_go_before_conclusions() -> None:
    late = share("outcome:death", 5, 50, section="Conclusions", start=1)
    choice = choose("outcome:death", [late, share("outcome:death", 4, 50, section="Results", start=100)])
    assert counts(choice) == (4, 50)


def test_a_subgroup_never_stands_for_the_whole() -> None:
    choice = choose("symptom:fever", [people(87), share("symptom:fever", 15, 23, "relapse group")])
    assert choice.figure is None
    assert "defined by its outcome" in choice.set_aside[0].reason


def test_arms_that_make_up_the_whole_are_added() -> None:
    arms = [people(76), share("symptom:fever", 10, 44, "clarithromycin"), share("symptom:fever", 8, 32, "prednisone")]
    choice = choose("symptom:fever", arms)
    assert counts(choice) == (18, 76)
    assert choice.figure is not None
    assert "arms-added" in choice.figure.flags
    assert [part.numerator for part in choice.figure.parts] == [10, 8]


def test_a_study_told_by_its_arms_alone_is_their_sum() -> None:
    sizes = [people(44, "clarithromycin"), people(32, "prednisone")]
    arms = [share("symptom:fever", 10, 44, "clarithromycin"), share("symptom:fever", 8, 32, "prednisone")]
    assert counts(choose("symptom:fever", [*sizes, *arms])) == (18, 76)
    assert choose("symptom:fever", [*sizes, people(20, "observation"), *arms]).figure is None


def test_arms_that_do_not_make_up_the_whole_are_not_added() -> None:
    arms = [people(90), share("symptom:fever", 10, 44, "clarithromycin"), share("symptom:fever", 8, 32, "prednisone")]
    assert choose("symptom:fever", arms).figure is None


def test_the_complement_of_a_two_way_split_is_flagged() -> None:
    choice = choose("sex:male", [share("sex:female", 45, 76)])
    assert counts(choice) == (31, 76)
    assert choice.figure is not None and "complement" in choice.figure.flags


def test_former_and_current_smokers_are_the_ever_smokers() -> None:
    choice = choose("smoking:ever", [share("smoking:former", 10, 40), share("smoking:current", 5, 40)])
    assert counts(choice) == (15, 40)


def test_a_figure_that_contradicts_itself_is_left_out_not_repaired() -> None:
    wrong = {"measure": "outcome:remission", "stat": "percent", "value": 93, "numerator": 39, "denominator": 44}
    choice = choose("outcome:remission", [wrong])
    assert choice.figure is None
    assert "39/44 is 88.6 %" in choice.set_aside[0].reason


def test_a_flag_of_the_reader_keeps_a_figure_out() -> None:
    flagged = share("symptom:fever", 3, 10, flags=["percent-disagrees-with-count"])
    assert choose("symptom:fever", [flagged]).figure is None


def test_a_bound_is_no_figure() -> None:
    bound = {"measure": "outcome:response", "stat": "percent", "value": 80, "cmp": ">"}
    choice = choose("outcome:response", [bound])
    assert choice.figure is None
    assert "a bound" in choice.set_aside[0].reason


def test_the_treated_answer_for_the_treated() -> None:
    rows = [people(48), share("outcome:relapse", 17, 32, "prednisone"), share("outcome:relapse", 20, 48)]
    assert counts(choose("outcome:relapse", rows, "treated")) == (17, 32)
    assert counts(choose("outcome:relapse", rows)) == (20, 48)


def test_groups_of_the_treated_are_added_where_they_make_up_the_whole() -> None:
    arms = [
        share("outcome:relapse", 13, 16, "clarithromycin and prednisone"),
        share("outcome:relapse", 11, 21, "prednisone"),
    ]
    assert counts(choose("outcome:relapse", [people(37), *arms], "treated")) == (24, 37)
    assert counts(choose("outcome:relapse", [people(60), *arms], "treated")) == (11, 21)


def test_relapses_of_the_treated_are_at_least_so_many_of_all_where_the_claim_asks_for_both() -> None:
    rows = [people(87), share("outcome:relapse", 23, 73, "steroid-treated")]
    choice = choose("outcome:relapse", rows, at_risk=["all", "treated"])
    assert counts(choice) == (23, 87)
    assert choice.figure is not None and "at-least" in choice.figure.flags
    assert choose("outcome:relapse", rows, at_risk=["all"]).figure is None


def test_the_named_group_of_a_mixed_series_answers() -> None:
    rows = [people(100), people(76, "COP"), share("sex:female", 45, 76, "COP"), share("sex:female", 65, 100)]
    choice = choose("sex:male", rows, tier=2, title="Two kinds of organizing pneumonia")
    assert counts(choice) == (31, 76)


def test_the_whole_of_a_series_that_names_the_population_as_a_part_does_not_answer() -> None:
    rows = [people(100), people(76, "COP"), share("symptom:fever", 50, 100)]
    assert choose("symptom:fever", rows).figure is None


def test_the_one_count_that_a_percentage_of_a_stated_denominator_means() -> None:
    choice = choose(
        "outcome:relapse", [{"measure": "outcome:relapse", "stat": "percent", "value": 58, "denominator": 48}]
    )
    assert counts(choice) == (28, 48)
    assert choice.figure is not None and "derived-numerator" in choice.figure.flags


@pytest.mark.parametrize(("value", "total"), [(23, 25), (40, 2000)])
def test_no_count_is_made_up_where_none_or_several_would_do(value: float, total: int) -> None:
    row = {"measure": "outcome:relapse", "stat": "percent", "value": value, "denominator": total}
    choice = choose("outcome:relapse", [row])
    assert choice.figure is not None
    assert (choice.figure.numerator, choice.figure.pooled) == (None, False)


def test_all_patients_go_before_some_of_them() -> None:
    choice = choose("symptom:fever", [people(50), share("symptom:fever", 9, 30), share("symptom:fever", 12, 50)])
    assert counts(choice) == (12, 50)
    short = choose("symptom:fever", [people(50), share("symptom:fever", 9, 30)])
    assert short.figure is not None and "fewer-than-all" in short.figure.flags


def test_the_population_in_a_measures_name_is_no_other_measure() -> None:
    names = Vocabulary(people=("COP",))
    assert names.relation(names.name("outcome:relapse"), names.name("outcome:relapse of COP")) == "same"
    assert names.relation(names.name("outcome:death"), names.name("outcome:death from COP")) == "narrower"


# --- units


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (scale("mg", "kg", "daily", dose=True), scale("mg/kg/day", dose=True), True),
        (scale("mg", None, "daily", dose=True), scale("mg", "kg", "daily", dose=True), False),
        (scale("g", None, "daily", dose=True), scale("mg", None, "daily", dose=True), True),
        (scale("mg", None, "weekly", dose=True), scale("mg", None, "daily", dose=True), False),
        (scale("weeks"), scale("months"), True),
    ],
)
def test_only_like_amounts_are_compared(a: Any, b: Any, same: bool) -> None:
    assert (a.base == b.base) is same


def test_times_and_masses_are_converted() -> None:
    assert scale("weeks").factor == 7
    assert scale("years").factor / scale("months").factor == pytest.approx(12)
    assert scale("mg", None, "twice daily", dose=True).factor == 2
    assert scale("g", dose=True).factor == 1000
