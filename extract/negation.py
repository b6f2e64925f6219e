"""Negation: which of the things that a sentence names are denied, doubted, past or a relative's.

Cues and scope are those of `extract.assertion` (ConText), with what abstracts say beyond clinical notes ("neither fever
nor cough", "absent in all patients"), from `data/negation.toml`. A count of nobody ("no patient died") is a figure and
found as one. Called by `extract.case_report`, `extract.causes` and `extract.extras`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from extract import assertion
from extract.features import Reader
from extract.finding import Finding
from extract.resources import load


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = load("negation")
    return {
        name: re.compile("|".join(f"(?:{part})" for part in data[name]), re.I)
        for name in ("pair", "over", "after", "before", "negated_name")
    }


def asserted(sentence: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The assertion of each span: present, absent, possible, historical or family (`extract.assertion.ASSERTIONS`)."""
    if not spans:
        return []
    answers = assertion.assertions(_patterns()["over"].sub(lambda m: "~" * len(m.group()), sentence), spans)
    pairs = [m.span() for m in _patterns()["pair"].finditer(sentence)]
    for i, (start, end) in enumerate(spans):
        if any(a <= start and end <= b for a, b in pairs):
            answers[i] = "absent"
    return answers


def denied(sentence: str, start: int, end: int) -> bool:
    """Whether the thing at `start` to `end` of a sentence is denied of those whom the figure beside it counts."""
    before, after = sentence[:start], sentence[end:]
    return bool(_patterns()["after"].match(after) or _patterns()["before"].search(before))


def turn_denied(reader: Reader, findings: Sequence[Finding]) -> None:
    """Figures of people in whom a thing was absent are named so: "absent in 12 patients" counts 12 without it.

    The numbers stay as printed. A name that denies already ("no relapse") is left alone.
    """
    for finding in findings:
        kind, _, name = finding.measure.partition(":")
        if (
            not name
            or finding.stat not in ("count", "percent")
            or finding.value == 0
            or kind not in load("negation")["classes"]
        ):
            continue
        if _patterns()["negated_name"].search(name):
            continue
        sentence = reader.doc.text[finding.sentence_start : finding.sentence_end]
        at = _place(sentence, name, finding.start - finding.sentence_start)
        if at is None or not _beside(sentence, at, finding):
            continue
        if denied(sentence, *at):
            finding.measure = f"{kind}:no {name}"


def _place(sentence: str, name: str, near: int) -> tuple[int, int] | None:
    """Where the name is printed in the sentence, the place nearest to the figure."""
    lower, stem = sentence.lower(), name[:-1] if len(name) > 5 else name  # names are singular, texts need not be
    places = []
    at = lower.find(stem) if len(lower) == len(sentence) else -1
    while at >= 0:
        end = at + len(stem)
        while end < len(lower) and lower[end].isalnum():
            end += 1
        if (at == 0 or not lower[at - 1].isalnum()) and end - at <= len(name) + 2:
            places.append((at, end))
        at = lower.find(stem, at + 1)
    return min(places, key=lambda span: abs(span[0] - near)) if places else None


def _beside(sentence: str, at: tuple[int, int], finding: Finding) -> bool:
    """Whether name and figure stand in one clause."""
    start, end = finding.start - finding.sentence_start, finding.end - finding.sentence_start
    between = sentence[min(at[1], end) : max(at[0], start)]
    return len(between) <= load("negation")["reach"] and not re.search(
        r"[;,]|\bbut\b|\bwhereas\b|\bwhile\b|\d", between
    )
