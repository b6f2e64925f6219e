"""The report's content as plain tables: claims, studies, methods, set aside, searches, flow, and the metafor table.

In: a `Page`. Out: `Table`s of typed cells (numbers stay numbers, proportions 0-1), which `reports.export` writes.
Called by `reports.report`.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.page import Page
from reports.result import CAUTION, Estimate, StudyFigure
from reports.view import ClaimView, Quote, StudyLine
from reports.wording import fixed

Cell = str | int | float | bool | None


@dataclass(slots=True)
class Table:
    """A named table; every row has a cell for every column."""

    name: str
    columns: list[str]
    rows: list[list[Cell]]


def claims_table(page: Page) -> Table:
    """One row a claim: stated, recomputed, verdict, reason. Proportions are 0-1, as in `estimate`."""
    columns = [
        "claim", "document", "measure", "group", "drug", "condition", "kind", "stated", "stated_value", "stated_low",
        "stated_high", "stated_cmp", "unit", "verdict", "reason", "method", "estimate", "interval_low", "interval_high",
        "prediction_low", "prediction_high", "scale", "studies_reporting", "studies_looked_at", "patients",
        "reproduced_by", "at_risk", "document_start", "document_end", "caution",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for view in page.views:
        claim, estimate = view.claim, view.result.estimate
        rows.append([
            claim.id, claim.doc, claim.measure, claim.group, claim.drug, claim.condition, claim.kind, view.stated,
            claim.value, claim.low, claim.high, claim.cmp, claim.unit, view.verdict.word, view.reason,
            *_estimate(estimate), _scale(view), view.k, view.K, view.result.n, view.reproduced,
            ", ".join(claim.at_risk), claim.start, claim.end, CAUTION,
        ])  # fmt: skip
    return Table("claims", columns, rows)


def _estimate(estimate: Estimate | None) -> list[Cell]:
    if estimate is None:
        return [None] * 6
    return [
        estimate.method, estimate.value, estimate.low, estimate.high, estimate.prediction_low, estimate.prediction_high,
    ]  # fmt: skip


def _scale(view: ClaimView) -> str:
    return "proportion (0-1)" if view.proportion else view.claim.unit or ""


def studies_table(page: Page) -> Table:
    """One row a study, claim and analysis, with the sentence and where it stands.

    `role` is `used`, `part` (of the used figure above it) or `set aside`.
    """
    columns = [
        "claim", "analysis", "role", "pooled", "record", "study", "year", "source", "retracted", "group", "stat",
        "numerator", "denominator", "value", "low", "high", "sd", "unit", "interval_low", "interval_high", "flags",
        "reason", "sentence", "number", "start", "end", "link", "citation",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for view in page.views:
        for analysis, lines in _analyses(view):
            for line in lines:
                rows.append(_study_row(view, analysis, "used", line, line.raw, line.quote))
                parts = zip(line.raw.parts, line.part_quotes, strict=True)
                rows += [_study_row(view, analysis, "part", line, part, words) for part, words in parts]
        rows += [_study_row(view, "", "set aside", line, line.raw, line.quote) for line in view.aside]
    return Table("studies", columns, rows)


def _analyses(view: ClaimView) -> list[tuple[str, list[StudyLine]]]:
    """The headline's studies under whose analysis it is, then those of the others."""
    return [(view.result.at_risk, view.lines), *((one.label, one.lines) for one in view.analyses)]


def _study_row(
    view: ClaimView, analysis: str, role: str, line: StudyLine, figure: StudyFigure, quote: Quote | None
) -> list[Cell]:
    study = line.study
    return [
        view.id, analysis, role, figure.pooled, study.id, study.name, study.year,
        fixed("restated") if study.restated else "paper", study.retracted, figure.group, figure.stat, figure.numerator,
        figure.denominator, figure.value, figure.low, figure.high, figure.sd, figure.unit, figure.interval_low,
        figure.interval_high, ", ".join(figure.flags), figure.reason, quote.text if quote else None,
        quote.number if quote else None, figure.start, figure.end, study.url, study.citation,
    ]  # fmt: skip


