"""The group of a figure that the words right beside it settle: "12 (30%) in the early group", "group A (n = 30".

Of 1,160 annotated figures with a group right behind them 94 in a hundred were of that group, of 80 sizes right behind a
group's label 77. Called by `extract.engine`.
"""

from __future__ import annotations

import re

from extract.abreast import end_of
from extract.features import Reader
from extract.wording import PEOPLE

NOUN = r"(?:group|arm|cohort)"
WHO = rf"(?:{PEOPLE}|those|eyes|animals)"
NO_LABEL = (
    r"(?!(?:and|or|both|all|each|either|two|three|four|the|this|that|these|age|total|whole|entire|same|other|another"
    rf"|study|reverse|first|second|{NOUN}s?|{WHO})\b)"
)
BEHIND = re.compile(
    rf"\s*[)\]]?\s*(?:[(\[][^()\[\]]{{1,60}}[)\]]\s*)?(?:(?:of\s+)?(?:the\s+|all\s+)?{WHO}\s+)?"
    rf"(?:in|for|among|with|from|of)\s+(?:the\s+)?(?P<label>(?:{NO_LABEL}[\w+/.-]+\s+){{1,4}}{NOUN})\b",
    re.I,
)
SIZED = re.compile(rf"(?P<label>{NOUN}\s+(?:[A-Z]{{1,2}}\d?|\d|[IVX]{{1,3}}))\s*[(\[]\s*n\s*=\s*$", re.I)
REACH = 120  # characters


def label_beside(reader: Reader, figure: int) -> tuple[int, int] | None:
    """The tokens (end exclusive) of the label right beside a figure that must be its group, or None."""
    doc, e = reader.doc, reader.figures[figure]
    sentence = doc.sentences[reader.sentence[figure]]
    match = SIZED.search(doc.text, max(sentence.start, e.start - 40), e.start) if e.n_equals else None
    if match is None:
        match = BEHIND.match(doc.text, end_of(reader, figure), min(e.end + REACH, sentence.end))
    if match is None:
        return None
    return doc.token_at(match.start("label")), doc.token_at(match.end("label") - 1) + 1
