"""Words, signs and sentences of one record, with character offsets into its text.

Comes in: the record's text and the spans of its sections. Goes out: a `Document` that every later step of the engine
shares, so that a text is tokenised once. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache

from extract.resources import load

# Thousands with commas, a decimal comma right before a unit or a sign ("17,2 years"), and plain numbers.
NUMBER = (
    r"(?<![\d,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d|,\d)"
    r"|(?<![\d,])\d{1,4},\d{1,2}(?=\s?(?:%|±|\+/|(?:years|months|weeks|days|hours|[kmnpµμ]?g|cm|mm|m[lL]|[mnµμ]?mol)\b|[lL]/min\b))"
    r"|\d+(?:[.·∙]\d+)?"
)
TOKEN = re.compile(rf"(?<![\w.·∙])[.·∙]\d+|{NUMBER}|[^\W\d_]+\d*(?:['’][^\W\d_]+)?\w*|\S")
# A line break that ends no sentence: "145\n± 14 mmHg", "53-\nyear-old"
WRAPPED = re.compile(r"(?<=[^\s.!?:;])\n(?=[a-z0-9±(+<>≤≥=])")
# What is a short form in capitals ("ALL") counts where these follow.
COUNTING = frozenset({"all", "no", "none", "both"})
STRESSED = frozenset({"patients", "subjects", "participants", "cases", "of", "the", "other", "women", "men", "infants"})
# A full stop ends a sentence before white space and a capital, a digit or a bracket ...
STOP = re.compile(r"[.!?][)\]\"”’]*(?=\s+[\"“(\[]?[^\Wa-z_]|\s+[a-z]?[A-Z]|\s*$)|\n+|(?<=[a-z)\]%])[.](?=[A-Z][a-z])")
# ... but not after these (compared in lower case, without the stop).
ABBREVIATIONS = frozenset(
    [
        "vs",
        "v",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "dr",
        "mr",
        "mrs",
        "prof",
        "st",
        "al",
        "fig",
        "figs",
        "no",
        "nos",
        "approx",
        "ca",
        "cf",
        "resp",
        "incl",
        "i.v",
        "i.m",
        "s.c",
        "p.o",
        "iv",
        "im",
        "sp",
        "spp",
        "subsp",
        "inc",
        "ltd",
        "b.i.d",
        "t.i.d",
        "q.d",
        "q.i.d",
        "b.d",
        "t.d.s",
        "u.s",
    ]
)


@dataclass(slots=True)
class Sentence:
    """A sentence: its tokens `first` to `last` (exclusive), its characters, the number of its section."""

    first: int
    last: int
    start: int
    end: int
    section: int


@dataclass(slots=True)
class Document:
    """A tokenised text. `words` and `lower` are parallel to `starts` and `ends` (character offsets)."""

    text: str
    words: list[str]
    lower: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[Sentence] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)  # the label of each section; the title is section 0
    firsts: list[int] = field(default_factory=list)  # the first token of each sentence

    def token_at(self, offset: int) -> int:
        """The index of the token that covers or precedes a character offset (0 for an offset before the first)."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def sentence_of(self, token: int) -> int:
        """The index of the sentence that holds a token."""
        return max(0, bisect_right(self.firsts, token) - 1)

    def spaced(self, token: int) -> bool:
        """Whether white space precedes the token."""
        return token == 0 or self.starts[token] > self.ends[token - 1]


def tokenize(text: str) -> Document:
    """Split a text into words, numbers and single signs; white space is dropped."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(text):
        words.append(match.group())
        starts.append(match.start())
        ends.append(match.end())
    return Document(text, words, [_low(words, i) for i in range(len(words))], starts, ends)


def _low(words: list[str], i: int) -> str:
    """The word in lower case, as every list has it; but short forms that look like small words stay as printed, so that
    no list takes "AS" (aortic stenosis), "ALL" (a leukaemia) or the A of "group A" for one.
    """
    word = words[i]
    low = word.lower()
    if low == word or low not in _small() or not word.isupper():
        return low
    if len(word) == 1:  # "group A", "hepatitis A virus", "factor V"
        before = words[i - 1] if i else ""
        after = words[i + 1] if i + 1 < len(words) else ""
        named = before.isalpha() and len(before) > 3 and before.lower() not in _small() and not before.isupper()
        joined = after in ("+", "/") and i + 2 < len(words) and words[i + 2][0].isalnum()  # "the A+CHP group"
        return word if joined or (named and not after.istitle()) else low
    near = [w for w in words[max(0, i - 3) : i + 4] if len(w) > 4 and w.isalpha()]
    if any(w.isupper() for w in near):  # a heading or a title in capitals
        return low
    if low in COUNTING and words[i + 1 : i + 2] and words[i + 1].lower() in STRESSED:
        return low  # "ALL patients" is stressed
    return word


@cache
def _small() -> frozenset[str]:
    """The words of the closed classes that are short forms when printed in capitals."""
    return frozenset(load("grammar")["capitals"])


def boundaries(text: str) -> list[tuple[int, int]]:
    """Character spans of the sentences of a text. Line breaks end a sentence only where a section ends."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in STOP.finditer(text):
        end = match.end()
        if text[match.start()] == "." and match.end() < len(text):
            before = text[max(start, match.start() - 12) : match.start()]
            word = re.search(r"[\w.]+$", before)
            if word and (word.group().lower() in ABBREVIATIONS or re.fullmatch(r"[A-Z]", word.group())):
                continue
            depth = text.count("(", start, end) - text.count(")", start, end)
            if depth > 0 and re.match(r"\s*\d", text[end : end + 4]):  # a stray blank in a decimal, "( 54. 55%)"
                continue
        if text[start:end].strip():
            spans.append((start, end))
        start = end
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def read_document(text: str, sections: list[tuple[int, int, str]]) -> Document:
    """Tokenise a text and find the sentences of each of its sections (`(start, end, label)`, in order).

    A line that breaks in the middle of a sentence is read on; every character keeps its place.
    """
    for begin, finish, _ in sections:
        text = text[:begin] + WRAPPED.sub(" ", text[begin:finish]) + text[finish:]
    doc = tokenize(text)
    doc.labels = [label for _, _, label in sections]
    for number, (begin, finish, _) in enumerate(sections):
        for start, end in boundaries(text[begin:finish]):
            start, end = start + begin, end + begin
            first = bisect_right(doc.starts, start - 1)
            last = bisect_right(doc.starts, end - 1)
            if last > first:
                doc.sentences.append(Sentence(first, last, doc.starts[first], doc.ends[last - 1], number))
    doc.firsts = [s.first for s in doc.sentences]
    return doc
