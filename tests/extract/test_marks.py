"""What the model marks in a record: entities in the record's own characters, assertion, relations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy

from extract.marks import mark
from extract.model import ClinicalModel

TITLE = "Sarcoidosis in a made-up town"
SECTIONS = [
    ("METHODS", "Forty patients took prednisone 40 mg daily. Lung function was to be measured."),
    ("RESULTS", "Cough was frequent, but no patient had fever."),
]
TEXT = "\n".join([TITLE, *(body for _, body in SECTIONS)])


@pytest.fixture
def words(tmp_path: Path):
    """A saved model that knows the words it is given, each with a label."""

    def make(**labels: str) -> ClinicalModel:
        nlp = spacy.blank("en")
        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns(  # type: ignore[attr-defined]
            [{"label": label, "pattern": [{"LOWER": word}]} for word, label in labels.items()]
        )
        nlp.to_disk(tmp_path / "model")
        return ClinicalModel(tmp_path / "model")

    return make


def test_offsets_count_into_title_and_sections_joined_by_newlines(words) -> None:
    found = mark(words(sarcoidosis="DISEASE", cough="SIGN_SYMPTOM"), TITLE, SECTIONS).entities
    assert [(TEXT[one.start : one.end], one.label) for one in found] == [
        ("Sarcoidosis", "DISEASE"),
        ("Cough", "SIGN_SYMPTOM"),
    ]


def test_what_a_sentence_denies_is_absent(words) -> None:
    found = mark(words(cough="SIGN_SYMPTOM", fever="SIGN_SYMPTOM", prednisone="DRUG"), TITLE, SECTIONS).entities
    assert {one.text: one.assertion for one in found} == {"prednisone": "", "Cough": "present", "fever": "absent"}


def test_a_drug_is_tied_to_its_dose() -> None:
    found = mark(ClinicalModel(), text="The patients were treated with prednisone 40 mg daily.")
    (regimen,) = found.regimens
    assert found.entities[regimen["drug"]].text == "prednisone"
    assert "40 mg" in found.entities[regimen["dosage"]].text


def test_outcomes_are_looked_for_where_the_corpus_has_them() -> None:
    body = "Mortality and relapse were compared between the groups."
    heads = {one.head for one in mark(ClinicalModel(), "A made-up trial", [("OBJECTIVE", body)]).entities}
    assert "outcomes" not in heads


def test_a_record_without_text_has_no_marks(words) -> None:
    assert mark(words(cough="SIGN_SYMPTOM"), "").to_dict() == {
        "entities": [],
        "relations": [],
        "regimens": [],
        "causes": [],
    }


def test_marks_are_plain_values(words) -> None:
    assert json.loads(json.dumps(mark(words(cough="SIGN_SYMPTOM"), TITLE, SECTIONS).to_dict()))["entities"]
