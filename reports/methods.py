"""What a report says about how it was made: PRISMA-S items, methods in words, limits. Called by `reports.page`.

The fixed texts are data: `templates/methods.toml`.

PRISMA-S: Rethlefsen et al. 2021, Systematic Reviews 10:39; the items that a program can answer are given here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reports import numbers
from reports.context import ReportContext, SearchInfo


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an item; `code` for what was sent as it is."""

    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of PRISMA-S and what is to be said on it."""

    number: int
    title: str
    lines: list[Line]


def prisma_s(context: ReportContext) -> list[Item]:
    """Items 1, 8, 9, 12, 13, 15 and 16, from the searches of the run."""
    searches = context.searches
    dates = [Line(f"{s.source}: {s.when}") for s in searches if s.when]
    return [
        Item(1, "Database name", [Line(_database(s)) for s in searches] or [Line("No database was searched.")]),
        Item(8, "Full search strategies", _strategies(searches)),
        Item(9, "Limits and restrictions", _limits(searches)),
        Item(12, "Date of search", dates or [Line("Not recorded.")]),
        Item(13, "Dates of update", [Line(_updates(context))]),
        Item(15, "Total records", [Line(_counts(s)) for s in searches] or [Line(_identified(context))]),
        Item(16, "De-duplication", [Line(_duplicates(context))]),
    ]


def _database(search: SearchInfo) -> str:
    return ", ".join(part for part in (search.source, search.version, search.note) if part)


def _strategies(searches: list[SearchInfo]) -> list[Line]:
    lines = []
    for search in searches:
        if search.query:
            lines += [Line(f"{search.source}, as sent:"), Line(search.query, code=True)]
        if search.translation:
            lines += [Line("As the database translated it:"), Line(search.translation, code=True)]
    return lines or [Line("No search string was sent: the records came from files.")]


def _limits(searches: list[SearchInfo]) -> list[Line]:
    return [Line(f"{s.source}: {s.limits}") for s in searches if s.limits] or [
        Line("None beyond what the search strings themselves say; eligibility was applied at screening.")
    ]


def _updates(context: ReportContext) -> str:
    if context.run.previous is None:
        return "First run: nothing to update."
    return f"This run updates run {context.run.previous}."


def _counts(search: SearchInfo) -> str:
    count = "an unknown number of" if search.count is None else numbers.number(search.count)
    text = f"{search.source}: {count} records"
    return text if search.fetched is None else f"{text}, {numbers.number(search.fetched)} brought in"


def _identified(context: ReportContext) -> str:
    return f"{numbers.number(sum(context.flow.identified.values()))} records."


def _duplicates(context: ReportContext) -> str:
    removed = sum(n for reason, n in context.flow.removed.items() if "duplicate" in reason.lower())
    return (
        f"Records were matched by PMID, then DOI, then normalised title and year; {numbers.number(removed)} "
        "duplicates were removed. Reports that may share patients are kept and flagged."
    )


@cache
def _texts() -> dict[str, Any]:
    """`templates/methods.toml`, read once."""
    return tomllib.loads(files("reports").joinpath("templates/methods.toml").read_text(encoding="utf-8"))


def methods(context: ReportContext) -> list[str]:
    """The methods in words, with the version of what read the abstracts and of what marked names in them."""
    versions = context.run.versions
    reader = f" (engine {versions['engine']})" if "engine" in versions else ""
    marker = _texts()["marker"].replace("{model}", versions["model"]) if "model" in versions else ""
    return [text.replace("{reader}", reader).replace("{marker}", marker) for text in _texts()["methods"]]


def limits(context: ReportContext) -> list[str]:
    """What the figures cannot say."""
    restated = (context.records["source"] == "restatement").any()
    return ([_texts()["limit_of_restatements"]] if restated else []) + list(_texts()["limits"])
