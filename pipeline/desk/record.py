"""One record as the desk shows it: its text with every finding marked, what was decided on each, and the claims it
answers.

Called by `routes` (the record's page and the card of the queue).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pipeline.decided import Decided, Matched
from pipeline.desk.view import ReviewView
from pipeline.desk.words import kind
from pipeline.judgements import Standing
from pipeline.record import Record
from pipeline.rematch import SAME
from pipeline.screening import Screened


@dataclass(slots=True)
class Piece:
    """A stretch of the text: plain, or within one or more findings; `section` is set where a section begins."""

    text: str
    start: int
    findings: list[int] = field(default_factory=list)
    kind: str = ""
    group: int = 0
    current: bool = False
    rejected: bool = False


@dataclass(slots=True)
class Paragraph:
    """A section of the text."""

    label: str
    pieces: list[Piece]


@dataclass(slots=True)
class Found:
    """A finding on the page. `number` is its row, 0 for one that a person added; `state` says what was decided."""

    number: int
    finding: dict[str, Any]
    target: str | None
    standing: Standing | None
    match: str
    state: str
    holds: dict[str, Any]
    group: int

    @property
    def seen(self) -> int:
        """The newest judgement on it, for whoever judges next."""
        return self.standing.last_id if self.standing else 0

    @property
    def kind(self) -> str:
        """The key of its colour."""
        return kind(self.holds["measure"])


@dataclass(slots=True)
class RecordView:
    """A record, its text, its findings."""

    id: str
    record: Record
    content_hash: str
    screened: Screened | None
    restated: bool
    citation: str
    found: list[Found]
    groups: list[str]
    decided: Standing | None
    link: dict[str, Any]

    def by_number(self, number: int) -> Found | None:
        """The finding of that row."""
        return next((one for one in self.found if one.number == number), None)


def screened_of(view: ReviewView, record_id: str) -> Screened | None:
    """The last run's decision on a record."""
    if view.run is None:
        return None
    rows = view.store.rows(
        "SELECT screening.*, record_versions.content_hash FROM screening"
        " JOIN record_versions USING (record_id, version) WHERE review_id = ? AND record_id = ?"
        " AND from_run <= ? AND (until_run IS NULL OR until_run > ?)",
        [view.id, record_id, view.run.id, view.run.id],
    )
    return Screened.from_row(rows[0]) if rows else None


def findings_of(view: ReviewView, record_id: str) -> tuple[list[dict[str, Any]], str]:
    """(what the last run's engine read in the record, each with its row under `id`; the hash of the text)."""
    screened = screened_of(view, record_id)
    if screened is None or view.run is None:
        return [], ""
    rows = view.store.rows(
        "SELECT id, body FROM findings WHERE content_hash = ? AND engine = ? ORDER BY place",
        [screened.content_hash, view.run.engine],
    )
    return [{**json.loads(row["body"]), "id": row["id"]} for row in rows], screened.content_hash


def record_view(view: ReviewView, record_id: str) -> RecordView | None:
    """The record as its page shows it; None where the store has no such record."""
    screened = screened_of(view, record_id)
    sql = "SELECT body, content_hash FROM record_versions WHERE record_id = ? AND version = ?"
    if screened is None:
        sql = "SELECT body, content_hash FROM records WHERE id = ?"
    rows = view.store.rows(sql, [record_id, screened.version] if screened else [record_id])
    if not rows:
        return None
    body = json.loads(rows[0]["body"])
    record = Record.from_dict(body)
    findings, _ = findings_of(view, record_id)
    decided = Decided.of_record(view.store, view.id, record_id)
    matched = decided.matched(view.store, record_id, rows[0]["content_hash"], findings)
    found = _found(findings, matched)
    groups = list(dict.fromkeys(one.holds.get("group") or "all" for one in found))
    groups.sort(key=lambda name: name != "all")
    for one in found:
        one.group = groups.index(one.holds.get("group") or "all")
    return RecordView(
        id=record_id,
        record=record,
        content_hash=rows[0]["content_hash"],
        screened=screened,
        restated=record.source == "restatement",
        citation=body.get("citation") or "",
        found=found,
        groups=groups,
        decided=decided.on_records.get(record_id),
        link=body.get("link") or {},
    )


