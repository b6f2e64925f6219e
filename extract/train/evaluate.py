"""Strict scores of a pipeline's heads: a span counts only with the exact start, end and label of the annotation.

Gold is the corpus as annotated: spans that no token border meets, and spans that overlap others, count as misses. Run
as `python -m extract.train.evaluate PIPELINE GOLD [--split dev]`; a table goes to standard output (`--format json`
for numbers).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

import spacy
from spacy.language import Language

import extract.entity_head  # noqa: F401  (registers the component)
from extract.entity_head import SPANS_KEY
from extract.train.corpus import GoldRecord, Head, load_heads, read_gold, sentences


class Score(TypedDict):
    """Precision, recall and F1 (0-1) of one label, and the number of annotated spans."""

    p: float
    r: float
    f: float
    gold: int
    tp: int
    predicted: int


def figures(tp: int, predicted: int, gold: int) -> Score:
    """The score from its three counts."""
    p = tp / predicted if predicted else 0.0
    r = tp / gold if gold else 0.0
    return {"p": p, "r": r, "f": 2 * p * r / (p + r) if p + r else 0.0, "gold": gold, "tp": tp, "predicted": predicted}


def predict(
    nlp: Language, head: Head, records: list[GoldRecord], by_sentence: bool = False
) -> list[set[tuple[int, int, str]]]:
    """The spans of one head in each record, in characters; record by record, or sentence by sentence as the engine
    reads.
    """
    units: list[tuple[int, int, str]] = []
    for index, record in enumerate(records):
        if by_sentence:
            units += [(index, start, record.text[start:end]) for start, end in sentences(record.text)]
        else:
            units.append((index, 0, record.text))
    found: list[set[tuple[int, int, str]]] = [set() for _ in records]
    stock = "ner" in nlp.pipe_names
    pipes = nlp.pipe_names if stock else [head.encoder, head.name]
    with nlp.select_pipes(enable=pipes):
        for (index, offset, _), doc in zip(units, nlp.pipe(text for *_, text in units), strict=True):
            spans: Iterable = doc.ents if stock else doc.spans.get(SPANS_KEY, [])
            found[index].update((offset + span.start_char, offset + span.end_char, span.label_) for span in spans)
    return found


def score_head(nlp: Language, head: Head, records: list[GoldRecord], by_sentence: bool = False) -> dict[str, Score]:
    """Strict scores by label of one head on `records`."""
    tp: dict[str, int] = defaultdict(int)
    predicted: dict[str, int] = defaultdict(int)
    gold: dict[str, int] = defaultdict(int)
    for record, spans in zip(records, predict(nlp, head, records, by_sentence), strict=True):
        for _, _, label in spans & record.spans:
            tp[label] += 1
        for _, _, label in spans:
            predicted[label] += 1
        for _, _, label in record.spans:
            gold[label] += 1
    return {label: figures(tp[label], predicted[label], gold[label]) for label in sorted(set(head.labels.values()))}


def micro(scores: dict[str, Score]) -> Score:
    """All labels of a head taken together."""
    return figures(*(sum(score[key] for score in scores.values()) for key in ("tp", "predicted", "gold")))  # type: ignore[literal-required]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--heads", nargs="*", help="heads to score, by default those of the pipeline")
    parser.add_argument("--sentences", action="store_true", help="read sentence by sentence, as the engine does")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--out", type=Path, help="write the scores here as JSON, besides the table")
    arguments = parser.parse_args()
    nlp = spacy.load(arguments.pipeline)
    heads = load_heads()
    names = arguments.heads or [name for name in heads if name in nlp.pipe_names]
    table = {}
    for name in names:
        scores = score_head(
            nlp, heads[name], read_gold(arguments.gold, heads[name], [arguments.split]), arguments.sentences
        )
        table[name] = {**scores, "(all)": micro(scores)}
    if arguments.out:
        arguments.out.write_text(json.dumps(table, indent=1), encoding="utf-8")
    if arguments.format == "json":
        print(json.dumps(table, indent=1))
        return
    print("| head | label | P | R | F1 | annotated |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for name, scores in table.items():
        for label, score in scores.items():
            print(f"| {name} | {label} | {score['p']:.3f} | {score['r']:.3f} | {score['f']:.3f} | {score['gold']} |")


if __name__ == "__main__":
    main()
