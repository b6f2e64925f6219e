"""A record as the network reads it: one row of small integers a word, one for each figure however it is printed.

Comes in: the features' `Reader`. Goes out: a `Sequence`, from which `extract.network` makes its vectors. Called by
`extract.engine` and by the training in `extract.fit`.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from extract.features import Reader, bucket
from extract.items import Expression

ROLES = ("", "title", "background", "methods", "results", "conclusion")
BUCKETS = ("none", "0", "1", "2", "3", "5", "10", "20", "50", "100", "200", "500", "1000", "10000", "more")
LETTERS = 2048  # buckets of the beginnings and ends of words
KINDS, UNITS, SIGNS = 256, 512, 256  # buckets of what a figure is, of its unit, of how it is printed
UNKNOWN, START, FIGURE, DROPPED, FIRST_WORD = 0, 1, 2, 3, 10  # rows of the table of words
# the columns of a row
WORD, END3, BEGIN4, END5, SHAPE, ROLE, KIND, UNIT, SIGN, SIZE, DEPTH = range(11)
SHAPES = 10


@dataclass(slots=True)
class Sequence:
    """`rows` (one a word, a figure, a sentence's start), the row of each token, of each figure, the sentence of each
    row."""

    rows: np.ndarray
    place: list[int]
    figure: dict[int, int]
    sentence: np.ndarray


def crc(text: str, buckets: int) -> int:
    """A bucket for a text, the same on every machine."""
    return zlib.crc32(text.encode()) % buckets


@lru_cache(maxsize=50_000)
def _word(word: str) -> tuple[str, int, int, int, int]:
    """A word in lower case, the buckets of its ends and its beginning, its shape."""
    low = word.lower()
    if word.isdigit():
        shape = 4
    elif not word[0].isalnum():
        shape = 5
    elif len(word) == 1:
        shape = 7
    elif word.isupper():
        shape = 2
    elif word.islower():
        shape = 0
    elif word[0].isupper() and word[1:].islower():
        shape = 1
    elif any(c.isdigit() for c in word):
        shape = 4
    else:
        shape = 3
    return low, crc("s" + low[-3:], LETTERS), crc("p" + low[:4], LETTERS), crc("S" + low[-5:], LETTERS), shape


def _figure(e: Expression) -> tuple[int, int, int, int]:
    """What a figure is, its unit, how it is printed, its magnitude, as buckets (0 is kept for words)."""
    kind = e.unit.kind if e.unit else "-"
    unit = e.unit.text.lower() if e.unit else "-"
    has = f"{e.numerator is not None}|{e.denominator is not None}"
    printed = f"{e.kind}|{e.n_equals}|{e.bracket}|{e.decimals > 0}|{'|'.join(sorted(e.tags))}"
    return (
        1 + crc(f"{e.form}|{kind}|{has}", KINDS) % (KINDS - 1),
        1 + crc(f"{unit}|{e.cmp}|{e.label}", UNITS) % (UNITS - 1),
        1 + crc(printed, SIGNS) % (SIGNS - 1),
        1 + BUCKETS.index(bucket(e.value if e.value is not None else e.low)),
    )


def sequence(reader: Reader, words: Mapping[str, int]) -> Sequence:
    """Lay a record out as rows; `words` gives the row of each known word in the table of words."""
    doc, figures, covered = reader.doc, reader.figures, reader.covered
    rows: list[tuple[int, ...]] = []
    sentences: list[int] = []
    place = [0] * (len(doc.words) + 1)
    where: dict[int, int] = {}
    for number, s in enumerate(doc.sentences):
        role = ROLES.index(reader.roles[number]) if reader.roles[number] in ROLES else 0
        rows.append((START, 0, 0, 0, 6, role, 0, 0, 0, 0, 0))
        depth, token = 0, s.first
        while token < s.last:
            figure = covered.get(token)
            at = len(rows)
            if figure is not None and figure in where:  # what stands behind the words in a figure: "(25%)"
                place[token] = len(rows) - 1
                token += 1
                continue
            if figure is not None and figures[figure].drop != "name":
                e, end = figures[figure], token
                while end < s.last and covered.get(end) == figure:
                    place[end] = at
                    end += 1
                where.setdefault(figure, at)
                if e.drop:
                    rows.append((DROPPED, 0, 0, 0, 9, role, 0, 0, 0, 0, min(depth, 2)))
                else:
                    rows.append((FIGURE, 0, 0, 0, 8, role, *_figure(e), min(depth, 2)))
                token = end
                continue
            word = doc.words[token]
            low, end3, begin4, end5, shape = _word(word)
            if word in "([":
                depth += 1
            place[token] = at
            rows.append((words.get(low, UNKNOWN), end3, begin4, end5, shape, role, 0, 0, 0, 0, min(depth, 2)))
            if word in ")]":
                depth = max(0, depth - 1)
            token += 1
        sentences += [number] * (len(rows) - len(sentences))
    place[len(doc.words)] = len(rows)
    for number, e in enumerate(figures):
        where.setdefault(number, place[e.first])
    return Sequence(np.array(rows, dtype=np.int32).reshape(-1, 11), place, where, np.array(sentences, dtype=np.int32))
