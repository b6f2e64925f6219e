"""The review `cop`: its restated abstracts carry exactly the figures that stand beside them, and pass for no paper."""

from __future__ import annotations

import json

import pytest

from pipeline.bundle import read_bundle
from pipeline.review import load_review
from pipeline.screening import screen
from tests.corpora.restated import CORPUS, figures, read_all, records


def test_every_restatement_says_that_it_is_one() -> None:
    for record, link in read_bundle(CORPUS / "records.jsonl"):
        assert record.id.startswith("restated:")
        assert record.source == "restatement"
        assert record.pmid is None
        assert record.doi is None
        assert link.citation
        assert link.title


def test_each_text_carries_its_figures_at_their_places() -> None:
    texts = {identity: record.text for identity, record in records().items()}
    for figure in figures():
        assert texts[figure["record_id"]][figure["start"] : figure["end"]] == figure["quote"], figure


def test_a_figure_that_begins_with_a_digit_has_its_number_in_its_words() -> None:
    for figure in figures():
        words = figure["quote"].replace(",", "").replace(" ", "").replace("·", ".")
        if not words[0].isdigit() or "/" in words or figure["stat"] == "present":
            continue
        numbers = [figure[key] for key in ("value", "low", "high", "numerator") if figure[key] is not None]
        assert any(shown in words for number in numbers for shown in (f"{number:g}", f"{number:.1f}")), figure


def test_the_bundle_is_every_study_of_the_material(shared) -> None:
    studies = [json.loads(line) for line in (shared / "cop" / "studies.jsonl").read_text().splitlines()]
    assert {f"restated:{study['slug']}" for study in studies} == set(records())
    carried = {(figure["record_id"], figure["measure"], figure["value"], figure["low"]) for figure in figures()}
    for study in studies:
        for finding in study["findings"]:
            assert (f"restated:{study['slug']}", finding["measure"], finding["value"], finding["low"]) in carried


def test_no_restatement_repeats_a_sentence_of_another() -> None:
    seen: dict[str, str] = {}
    for identity, record in records().items():
        for _, text in record.sections:
            for sentence in text.split(". "):
                if len(sentence) > 60:
                    assert seen.setdefault(sentence, identity) == identity


def test_every_restatement_is_about_the_disease() -> None:
    review = load_review("cop")
    others = [record.id for record in records().values() if not screen(record, "", "", review).included]
    assert others == []


def test_most_figures_of_the_restatements_are_read() -> None:
    """A floor, not a measure: the texts are this project's own."""
    pytest.importorskip("extract.engine")
    tally = read_all()
    assert tally["carried"] == len(figures())
    assert tally["number"] >= 0.5 * tally["carried"]
