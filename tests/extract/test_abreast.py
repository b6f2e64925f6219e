"""Runs of parallel figures: what stands between them, and what hangs on each."""

from __future__ import annotations

import pytest

from extract.abreast import run_of, tail_of
from extract.features import Reader
from extract.reading import open_reader


def opened(text: str) -> Reader:
    return open_reader(text, [(0, len(text), "RESULTS")])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Cough was seen in 12%, 4% and 22%.", [12, 4, 22]),
        ("The score was 5.2 ± 1.1 vs 4.1 ± 0.9 points.", [5.2, 4.1]),
        ("The score was 5.2 (SD 1.1) versus 4.1 (SD 0.9).", [5.2, 4.1]),
        ("Relapse was seen in 12% (P = 0.02) and 5%.", [12, 5]),
        ("Cough was seen in 12% of the adults who stayed and 5% of those who left.", [12]),
    ],
)
def test_figures_with_what_hangs_on_them_stand_side_by_side(text: str, values: list[float]) -> None:
    reader = opened(text)
    first = next(i for i, e in enumerate(reader.figures) if not e.drop)
    assert [reader.figures[i].value for i in run_of(reader, first)] == values


def test_the_tail_of_a_figure_ends_behind_its_spread_and_the_bracket_that_qualifies_it() -> None:
    text = "The score was 5.2 (SD 1.1) (P = 0.02) in all."
    assert text[: tail_of(opened(text), 0)].endswith("(P = 0.02)")


def test_a_bracket_with_another_finding_is_no_tail() -> None:
    text = "The score was 5.2 (12 improved) in all."
    assert text[: tail_of(opened(text), 0)].endswith("5.2")
