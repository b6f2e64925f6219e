"""What people decided: append-only judgements, and what stands of them.

`judge` adds one, unless somebody has judged the same thing meanwhile (`Conflict`). `undo` takes a person's last one
back by adding a withdrawal; nothing is ever altered. `standing` reads what holds: each person's opinion, and what they
come to together. Called by the desk; `pipeline.decided` brings it into the count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.database import now
from pipeline.errors import RetallyError
from pipeline.store import Store, canonical, digest

# What a person judges of a finding; where all of these are equal, two readings are the same.
READING = ("measure", "group", "stat", "value", "low", "high", "unit", "numerator", "denominator", "cmp")
VERDICTS = {
    "screening": ("include", "exclude"),
    "finding": ("accept", "reject", "correct"),
    "missed": ("add", "reject"),
}
REVIEWER, ADJUDICATOR = "reviewer", "adjudicator"
WITHDRAW = "withdraw"
_LONGEST = 2_000  # characters of a reason or a name


class JudgementError(RetallyError):
    """A judgement that cannot be kept as it is: the field at fault and what it must hold."""


class Conflict(RetallyError):
    """Somebody judged the same thing while the person was looking at it; nothing was written."""

    def __init__(self, newer: Judgement) -> None:
        super().__init__(
            f"{newer.person} judged this meanwhile ({newer.verdict}, {newer.made_at})", "", "Look again, then decide."
        )
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Draft:
    """A judgement to be made. `before` is what the machine said, `after` what holds; `blind` hides other people."""

    review_id: str
    record_id: str
    subject: str
    target: str
    verdict: str
    person: str
    content_hash: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    why: str = ""
    origin: str = ""
    engine: str | None = None
    finding_id: int | None = None
    role: str = REVIEWER
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row of `judgements`."""

    id: int
    review_id: str
    record_id: str
    content_hash: str | None
    subject: str
    target: str
    place: int
    role: str
    verdict: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str
    origin: str
    blind: bool
    engine: str | None
    finding_id: int | None
    person: str
    made_at: str

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Judgement:
        """A row of the table."""
        plain = {name: row[name] for name in cls.__dataclass_fields__}
        for name in ("before", "after"):
            plain[name] = json.loads(row[name]) if row[name] else None
        return cls(**{**plain, "blind": bool(row["blind"])})

    @property
    def outcome(self) -> tuple[Any, ...]:
        """What it comes to: two people agree where these are equal, whether they accepted or corrected."""
        if self.subject == "screening":
            return (self.verdict, (self.after or {}).get("tier"))
        return ("reject",) if self.after is None else ("holds", *reading(self.after))


@dataclass(slots=True)
class Standing:
    """What stands of the judgements on one thing: each reviewer's opinion, and the adjudicator's where there is one."""

    target: str
    record_id: str
    subject: str
    first: Judgement
    last_id: int = 0
    opinions: dict[str, Judgement] = field(default_factory=dict)
    settled: Judgement | None = None

    @property
    def disputed(self) -> bool:
        """Whether people differ and nobody has settled it."""
        return self.settled is None and len({one.outcome for one in self.opinions.values()}) > 1

    @property
    def decided(self) -> Judgement | None:
        """The judgement that holds: the adjudicator's, else the latest where all agree, else none."""
        if self.settled is not None:
            return self.settled
        if not self.opinions or self.disputed:
            return None
        return max(self.opinions.values(), key=lambda one: one.id)


