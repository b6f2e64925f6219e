"""Repeated names: what was recognised once is recognised wherever the record says it again."""

from __future__ import annotations

from extract.repeats import repeated

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
