"""The studies of a comparison: rows of the two frames as typed objects, each figure with its sentence.

In: the records and findings frames. Out: `Study` with its `Row`s in the order of the text.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from reports.cohorts import WHOLE, Target, Who
from reports.measures import Name, Vocabulary
from reports.result import StudyFigure

PERIOD = re.compile(r"\b((?:19|20)\d\d)\b(?:\s*(?:-|–|—|to|and|until|through)\s*(?:[A-Z][a-z]+\s*)?((?:19|20)\d\d)\b)")


@cache
def settings() -> dict[str, Any]:
    """`data/evidence.toml`, read once."""
    return tomllib.loads(files("reports").joinpath("data/evidence.toml").read_text(encoding="utf-8"))


@dataclass(slots=True)
class Row:
    """One finding of one study; numbers are None where the frame holds none."""

    measure: str
    name: Name
    group: str
    stat: str
    value: float | None
    low: float | None
    high: float | None
    unit: str | None
    numerator: int | None
    denominator: int | None
    cmp: str
    drug: str | None
    per: str | None
    frequency: str | None
    duration: str | None
    section: str
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    flags: list[str]

    @property
    def late(self) -> bool:
        """Whether the figure stands in a title or a conclusion, where results are repeated."""
        section = self.section.lower()
        return section == "title" or any(word in section for word in settings()["late_sections"])


@dataclass(slots=True)
class Study:
    """One record with its findings in the order of the text."""

    id: str
    title: str
    text: str
    citation: str
    year: int | None
    authors: list[str]
    doi: str | None
    pmid: str | None
    design: str
    tier: int | None
    retracted: bool
    notices: list[str]
    duplicate_of: str | None
    overlaps: list[str]
    rows: list[Row] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """Every name by which a setting may call the record."""
        names = {self.id}
        if self.pmid:
            names.add(f"pmid:{self.pmid}")
        if self.doi:
            names.add(f"doi:{self.doi.lower()}")
        return names

    @property
    def case_report(self) -> bool:
        """Whether the study feeds minima, maxima, doses and causes only."""
        return self.design in settings()["case_designs"]

    @property
    def has_patients(self) -> bool:
        """Whether the design reports patients of its own."""
        return self.design not in settings()["no_patients"]

    @property
    def period(self) -> tuple[int, int] | None:
        """First and last year of the study as the text gives them."""
        years = [(int(a), int(b)) for a, b in PERIOD.findall(self.text) if int(a) <= int(b)]
        return years[0] if years else None

    def figure(self, row: Row, reason: str = "", **changes: Any) -> StudyFigure:
        """`row` as it is shown, with its sentence; `changes` overwrite fields."""
        figure = StudyFigure(
            record_id=self.id,
            citation=self.citation,
            measure=row.measure,
            group=row.group,
            stat=row.stat,
            numerator=row.numerator,
            denominator=row.denominator,
            value=row.value,
            low=row.low,
            high=row.high,
            unit=row.unit,
            flags=list(row.flags),
            reason=reason,
            start=row.start,
            end=row.end,
            sentence=self.text[row.sentence_start : row.sentence_end],
            sentence_start=row.sentence_start,
            sentence_end=row.sentence_end,
        )
        for key, value in changes.items():
            setattr(figure, key, value)
        return figure


@dataclass(slots=True)
class View:
    """One study as a claim's population sees it: who each group is, and how many the whole are.

    `whole` says whether the record as a whole is about the target; it is not when a group named as the target's is a
    proper part of the study's people.
    """

    study: Study
    target: Target
    whole: bool = False
    named: bool = False

    @classmethod
    def of(cls, study: Study, target: Target) -> View:
        """Look at `study` for a claim about `target`."""
        view = cls(study, target, target.whole_record(study.title, study.tier))
        named = [row for row in study.rows if (who := target.who(row.group, False)).role == WHOLE and who.named]
        view.named = bool(named)
        if view.whole and named:
            sizes = [int(row.value) for row in named if row.name.kind == "participants" and row.value]
            everyone = [
                int(row.value)
                for row in study.rows
                if row.name.kind == "participants" and row.value and row.group.strip().lower() == "all"
            ]
            if sizes and everyone and max(sizes) < min(everyone):
                view.whole = False
        return view

    @property
    def relevant(self) -> bool:
        """Whether the study has the target's people at all."""
        return self.whole or self.named

    def who(self, row: Row) -> Who:
        """Whose figure `row` is."""
        return self.target.who(row.group, self.whole)

    def sizes(self) -> list[int]:
        """How many of the target's people are in this study, the likeliest first: stated sizes, then denominators."""
        whole = [row for row in self.study.rows if self.who(row).role == WHOLE]
        denominators = [row.denominator for row in whole if row.denominator]
        stated = [int(r.value) for r in whole if r.name.kind == "participants" and r.value and r.stat == "count"]
        counts = {size: denominators.count(size) for size in dict.fromkeys([*stated, *denominators])}
        order = list(counts)
        return sorted(counts, key=lambda size: (size not in stated, -counts[size], order.index(size)))

    def size(self) -> int | None:
        """The number of the target's people in the study, or None where the text does not give it."""
        sizes = self.sizes()
        return sizes[0] if sizes else None

    def group_size(self, group: str) -> int | None:
        """The stated size of one group."""
        for row in self.study.rows:
            if row.group == group and row.name.kind == "participants" and row.stat == "count" and row.value:
                return int(row.value)
        return self.size() if self.target.who(group, self.whole).role == WHOLE else None


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _list(value: Any) -> list[str]:
    return [] if _missing(value) or isinstance(value, str) else [str(item) for item in value]


