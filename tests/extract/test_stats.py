"""Which statistic a figure is."""

from __future__ import annotations

import pytest

from extract.reading import open_reader
from extract.stats import is_told, statistic, tells_difference, told


def stats(text: str, kind: str) -> list[str]:
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    return [statistic(reader, i, kind) for i, e in enumerate(reader.figures) if e.drop is None and "base" not in e.tags]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("The mean age was 61 ± 12 years (range 17-95).", "age", ["mean", "sd", "range"]),
        ("The median stay was 9 days (IQR 3-15).", "duration", ["median", "iqr"]),
        ("Median survival was 11.0 vs 3.2 months.", "time", ["median", "median"]),
        ("Twelve patients (21%) relapsed.", "outcome", ["percent"]),
        ("Seven patients relapsed.", "outcome", ["count"]),
        ("Relapses were 5.2 per 100 patient-years.", "incidence", ["rate"]),
        ("Forty patients were studied.", "participants", ["count"]),
        ("She was 54 years old.", "age", ["value"]),
    ],
)
def test_statistic(text, kind, expected):
    assert stats(text, kind) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Heart rate fell by 12%.",
        "Pain was 30% lower than before.",
        "The change in weight was −5.4%.",
        "Clearance showed decreases of 65% and 56%.",
    ],
)
def test_percentage_of_change_is_a_value(text):
    assert set(stats(text, "outcome")) == {"value"}


def test_an_unlabelled_range_is_of_quartiles_where_the_abstract_speaks_of_them():
    assert stats("Values are medians (IQR). The stay was 9 days (3-15).", "duration")[-1] == "iqr"
    assert stats("The stay was 9 days (3-15).", "duration")[-1] == "range"


def test_percentage_of_people_stays_a_percentage():
    assert stats("The wish was voiced by 67% of the men.", "outcome") == ["percent"]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("Relapse was seen in 12% and 7% (difference 5%).", [False, False, True]),
        ("The difference in weight was 4.5 kg.", [True]),
        ("The difference in age (52 vs 48 years) was small.", [False, False]),
    ],
)
def test_a_difference_is_told_by_the_words_right_before_it(text: str, tells: list[bool]) -> None:
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    assert [tells_difference(reader, i) for i, e in enumerate(reader.figures) if not e.drop] == tells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They were treated to a mean dose of 65 Gy.", "mean"),
        ("The average hearing loss for speech was about 10 dB.", "mean"),
        ("A median of 12 days passed.", "median"),
        ("It was 2.06 ± 0.45 mg in women.", "mean"),
        ("The mean score fell by 4 points.", None),
        ("The stay was 7.9 days.", None),
    ],
)
def test_words_right_before_a_figure_tell_its_statistic(text: str, expected: str | None) -> None:
    assert told(open_reader(text, [(0, len(text), "RESULTS")]), 0) == expected


def test_no_mean_or_median_that_nothing_tells_of() -> None:
    for text, mean, median in [
        ("The stay was 7.9 days.", False, False),
        ("The mean age was 40 years. The stay was 7.9 days.", True, False),
        ("The stay was 7.9 days (IQR 3-12).", False, True),
    ]:
        reader = open_reader(text, [(0, len(text), "RESULTS")])
        last = next(i for i, e in enumerate(reader.figures) if e.value == 7.9)
        assert (is_told(reader, last, "mean"), is_told(reader, last, "median")) == (mean, median)
