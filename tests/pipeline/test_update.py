"""The nightly update: nothing missed, nothing done twice, nothing told twice or not at all."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import update
from pipeline.check import check_store
from pipeline.entrez import EntrezError
from pipeline.errors import StoreError
from pipeline.store import Store
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.living import FIRST, Living, command, quick_entrez, study

D = date(2025, 1, 2)


@pytest.fixture
def living(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Living]:
    monkeypatch.setattr(update, "entrez_client", quick_entrez)
    with EutilsServer([study(number) for number in range(3)]) as server:
        server.updated = "2025/01/01 06:00"
        yield Living(tmp_path, server)


def later(living: Living, days: int) -> date:
    """Let days pass at PubMed."""
    day = D + timedelta(days=days)
    living.server.updated = f"{day:%Y/%m/%d} 06:00"
    return day


def changes(living: Living) -> list[dict]:
    return [json.loads(row["body"]) for row in living.rows("SELECT body FROM changes ORDER BY run_id")]


def other(living: Living) -> Living:
    """A fresh store of the same review and the same PubMed."""
    fresh = Living(living.folder, living.server, "fresh")
    fresh.night(date(2027, 1, 1))
    return fresh


def asked(living: Living) -> list[str]:
    return [request.parameters.get("term", "") for request in living.server.asked("esearch")]


# Finding what is new and what changed -----------------------------------------------------------------------------


def test_the_first_update_searches_the_whole_query_and_later_ones_overlapping_windows(living: Living) -> None:
    living.night(D)
    assert asked(living) == ["spruce"]
    living.night(later(living, 1))
    assert asked(living)[1:] == ["(spruce) AND 2024/12/25:3000/12/31[crdt]", "(spruce) AND 2024/12/25:3000/12/31[mdat]"]


def test_a_new_paper_is_found_by_the_day_it_was_created_whenever_it_was_published(living: Living) -> None:
    living.night(D)
    living.server.add(study(9, created=D, entered=date(1999, 1, 1), published=date(1999, 1, 1)))
    living.night(later(living, 1))
    assert [one["record_id"] for one in changes(living)[-1]["new"]] == [f"pmid:{FIRST + 9}"]


def test_a_paper_that_came_in_under_a_past_date_is_found_by_the_monthly_search_of_the_whole(living: Living) -> None:
    living.night(D)
    living.server.add(study(9, created=date(2020, 1, 1)))
    living.night(later(living, 1))
    assert len(changes(living)) == 1
    living.night(later(living, 31))
    assert [one["record_id"] for one in changes(living)[-1]["new"]] == [f"pmid:{FIRST + 9}"]


def test_a_changed_query_is_searched_as_a_whole(living: Living) -> None:
    living.night(D)
    file = living.review.folder / "review.toml"
    file.write_text(file.read_text().replace('pubmed = "spruce"', 'pubmed = "spruce OR fir"'), encoding="utf-8")
    living.night(later(living, 1))
    assert asked(living)[-1] == "spruce OR fir"


def test_the_watermark_moves_only_when_the_run_is_complete(living: Living) -> None:
    living.night(D)
    living.server.fail("efetch", "html", times=50)
    with pytest.raises(EntrezError):
        living.night(later(living, 5))
    assert living.rows("SELECT watermark_crdt, watermark_mdat FROM reviews") == [
        {"watermark_crdt": "2025-01-01", "watermark_mdat": "2025-01-01"}
    ]
    living.server._faults.clear()
    living.night(later(living, 5))
    assert living.rows("SELECT watermark_crdt FROM reviews") == [{"watermark_crdt": "2025-01-07"}]


@pytest.mark.parametrize("clock", [date(1970, 1, 1), date(2099, 1, 1)], ids=["set back", "ahead"])
def test_a_clock_that_jumps_loses_no_paper(living: Living, clock: date) -> None:
    living.night(D)
    later(living, 1)
    living.night(clock)
    living.server.add(study(9, created=D + timedelta(days=2)))
    living.night(later(living, 3))
    assert living.state() == other(living).state()


# What is done again, and what is not ------------------------------------------------------------------------------


def test_a_quiet_night_reads_screens_and_compares_nothing(living: Living) -> None:
    first = living.night(D)
    before = living.state()
    run = living.night(later(living, 1))
    counts = json.loads(living.rows("SELECT counts FROM runs ORDER BY id DESC")[0]["counts"])
    assert run.same_as == first.id
    assert (counts["screened"], counts["read"], counts["new"]) == (0, 0, 0)
    assert living.state() == before
    assert len(living.rows("SELECT * FROM changes")) == 1


def test_only_a_text_that_changed_is_read_again(living: Living) -> None:
    living.night(D)
    day = later(living, 1)
    living.server.add(study(0, relapsed=40, modified=day), study(1, modified=day, mesh=["Fever"]))
    living.night(day)
    counts = json.loads(living.rows("SELECT counts FROM runs ORDER BY id DESC")[0]["counts"])
    assert (counts["changed"], counts["screened"], counts["read"]) == (2, 2, 1)
    assert [one["record_id"] for one in changes(living)[-1]["revised"]] == [f"pmid:{FIRST}"]


def test_changes_of_the_engine_are_told_apart_from_those_of_the_literature(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    living.night(D)
    living.server.add(study(9, created=D))
    monkeypatch.setattr("extract.engine.Engine.version", "2")
    living.night(later(living, 1))
    program, literature = changes(living)[-2:]
    assert (program["cause"], program["new"]) == ("program", [])
    assert "(1 before, 2 now)" in program["why"] or "before, 2 now" in program["why"]
    assert (literature["cause"], len(literature["new"])) == ("literature", 1)
    assert (
        json.loads(living.rows("SELECT counts FROM runs ORDER BY id DESC LIMIT 1 OFFSET 1")[0]["counts"])["read"] == 3
    )


# Notices and withdrawals ------------------------------------------------------------------------------------------


def test_a_retraction_of_a_counted_paper_is_seen_whatever_its_dates_say(living: Living) -> None:
    living.night(D)
    living.server.add(study(0, corrections=[("RetractionIn", "5")], publication_types=["Retracted Publication"]))
    living.night(later(living, 400))
    assert [(one["record_id"], one["what"]) for one in changes(living)[-1]["gone"]] == [(f"pmid:{FIRST}", "retracted")]


@pytest.mark.parametrize(
    ("kind", "said"), [("ErratumIn", "erratum"), ("ExpressionOfConcernIn", "expression of concern")]
)
def test_other_notices_are_news_and_the_paper_stays(living: Living, kind: str, said: str) -> None:
    living.night(D)
    living.server.add(study(0, corrections=[(kind, "5")]))
    living.night(later(living, 1))
    last = changes(living)[-1]
    assert [one["what"] for one in last["marked"]] == [f"{said} (PMID 5)"]
    assert last["gone"] == []


def test_a_deleted_number_leaves_the_count_and_stays_in_the_store(living: Living) -> None:
    living.night(D)
    living.server.delete(str(FIRST))
    living.night(later(living, 1))
    assert changes(living)[-1]["gone"][0]["what"] == "withdrawn from PubMed"
    asked_before = len(living.server.asked("efetch"))
    living.night(later(living, 2))
    assert len(living.server.asked("efetch")) == asked_before + 1  # the two that are counted; nobody is told again
    assert len(living.rows("SELECT * FROM changes")) == 2


def test_a_paper_that_loses_its_abstract_stays_in_the_count_and_people_are_told(living: Living) -> None:
    living.night(D)
    before, verdicts = living.state(), "SELECT verdict FROM comparisons"
    day = later(living, 1)
    living.server.add(study(0, sections=[], modified=day))
    living.night(day)
    assert living.state()["findings"] == before["findings"]
    assert len({row["verdict"] for row in living.rows(verdicts)}) == 1
    assert "gives no abstract now" in changes(living)[-1]["marked"][0]["what"]
    living.night(later(living, 2))
    assert len(changes(living)) == 2  # told once


# Telling ----------------------------------------------------------------------------------------------------------


def test_what_changed_is_written_in_every_form_and_told_once(living: Living) -> None:
    living.night(D)
    living.tell()
    living.server.add(*(study(number, relapsed=3, created=D) for number in range(10, 16)))
    living.night(later(living, 1))
    told = living.tell()
    assert told.verdict_changed
    assert "6 new studies" in told.text
    assert "agrees -> differs" in told.text
    out = living.settings.out / "spruce"
    run = living.rows("SELECT max(id) AS id FROM runs")[0]["id"]
    assert {path.suffix for path in (out / "updates").glob(f"run-{run}.*")} == {".txt", ".md", ".json"}
    assert f"urn:retally:spruce:run:{run}" in (out / "feed.atom").read_text(encoding="utf-8")
    again = living.tell()
    assert (again.verdict_changed, again.text.count("\n")) == (False, 1)


def test_what_could_not_be_told_is_told_by_the_next_update(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    living.night(D)
    living.tell()
    living.server.add(study(9, created=D))
    living.night(later(living, 1))
    with monkeypatch.context() as broken:
        broken.setattr("pipeline.deliver.as_atom", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            living.tell()
    living.night(later(living, 2))
    assert "1 new study" in living.tell().text


def test_changes_below_the_triggers_are_one_line(living: Living) -> None:
    file = living.review.folder / "review.toml"
    file.write_text(file.read_text() + "[triggers]\nnew_studies = 3\ninterval_moved = 50.0\n", encoding="utf-8")
    living.night(D)
    living.tell()
    living.server.add(study(9, created=D))
    living.night(later(living, 1))
    assert living.tell().text.startswith("spruce: 1 new study")
    assert not (living.settings.out / "spruce" / "feed.atom").exists()


# Faults -----------------------------------------------------------------------------------------------------------

FAULTS = [
    *(("efetch", fault) for fault in ("429", "500", "timeout", "html", "error", "truncated", "between records", "cut")),
    *(("esearch", fault) for fault in ("500", "html", "error", "wrong count", "cut")),
    *(("efetch", fault) for fault in ("one missing", "one damaged", "empty")),
]


@pytest.mark.parametrize(("utility", "fault"), FAULTS)
def test_after_every_fault_the_next_run_ends_as_an_undisturbed_one(living: Living, utility: str, fault: str) -> None:
    living.night(D)
    day = later(living, 1)
    living.server.add(study(9, created=D), study(0, relapsed=33, modified=day))
    living.server.fail(utility, fault, times=60)
    try:
        living.night(day)
    except EntrezError:
        assert living.rows("SELECT watermark_crdt FROM reviews") == [{"watermark_crdt": "2025-01-01"}]
    living.server._faults.clear()
    living.night(day)
    assert living.state() == other(living).state()


def test_two_updates_at_once_one_works_and_the_other_says_so(living: Living) -> None:
    both = [command(living), command(living)]
    said = [one.communicate(timeout=60) for one in both]
    assert sorted(one.returncode for one in both) == [0, 1]
    refused = next(err for one, (_, err) in zip(both, said, strict=True) if one.returncode)
    assert "another run is at work on this store" in refused
    assert len(living.rows("SELECT * FROM runs")) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are a thing of Unix")
def test_a_full_disk_loses_nothing(living: Living) -> None:
    """The system refuses every byte beyond the size that the store has already."""
    living.night(D)
    day = later(living, 1)
    living.server.add(
        *(study(number, created=D, mesh=[f"Term {one}" for one in range(4000)]) for number in range(9, 12))
    )
    before = living.state()
    limit = living.settings.store.stat().st_size
    full = command(living, limit=limit)
    _, said = full.communicate(timeout=60)
    assert full.returncode == 1
    assert "disk" in said
    assert living.state() == before
    living.night(day)
    assert living.state() == other(living).state()


@pytest.mark.parametrize("pages", [0, 1, 3, 8, 20])
def test_a_disk_that_fills_up_at_any_moment_loses_nothing(
    living: Living, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself finds no room for more than so many pages."""
    living.night(D)
    day = later(living, 1)
    living.server.add(*(study(number, created=D, mesh=["Term"] * 900) for number in range(9, 14)))
    before, opened = living.state(), Store.__init__

    def small(store: Store, path: Path) -> None:
        opened(store, path)
        used = store.rows("PRAGMA page_count")[0]["page_count"]
        store.db.execute(f"PRAGMA max_page_count = {used + pages}")

    with monkeypatch.context() as full:
        full.setattr(Store, "__init__", small)
        with pytest.raises(StoreError, match="the disk is full"):
            living.night(day)
    assert living.state()["results"] == before["results"]
    with Store(living.settings.store) as store:
        assert all(check.ok for check in check_store(store))
    living.night(day)
    assert living.state() == other(living).state()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how root loses its rights is a thing of Linux")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_store_that_cannot_be_written_is_said_and_left_as_it_is(living: Living, what: str) -> None:
    home = living.folder / "store"
    home.mkdir()
    living.name = "store/a"
    living.night(D)
    day = later(living, 1)
    living.server.add(study(9, created=D))
    before = living.settings.store.read_bytes()
    (living.settings.store if what == "file" else home).chmod(0o444 if what == "file" else 0o555)
    refused = command(living, powerless=True)
    _, said = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert ("cannot be written" in said or "Permission denied. Check" in said) and len(said.splitlines()) == 1, said
    assert living.settings.store.read_bytes() == before
    (living.settings.store if what == "file" else home).chmod(0o755)
    living.night(day)
    assert living.state() == other(living).state()


