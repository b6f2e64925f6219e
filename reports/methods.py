"""What a report says about how it was made: PRISMA-S items, methods in words, limits. Called by `reports.page`.

PRISMA-S: Rethlefsen et al. 2021, Systematic Reviews 10:39; the items that a program can answer are given here.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    return [
        Item(1, "Database name", [Line(_database(s)) for s in searches] or [Line("No database was searched in this run.")]),
        Item(8, "Full search strategies", _strategies(searches)),
        Item(9, "Limits and restrictions", _limits(searches)),
        Item(12, "Date of search", [Line(f"{s.source}: {s.when}") for s in searches if s.when] or [Line("Not recorded.")]),
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


def methods(context: ReportContext) -> list[str]:
    """The methods in words."""
    versions = context.run.versions
    reader = ", ".join(f"{name} {versions[name]}" for name in ("engine", "model") if name in versions)
    return [
        "Each document’s checkable statements were listed with their place in the text, and each was given an estimand: "
        "what is measured, in which population, and who is at risk.",
        f"Titles and abstracts were read by a program{f' ({reader})' if reader else ''}, which takes every reported "
        "quantity together with the sentence that states it. Impossible or contradictory counts are flagged and left out, "
        "never repaired; a denominator that the abstract does not give is not invented.",
        "Each study gives at most one estimate to a claim and estimand. A stated count over a stated denominator goes before "
        "a bare percentage, results before conclusions; arms that make up the whole are added; studies selected on the "
        "outcome itself, retracted papers and second reports of the same patients are set aside, with the reason shown.",
        "Proportions are pooled by a random-intercept logistic model (binomial-normal GLMM, maximum likelihood by adaptive "
        "Gauss-Hermite quadrature), with t intervals and prediction intervals on k − 1 degrees of freedom. Beside it stand the crude "
        "sum and inverse-variance estimates. A single study keeps its exact interval; studies that all report none or all "
        "are given as a sum with its exact one-sided limit; where the model does not converge, the fallback is named beside "
        "the number. The intervals of studies are Clopper-Pearson 95% intervals.",
        "Means are pooled from mean and standard deviation, or from medians, quartiles and ranges by the estimators of Wan, "
        "Luo and Shi. Ranges are never averaged: the smallest minimum and the largest maximum are reported. Doses and "
        "durations are compared study by study with the stated regimen.",
        "Verdicts follow fixed rules by kind of claim. A proportion agrees when the stated value lies in the 95% interval and "
        "within 10 points of the estimate, and differs when it lies outside the interval; a bound agrees or differs when the whole "
        "interval lies on one side of it; a range agrees when the estimate lies in it and the interval is no wider than three times "
        "the range, and differs when the interval lies outside it. A regimen agrees when at least half of the studies’ figures lie "
        "within it and differs when fewer than a quarter do. Fewer than three studies, or an interval wider "
        "than 40 points, is too thin for a verdict.",
    ]


def limits(context: ReportContext) -> list[str]:
    """What the figures cannot say."""
    found = [
        "Only titles and abstracts were read. Abstracts report selectively, so studies that mention a finding may be those in "
        "which it was common or striking.",
        "The documents may rest on full texts, on unpublished data or on the authors’ experience; a difference is a reason to "
        "look, not proof of an error.",
        "Most of the evidence consists of case series from single centres; pooling does not remove their selection.",
        "Reading is automatic and makes mistakes. The sentence beside each figure is there to be checked.",
        "Several reports of one cohort are recognised by centre, years and authors, and some may be missed.",
    ]
    if (context.records["source"] == "restatement").any():
        found.insert(0, "Figures marked “restated” demonstrate the method and are no evidence of accuracy.")
    return found
