"""Screening: each record of a review is included or excluded, with one reason; and the counts of the PRISMA flow.

`screen` decides from title, abstract and index terms before anything is read; `sized` looks again once the engine has
found how many patients there were. Both take plain values and return a `Screened`; `pipeline.run` stores it.
The cues of study designs are in designs.toml, a review's terms and limits in its review.toml.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.record import Record
from pipeline.review import Eligibility, Population, Review, Terms

RULES_FILE = Path(__file__).with_name("designs.toml")
CASE_REPORT = "case report"
WITHDRAWN = "withdrawn from PubMed"  # the reason for a record whose number PubMed has deleted
NOT_LOOKED_AT = "not looked at"  # the design of a paper about other people
_SMALL = (
    "two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_MANY = rf"(?:[2-9]|[1-9][\d,]+|(?:{_SMALL.replace(' ', '|')})|(?:{_TENS.replace(' ', '|')})(?:[- ][a-z]+)?)"


@dataclass(frozen=True, slots=True)
class Screened:
    """The decision on one record of a review.

    `tier` is 1 where the whole sample is the review's population, 2 where it is the wider one or a mixture (of which an
    arm may be tier 1), None where the record names neither.
    """

    record_id: str
    version: str
    content_hash: str
    included: bool
    reason: str
    design: str
    tier: int | None
    patients: int | None = None

    @property
    def decision(self) -> str:
        """The decision as the store names it."""
        return "included" if self.included else "excluded"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Screened:
        """A row of the table `screening`, with the `content_hash` of the form that was screened."""
        same = ("record_id", "version", "content_hash", "reason", "design", "tier", "patients")
        return cls(included=row["decision"] == "included", **{name: row[name] for name in same})


def screen(record: Record, version: str, content_hash: str, review: Review, deleted: bool = False) -> Screened:
    """Include or exclude a record from what it says of itself; the first rule that it fails is the reason."""
    abstract = record.text[len(record.title) :] if record.given_text is None else record.given_text
    tier = population_tier(record.title, abstract, review.population)
    design = study_design(record.title, record.text, record.publication_types) if tier else NOT_LOOKED_AT
    reason = (
        _unusable(record, abstract, deleted)
        or ("" if tier else "other population")
        or _outside_limits(record, review.eligibility)
        or _wrong_design(design, review.eligibility)
    )
    return Screened(record.id, version, content_hash, not reason, reason or "eligible", design, tier)


def sized(screened: Screened, findings: Sequence[Mapping[str, Any]], eligibility: Eligibility) -> Screened:
    """Look at an included record again, knowing how many patients it reports.

    Fewer than the review's least number make it a case report, whatever it calls itself; one of many cases is a series.
    """
    patients = participants(findings)
    design = screened.design
    if patients is not None and patients < eligibility.min_patients:
        design = CASE_REPORT
    elif patients is not None and design == CASE_REPORT:
        design = "series"
    refused = _wrong_design(design, eligibility)
    if screened.included and refused:
        small = design == CASE_REPORT and design != screened.design
        reason = f"fewer than {eligibility.min_patients} patients" if small else refused
        return replace(screened, included=False, reason=reason, design=design, patients=patients)
    reason = "case report: for extremes, doses and causes only" if design == CASE_REPORT else "eligible"
    return replace(screened, reason=reason if screened.included else screened.reason, design=design, patients=patients)


def participants(findings: Iterable[Mapping[str, Any]]) -> int | None:
    """The size of the study: what is reported for all, else the largest group; None where no size is stated."""
    sizes = [
        (finding["group"] == "all", int(finding["value"]))
        for finding in findings
        if finding["measure"] == "participants" and finding["value"] is not None
    ]
    return max(sizes)[1] if sizes else None


def is_retracted(record: Record) -> bool:
    """Whether PubMed marks the paper as retracted."""
    return "Retracted Publication" in record.publication_types or any(
        correction.kind in ("RetractionIn", "PartialRetractionIn") for correction in record.corrections
    )


def _unusable(record: Record, abstract: str, deleted: bool) -> str:
    if deleted:
        return WITHDRAWN
    if is_retracted(record):
        return "retracted"
    return "" if abstract.strip() else "no abstract"


def _outside_limits(record: Record, eligibility: Eligibility) -> str:
    """A limit holds only against what the record states: an unknown language or year excludes nothing."""
    unwanted = set(eligibility.exclude_publication_types) & set(record.publication_types)
    if unwanted:
        return f"publication type: {min(unwanted)}"
    if eligibility.languages and record.language and record.language not in eligibility.languages:
        return f"language: {record.language}"
    if record.year and eligibility.first_year and record.year < eligibility.first_year:
        return f"before {eligibility.first_year}"
    if record.year and eligibility.last_year and record.year > eligibility.last_year:
        return f"after {eligibility.last_year}"
    return ""


def _wrong_design(design: str, eligibility: Eligibility) -> str:
    if design == CASE_REPORT:
        return "" if eligibility.case_reports else "design: case report"
    return "" if design in eligibility.designs else f"design: {design}"


# Study design ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    design: str
    types: frozenset[str]
    title: tuple[re.Pattern[str], ...]
    text: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    table = tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))
    return tuple(
        _Rule(
            row["design"],
            frozenset(row.get("types", ())),
            *(tuple(_cue(cue) for cue in row.get(key, ())) for key in ("title", "text", "unless")),
        )
        for row in table["rule"]
    )


def _cue(cue: str) -> re.Pattern[str]:
    return re.compile(cue.replace("{many}", _MANY).replace("{n}", rf"(?:one|1|{_MANY})"), re.IGNORECASE | re.DOTALL)


def study_design(title: str, text: str, publication_types: Iterable[str]) -> str:
    """The design by the first rule of designs.toml that matches, else `unclear`."""
    types = frozenset(publication_types)
    for rule in _rules():
        if not (
            rule.types & types
            or any(cue.search(title) for cue in rule.title)
            or any(cue.search(text) for cue in rule.text)
        ):
            continue
        if not any(cue.search(text) for cue in rule.unless):
            return rule.design
    return "unclear"


# Population ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _pattern(terms: Terms | None) -> re.Pattern[str]:
    """Matches any of the terms as whole words; a blank also matches a hyphen, a name also its plural."""
    if terms is None:
        return re.compile(r"(?!)")
    names = [re.escape(name).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?") + "s?" for name in terms.names]
    abbreviations = [f"{re.escape(short)}s?" for short in terms.abbreviations]
    parts = [rf"(?i:{'|'.join(sorted(names, key=len, reverse=True))})"] if names else []
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts + abbreviations)})(?!\w)")


def population_tier(title: str, abstract: str, population: Population) -> int | None:
    """1 where the whole sample is the review's population, 2 where it is the wider one or mixed, None where neither.

    The title decides; where it leaves it open, the abstract does. A loose name counts as the population itself only
    where the paper names no other people.
    """
    core, loose = _pattern(population.core), _pattern(population.loose)
    wider, others = _pattern(population.wider), _pattern(population.others)
    in_title = bool(core.search(title))
    others_in_title, others_anywhere = bool(others.search(title)), bool(others.search(title) or others.search(abstract))
    if in_title:
        return 2 if others_in_title else 1
    if loose.search(title) or wider.search(title):
        named = loose.search(title) or core.search(abstract) or loose.search(abstract)
        return 1 if named and not others_anywhere else 2
    known = core.search(abstract) or loose.search(abstract) or wider.search(abstract)
    return 2 if known else None


# Flow ------------------------------------------------------------------------------------------------------------


def flow_counts(
    sources: Mapping[str, int], duplicates: Mapping[str, int], decisions: Iterable[Screened]
) -> dict[str, Any]:
    """The PRISMA 2020 counts of one run.

    `sources` are numbers of records by where they were found, `duplicates` those taken out before screening by reason.
    """
    decisions = list(decisions)
    included = [one for one in decisions if one.included]
    return {
        "identified": dict(sorted(sources.items())),
        "removed": {reason: number for reason, number in sorted(duplicates.items()) if number},
        "screened": len(decisions),
        "excluded": dict(sorted(Counter(one.reason for one in decisions if not one.included).items())),
        "included": len(included),
        "case_reports": sum(one.design == CASE_REPORT for one in included),
        "tier_1": sum(one.tier == 1 for one in included),
        "tier_2": sum(one.tier == 2 for one in included),
    }
