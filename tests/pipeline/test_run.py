"""The main job from end to end on a small made-up review, with the real engine, store, comparison and report."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import sources
from pipeline.cli import main
from pipeline.entrez import EntrezError, EntrezSettings
from pipeline.errors import StoreError, UsageError
from pipeline.history import past_run
from pipeline.pages import report_context, write_pages
from pipeline.review import Review, load_review
from pipeline.run import Outcome, only_one, run_review
from pipeline.settings import Settings
from pipeline.sources import import_files
from pipeline.store import Store
from tests.eutils.articles import Article
from tests.eutils.server import EutilsServer
from tests.pipeline.small_review import make, sentence


class Silent:
    """A display that shows nothing."""

    def stage(self, name: str, total: int | None = None) -> None: ...

    def step(self, done: int, total: int | None = None) -> None: ...


@pytest.fixture
def review(tmp_path: Path) -> Review:
    return load_review(str(make(tmp_path / "spruce")))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "s.sqlite", out=tmp_path / "out", email="test@example.org")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EutilsServer]:
    patient = functools.partial(EntrezSettings, tries=2, first_pause=0.001, timeout=2.0, api_key="x")
    monkeypatch.setattr(sources, "EntrezSettings", patient)
    originals = [
        Article(str(900_000_000 + number), f"Original of made-up record {number} on spruce fever",
                [("", sentence(60, 30, 31))])
        for number in (1, 2)
    ]  # fmt: skip
    with EutilsServer(originals) as running:
        yield running


def run(review: Review, settings: Settings, live: bool = False) -> Outcome:
    return run_review(review, settings, Silent(), live)


def live(settings: Settings, server: EutilsServer) -> Settings:
    return Settings(settings.store, settings.out, settings.email, server.base_url)


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {result.claim.id: result.verdict for result in outcome.results}


def contents(files: dict[str, Path]) -> dict[str, bytes]:
    return {form: path.read_bytes() for form, path in files.items()}


def test_a_run_judges_the_claims_and_writes_every_form_of_the_report(review: Review, settings: Settings) -> None:
    outcome = run(review, settings)
    assert verdicts(outcome) == {"relapse": "agrees", "men": "differs"}
    assert {"html", "markdown", "excel", "json"} <= set(outcome.files)
    assert all(path.stat().st_size for path in outcome.files.values())
    assert (outcome.run.flow["screened"], outcome.run.flow["included"]) == (4, 4)
    assert outcome.run.flow["identified"] == {"bundled restatements": 4}


def test_a_second_run_adds_its_own_row_and_nothing_else(review: Review, settings: Settings) -> None:
    def everything() -> dict[str, list[str]]:
        with Store(settings.store) as store:
            names = [name for name in store.db.table_names() if name != "runs"]
            return {name: [str(row) for row in store.rows(f"SELECT * FROM {name}")] for name in names}

    first = run(review, settings)
    before = everything()
    second = run(review, settings)
    assert everything() == before
    assert second.run.same_as == first.run.id
    assert (second.counts["new"], second.counts["read"]) == (0, 0)
    assert verdicts(second) == verdicts(first)


def test_a_past_report_is_built_again_byte_for_byte(review: Review, settings: Settings, server: EutilsServer) -> None:
    first = run(review, settings)
    written = contents(first.files)
    run(review, live(settings, server), live=True)
    with Store(settings.store) as store:
        past = past_run(store, "spruce", first.run.id)
        assert past is not None
        assert contents(write_pages(store, past, settings.out / "again")) == written


def test_a_past_report_stays_the_same_whatever_comes_after_it(
    review: Review, settings: Settings, server: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better sources, a retraction, another engine and edited settings: the report of run 1 is as it was written."""
    toml = review.folder / "review.toml"
    shared = '[[overlaps]]\nrecords = ["restated:spruce1", "restated:spruce3"]\nreason = "one hospital"\n'
    toml.write_text(toml.read_text(encoding="utf-8") + shared, encoding="utf-8")
    review = load_review(str(review.folder))
    written = contents(run(review, settings).files)
    article = server.articles["900000001"]
    article.corrections = [("RetractionIn", "5")]
    run(review, live(settings, server), live=True)
    monkeypatch.setattr("extract.engine.Engine.version", "another")
    toml.write_text(toml.read_text(encoding="utf-8").replace("Spruce fever", "Fir fever"), encoding="utf-8")
    run(load_review(str(review.folder)), settings)
    again = settings.out.parent / "again"
    with pytest.raises(SystemExit):
        main(["report", "spruce", "--run", "1", "--store", str(settings.store), "--out", str(again)])
    assert sorted(path.read_bytes() for path in (again / "spruce" / "run-1").iterdir()) == sorted(written.values())


