"""Figures whose class their own words settle."""

from __future__ import annotations

import pytest

from extract.features import Reader
from extract.plain import ages_too, fared, is_age, is_plan, is_share, smokers, symptom_counted
from extract.reading import open_reader


def opened(text: str) -> Reader:
    return open_reader(text, [(0, len(text), "RESULTS")])


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("The sex ratio was 3:2 and the median age was 61.", [61]),
        ("The mean (SD) age was 63.2 (11.4) years.", [63.2]),
        ("The mean age of the patients was 54.", [54]),
        ("The mean gestational age was 31 weeks.", []),
        ("The mean vascular age was 61.", []),
    ],
)
def test_the_mean_age(text: str, ages: list[float]) -> None:
    reader = opened(text)
    assert [e.value for e in reader.figures if is_age(reader, e)] == ages


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("The mean age was 50 years on gel and 52 years on balm.", [50, 52]),
        ("The mean age was 50 years, and the disease had lasted 12 years.", [50]),
        ("The mean age was 50 years and follow-up 12 years.", [50]),
    ],
)
def test_years_set_beside_an_age_are_an_age(text: str, ages: list[float]) -> None:
    reader = opened(text)
    kinds = {i: "age" if is_age(reader, e) else "duration" for i, e in enumerate(reader.figures)}
    aged = {i for i, kind in kinds.items() if kind == "age"} | set(ages_too(reader, kinds))
    assert [reader.figures[i].value for i in sorted(aged)] == ages


@pytest.mark.parametrize(
    ("text", "plans"),
    [
        ("Three groups were formed.", [3]),
        ("Four radiological patterns were seen in 12 patients.", [4]),
        ("Both treatments were safe.", [2]),
        ("Three of the groups had 12 patients.", []),
        ("It was seen in 25 patients with treatments.", []),
    ],
)
def test_what_counts_groups_counts_nobody(text: str, plans: list[float]) -> None:
    reader = opened(text)
    assert [e.value for e in reader.figures if is_plan(reader, e)] == plans


def test_a_share_with_its_size_is_a_result_and_a_bare_fraction_may_not_be() -> None:
    shares = [is_share(e) for e in opened("It was seen in 5 of 48 (10%), and at 1 of 24 clinics.").figures]
    assert shares == [True, False, False, False]


def test_how_all_fared() -> None:
    reader = opened("All patients improved. All patients took part.")
    assert [fared(reader, e) for e in reader.figures] == [True, False]


@pytest.mark.parametrize(
    ("text", "smoked"),
    [
        (
            "There were 30 men; 15 were smokers, 12 ex-smokers and 3 had never smoked.",
            ["smoking:current", "smoking:former", "smoking:never"],
        ),
        ("Of them 82% were lifelong non-smokers.", ["smoking:never"]),
        ("We compared 15 smokers and 15 non-smokers.", []),  # two groups of a study
        ("Cough was found in 40% of smokers.", []),
    ],
)
def test_smokers_by_their_wording_alone(text: str, smoked: list[str]) -> None:
    assert [kind for _, kind in smokers(opened(text))] == smoked


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("Symptoms included cough (n = 28).", "cough"),
        ("In most of them, symptoms included cough (n = 28).", "cough"),
        ("Weight loss (38%) was common.", None),
        ("They had fever, weight loss (38%).", "weight loss"),
        ("We studied boys with cough (n = 28).", None),
    ],
)
def test_a_symptom_before_a_bracket_is_counted(text: str, symptom: str | None) -> None:
    reader = opened(text)
    assert symptom_counted(reader, reader.figures[0]) == symptom
