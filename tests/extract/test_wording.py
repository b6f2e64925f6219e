"""Names as a reviewer writes them in a table."""

import pytest

from extract.wording import clean_name


@pytest.mark.parametrize(
    ("printed", "kind", "name"),
    [
        ("The significantly higher incidence of ankle swelling", "symptom", "ankle swelling"),
        ("patients required a second biopsy", "outcome", "second biopsy"),
        ("developed pleural effusions", "finding", "pleural effusion"),
        ("Mortality rate", "outcome", "death"),
        ("alive", "outcome", "survival"),
        ("morbidity", "outcome", "complication"),
        ("AEs", "outcome", "adverse event"),
        ("a fatal outcome", "outcome", "death"),
        ("patients experiencing nausea", "symptom", "nausea"),
        ("correct diagnoses", "proportion", "correct diagnosis"),
        ("superior survival rates relative", "outcome", "survival"),
        ("overall actuarial survival", "outcome", "survival"),
        (
            "prolonged median progression-free survival regardless of prior use",
            "outcome",
            "progression-free survival",
        ),
        ("lower mortality compared with controls", "outcome", "death"),
        ("higher scores", "outcome", "higher score"),
        ("liver metastases", "finding", "liver metastasis"),
        ("doses", "records", "dose"),
        ("cases", "records", "case"),
        ("relapsed within a year", "outcome", "relapse within a year"),
        ("mortality at 30 days", "outcome", "death at 30 days"),
        ("response after chemotherapy", "outcome", "response after chemotherapy"),
        ("no recurrent fever", "symptom", "no recurrent fever"),
        ("relapsed when the drug was stopped", "outcome", "relapse"),
        ("died of respiratory failure", "outcome", "death from respiratory failure"),
        ("GI AEs", "outcome", "gi ae"),
        ("septic emboli", "outcome", "septic embolus"),
    ],
)
def test_a_name_is_the_thing_measured_without_the_words_around_it(printed: str, kind: str, name: str) -> None:
    assert clean_name(printed, kind) == name


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("mean increments in ferritin", "change in ferritin"),
        ("percentage weight loss", "change in weight"),
        ("improvement in the walking score", "change in walking score"),
    ],
)
def test_a_change_is_named_by_what_changed(printed: str, name: str) -> None:
    assert clean_name(printed, "measurement") == name


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("decreased serum ferritin levels", "serum ferritin"),
        ("The patient's pulse", "pulse"),
        ("mean corneal thickness increased until the last visit", "corneal thickness"),
        ("Blood tests revealed a slightly low sodium concentration", "slightly low sodium"),
        ("levels", "level"),
        ("serum levels of ferritin", "serum ferritin"),
        ("the drug reduced glucose", "glucose"),
        ("reading speed", "reading speed"),
    ],
)
def test_a_measured_quantity_is_named_without_level_course_and_verb(printed: str, name: str) -> None:
    assert clean_name(printed, "measurement") == name


def test_an_outcome_keeps_its_verb() -> None:
    assert clean_name("improved by one grade", "outcome") == "improved by one grade"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Operative time", "surgery"),
        ("length of hospital stay", "hospital stay"),
        ("median duration of cough", "cough"),
        ("double-blind treatment period", "treatment"),
    ],
)
def test_a_duration_is_named_by_what_lasts(printed: str, name: str) -> None:
    assert clean_name(printed, "duration") == name


def test_lost_blood_is_no_change() -> None:
    assert clean_name("Operative blood loss", "measurement") == "operative blood loss"


def test_a_procedure_need_not_be_surgery() -> None:
    assert clean_name("procedure time", "duration") == "procedure"
