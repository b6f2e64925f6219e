"""What people decided is used at the next run, survives another reading of the text, and is never dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extract.finding import Finding
from pipeline.decided import Decided
from pipeline.history import past_run
from pipeline.judgements import Draft, finding_target, judge, undo
from pipeline.pages import write_pages
from pipeline.rematch import DIFFERS, GONE, LOST, SAME, match, moved
from pipeline.review import Review
from pipeline.settings import Settings
from pipeline.store import Store
from reports.compare import ClaimResult
from tests.pipeline.desk.conftest import Counted
from tests.pipeline.desk.reviewed import count, finding, findings, on_finding, on_record, plain

FIRST = "restated:spruce1"


@pytest.fixture
def small(counted: Counted) -> tuple[Review, Settings]:
    return counted.review, counted.settings


def result(outcome: Any, claim: str = "relapse") -> ClaimResult:
    return next(one for one in outcome.results if one.claim.id == claim)


def test_a_correction_changes_the_pooled_figure_at_the_next_run(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        before = result(count(review, settings))
        relapse = finding(store, FIRST, "outcome:relapse")
        on_finding(store, relapse, FIRST, "correct", changes={"numerator": 2, "value": 4.9})
    after = result(count(review, settings))
    assert before.estimate is not None and after.estimate is not None
    assert after.estimate.value is not None and before.estimate.value is not None
    assert after.estimate.value < before.estimate.value
    (figure,) = [one for one in after.studies if one.record_id == FIRST]
    assert (figure.numerator, figure.denominator) == (2, 41)


def test_the_verdict_says_how_many_of_its_figures_a_person_has_seen(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        assert result(count(review, settings)).seen == 0
        for one in (1, 2):
            record_id = f"restated:spruce{one}"
            on_finding(store, finding(store, record_id, "outcome:relapse"), record_id, "accept")
    outcome = count(review, settings)
    assert (result(outcome).seen, len(result(outcome).studies)) == (2, 4)
    assert "a person has seen 2 of 4" in outcome.files["html"].read_text(encoding="utf-8")


def test_a_rejected_finding_is_not_counted_and_comes_back_when_the_rejection_is_undone(
    small: tuple[Review, Settings],
) -> None:
    review, settings = small
    with Store(settings.store) as store:
        for found in findings(store, FIRST):
            if found["measure"] == "outcome:relapse":
                on_finding(store, found, FIRST, "reject")
        assert FIRST not in {one.record_id for one in result(count(review, settings)).studies}
        while undo(store, "spruce", "ann"):
            pass
    assert FIRST in {one.record_id for one in result(count(review, settings)).studies}


def test_a_finding_that_the_reader_missed_is_counted_once_a_person_added_it(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        for found in findings(store, FIRST):
            if found["measure"] == "outcome:relapse":
                on_finding(store, found, FIRST, "reject")
                gone = found
        added = plain(gone) | {"numerator": 7, "denominator": 41, "stat": "count", "value": 7.0}
        target = finding_target(gone["content_hash"], added).replace("finding:", "missed:")
        draft = Draft("spruce", FIRST, "missed", target, "add", "ann", gone["content_hash"], None, added)
        judge(store, draft, 0)
    figures = [one for one in result(count(review, settings)).studies if one.record_id == FIRST]
    assert [(one.numerator, one.denominator, one.seen) for one in figures] == [(7, 41, True)]


def test_an_excluded_record_leaves_the_count_with_the_persons_reason(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        on_record(store, FIRST, "exclude", why="the same patients as study 2")
        outcome = count(review, settings)
        assert FIRST not in {one.record_id for one in result(outcome).studies}
        flow = outcome.run.flow
        assert flow["excluded"] == {"a reviewer: the same patients as study 2": 1}
        undo(store, "spruce", "ann")
    assert FIRST in {one.record_id for one in result(count(review, settings)).studies}


def test_a_record_that_the_machine_left_out_is_let_in_by_a_person(small: tuple[Review, Settings]) -> None:
    review, settings = small
    rows = [json.loads(line) for line in review.records_path.read_text(encoding="utf-8").splitlines()]
    rows[0]["title"], rows[0]["sections"][0]["text"] = (
        "A made-up fever",
        rows[0]["sections"][0]["text"].replace("spruce fever", "it"),
    )
    review.records_path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert FIRST not in {one.record_id for one in result(count(review, settings)).studies}
    with Store(settings.store) as store:
        on_record(store, FIRST, "include", after={"tier": 1})
    assert FIRST in {one.record_id for one in result(count(review, settings)).studies}


def test_the_report_of_a_run_before_a_decision_stays_what_it_was(
    small: tuple[Review, Settings], tmp_path: Path
) -> None:
    review, settings = small
    with Store(settings.store) as store:
        first = past_run(store, "spruce")
        assert first is not None
        before = write_pages(store, first, tmp_path / "a")["html"].read_bytes()
        on_finding(store, finding(store, FIRST, "outcome:relapse"), FIRST, "reject")
        count(review, settings)
        assert write_pages(store, first, tmp_path / "b")["html"].read_bytes() == before


def test_figures_on_which_people_differ_stay_as_read_and_say_so(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        relapse = finding(store, FIRST, "outcome:relapse")
        made = on_finding(store, relapse, FIRST, "accept", "ann")
        on_finding(store, relapse, FIRST, "reject", "bob", seen=made.id)
    (figure,) = [one for one in result(count(review, settings)).studies if one.record_id == FIRST]
    assert "people-differ" in figure.flags and not figure.seen


# After another reading -------------------------------------------------------------------------------------------


def reread(store: Store, change: Any, engine: str = "a later one") -> tuple[str, list[dict[str, Any]]]:
    """Another version of the engine reads the first record; `change` turns each finding into what it finds, or None."""
    found = findings(store, FIRST)
    names = set(Finding.__dataclass_fields__)
    new = [one for one in (change(dict(plain(old))) for old in found) if one is not None]
    store.put_findings(
        FIRST, found[0]["content_hash"], engine,
        [Finding(**{k: v for k, v in one.items() if k in names} | {"engine": engine}) for one in new],
    )  # fmt: skip
    return found[0]["content_hash"], store.findings([found[0]["content_hash"]], engine)[found[0]["content_hash"]]


def only_relapse(change: dict[str, Any] | None) -> Any:
    def changed(one: dict[str, Any]) -> dict[str, Any] | None:
        if one["measure"] != "outcome:relapse":
            return one
        return None if change is None else one | change

    return changed


@pytest.mark.parametrize(
    ("later", "state"),
    [({}, SAME), ({"confidence": 0.1}, SAME), ({"measure": "outcome:death"}, DIFFERS), (None, GONE)],
)
def test_a_confirmed_finding_holds_whatever_a_later_engine_reads_there(
    small: tuple[Review, Settings], later: dict[str, Any] | None, state: str
) -> None:
    _, settings = small
    with Store(settings.store) as store:
        relapse = finding(store, FIRST, "outcome:relapse")
        on_finding(store, relapse, FIRST, "accept")
        content_hash, found = reread(store, only_relapse(later))
        decided = Decided.of(store, "spruce")
        holds = decided.findings(store, FIRST, content_hash, found)
        kept = [one for one in holds if "confirmed-by-a-person" in one["flags"]]
        assert [(one["measure"], one["numerator"]) for one in kept] == [("outcome:relapse", relapse["numerator"])]
        matched = decided.matched(store, FIRST, content_hash, found)
        assert list(matched.states.values()) == [state]
        assert bool(matched.astray) == (state != SAME)


def test_a_rejection_holds_for_what_was_rejected_and_not_for_another_reading(small: tuple[Review, Settings]) -> None:
    _, settings = small
    with Store(settings.store) as store:
        relapse = finding(store, FIRST, "outcome:relapse")
        on_finding(store, relapse, FIRST, "reject")
        content_hash, found = reread(store, lambda one: one | {"confidence": 0.5})
        decided = Decided.of(store, "spruce")
        assert len(decided.findings(store, FIRST, content_hash, found)) == len(found) - 1
        content_hash, found = reread(store, lambda one: one | {"group": "men"}, "a still later one")
        assert len(decided.findings(store, FIRST, content_hash, found)) == len(found)
        assert decided.matched(store, FIRST, content_hash, found).astray


SENTENCE = "Relapse occurred in 4 of 10 patients."


def test_a_finding_moves_with_its_sentence_when_the_abstract_is_revised() -> None:
    before = f"Title\n{SENTENCE} Two died."
    now = f"A longer title\nBackground was added. {SENTENCE} Three died."
    start = before.index("4 of 10")
    place = {"start": start, "end": start + 7, "sentence_start": 6, "sentence_end": 6 + len(SENTENCE)}
    there = moved(place, before, now)
    assert there is not None and now[there["start"] : there["end"]] == "4 of 10"
    assert moved(place, before, "Another text") is None


def test_a_sentence_that_stands_twice_is_known_by_its_order() -> None:
    before, now = f"{SENTENCE} {SENTENCE}", f"New. {SENTENCE} {SENTENCE}"
    second = len(SENTENCE) + 1
    place = {"start": second + 20, "end": second + 21, "sentence_start": second, "sentence_end": len(before)}
    there = moved(place, before, now)
    assert there is not None and there["sentence_start"] == 5 + second
    assert moved(place, before, f"Once only: {SENTENCE}") is None


def test_several_findings_at_one_place_are_told_apart_by_what_they_say() -> None:
    one = {"start": 3, "end": 5, "measure": "outcome:death", "group": "all", "stat": "count", "value": 4.0}
    other = {**one, "measure": "outcome:relapse"}
    assert match(other, [one, other], set()) == (1, SAME)
    assert match(one, [one, other], {0})[1] == DIFFERS


def test_what_cannot_be_found_again_is_listed(small: tuple[Review, Settings]) -> None:
    review, settings = small
    with Store(settings.store) as store:
        relapse = finding(store, FIRST, "outcome:relapse")
        on_finding(store, relapse, FIRST, "accept")
    text = review.records_path.read_text(encoding="utf-8")
    review.records_path.write_text(text.replace("Relapse occurred in 20", "It came back in 20"), encoding="utf-8")
    count(review, settings)
    with Store(settings.store) as store:
        (form,) = store.rows("SELECT content_hash FROM records WHERE id = ?", [FIRST])
        matched = Decided.of(store, "spruce").matched(store, FIRST, form["content_hash"], [])
        assert list(matched.states.values()) == [LOST] and len(matched.astray) == 1
