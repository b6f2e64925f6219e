"""Sizes said once for every arm."""

from __future__ import annotations

import pytest

from extract.each import for_each
from extract.finding import Finding
from extract.items import Expression
from extract.reading import open_reader

ARMS = "Pain fell in 12 with ketamine and in 4 with saline."


def arms(text: str) -> list[str]:
    """The groups given the size that the first figure of a text states; its last two figures are of two arms."""
    reader = open_reader(text, [(0, len(text), "METHODS")])
    figures = [e for e in reader.figures if not e.drop]
    size = next(e for e in figures if e.value == 30)

    def finding(e: Expression, group: str, measure: str) -> tuple[Finding, Expression]:
        return Finding(measure=measure, group=group, stat="count", value=e.value, start=e.start, end=e.end), e

    found = [finding(e, "all", "participants") for e in figures if e.value in (30, 60)]
    found += [finding(e, g, "outcome:pain") for e, g in zip(figures[-2:], ("ketamine", "saline"), strict=True)]
    return [f.group for f, e in for_each(found, text) if e is size]


@pytest.mark.parametrize(
    "text",
    [
        "They were divided into two groups of 30 each. ",
        "Two parallel groups of 30 women were formed. ",
        "There were 60 women (30 in each group). ",
        "Both arms were open, two arms in all (n = 30 per arm). ",
    ],
)
def test_each_arm_has_the_size(text: str) -> None:
    assert arms(text + ARMS) == ["ketamine", "saline"]


@pytest.mark.parametrize(
    "text",
    [
        "They were divided into four groups of 30 each. ",  # only two of them are known
        "There were 60 women, and 30 each day. ",
        "We saw 30 women. ",
    ],
)
def test_nothing_is_added_where_the_arms_are_not_known(text: str) -> None:
    assert arms(text + ARMS) == ["all"]
