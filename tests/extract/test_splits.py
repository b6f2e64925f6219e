"""Both sexes counted: their sum tells whose they are."""

from __future__ import annotations

from extract import splits
from extract.finding import Finding
from tests.extract.figures import kept


def counted(text: str, meanings: list[tuple[str, str]]) -> list[Finding]:
    """The findings of a text's figures after `splits.counts`, given (measure, group) of each."""
    found = [
        (
            Finding(measure=m, group=g, stat="count", value=e.value, numerator=e.numerator, start=e.start, end=e.end),
            e,
        )
        for e, (m, g) in zip(kept(text), meanings, strict=True)
    ]
    splits.counts(found)
    return [f for f, _ in found]


def test_two_sexes_are_of_the_group_that_is_as_many() -> None:
    text = "There were 75 adults with gout and 20 volunteers. Of the latter 9 were men and 11 women."
    sizes = [("participants", "gout"), ("participants", "volunteers")]
    found = counted(text, [*sizes, ("sex:male", "all"), ("sex:female", "all")])
    assert [(f.group, f.denominator) for f in found[2:]] == [("volunteers", 20)] * 2


def test_two_sexes_are_of_the_people_counted_right_before() -> None:
    text = "Gout was seen in 32 adults (18 men, 14 women)."
    found = counted(text, [("finding:gout", "all"), ("sex:male", "all"), ("sex:female", "all")])
    assert [(f.group, f.denominator) for f in found[1:]] == [("gout", 32)] * 2


def test_a_sum_that_is_no_size_changes_nothing() -> None:
    text = "There were 75 adults; 9 were men and 11 women."
    found = counted(text, [("participants", "all"), ("sex:male", "all"), ("sex:female", "all")])
    assert [(f.group, f.denominator) for f in found[1:]] == [("all", None)] * 2
