"""Whole files of records: streamed, in order, over processes and machines, each result whole or absent."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.jobs import WorkerError, in_order
from pipeline.partitions import extract_file, partitions, waiting
from tests.eutils.articles import Article
from tests.pipeline.small_review import make, sentence

pq = pytest.importorskip("pyarrow.parquet", reason="Parquet comes with retally[large]")


def baseline(folder: Path, name: str, articles: int, first: int = 1) -> Path:
    """A file as NLM names and packs them, of articles that state figures."""
    body = "".join(
        Article(str(first + n), f"Fever {first + n}", [("", sentence(40 + n % 7, 9, 21))]).to_xml()
        for n in range(articles)
    )
    path = folder / name
    path.write_bytes(gzip.compress(f"<PubmedArticleSet>{body}</PubmedArticleSet>".encode(), mtime=0))
    return path


def retally(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


# Processes --------------------------------------------------------------------------------------------------------


def nothing() -> None: ...


def squares(batch: list[int]) -> list[int]:
    if 13 in batch:
        time.sleep(0.05)  # a slow batch must not be overtaken
    return [number * number for number in batch]


def fails(batch: list[int]) -> list[int]:
    if 50 in batch:
        raise ValueError("not this one")
    return batch


def dies(batch: list[int]) -> list[int]:
    if 50 in batch:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_what_went_in(jobs: int) -> None:
    assert list(in_order(squares, range(100), jobs, nothing, batch=7)) == [n * n for n in range(100)]


def test_only_a_few_batches_are_taken_ahead() -> None:
    taken = 0

    def source():  # type: ignore[no-untyped-def]
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield number

    results = in_order(squares, source(), 2, nothing, batch=10)
    next(results)
    assert taken <= 2 * 3 * 10 + 10
    results.close()


def test_an_error_of_a_worker_is_raised_here_and_a_killed_one_is_named() -> None:
    with pytest.raises(ValueError, match="not this one"):
        list(in_order(fails, range(100), 2, nothing, batch=10))
    with pytest.raises(WorkerError, match="a worker process was killed"):
        list(in_order(dies, range(100), 2, nothing, batch=10))


def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = baseline(tmp_path, "pubmed26n0001.xml.gz", 90)
    said = []
    for jobs in ("1", "2"):
        assert retally("extract", file, "--jobs", jobs) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert [json.loads(line)["pmid"] for line in said[0].splitlines()] == [str(n) for n in range(1, 91)]


def test_a_run_with_two_processes_finds_what_a_run_with_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.count._WORTH_PROCESSES", 1)
    review = make(tmp_path / "spruce", studies=6)
    reports = []
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        assert retally("run", review, "-q", "--jobs", jobs, "--store", tmp_path / f"{jobs}.db", "--out", out) == 0
        reports.append(json.loads((out / "spruce" / "report.json").read_text(encoding="utf-8"))["results"])
    assert reports[0] == reports[1]


# Files ------------------------------------------------------------------------------------------------------------


def test_parquet_holds_the_findings_of_the_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = baseline(tmp_path, "a.xml.gz", 20)
    (tmp_path / "none.jsonl").write_text('{"id": "x", "title": "Nothing counted here"}\n', encoding="utf-8")
    assert retally("extract", file, "-o", tmp_path / "a.jsonl") == 0
    assert retally("extract", file, "-o", tmp_path / "a.parquet") == 0
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    table = pq.read_table(tmp_path / "a.parquet").to_pylist()
    stated = [{"pmid": row["pmid"], "place": n} | f for row in lines for n, f in enumerate(row["findings"])]
    assert [{name: row[name] for name in wanted} for row, wanted in zip(table, stated, strict=True)] == stated
    assert retally("extract", tmp_path / "none.jsonl", "-o", tmp_path / "none.parquet") == 0
    (row,) = pq.read_table(tmp_path / "none.parquet").to_pylist()
    assert (row["id"], row["measure"]) == ("x", None)


def test_a_file_that_breaks_off_leaves_no_result(tmp_path: Path) -> None:
    whole = baseline(tmp_path, "a.xml.gz", 20)
    whole.write_bytes(whole.read_bytes()[:-60])
    assert retally("extract", whole, "-o", tmp_path / "a.parquet") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xml.gz"]


def test_what_is_there_is_not_done_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [baseline(tmp_path, f"pubmed26n000{n}.xml.gz", 5, 100 * n) for n in (1, 2, 3)]
    out = tmp_path / "out"
    assert retally("extract", *files[:2], "-o", out) == 0
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert retally("extract", *files, "-o", out) == 0
    assert "2 of 3 files are there already" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == [f"pubmed26n000{n}.parquet" for n in (1, 2, 3)]
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_wrong_usage_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = baseline(tmp_path, "a.xml.gz", 1)
    assert retally("extract", file, "--format", "parquet") == 2
    assert retally("extract", file, "--scheduler", "local") == 2
    assert retally("extract", file, "-o", tmp_path / "a.txt") == 2
    (tmp_path / "b").mkdir()
    assert retally("extract", file, baseline(tmp_path / "b", "a.xml.gz", 1), "-o", tmp_path / "out") == 2
    assert "have one name" in capsys.readouterr().err


# A cluster --------------------------------------------------------------------------------------------------------


def started(*words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env=environment
    )


def wait_for(what, seconds: float = 60.0):  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


def test_a_worker_killed_in_the_middle_costs_no_file(tmp_path: Path) -> None:
    """A real scheduler and two workers on this machine; one is killed while it reads."""
    from pipeline.cluster import extract_on_cluster
    from pipeline.reading import NO_MODEL

    files = [baseline(tmp_path, f"pubmed26n000{n}.xml.gz", 60, 1000 * n) for n in range(1, 7)]
    todo = partitions(files, tmp_path / "out", "parquet")
    place = tmp_path / "scheduler.json"
    quiet = ["--no-dashboard", "--scheduler-file", str(place)]
    processes = [started("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *quiet)]
    try:
        address = json.loads(wait_for(lambda: place.exists() and place.read_text(encoding="utf-8")))["address"]
        worker = ["-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
        processes += [started(*worker), started(*worker)]
        finished = []

        def done(one) -> None:  # type: ignore[no-untyped-def]
            finished.append(one)
            if len(finished) == 1:
                processes[1].kill()

        assert extract_on_cluster(address, todo, "parquet", 2, NO_MODEL, done) == []
        assert processes[1].wait(10) == -signal.SIGKILL
        assert waiting(todo) == []
        assert not list((tmp_path / "out").glob(".*"))
        for one in todo:
            extract_file(one.source, tmp_path / "again" / one.target.name, "parquet")
            again = pq.read_table(tmp_path / "again" / one.target.name)
            assert pq.read_table(one.target).equals(again)
        finished.clear()
        processes[1] = processes[2]
        todo[2].target.unlink()  # a restart does what is not there, and nothing else
        assert extract_on_cluster(address, todo, "parquet", 2, NO_MODEL, finished.append) == []
        assert [Path(one.target) for one in finished] == [todo[2].target]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_scheduler_that_is_not_there_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.cluster._CONNECT", "0.3s")
    file = baseline(tmp_path, "a.xml.gz", 1)
    assert retally("extract", file, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9") == 1
    assert "Is it running there?" in capsys.readouterr().err
