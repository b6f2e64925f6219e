"""What people decided, brought into the count: findings confirmed, corrected, added, taken out; records let in or not.

`Decided.of` reads what stands of a review's judgements, up to one of them, so that a past run's report can be made
again. A finding that a person confirmed, corrected or added holds as that person saw it, whatever a later version of
the engine reads there, as long as its sentence stands in the text. A rejection holds for the reading that was rejected:
where something else is read there now, a person must look again. What cannot be matched is listed, never dropped.
Called by `pipeline.count`, `pipeline.frames` and the desk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.judgements import READING, Judgement, Standing, last_judgement, load, standing
from pipeline.record import Record
from pipeline.rematch import LOST, SAME, match, moved
from pipeline.screening import NOT_LOOKED_AT, Screened, study_design
from pipeline.store import Store
from reports.result import ADDED, CONFIRMED, CORRECTED, DISPUTED

REVIEWER = "a reviewer: "  # the beginning of a reason that a person gave


@dataclass(slots=True)
class Matched:
    """Judged things found again in a text: `held` by the index of the finding, `unplaced` where no finding is there.

    `states` says of each how it was found again, `holds` is the finding as people say it is; both by target.
    """

    held: dict[int, Standing] = field(default_factory=dict)
    unplaced: list[Standing] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def astray(self) -> list[str]:
        """What was judged and is not read as it was: targets, to be looked at again."""
        return [target for target, state in self.states.items() if state != SAME]


@dataclass(slots=True)
class Decided:
    """What stands of a review's judgements: on findings by record, on records by id; `until` is the newest of them."""

    review_id: str
    until: int
    on_findings: dict[str, list[Standing]] = field(default_factory=dict)
    on_records: dict[str, Standing] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, review_id: str, until: int | None = None) -> Decided:
        """All judgements of the review, or those up to an id. A paper's other records stand for the one in use."""
        until = last_judgement(store, review_id) if until is None else until
        decided = cls(review_id, until)
        if not until:
            return decided
        successors = store.successors()
        for one in standing(load(store, review_id, until)).values():
            decided._put(one, successors.get(one.record_id, one.record_id))
        return decided

    @classmethod
    def of_record(cls, store: Store, review_id: str, record_id: str) -> Decided:
        """What stands of the judgements on one record and on the other records of the same paper."""
        decided = cls(review_id, 0)
        ids = store.rows("SELECT id FROM records WHERE id = ? OR superseded_by = ?", [record_id, record_id])
        for one in standing(load(store, review_id, records=[row["id"] for row in ids])).values():
            decided._put(one, record_id)
        return decided

    def _put(self, one: Standing, record_id: str) -> None:
        if one.subject == "screening":
            self.on_records[record_id] = one
        else:
            self.on_findings.setdefault(record_id, []).append(one)

    def touches(self, record_id: str) -> bool:
        """Whether anybody ever judged the record or something in it."""
        return record_id in self.on_records or record_id in self.on_findings

    def screening(self, one: Screened, record: Record) -> Screened:
        """The decision on a record, a person's before the machine's."""
        held = self.on_records.get(one.record_id)
        said = held.decided if held is not None else None
        if said is None:
            return one
        if said.verdict == "exclude":
            return replace(one, included=False, reason=f"{REVIEWER}{said.why}")
        tier = (said.after or {}).get("tier") or one.tier or 1
        design = one.design
        if design == NOT_LOOKED_AT:
            design = study_design(record.title, record.text, record.publication_types)
        return replace(one, included=True, reason=f"{REVIEWER}{said.why or 'eligible'}", tier=tier, design=design)

    def matched(self, store: Store, record_id: str, content_hash: str, found: Sequence[Mapping[str, Any]]) -> Matched:
        """Which of the findings of a text were judged, and which judged things are not among them."""
        judged = self.on_findings.get(record_id, [])
        matched = Matched()
        texts = _texts(store, {record_id, *(one.record_id for one in judged)}) if judged else {}
        for held in judged:
            number, state = _place(held, texts, content_hash, found, set(matched.held))
            matched.states[held.target] = state
            holds = _holds(held, texts, content_hash)
            if holds is not None:
                matched.holds[held.target] = holds
            if number is None:
                matched.unplaced.append(held)
            else:
                matched.held[number] = held
        return matched

    def findings(
        self, store: Store, record_id: str, content_hash: str, found: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """What holds in a text of which the engine has `found` this."""
        matched = self.matched(store, record_id, content_hash, found)
        stands = []
        for number, finding in enumerate(found):
            held = matched.held.get(number)
            stands += [dict(finding)] if held is None else _with(dict(finding), held, matched)
        for held in matched.unplaced:
            if held.target in matched.holds:
                stands.append(matched.holds[held.target])
        return stands


def _with(finding: dict[str, Any], held: Standing, matched: Matched) -> list[dict[str, Any]]:
    """A finding that was judged, as it holds; nothing where it was rejected."""
    if held.disputed:
        return [{**finding, "flags": [*finding.get("flags", []), DISPUTED]}]
    said = held.decided
    if said is not None and said.after is None:
        return [] if matched.states[held.target] == SAME else [finding]
    return [{**finding, **matched.holds.get(held.target, {})}]


def _place(
    held: Standing,
    texts: Mapping[str, str],
    content_hash: str,
    found: Sequence[Mapping[str, Any]],
    taken: set[int],
) -> tuple[int | None, str]:
    """Which of the findings was judged, and how it stands to what was."""
    latest = held.decided or held.first
    seen = latest.before or latest.after
    here = None if seen is None else _here(seen, latest, texts, content_hash)
    if here is None:
        return None, LOST
    number, state = match(here, found, taken)
    if held.subject == "missed":  # nothing was read there: what is read now is the same thing, or another
        return (number, SAME) if state == SAME else (None, SAME)
    return number, state


def _here(
    finding: Mapping[str, Any], judgement: Judgement, texts: Mapping[str, str], content_hash: str
) -> dict[str, Any] | None:
    before = texts.get(judgement.content_hash or content_hash)
    now = texts.get(content_hash)
    return None if before is None or now is None else moved(finding, before, now)


def _holds(held: Standing, texts: Mapping[str, str], content_hash: str) -> dict[str, Any] | None:
    """The finding as people say it is, with their mark; None where it was rejected, is disputed, or is gone."""
    said = held.decided
    if said is None or said.after is None:
        return None
    holds = _here(said.after, said, texts, content_hash)
    if holds is None:
        return None
    marks = {"accept": [*holds.get("flags", []), CONFIRMED], "correct": [CORRECTED], "add": [ADDED]}[said.verdict]
    return {**holds, "flags": list(dict.fromkeys(marks)), "confidence": 1.0}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What of a reading a correction changed."""
    return [name for name in READING if before.get(name) != after.get(name)]


def _texts(store: Store, record_ids: set[str]) -> dict[str, str]:
    """Texts by hash, of every form that the paper ever had here."""
    rows = store.rows(
        "SELECT content_hash, body FROM record_versions WHERE record_id IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(record_ids))],
    )
    return {row["content_hash"]: Record.from_dict(json.loads(row["body"])).text for row in rows}
