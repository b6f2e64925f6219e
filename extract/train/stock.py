"""The yardstick: spaCy's stock CNN entity recognizer without vectors, trained on the same data.

Writes the config of `spacy init config -p ner -o efficiency`, unchanged, trains it with `spacy train` on one head's
records with spaCy's own tokenizer, and leaves the best model. Run as `python -m extract.train.stock GOLD OUT --heads
bc5cdr regimen`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy
from spacy.cli.init_config import init_config
from spacy.cli.train import train
from spacy.tokens import DocBin

from extract.train.corpus import Head, load_heads, read_gold, to_doc


def train_stock(gold: Path, head: Head, out: Path) -> Path:
    """Train the stock recognizer for `head`; returns the folder of the best model (by the development part, as spaCy
    does).
    """
    out.mkdir(parents=True, exist_ok=True)
    nlp = spacy.blank("en")
    for split in ("train", "dev"):
        docs = [to_doc(nlp, record.text, record.spans, head.keep) for record in read_gold(gold, head, [split])]
        DocBin(docs=docs).to_disk(out / f"{split}.spacy")
    config = init_config(lang="en", pipeline=["ner"], optimize="efficiency")
    config.to_disk(out / "config.cfg")
    paths = {"paths.train": str(out / "train.spacy"), "paths.dev": str(out / "dev.spacy")}
    train(out / "config.cfg", out / "model", overrides=paths)
    return out / "model" / "model-best"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--heads", nargs="*", help="heads to train, by default all")
    arguments = parser.parse_args()
    heads = load_heads()
    for name in arguments.heads or heads:
        train_stock(arguments.gold, heads[name], arguments.out / name)


if __name__ == "__main__":
    main()
