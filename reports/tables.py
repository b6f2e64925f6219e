"""The report's content as plain tables: claims, studies, methods, set aside, searches, flow, and the metafor table.

In: a `Page`. Out: `Table`s of typed cells (numbers stay numbers, proportions 0-1), which `reports.export` writes.
Called by `reports.report`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.page import Page
from reports.view import ClaimView, StudyLine
from reports.wording import fixed

if TYPE_CHECKING:
    from reports.compare import Estimate

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
            ", ".join(claim.at_risk), claim.start, claim.end, fixed("caution"),
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
    """One row a study and claim, used or set aside, with the sentence and where it stands."""
    columns = [
        "claim", "used", "record", "study", "year", "source", "retracted", "group", "stat", "numerator", "denominator",
        "value", "low", "high", "unit", "interval_low", "interval_high", "flags", "set_aside_because", "sentence",
        "number", "start", "end", "link", "citation",
    ]  # fmt: skip
    rows = [
        _study_row(view, line, used)
        for view in page.views
        for used, lines in ((True, view.lines), (False, view.aside))
        for line in lines
    ]
    return Table("studies", columns, rows)


def _study_row(view: ClaimView, line: StudyLine, used: bool) -> list[Cell]:
    raw, study = line.raw, line.study
    return [
        view.id, used, study.id, study.name, study.year, fixed("restated") if study.restated else "paper",
        study.retracted, raw.group, raw.stat, raw.numerator, raw.denominator, raw.value, raw.low, raw.high, raw.unit,
        raw.interval_low, raw.interval_high, ", ".join(raw.flags), line.reason,
        line.quote.text if line.quote else None, line.quote.number if line.quote else None, raw.start, raw.end,
        study.url, study.citation,
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
    rows += [[c.title, None, False, c.k, None, "; ".join(m.study.name for m in c.lines)] for c in page.new_causes]
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
    rows.append(["caution", fixed("caution")])
    rows += [["attribution", fixed("attribution")]] if page.uses_pubmed else []
    return Table("about", ["what", "text"], rows)


def metafor_table(page: Page) -> Table:
    """What `metafor::escalc` reads as it is: `xi`, `ni` for proportions, `mi`, `sdi`, `ni` for means, a row a study."""
    rows: list[list[Cell]] = []
    for view in page.views:
        for line in view.lines:
            raw = line.raw
            counted = view.proportion and raw.numerator is not None and raw.denominator is not None
            mean = raw.stat == "mean" and raw.value is not None
            if not counted and not mean:
                continue
            rows.append([
                view.id, view.claim.measure, ", ".join(view.claim.at_risk), line.study.name, line.study.year,
                raw.numerator if counted else None, raw.denominator, raw.value if mean else None,
                raw.sd if mean else None, line.study.id, fixed("restated") if line.study.restated else "paper",
            ])  # fmt: skip
    columns = ["claim", "measure", "at_risk", "study", "year", "xi", "ni", "mi", "sdi", "record", "source"]
    return Table("metafor", columns, rows)
