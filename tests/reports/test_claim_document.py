"""Documents: lines made whole again with a way back, citations told from numbers, what is not the review's prose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.claim_citations import blank_citations
from reports.claim_population import find_population
from reports.claim_structure import split
from reports.document import DocumentError, Flow, Joiner, read_document


def flow(text: str) -> Flow:
    return Joiner(text).join([(at, line) for at, line in _lines(text)])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line.rstrip("\n")
        at += len(line)


def test_a_word_broken_at_a_lines_end_is_whole_and_its_letters_keep_their_places() -> None:
    text = "Relapse oc-\ncurs in 20%\nof patients."
    joined = flow(text)
    assert joined.text == "Relapse occurs in 20% of patients."
    start, end = joined.span(joined.text.index("20%"), joined.text.index("20%") + 3)
    assert text[start:end] == "20%"


def test_a_compound_that_the_document_spells_with_a_hyphen_keeps_it() -> None:
    assert "giant-cell arteritis" in flow("In giant-\ncell arteritis. Then giant-cell again.").text


@pytest.mark.parametrize(
    ("text", "blanked", "items"),
    [
        ("in another.18", "in another.  ", [("18",)]),
        ("in 5% in one study17 and", "in 5% in one study   and", [("17",)]),
        ("of children.1,6-11,14 The", "of children.          The", [("1", "6-11", "14")]),
        ("in 25% of them (<70 mm Hg)27; and", "in 25% of them (<70 mm Hg)  ; and", [("27",)]),
        ("with relapse [3, 5-7].", "with relapse         .", [("3", "5-7")]),
        ("of the patients 6.", "of the patients  .", [("6",)]),
        ("seen¹² often", "seen   often", [("12",)]),
    ],
)
def test_citations_are_no_numbers(text: str, blanked: str, items: list[tuple[str, ...]]) -> None:
    masked, citations = blank_citations(text)
    assert masked == blanked and len(masked) == len(text)
    assert [c.items for c in citations] == items


@pytest.mark.parametrize(
    "text",
    [
        "CD20 and MMP-2",
        "IL-6 and HHV-7",
        "1,490 patients",
        "vitamin B12",
        "0.25 mg",
        "grade 2.",
        "a score of 3.",
        "10 to 15%",
        "HLA-B27",
    ],
)
def test_numbers_and_names_are_no_citations(text: str) -> None:
    assert blank_citations(text) == (text, [])


def test_an_abbreviation_of_the_document_may_carry_a_citation() -> None:
    assert [c.items for c in blank_citations("as in UIP52,55 today", {"UIP"}.__contains__)[1]] == [("52", "55")]


def test_legends_references_furniture_and_closing_parts_are_left_out() -> None:
    text = (
        "Tr e atmen t\n\nAspirin helps in 40% of patients.\n\nFigure 2. A Vessel.\n\nPanel A shows a vessel 3 mm"
        " wide (arrow).\n\n"
        "N Engl J Med 2020;383:1-9\n\nReferences\n\n1. Doe AB. Title with 30% in it. Journal 2001;1:1.\n"
    )
    parts = split(text)
    assert [p.flow.text for p in parts] == ["Aspirin helps in 40% of patients."]
    assert parts[0].section == "treatment"


def test_a_paragraph_goes_on_after_a_figure_that_interrupts_it() -> None:
    text = (
        "Fever was\npresent in most and\n\nFigure 1. Chart.\n\nPanel A shows a curve (arrow).\n\ncough in 20% of"
        " them.\n"
    )
    assert [p.flow.text for p in split(text)] == ["Fever was present in most and cough in 20% of them."]


@pytest.mark.parametrize(
    ("prose", "name"),
    [
        (["Giant-cell arteritis (GCA) is common. GCA harms. GCA and GCA again."], "GCA"),
        (
            [
                "Sarcoidosis: a review",
                "Sarcoidosis is rare. In sarcoidosis, tuberculosis is excluded. Sarcoidosis remits.",
            ],
            "sarcoidosis",
        ),
        (["What is the treatment for acute gout?", "Gout hurts. Gout is treated. In acute gout and in gout."], "gout"),
    ],
)
def test_the_disease_is_called_as_the_review_mostly_calls_it(prose: list[str], name: str) -> None:
    assert find_population(prose).name == name


def test_plain_text_keeps_its_line_ends_and_its_odd_letters(tmp_path: Path) -> None:
    path = tmp_path / "review.txt"
    path.write_bytes("Sjögren\r\n5%".encode())
    assert read_document(path) == "Sjögren\r\n5%"
    path.write_bytes("Sjögren".encode("latin-1"))
    assert read_document(path) == "Sjögren"


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    path = tmp_path / "review.pdf"
    with PdfPages(path) as pages:
        for words in ("Fever occurs in 40% of patients.", "Death is rare."):
            page = Figure()
            page.text(0.1, 0.5, words)
            pages.savefig(page)
    first, second = read_document(path).split("\f")
    assert "40% of patients" in first and "Death is rare" in second


@pytest.mark.parametrize(
    ("name", "content", "cure"), [("none.txt", None, "check the name"), ("bad.pdf", b"no pdf", "save it again")]
)
def test_an_unreadable_document_is_named_with_a_cure(
    tmp_path: Path, name: str, content: bytes | None, cure: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError, match=cure):
        read_document(tmp_path / name)
