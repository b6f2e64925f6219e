"""Causes: which of a review's causes have studies behind them, with counts, and which the studies name besides.

A study attributes cases to a cause where it has a finding `cause:name`, a dose of the causal agent, or a title that
says so. Called by reports.compare and reports.report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.claim import Claim
from reports.evidence import implausible
from reports.measures import NARROWER, SAME, Name, Vocabulary, content, words
from reports.result import StudyFigure
from reports.study import Row, Study, settings

# what stands between a cause and the disease in a title that blames the one for the other
BLAME = re.compile(
    r"\b(?:induced|associated|related|due to|caused by|secondary to|after|following|complicat\w+|from|attributed to|in"
    r" association with|in patients? (?:with|receiving|on|treated with)|triggered|post)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class NamedCause:
    """A cause that studies name, with its studies and the cases they count."""

    name: str
    cases: int
    studies: list[StudyFigure]


def studies_of(claim: Claim, studies: Sequence[Study], vocabulary: Vocabulary) -> list[StudyFigure]:
    """The studies that attribute a case to the claim's cause, one figure each."""
    claimed = vocabulary.name(claim.measure)
    found = []
    for study in studies:
        rows = [row for row in study.rows if _attributes(row, claimed, vocabulary) and not implausible(row)]
        rows.sort(key=lambda row: (row.name.kind != "cause", row.numerator is None, row.late, row.start))
        if rows:
            found.append(_counted(study, rows[0]))
        elif figure := _title(study, claimed):
            found.append(figure)
    return found


def _attributes(row: Row, claimed: Name, vocabulary: Vocabulary) -> bool:
    if row.stat == "absent" or row.numerator == 0 or row.value == 0:
        return False
    if row.name.kind == "cause":
        return vocabulary.relation(claimed, row.name) in (SAME, NARROWER)
    causal = row.name.kind == "dose" and "causal" in row.name.words
    return causal and row.drug is not None and vocabulary.name(f"cause:{row.drug}").words == claimed.words


def _counted(study: Study, row: Row) -> StudyFigure:
    figure = study.figure(row, "a dose of the causal agent" if row.name.kind == "dose" else "")
    if row.stat == "count" and figure.numerator is None and row.value is not None:
        figure.numerator = int(row.value)
    figure.pooled = True
    return figure


def _title(study: Study, claimed: Name) -> StudyFigure | None:
    """A title that blames the cause, as a figure without a number; its place is the title at the head of the text."""
    title = study.title
    if (
        not title
        or not study.text.startswith(title)
        or not claimed.words <= set(words(title))
        or not BLAME.search(title)
    ):
        return None
    return StudyFigure(
        record_id=study.id,
        citation=study.citation,
        measure="cause:" + " ".join(sorted(claimed.words)),
        group="all",
        stat="present",
        flags=["from-title"],
        reason="the title attributes the disease to it",
        pooled=True,
        start=0,
        end=len(title),
        sentence=title,
        sentence_start=0,
        sentence_end=len(title),
    )


def _no_causes() -> set[frozenset[str]]:
    """Names under which studies file the cases without a cause of their own."""
    return {content(name) for name in settings()["no_causes"]}


def unlisted_causes(claims: Sequence[Claim], studies: Sequence[Study], vocabulary: Vocabulary) -> list[NamedCause]:
    """Causes that studies name and no claim lists, most studies first."""
    listed = [vocabulary.name(claim.measure) for claim in claims if claim.kind == "cause"]
    found: dict[frozenset[str], NamedCause] = {}
    for study in studies:
        if study.retracted or study.duplicate_of:
            continue
        seen: set[frozenset[str]] = set()
        for row in study.rows:
            name = row.name
            if name.kind != "cause" or row.numerator == 0 or row.value == 0 or name.words in seen | _no_causes():
                continue
            if any(vocabulary.relation(claim, name) in (SAME, NARROWER) for claim in listed):
                continue
            seen.add(name.words)
            figure = _counted(study, row)
            cause = found.setdefault(name.words, NamedCause(row.measure.partition(":")[2], 0, []))
            cause.studies.append(figure)
            cause.cases += figure.numerator or 0
    return sorted(found.values(), key=lambda cause: (-len(cause.studies), cause.name))
