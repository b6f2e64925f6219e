"""Everything a report is made of, as plain data: the review, the run, the comparisons and where the records came from.

The pipeline fills a `ReportContext` from its store; `reports.report.write_report` writes it. Nothing here is computed
at writing time, so that the same context always gives the same bytes: the time on the page is the run's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from reports.result import ClaimResult


@dataclass(slots=True)
class SourceDocument:
    """A document whose figures are checked. `id` is what claims carry as `doc`; the first is the review itself."""

    id: str
    title: str
    citation: str = ""
    url: str | None = None


@dataclass(slots=True)
class ReviewInfo:
    """What is asked, and of whom. `eligibility` are the rules of screening in words, one each."""

    name: str
    title: str
    question: str = ""
    population: str = ""
    documents: list[SourceDocument] = field(default_factory=list)
    eligibility: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Change:
    """A verdict that is not what it was in the previous run."""

    claim: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """A claim's figure as it stood from one run on, until the next point. `cause`: what changed it, empty at first.

    `value`, `low` and `high` are the headline estimate's: shares from 0 to 1, or in the claim's unit.
    """

    run: str
    when: str
    verdict: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    k: int | None = None
    n: int | None = None
    cause: str = ""


@dataclass(slots=True)
class RunInfo:
    """One run. `finished` is an ISO time; `versions` names what computed it (engine, model, package, ...)."""

    id: str
    finished: str
    versions: dict[str, str] = field(default_factory=dict)
    previous: str | None = None
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Flow:
    """The counts of a PRISMA 2020 flow diagram.

    `identified` counts records by where they were found; `removed` those taken out before screening by reason
    (duplicates, not readable); `excluded` those screened out by reason; `included` studies and `reports` of them.
    `previous` is the number of studies of the run that this one updates, None for a first run.
    """

    identified: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    screened: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    included: int = 0
    reports: int | None = None
    previous: int | None = None
    new: int | None = None


@dataclass(slots=True)
class SearchInfo:
    """One search as PRISMA-S wants it told; `count` is what the source said it has, `fetched` what was brought in."""

    source: str
    query: str = ""
    translation: str = ""
    count: int | None = None
    fetched: int | None = None
    when: str = ""
    version: str = ""
    limits: str = ""
    note: str = ""


@dataclass(slots=True)
class Notice:
    """Something a reader must know before the figures; `kind` is `warning` or `note`."""

    text: str
    kind: str = "note"


@dataclass(slots=True)
class ReportContext:
    """The whole of a report. Frames as `reports.compare` takes them; `synonyms`: the review's own names of measures."""

    review: ReviewInfo
    run: RunInfo
    results: list[ClaimResult]
    records: pd.DataFrame
    findings: pd.DataFrame
    flow: Flow = field(default_factory=Flow)
    searches: list[SearchInfo] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[HistoryPoint]] = field(default_factory=dict)  # claim id to its points, oldest first

    def about(self) -> dict[str, Any]:
        """Review, run, flow, searches, notices and the history of each claim as plain JSON types."""
        return {
            "review": asdict(self.review),
            "run": asdict(self.run),
            "flow": asdict(self.flow),
            "searches": [asdict(search) for search in self.searches],
            "notices": [asdict(notice) for notice in self.notices],
            "history": {claim: [asdict(point) for point in points] for claim, points in self.history.items()},
        }
