"""Signs of a group, short forms, and what position says."""

import pytest

from extract.arms import after, bare, before, short_forms
from extract.groups import WHOLE, is_whole
from extract.parallel import Place, comparator
from extract.reading import open_reader


def test_allocation_stands_before_an_arm_and_its_size_behind() -> None:
    doc = open_reader(
        "Adults were randomly assigned to receive either salmeterol (n = 40) or placebo (n = 38).", [(0, 85, "METHODS")]
    ).doc
    token = doc.words.index("salmeterol")
    assert before(doc, token, 0) == "random"
    assert after(doc, token + 1) == "sized"


def test_the_side_that_is_compared_with_is_a_comparator() -> None:
    text = "Cough was rarer with salmeterol than in the placebo group (4% vs 9%)."
    start = text.index("placebo")
    assert comparator(text, Place("placebo", start, start + 7))
    start = text.index("salmeterol")
    assert not comparator(text, Place("salmeterol", start, start + 10))


def test_a_short_form_stands_for_the_words_before_its_bracket() -> None:
    assert short_forms("Inhaled corticosteroid therapy (ICT) was stopped.") == {"ICT": "inhaled corticosteroid therapy"}


def test_a_number_in_brackets_defines_no_short_form() -> None:
    assert short_forms("Many were older (47) or frail (A).") == {}


def test_being_given_a_drug_is_no_part_of_the_label() -> None:
    assert bare("patients treated with salmeterol") == "salmeterol"


@pytest.mark.parametrize(
    ("label", "everybody"),
    [
        ("all", True),
        ("the entire cohort", True),
        ("group as a whole", True),
        ("study group", False),
        ("whole milk", False),
    ],
)
def test_labels_that_call_everybody(label: str, everybody: bool) -> None:
    assert (WHOLE.fullmatch(label) is not None) is everybody


def test_the_study_group_is_everybody_where_there_are_no_others() -> None:
    assert is_whole("study group", "The study group had 61 men.")
    assert not is_whole("study group", "The study group was compared with controls.")
