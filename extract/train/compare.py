"""The shipped recipe beside the stock recognizer, on the same records: `python -m extract.train.compare OURS STOCK
GOLD [--split dev]`.

OURS is a pipeline of `extract.train.train`, STOCK the folder of `extract.train.stock`; both were trained on the train
parts. Scores are strict F1 against the annotation, the same for both. A table goes to standard output, label by
label.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy

from extract.train.corpus import load_heads, read_gold
from extract.train.evaluate import micro, score_head


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ours", type=Path)
    parser.add_argument("stock", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", default="dev")
    arguments = parser.parse_args()
    ours = spacy.load(arguments.ours)
    print("| head | label | annotated | stock F1 | ours F1 | difference |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for name, head in load_heads().items():
        best = arguments.stock / name / "model" / "model-best"
        if name not in ours.pipe_names or not best.is_dir():
            continue
        records = read_gold(arguments.gold, head, [arguments.split])
        here, there = score_head(ours, head, records), score_head(spacy.load(best), head, records)
        for label, one, other in [
            ("(all)", micro(here), micro(there)),
            *((key, here[key], there[key]) for key in here),
        ]:
            f, g = 100 * one["f"], 100 * other["f"]
            print(f"| {name} | {label} | {one['gold']} | {g:.1f} | {f:.1f} | {f - g:+.1f} |")


if __name__ == "__main__":
    main()
