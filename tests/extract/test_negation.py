"""Negation and certainty: cue and scope, and figures of people who lack the thing."""

from __future__ import annotations

import pytest

from extract.engine import Engine
from extract.finding import Finding
from extract.negation import asserted, denied, turn_denied
from extract.reading import open_reader


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def assertion(sentence: str, term: str) -> str:
    start = sentence.index(term)
    return asserted(sentence, [(start, start + len(term))])[0]


@pytest.mark.parametrize(
    ("sentence", "term", "answer"),
    [
        ("He had neither fever nor cough.", "fever", "absent"),
        ("He had neither fever nor cough.", "cough", "absent"),
        ("There was chest pain without hemoptysis.", "chest pain", "present"),
        ("There was chest pain without hemoptysis.", "hemoptysis", "absent"),
        ("She denied night sweats.", "night sweats", "absent"),
        ("No fever or rash was noted.", "rash", "absent"),
        ("Hemoptysis was rare.", "Hemoptysis", "present"),  # seldom is not never
        ("Sepsis was suspected.", "Sepsis", "possible"),
        ("She had a history of asthma.", "asthma", "historical"),
        ("Her mother had epilepsy.", "epilepsy", "family"),
        ("The fever resolved within two days.", "fever", "present"),  # what has passed was there
        ("He had not only fever but also jaundice.", "jaundice", "present"),
    ],
)
def test_cue_and_scope(sentence: str, term: str, answer: str) -> None:
    assert assertion(sentence, term) == answer


def test_a_thing_absent_behind_or_before_its_figure_is_denied() -> None:
    sentence = "Pruritus was absent in 12 patients."
    assert denied(sentence, 0, 8)
    sentence = "Twelve patients denied pruritus."
    assert denied(sentence, sentence.index("pruritus"), sentence.index("."))
    assert not denied("Twelve patients reported pruritus.", 25, 33)


def test_no_patient_died_counts_nobody(engine: Engine) -> None:
    found = engine.read(text="We followed 40 patients with gout for one year. No patient died.")
    (death,) = [f for f in found if f.measure == "outcome:death"]
    assert (death.stat, death.value, death.numerator, death.denominator) == ("count", 0, 0, 40)


def turned(text: str, number: str, name: str) -> str:
    """The measure of a count of symptoms, as it is after its sentence was looked at for denial."""
    start = text.index(number)
    finding = Finding(
        measure=f"symptom:{name}",
        stat="count",
        value=float(number),
        start=start,
        end=start + len(number),
        sentence_end=len(text),
    )
    turn_denied(open_reader(text, [(0, len(text), "")]), [finding])
    return finding.measure


@pytest.mark.parametrize(
    ("text", "number", "name", "measure"),
    [
        ("Fever was absent in 30 patients.", "30", "fever", "symptom:no fever"),
        ("Tremors were not observed in 12 patients.", "12", "tremor", "symptom:no tremor"),
        ("At discharge 12 patients were free of pain.", "12", "pain", "symptom:no pain"),
        ("Fever was present in 30 patients.", "30", "fever", "symptom:fever"),
        ("Fever was absent at first, but rash occurred in 30.", "30", "rash", "symptom:rash"),
        ("In 30 patients without fever, rash occurred.", "30", "rash", "symptom:rash"),
    ],
)
def test_a_figure_of_those_without_the_thing_is_named_so(text: str, number: str, name: str, measure: str) -> None:
    assert turned(text, number, name) == measure
