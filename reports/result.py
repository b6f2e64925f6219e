"""What a comparison hands on: a claim, its verdict, the estimate, every study's figure, and what was set aside and why.

Plain dataclasses that survive JSON. Made by `reports.compare`, read by the report and by the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reports.claim import Claim
from reports.pooling import Pooled

CAUTION = (
    "Abstracts report selectively: what they leave out is not zero, and the review may have used full texts that were "
    "not read here."
)

# Flags of findings that a person has looked at, and of those on which people differ.
CONFIRMED, CORRECTED, ADDED = "confirmed-by-a-person", "corrected-by-a-person", "added-by-a-person"
SEEN = frozenset({CONFIRMED, CORRECTED, ADDED})
DISPUTED = "people-differ"


@dataclass(slots=True)
class StudyFigure:
    """One study's figure for one claim, with its place in the record's text.

    Shares: `numerator` of `denominator` people, `value` in per cent (0-100) as printed, `interval_low` and
    `interval_high` 0-1 (Clopper-Pearson). Other figures: `value`, `low`, `high`, `sd` and the interval in `unit`.
    `pooled`: whether it entered the estimate; `inside`: for regimens, whether it lies inside the stated interval.
    `parts` are the figures that were added up or combined. `reason` says why it was chosen or set aside.
    """

    record_id: str
    citation: str
    measure: str
    group: str
    stat: str
    numerator: int | None = None
    denominator: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    unit: str | None = None
    interval_low: float | None = None
    interval_high: float | None = None
    flags: list[str] = field(default_factory=list)
    reason: str = ""
    pooled: bool = False
    inside: bool | None = None
    start: int = 0
    end: int = 0
    sentence: str = ""
    sentence_start: int = 0
    sentence_end: int = 0
    parts: list[StudyFigure] = field(default_factory=list)

    @property
    def share(self) -> float | None:
        """The proportion (0-1) where there is a count over people."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator

    @property
    def seen(self) -> bool:
        """Whether a person has seen the number, and every part of it where it was added up."""
        return all(not SEEN.isdisjoint(part.flags) for part in self.parts or [self])

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> StudyFigure:
        """The inverse of `dataclasses.asdict`."""
        return cls(**{**row, "parts": [cls.from_dict(part) for part in row.get("parts", [])]})


@dataclass(slots=True)
class Estimate:
    """A pooled figure: shares 0-1, other measures in `unit`. `method` names it as a reader meets it."""

    method: str
    value: float | None
    low: float | None = None
    high: float | None = None
    k: int = 0
    n: int | None = None
    events: int | None = None
    unit: str | None = None
    level: float = 0.95
    df: int | None = None
    prediction_low: float | None = None
    prediction_high: float | None = None
    prediction_df: int | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    i2: float | None = None
    h2: float | None = None
    note: str = ""

    @classmethod
    def of(cls, pooled: Pooled, method: str) -> Estimate:
        """A pooled proportion under a name."""
        row = pooled.to_dict()
        known = {key: row[key] for key in row if key in cls.__dataclass_fields__ and key not in ("method",)}
        return cls(method=method, value=pooled.estimate, n=pooled.total, **known)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Estimate:
        """The inverse of `dataclasses.asdict`."""
        return cls(**row)


@dataclass(slots=True)
class Analysis:
    """The same claim over other people: the treated, those followed, the wider tier. Shown beside the headline."""

    label: str
    verdict: str
    reason: str
    estimate: Estimate | None = None
    studies: list[StudyFigure] = field(default_factory=list)
    k: int = 0

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Analysis:
        """The inverse of `dataclasses.asdict`."""
        return cls(**_nested(row))


@dataclass(slots=True)
class ClaimResult:
    """A claim and what the abstracts say to it.

    `verdict`: agrees, differs, undecided, thin, silent or not judged. `k` of `K` studies report a figure; `n` people
    stand behind the estimate. `at_risk` is whose analysis the headline is, `analyses` the others. `reproduced_by` names
    the methods whose figure rounds to the stated one. `conflicts` are ids of claims in other documents that state
    something else. `notices` are retractions and overlapping cohorts in words.
    """

    claim: Claim
    verdict: str
    reason: str
    estimate: Estimate | None = None
    studies: list[StudyFigure] = field(default_factory=list)
    set_aside: list[StudyFigure] = field(default_factory=list)
    other_methods: list[Estimate] = field(default_factory=list)
    reproduced_by: list[str] = field(default_factory=list)
    k: int = 0
    K: int = 0
    n: int | None = None
    at_risk: str = "all"
    analyses: list[Analysis] = field(default_factory=list)
    leave_one_out: list[Estimate] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    caution: str = CAUTION

    @property
    def seen(self) -> int:
        """How many of the studies' figures behind the verdict a person has seen."""
        return sum(figure.seen for figure in self.studies)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> ClaimResult:
        """The inverse of `to_dict`."""
        fields = _nested(row)
        fields["claim"] = Claim.from_dict(row["claim"])
        fields["set_aside"] = [StudyFigure.from_dict(one) for one in row.get("set_aside", [])]
        fields["other_methods"] = [Estimate.from_dict(one) for one in row.get("other_methods", [])]
        fields["leave_one_out"] = [Estimate.from_dict(one) for one in row.get("leave_one_out", [])]
        fields["analyses"] = [Analysis.from_dict(one) for one in row.get("analyses", [])]
        return cls(**fields)


def _nested(row: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(row)
    fields["estimate"] = Estimate.from_dict(row["estimate"]) if row.get("estimate") else None
    fields["studies"] = [StudyFigure.from_dict(one) for one in row.get("studies", [])]
    return fields
