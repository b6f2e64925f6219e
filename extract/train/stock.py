"""The yardstick: spaCy's stock CNN entity recognizer without vectors, trained on the same data.

Writes the config of `spacy init config -p ner -o efficiency`, unchanged, trains it as `spacy train` does on one head's
records with spaCy's own tokenizer, and leaves the best model. Run as `python -m extract.train.stock GOLD OUT --heads
bc5cdr regimen`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy
from spacy.cli.init_config import init_config
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as train_loop
from spacy.util import load_config
from thinc.api import NumpyOps, set_current_ops

from extract.train.corpus import Head, load_heads, read_gold, to_doc


def train_stock(gold: Path, head: Head, out: Path) -> Path:
    """Train the stock recognizer for `head`; returns the folder of the best model (by the development part, as spaCy
    does).
    """
    (out / "model").mkdir(parents=True, exist_ok=True)
    nlp = spacy.blank("en")
    for split in ("train", "dev"):
        docs = [to_doc(nlp, record.text, record.spans, head.keep) for record in read_gold(gold, head, [split])]
        DocBin(docs=docs).to_disk(out / f"{split}.spacy")
    config = init_config(lang="en", pipeline=["ner"], optimize="efficiency")
    config.to_disk(out / "config.cfg")
    paths = {"paths.train": str(out / "train.spacy"), "paths.dev": str(out / "dev.spacy")}
    set_current_ops(NumpyOps(use_blis=False))  # as for the clinical model; changes the time, not the model
    train_loop(init_nlp(load_config(out / "config.cfg", overrides=paths)), out / "model")
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
