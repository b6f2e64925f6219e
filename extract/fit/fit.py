"""Fit the reader's deciders: `python -m extract.fit.fit FOLDER [--splits train,dev] [--out extract/weights]`.

FOLDER holds `<split>.records.jsonl` and `<split>.gold.jsonl`. Four logistic regressions: what a figure is (`figure`), which
phrase names it (`name`), which phrases are groups (`mention`), whose figure it is (`group`). Takes a few minutes on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from extract import linear
from extract.fit.align import Example, read_examples
from extract.fit.kinds import fit_kinds, label_of
from extract.fit.models import fit_decider, fit_ranker, matrix
from extract.groups import Mention, choices, counted, gather, mention_features, phrase_text
from extract.names import layout, name_candidates
from extract.similar import overlap, same

NAMELESS = ("participants", "age", "sex", "smoking", "dose", "follow-up")


def fit_all(examples: list[Example], out: Path) -> None:
    """Fit and write the four deciders."""
    out.mkdir(parents=True, exist_ok=True)
    fit_kinds(examples, out)
    name_lists: list[tuple[list[list[str]], list[bool]]] = []
    mention_rows, mention_labels = [], []
    plans_of = []
    for example in examples:
        reader = example.reader
        plans = {s: layout(reader, s) for s in range(len(reader.doc.sentences))}
        plans_of.append(plans)
        groups = {f["group"] for f in example.findings if f["group"] != "all"}
        counts = counted(reader, plans)
        for s, plan in plans.items():
            for phrase in plan.phrases:
                text = phrase_text(reader, phrase)
                mention_rows.append(mention_features(reader, plan, phrase, s, counts, text))
                best = max((overlap(g, text) for g in groups), default=0.0)
                mention_labels.append("yes" if best >= 0.6 else "no")
        for i, findings in enumerate(example.gold):
            if not findings or findings[0]["measure"].split(":")[0] in NAMELESS:
                continue
            kind, _, name = findings[0]["measure"].partition(":")
            options = name_candidates(reader, plans[reader.sentence[i]], i, kind)
            fits = [overlap(name, phrase_text(reader, p)) + 0.2 * same(name, phrase_text(reader, p)) for p, _ in options]
            if not fits or max(fits) < 0.35:
                continue
            name_lists.append(([features for _, features in options], [fit >= max(fits) - 0.01 for fit in fits]))
    fit_ranker(name_lists, out / "name.npz")
    fit_decider(mention_rows, mention_labels, out / "mention.npz", c=0.5, least=3)
    linear.load.cache_clear()
    fit_groups(examples, plans_of, out, mention_rows, mention_labels)


def fit_groups(examples: list[Example], plans_of: list[dict], out: Path, mention_rows: list, mention_labels: list) -> None:
    """Fit the group ranker on beliefs from a mention decider that has not seen the abstract (five folds)."""
    x, _ = matrix(mention_rows, 3)
    owner = np.array([n for n, (e, plans) in enumerate(zip(examples, plans_of, strict=True)) for plan in plans.values() for _ in plan.phrases])
    belief = np.zeros(x.shape[0])
    y = np.array(mention_labels) == "yes"
    for fold in range(5):
        held = owner % 5 == fold
        model = LogisticRegression(C=0.5, max_iter=300).fit(x[~held], y[~held])
        belief[held] = model.predict_proba(x[held])[:, 1]
    lists: list[tuple[list[list[str]], list[bool]]] = []
    at = 0
    for example, plans in zip(examples, plans_of, strict=True):
        reader = example.reader
        beliefs, mentions = {}, []
        for s, plan in plans.items():
            for phrase in plan.phrases:
                beliefs[s, phrase.first, phrase.last] = float(belief[at])
                mentions.append((Mention(s, phrase, phrase_text(reader, phrase)), float(belief[at])))
                at += 1
        groups = gather(mentions)
        previous = None
        for i, findings in enumerate(example.gold):
            if not findings or reader.figures[i].form in ("sd", "se"):
                continue
            kind = label_of(findings)
            options = choices(reader, plans[reader.sentence[i]], i, kind, groups, beliefs, previous)
            gold = findings[0]["group"]
            if gold == "all":
                fits = [1.0 if o.label == "all" else 0.0 for o in options]
            else:
                fits = [0.0 if o.label == "all" else overlap(gold, o.label) + 0.2 * same(gold, o.label) for o in options]
            if max(fits) >= 0.35:
                lists.append(([o.features for o in options], [fit >= max(fits) - 0.01 for fit in fits]))
            previous = gold
    fit_ranker(lists, out / "group.npz")


def main() -> None:
    """Read the annotated abstracts and fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=["figure"], help="refit this decider alone")
    parser.add_argument("--splits", default="train")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    args = parser.parse_args()
    examples = [e for split in args.splits.split(",") for e in read_examples(args.folder, split)]
    if args.only:
        fit_kinds(examples, args.out)
    else:
        fit_all(examples, args.out)


if __name__ == "__main__":
    main()
