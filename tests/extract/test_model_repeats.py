"""Repeated names: what was recognised once is recognised wherever the record says it again."""

from __future__ import annotations

from extract.repeats import repeated, with_abbreviations

TEXTS = ["COP is rare.", "Relapse of COP was common, and cop recurred.", "COPD is another disease."]


def test_a_name_found_once_is_found_in_every_sentence() -> None:
    added = repeated(TEXTS, [[(0, 3, "DISEASE")], [], []], 0.15)
    assert added == [[], [(11, 14, "DISEASE"), (31, 34, "DISEASE")], []]


def test_a_name_that_is_seldom_taken_for_one_is_not_repeated() -> None:
    assert repeated(TEXTS, [[(0, 3, "DISEASE")], [], []], 0.5) == [[], [], []]


def test_nothing_is_added_over_a_span_that_is_there() -> None:
    texts = ["Lead poisoning from lead paint."]
    found = [[(0, 14, "DISEASE"), (20, 24, "CHEMICAL")]]
    assert repeated(texts, found, 0.1) == [[]]


def test_the_longer_name_goes_first() -> None:
    texts = ["Heart failure.", "Failure: heart failure."]
    added = repeated(texts, [[(0, 13, "DISEASE")], [(0, 7, "DISEASE")]], 0.1)
    assert added == [[], [(9, 22, "DISEASE")]]


def test_a_repeated_name_has_the_label_it_mostly_has() -> None:
    texts = ["iron, iron, iron", "iron"]
    added = repeated(texts, [[(0, 4, "CHEMICAL"), (6, 10, "CHEMICAL"), (12, 16, "DISEASE")], []], 0.5)
    assert added == [[], [(0, 4, "CHEMICAL")]]


def test_letters_that_grow_in_lower_case_change_nothing() -> None:
    assert repeated(["İ fever", "fever"], [[(2, 7, "DISEASE")], []], 0.1) == [[], []]


def test_an_abbreviation_behind_a_name_has_its_label() -> None:
    text = "Chronic eosinophilic pneumonia (CEP) and aspirin (ASA)."
    found = with_abbreviations(text, [(0, 30, "DISEASE"), (41, 48, "CHEMICAL")])
    assert [(text[start:end], label) for start, end, label in found] == [
        ("Chronic eosinophilic pneumonia", "DISEASE"),
        ("CEP", "DISEASE"),
        ("aspirin", "CHEMICAL"),
        ("ASA", "CHEMICAL"),
    ]


def test_an_abbreviation_found_as_something_else_gets_the_label_of_its_name() -> None:
    text = "acute lung injury (ALI)"
    assert with_abbreviations(text, [(0, 17, "DISEASE"), (19, 22, "CHEMICAL")])[1] == (19, 22, "DISEASE")


def test_brackets_that_hold_no_abbreviation_add_nothing() -> None:
    text = "pneumonia (present) and fever (CRP) and cough (n = 3)"
    spans = [(0, 9, "DISEASE"), (24, 29, "DISEASE"), (40, 45, "DISEASE")]
    assert with_abbreviations(text, spans) == spans
