"""Score the assertion rules against MACCROBAT's POLARITY: `python -m extract.train.assertion GOLD [--split dev]`.

POLARITY NEG is absent; UNCERTAIN, MAYBE_POS and MAYBE_NEG are possible; entities inside a Family_history or History
span are family or historical; the rest is present. A table goes to standard output.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from extract.assertion import ASSERTIONS, assertions
from extract.train.corpus import sentences
from extract.train.evaluate import figures

_JUDGED = ("Sign_symptom", "Disease_disorder")


def gold_assertion(entity: dict, others: list[dict]) -> str:
    """The assertion that the annotation gives to a symptom or disease."""
    polarity = dict(entity.get("attributes") or {}).get("POLARITY")
    around = {other["label"] for other in others if other["start"] <= entity["start"] and entity["end"] <= other["end"]}
    if "Family_history" in around:
        return "family"
    if polarity == "NEG":
        return "absent"
    if polarity in ("UNCERTAIN", "MAYBE_POS", "MAYBE_NEG"):
        return "possible"
    return "historical" if "History" in around else "present"


def confusion(gold: Path, split: str) -> Counter[tuple[str, str]]:
    """How often each gold assertion was answered with each assertion."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in (gold / "maccrobat2020.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["split"] != split:
            continue
        judged = [entity for entity in record["entities"] if entity["label"] in _JUDGED]
        for start, end in sentences(record["text"]):
            here = [entity for entity in judged if start <= entity["start"] and entity["end"] <= end]
            answers = assertions(
                record["text"][start:end], [(entity["start"] - start, entity["end"] - start) for entity in here]
            )
            counts.update(
                (gold_assertion(entity, record["entities"]), answer)
                for entity, answer in zip(here, answers, strict=True)
            )
    return counts


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", default="dev")
    arguments = parser.parse_args()
    counts = confusion(arguments.gold, arguments.split)
    print("| assertion | P | R | F1 | annotated |\n| --- | ---: | ---: | ---: | ---: |")
    for name in ASSERTIONS:
        gold = sum(count for (annotated, _), count in counts.items() if annotated == name)
        predicted = sum(count for (_, answered), count in counts.items() if answered == name)
        score = figures(counts[name, name], predicted, gold)
        print(f"| {name} | {score['p']:.3f} | {score['r']:.3f} | {score['f']:.3f} | {gold} |")


if __name__ == "__main__":
    main()
