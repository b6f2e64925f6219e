"""Sections of a structured abstract in one text: which characters stand under which heading."""

from __future__ import annotations

from extract.headings import sections_named

TEXT = "A trial.\nMETHODS: We asked.\nRESULTS : Ten coughed.\nMore coughed.\nCONCLUSIONS: Cough is common."


def test_the_sections_under_matching_headings_are_given() -> None:
    named = sections_named(TEXT, "RESULT|CONCLUS")
    assert named is not None
    assert [TEXT[start:end].strip() for start, end in named] == [
        "RESULTS : Ten coughed.\nMore coughed.",
        "CONCLUSIONS: Cough is common.",
    ]


def test_a_text_without_headings_has_no_sections() -> None:
    assert sections_named("We asked ten people. Results: ten coughed.", "RESULT") is None
    assert sections_named("", "RESULT") is None


def test_headings_that_do_not_match_are_no_structure() -> None:
    assert sections_named("AIM: To ask.\nSETTING: A ward.", "RESULT") is None