def _text(value: Any) -> str | None:
    return None if _missing(value) or value == "" else str(value)


def _int(value: Any) -> int | None:
    return None if _missing(value) else int(value)


def _float(value: Any) -> float | None:
    return None if _missing(value) else float(value)


def read_studies(records: pd.DataFrame, findings: pd.DataFrame, vocabulary: Vocabulary) -> list[Study]:
    """The records with their findings, sorted by id so that the rows' order in the frames does not matter."""
    rows: dict[str, list[Row]] = {}
    for entry in findings.to_dict("records"):
        rows.setdefault(str(entry["record_id"]), []).append(_row(entry, vocabulary))
    studies = [_study(entry) for entry in records.to_dict("records")]
    for study in studies:
        found = rows.get(study.id, [])
        study.rows = sorted(found, key=lambda r: (r.start, r.end, r.measure, r.group, r.stat, r.value or 0))
    return sorted(studies, key=lambda study: study.id)


def _row(entry: Mapping[Any, Any], vocabulary: Vocabulary) -> Row:
    measure = str(entry["measure"])
    return Row(
        measure=measure,
        name=vocabulary.name(measure),
        group=_text(entry.get("group")) or "all",
        stat=_text(entry.get("stat")) or "value",
        value=_float(entry.get("value")),
        low=_float(entry.get("low")),
        high=_float(entry.get("high")),
        unit=_text(entry.get("unit")),
        numerator=_int(entry.get("numerator")),
        denominator=_int(entry.get("denominator")),
        cmp=_text(entry.get("cmp")) or "=",
        drug=_text(entry.get("drug")),
        per=_text(entry.get("per")),
        frequency=_text(entry.get("frequency")),
        duration=_text(entry.get("duration")),
        section=_text(entry.get("section")) or "",
        start=_int(entry.get("start")) or 0,
        end=_int(entry.get("end")) or 0,
        sentence_start=_int(entry.get("sentence_start")) or 0,
        sentence_end=_int(entry.get("sentence_end")) or 0,
        flags=_list(entry.get("flags")),
    )


def _study(entry: Mapping[Any, Any]) -> Study:
    authors, year = _list(entry.get("authors")), _int(entry.get("year"))
    return Study(
        id=str(entry["id"]),
        title=_text(entry.get("title")) or "",
        text=_text(entry.get("text")) or "",
        citation=_text(entry.get("citation")) or _cite(authors, _text(entry.get("journal")), year, str(entry["id"])),
        year=year,
        authors=authors,
        doi=_text(entry.get("doi")),
        pmid=_text(entry.get("pmid")),
        design=(_text(entry.get("design")) or "unclear").lower(),
        tier=_int(entry.get("tier")),
        retracted=not _missing(entry.get("retracted")) and bool(entry.get("retracted")),
        notices=_list(entry.get("notices")),
        duplicate_of=_text(entry.get("duplicate_of")),
        overlaps=_list(entry.get("overlaps")),
    )


def _cite(authors: Iterable[str], journal: str | None, year: int | None, fallback: str) -> str:
    listed = list(authors)
    lead = listed[0].split(",")[0].strip() if listed else ""
    who = f"{lead} et al." if len(listed) > 1 else lead
    parts = [part for part in (who, journal, str(year) if year else "") if part]
    return ", ".join(parts) if who or journal else fallback
