"""Fit the reader: `python -m extract.fit.fit SHARED [--out FOLDER] [--epochs N]`.

SHARED holds the corpora (`gold/findings`, `gold/rct_art.jsonl`, `pubmed`). Learned from are the training abstracts of
the findings gold, the abstracts annotated for this project (`annotations.jsonl`) and the sentences of RCT-ART; never
the development abstracts. Written are `figure.npz` (what a figure is, a linear decider) and `reader.npz` (the network).
Takes some eighty minutes on two cores (by its steps; not timed whole); needs PyTorch (`extract/fit/requirements.txt`).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from extract.fit.align import read_examples
from extract.fit.annotations import read_annotated
from extract.fit.beliefs import fill_beliefs
from extract.fit.kinds import fit_kinds
from extract.fit.lists import Lists, lists_of
from extract.fit.models import rank
from extract.fit.pages import read_pages
from extract.fit.trials import read_sentences
from extract.fit.words import read_words
from extract.sequence import FIRST_WORD

GOLD_TIMES = 2
PENALTY, FOLDS = 20.0, 3  # of the stand-in for the network that guesses the groups of figures before


def guessed(lists: list[Lists]) -> list[dict[int, str]]:
    """The group that a ranker which has not seen the page gives each figure."""
    pairs = [[(g.strings, [bool(f >= g.fits.max() - 0.01) for f in g.fits]) for g in page.groups] for page in lists]
    out: list[dict[int, str]] = []
    rankers = []
    for fold in range(FOLDS):
        others = [pair for n, row in enumerate(pairs) if n % FOLDS != fold and n % 2 == 0 for pair in row]
        rankers.append(rank(others, PENALTY, 3))
    for n, page in enumerate(lists):
        ranker = rankers[n % FOLDS]
        out.append({g.figure: g.texts[int(ranker.scores(g.strings)[:, 0].argmax())] for g in page.groups})
    return out


def main() -> None:
    """Read the annotated abstracts and fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    parser.add_argument("--epochs", type=int, help="of each training, in place of its own; 1 to try the script")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    from extract.fit.network import train
    from extract.fit.pretrain import pretrain, read_rows  # PyTorch is no part of the environment that reads

    began = time.time()

    def said(what: str) -> None:
        print(f"{time.time() - began:5.0f} s  {what}", file=sys.stderr, flush=True)

    gold = read_examples(args.shared / "gold" / "findings", "train")
    examples = gold + read_annotated(args.shared)
    said(f"{len(examples)} abstracts with {sum(len(e.findings) for e in examples)} findings")
    fit_kinds(examples, args.out)
    pages = read_pages(examples, read_sentences(args.shared / "gold" / "rct_art.jsonl"))
    fill_beliefs(pages)
    said("phrases believed")
    words, vectors = read_words(args.shared)
    index = {word: FIRST_WORD + n for n, word in enumerate(words)}
    whose = [*examples, *[None] * (len(pages) - len(examples))]
    first = [lists_of(page, example, index) for page, example in zip(pages, whose, strict=True)]
    guesses = guessed(first)
    said("groups guessed")
    lists = [lists_of(p, e, index, g) for p, e, g in zip(pages, whose, guesses, strict=True)]
    start = pretrain(read_rows(args.shared, index), vectors, args.epochs)
    said("plain text read")
    people = lists[: len(gold)] * (GOLD_TIMES - 1)  # what people annotated counts more
    train([row for row in lists + people if row.phrases], words, vectors, args.out / "reader.npz", start, args.epochs)
    said("done")


if __name__ == "__main__":
    main()
