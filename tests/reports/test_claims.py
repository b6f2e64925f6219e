"""Reading a review: sentences and whole reviews (invented, in reviews/) in, claims out.

Each line of reviews/NAME.tsv is a place in reviews/NAME.txt and what it claims: measure (for a dose: drug, kg,
frequency), value or low-high, comparator, unit.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.claim import COMPARATORS, KINDS, STATS, Claim
from reports.claims import parse, parse_all, read_document

REVIEWS = Path(__file__).parent / "reviews"
CLOSED = {"sex", "smoking", "cause", "treatment", "age", "incidence", "prevalence", "participants", "records", "dose"}


def only(text: str) -> Claim:
    (claim,) = parse(text, "review.txt")
    return claim


def words(name: str) -> set[str]:
    return {w.rstrip("s") for w in re.findall(r"[a-z0-9-]+", name.lower())} - {
        "of",
        "in",
        "to",
        "the",
        "and",
        "at",
        "mean",
        "median",
        "range",
    }


def same_measure(expected: str, claim: Claim) -> bool:
    kind, _, name = expected.partition(":")
    kind = kind.split()[0]
    got, _, got_name = claim.measure.partition(":")
    if kind == "dose":
        drug, *rest = expected.split()[1:]
        frequency = next((w for w in rest if w.endswith("ly")), None)
        return (
            got == "dose"
            and drug in (claim.drug or "")
            and ("kg" in rest) == (claim.per == "kg")
            and frequency in (None, claim.frequency)
        )
    if {kind, got} & CLOSED and kind != got:
        return False
    a, b = words(name), words(got_name)
    return a <= b or b <= a or len(a & b) / len(a | b) >= 0.5


def figure(claim: Claim) -> str:
    return (
        f"{claim.value:g}"
        if claim.value is not None
        else f"{claim.low:g}-{claim.high:g}"
        if claim.low is not None
        else ""
    )


@pytest.mark.parametrize("name", ["arteritis", "neuropathy", "endocarditis", "sarcoidosis"])
def test_a_review_of_another_disease_is_read(name: str) -> None:
    text = read_document(REVIEWS / f"{name}.txt")
    claims = parse(text, name)
    problems, used = Counter[str](), set()
    lines = (REVIEWS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        snippet, measure, number, cmp, unit = (
            field.replace("\\n", "\n") for field in (line + "\t\t\t\t").split("\t")[:5]
        )
        at = text.index(snippet)
        here = [
            i
            for i, c in enumerate(claims)
            if i not in used
            and c.start is not None
            and c.start < at + len(snippet)
            and at < c.end
            and number in ("*", figure(c))
        ]
        if not here:
            problems["missed"] += 1
            continue
        best = max(here, key=lambda i: same_measure(measure, claims[i]))
        used.add(best)
        claim = claims[best]
        problems["measure"] += not same_measure(measure, claim)
        problems["bound"] += cmp not in ("", "*", claim.cmp)
        problems["unit"] += bool(number) and unit not in ("*", claim.unit or "")
    problems["spurious"] += len(claims) - len(used)
    assert problems["missed"] == problems["spurious"] == problems["bound"] == problems["unit"] == 0
    assert problems["measure"] <= 0.04 * len(lines)


@pytest.mark.parametrize(
    ("text", "value", "cmp"),
    [
        ("Relapse occurs in less than 25% of patients.", 25, "<"),
        ("Hemoptysis is rare (<5%).", 5, "<"),
        ("Lung volumes are normal in up to 25% of patients.", 25, "<="),
        ("The 5-year survival rate exceeds 90%.", 90, ">"),
        ("Approximately 54% of patients have fever.", 54, "~"),
        ("Fever occurs in about one-third of patients.", 33.3, "~"),
        ("Relapse occurs in at least 10% of patients.", 10, ">="),
        ("Death occurs in 12% of patients.", 12, "="),
        ("Pain is reported by more than half of the patients.", 50, ">"),
        ("Fever occurs in one in five patients.", 20, "="),
    ],
)
def test_bounds_and_number_words(text: str, value: float, cmp: str) -> None:
    claim = only(text)
    assert (claim.stat, claim.value, claim.cmp) == ("percent", value, cmp)


def test_a_range_has_two_ends() -> None:
    claim = only("Myalgia is reported in 10 to 15% of cases.")
    assert (claim.low, claim.high, claim.value, claim.measure) == (10, 15, None, "symptom:myalgia")


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        (
            "Common symptoms include dry cough (in 71% of cases) and dyspnea (62%).",
            ["symptom:dry cough", "symptom:dyspnea"],
        ),
        ("About 40% of patients are men, and 30% have never smoked.", ["sex:male", "smoking:never"]),
        (
            "Of the patients, 20% need mechanical ventilation and 5% die.",
            ["treatment:mechanical ventilation", "outcome:death"],
        ),
        ("Fever occurs in 30% of men and in 10% of women.", ["symptom:fever", "symptom:fever"]),
        ("Remission was seen in 56% of patients as compared with 14% in the placebo group.", ["outcome:remission"] * 2),
        ("Gallstones account for 40% of cases, and alcohol for 30%.", ["cause:gallstone", "cause:alcohol"]),
        ("The disease is caused by drugs in 5% of cases.", ["cause:drug"]),
        ("Treatment reduced relapses by 30%.", ["measurement:change in relapse"]),
        ("Blood cultures are negative in 10% of cases.", ["finding:negative blood culture"]),
        ("An ejection fraction of less than 45% is ominous.", ["measurement:ejection fraction"]),
        ("The ratio of women to men is 3:1.", ["sex:female", "sex:male"]),
    ],
)
def test_what_a_percentage_is_of(text: str, measures: list[str]) -> None:
    assert [claim.measure for claim in parse(text, "r")] == measures


def test_a_dose_has_its_drug_weight_frequency_and_route() -> None:
    start, most = parse(
        "The usual starting dose is 0.5 to 1 mg of prednisone per kilogram of body weight per day, up"
        " to a maximum "
        "of 60 mg per day, given as a single oral dose.",
        "r",
    )
    assert (start.low, start.high, start.unit, start.drug, start.per, start.frequency) == (
        0.5,
        1,
        "mg",
        "prednisone",
        "kg",
        "daily",
    )
    assert (most.value, most.cmp, most.drug, most.frequency, most.route) == (60, "<=", "prednisone", "daily", "oral")


@pytest.mark.parametrize(
    ("text", "frequency", "route"),
    [
        ("Tocilizumab, 162 mg subcutaneously once a week, is given.", "weekly", "subcutaneous"),
        ("Azithromycin (500 mg three times weekly) is given.", "three times weekly", None),
        ("Rivaroxaban is given at a dose of 15 mg twice daily.", "twice daily", None),
        ("Natalizumab, 300 mg intravenously every 4 weeks, is given.", "every 4 weeks", "intravenous"),
    ],
)
def test_how_often_and_how_a_dose_is_given(text: str, frequency: str, route: str | None) -> None:
    claim = only(text)
    assert (claim.measure, claim.frequency, claim.route) == ("dose", frequency, route)


def test_a_bound_after_the_dose_counts() -> None:
    claim = only("Most relapses occur when the prednisone dose is reduced to 15 mg per day or less.")
    assert (claim.cmp, claim.expr) == ("<=", "15 mg per day or less")


@pytest.mark.parametrize(
    ("text", "measure", "cmp"),
    [
        ("Improvement begins within 24 to 72 hours.", "time:to improvement", "="),
        ("Recovery is complete within 3 months.", "time:to recovery", "<="),
        ("Prednisone is tapered over a period of 9 to 12 months.", "duration:taper", "="),
        ("The length of stay is usually less than 3 weeks.", "duration:hospital stay", "<"),
        ("The incubation period ranges from 2 to 21 days.", "duration:incubation period", "="),
        ("Relapse usually occurs within the first year after diagnosis.", "time:to relapse", "<="),
    ],
)
def test_times_and_durations(text: str, measure: str, cmp: str) -> None:
    claim = only(text)
    assert (claim.measure, claim.cmp) == (measure, cmp)


def test_a_hedge_before_a_bound_is_kept() -> None:
    assert only("Improvement takes rarely >10 days.").qualifier == "rarely"


def test_ages_with_their_spread() -> None:
    mean, extremes = parse("The mean age at diagnosis is 50 to 60 years (range, 17 to 95).", "r")
    assert (mean.stat, mean.low, mean.high, extremes.stat, extremes.low, extremes.high) == (
        "mean",
        50,
        60,
        "range",
        17,
        95,
    )
    assert mean.measure == extremes.measure == "age" and extremes.unit == "years"


def test_rates_name_what_they_are_over() -> None:
    yearly, ever = parse(
        "The annual incidence was 1.10 cases per 100,000 persons. A prevalence of 6.7 cases per"
        " 100,000 hospital "
        "admissions was reported.",
        "r",
    )
    assert (yearly.measure, yearly.value, yearly.unit) == ("incidence", 1.1, "per 100000 person-years")
    assert (ever.measure, ever.unit) == ("prevalence", "per 100000 hospital admissions")


def test_counts_of_patients_and_studies() -> None:
    claims = parse(
        "In 37 published reports that involved a total of 1490 patients, all was seen. No randomized"
        " trials have been "
        "performed.",
        "r",
    )
    assert [(c.measure, c.value) for c in claims] == [
        ("records:published report", 37),
        ("participants", 1490),
        ("records:randomized trial", 0),
    ]


def test_each_figure_has_the_citations_that_follow_it() -> None:
    first, second = parse("The prevalence was 5% in one study17 and 10% in another.18,20-22", "r")
    assert (first.cites, second.cites) == (["17"], ["18", "20-22"])


@pytest.mark.parametrize(
    "text",
    [
        "The difference was significant (P<0.05).",
        "The sensitivity of biopsy is 77%.",
        "Death was rarer (hazard ratio, 0.54).",
        "This was shown in 2019.",
        "A 45-year-old man presents with a 3-week history of cough; 20% of his weight is lost.",
        "See Table 2 and Figure 3.",
        "Type II cells express CD20 and MMP-2.",
        "Visits took place every 3 months.",
    ],
)
def test_what_is_no_claim(text: str) -> None:
    assert parse(text, "r") == []


def test_causes_come_from_a_table_with_their_categories() -> None:
    text = (
        "Table 1. Causes of Acute Colitis.*\n\nInfection\n\nBacteria: Shigella sonnei, Campylo-\nbacter jejuni\n\n"
        "Transplantation: liver, bone marrow\n\nIschemia after surgery\n\n* Data are from Doe.3,4\n"
    )
    claims = parse(text, "r")
    assert [(c.measure, c.category) for c in claims][:2] == [
        ("cause:shigella sonnei", "bacteria"),
        ("cause:campylobacter jejuni", "bacteria"),
    ]
    assert [c.measure for c in claims][2:4] == ["cause:liver transplantation", "cause:bone marrow transplantation"]
    assert "cause:infection" not in {c.measure for c in claims}
    assert all(c.value is None and c.cites == ["3", "4"] and c.group == "acute colitis" for c in claims)


def test_a_list_in_a_sentence_gives_causes_where_there_is_no_table() -> None:
    claims = parse("Pericarditis may be due to viral infection, uremia, radiation, or cancer.", "r")
    assert [c.measure for c in claims] == ["cause:viral infection", "cause:uremia", "cause:radiation", "cause:cancer"]


def test_offsets_point_into_the_text_as_read() -> None:
    text = "Relapse oc-\ncurs in less \nthan 25% of pa-\ntients."
    claim = only(text)
    assert text[claim.start : claim.end] == claim.expr == "less \nthan 25%"


def test_figures_that_are_set_aside_are_listed_with_the_reason() -> None:
    parsed = parse_all("The sensitivity of biopsy is 77%.", "r")
    assert [(u.expr, u.reason) for u in parsed.unread] == [("77%", "test accuracy or confidence level")]


def test_a_second_parse_gives_the_same_claims_with_the_same_ids() -> None:
    text = read_document(REVIEWS / "arteritis.txt")
    once = parse(text, "a")
    assert once == parse(text, "a")
    assert len({claim.id for claim in once}) == len(once)
    shifted = parse("Giant-Cell Arteritis\n\nA new opening paragraph about giant-cell arteritis (GCA).\n\n" + text, "a")
    assert {claim.id for claim in once} == {claim.id for claim in shifted}


PIECES = st.sampled_from(
    [
        "fever ",
        "in ",
        "20% ",
        "(",
        ")",
        "of patients ",
        "<5",
        "10 to ",
        "mg ",
        "per day",
        ".18,2 ",
        "\n",
        "-\n",
        "half ",
        "Table 1. Causes of ",
        ": ",
        ", ",
        "range, 2 to 9",
        "and ",
        "within 3 months ",
        "0 ",
        "P<",
        "3:1 ",
        "ratio ",
        "1,490 ",
        "%",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_text_is_parsed_into_valid_claims(text: str) -> None:
    for claim in parse(text, "r"):
        assert claim.cmp in COMPARATORS and claim.stat in STATS and claim.kind in KINDS
        assert claim.start is not None and claim.end is not None and 0 <= claim.start < claim.end <= len(text)
        assert claim.low is None or claim.high is None or claim.low <= claim.high


def test_the_development_reviews_reach_the_level_asked_for(shared: Path) -> None:
    import json

    from tests.reports.claim_score import number_and_measure

    gold = [json.loads(line) for line in (shared / "cop" / "claims.gold.jsonl").open(encoding="utf-8")]
    predicted = [c for path in sorted((shared / "seeds").glob("*.txt")) for c in parse(read_document(path), path.name)]
    number, measure, causes = number_and_measure(gold, predicted)
    assert number >= 0.90 and measure >= 0.80 and causes >= 0.85
