"""Fit what a figure is (`figure.npz`)."""

from __future__ import annotations

from pathlib import Path

from extract.fit.align import Example
from extract.fit.models import fit_decider


def label_of(findings: list[dict]) -> str:
    """The class a figure is taught as: the measure's class (sex with its name), NONE for no finding."""
    if not findings:
        return "NONE"
    measure = findings[0]["measure"]
    return measure if measure.startswith(("sex:", "smoking:")) else measure.split(":")[0]


def fit_kinds(examples: list[Example], out: Path) -> None:
    """Fit the `figure` decider on all figures that no rule drops."""
    rows: list[list[str]] = []
    labels: list[str] = []
    for example in examples:
        for i, e in enumerate(example.reader.figures):
            if not e.drop:
                rows.append(example.reader.figure(i))
                labels.append(label_of(example.gold[i]))
    fit_decider(rows, labels, out / "figure.npz", least=4)
