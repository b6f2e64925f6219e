"""What a person does at the desk, from the fields of a form to a judgement in the store.

`decide` returns the judgement; it raises `JudgementError` for a field that is not whole and `Conflict` where somebody
was quicker. Called by `routes` in a thread of its own, with its own connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pipeline.desk.app import Desk
from pipeline.desk.correction import corrected, missed
from pipeline.desk.record import Found, RecordView, record_view
from pipeline.desk.view import ReviewView, open_review
from pipeline.judgements import (
    ADJUDICATOR,
    REVIEWER,
    Draft,
    Judgement,
    JudgementError,
    finding_target,
    judge,
    reading,
    screening_target,
    undo,
)
from pipeline.store import Store

ORIGINS = ("queue", "sample", "record", "screening", "agreement", "claim")


def decide(desk: Desk, review_id: str, person: str, form: Mapping[str, str]) -> Judgement:
    """Keep what the form says: `act` is accept, reject, correct, add, include or exclude."""
    with Store(desk.store) as store:
        view = open_review(desk, store, review_id)
        shown = record_view(view, form.get("record", "")) if view is not None else None
        if view is None or shown is None:
            raise JudgementError("there is no such record in this review", form.get("record", ""), "Go back.")
        act = form.get("act", "")
        if act in ("include", "exclude"):
            draft = _screening(view, shown, act, form)
        elif act == "add":
            draft = _missed(view, shown, form)
        else:
            draft = _finding(view, shown, act, form)
        role = ADJUDICATOR if form.get("role") == ADJUDICATOR and not desk.blind else REVIEWER
        origin = form.get("origin", "") if form.get("origin") in ORIGINS else ""
        whole = Draft(**{**draft, "person": person, "role": role, "origin": origin, "blind": desk.blind})
        return judge(store, whole, _seen(form))


def take_back(desk: Desk, review_id: str, person: str, judgement_id: int | None) -> Judgement | None:
    """Undo the person's last judgement, or the one named; None where there is nothing to undo."""
    with Store(desk.store) as store:
        return undo(store, review_id, person, judgement_id)


def _seen(form: Mapping[str, str]) -> int:
    given = form.get("seen", "0")
    return int(given) if given.isdigit() else 0


def _common(view: ReviewView, shown: RecordView, form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "review_id": view.id,
        "record_id": shown.id,
        "content_hash": shown.content_hash,
        "why": form.get("why", "").strip() or form.get("reason", "").strip(),
        "engine": view.run.engine if view.run else None,
    }


def _screening(view: ReviewView, shown: RecordView, act: str, form: Mapping[str, str]) -> dict[str, Any]:
    screened = shown.screened
    before = None
    if screened is not None:
        before = {"included": screened.included, "reason": screened.reason, "tier": screened.tier}
    after = None
    if act == "include":
        after = {"tier": 2 if form.get("tier") == "2" else 1}
    return {
        **_common(view, shown, form), "subject": "screening", "target": screening_target(shown.id), "verdict": act,
        "before": before, "after": after,
    }  # fmt: skip


def _finding(view: ReviewView, shown: RecordView, act: str, form: Mapping[str, str]) -> dict[str, Any]:
    found = _judged(shown, form)
    finding, verdict = found.finding, act
    after: dict[str, Any] | None = None
    if act in ("accept", "correct"):
        basis = finding if act == "accept" else corrected(finding, form)
        verdict = "accept" if reading(basis) == reading(finding) else "correct"
        after = basis
    elif act != "reject":
        raise JudgementError(f"{act!r} is nothing that can be done", "act", "Use the buttons of the page.")
    target = found.target or finding_target(shown.content_hash, finding)
    subject = found.standing.subject if found.standing is not None else "finding"
    if subject == "missed":  # one that a person added: it can be corrected, as another form of the addition
        verdict = "add" if after is not None else verdict
    return {
        **_common(view, shown, form), "subject": subject, "target": target, "verdict": verdict,
        "before": None if subject == "missed" else finding, "after": after, "finding_id": found.number or None,
    }  # fmt: skip


def _judged(shown: RecordView, form: Mapping[str, str]) -> Found:
    number, target = form.get("finding", ""), form.get("target", "")
    found = shown.by_number(int(number)) if number.isdigit() and number != "0" else None
    if found is None and target:
        found = next((one for one in shown.found if one.target == target), None)
    if found is None:
        raise JudgementError(
            "this finding is no longer in the record's text", shown.id, "The review was counted meanwhile: go back."
        )
    return found


def _missed(view: ReviewView, shown: RecordView, form: Mapping[str, str]) -> dict[str, Any]:
    finding = missed(shown.record.text, form)
    target = finding_target(shown.content_hash, finding).replace("finding:", "missed:", 1)
    known = [one for one in shown.found if one.state != "reject" and reading(one.holds) == reading(finding)]
    if any((one.holds["start"], one.holds["end"]) == (finding["start"], finding["end"]) for one in known):
        raise JudgementError("this finding is there already", "selection", "Accept or correct it instead.")
    return {
        **_common(view, shown, form), "subject": "missed", "target": target, "verdict": "add", "before": None,
        "after": finding,
    }  # fmt: skip


def as_json(judgement: Judgement) -> dict[str, Any]:
    """A judgement for a program that writes through the desk."""
    return asdict(judgement)
