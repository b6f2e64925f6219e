"""Screening: one reason a record, the design from words and index terms, the population from its terms."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.record import Correction, Record
from pipeline.review import Eligibility, Population, Review, Terms
from pipeline.screening import Screened, flow_counts, participants, population_tier, screen, sized, study_design

PEOPLE = Population(
    core=Terms("primary spruce fever", ("primary spruce fever", "idiopathic spruce fever"), ("PSF",)),
    loose=Terms("needle fever", ("needle fever",)),
    wider=Terms("spruce fever of any cause", ("spruce fever",)),
    others=Terms("secondary spruce fever", ("secondary spruce fever", "drug-induced"), ("SSF",)),
)
ABSTRACT = "We followed 40 patients with primary spruce fever in a retrospective cohort."


def review(tmp_path: Any = None, **limits: Any) -> Review:
    return Review("spruce", tmp_path, "t", "q", "x", PEOPLE, eligibility=Eligibility(**limits))


def record(title: str = "Primary spruce fever in adults", abstract: str = ABSTRACT, **given: Any) -> Record:
    return Record(id="pmid:1", title=title, sections=[("", abstract)], **given)


@pytest.mark.parametrize(
    ("title", "text", "types", "design"),
    [
        ("Fever", "Patients were randomly assigned to two arms.", [], "trial"),
        ("Fever", "Any words", ["Randomized Controlled Trial"], "trial"),
        ("Fever: a case report", "A girl had fever.", [], "case report"),
        ("Fever", "We describe a 61-year-old man with fever.", [], "case report"),
        ("Fever", "We report a case of fever.", ["Case Reports"], "case report"),
        ("Fever", "We reviewed retrospectively 61 consecutive patients; one was a 9-year-old boy.", [], "cohort"),
        ("Fever in 24 patients", "Fever was seen.", [], "series"),
        ("Fever: report of twelve cases", "Twelve cases were seen.", [], "series"),
        ("Fever", "Thirty-three patients were seen.", [], "series"),
        ("Fever: a systematic review", "We searched MEDLINE.", [], "review"),
        ("Fever", "This article reviews fever.", ["Review"], "review"),
        ("In reply", "We thank the authors.", ["Comment"], "opinion"),
        ("Fever", "Cases and matched controls were compared.", [], "case-control"),
        ("Guidelines for fever", "Rest is advised.", [], "guideline"),
        ("Guidelines for fever: are they followed?", "The records of 61 patients were reviewed.", [], "series"),
        ("Fever in mice", "Mice were kept warm.", [], "laboratory"),
        ("Fever", "Fever is warm.", [], "unclear"),
    ],
)
def test_study_design(title: str, text: str, types: list[str], design: str) -> None:
    assert study_design(title, f"{title}\n{text}", types) == design


@pytest.mark.parametrize(
    ("title", "abstract", "tier"),
    [
        ("Primary spruce fever in adults", "40 patients.", 1),
        ("PSF in adults", "40 patients.", 1),
        ("Psf in adults", "40 patients.", None),
        ("Primary spruce-fever in adults", "40 patients.", 1),
        ("Primary and secondary spruce fever", "Idiopathic spruce fever in 20.", 2),
        ("Primary spruce fever versus drug-induced spruce fever", "", 2),
        ("Needle fever", "40 patients.", 1),
        ("Needle fever", "20 had secondary spruce fever.", 2),
        ("Spruce fever: imaging", "All had idiopathic spruce fever.", 1),
        ("Spruce fever: imaging", "40 patients.", 2),
        ("Drug-induced spruce fever", "40 patients.", 2),
        ("A registry of fevers", "PSF was found in 3%.", 2),
        ("Pine cough", "40 patients.", None),
    ],
)
def test_population_tier(title: str, abstract: str, tier: int | None) -> None:
    assert population_tier(title, abstract, PEOPLE) == tier


@pytest.mark.parametrize(
    ("given", "limits", "reason"),
    [
        ({}, {}, "eligible"),
        ({"abstract": " "}, {}, "no abstract"),
        ({"publication_types": ["Retracted Publication"]}, {}, "retracted"),
        ({"corrections": [Correction("RetractionIn", "9")]}, {}, "retracted"),
        (
            {"publication_types": ["Editorial"]},
            {"exclude_publication_types": ("Editorial",)},
            "publication type: Editorial",
        ),
        ({"language": "ger"}, {"languages": ("eng",)}, "language: ger"),
        ({"language": None}, {"languages": ("eng",)}, "eligible"),
        ({"year": 1970}, {"first_year": 1983}, "before 1983"),
        ({"year": None}, {"first_year": 1983}, "eligible"),
        ({"title": "A systematic review of primary spruce fever"}, {}, "design: review"),
        ({"title": "Pine cough", "abstract": "40 patients coughed."}, {}, "other population"),
        (
            {"title": "Primary spruce fever: a case report", "abstract": "A man."},
            {"case_reports": False},
            "design: case report",
        ),
    ],
)
def test_each_record_has_one_reason(given: dict[str, Any], limits: dict[str, Any], reason: str) -> None:
    decision = screen(record(**given), "v", "h", review(**limits))
    assert decision.reason == reason
    assert decision.included == (reason == "eligible")


def test_a_record_withdrawn_from_pubmed_is_excluded() -> None:
    assert screen(record(), "v", "h", review(), deleted=True).reason == "withdrawn from PubMed"


def size(value: int, group: str = "all") -> dict[str, Any]:
    return {"measure": "participants", "group": group, "value": value}


def test_the_size_of_a_study_is_what_it_reports_for_all_else_its_largest_group() -> None:
    assert participants([size(9, "PSF"), size(7), size(3, "SSF")]) == 7
    assert participants([size(9, "PSF"), size(3, "SSF")]) == 9
    assert participants([]) is None


def test_a_small_series_counts_as_case_reports() -> None:
    included = screen(record(), "v", "h", review())
    small = sized(included, [size(4)], Eligibility())
    assert (small.included, small.design, small.patients) == (True, "case report", 4)
    assert small.reason == "case report: for extremes, doses and causes only"
    refused = sized(included, [size(4)], Eligibility(case_reports=False))
    assert (refused.included, refused.reason) == (False, "fewer than 5 patients")


def test_a_study_of_unknown_size_is_not_dropped() -> None:
    included = screen(record(), "v", "h", review())
    assert sized(included, [], Eligibility()).included


def test_flow_counts_add_up() -> None:
    def one(included: bool, reason: str, design: str = "cohort", tier: int | None = 1) -> Screened:
        return Screened("id", "v", "h", included, reason, design, tier)

    flow = flow_counts(
        {"PubMed": 4},
        {"duplicates": 1, "none": 0},
        [one(True, ""), one(True, "", "case report", 2), one(False, "retracted")],
    )
    assert flow["removed"] == {"duplicates": 1}
    assert (flow["screened"], flow["included"], flow["excluded"]) == (3, 2, {"retracted": 1})
    assert (flow["case_reports"], flow["tier_1"], flow["tier_2"]) == (1, 1, 1)
    assert sum(flow["identified"].values()) - sum(flow["removed"].values()) == flow["screened"]
