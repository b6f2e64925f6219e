"""Claims against whole studies: estimates, verdicts, what is set aside, and what stays the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.claim import Claim
from reports.compare import ClaimResult, compare, cross_check, named_causes
from tests.reports.frames import COP, claim, frames, people, real_frames, record, share


def judge(one: Claim, *studies: Any, **settings: Any) -> ClaimResult:
    return compare([one], *frames(*studies), COP, **settings)[0]


def series(name: str, events: int, total: int, measure: str = "symptom:fever", **fields: Any) -> Any:
    return record(name, **fields), [share(measure, events, total)]


FOUR = [series("a", 10, 40), series("b", 12, 40), series("c", 20, 60), series("d", 30, 100)]


def test_a_proportion_is_pooled_and_judged() -> None:
    result = judge(claim("symptom:fever", value=30), *FOUR)
    assert (result.verdict, result.k, result.K, result.n) == ("agrees", 4, 4, 240)
    assert result.estimate is not None
    assert (result.estimate.method, result.estimate.df, result.estimate.events) == ("GLMM", 3, 72)
    assert {"crude", "REML", "DL", "GLMM, normal interval"} <= {method.method for method in result.other_methods}
    assert [one.method for one in result.leave_one_out] == ["without a", "without b", "without c", "without d"]


def test_the_method_that_reproduces_the_stated_figure_is_named() -> None:
    studies = [series("a", 0, 10), series("b", 12, 40), series("c", 90, 100)]
    result = judge(claim("symptom:fever", value=68), *studies)
    assert result.reproduced_by == ["crude"]
    assert judge(claim("symptom:fever", value=30), *studies).reproduced_by == ["median of the studies"]
    spread = claim("symptom:fever", value=None, low=0, high=90)
    assert judge(spread, *studies).reproduced_by == ["range of the studies"]
    assert judge(claim("symptom:fever", value=68, cmp="<"), *studies).reproduced_by == []


def test_every_figure_carries_its_sentence() -> None:
    text = "Fever occurred in 10 of 40 patients. Nothing else did."
    finding = share("symptom:fever", 10, 40, start=18, end=26, sentence_start=0, sentence_end=36)
    result = judge(claim("symptom:fever", value=30), (record("a", text=text), [finding]))
    figure = result.studies[0]
    assert figure.sentence == text[:36]
    assert figure.sentence[figure.start : figure.end] == "10 of 40"


def test_silence_says_how_many_studies_were_looked_at() -> None:
    result = judge(claim("symptom:hemoptysis", value=5, cmp="<"), *FOUR)
    assert (result.verdict, result.k, result.K) == ("silent", 0, 4)
    assert "none of 4 studies" in result.reason
    assert "left" not in result.reason and "full texts" in result.caution


def test_retracted_studies_are_out_with_their_notice() -> None:
    retracted = series("x", 90, 100, retracted=True, notices=["retracted (PMID 1)"])
    result = judge(claim("symptom:fever", value=30), *FOUR, retracted)
    assert result.k == 4
    assert [(f.record_id, f.reason) for f in result.set_aside] == [("x", "retracted (PMID 1)")]


def test_studies_selected_on_the_outcome_are_out_with_the_reason() -> None:
    excluded = claim("symptom:fever", value=30, exclude_studies={"pmid:7": "chosen for fever"})
    result = judge(excluded, *FOUR, series("x", 9, 9, pmid="7"))
    assert result.k == 4
    assert result.set_aside[0].reason == "left out of this claim: chosen for fever"


def test_duplicates_are_out() -> None:
    result = judge(claim("symptom:fever", value=30), *FOUR, series("x", 10, 40, duplicate_of="a"))
    assert (result.k, result.set_aside[0].reason) == (4, "the same report as a")


def test_case_reports_feed_no_frequency() -> None:
    result = judge(claim("symptom:fever", value=30), *FOUR, series("x", 1, 1, design="case report"))
    assert (result.k, result.K) == (4, 4)


def test_overlapping_cohorts_are_flagged_and_an_estimate_without_them_is_shown() -> None:
    shared = {"authors": ["Ito A", "Sato B"], "year": 2011}
    studies = [*FOUR[:2], series("c", 20, 60, **shared), series("d", 30, 100, **shared)]
    result = judge(claim("symptom:fever", value=30), *studies)
    assert any("c" in notice and "d" in notice and "2 shared authors" in notice for notice in result.notices)
    assert [f.record_id for f in result.studies if "overlap" in f.flags] == ["c", "d"]
    without = next(m for m in result.other_methods if m.method == "GLMM without overlapping cohorts")
    assert (without.k, without.n) == (3, 180)


def test_cohorts_of_other_years_do_not_overlap() -> None:
    names = ["Ito A", "Sato B"]
    studies = [
        series("c", 20, 60, authors=names, text="Patients seen from 1990 to 1999."),
        series("d", 30, 100, authors=names, text="Patients seen from 2000 to 2010."),
    ]
    assert judge(claim("symptom:fever", value=30), *studies).notices == []


def test_the_treated_are_shown_beside_all() -> None:
    rows = [people(50), share("outcome:relapse", 10, 50), share("outcome:relapse", 9, 30, "prednisone")]
    result = judge(claim("outcome:relapse", value=25, cmp="<", at_risk=["all", "treated"]), (record("a"), rows))
    assert (result.at_risk, result.studies[0].numerator) == ("all", 10)
    assert [(a.label, a.studies[0].numerator) for a in result.analyses] == [("among those at risk: treated", 9)]


def test_the_wider_population_is_shown_apart_where_the_first_is_thin() -> None:
    wider = series("w", 30, 60, tier=2, title="Organizing pneumonia of any cause")
    result = judge(claim("symptom:fever", value=30), FOUR[0], wider)
    assert (result.verdict, result.k) == ("thin", 1)
    assert [analysis.label for analysis in result.analyses] == ["wider population: organizing pneumonia"]
    assert [f.record_id for f in result.analyses[0].studies] == ["a", "w"]


def test_studies_that_are_all_at_zero_give_the_exact_limit() -> None:
    result = judge(claim("symptom:fever", value=5, cmp="<"), *(series(x, 0, 60) for x in "abc"))
    assert result.estimate is not None
    assert (result.estimate.method, result.estimate.value, result.verdict) == ("exact", 0, "agrees")
    assert [method.method for method in result.other_methods] == ["crude"]


# --- means, extremes


def age(stat: str, **fields: Any) -> dict[str, Any]:
    return {"measure": "age", "stat": stat, "unit": "years", **fields}


def test_mean_ages_are_pooled_from_what_is_printed() -> None:
    studies = [
        (record("a"), [people(40), age("mean", value=56), age("sd", value=12)]),
        (record("b"), [people(60), age("median", value=57), age("iqr", low=48, high=66)]),
        (record("c"), [people(50), age("median", value=55), age("range", low=25, high=84)]),
        (record("d"), [people(30), age("mean", value=58)]),
    ]
    result = judge(claim("age", stat="mean", kind="age", low=50, high=60, unit="years"), *studies)
    assert (result.verdict, result.k, result.n) == ("agrees", 4, 150)
    assert result.estimate is not None and result.estimate.k == 3
    shown = {f.record_id: f for f in result.studies}
    assert "mean-from-median" in shown["b"].flags
    assert (shown["d"].pooled, "shown, not pooled" in shown["d"].reason) == (False, True)


def test_age_range_names_the_study_outside() -> None:
    studies = [(record(x), [age("range", low=30, high=80)]) for x in "abc"]
    one = claim("age", stat="range", kind="age", low=17, high=95, unit="years")
    assert judge(one, *studies).verdict == "agrees"
    child = (record("child", design="case report"), [age("value", value=12)])
    result = judge(one, *studies, child)
    assert result.verdict == "differs"
    assert "child (12-12)" in result.reason
    assert result.estimate is not None and (result.estimate.low, result.estimate.high) == (12, 80)


# --- regimens


def dose(value: float, **fields: Any) -> dict[str, Any]:
    given = {"unit": "mg", "drug": "prednisone", "frequency": "daily", **fields}
    return {"measure": "dose", "stat": "value", "value": value, **given}


def test_doses_are_compared_in_like_amounts() -> None:
    amount = {"unit": "mg", "per": "kg", "drug": "prednisone", "frequency": "daily"}
    one = claim("dose", stat="range", kind="dose", low=0.5, high=1, **amount)
    studies = [
        (record("a"), [dose(0.75, per="kg")]),
        (record("b"), [dose(1, per="kg", drug="prednisolone")]),
        (record("c"), [dose(2, per="kg")]),
        (record("d"), [dose(60)]),
        (record("e"), [dose(0.5, per="kg", drug="azathioprine")]),
        (record("f"), [dose(0.8, per="kg", measure="dose:causal agent")]),
    ]
    result = judge(one, *studies)
    assert [(f.record_id, f.inside) for f in result.studies] == [("a", True), ("b", True), ("c", False)]
    assert result.verdict == "agrees"
    assert "cannot be turned into mg/kg/day" in result.set_aside[0].reason


def test_times_are_converted_and_rarely_is_turned_round() -> None:
    one = claim("time:to improvement", stat="value", kind="time", value=10, cmp=">", unit="days", qualifier="rarely")
    rows = {"a": (48, "hours"), "b": (1, "weeks"), "c": (3, "weeks")}
    studies = [
        (record(x), [{"measure": "time:to improvement", "stat": "mean", "value": v, "unit": u}])
        for x, (v, u) in rows.items()
    ]
    result = judge(one, *studies)
    assert [(f.value, f.inside) for f in result.studies] == [(2, True), (7, True), (21, False)]
    assert result.verdict == "agrees"
    assert "usually <= 10" in result.reason


# --- one study, causes, what is only shown


def test_the_figure_of_a_cited_study_is_looked_up_there() -> None:
    one = claim("incidence", kind="rate", stat="rate", value=1.1, unit="per 100000 person-years", cites=["16"],
                condition="nationwide study in Iceland")  # fmt: skip
    row = {"measure": "incidence", "group": "COP", "stat": "rate", "value": 1.1, "unit": "per 100,000 population"}
    there = (record("a", title="Organizing pneumonia in Iceland", tier=2), [row])
    elsewhere = (record("b", title="A registry in Spain", tier=2), [{**row, "value": 7.6}])
    assert judge(one, there, elsewhere).verdict == "agrees"
    missing = judge(one, elsewhere)
    assert (missing.verdict, missing.reason) == ("undecided", "the cited study is not among the records")
    assert judge(one, elsewhere, cited={one.id: "b"}).verdict == "differs"


def test_a_cause_with_a_study_and_one_without() -> None:
    rows = [share("cause:amiodarone", 2, 20)]
    study = (record("a", tier=2, title="Organizing pneumonia of known cause"), rows)
    found = judge(claim("cause:amiodarone", kind="cause", stat="present"), study)
    assert (found.verdict, found.k, found.n) == ("agrees", 1, 2)
    assert judge(claim("cause:bleomycin", kind="cause", stat="present"), study).verdict == "silent"


def test_a_title_that_blames_the_cause_counts_as_a_study() -> None:
    title = "Organizing pneumonia due to nitrofurantoin: a case"
    study = (record("a", tier=2, title=title, text=title + "\nA woman.", design="case report"), [])
    result = judge(claim("cause:nitrofurantoin", kind="cause", stat="present"), study)
    assert (result.verdict, result.studies[0].sentence) == ("agrees", title)


def test_causes_that_studies_name_and_the_review_does_not() -> None:
    rows = [share("cause:amiodarone", 2, 20), share("cause:sirolimus", 3, 20), share("cause:idiopathic", 5, 20)]
    listed = [claim("cause:amiodarone", kind="cause", stat="present")]
    found = named_causes(listed, *frames((record("a", tier=2), rows)))
    assert [(cause.name, cause.cases) for cause in found] == [("sirolimus", 3)]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "qualitative"},
        {"value": 30, "checkable": "no"},
        {"value": 30, "checkable": "fulltext"},
        {"value": 30, "condition": "factor associated with relapse"},
    ],
)
def test_what_a_program_must_not_judge_is_shown(fields: dict[str, Any]) -> None:
    result = judge(claim("symptom:fever", **fields), *FOUR)
    assert (result.verdict, result.k) == ("not judged", 4)


# --- documents against each other


def test_documents_that_contradict_each_other_are_set_against_each_other() -> None:
    claims = [
        claim("outcome:relapse", id="one", doc="a", value=25, cmp="<"),
        claim("outcome:recurrence", id="two", doc="b", value=70, cmp="~"),
        claim("duration:taper", id="three", doc="a", stat="range", kind="duration", low=2, high=4, unit="weeks"),
        claim("duration:taper", id="four", doc="b", stat="range", kind="duration", low=1, high=3, unit="months"),
        claim("outcome:death", id="five", doc="b", value=10),
    ]
    found = [(c.first, c.second, c.compatible) for c in cross_check(claims)]
    assert found == [("one", "two", False), ("three", "four", False)]
    results = {r.claim.id: r for r in compare(claims, *frames(*FOUR), COP)}
    assert results["one"].conflicts == ["two"]
    assert results["five"].conflicts == []


# --- the same answer every time


def test_the_order_of_the_rows_does_not_matter() -> None:
    records, findings = frames(*FOUR, series("e", 3, 9, authors=["Ito A", "Sato B"]))
    one = [claim("symptom:fever", value=30)]
    first = compare(one, records, findings, COP)
    again = compare(one, records.iloc[::-1], findings.sample(frac=1, random_state=1), COP)
    assert first[0].to_dict() == again[0].to_dict()


def test_a_result_survives_json() -> None:
    treated = share("outcome:relapse", 23, 73, "steroid-treated")
    rows = [people(87), treated, share("outcome:relapse", 0, 11, "macrolide")]
    one = claim("outcome:relapse", value=25, cmp="<", at_risk=["all", "treated"])
    result = judge(one, (record("a"), rows), *(series(x, 5, 20, "outcome:relapse") for x in "bcd"))
    assert ClaimResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_no_studies_at_all() -> None:
    records, findings = frames()
    (result,) = compare([claim("symptom:fever", value=30)], records, findings, COP)
    assert (result.verdict, result.K) == ("silent", 0)


# --- the worked example, on the findings of real abstracts


@pytest.fixture(scope="module")
def relapse(shared: Path) -> ClaimResult:
    lines = [json.loads(line) for line in (shared / "cop" / "studies.jsonl").read_text().splitlines()]
    out = dict.fromkeys(("restated:spiteri1992", "restated:surg24"), "selected")
    one = claim("outcome:relapse", value=25, cmp="<", at_risk=["all", "treated"], exclude_studies=out,
                condition="during or after glucocorticoid treatment")  # fmt: skip
    (result,) = compare([one], *real_frames(lines), COP)
    return result


def test_relapse_of_all_patients(relapse: ClaimResult) -> None:
    pooled = {f.record_id.partition(":")[2]: (f.numerator, f.denominator) for f in relapse.studies if f.pooled}
    assert pooled == {"lazor2000": (28, 48), "saito2019": (10, 33), "zhang2020": (35, 176), "zhou2019": (23, 87)}
    assert relapse.estimate is not None
    assert (relapse.estimate.events, relapse.estimate.n) == (96, 344)
    # R: rma.glmm(measure="PLO", xi=c(28,10,35,23), ni=c(48,33,176,87), nAGQ=7, test="t")
    figures = (relapse.estimate.value, relapse.estimate.low, relapse.estimate.high)
    assert figures == pytest.approx((0.318784, 0.139762, 0.574085), abs=1e-4)
    normal = next(m for m in relapse.other_methods if m.method == "GLMM, normal interval")
    assert (normal.low, normal.high) == pytest.approx((0.196094, 0.473067), abs=1e-4)


def test_relapse_of_the_treated_is_shown_beside(relapse: ClaimResult) -> None:
    (treated,) = [a for a in relapse.analyses if a.label.endswith("treated")]
    figures = {f.record_id.partition(":")[2]: (f.numerator, f.denominator) for f in treated.studies}
    assert figures["barroso2007"] == (18, 32)
    assert figures["zhang2020"] == (35, 53)
    assert figures["zhou2019"] == (23, 73)
    assert figures["radzikowska2016"] == (17, 32)


def test_percentages_without_a_denominator_stay_empty(relapse: ClaimResult) -> None:
    shown = {f.record_id.partition(":")[2]: f for f in [*relapse.studies, *relapse.set_aside]}
    assert (shown["yoo2011"].numerator, shown["yoo2011"].denominator) == (None, None)
