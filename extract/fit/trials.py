"""Sentences of trial abstracts with outcomes, arms and the figures they own (RCT-ART, Whitton & Hunter 2023).

Reads `rct_art.jsonl`; gives `Sentence` objects to `extract.fit.fit`, as further examples of names and groups.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from extract.features import Reader
from extract.layout import Layout, layouts
from extract.reading import open_reader


@dataclass(slots=True)
class Sentence:
    """One annotated sentence: (figure, class, names) and (figure, class, group)."""

    reader: Reader
    plans: dict[int, Layout]
    arms: set[str]
    names: list[tuple[int, str, list[str]]] = field(default_factory=list)
    groups: list[tuple[int, str, str]] = field(default_factory=list)


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of the file, in order."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, entities = row["text"], row["entities"]
        outcomes: dict[int, list[str]] = defaultdict(list)
        arms: dict[int, list[str]] = defaultdict(list)
        for relation in row["relations"]:
            head = entities[relation["head"]]
            (outcomes if relation["label"] == "OC_RES" else arms)[relation["tail"]].append(
                text[head["start"] : head["end"]]
            )
        reader = open_reader(text, [(0, len(text), "RESULTS")])
        sentence = Sentence(
            reader,
            layouts(reader),
            {text[e["start"] : e["end"]] for e in entities if e["label"] == "INTV"},
        )
        for i, figure in enumerate(reader.figures):
            if figure.drop or figure.form in ("sd", "se"):
                continue
            measure = next(
                (
                    k
                    for k, e in enumerate(entities)
                    if e["label"] == "MEAS" and e["start"] < figure.end and figure.start < e["end"]
                ),
                None,
            )
            if measure is None:
                continue
            kind = "measurement" if figure.form in ("value", "range") else "outcome"
            if outcomes[measure]:
                sentence.names.append((i, kind, outcomes[measure]))
            if len(arms[measure]) == 1:
                sentence.groups.append((i, kind, arms[measure][0]))
        out.append(sentence)
    return out
