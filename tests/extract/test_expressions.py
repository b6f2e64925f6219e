"""What one printed figure says, and which figures are no findings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extract.figures import kept, opened


@pytest.mark.parametrize(
    "text",
    [
        "Rash occurred in 33 of 197 patients (17%).",
        "Rash occurred in 17% (33/197).",
        "Rash occurred in 17% (33 of 197) of them.",
        "Rash: 33/197 (17%).",
    ],
)
def test_count_size_and_percentage_are_one_figure(text):
    (e,) = kept(text)
    assert (e.value, e.numerator, e.denominator) == (17, 33, 197)


def test_count_with_percentage():
    (e,) = kept("Twenty-four patients (21%) were readmitted.")
    assert (e.value, e.numerator, e.denominator) == (21, 24, None)


def test_mean_spread_and_range_hang_together():
    mean, sd, span = kept("The mean age was 61 ± 12 years (range 17-95).")
    assert (mean.value, sd.value, span.low, span.high) == (61, 12, 17, 95)
    assert sd.host is mean and span.host is mean and {e.unit.text for e in (mean, sd, span)} == {"years"}


@pytest.mark.parametrize("sign", ["±", "+/-", "+/−", "+-"])
def test_spellings_of_plus_minus(sign):
    assert [e.form for e in kept(f"Weight was 71.2 {sign} 8.4 kg.")] == ["value", "sd"]


def test_bracket_is_a_standard_deviation_once_declared():
    figures = kept("Mean (SD) scores were 15.5 (4.3) vs 21.5 (4.7) points.")
    assert [e.form for e in figures] == ["value", "sd", "value", "sd"] and {e.unit.text for e in figures} == {"points"}


def test_standard_error_is_no_standard_deviation():
    assert [e.form for e in kept("Changes (mean ± SE) were 1.9 ± 0.2 in the arm.")] == ["value"]


def test_standard_errors_said_once_for_the_whole_text():
    text = "Results are given as mean ± SEM. Weight rose by 2.4 [1.1] g and length by 5.2 ± 0.4 cm."
    assert [e.value for e in kept(text)] == [2.4, 5.2]


def test_interquartile_range_after_a_semicolon_list():
    median, span = kept("The median (IQR) stay was 8 (4, 12) days.")
    assert (median.value, span.low, span.high, span.label) == (8, 4, 12, "iqr")


def test_declared_interval_of_a_difference_is_dropped():
    assert [e.value for e in kept("The change (difference; 95% CI) was seen in weight (-2.9; -5.7, -1.1).")] == [-2.9]


def test_course_from_one_value_to_another_is_no_range():
    assert [e.value for e in kept("Pressure fell from 7.3 to 5.7 mmHg.")] == [7.3, 5.7]


def test_ratio_gives_both_sides():
    assert [(e.form, e.value) for e in kept("The M:F ratio was 23:10.")] == [("ratio", 23), ("ratio", 10)]


def test_list_shares_the_percent_sign():
    assert [(e.form, e.value) for e in kept("Relapse was seen in 12, 4 and 22%, respectively.")] == [
        ("percent", 12),
        ("percent", 4),
        ("percent", 22),
    ]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("There were 1.7/100,000 treatment years.", "per 100000 treatment years"),
        ("Rates were 5.2 vs 8.5 events per 100 patient-years.", "per 100 patient-years"),
        ("Admissions were 0.3/1000.", "per 1000"),
        ("Costs were $15,766.15 a year.", "$"),
    ],
)
def test_unit_of_rates_and_money(text, unit):
    assert {e.unit.text for e in kept(text)} == {unit}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Pain was 65 (1-99) mm.", "mm"),
        ("The difference was 0.6 [95% CI -12.3 to 13.5] mL.", "ml"),
        ("The mass was 12 × 9 cm.", "cm"),
    ],
)
def test_unit_behind_a_bracket_and_behind_several_sides(text, unit):
    assert {e.unit.text.lower() for e in kept(text) if e.unit} == {unit}
    assert all(e.unit for e in kept(text))


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Power was 315 [95% CI, 258-373] against 190 [95% CI, 144-236].", [("count", 315), ("count", 190)]),
        ("We enrolled 70 (45% female) people.", [("count", 70), ("percent", 45)]),
        ("Migraine returned with A (8/89 or 9.0%) and B (6/51, 11.8%).", [("percent", 9.0), ("percent", 11.8)]),
        ("The grade 3/4 toxicity was diarrhoea (18%).", [("percent", 18)]),
        ("More grade ≥3 events (32%) occurred.", [("percent", 32)]),
        ("The change was - 1.2 vs. - 0.6.", [("value", -1.2), ("value", -0.6)]),
        ("Use fell by 15,000, 15,000, or 33,000 IU.", [("value", 15000), ("value", 15000), ("value", 33000)]),
        ("It rose in weeks between visits with an increase from 49% to 64%.", [("percent", 49), ("percent", 64)]),
        ("Four-hundred three women took part.", [("count", 403)]),
        ("They took 40.000 IU or 1.250 U.", [("value", 40000), ("value", 1.25)]),
        ("The cardiac index was 1,6 L/min/m2 and lactate 3,1 mmol/L.", [("value", 1.6), ("value", 3.1)]),
        ("Filtration was 60 ml/min/1.73m2 at the end.", [("value", 60)]),
        ("Itch fell (mean [SE], 31.4% [1.7%] vs 8.8% [1.8%]).", [("percent", 31.4), ("percent", 8.8)]),
        ("The end points were: 1. Death; 2. Relapse in the ward.", []),
        ("There were 70 in group 2, and 72 in group 3.", [("count", 70), ("count", 72)]),
        ("At week 24 it fell in the drug group (5.91 ± 0.5%).", [("value", 5.91), ("sd", 0.5)]),
        ("It was alike in the two arms (10.6% vs. 12.3%).", [("count", 2), ("percent", 10.6), ("percent", 12.3)]),
        ("The change was −2.26 (±3.42) points.", [("value", -2.26), ("sd", 3.42)]),
        ("There was no effect on diarrhea (6% reduction).", [("count", 0), ("percent", 6)]),
        ("Drug A 840 mg for cycle 1 and 420 mg later.", [("value", 840), ("value", 420)]),
        ("All except 3 of the 40 patients stayed.", [("count", 37)]),
        ("All but two patients (83%) stayed.", [("percent", 83)]),
        ("Platelets were 12.2 x 10(9)/L and 180 × 10^3/uL.", [("value", 12.2), ("value", 180)]),
        ("Diffusion was 1.3 × 10−3 mm2/s, load 1.7 ×105 copies/mL.", [("value", 1.3), ("value", 1.7)]),
    ],
)
def test_what_belongs_together_and_what_does_not(text, figures):
    assert [(e.form, e.value) for e in kept(text)] == figures


def test_percentages_of_a_bracket_are_a_range():
    (e,) = kept("Fatigue was common (21% to 24%).")
    assert (e.form, e.low, e.high) == ("range", 21, 24)


@pytest.mark.parametrize(
    ("text", "cmp"),
    [
        ("up to 28 years", "<="),
        ("at least 24 months", ">="),
        ("more than 15 mg", ">"),
        ("< 20 mg", "<"),
        ("≤ 20 mg", "<="),
        ("almost 36%", "~"),
        ("∼80%", "~"),
        ("80%", "="),
        ("6 years or less", "<="),
        ("5 lesions or more", ">="),
        ("nearly half", "~"),
        ("4.5 years minimum", ">="),
        ("greater than or equal to 10 mg/kg", ">="),
        ("less than or equal to 60%", "<="),
        ("equal to or longer than 5 years", ">="),
        ("<or=20 mg", "<="),
        ("> or = 5 years", ">="),
        ("within 3 to 6 months", "="),
        ("from 1967 on, with up to 28 years", "<="),
        ("in the group to 52 months", "="),
        ("in America. 541 adults", "="),
    ],
)
def test_bounds(text, cmp):
    assert kept(f"It was {text}.")[0].cmp == cmp


def test_a_bound_belongs_to_the_figure_behind_it():
    few, share = kept("Patients with >5 lesions (73%) fared worse.")
    assert (few.value, few.cmp, share.value, share.cmp) == (5, ">", 73, "=")
    few, share = kept("Patients with>5 lesions (73%) fared worse.")
    assert (few.value, few.cmp, share.value, share.cmp) == (5, ">", 73, "=")
    assert [e.cmp for e in kept("It rose from 0.1 ± 0.3 up to 1.9 ± 2.0 lesions.")] == ["=", "=", "=", "="]
    assert kept("The minimum follow-up after fusion was 2 years.")[0].cmp == ">="


@pytest.mark.parametrize(
    "text",
    [
        "Survival differed (p = 0.03).",
        "The benefit was clear (P<.001).",
        "with a 95% CI of 1.2 to 3.4",
        "hazard ratio 0.63",
        "OR = 2.1",
        "an AUC of 0.91",
        "AUC 0.91/0.88/0.93",
        "between 1984 and 2003",
        "in March 2011",
        "from January to April, 2012",
        "grade 3 toxicity",
        "FEV(1) and PC(20)",
        "sensitivity of 80%",
        "every 4 weeks",
        "r = 0.45",
        "0.5% bupivacaine",
        "NCT01234567",
        "the antagonist GR 55562",
        "(normal range, 0-5 mg/L)",
        "(normal: <40)",
        "[reference 100–300 × 109/L]",
    ],
)
def test_not_findings(text):
    assert kept(text) == []


def test_enumerators_are_not_counts():
    assert kept("We compared: 1) rest; 2) walking; and 3) swimming.") == []


def test_subgroup_sizes_after_enumerators_stay():
    assert [e.value for e in kept("We compared: 1) rest (n = 15); 2) walking (n = 39).")] == [15, 39]


SNIPPETS = st.lists(
    st.sampled_from(
        [
            "33",
            "(17%)",
            "of",
            "197",
            "patients",
            "±",
            "12",
            "years",
            "(range",
            "17-95)",
            "vs",
            "and",
            ",",
            ";",
            "n =",
            "<",
            "mean",
            "(SD)",
            "95% CI",
            "1.2",
            "mg/kg",
            "/",
            "per 1000",
            "all",
            "none",
            "half",
            "two",
            "p = 0.04",
            ":",
            "[",
            "]",
            ")",
            "(",
            "to",
            "−3",
            "$",
            ".",
            "\n",
        ]
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=200), SNIPPETS, SNIPPETS.map(lambda s: s.replace(" ", ""))))
def test_any_text_gives_spans_that_hold_their_number(text):
    figures = opened(text)[1]
    for e in figures:
        assert 0 <= e.start < e.end <= len(text)
        assert any(c.isalnum() for c in text[e.start : e.end])
    again = opened(text)[1]
    assert [(e.form, e.start, e.value, e.low, e.drop) for e in figures] == [
        (e.form, e.start, e.value, e.low, e.drop) for e in again
    ]


def test_the_level_of_an_interval_lends_no_percent_sign():
    score = kept("The score was alike (mean, 68.0; 95% CI, 67.4-68.6).")[0]
    assert (score.value, score.form, score.unit) == (68, "count", None) and "percent-unit" not in score.tags


def test_units_do_not_pass_from_one_bracket_to_another():
    text = "MCH (A 0.1 ± 0.4; B 0.2 ± 0.3 pg), creatinine (A 0.0 ± 0.1; B 0.1 ± 0.2 mg/dL)"
    units = [e.unit.text if e.unit else None for e in kept(text) if e.form == "value"]
    assert units == ["pg", "pg", "mg/dL", "mg/dL"]
    assert [e.unit.text if e.unit else None for e in kept("with 2.4 g of A and 1.9×107 spores of B")][:2] == ["g", None]


def test_a_line_may_break_within_a_figure_and_not_between_sections():
    assert [(e.form, e.value) for e in kept("It was 145\n± 14 mmHg at the end.")] == [("value", 145), ("sd", 14)]
    assert [e.value for e in kept("We saw 12\nPatients (25%) came.")][:1] == [12]


def test_two_numbers_around_a_figure_are_its_interval_where_the_text_speaks_of_intervals():
    text = "The rate was 122.8 (90.7; 166.1), lower by 3.2, 95% confidence interval (0.1; 6.3)."
    assert [e.value for e in kept(text)] == [122.8, 3.2]


def test_an_age_range_behind_a_number_of_people_is_no_spread_of_it():
    people, ages = kept("Sixty-two patients (25-40 years) were seen.")
    assert people.unit is None and ages.host is None


def test_a_year_before_a_colon_is_no_count() -> None:
    figures = kept("Resistance fell (2007: 86.2%; 2009: 58.8%).")
    assert [(e.value, e.numerator) for e in figures if e.form == "percent"] == [(86.2, None), (58.8, None)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("C-peptide (ng/mL) was alike in women and men (4.55 and 4.74).", ["ng/mL", "ng/mL"]),
        ("The clearance (mL/min/1.73 m2) fell by 18.2 in A.", ["mL/min/1.73 m2"]),
        ("It was 5.5 in (a) women and 4.4 in (d) men.", [None, None]),
        ("Healing took a mean of 78 ± 42 (15 to 163) months.", ["months", "months", "months"]),
        ("The rise was 0.6 ± 0.2 mmHg and serum superoxide (5711 ± 284 U/ml).", ["mmHg", "mmHg", "U/ml", "U/ml"]),
        ("They walked (150.7 minutes), ate red meat (1.2 slices).", ["minutes", None]),
        ("Vitamin D was 58.0 ± 15.1 ng/ml. %Tregs were 4.8 ± 1.4.", ["ng/ml", "ng/ml", None, None]),
        ("The mean age was 64.4 ± 10.7, 73% of them were men.", [None, None, None]),
        ("Systolic pressures were in the 90s.", [None]),
    ],
)
def test_units_pass_only_between_figures_of_one_measure(text: str, units: list[str | None]) -> None:
    assert [e.unit.text if e.unit else None for e in kept(text)] == units


def test_a_percentage_behind_a_mean_lends_it_no_sign() -> None:
    mean, spread, share = kept("The mean age was 64.4 ± 10.7, 73% of them were men.")
    assert "percent-unit" not in mean.tags + spread.tags and share.form == "percent"


def test_a_bracket_said_to_hold_a_deviation_holds_one() -> None:
    mean, spread = kept("The mean (SD) age was 50 (10) years.")
    assert (mean.value, spread.form, spread.value, spread.host) == (50, "sd", 10, mean)
