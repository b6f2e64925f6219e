"""Speed and memory beside the peers: `make bench`, or `python -m tests.bench [--out FOLDER] [--peers PYTHON] [--long]`.

Every pair alternates in one run: medians and ratios with their spread, in computing time of one core, so that other
work on the machine does the least harm. The peers are in an environment of their own (`tests/bench-requirements.txt`,
`.venv-bench`). Texts are the abstracts beside the checkout where they lie there, made-up articles otherwise. Results go
to a table on standard output and, with --out, to `bench.json`. With --long also: memory at 100,000 abstracts, a quiet
update of 100,000 records, a report from a million findings.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from extract.engine import Engine
from pipeline.readers import read
from pipeline.record import Record
from tests.conftest import SHARED
from tests.eutils.articles import made_up, real

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5
ARTICLES = 300
TEXTS = 100
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'


class Peers:
    """The process that runs the peers; `versions` says which they are."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), str(ROOT / "tests" / "bench_peers.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.versions: dict[str, str] = self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peers ended; is .venv-bench whole? `make bench` makes it")
        return json.loads(line)

    def seconds(self, name: str, path: Path) -> float:
        """Computing time of one job."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"name": name, "path": str(path)}) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["seconds"])

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def computing(work: Callable[[], object]) -> float:
    """Computing time of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def pair(ours: Callable[[], float], peer: Callable[[], float], items: int) -> dict[str, float]:
    """Items a second of both, and how many times as fast ours is: median, least and most of alternating rounds."""
    ours(), peer()
    times = [(ours(), peer()) for _ in range(ROUNDS)]
    ratios = [b / a for a, b in times]
    return {
        "ours_per_second": round(items / statistics.median(a for a, _ in times), 1),
        "peer_per_second": round(items / statistics.median(b for _, b in times), 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
    }


def command(*words: str) -> dict[str, float]:
    """Seconds, computing seconds and peak memory of a command and its processes, as one of its own."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 3),
        "peak_mb": used.ru_maxrss >> 10,
    }


def median_of(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}


def measure(folder: Path, peers: Peers | None) -> dict[str, dict[str, float]]:
    """All comparisons that take a minute or two."""
    articles = real(SHARED)[:ARTICLES] if SHARED.is_dir() else made_up(ARTICLES)
    xml = folder / "articles.xml"
    xml.write_text(HEAD + "\n".join(a.to_xml() for a in articles * 10) + "\n</PubmedArticleSet>\n", encoding="utf-8")
    packed = folder / "articles.xml.gz"  # as NLM has them; pubmed_parser takes no other
    packed.write_bytes(gzip.compress(xml.read_bytes()))
    records = [item for item in read(xml) if isinstance(item, Record)]
    some, engine = records[:TEXTS], Engine()
    texts = folder / "texts.jsonl"
    texts.write_text("".join(json.dumps(record.text) + "\n" for record in some), encoding="utf-8")

    def reading(path: Path) -> float:
        return computing(lambda: sum(1 for _ in read(path)))

    def finding(_path: Path) -> float:
        return computing(lambda: [engine.read(record.title, record.sections) for record in some])

    figures: dict[str, dict[str, float]] = {}
    for name, ours, path, items in [
        ("lxml iterparse", reading, xml, len(records)),
        ("pubmed_parser", reading, packed, len(records)),
        ("en_core_web_sm", finding, texts, len(some)),
        ("blank tokenizer", finding, texts, len(some)),
    ]:
        if peers is not None:
            what = "text to findings" if path is texts else f"PubMed {''.join(path.suffixes)} to records"
            figures[f"{what}, against {name}"] = pair(
                lambda o=ours, p=path: o(p), lambda n=name, p=path: peers.seconds(n, p), items
            )  # type: ignore[misc]
    if peers is None:
        figures["PubMed XML to records"] = {"ours_per_second": round(len(records) / reading(xml), 1)}
        figures["text to findings"] = {"ours_per_second": round(len(some) / finding(texts), 1)}
    figures["retally --help"] = median_of([command("--help") for _ in range(ROUNDS)])
    figures["two processes against one"] = jobs(folder, records)
    store, out = str(folder / "s.sqlite"), str(folder / "out")
    command("run", "cop", "--quiet", "--store", store, "--out", out)
    warm = [command("run", "cop", "--quiet", "--store", store, "--out", out) for _ in range(3)]
    figures["retally run cop, warm"] = median_of(warm)
    return figures


def jobs(folder: Path, records: list[Record]) -> dict[str, float]:
    """How many times as fast two processes are as one, by the clock (what it takes to start them is in it)."""
    file = folder / "many.jsonl"
    file.write_text("".join(json.dumps(r.to_dict()) + "\n" for r in records[: 10 * TEXTS]), encoding="utf-8")
    ratios = []
    for _ in range(3):
        one, two = (command("extract", str(file), "--jobs", n)["seconds"] for n in ("1", "2"))
        ratios.append(one / two)
    return {"ratio": round(statistics.median(ratios), 2), "least": round(min(ratios), 2), "most": round(max(ratios), 2)}


def long(folder: Path) -> dict[str, dict[str, float]]:
    """What takes half an hour: memory over 100,000 abstracts, a quiet night, a million findings."""
    figures = {}
    for count in (10_000, 100_000):
        path = folder / f"{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for one in made_up(count):
                row = {
                    "id": one.pmid,
                    "title": one.title,
                    "sections": [{"label": a, "text": b} for a, b in one.sections],
                }
                file.write(json.dumps(row) + "\n")
        figures[f"extract, {count:,} abstracts"] = command("extract", str(path), "-o", str(folder / f"{count}.parquet"))
    for name in ("bench_update", "bench_report"):
        done = subprocess.run(
            [sys.executable, "-m", f"tests.{name}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        for part, row in json.loads(done.stdout).items():
            if isinstance(row, dict):
                figures[f"{name}: {part}"] = row
            else:
                figures.setdefault(name, {})[part] = row
    return figures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="a folder for bench.json")
    parser.add_argument(
        "--peers", type=Path, help="the Python of the peers' environment; without it ours alone is measured"
    )
    parser.add_argument("--long", action="store_true", help="also what takes half an hour")
    args = parser.parse_args()
    peers = Peers(args.peers) if args.peers else None
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), peers)
        if args.long:
            figures |= long(Path(name))
    about = {"date": str(date.today()), "machine": platform.machine(), "cores": os.cpu_count(), "rounds": ROUNDS}
    with suppress(OSError):
        about["load"] = os.getloadavg()[0]
    about |= {"python": platform.python_version(), "engine": Engine.version, "peers": peers.versions if peers else {}}
    if peers is not None:
        peers.close()
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "bench.json").write_text(json.dumps({"about": about, "figures": figures}, indent=2) + "\n")
    print(", ".join(f"{key} {value}" for key, value in about.items() if not isinstance(value, dict)))
    for title, row in figures.items():
        print(
            f"{title:48} " + "  ".join(f"{key} {value:,}" for key, value in row.items() if not isinstance(value, str))
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
