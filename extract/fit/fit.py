"""Fit the reader's deciders: `python -m extract.fit.fit FOLDER [--trials rct_art.jsonl] [--splits train] [--only
figure|name|group]`.

FOLDER holds `<split>.records.jsonl` and `<split>.gold.jsonl`. Fitted are: what a figure is (`figure`), which
phrases are groups
(`mention`), which phrase names a figure (`name`), whose figure it is (`group`). Takes about a minute on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from extract.fit.align import read_examples
from extract.fit.groups import fit_groups, fit_labels
from extract.fit.kinds import fit_kinds
from extract.fit.names import fit_names
from extract.fit.pages import read_pages
from extract.fit.trials import read_sentences


def main() -> None:
    """Read the annotated abstracts and fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=Path, help="rct_art.jsonl: sentences with outcomes, arms and their figures")
    parser.add_argument(
        "--splits", default="train", help="comma-separated; `train` alone keeps the other parts for measuring"
    )
    parser.add_argument(
        "--only", choices=["figure", "phrases"], help="refit what figures are, or names and groups, alone"
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    examples = [e for split in args.splits.split(",") for e in read_examples(args.folder, split)]
    if args.only != "phrases":
        fit_kinds(examples, args.out)
    if args.only != "figure":
        pages = read_pages(examples, read_sentences(args.trials) if args.trials else [])
        fit_labels(pages, args.out)
        fit_names(pages, args.out)
        fit_groups(pages, args.out)


if __name__ == "__main__":
    main()