def reading(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is judged of a finding, comparable: 40 and 40.0 are one number, a missing group is everybody."""
    row = {"group": "all", "cmp": "=", **finding}
    return tuple(float(row[k]) if isinstance(row.get(k), int) else row.get(k) for k in READING)


def finding_target(content_hash: str, finding: Mapping[str, Any]) -> str:
    """The name of a finding as a thing to judge: its text, its place there, and what it was read as."""
    what = digest(canonical([finding["measure"], finding.get("group", "all"), finding["stat"]]))[:8]
    return f"finding:{content_hash[:16]}:{finding['start']}-{finding['end']}:{what}"


def screening_target(record_id: str) -> str:
    """The name of the decision on a record."""
    return f"screening:{record_id}"


def judge(store: Store, draft: Draft, seen: int) -> Judgement:
    """Keep a judgement. `seen` is the id of the last judgement on the same thing that the person was shown, 0 for none.

    Raises `Conflict` where there is a newer one, `JudgementError` where the draft is not whole. A blind reviewer is not
    told of other people's judgements, so only his own count as newer.
    """
    _check(draft)
    with store.transaction(alone=True):
        newer = _last(store, draft)
        if newer is not None and newer.id != seen:
            raise Conflict(newer)
        return _put(store, draft)


def undo(store: Store, review_id: str, person: str, judgement_id: int | None = None) -> Judgement | None:
    """Take back the person's last judgement that stands, or that of the given id; None where there is none.

    What stood before it stands again.
    """
    with store.transaction(alone=True):
        mine = [one for one in load(store, review_id) if one.person == person]
        standing_ids = [one.id for chain in _chains(mine).values() for one in _stack(chain)]
        if judgement_id is not None:
            standing_ids = [one for one in standing_ids if one == judgement_id]
        if not standing_ids:
            return None
        last = next(one for one in mine if one.id == max(standing_ids))
        if _stack(_chains(mine)[last.target, last.person, last.role])[-1].id != last.id:
            return None  # it has been replaced since: only the newest of a thing can be taken back
        kept = {name: getattr(last, name) for name in Draft.__dataclass_fields__ if name not in ("verdict", "why")}
        return _put(store, Draft(**kept, verdict=WITHDRAW, why=f"takes back {last.id}"))


def load(
    store: Store, review_id: str, until: int | None = None, records: Sequence[str] | None = None
) -> list[Judgement]:
    """The judgements of a review in order: all, those up to an id, or those on some records."""
    rows = store.rows(
        "SELECT * FROM judgements WHERE review_id = ? AND (? IS NULL OR id <= ?)"
        " AND (? IS NULL OR record_id IN (SELECT value FROM json_each(?))) ORDER BY id",
        [review_id, until, until, *[None if records is None else json.dumps(list(records))] * 2],
    )
    return [Judgement.from_row(row) for row in rows]


def last_judgement(store: Store, review_id: str) -> int:
    """The id of the review's newest judgement; 0 where there is none."""
    return int(
        store.rows("SELECT coalesce(max(id), 0) AS id FROM judgements WHERE review_id = ?", [review_id])[0]["id"]
    )


def standing(judgements: Iterable[Judgement]) -> dict[str, Standing]:
    """What stands, by target, in the order in which the things were first judged."""
    judgements = list(judgements)
    found: dict[str, Standing] = {}
    for one in judgements:
        held = found.setdefault(one.target, Standing(one.target, one.record_id, one.subject, one))
        held.last_id = one.id
    for (target, person, role), chain in _chains(judgements).items():
        stack = _stack(chain)
        if not stack:
            continue
        if role == REVIEWER:
            found[target].opinions[person] = stack[-1]
        elif found[target].settled is None or stack[-1].id > found[target].settled.id:  # type: ignore[union-attr]
            found[target].settled = stack[-1]
    return found


def _chains(judgements: Iterable[Judgement]) -> dict[tuple[str, str, str], list[Judgement]]:
    chains: dict[tuple[str, str, str], list[Judgement]] = {}
    for one in judgements:
        chains.setdefault((one.target, one.person, one.role), []).append(one)
    return chains


def _stack(chain: Iterable[Judgement]) -> list[Judgement]:
    """One person's judgements on one thing without those that were taken back."""
    stack: list[Judgement] = []
    for one in chain:
        if one.verdict != WITHDRAW:
            stack.append(one)
        elif stack:
            stack.pop()
    return stack


def _check(draft: Draft) -> None:
    if draft.verdict not in VERDICTS.get(draft.subject, ()):
        raise JudgementError(f"{draft.verdict!r} cannot be said of a {draft.subject}")
    if not draft.person.strip() or len(draft.person) > _LONGEST:
        raise JudgementError("nobody is named as the one who judged", "person")
    if len(draft.why) > _LONGEST:
        raise JudgementError(f"longer than {_LONGEST} characters", "reason", "Say it shorter.")
    if draft.verdict == "exclude" and not draft.why.strip():
        raise JudgementError("an exclusion needs a reason", "reason", "Choose one, or write your own.")


def _last(store: Store, draft: Draft) -> Judgement | None:
    """The newest judgement on the same thing that the person may know of."""
    rows = store.rows(
        "SELECT * FROM judgements WHERE review_id = ? AND target = ? AND (? = 0 OR person = ?)"
        " ORDER BY id DESC LIMIT 1",
        [draft.review_id, draft.target, int(draft.blind), draft.person],
    )
    return Judgement.from_row(rows[0]) if rows else None


def _put(store: Store, draft: Draft) -> Judgement:
    places = store.rows(
        "SELECT count(*) AS n FROM judgements WHERE review_id = ? AND target = ? AND person = ? AND role = ?",
        [draft.review_id, draft.target, draft.person, draft.role],
    )
    values = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    for name in ("before", "after"):
        values[name] = None if values[name] is None else canonical(values[name])
    values |= {"blind": int(draft.blind), "place": places[0]["n"], "made_at": now(), "why": draft.why.strip()}
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    number = store.execute(f"INSERT INTO judgements ({columns}) VALUES ({marks})", list(values.values()))
    row = store.rows("SELECT * FROM judgements WHERE id = ?", [number])[0]
    return Judgement.from_row(row)
