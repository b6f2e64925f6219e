"""Case reports: one patient, what no number says."""

from __future__ import annotations

import pytest

from extract.case_report import case_causes, case_findings, one_patient
from extract.finding import Finding
from extract.reading import open_reader, section_spans


def read(
    title: str, *parts: tuple[str, str], findings: list[Finding] | None = None
) -> dict[str, tuple[str, float | None, str]]:
    """Measure -> (stat, value, printed words) of what the report says without a number; empty where it is none."""
    text, spans = section_spans(title, list(parts), None)
    reader = open_reader(text, spans)
    patient = one_patient(reader)
    if patient is None:
        return {}
    return {
        f.measure: (f.stat, f.value, text[f.start : f.end])
        for f in case_findings(reader, findings or [], patient, case_causes(reader, patient))
    }


CASE = (
    "A 61-year-old woman, a former smoker, presented with fever and dyspnoea but without hemoptysis. "
    "Examination revealed crackles. Treatment with corticosteroids was started and she recovered completely."
)


def test_sex_is_one_of_one_on_its_word() -> None:
    text, spans = section_spans("A rare disease", [("", CASE)], None)
    reader = open_reader(text, spans)
    patient = one_patient(reader)
    assert patient is not None
    (sex,) = [f for f in case_findings(reader, [], patient, case_causes(reader, patient)) if f.measure == "sex:female"]
    assert (sex.stat, sex.value, sex.numerator, sex.denominator, text[sex.start : sex.end]) == (
        "value",
        1,
        1,
        1,
        "woman",
    )


def test_symptoms_and_signs_are_present_or_absent_without_a_value() -> None:
    found = read("A rare disease", ("", CASE))
    assert found["symptom:fever"] == ("present", None, "fever")
    assert found["symptom:dyspnoea"][0] == "present"
    assert found["symptom:hemoptysis"] == ("absent", None, "hemoptysis")
    assert found["sign:crackle"][0] == "present"


def test_age_smoking_treatment_and_outcome() -> None:
    found = read("A rare disease", ("", CASE))
    assert found["age"] == ("value", 61, "61")
    assert found["smoking:former"] == ("value", 1, "former smoker")
    assert found["treatment:corticosteroid"] == ("present", None, "corticosteroids")
    assert found["outcome:recovery"] == ("present", None, "recovered")


def test_death_is_an_outcome() -> None:
    found = read(
        "A fatal case of hepatitis", ("", "A 40-year-old man had jaundice. The patient died of liver failure.")
    )
    assert found["outcome:death"][2] == "died"


def test_failure_is_no_response() -> None:
    found = read(
        "A case of hepatitis", ("", "A 40-year-old man had jaundice. He did not improve and had not responded.")
    )
    assert not [measure for measure in found if measure.startswith("outcome")]


def test_the_age_of_an_infant_is_in_its_unit() -> None:
    text, spans = section_spans("A case of epilepsy", [("", "A 3-month-old boy had seizures.")], None)
    reader = open_reader(text, spans)
    patient = one_patient(reader)
    assert patient is not None
    (age,) = [f for f in case_findings(reader, [], patient, case_causes(reader, patient)) if f.measure == "age"]
    assert (age.value, age.unit) == (3, "months")


def test_a_figure_that_says_it_already_is_not_said_again() -> None:
    given = Finding(measure="age", value=61, start=17, end=19)
    assert "age" not in read("A rare disease", ("", CASE), findings=[given])


def test_what_a_treatment_is_for_is_no_sign() -> None:
    found = read(
        "A case of lung injury",
        ("", "A 70-year-old man took a drug to suppress ventricular tachycardia. He had cough."),
    )
    assert set(found) == {"age", "sex:male", "symptom:cough"}


def test_the_drug_at_fault_is_a_cause_and_no_treatment() -> None:
    found = read(
        "A case of hepatitis",
        ("", "A 50-year-old woman was treated with minocycline. Minocycline was held responsible for the hepatitis."),
    )
    assert found["cause:minocycline"][0] == "present"
    assert "treatment:minocycline" not in found


def test_what_is_said_of_others_is_not_the_patients() -> None:
    found = read(
        "A case of gout",
        ("BACKGROUND", "Fever is common in patients with gout."),
        ("CASE", "A 50-year-old man had joint pain."),
        ("CONCLUSION", "Clinicians should think of headache."),
    )
    assert "symptom:joint pain" in found
    assert not {"symptom:fever", "symptom:headache"} & set(found)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Gout in 12 patients", "A 50-year-old man had joint pain."),
        ("Gout: two cases", "A 50-year-old man had fever. A 61-year-old woman had fever too."),
        ("Gout", "A 50-year-old man had fever, and a 61-year-old woman had chills."),
        ("Gout", "We studied a cohort; one patient, a 50-year-old man, died."),
        ("Gout", "We reviewed 40 patients with gout. Fever occurred in 3."),
        ("Gout", "We describe two patients with gout, a 50-year-old man and his brother."),
        ("Gout", "We present a case-control study of gout."),
    ],
)
def test_a_record_of_several_people_is_no_case_report(title: str, text: str) -> None:
    assert read(title, ("", text)) == {}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Gout: a case report", "The patient had fever."),
        ("Gout", "We report the case of a patient who developed fever."),
        ("Gout", "A man aged 44 had fever."),
        ("Gout", "We saw an 82 year old woman with fever."),
        ("Gout", "A 7-month-old girl had fever."),
    ],
)
def test_how_reports_introduce_their_patient(title: str, text: str) -> None:
    assert read(title, ("", text))["symptom:fever"][0] == "present"
