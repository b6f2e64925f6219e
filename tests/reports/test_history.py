"""The history of a claim: a line for each change, drawn beside what is stated."""

from __future__ import annotations

from dataclasses import replace

from lxml import html

from reports.claim import Claim
from reports.context import HistoryPoint
from reports.history import draw_history, history_lines
from reports.page import build_page
from reports.report import render_html, render_markdown
from tests.reports.report_sample import context

POINTS = [
    HistoryPoint("1", "2026-01-01T22:00:00+00:00", "thin", None),
    HistoryPoint("4", "2026-03-01T22:00:00+00:00", "undecided", 0.25, 0.1, 0.45, 3, 90, "the studies"),
    HistoryPoint("9", "2027-01-01T22:00:00+00:00", "differs", 0.4, 0.31, 0.52, 5, 300, "the program"),
]
SHARE = Claim("review", "relapse", "outcome:relapse", value=25, stat="percent", kind="proportion")


def test_each_change_is_a_line_with_the_figure_of_that_time() -> None:
    lines = history_lines(POINTS, proportion=True)
    assert [(line.when, line.verdict.word) for line in lines][1:] == [
        ("2026-03-01", "undecided"),
        ("2027-01-01", "differs"),
    ]
    assert lines[0].figure == ""
    assert "40" in lines[2].figure and "31" in lines[2].figure and "52" in lines[2].figure


def test_a_figure_that_never_changed_has_no_history() -> None:
    assert history_lines(POINTS[:1], proportion=True) == []


def test_the_drawing_is_the_same_every_time_and_says_in_words_what_it_shows() -> None:
    lines = history_lines(POINTS, proportion=True)
    drawn = draw_history(lines, SHARE, True, "k")
    assert drawn == draw_history(lines, SHARE, True, "k")
    picture = html.fragment_fromstring(drawn)
    assert "2 changes" in picture.get("aria-label")
    assert "2026-01-01" in picture.text_content()


def test_two_points_of_one_second_or_without_estimates_draw_without_fault() -> None:
    same = [replace(POINTS[1]), replace(POINTS[2], when=POINTS[1].when)]
    assert draw_history(history_lines(same, True), SHARE, True, "k")
    assert draw_history(history_lines([POINTS[0], POINTS[0]], True), SHARE, True, "k") == ""


def test_the_report_shows_it_in_every_form() -> None:
    given = context()
    claim = given.results[0].claim.id
    given.history = {claim: POINTS}
    page = build_page(given)
    source = render_html(page)
    root = html.fromstring(source)
    assert "How this figure moved from run to run (3)" in root.text_content()
    assert "What changed" in render_markdown(page)
    assert given.about()["history"][claim][2]["verdict"] == "differs"
