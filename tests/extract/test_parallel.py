"""Whose a figure is by its place in the sentence."""

import pytest

from extract.parallel import Place, propose
from extract.reading import open_reader


def owners(text: str, labels: list[str], arms: list[str] | None = None) -> list[str | None]:
    """The group proposed for each percentage of a sentence with the given mentions."""
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    run = [i for i, e in enumerate(reader.figures) if e.form == "percent" and not e.drop]
    places = sorted((Place(x, text.index(x), text.index(x) + len(x)) for x in labels), key=lambda p: p.start)
    found = [propose(reader, run, k, places, (0, len(text)), arms or labels) for k in range(len(run))]
    return [f.label if f else None for f in found]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Fever occurred in 12% and 30% of the early and late groups, respectively.", ["early", "late"]),
        ("In the early and late groups, fever occurred in 12% and 30%.", ["early", "late"]),
        ("Fever occurred in 12% with drainage versus 30% with suction.", ["drainage", "suction"]),
        ("Drainage gave less fever than suction (12% vs 30%).", ["Drainage", "suction"]),
    ],
)
def test_parallel_figures_follow_the_order_of_their_groups(text: str, labels: list[str]) -> None:
    assert owners(text, labels) == labels


def test_an_opening_comparator_comes_second() -> None:
    assert owners("Compared with suction, drainage gave less fever (12% vs 30%).", ["suction", "drainage"]) == [
        "drainage",
        "suction",
    ]


def test_a_lone_comparator_leaves_the_first_figure_to_the_other_arm() -> None:
    assert owners("Fever was rarer than with suction (12% vs 30%).", ["suction"], ["drainage", "suction"]) == [
        "drainage",
        "suction",
    ]


def test_no_group_no_proposal() -> None:
    assert owners("Fever occurred in 12%.", [], []) == [None]
