"""Concepts: one meaning for many words, the printed words kept."""

from __future__ import annotations

import pytest

from extract.abbreviations import abbreviations
from extract.concepts import _phenotypes, add_concepts, concept, key
from extract.finding import Finding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dyspnoea", "shortness of breath"),
        ("haemoptysis", "hemoptysis"),
        ("fever", "pyrexia"),
        ("joint pain", "arthralgias"),
    ],
)
def test_synonyms_share_a_phenotype(one: str, other: str) -> None:
    assert concept("symptom", one) == concept("symptom", other)
    assert str(concept("symptom", one)).startswith("HP:")


def test_recurrence_is_relapse() -> None:
    assert concept("outcome", "recurrence") == concept("outcome", "relapse rate") == "relapse"


def test_a_drug_is_its_substance() -> None:
    assert concept("treatment", "oral prednisone") == "prednisone"
    assert concept("treatment", "steroids") == concept("treatment", "glucocorticoid") == "corticosteroid"


def test_two_drugs_are_no_one_substance() -> None:
    assert concept("treatment", "prednisone or azathioprine") is None


def test_a_denied_thing_is_not_the_thing() -> None:
    assert concept("symptom", "no fever") is None


def test_an_infection_is_no_recurrent_infection() -> None:
    assert concept("outcome", "urinary tract infection") == "urinary tract infection"


def test_names_are_compared_without_order_spelling_and_number() -> None:
    assert key("Tumours of the lung") == key("lung tumor")
    assert all(key(words) == words for words in list(_phenotypes())[:500])


def test_a_dose_has_the_concept_of_its_drug_and_printed_words_stay() -> None:
    dose = Finding(measure="dose", drug="prednisone", value=40)
    cough = Finding(measure="symptom:breathlessness", value=3)
    add_concepts([dose, cough])
    assert dose.concept == "prednisone"
    assert (cough.measure, cough.concept) == ("symptom:breathlessness", "HP:0002094")


def test_a_short_form_means_what_the_text_defines() -> None:
    text = "Graft versus host disease (GVHD) and atrial fibrillation (AF) were recorded. AF occurred in 3."
    assert abbreviations(text)["AF"] == "atrial fibrillation"
    finding = Finding(measure="outcome:af", value=3)
    add_concepts([finding], text)
    assert finding.concept == concept("outcome", "atrial fibrillation") == "HP:0005110"


def test_text_without_brackets_needs_no_detector() -> None:
    assert abbreviations("Twelve patients had fever, cough (dry) and pain.") == {}
