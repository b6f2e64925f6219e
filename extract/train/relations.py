"""Train and score the relations: `python -m extract.train.relations GOLD [--out extract/data/relations.npz] [--splits
train]`.

Positive pairs are those of the corpora's own relations, among the annotated entities: PHEE (drug and effect of one
event), RCT-ART (outcome and measure; arm and measure), BC5CDR (substance and disease of one record, by concept). All
other allowed pairs are negative: within these corpora relations are annotated completely. The table on the
development part goes to standard output unless that part is trained on.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from extract.model import Entity
from extract.relations import BUCKETS, LEAST, bucket, candidates, cause_candidates
from extract.train.corpus import sentences
from extract.train.evaluate import figures

Row = tuple[list[str], bool]

_PHEE = {"Treatment.Drug": "DRUG", "Effect": "ADVERSE_EVENT"}
_RCT = {"INTV": "ARM", "OC": "OUTCOME", "MEAS": "MEASURE"}
_BC5CDR = {"Chemical": "CHEMICAL", "Disease": "DISEASE"}


def _records(gold: Path, corpus: str, splits: list[str]) -> Iterator[dict]:
    with (gold / f"{corpus}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["split"] in splits:
                yield record


def _entity(record: dict, entity: dict, names: dict[str, str]) -> Entity:
    text = record["text"][entity["start"] : entity["end"]]
    return Entity(entity["start"], entity["end"], names[entity["label"]], text, "gold")


def sentence_rows(gold: Path, kind: str, splits: list[str]) -> list[Row]:
    """Features and truth of every allowed pair of a sentence-level relation."""
    rows: list[Row] = []
    corpus, names = ("rct_art", _RCT) if kind in ("outcome", "arm") else ("phee", _PHEE)
    for record in _records(gold, corpus, splits):
        found = {
            index: _entity(record, row, names) for index, row in enumerate(record["entities"]) if row["label"] in names
        }
        true = set()
        if corpus == "rct_art":
            true = {(found[row["head"]], found[row["tail"]]) for row in record["relations"]}
        else:
            events: dict[int, list[Entity]] = {}
            for row in record["relations"]:
                if row["tail"] in found:
                    events.setdefault(row["head"], []).append(found[row["tail"]])
            true = {(one, other) for parts in events.values() for one in parts for other in parts}
        unique = list(dict.fromkeys(found.values()))
        rows += [(features, (head, tail) in true) for head, tail, features in candidates(kind, record["text"], unique)]
    return rows


def cause_rows(gold: Path, splits: list[str]) -> list[Row]:
    """Features and truth of every substance and disease of each BC5CDR record, by concept."""
    rows: list[Row] = []
    for record in _records(gold, "bc5cdr", splits):
        concepts = [row.get("concept", "") for row in record["entities"]]
        true = {(row["chemical"], row["disease"]) for row in record["relations"]}
        pieces, named = [], []
        for start, end in sentences(record["text"]):
            here = []
            for row, concept in zip(record["entities"], concepts, strict=True):
                if start <= row["start"] and row["end"] <= end:
                    entity = _entity(record, row, _BC5CDR)
                    here.append(
                        (Entity(entity.start - start, entity.end - start, entity.label, entity.text, "gold"), concept)
                    )
            pieces.append(record["text"][start:end])
            named.append(here)
        rows += [(features, (one, other) in true) for one, other, features in cause_candidates(pieces, named)]
    return rows


def matrix(rows: list[Row]) -> csr_matrix:
    """The hashed features of the pairs, one row a pair, ones and zeros."""
    columns = [sorted({bucket(feature) for feature in features}) for features, _ in rows]
    starts = np.cumsum([0, *(len(row) for row in columns)])
    flat = np.concatenate([np.asarray(row) for row in columns])
    return csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(rows), BUCKETS))


def fit(rows: list[Row], strength: float) -> np.ndarray:
    """Weights of a logistic regression, the intercept last."""
    model = LogisticRegression(C=strength, max_iter=500).fit(matrix(rows), [truth for _, truth in rows])
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float16)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--splits", nargs="+", default=["train"])
    parser.add_argument("--strength", type=float, default=0.3, help="inverse of the regularisation")
    arguments = parser.parse_args()
    weights = {}
    print("| relation | P | R | F1 | annotated | all pairs taken: F1 |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind in ("effect", "outcome", "arm", "cause"):

        def rows(splits: list[str], kind: str = kind) -> list[Row]:
            return (
                cause_rows(arguments.gold, splits) if kind == "cause" else sentence_rows(arguments.gold, kind, splits)
            )

        weights[kind] = fit(rows(arguments.splits), arguments.strength)
        if "dev" in arguments.splits:
            continue
        dev = rows(["dev"])
        answers = matrix(dev) @ weights[kind][:-1].astype(float) + float(weights[kind][-1])
        answers = answers >= math.log(LEAST[kind] / (1 - LEAST[kind]))
        truth = np.array([truth for _, truth in dev])
        score = figures(int((answers & truth).sum()), int(answers.sum()), int(truth.sum()))
        every = figures(int(truth.sum()), len(truth), int(truth.sum()))
        print(
            f"| {kind} | {score['p']:.3f} | {score['r']:.3f} | {score['f']:.3f} | {score['gold']} | {every['f']:.3f} |"
        )
    if arguments.out:
        np.savez_compressed(arguments.out, **weights)


if __name__ == "__main__":
    main()
