"""Words, numbers and sentences with their offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tokens import read_document, tokenize


def words(text: str) -> list[str]:
    return tokenize(text).words


def test_number_glued_to_a_word_is_parted():
    assert words("in 16patients") == ["in", "16", "patients"]


def test_marker_with_digits_stays_whole():
    assert "CD4" in words("low CD4 cells")


def test_thousands_and_decimals_are_one_token():
    assert "1,346" in words("of 1,346 women") and "0·5" in words("about 0·5 mg")


def sentences(text: str) -> list[str]:
    doc = read_document(text, [(0, len(text), "")])
    return [text[s.start : s.end] for s in doc.sentences]


def test_stop_after_abbreviation_does_not_end_a_sentence():
    assert len(sentences("Death was rarer (8 vs. 12 patients). Fever was not.")) == 2


def test_sentence_of_a_token():
    doc = read_document("One died. Two lived.", [(0, 20, "")])
    assert doc.sentence_of(doc.token_at(10)) == 1


@given(st.text(max_size=300))
def test_offsets_give_the_words_back(text):
    doc = read_document(text, [(0, len(text), "")])
    assert all(text[a:b] == w for w, a, b in zip(doc.words, doc.starts, doc.ends, strict=True))
    assert all(0 <= s.start < s.end <= len(text) and s.first < s.last for s in doc.sentences)


@pytest.mark.parametrize(
    ("text", "word", "low"),
    [
        ("Severe AS was found.", "AS", "AS"),
        ("Those with ALL relapsed.", "ALL", "ALL"),
        ("Patients in group A recovered.", "A", "A"),
        ("Factor V was low.", "V", "V"),
        ("It fell in the A+CHP group.", "A", "A"),
        ("ALL patients recovered.", "ALL", "all"),  # stressed
        ("EFFECTS AS MEASURED LATER.", "AS", "as"),  # a title in capitals
        ("Treatment. A trial was run.", "A", "a"),
        ("Efficacy With A New Drug", "A", "a"),
        ("As expected, all recovered.", "As", "as"),
    ],
)
def test_short_forms_that_look_like_small_words_stay_as_printed(text, word, low):
    doc = tokenize(text)
    assert doc.lower[doc.words.index(word)] == low
