"""Gold records as spaCy documents, one set a head.

In: the gold JSON lines (a record a line: split, id, text, entities with character offsets). Out: `GoldRecord` for
scoring against the corpus as annotated, and `Doc` objects whose entities are the head's, without overlaps, for
training. Called by train and evaluate.
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc, Span

from extract.headings import sections_named

HEADS_FILE = Path(__file__).with_name("heads.toml")

#: A sentence ends at a full stop, question or exclamation mark before a capital, a digit or an opening bracket, or at
#: a line end. Coarse on purpose: the engine brings its own sentences; training only has to see pieces of that size.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[])|\s*\n+\s*")

Triple = tuple[int, int, str]
Piece = TypeVar("Piece")  # a piece of text, however it is held


@dataclass(frozen=True, slots=True)
class Head:
    """One entity recognizer: its name, the corpus that teaches it and the labels it writes."""

    name: str
    corpus: str
    encoder: str
    keep: str
    labels: dict[str, str]
    repeat: float = 0.0
    sections: str = ""


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """A record as annotated: every span of the head's labels, (start, end, label) in characters, overlaps included."""

    id: str
    split: str
    text: str
    spans: frozenset[Triple]


def load_heads(path: Path = HEADS_FILE) -> dict[str, Head]:
    """The heads of `heads.toml` by name, in file order."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))["heads"]
    return {name: Head(name=name, **fields) for name, fields in table.items()}


def read_gold(folder: Path, head: Head, splits: Iterable[str]) -> list[GoldRecord]:
    """The records of the head's corpus that belong to `splits`, with the head's labels only."""
    wanted = set(splits)
    records = []
    with (folder / f"{head.corpus}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["split"] not in wanted:
                continue
            spans = frozenset(
                (entity["start"], entity["end"], head.labels[entity["label"]])
                for entity in row["entities"]
                if entity["label"] in head.labels
            )
            records.append(GoldRecord(str(row["id"]), row["split"], row["text"], spans))
    return records


def training_docs(nlp: Language, head: Head, records: Iterable[GoldRecord]) -> list[Doc]:
    """The records as documents for training; where the corpus annotates some sections only, one document a section."""
    docs = []
    for record in records:
        named = sections_named(record.text, head.sections) if head.sections else None
        for start, end in named or [(0, len(record.text))]:
            inside = {(a - start, b - start, label) for a, b, label in record.spans if start <= a and b <= end}
            docs.append(to_doc(nlp, record.text[start:end], inside, head.keep))
    return docs


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the sentence-sized pieces of `text`, without the white space between them."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def without_overlaps(spans: Iterable[Span], keep: str) -> list[Span]:
    """The spans that stay where some overlap: the longest first, or the shortest first; ties go to the earlier one."""
    sign = -1 if keep == "longest" else 1
    taken: set[int] = set()
    kept = []
    for span in sorted(spans, key=lambda span: (sign * (span.end - span.start), span.start)):
        tokens = range(span.start, span.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def to_doc(nlp: Language, text: str, spans: Iterable[Triple], keep: str) -> Doc:
    """`text` tokenised, with the spans that fall on token borders as its entities and sentence starts set.

    The recognizer cannot learn a span that begins or ends with white space.
    """
    doc = nlp.make_doc(text)
    found = [doc.char_span(start, end, label=label) for start, end, label in spans]
    usable = [span for span in found if span is not None and not span[0].is_space and not span[-1].is_space]
    doc.set_ents(without_overlaps(usable, keep))
    inside = {index for entity in doc.ents for index in range(entity.start + 1, entity.end)}
    starts = {start for start, _ in sentences(text)}
    for token in doc:
        token.is_sent_start = token.i == 0 or (token.idx in starts and token.i not in inside)
    return doc


def batches(cut: list[Piece], length: Callable[[Piece], int], words: int, rng: random.Random) -> Iterator[list[Piece]]:
    """The pieces of text in random order, in batches of about `words` tokens; `length` counts those of a piece."""
    rng.shuffle(cut)
    batch: list[Piece] = []
    size = 0
    for piece in cut:
        batch.append(piece)
        size += length(piece)
        if size >= words:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
