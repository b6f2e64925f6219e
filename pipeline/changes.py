"""What changed between two runs of a review: studies, notices, figures and verdicts, as plain data.

`changes_between` compares what the store holds of two runs; `pipeline.bulletin` puts the result into words. It is kept
in the table `changes` until it has been told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.history import PastRun
from pipeline.record import Record
from pipeline.review import Triggers
from pipeline.screening import Screened
from pipeline.store import Store

LITERATURE = "literature"
PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Study:
    """A paper that came, went or was marked; `what` says why it went or how it was marked."""

    record_id: str
    citation: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A pooled figure: a share in per cent, or a value in the claim's unit; None where there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    k: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A claim whose figure or verdict is not what it was. `by` is how far an end of the interval moved."""

    claim: str
    heading: str
    stated: str
    verdict_before: str
    verdict: str
    before: Figure
    after: Figure
    reason: str = ""
    by: float | None = None

    @property
    def verdict_changed(self) -> bool:
        """Whether the verdict itself moved."""
        return self.verdict_before != self.verdict


@dataclass(slots=True)
class Changes:
    """All that a run changed; `why` says what of the program changed, where that is the cause.

    `cause`: the literature, or the program (engine, code, settings, claims) over the literature of the run before.
    `new`, `gone` and `marked` are studies that entered the count, left it, or got a notice (erratum, expression of
    concern); `revised` those whose text changed.
    """

    review_id: str
    title: str
    run_id: int
    before: int
    finished: str
    cause: str = LITERATURE
    why: str = ""
    new: list[Study] = field(default_factory=list)
    gone: list[Study] = field(default_factory=list)
    marked: list[Study] = field(default_factory=list)
    revised: list[Study] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    claims_added: list[str] = field(default_factory=list)
    claims_dropped: list[str] = field(default_factory=list)

    @property
    def verdicts(self) -> list[Moved]:
        """The claims whose verdict moved."""
        return [one for one in self.moved if one.verdict_changed]

    def __bool__(self) -> bool:
        return bool(
            self.new
            or self.gone
            or self.marked
            or self.revised
            or self.moved
            or self.claims_added
            or self.claims_dropped
        )

    def is_news(self, triggers: Triggers) -> bool:
        """Whether the review's triggers call for telling people; a retraction or another notice always does."""
        return bool(
            self.gone
            or self.marked
            or (triggers.verdict_changed and self.verdicts)
            or any(one.by is not None and one.by > triggers.interval_moved for one in self.moved)
            or len(self.new) >= max(1, triggers.new_studies)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Changes:
        """The inverse of `to_dict`."""
        fields = dict(row)
        for name in ("new", "gone", "marked", "revised"):
            fields[name] = [Study(**one) for one in row[name]]
        fields["moved"] = [
            Moved(**{**one, "before": Figure(**one["before"]), "after": Figure(**one["after"])}) for one in row["moved"]
        ]
        return cls(**fields)


def changes_between(
    store: Store,
    before: PastRun,
    held: Sequence[Screened],
    old_results: Sequence[Mapping[str, Any]],
    decisions: Sequence[Screened],
    results: Sequence[Mapping[str, Any]],
) -> Changes:
    """What differs between an earlier run (its decisions and results) and those of a run that is about to complete."""
    changes = Changes(before.review_id, before.settings["title"], 0, before.id, "")
    _studies(store, changes, {one.record_id: one for one in held}, {one.record_id: one for one in decisions})
    _figures(changes, old_results, results)
    return changes


def note_missing(
    store: Store, changes: Changes, decisions: Iterable[Screened], missing: Iterable[str], year: int
) -> None:
    """Tell of counted papers that PubMed's baseline of that year does not hold: they stay, for nothing says why."""
    gone = set(missing)
    what = f"not in PubMed's baseline of 20{year:02}; kept and counted"
    changes.marked += [
        Study(one.record_id, _citation(store, one), what) for one in decisions if one.included and one.record_id in gone
    ]


def _studies(store: Store, changes: Changes, then: Mapping[str, Screened], now: Mapping[str, Screened]) -> None:
    replaced = store.successors()
    stood_for = {replaced[record_id] for record_id, one in then.items() if one.included and record_id in replaced}
    for record_id, one in now.items():
        old = then.get(record_id)
        was = bool(old and old.included) or record_id in stood_for  # the paper itself in place of its restatement
        if one.included and not was:
            changes.new.append(Study(record_id, _citation(store, one)))
        elif was and not one.included:
            changes.gone.append(Study(record_id, _citation(store, one), one.reason))
        if old is None or old.version == one.version or not (one.included or one.reason == "retracted"):
            continue
        fresh = set(_notices(store, one)) - set(_notices(store, old))
        if one.included and fresh:
            changes.marked.append(Study(record_id, _citation(store, one), "; ".join(sorted(fresh))))
        if one.content_hash != old.content_hash:
            changes.revised.append(Study(record_id, _citation(store, one)))
    for record_id, old in then.items():
        if old.included and record_id not in now and record_id not in replaced:
            changes.gone.append(Study(record_id, _citation(store, old), "no longer among the records"))


def _figures(changes: Changes, old_results: Iterable[Mapping[str, Any]], results: Iterable[Mapping[str, Any]]) -> None:
    earlier = {row["claim"]["id"]: row for row in old_results}
    for row in results:
        claim = row["claim"]["id"]
        old = earlier.pop(claim, None)
        if old is None:
            changes.claims_added.append(claim)
            continue
        if (old["verdict"], old.get("estimate")) != (row["verdict"], row.get("estimate")):
            moved = _moved(old, row)
            if moved.verdict_changed or moved.before != moved.after:
                changes.moved.append(moved)
    changes.claims_dropped += sorted(earlier)


def _moved(old: Mapping[str, Any], row: Mapping[str, Any]) -> Moved:
    from reports.claim import Claim
    from reports.view import is_proportion, stated_text
    from reports.wording import heading

    claim = Claim.from_dict(row["claim"])
    scale = 100.0 if is_proportion(claim) else 1.0
    before, after = _figure(old, scale), _figure(row, scale)
    ends = [(before.low, after.low), (before.high, after.high)]
    by = [abs(end - start) for start, end in ends if start is not None and end is not None]
    return Moved(
        claim=claim.id,
        heading=heading(claim.measure, claim.drug, claim.stat),
        stated=stated_text(claim),
        verdict_before=old["verdict"],
        verdict=row["verdict"],
        before=before,
        after=after,
        reason=row.get("reason") or "",
        by=round(max(by), 2) if by else None,
    )


def _figure(row: Mapping[str, Any], scale: float) -> Figure:
    estimate = row.get("estimate") or {}
    value, low, high = (
        None if estimate.get(name) is None else round(estimate[name] * scale, 2) for name in ("value", "low", "high")
    )
    return Figure(value, low, high, int(row.get("k") or 0))


def _body(store: Store, one: Screened) -> dict[str, Any]:
    sql = "SELECT body FROM record_versions WHERE record_id = ? AND version = ?"
    return json.loads(store.rows(sql, [one.record_id, one.version])[0]["body"])


def _citation(store: Store, one: Screened) -> str:
    """The citation in words where the record has one, else first author, title, journal and year."""
    body = _body(store, one)
    if body.get("citation"):
        return str(body["citation"])
    authors = body.get("authors") or []
    first = f"{authors[0]}{' et al.' if len(authors) > 1 else ''}" if authors else ""
    parts = [first.rstrip("."), (body.get("title") or "").rstrip("."), body.get("journal"), body.get("year")]
    return " ".join(". ".join(str(part) for part in parts if part).split()) + "."


def _notices(store: Store, one: Screened) -> list[str]:
    from pipeline.frames import notices

    body = _body(store, one)
    return notices(Record.from_dict(body), body)


# Kept until they have been told -----------------------------------------------------------------------------------


def put_changes(store: Store, changes: Changes, triggers: Triggers) -> None:
    """Write what a run changed; inside the transaction that completes it."""
    store.execute(
        "INSERT INTO changes (run_id, review_id, news, verdict_changed, body) VALUES (?, ?, ?, ?, ?)",
        [
            *(changes.run_id, changes.review_id, int(changes.is_news(triggers)), int(bool(changes.verdicts))),
            json.dumps(changes.to_dict(), ensure_ascii=False),
        ],
    )


def untold(store: Store, review_id: str) -> list[tuple[Changes, bool]]:
    """What has not been told yet, oldest first, each with whether it is news."""
    sql = "SELECT body, news FROM changes WHERE review_id = ? AND told_at IS NULL ORDER BY run_id"
    return [(Changes.from_dict(json.loads(row["body"])), bool(row["news"])) for row in store.rows(sql, [review_id])]


def latest_news(store: Store, review_id: str, most: int) -> list[Changes]:
    """The last pieces of news, newest first."""
    sql = "SELECT body FROM changes WHERE review_id = ? AND news = 1 ORDER BY run_id DESC LIMIT ?"
    return [Changes.from_dict(json.loads(row["body"])) for row in store.rows(sql, [review_id, most])]