def test_a_clock_set_back_between_and_within_runs_keeps_their_order(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs are numbered, not timed: a machine without a battery that wakes up in 1970 tells the same story."""
    hours = iter(["2025-01-02T03:00:00Z", "1970-01-01T00:00:10Z", "2031-01-01T00:00:00Z"] * 1000)
    for module in ("database", "store", "history", "sources", "baseline"):
        monkeypatch.setattr(f"pipeline.{module}.now", lambda: next(hours), raising=False)
    living.night(D)
    for night in range(1, 4):
        living.server.add(study(8 + night, relapsed=30 + 5 * night, created=D))
        living.night(later(living, night))
    living.tell()
    assert living.state() == other(living).state()
    with Store(living.settings.store) as store:
        assert all(check.ok for check in check_store(store))


# A year -----------------------------------------------------------------------------------------------------------


def test_a_year_of_nights_ends_where_a_fresh_build_does(living: Living) -> None:
    """Papers appear late, are revised, retracted and deleted, PubMed fails now and then; 30 nights of a year."""
    chance = random.Random(6)
    living.night(D)
    number = 10
    for night in range(1, 361, 12):
        day = later(living, night)
        alive: list[Article] = list(living.server.articles.values())
        what = chance.random()
        if what < 0.18:
            living.server.add(study(number, relapsed=chance.randint(5, 50), created=day, published=date(2019, 5, 1)))
            number += 1
        elif what < 0.25:  # under a date that has long passed
            living.server.add(study(number, relapsed=chance.randint(5, 50), created=day - timedelta(days=200)))
            number += 1
        elif what < 0.42:
            one = chance.choice(alive)
            title = one.title + " revised"
            living.server.add(replace(one, title=title, modified=day))
        elif what < 0.52:
            one = chance.choice(alive)
            living.server.add(replace(one, publication_types=["Retracted Publication"], modified=day))
        elif what < 0.60 and len(alive) > 2:
            living.server.delete(chance.choice(alive).pmid)
        elif what < 0.75:
            living.server.fail(chance.choice(["esearch", "efetch"]), "500", times=9)
        try:
            living.night(day)
        except EntrezError:
            living.server._faults.clear()
    living.server._faults.clear()
    living.night(later(living, 400))
    ours, fresh = living.state(), other(living).state()
    gone = {row["id"] for row in ours["records"] if row["gone"]}
    assert len(living.server.articles) + len(gone) == len(ours["records"])
    assert [row for row in ours["records"] if row["id"] not in gone] == fresh["records"]
    assert [row for row in ours["screening"] if row["record_id"] not in gone] == fresh["screening"]
    assert ours["results"] == fresh["results"]
    with Store(living.settings.store) as store:
        assert [check for check in check_store(store) if not check.ok] == []
