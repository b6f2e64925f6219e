"""What the build of a sentence settles or forbids of whose a figure is."""

from __future__ import annotations

import pytest

from extract.constraints import contrast, holder, opens_with_some, two_groups
from extract.counterparts import counterparts
from extract.features import Reader
from extract.reading import open_reader


def opened(text: str) -> Reader:
    spans, at = [], 0
    for part in text.split("\n"):
        spans.append((at, at + len(part), "RESULTS"))
        at += len(part) + 1
    return open_reader(text, spans)


def figure(reader: Reader, value: float) -> int:
    return next(i for i, e in enumerate(reader.figures) if e.value == value)


def test_what_stands_in_the_bracket_of_a_number_of_people_is_theirs() -> None:
    reader = opened("We saw 20 adults (13 men; mean age 62 years) with gout and 9 volunteers (4 men).")
    kinds = {
        figure(reader, v): k for v, k in ((20, "participants"), (13, "sex:male"), (62, "age"), (9, "participants"))
    }
    kinds[figure(reader, 4)] = "sex:male"
    assert holder(reader, figure(reader, 13), kinds) == holder(reader, figure(reader, 62), kinds) == figure(reader, 20)
    assert holder(reader, figure(reader, 4), kinds) == figure(reader, 9)


def test_a_subgroup_in_a_bracket_has_a_group_of_its_own() -> None:
    reader = opened("We saw 20 adults (12 on gel).")
    assert holder(reader, 1, {0: "participants", 1: "participants"}) is None


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("We compared 20 adults with gout (12 men) and 15 healthy volunteers.", True),
        ("In all, 143 adults received gel and 148 received balm.", True),
        ("We drew lots: 20 to gel; 21 to balm.", True),
        ("We saw 35 adults. Gout was old in 20 and new in 15.", True),
        ("We saw 36 adults. Gout was old in 20 and new in 15.", False),
        ("In all, 143 adults received gel.", False),
        ("We saw 20 patients with gout, and 12 were treated.", False),
        ("We asked 200 nurses, 120 of whom answered.", False),
        ("Some 300 surgeons responded to the letter and 250 were counted.", False),
    ],
)
def test_numbers_of_people_side_by_side_are_groups(text: str, apart: bool) -> None:
    reader = opened(text)
    kinds = {i: "participants" for i, e in enumerate(reader.figures) if not e.drop and e.value != 12}
    assert bool(two_groups(reader, kinds)) is apart


def test_a_sentence_may_open_with_some_of_the_people() -> None:
    reader = opened("In patients with fever, cough was seen in 12%.\nOf all patients, 5% coughed.")
    assert opens_with_some(reader, figure(reader, 12)) and not opens_with_some(reader, figure(reader, 5))


def test_the_other_side_of_a_contrast_is_the_group_that_the_record_sets_against_it() -> None:
    reader = opened(
        "Fever was seen in 12% with gel and 15% with balm.\nRelapse was rarer with gel (4% vs 9%).\n"
        "It was less than with gel (3% vs 8%)."
    )
    labels = dict.fromkeys(range(len(reader.figures)), "gel") | {figure(reader, 15): "balm"}
    kinds = dict.fromkeys(labels, "outcome")
    assert contrast(reader, figure(reader, 4), kinds) == figure(reader, 9)
    changed = counterparts(reader, kinds, labels)
    assert changed.pop(figure(reader, 9)) == "balm"  # "with gel (4% vs 9%)"
    assert changed == {figure(reader, 3): "balm"}  # "less than with gel (3% vs 8%)"


def test_without_another_group_nothing_is_changed() -> None:
    reader = opened("Relapse was rarer with gel (4% vs 9%).")
    assert counterparts(reader, {0: "outcome", 1: "outcome"}, {0: "gel", 1: "gel"}) == {}