def methods_table(page: Page) -> Table:
    """One row a claim and way of pooling, the headline first."""
    columns = [
        "claim", "headline", "method", "estimate", "interval_low", "interval_high", "prediction_low", "prediction_high",
        "scale", "studies", "patients", "note",
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for view in page.views:
        shown = ([view.headline] if view.headline else []) + view.methods
        rows += [
            [view.id, line is view.headline, *_estimate(line.raw), _scale(view), line.raw.k, line.raw.n, line.note]
            for line in shown
        ]
    return Table("methods", columns, rows)


def causes_table(page: Page) -> Table:
    """Every cause: named by a document, by studies, or both."""
    rows: list[list[Cell]] = [
        [view.title, view.category, True, view.k, view.result.n, "; ".join(line.name for line in view.lines)]
        for group in page.causes
        for view in group.claims
    ]
    rows += [[c.title, None, False, c.k, c.cases, "; ".join(line.name for line in c.lines)] for c in page.new_causes]
    return Table("causes", ["cause", "category", "named_by_document", "studies", "cases", "named_by"], rows)


def evidence_table(page: Page) -> Table:
    """Study by variable: a cell is the figure as it is shown on the page."""
    columns = [f"{table.title}: {column}" for table in page.evidence for column in table.columns]
    cells: dict[str, dict[int, str]] = {}
    offset = 0
    for table in page.evidence:
        for study, row in table.rows:
            cells.setdefault(study.id, {}).update({offset + i: cell for i, cell in enumerate(row)})
        offset += len(table.columns)
    rows: list[list[Cell]] = []
    for study in page.studies:
        if study.id in cells:
            given = cells[study.id]
            source = fixed("restated") if study.restated else "paper"
            rows.append([study.name, study.id, source, *(given.get(i) or None for i in range(len(columns)))])
    return Table("evidence", ["study", "record", "source", *columns], rows)


def records_table(page: Page) -> Table:
    """Where the records came from: the flow, then the searches."""
    flow = page.flow
    rows: list[list[Cell]] = [["identified", source, n] for source, n in flow.identified.items()]
    rows += [["removed before screening", reason, n] for reason, n in flow.removed.items()]
    rows.append(["screened", None, flow.screened])
    rows += [["excluded", reason, n] for reason, n in flow.excluded.items()]
    rows.append(["included", None, flow.included])
    return Table("flow", ["stage", "detail", "records"], rows)


def search_table(page: Page) -> Table:
    """The PRISMA-S items, a line each."""
    rows: list[list[Cell]] = [[item.number, item.title, line.text] for item in page.prisma_s for line in item.lines]
    return Table("search", ["item", "title", "text"], rows)


def about_table(page: Page) -> Table:
    """Review, run, versions, methods and limits."""
    rows: list[list[Cell]] = [
        ["review", page.review.title], ["question", page.review.question], ["population", page.review.population],
        ["run", page.run.id], ["finished", page.run.finished],
    ]  # fmt: skip
    rows += [["document", d.title] for d in page.documents]
    rows += [[f"version of {name}", version] for name, version in page.versions]
    rows += [["notice", fixed("restated_banner")]] if page.restated_total else []
    rows += [["notice", notice.text] for notice in page.notices]
    rows += [["method", text] for text in page.methods]
    rows += [["limit", text] for text in page.limits]
    rows.append(["caution", CAUTION])
    rows += [["attribution", fixed("attribution")]] if page.uses_pubmed else []
    return Table("about", ["what", "text"], rows)


def metafor_table(page: Page) -> Table:
    """What `metafor::escalc` reads as it is: `xi`, `ni` for proportions, `mi`, `sdi`, `ni` for means, a row a study.

    Only rows that it can compute with; in a file without means, R would take an empty `sdi` for a logical column.
    """
    columns = ["claim", "measure", "analysis", "study", "year", "xi", "ni", "mi", "sdi", "pooled", "record", "source"]
    rows: list[list[Cell]] = []
    for view in page.views:
        for analysis, lines in _analyses(view):
            for line in lines:
                numbers = _metafor_numbers(line.raw, view.proportion)
                if numbers is None:
                    continue
                source = fixed("restated") if line.study.restated else "paper"
                rows.append([
                    view.id, view.claim.measure, analysis, line.study.name, line.study.year, *numbers, line.raw.pooled,
                    line.study.id, source,
                ])  # fmt: skip
    return Table("metafor", columns, rows)


def _metafor_numbers(figure: StudyFigure, proportion: bool) -> list[Cell] | None:
    """`xi`, `ni`, `mi`, `sdi` of a figure, or None where an effect size cannot be had from it."""
    if figure.denominator is None:
        return None
    if proportion:
        return None if figure.numerator is None else [figure.numerator, figure.denominator, None, None]
    if figure.value is None or figure.sd is None:
        return None
    return [None, figure.denominator, figure.value, figure.sd]
