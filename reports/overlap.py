"""Cohorts that may share patients: declared by the review, or with shared authors and overlapping years.

Flagged, never merged; the estimate without them is shown as a sensitivity analysis. Called by reports.compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from reports.measures import plain
from reports.result import StudyFigure
from reports.study import Study

LEAST_SHARED = 2  # one shared name is often chance
YEARS_APART = 8  # between publications, where no years of recruitment are printed


def may_overlap(one: Study, other: Study) -> str | None:
    """Why two studies may count the same patients, or None."""
    if one.ids & set(other.overlaps) or other.ids & set(one.overlaps):
        return "declared by the review"
    shared = _names(one) & _names(other)
    if len(shared) < LEAST_SHARED:
        return None
    a, b = one.period, other.period
    if a and b:
        if a[0] <= b[1] and b[0] <= a[1]:
            return f"{len(shared)} shared authors, both recruited in {max(a[0], b[0])}-{min(a[1], b[1])}"
        return None
    if one.year is not None and other.year is not None and abs(one.year - other.year) <= YEARS_APART:
        return f"{len(shared)} shared authors, published within {YEARS_APART} years"
    return None


def _names(study: Study) -> set[str]:
    """Surname and first initial of each author."""
    names = set()
    for author in study.authors:
        surname, _, rest = author.partition(",") if "," in author else _split(author)
        initial = plain(rest)[:1]
        if surname.strip():
            names.add(f"{plain(surname)} {initial}")
    return names


def _split(author: str) -> tuple[str, str, str]:
    """`Lazor R` (MEDLINE) and `Romain Lazor` both give the surname and the rest."""
    words = author.split()
    if len(words) > 1 and words[-1].isupper() and len(words[-1]) <= 3:
        return " ".join(words[:-1]), " ", words[-1]
    return words[-1] if words else "", " ", " ".join(words[:-1])


def overlapping(figures: Sequence[StudyFigure], studies: Mapping[str, Study]) -> tuple[list[str], set[str]]:
    """Notices in words, and the ids to leave out so that no overlap remains (the largest study of each stays)."""
    ranked = sorted(figures, key=lambda f: (-(f.denominator or 0), f.record_id))
    notices, out = [], set()
    for one, other in combinations(ranked, 2):
        why = may_overlap(studies[one.record_id], studies[other.record_id])
        if why is None:
            continue
        notices.append(f"{one.citation} and {other.citation} may share patients ({why})")
        for figure in (one, other):
            if "overlap" not in figure.flags:
                figure.flags.append("overlap")
        if one.record_id not in out:
            out.add(other.record_id)
    return notices, out
