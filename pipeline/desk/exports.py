"""What can be taken away from the desk: RIS, CSV, Excel, a CSV for RevMan, the audit trail, an archive to publish.

Each export is a function of a review; `EXPORTS` names them with what they hold. Called by `routes` and by
`retally desk --export`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from pipeline.decided import Decided, changed
from pipeline.desk.view import ReviewView
from pipeline.desk.words import figure, what, whose
from pipeline.judgements import WITHDRAW, Judgement, load, standing
from pipeline.record import Record
from pipeline.screening import Screened
from reports.export import to_csv, to_excel
from reports.result import SEEN
from reports.tables import Cell, Table
from reports.view import claim_view


@dataclass(frozen=True, slots=True)
class Export:
    """One file: its content type, a title, what it is for, and what makes it."""

    kind: str
    title: str
    what: str
    make: Callable[[ReviewView], bytes]


def export(view: ReviewView, name: str) -> bytes:
    """The file of that name."""
    return EXPORTS[name].make(view)


def _records(view: ReviewView) -> Iterator[tuple[Screened, Record, dict[str, Any]]]:
    """Every record of the last run with its decision, by id."""
    from pipeline.history import run_screening

    assert view.run is not None
    for one in run_screening(view.store, view.run):
        rows = view.store.rows(
            "SELECT body FROM record_versions WHERE record_id = ? AND version = ?", [one.record_id, one.version]
        )
        body = json.loads(rows[0]["body"])
        yield one, Record.from_dict(body), body


def _labels(view: ReviewView) -> dict[str, tuple[str, str, str]]:
    """Record id to (what people decided, by whom, why), where they did."""
    labels = {}
    for one in standing(load(view.store, view.id)).values():
        if one.subject != "screening" or not (one.opinions or one.settled):
            continue
        people = ", ".join(one.opinions)
        said = one.decided
        labels[one.record_id] = (said.verdict, said.person, said.why) if said else ("people differ", people, "")
    return labels


# For reference managers and screening tools ----------------------------------------------------------------------

_RIS_TYPES = {"journal": "JOUR", "none": "GEN"}


def _ris(view: ReviewView) -> bytes:
    """RIS with the decision in the notes (N1) and as a keyword, which screening tools read as a label."""
    labels, lines = _labels(view), []
    for one, record, body in _records(view):
        link = body.get("link") or {}
        entry: list[tuple[str, Any]] = [("TY", _RIS_TYPES["journal" if record.journal else "none"]), ("ID", record.id)]
        entry += [("TI", record.title), *(("AU", author) for author in record.authors), ("JO", record.journal)]
        entry += [("PY", record.year), ("DO", record.doi or link.get("doi")), ("AN", record.pmid or link.get("pmid"))]
        entry += [("LA", record.language), ("AB", _abstract(record))]
        entry.append(("KW", f"retally: {one.decision}"))
        entry.append(("N1", f"Retally: {one.decision}; {one.reason}; design {one.design}; tier {one.tier or '-'}"))
        if record.id in labels:
            said, who, why = labels[record.id]
            entry.append(("N1", f"Reviewer: {said}, {who}{f', {why}' if why else ''}"))
        lines += [f"{tag}  - {_one_line(value)}" for tag, value in entry if value not in (None, "")]
        lines += ["ER  - ", ""]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")


def _abstract(record: Record) -> str:
    text = record.given_text if record.given_text is not None else " ".join(text for _, text in record.sections)
    return text or ""


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())


def _records_csv(view: ReviewView) -> bytes:
    columns = ["record", "title", "authors", "journal", "year", "doi", "pmid", "source", "decision", "reason", "design",
               "tier", "reviewer_decision", "reviewer", "reviewer_reason"]  # fmt: skip
    labels, rows = _labels(view), []
    for one, record, body in _records(view):
        link = body.get("link") or {}
        rows.append(
            [
                *(record.id, record.title, "; ".join(record.authors), record.journal, record.year),
                *(record.doi or link.get("doi"), record.pmid or link.get("pmid"), record.source),
                *(one.decision, one.reason, one.design, one.tier, *labels.get(record.id, (None, None, None))),
            ]
        )
    return to_csv(Table("records", columns, rows))


# Evidence --------------------------------------------------------------------------------------------------------


def _evidence(view: ReviewView, with_sentences: bool = True) -> Table:
    """Every finding of the included records as it holds, with who has seen it."""
    columns = ["record", "study", "measure", "group", "statistic", "comparison", "value", "low", "high", "unit",
               "numerator", "denominator", "figure", "sentence", "confidence", "seen", "decision", "decided_by",
               "decided_at", "why", "flags", "start", "end"]  # fmt: skip
    decided = Decided.of(view.store, view.id)
    rows: list[list[Cell]] = []
    studies = view.studies()
    for one, record, _ in _records(view):
        if not one.included:
            continue
        assert view.run is not None
        found = view.store.findings([one.content_hash], view.run.engine)[one.content_hash]
        matched = decided.matched(view.store, one.record_id, one.content_hash, found)
        people = {id(held): held for held in (*matched.held.values(), *matched.unplaced)}
        by_place = {
            (holds["start"], holds["end"], holds["measure"]): held
            for held in people.values()
            if (holds := matched.holds.get(held.target)) is not None
        }
        for holds in decided.findings(view.store, one.record_id, one.content_hash, found):
            held = by_place.get((holds["start"], holds["end"], holds["measure"]))
            said = held.decided if held is not None else None
            text = record.text[holds["sentence_start"] : holds["sentence_end"]]
            rows.append(
                [
                    *(one.record_id, studies[one.record_id].name if one.record_id in studies else None),
                    *(holds["measure"], holds.get("group") or "all", holds["stat"], holds.get("cmp", "=")),
                    *(holds.get(name) for name in ("value", "low", "high", "unit", "numerator", "denominator")),
                    *(figure(holds), text if with_sentences else None, holds["confidence"]),
                    *(bool(SEEN & set(holds.get("flags", []))), said.verdict if said else None),
                    *((said.person, said.made_at, said.why) if said else (None, None, None)),
                    *("; ".join(holds.get("flags", [])), holds["start"], holds["end"]),
                ]
            )
    return Table("evidence", columns, rows)


def _excel(view: ReviewView) -> bytes:
    assert view.run is not None
    tables = [_evidence(view), _claims(view), _decisions(view)]
    return to_excel(tables, view.run.finished_at)


def _claims(view: ReviewView) -> Table:
    columns = ["claim", "measure", "stated", "verdict", "estimate", "interval", "studies", "patients", "figures",
               "seen_by_a_person"]  # fmt: skip
    rows: list[list[Cell]] = []
    for result in view.results():
        shown = claim_view(result, {}, view.documents(), False)
        rows.append(
            [
                *(shown.id, shown.claim.measure, shown.stated, shown.verdict.word, shown.estimate, shown.interval),
                *(shown.k, result.n, len(result.studies), result.seen),
            ]
        )
    return Table("claims", columns, rows)


def _revman(view: ReviewView) -> bytes:
    """A row a study and claim, as RevMan's tables of dichotomous and of generic inverse variance data have them.

    The logit of a proportion and its standard error (with half a count added where a cell is empty) are what RevMan
    pools for groups without a comparison.
    """
    columns = ["Comparison", "Outcome", "Subgroup", "Study ID", "Year", "Events", "Total", "Mean", "SD", "Unit",
               "GIV Estimate (logit)", "GIV SE", "Seen by a person", "Notes"]  # fmt: skip
    rows: list[list[Cell]] = []
    studies = view.studies()
    for result in view.results():
        shown = claim_view(result, {}, view.documents(), False)
        for one in result.studies:
            study = studies.get(one.record_id)
            logit, error = _logit(one.numerator, one.denominator)
            rows.append(
                [
                    *(view.title, f"{shown.title} ({result.claim.id})", "" if one.group == "all" else one.group),
                    *(study.name if study else one.citation, study.year if study else None),
                    *(one.numerator, one.denominator, None if shown.proportion else one.value, one.sd, one.unit),
                    *(logit, error, one.seen, one.reason),
                ]
            )
    return to_csv(Table("revman", columns, rows))


def _logit(events: int | None, total: int | None) -> tuple[float | None, float | None]:
    if events is None or not total:
        return None, None
    more = 0.5 if events in (0, total) else 0.0
    yes, no = events + more, total - events + more
    return log(yes / no), sqrt(1 / yes + 1 / no)


# The audit trail -------------------------------------------------------------------------------------------------


def _decisions(view: ReviewView) -> Table:
    """Every decision in order; `stands` is false for one that was taken back or replaced."""
    columns = ["id", "made_at", "person", "role", "blind", "subject", "record", "verdict", "stands", "before", "after",
               "changed", "why", "origin", "engine", "start", "end", "target"]  # fmt: skip
    made = load(view.store, view.id)
    stands = {said.id for one in standing(made).values() for said in (*one.opinions.values(), one.settled) if said}
    rows: list[list[Cell]] = []
    for one in made:
        seen = one.after or one.before or {}
        rows.append(
            [
                *(one.id, one.made_at, one.person, one.role, one.blind, one.subject, one.record_id, one.verdict),
                *(one.id in stands and one.verdict != WITHDRAW, _words(one.subject, one.before)),
                *(_words(one.subject, one.after), _changes(one)),
                *(one.why, one.origin, one.engine, seen.get("start"), seen.get("end"), one.target),
            ]
        )
    return Table("decisions", columns, rows)


def _changes(one: Judgement) -> str | None:
    """What of the reading a correction changed."""
    if one.subject == "screening" or one.before is None or one.after is None:
        return None
    return ", ".join(changed(one.before, one.after))


def _words(subject: str, said: Mapping[str, Any] | None) -> str | None:
    """A reading, or a screening decision, in one line."""
    if said is None:
        return None
    if subject == "screening":
        included = said.get("included")
        head = "" if included is None else "included" if included else "excluded"
        tail = said.get("reason") or (f"tier {said['tier']}" if said.get("tier") else "")
        return ": ".join(part for part in (head, tail) if part)
    return f"{what(said)}, {whose(said)}: {figure(said)}"


def _decisions_csv(view: ReviewView) -> bytes:
    return to_csv(_decisions(view))


def _archive(view: ReviewView) -> bytes:
    from pipeline.desk.archive import archive

    return archive(view)


_CSV = "text/csv; charset=utf-8"
EXPORTS = {
    "records.ris": Export(
        "application/x-research-info-systems",
        "Records, RIS",
        "Every record with its decision as a label, for reference managers and screening tools.",
        _ris,
    ),
    "records.csv": Export(
        _CSV, "Records, CSV", "The same as a table: the machine's decision and people's.", _records_csv
    ),
    "evidence.xlsx": Export(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Evidence table, Excel",
        "Every figure as it holds, with its sentence and who has seen it; claims; decisions.",
        _excel,
    ),
    "revman.csv": Export(
        _CSV, "Study data, RevMan style", "A row a study and outcome: events, totals, means, logits.", _revman
    ),
    "decisions.csv": Export(
        _CSV,
        "Audit trail, CSV",
        "Every decision: who, when, before, after, why; what was taken back too.",
        _decisions_csv,
    ),
    "archive.zip": Export(
        "application/zip",
        "Archive to publish",
        "The store without abstracts, metadata.yaml and the report: `datasette` opens it.",
        _archive,
    ),
}
