"""Denominators only where they are certain."""

import pytest

from extract.denominators import set_denominators
from extract.finding import Finding
from extract.items import Expression
from extract.reading import open_reader


def read(text: str, meanings: list[tuple[str, str, str]], sure: float = 1.0) -> list[int | None]:
    """The denominators of a text's figures, given (measure, group, statistic) of each."""
    return [f.denominator for f in findings(text, meanings, sure)]


def findings(text: str, meanings: list[tuple[str, str, str]], sure: float = 1.0) -> list[Finding]:
    """The findings of a text's figures, given (measure, group, statistic) of each."""
    reader = open_reader(text, [(0, len(text), "RESULTS")])
    figures = [e for e in reader.figures if not e.drop]
    found: list[tuple[Finding, Expression]] = []
    for e, (measure, group, stat) in zip(figures, meanings, strict=True):
        sized = measure == "participants"
        found.append(
            (
                Finding(
                    measure=measure,
                    group=group,
                    stat=stat,
                    value=e.value,
                    numerator=None if sized else e.numerator,
                    denominator=None if sized else e.denominator,
                    cmp=e.cmp,
                    start=e.start,
                    end=e.end,
                ),
                e,
            )
        )
    set_denominators(found, {id(e): sure for _, e in found}, text)
    return [f for f, _ in found]


def test_count_and_percentage_take_the_size_of_their_arm() -> None:
    text = (
        "There were 40 patients in the drainage group and 38 in the suction group. "
        "Fever occurred in 10 (25%) with drainage."
    )
    assert (
        read(
            text,
            [
                ("participants", "drainage group", "count"),
                ("participants", "suction group", "count"),
                ("symptom:fever", "drainage", "percent"),
            ],
        )[-1]
        == 40
    )


def test_a_percentage_that_the_size_cannot_give_stays_empty() -> None:
    assert (
        read(
            "We enrolled 22 patients. Fever occurred in 71.4%.",
            [("participants", "all", "count"), ("symptom:fever", "all", "percent")],
        )[-1]
        is None
    )


def test_survival_estimates_have_no_denominator() -> None:
    assert (
        read(
            "We enrolled 50 patients. Survival was 80%.",
            [("participants", "all", "count"), ("outcome:survival", "all", "percent")],
        )[-1]
        is None
    )


def test_an_unlikely_group_gives_no_denominator() -> None:
    assert (
        read(
            "We enrolled 50 patients. Fever occurred in 80%.",
            [("participants", "all", "count"), ("symptom:fever", "all", "percent")],
            sure=0.2,
        )[-1]
        is None
    )


def test_an_estimate_over_time_is_a_share_of_nobody_stated() -> None:
    text = "We treated 40 patients. The actuarial rate of local control was 90%."
    meanings = [("participants", "all", "count"), ("outcome:local control", "all", "percent")]
    assert read(text, meanings)[-1] is None


def test_events_are_no_people() -> None:
    text = "We treated 40 patients. There were 4 thromboembolic events."
    meanings = [("participants", "all", "count"), ("outcome:thromboembolic event", "all", "count")]
    assert read(text, meanings)[-1] is None


def test_a_round_percentage_gives_no_count() -> None:
    text = "We treated 40 patients. Compliance was about 80%."
    meanings = [("participants", "all", "count"), ("proportion:compliance", "all", "percent")]
    assert read(text, meanings)[-1] is None


@pytest.mark.parametrize(
    ("text", "stat", "value", "numerator", "denominator"),
    [
        ("We saw 12 men. All recovered.", "count", 12, 12, 12),
        ("We saw 12 men. All but one recovered.", "count", 11, 11, 12),
        ("We saw 12 men. All but two (83%) recovered.", "percent", 83, 10, 12),
        ("We saw 12 men. All but two (60%) recovered.", "percent", 60, None, None),
        ("We saw 12 men. Both recovered.", "count", 2, 2, None),
        ("We saw 2 men. Both recovered.", "count", 2, 2, 2),
    ],
)
def test_all_of_a_stated_number(text, stat, value, numerator, denominator) -> None:
    figures = [("participants", "all", "count"), ("outcome:recovery", "all", stat)]
    last = findings(text, figures)[-1]
    assert (last.stat, last.value, last.numerator, last.denominator) == (stat, value, numerator, denominator)


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("All recovered.", "outcome:recovery", 100),  # all of nobody knows how many is no count
        ("All but two recovered.", "outcome:recovery", None),
        ("All volunteers took part.", "participants", None),
    ],
)
def test_all_of_an_unknown_number_counts_nobody(text, measure, value) -> None:
    last = findings(text, [(measure, "all", "count")])[-1]
    assert (last.stat, last.value, last.numerator, last.denominator) == ("percent", value, None, None)


def test_of_whom_is_of_those_counted_before_where_the_percentage_vouches_for_it() -> None:
    text = "We saw 50 men. Steroids were given to 29, of whom 24 (83%) recovered."
    figures = [
        ("participants", "all", "count"),
        ("treatment:steroid", "all", "count"),
        ("outcome:recovery", "all", "percent"),
    ]
    last = findings(text, figures)[-1]
    assert (last.group, last.denominator) == ("steroid", 29)
    other = findings(text.replace("83%", "48%"), figures)[-1]
    assert (other.group, other.denominator) == ("all", 50)


def test_a_number_before_in_the_sentence_is_the_denominator_where_count_and_percentage_fit_no_other() -> None:
    reader = open_reader(text := "Of the 250 men, 118 (47.2%) left.", [(0, 33, "RESULTS")])
    all_of_them, share = reader.figures
    for percent, denominator in ((47.2, 250), (48.2, None)):
        f = Finding(measure="outcome:left", stat="percent", value=percent, numerator=118, start=share.start)
        set_denominators([(f, share)], {id(share): 1.0}, text, reader.figures)
        assert f.denominator == denominator
    assert all_of_them.value == 250


def test_those_who_completed_are_a_size_where_the_percentage_vouches_for_it() -> None:
    text = "We saw 85 men. Of them 78 completed the study. The first denture was preferred by 53 (67.9%)."
    figures = [("participants", "all", "count"), ("proportion:completed the study", "all", "count")]
    assert read(text, [*figures, ("proportion:preference", "all", "percent")])[-1] == 78


def test_a_bare_count_has_no_denominator_where_several_sizes_are_stated() -> None:
    text = "We saw 110 adults. After a year 82 were left. Gout was seen in 27. Cough was seen in 41 (50%)."
    sizes = [("participants", "all", "count"), ("participants", "all", "count")]
    assert read(text, [*sizes, ("finding:gout", "all", "count"), ("symptom:cough", "all", "percent")]) == [
        None,
        None,
        None,
        82,
    ]
