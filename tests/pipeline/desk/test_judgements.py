"""What people decide is kept, told apart by person, taken back without loss, and never overwritten."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator

import pytest

from pipeline.errors import StoreError
from pipeline.judgements import ADJUDICATOR, Conflict, JudgementError, last_judgement, load, standing, undo
from pipeline.store import Store
from tests.pipeline.desk.conftest import Counted
from tests.pipeline.desk.reviewed import finding, on_finding, on_record

FIRST = "restated:spruce1"


@pytest.fixture
def store(counted: Counted) -> Iterator[Store]:
    with Store(counted.settings.store) as opened:
        yield opened


def test_a_judgement_keeps_who_when_before_after_and_why(store: Store) -> None:
    relapse = finding(store, FIRST, "outcome:relapse")
    made = on_finding(store, relapse, FIRST, "correct", why="counted again", changes={"numerator": 21})
    (kept,) = load(store, "spruce")
    assert kept == made
    assert (kept.person, kept.why, kept.engine) == ("ann", "counted again", relapse["engine"])
    assert kept.before is not None and kept.after is not None
    assert (kept.before["numerator"], kept.after["numerator"]) == (20, 21)
    assert kept.made_at.endswith("Z")


@pytest.mark.parametrize("sql", ["UPDATE judgements SET person = 'bob'", "DELETE FROM judgements"])
def test_no_program_alters_or_deletes_a_judgement(store: Store, sql: str) -> None:
    on_record(store, FIRST, "include")
    with pytest.raises((StoreError, sqlite3.IntegrityError), match="never"), store.transaction():
        store.execute(sql)


def test_a_judgement_on_something_that_was_judged_meanwhile_is_refused_and_shown(store: Store) -> None:
    first = on_record(store, FIRST, "include", "ann")
    with pytest.raises(Conflict, match="ann judged this meanwhile") as told:
        on_record(store, FIRST, "exclude", "bob", why="other population")
    assert told.value.newer == first
    assert on_record(store, FIRST, "exclude", "bob", seen=first.id, why="other population").place == 0


def test_a_blind_reviewer_is_not_told_of_others(store: Store) -> None:
    on_record(store, FIRST, "include", "ann", blind=True)
    assert on_record(store, FIRST, "exclude", "bob", blind=True, why="other population")


def test_of_two_people_at_the_same_moment_one_is_told(store: Store) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def decide(person: str) -> None:
        with Store(store.path) as own:
            start.wait()
            try:
                on_record(own, FIRST, "include", person)
                outcomes.append("kept")
            except Conflict:
                outcomes.append("told")

    threads = [threading.Thread(target=decide, args=(person,)) for person in ("ann", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "told"]


def test_undo_brings_back_what_stood_before_and_deletes_nothing(store: Store) -> None:
    relapse = finding(store, FIRST, "outcome:relapse")
    one = on_finding(store, relapse, FIRST, "accept")
    two = on_finding(store, relapse, FIRST, "reject", seen=one.id)
    (held,) = standing(load(store, "spruce")).values()
    assert held.decided == two
    assert undo(store, "spruce", "ann") is not None
    (held,) = standing(load(store, "spruce")).values()
    assert held.decided == one
    assert undo(store, "spruce", "ann") is not None
    (held,) = standing(load(store, "spruce")).values()
    assert held.decided is None
    assert undo(store, "spruce", "ann") is None
    assert len(load(store, "spruce")) == last_judgement(store, "spruce") == 4


def test_undo_touches_nobody_elses_judgement(store: Store) -> None:
    on_record(store, FIRST, "include", "ann")
    assert undo(store, "spruce", "bob") is None


def test_people_who_say_the_same_agree_even_where_one_accepted_and_one_corrected(store: Store) -> None:
    relapse = finding(store, FIRST, "outcome:relapse")
    first = on_finding(store, relapse, FIRST, "accept", "ann")
    on_finding(store, relapse, FIRST, "correct", "bob", seen=first.id, changes={"unit": relapse["unit"]})
    (held,) = standing(load(store, "spruce")).values()
    assert not held.disputed and held.decided is not None


def test_where_people_differ_nothing_holds_until_it_is_settled(store: Store) -> None:
    relapse = finding(store, FIRST, "outcome:relapse")
    first = on_finding(store, relapse, FIRST, "accept", "ann")
    second = on_finding(store, relapse, FIRST, "reject", "bob", seen=first.id)
    (held,) = standing(load(store, "spruce")).values()
    assert held.disputed and held.decided is None
    settled = on_finding(store, relapse, FIRST, "accept", "cem", seen=second.id, role=ADJUDICATOR)
    (held,) = standing(load(store, "spruce")).values()
    assert not held.disputed and held.decided == settled


@pytest.mark.parametrize(
    ("verdict", "why", "said"),
    [("exclude", " ", "needs a reason"), ("accept", "", "cannot be said"), ("include", "x" * 2001, "longer than")],
)
def test_a_judgement_that_is_not_whole_is_refused_with_the_field(
    store: Store, verdict: str, why: str, said: str
) -> None:
    with pytest.raises(JudgementError, match=said):
        on_record(store, FIRST, verdict, why=why)
