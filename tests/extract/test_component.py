"""The engine in a spaCy pipeline."""

from __future__ import annotations

import spacy

import extract.component  # noqa: F401  (registers the factory)
from extract.engine import Engine

TEXT = "We studied 33 patients with gout (20 men and 13 women). Fever occurred in 12 (36%)."


def test_findings_become_labelled_spans() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("retally_findings")
    doc = nlp(TEXT)
    found = Engine().read(text=TEXT)
    spans = doc.spans["findings"]
    assert [span._.finding for span in spans] == found == doc._.findings
    assert [span.label_ for span in spans] == [f.measure.partition(":")[0] for f in found]
    assert all(TEXT[f.start : f.end] in span.text for span, f in zip(spans, found, strict=True))


def test_the_key_and_the_least_confidence_are_configured() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("retally_findings", config={"spans_key": "figures", "least_confidence": 2.0})
    doc = nlp(TEXT)
    assert list(doc.spans["figures"]) == []
    assert "findings" not in doc.spans


def test_a_wrong_setting_is_refused() -> None:
    nlp = spacy.blank("en")
    try:
        nlp.add_pipe("retally_findings", config={"least_confidence": "often"})
    except ValueError as error:
        assert "least_confidence" in str(error)
    else:
        raise AssertionError("a text is no number")


def test_two_findings_of_one_place_keep_apart() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("retally_findings")
    doc = nlp("We enrolled 33 patients with gout; the male to female ratio was 23:10.")
    pair = [span for span in doc.spans["findings"] if span.label_ == "sex"]
    assert {span._.finding.measure for span in pair} <= {"sex:male", "sex:female"}
    assert len({id(span._.finding) for span in pair}) == len(pair)


def test_abbreviations_on_request() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("retally_findings", config={"abbreviations": True})
    doc = nlp("Atrial fibrillation (AF) occurred in 3 of 40 patients.")
    assert doc._.abbreviations_found == {"AF": "Atrial fibrillation"}
