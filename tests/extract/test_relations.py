"""Relations: the parts of a regimen, results of outcomes and arms, and causes."""

from __future__ import annotations

from extract.model import Entity
from extract.relations import PAIRS, causes, regimens, relations


def entity(sentence: str, term: str, label: str, nth: int = 0) -> Entity:
    start = -1
    for _ in range(nth + 1):
        start = sentence.index(term, start + 1)
    return Entity(start, start + len(term), label, term, "test")


def test_the_parts_of_one_regimen_come_together() -> None:
    sentence = "Oral prednisone 40 mg daily was given for 6 months."
    found = regimens(
        sentence,
        [
            entity(sentence, "Oral", "ROUTE"),
            entity(sentence, "prednisone", "DRUG"),
            entity(sentence, "40 mg", "DOSAGE"),
            entity(sentence, "daily", "FREQUENCY"),
            entity(sentence, "6 months", "DURATION"),
        ],
    )
    (regimen,) = found
    assert regimen.drug.text == "prednisone"
    assert [part and part.text for part in (regimen.dosage, regimen.frequency, regimen.duration, regimen.route)] == [
        "40 mg",
        "daily",
        "6 months",
        "Oral",
    ]


def test_each_dose_goes_to_the_drug_it_is_written_after() -> None:
    sentence = "They took methotrexate 15 mg weekly and folic acid 5 mg."
    found = regimens(
        sentence,
        [
            entity(sentence, "methotrexate", "DRUG"),
            entity(sentence, "15 mg", "DOSAGE"),
            entity(sentence, "weekly", "FREQUENCY"),
            entity(sentence, "folic acid", "DRUG"),
            entity(sentence, "5 mg", "DOSAGE", 1),
        ],
    )
    assert [(r.drug.text, r.dosage and r.dosage.text) for r in found] == [
        ("methotrexate", "15 mg"),
        ("folic acid", "5 mg"),
    ]


def test_a_dose_of_a_drug_goes_to_the_drug_after_of() -> None:
    sentence = "Rifampicin was stopped and 20 mg of prednisone was started."
    (regimen,) = regimens(
        sentence,
        [
            entity(sentence, "Rifampicin", "DRUG"),
            entity(sentence, "20 mg", "DOSAGE"),
            entity(sentence, "prednisone", "CHEMICAL"),
        ],
    )
    assert regimen.drug.text == "prednisone"


def test_a_drug_without_parts_is_no_regimen() -> None:
    sentence = "Prednisone was given."
    assert regimens(sentence, [entity(sentence, "Prednisone", "DRUG")]) == []


def test_each_arm_has_its_own_measure() -> None:
    sentence = "Remission occurred in 40 % with azathioprine and in 25 % with placebo ."
    found = relations(
        "arm",
        sentence,
        [
            entity(sentence, "40 %", "MEASURE"),
            entity(sentence, "azathioprine", "ARM"),
            entity(sentence, "25 %", "MEASURE"),
            entity(sentence, "placebo", "ARM"),
        ],
    )
    assert {(relation.head.text, relation.tail.text) for relation in found} == {
        ("azathioprine", "40 %"),
        ("placebo", "25 %"),
    }
    assert all(0.5 <= relation.score <= 1 for relation in found)


def test_an_outcome_goes_with_its_measures() -> None:
    sentence = "Mean pain score was 3.1 in the control group ."
    found = relations(
        "outcome", sentence, [entity(sentence, "Mean pain score", "OUTCOME"), entity(sentence, "3.1", "MEASURE")]
    )
    assert [(relation.head.text, relation.tail.text) for relation in found] == [("Mean pain score", "3.1")]


def test_a_cause_is_found_from_title_and_sentences() -> None:
    title = "Amiodarone-induced pneumonitis."
    sentence = "We report pneumonitis caused by amiodarone in a man."
    found = causes(
        [title, sentence],
        [
            [entity(title, "Amiodarone", "CHEMICAL"), entity(title, "pneumonitis", "DISEASE")],
            [entity(sentence, "pneumonitis", "DISEASE"), entity(sentence, "amiodarone", "CHEMICAL")],
        ],
    )
    assert [(cause.substance, cause.disease) for cause in found] == [("amiodarone", "pneumonitis")]


def test_without_entities_there_are_no_relations() -> None:
    assert relations("arm", "Nothing was measured.", []) == []
    assert causes(["Nothing was measured."], [[]]) == []


def test_only_the_labels_of_a_relation_are_paired() -> None:
    sentence = "Mean pain score was 3.1 ."
    assert relations("arm", sentence, [entity(sentence, "Mean pain score", "OUTCOME")]) == []
    assert set(PAIRS) == {"regimen", "effect", "outcome", "arm", "cause"}