def _found(findings: Sequence[Mapping[str, Any]], matched: Matched) -> list[Found]:
    found = []
    for number, one in enumerate(findings):
        finding = {name: value for name, value in one.items() if name != "id"}
        held = matched.held.get(number)
        state, holds = "", finding
        if held is not None:
            state, holds = _state(held), {**finding, **matched.holds.get(held.target, {})}
        found.append(
            Found(one["id"], finding, held.target if held else None, held, _match(held, matched), state, holds, 0)
        )
    for held in matched.unplaced:
        holds = matched.holds.get(held.target) or held.first.after or held.first.before or {}
        if held.target in matched.holds or (held.opinions and held.subject == "missed"):
            found.append(Found(0, holds, held.target, held, _match(held, matched), _state(held), holds, 0))
    return sorted(found, key=lambda one: (one.holds["start"], one.holds["end"]))


def _match(held: Standing | None, matched: Matched) -> str:
    state = matched.states.get(held.target, SAME) if held else SAME
    return "" if state == SAME else state


def _state(held: Standing) -> str:
    """`accept`, `reject`, `correct`, `add`, `disputed`, or nothing where all was taken back."""
    if held.disputed:
        return "disputed"
    return held.decided.verdict if held.decided else ""


def paragraphs(shown: RecordView, current: int | None = None, plain: bool = False) -> list[Paragraph]:
    """The text cut where findings begin and end. `plain` marks nothing but the current one (blind mode)."""
    text, record = shown.record.text, shown.record
    marks = [one for one in shown.found if 0 <= one.holds["start"] < one.holds["end"] <= len(text)]
    if plain:
        marks = [one for one in marks if one.number == current]
    cuts = sorted({0, len(text), *(edge for one in marks for edge in (one.holds["start"], one.holds["end"]))})
    spans = _sections(record)
    result = []
    for label, start, end in spans:
        edges = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
        pieces = [_piece(text, a, b, marks, current) for a, b in pairwise(edges) if a < b]
        result.append(Paragraph(label, pieces))
    return result


def _piece(text: str, start: int, end: int, marks: Sequence[Found], current: int | None) -> Piece:
    over = [one for one in marks if one.holds["start"] <= start and end <= one.holds["end"]]
    piece = Piece(text[start:end], start)
    if over:
        over.sort(key=lambda one: (one.number != current, one.holds["end"] - one.holds["start"]))
        first = over[0]
        piece.findings = [one.number for one in over]
        piece.kind, piece.group = first.kind, first.group
        piece.current = current is not None and first.number == current
        piece.rejected = first.state == "reject"
    return piece


def _sections(record: Record) -> list[tuple[str, int, int]]:
    """(label, start, end) of the title and each section in the record's text."""
    if record.given_text is not None:
        return [("", 0, len(record.given_text))]
    spans, at = [("title", 0, len(record.title))], len(record.title) + 1
    for label, text in record.sections:
        spans.append((label, at, at + len(text)))
        at += len(text) + 1
    return spans


def sentence(shown: RecordView, finding: Mapping[str, Any]) -> tuple[str, str, str]:
    """The sentence of a finding in three parts: before its number, the number, after it."""
    text = shown.record.text
    start, end = finding["sentence_start"], finding["sentence_end"]
    return text[start : finding["start"]], text[finding["start"] : finding["end"]], text[finding["end"] : end]


def answers(view: ReviewView, record_id: str) -> list[dict[str, Any]]:
    """The claims in whose evidence the record's figures stand, with the figure."""
    rows = []
    for result in view.results():
        for figure in result.studies:
            if figure.record_id == record_id:
                rows.append({"claim": result.claim, "verdict": result.verdict, "figure": figure})
    return rows
