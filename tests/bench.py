"""Speed: `make bench` (or `python -m tests.bench [--json]`). Ratios of alternating runs on one core, median and spread.

PubMed XML to records against bare lxml iterparse; text to findings against spaCy's blank tokenizer; the time to
`--help`. The texts are the abstracts beside the checkout where they lie there, made-up articles otherwise.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import spacy
from lxml import etree

from extract.engine import Engine
from pipeline.readers import read
from pipeline.record import Record
from tests.conftest import SHARED
from tests.eutils.articles import made_up, real

ROUNDS = 5
HELP = [sys.executable, "-m", "pipeline", "--help"]


def seconds(work: Callable[[], object]) -> float:
    """The wall-clock time of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def pair(ours: Callable[[], object], peer: Callable[[], object], items: int) -> dict[str, float]:
    """Items a second of both, and how many times as fast ours is: median, least and most of the alternating rounds."""
    ours(), peer()
    times = [(seconds(ours), seconds(peer)) for _ in range(ROUNDS)]
    ratios = [b / a for a, b in times]
    return {
        "ours_per_second": round(items / statistics.median(a for a, _ in times), 1),
        "peer_per_second": round(items / statistics.median(b for _, b in times), 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
    }


def iterparse(path: Path) -> int:
    """Walk over the file with nothing but lxml."""
    count = 0
    for _, element in etree.iterparse(str(path), tag="PubmedArticle", resolve_entities=False, no_network=True):
        count += 1
        element.clear()
    return count


def measure() -> dict[str, dict[str, float]]:
    """All comparisons."""
    articles = real(SHARED)[:300] if SHARED.is_dir() else made_up(300)
    engine, blank = Engine(), spacy.blank("en")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.xml"
        body = "".join(article.to_xml() for article in articles * 5)
        path.write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>{body}</PubmedArticleSet>', encoding="utf-8"
        )
        records = [r for r in read(path) if isinstance(r, Record)]
        some = records[:100]
        return {
            "PubMed XML to records, against bare lxml iterparse": pair(
                lambda: sum(1 for _ in read(path)), lambda: iterparse(path), len(records)
            ),
            "text to findings, against spaCy's blank tokenizer": pair(
                lambda: [engine.read(r.title, r.sections) for r in some],
                lambda: [blank(r.text) for r in some],
                len(some),
            ),
            "retally --help": {
                "seconds": round(
                    statistics.median(
                        seconds(lambda: subprocess.run(HELP, capture_output=True, check=True)) for _ in range(ROUNDS)
                    ),
                    3,
                )
            },
        }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    args = parser.parse_args()
    figures = measure()
    if args.json:
        print(json.dumps(figures))
        return 0
    where = f"{date.today()}, {platform.machine()}, Python {platform.python_version()}"
    print(f"{where}, one core, {ROUNDS} alternating rounds\n")
    for name, row in figures.items():
        print(name)
        for key, value in row.items():
            print(f"    {key:16} {value:>10,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
