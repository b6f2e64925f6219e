"""Fit what a figure is (`figure.npz`) and which statistic (`statistic.npz`)."""

from __future__ import annotations

from pathlib import Path

from extract.fit.align import Example
from extract.fit.models import fit_decider
from extract.stats import features, open_question, proposed


def label_of(findings: list[dict]) -> str:
    """The class a figure is taught as: the measure's class (sex with its name), NONE for no finding."""
    if not findings:
        return "NONE"
    measure = findings[0]["measure"]
    return measure if measure.startswith(("sex:", "smoking:")) else measure.split(":")[0]


def fit_kinds(examples: list[Example], out: Path) -> None:
    """Fit the `figure` decider on all figures that no rule drops, and the `statistic` decider on the findings among them."""
    rows: list[list[str]] = []
    labels: list[str] = []
    stat_rows: list[list[str]] = []
    stats: list[str] = []
    for example in examples:
        for i, e in enumerate(example.reader.figures):
            if not e.drop:
                rows.append(example.reader.figure(i))
                kind = label_of(example.gold[i])
                labels.append(kind)
                if open_question(e, kind):
                    stat_rows.append(features(example.reader, i, kind, proposed(example.reader, i, kind)))
                    stat = example.gold[i][0]["stat"]
                    stats.append("share" if stat in ("count", "percent") else stat)
    fit_decider(rows, labels, out / "figure.npz")
    fit_decider(stat_rows, stats, out / "statistic.npz")
