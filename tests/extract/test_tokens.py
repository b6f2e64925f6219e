"""Words, numbers and sentences with their offsets."""

from __future__ import annotations

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
