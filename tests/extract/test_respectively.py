"""Lists that "respectively" sets against each other."""

from __future__ import annotations

import pytest

from extract.layout import layout
from extract.reading import open_reader
from extract.respectively import alignments


@pytest.mark.parametrize(
    ("text", "kind", "labels"),
    [
        (
            "Fever, gout and cough were seen in 12%, 7% and 3% of patients, respectively.",
            "names",
            ["Fever", "gout", "cough"],
        ),
        ("Relapse was seen in 12% and 7% in the gel and balm groups, respectively.", "groups", ["gel", "balm groups"]),
        ("The rate of survival was 90% and 81% at 5 and 10 years, respectively.", "times", ["5 years", "10 years"]),
        ("Relapse was seen in 12% and 7% on 5 and 10 mg, respectively.", "groups", ["5 mg", "10 mg"]),
    ],
)
def test_each_figure_has_its_own_of_the_other_list(text: str, kind: str, labels: list[str]) -> None:
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    found = alignments(reader, layout(reader, 0), 0, {})
    rows = [found[i] for i in sorted(found)]
    assert [row.kind for row, _ in rows] == [kind] * len(labels)
    assert [row.labels[place] for row, place in rows] == labels


@pytest.mark.parametrize(
    "text",
    [
        "Fever and cough were seen in 12% and 7%.",
        "Fever, gout and cough were seen in 12% and 7%, respectively.",  # three and two
        "Fever (12%) and cough (7% and 9%, respectively) were seen.",
    ],
)
def test_lists_that_do_not_fit_are_left_alone(text: str) -> None:
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    assert alignments(reader, layout(reader, 0), 0, {}) == {}
