"""What people decided, brought into the count: findings confirmed, corrected, added or taken out; records let in or not.

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
from pipeline.rematch import DIFFERS, GONE, LOST, SAME, match, moved
from pipeline.screening import NOT_LOOKED_AT, Screened, study_design
from pipeline.store import Store
from reports.result import ADDED, CONFIRMED, CORRECTED, DISPUTED

REVIEWER = "a reviewer: "  # the beginning of a reason that a person gave


@dataclass(slots=True)
class Applied:
    """The findings of one text with what people decided on them.

    `targets` holds, for each finding, the name under which it was judged, or None. `states` says of each judged thing
    how it was found again; `unmatched` are those that were not.
    """

    findings: list[dict[str, Any]]
    targets: list[str | None]
    states: dict[str, str] = field(default_factory=dict)

    @property
    def unmatched(self) -> list[str]:
        """What was judged and is not found again as it was."""
        return [target for target, state in self.states.items() if state in (LOST, GONE, DIFFERS)]


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
            record_id = successors.get(one.record_id, one.record_id)
            if one.subject == "screening":
                decided.on_records[record_id] = one
            else:
                decided.on_findings.setdefault(record_id, []).append(one)
        return decided

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

    def findings(
        self, store: Store, record_id: str, content_hash: str, found: Sequence[Mapping[str, Any]]
    ) -> Applied:
        """What holds in a text of which the engine has `found` this."""
        judged = self.on_findings.get(record_id, [])
        applied = Applied([dict(one) for one in found], [None] * len(found))
        if not judged:
            return applied
        texts = _texts(store, {record_id, *(one.record_id for one in judged)})
        taken: dict[int, Standing] = {}
        for held in judged:
            number, state = self._place(held, texts, content_hash, found, taken)
            applied.states[held.target] = state
            if number is not None:
                taken[number] = held
        dropped: set[int] = set()
        added: list[tuple[dict[str, Any], str]] = []
        for held in judged:
            number = next((n for n, one in taken.items() if one is held), None)
            if number is not None:
                applied.targets[number] = held.target
            outcome = _outcome(held, texts, content_hash, applied.states[held.target])
            if outcome is None:
                continue
            if outcome == "out":
                if number is not None:
                    dropped.add(number)
            elif number is None:
                added.append((outcome, held.target))  # type: ignore[arg-type]
            else:
                applied.findings[number] = {**applied.findings[number], **outcome}  # type: ignore[dict-item]
        for number, held in taken.items():
            if held.disputed:
                applied.findings[number]["flags"] = [*applied.findings[number].get("flags", []), DISPUTED]
        kept = [n for n in range(len(applied.findings)) if n not in dropped]
        applied.findings = [applied.findings[n] for n in kept] + [one for one, _ in added]
        applied.targets = [applied.targets[n] for n in kept] + [target for _, target in added]
        return applied

    def _place(
        self,
        held: Standing,
        texts: Mapping[str, str],
        content_hash: str,
        found: Sequence[Mapping[str, Any]],
        taken: Mapping[int, Standing],
    ) -> tuple[int | None, str]:
        """Which of the findings was judged, and how it stands to what was."""
        latest = held.decided or held.first
        seen = latest.before or latest.after
        if seen is None:
            return None, LOST
        here = _here(seen, latest, texts, content_hash)
        if here is None:
            return None, LOST
        number, state = match(here, found, set(taken))
        if held.subject == "missed":  # nothing was read there: what is read now is the same thing, or another
            return (number, SAME) if state == SAME else (None, SAME)
        return number, state


def _here(
    finding: Mapping[str, Any], judgement: Judgement, texts: Mapping[str, str], content_hash: str
) -> dict[str, Any] | None:
    before = texts.get(judgement.content_hash or content_hash)
    now = texts.get(content_hash)
    return None if before is None or now is None else moved(finding, before, now)


def _outcome(held: Standing, texts: Mapping[str, str], content_hash: str, state: str) -> dict[str, Any] | str | None:
    """What the judgement makes of the finding: `out`, the finding as it holds, or None where it changes nothing."""
    said = held.decided
    if said is None or state == LOST:
        return None
    if said.after is None:
        return "out" if state == SAME else None
    holds = _here(said.after, said, texts, content_hash)
    if holds is None:
        return None
    doubts = list(holds.get("flags", []))
    mark = {"accept": [*doubts, CONFIRMED], "correct": [CORRECTED], "add": [ADDED]}[said.verdict]
    return {**holds, "flags": list(dict.fromkeys(mark)), "confidence": 1.0}


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
