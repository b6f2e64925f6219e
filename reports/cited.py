"""The figure of one cited study: which record it is, and what it says. Called by reports.compare.

A document's citation numbers mean nothing without its reference list, so the study is known by a record id given in the
settings, else by the proper names in the claim's condition (`nationwide study in Iceland`), and only if one study fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.claim import Claim
from reports.measures import SAME, Vocabulary
from reports.result import StudyFigure
from reports.study import Row, Study
from reports.units import scale

PROPER_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-z]{3,}\b")


def cited_study(claim: Claim, studies: Sequence[Study], given: Study | None, vocabulary: Vocabulary) -> Study | None:
    """The record of the study that the claim quotes, or None where it cannot be told or is not there."""
    if given is not None:
        return given
    names = set(PROPER_NAME.findall(claim.condition or ""))
    if not names:
        return None

    def names_it(text: str) -> bool:
        return any(re.search(rf"\b{name}", text) for name in names)

    with_figure = [s for s in studies if any(_same(claim, row, vocabulary) for row in s.rows)]
    fitting = [study for study in with_figure if names_it(f"{study.title} {study.text}")]
    # without the figure, only a title makes it certain enough that this is the study
    fitting = fitting or [study for study in studies if names_it(study.title)]
    return fitting[0] if len(fitting) == 1 else None


def figures_there(claim: Claim, study: Study, vocabulary: Vocabulary) -> list[StudyFigure]:
    """The study's figures for the claim's measure, in the claim's unit where it can be told."""
    return [study.figure(row) for row in study.rows if _same(claim, row, vocabulary) and row.value is not None]


def _same(claim: Claim, row: Row, vocabulary: Vocabulary) -> bool:
    claimed = vocabulary.name(claim.measure)
    relation = vocabulary.relation(claimed, row.name)
    alike = relation == SAME or (claimed.kind == row.name.kind and claimed.kind in ("incidence", "prevalence"))
    if not alike or row.stat in ("sd", "iqr"):
        return False
    return claim.stat == "percent" or _unit(claim.unit) == _unit(row.unit)


def _unit(text: str | None) -> str:
    """`per 100,000 population` and `per 100000 person-years` are both rates per 100000."""
    number = re.search(r"per\s*(\d[\d,. ]*)", text or "")
    return re.sub(r"\D", "", number[1]) if number else scale(text).base
