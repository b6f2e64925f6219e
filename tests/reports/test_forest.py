"""Forest plots: what is drawn, in words a browser can show, and always the same."""

from __future__ import annotations

import re

import pytest

from reports.forest import Forest, ForestRow, ForestSummary, Stated, draw

ROWS = [
    ForestRow("Abel 1999", "12/40", 30.0, 16.6, 46.5, 40, printed="30.0 [16.6–46.5]"),
    ForestRow("Brook 2004", "20/50", 40.0, 26.4, 54.8, 50, printed="40.0 [26.4–54.8]"),
]
MODEL = ForestSummary("GLMM", "32/90", 35.6, 20.0, 54.0, True, (10.0, 72.0), "35.6 [20.0–54.0]", "[10.0–72.0]")


def forest(**changes: object) -> Forest:
    parts = {"axis": "Relapse, %", "description": "Two studies", "rows": ROWS, "summaries": [MODEL],
             "stated": Stated("Stated: < 25%", 25, cmp="<"), "bounds": (0.0, 100.0)}  # fmt: skip
    return Forest(**(parts | changes))  # type: ignore[arg-type]


def words(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_same_forest_gives_the_same_bytes(narrow: bool) -> None:
    assert draw(forest(), "a", narrow) == draw(forest(), "a", narrow)


@pytest.mark.parametrize("narrow", [False, True])
def test_every_study_estimate_and_the_stated_figure_are_written_as_text(narrow: bool) -> None:
    text = " ".join(words(draw(forest(), "a", narrow))).replace("&lt;", "<")
    for expected in ("Abel 1999", "12/40", "40.0 [26.4–54.8]", "GLMM", "[10.0–72.0]", "Stated: < 25%", "Relapse, %"):
        assert expected in text


def test_colours_follow_the_page_and_keep_a_fallback() -> None:
    svg = draw(forest(), "a")
    assert set(re.findall(r"(?:fill|stroke): (?!none|var)([^;\"]+)", svg)) == set()
    assert "var(--model, #" in svg


def test_nothing_is_fetched_scripted_or_styled_from_outside_the_plot() -> None:
    svg = draw(forest(), "a")
    for unwanted in ("<script", "<style", 'href="http', "<image", "font-family", "<!DOCTYPE", "<?xml"):
        assert unwanted not in svg


def test_a_hostile_name_stays_text() -> None:
    row = ForestRow("<script>x</script>", "1/2", 50.0, 1.0, 99.0, 2)
    svg = draw(forest(rows=[row], description='"><script>'), "a")
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_dollar_in_a_name_is_no_formula() -> None:
    assert "Cost $5 or $6" in words(draw(forest(rows=[ForestRow("Cost $5 or $6", value=3.0)]), "a"))


def test_the_plot_is_an_image_with_its_description_for_those_who_cannot_see_it() -> None:
    assert 'role="img" aria-label="Two studies"' in draw(forest(), "a")


def test_a_bound_tints_its_side_and_a_value_does_not() -> None:
    assert "var(--band" in draw(forest(), "a")
    assert "var(--band" not in draw(forest(stated=Stated("Stated: 25%", 25)), "a")
    assert "var(--band" in draw(forest(stated=Stated("Stated: 10–15%", low=10, high=15)), "a")


def test_shares_are_drawn_from_zero_and_never_past_the_whole() -> None:
    rows = [ForestRow("All of them", "9/9", 100.0, 66.4, 100.0, 9)]
    ticks = [float(w) for w in words(draw(forest(rows=rows, summaries=[]), "a")) if re.fullmatch(r"[\d.]+", w)]
    assert (min(ticks), max(ticks)) == (0, 100)


def test_positive_figures_a_hundredfold_apart_get_a_logarithmic_axis() -> None:
    rows = [ForestRow("Rare", value=0.2), ForestRow("Common", value=150.0)]
    ticks = words(draw(forest(rows=rows, summaries=[], stated=None, bounds=None), "a"))
    assert {"0.1", "1", "10", "100", "1000"} <= set(ticks)


def test_a_larger_study_has_a_larger_square() -> None:
    rows = [ForestRow("Small", "1/4", 25.0, 1.0, 80.0, 4), ForestRow("Large", "50/400", 12.5, 9.0, 16.0, 400)]
    square = r'<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*" style="fill: var\(--study'
    squares = re.findall(square, draw(forest(rows=rows), "a"))
    small, large = (abs(float(b) - float(a)) for a, b in squares)
    assert large > small


def test_two_plots_on_a_page_share_no_id() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', draw(forest(), key))) for key in ("a", "b")]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_one_bare_figure_can_be_drawn(value: float) -> None:
    svg = draw(forest(rows=[ForestRow("One", value=value)], summaries=[], stated=None, bounds=None), "a")
    assert "One" in words(svg)