def test_a_report_asks_the_store_as_often_for_many_studies_as_for_few(tmp_path: Path, settings: Settings) -> None:
    """Where a regression of speed would hide: queries grow neither with records nor with findings."""
    asked = []
    for studies in (3, 9):
        own = Settings(store=tmp_path / f"{studies}.sqlite", out=tmp_path / str(studies))
        outcome = run(load_review(str(make(tmp_path / f"r{studies}", studies))), own)
        with Store(own.store) as store:
            said: list[str] = []
            store.db.conn.set_trace_callback(said.append)
            report_context(store, outcome.run)
        asked.append(len(said))
    assert asked[0] == asked[1] < 30


def test_live_records_replace_their_restatements(review: Review, settings: Settings, server: EutilsServer) -> None:
    run(review, settings)
    outcome = run(review, live(settings, server), live=True)
    flow = outcome.run.flow
    assert flow["removed"] == {"restatements replaced by the paper's own record": 2}
    assert flow["screened"] == 4
    with Store(settings.store) as store:
        rows = store.rows("SELECT record_id FROM screening WHERE until_run IS NULL ORDER BY record_id")
        assert [row["record_id"] for row in rows] == [
            *("pmid:900000001", "pmid:900000002", "restated:spruce3", "restated:spruce4"),
        ]
        searches = store.rows("SELECT source, count, fetched, complete, version FROM searches")
    assert all(search["complete"] for search in searches)
    assert searches[1]["source"] == "PubMed"
    assert searches[1]["version"]


def test_an_interrupted_fetch_is_an_error_and_the_next_run_is_as_if_it_had_not_been(
    review: Review, settings: Settings, server: EutilsServer, tmp_path: Path
) -> None:
    server.fail("efetch", "html", times=50)
    with pytest.raises(EntrezError):
        run(review, live(settings, server), live=True)
    with Store(settings.store) as store:
        assert [row["status"] for row in store.rows("SELECT status FROM runs")] == ["failed"]
        assert past_run(store, "spruce") is None
    server._faults.clear()
    again = run(review, live(settings, server), live=True)
    undisturbed = run(review, live(Settings(tmp_path / "u.sqlite", tmp_path / "u", "a@example.org"), server), live=True)
    assert [result.to_dict() for result in again.results] == [result.to_dict() for result in undisturbed.results]


def test_live_without_an_address_says_what_is_missing(review: Review, settings: Settings) -> None:
    nobody = Settings(settings.store, settings.out)
    with pytest.raises(UsageError, match=r"e-mail address.*--email"):
        run(review, nobody, live=True)


def test_a_review_without_any_record_is_silent_and_says_how_to_get_some(
    review: Review, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    review.records_path.unlink()
    assert set(verdicts(run(review, settings)).values()) == {"silent"}
    assert "no records; `retally run spruce --live`" in caplog.text


def test_a_run_that_was_killed_leaves_nothing_half_done(review: Review, settings: Settings, tmp_path: Path) -> None:
    """The process ends itself, without any clean-up, in the middle of each stage."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from pipeline.review import load_review\n"
        "from pipeline.run import run_review\n"
        "from pipeline.settings import Settings\n"
        "class Killer:\n"
        "    def stage(self, name, total=None):\n"
        "        if name == sys.argv[4]:\n"
        "            os._exit(9)\n"
        "    def step(self, done, total=None):\n"
        "        if sys.argv[4] == f'step {done}':\n"
        "            os._exit(9)\n"
        "run_review(load_review(sys.argv[1]), Settings(Path(sys.argv[2]), Path(sys.argv[3])), Killer())\n"
    )
    for moment in ("Screening", "step 2", "Comparing"):
        killed = subprocess.run(
            [sys.executable, "-c", script, str(review.folder), str(settings.store), str(settings.out), moment],
            check=False,
        )
        assert killed.returncode == 9
        with Store(settings.store) as store:
            assert past_run(store, "spruce") is None
            assert store.rows("SELECT * FROM screening") == []
            assert store.rows("PRAGMA foreign_key_check") == []
    interrupted, undisturbed = run(review, settings), run(review, Settings(tmp_path / "u.sqlite", tmp_path / "u"))
    assert [one.to_dict() for one in interrupted.results] == [one.to_dict() for one in undisturbed.results]
    assert interrupted.run.flow == undisturbed.run.flow


def test_one_run_at_a_time(review: Review, settings: Settings) -> None:
    with only_one(settings.store), pytest.raises(StoreError, match="another run is at work"):
        run(review, settings)
    assert run(review, settings).run.id == 1


def test_imported_records_are_counted_by_the_next_run(review: Review, settings: Settings, tmp_path: Path) -> None:
    run(review, settings)
    ris = "TY  - JOUR\nTI  - Spruce fever in a made-up valley of the north\nPY  - 2011\nAB  - {}\nER  - \n"
    file = tmp_path / "export.ris"
    file.write_text(ris.format(sentence(80, 41, 39)) + "TY  - JOUR\nER  - \n", encoding="utf-8")
    with Store(settings.store) as store:
        imported = import_files(store, review, [file])
    assert imported.put.new == 1
    assert len(imported.bad) == 1
    assert run(review, settings).run.flow["identified"] == {"bundled restatements": 4, "file export.ris": 1}
