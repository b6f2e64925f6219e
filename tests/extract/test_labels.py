"""Numbers that name things and names that hold numbers; words that stand inside a figure."""

import pytest

from extract.features import Reader
from extract.groups import phrase_text
from extract.items import Expression
from extract.layout import layout
from extract.plain import sexes
from extract.reading import open_reader
from extract.sequence import sequence


def read(text: str) -> Reader:
    return open_reader(text, [(0, len(text), "RESULTS")])


def figures(text: str) -> list[tuple[str, float | None, int | None, int | None]]:
    def row(e: Expression) -> tuple[str, float | None, int | None, int | None]:
        return text[e.start : e.end], e.value, e.numerator, e.denominator

    return [row(e) for e in read(text).figures if not e.drop]


def phrases(text: str) -> list[str]:
    reader = read(text)
    return [phrase_text(reader, p) for p in layout(reader, 0).phrases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Group 1 consisted of 32 dogs.", [("32", 32, 32, None)]),
        ("Vomiting was seen in Group 1 (44%).", [("44%", 44, None, None)]),
        ("Pain was felt by most in group 2.", []),
        ("At week 12 (45%) few had grade 3 (12%) events.", [("45%", 45, None, None), ("12%", 12, None, None)]),
        ("In the placebo group 12 (20%) died.", [("12 (20%)", 20, 12, None)]),
        ("In the control arm 5 of 32 relapsed.", [("5 of 32", 5, 5, 32), ("32", 32, 32, None)]),
        ("The surgical group 3 months later was well.", [("3 months", 3, None, None)]),
        ("The 200CROSS arm and 177Lu-Dotatate were compared.", []),
        (
            "Bleeding was seen in both groups (12% against 9%).",
            [("both", 2, 2, None), ("12%", 12, None, None), ("9%", 9, None, None)],
        ),
    ],
)
def test_a_number_that_names_is_no_figure_and_one_that_counts_is(
    text: str, expected: list[tuple[str, float | None, int | None, int | None]]
) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Nausea was more frequent in Group 1.", "Group 1"),
        ("Of those with type 2 diabetes 9 fell ill.", "type 2 diabetes"),
        ("The NIV group lived longer than the no-NIV group.", "no-NIV group"),
        ("Fever was rare in children <2 years (4%).", "children <2 years"),
        ("Weight fell by 3 kg with dulaglutide 1.5 mg.", "dulaglutide 1.5 mg"),
        ("Rash was seen in the 20 mg/m2 group.", "20 mg/m2 group"),
        ("All were read by investigator A, B, and C.", "investigator B"),
        ("Rash was rarer in 200CROSS.", "200CROSS"),
        ("Rash was seen in 1 of 21 adalimumab-treated adults (5%).", "adalimumab-treated adults"),
        ("There were 13 deaths (25%) in all.", "deaths"),
    ],
)
def test_phrases_with_numbers_and_phrases_inside_figures_are_candidates(text: str, phrase: str) -> None:
    assert phrase in phrases(text)


def test_words_inside_a_figure_are_rows_of_their_own_and_what_is_behind_them_is_not() -> None:
    reader = read("There were 13 deaths (25%) in spring.")
    record = sequence(reader, {"deaths": 77})
    words = [int(row[0]) for row in record.rows]
    assert words.count(2) == 1 and words.count(77) == 1  # one figure
    assert record.rows[record.place[reader.doc.token_at(reader.doc.text.index("deaths"))]][0] == 77


@pytest.mark.parametrize(
    ("text", "kind"),
    [("There were 23 women (45%).", "sex:female"), ("Of these, 12 male patients (40%) smoked.", "sex:male")],
)
def test_the_sex_inside_a_figure(text: str, kind: str) -> None:
    assert kind in {k for _, k in sexes(read(text))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A total of 15\u202f568 were screened.", 15568),
        ("The difference was \u2212\u20093.4 ml.", -3.4),
        ("They gave it for 1 year to 49 adults.", 49),
    ],
)
def test_blanks_inside_numbers_and_what_is_no_range(text: str, value: float) -> None:
    assert value in [v for _, v, _, _ in figures(text)]


def test_a_dose_range_in_brackets_is_a_range() -> None:
    (e,) = [e for e in read("Pregabalin (150 to 300 mg/d) was taken.").figures if not e.drop]
    assert (e.form, e.low, e.high) == ("range", 150, 300)
