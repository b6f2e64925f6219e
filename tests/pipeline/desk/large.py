"""A made-up review with 50,000 findings, and how long the desk's pages take over it.

    python -m tests.pipeline.desk.large [FOLDER]

prints milliseconds of each page: the first time after the desk was started, and again. For the figures in the README.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from extract.finding import Finding
from pipeline.desk.access import PATH
from pipeline.desk.app import make_app
from pipeline.desk.warm import warm
from pipeline.fingerprint import versions
from pipeline.history import finish_run, put_review, start_run
from pipeline.record import Record
from pipeline.review import load_review
from pipeline.screening import Screened
from pipeline.store import Store
from reports.claim import Claim
from reports.intervals import clopper_pearson
from reports.pooling import pool
from reports.result import ClaimResult, Estimate, StudyFigure
from tests.pipeline.small_review import make

RECORDS, EACH = 2_500, 20  # 50,000 findings
CLAIMS, STUDIES = 60, 120
ENGINE = "made-up"
_SENTENCE = "In group {n:02d} the outcome was seen in {events} of {total} patients. "


def _record(number: int) -> tuple[Record, list[Finding]]:
    """A paper of twenty sentences, one figure each."""
    title = f"Spruce fever in town number {number}: a made-up test record"
    body, findings, at = "", [], len(title) + 1
    for n in range(EACH):
        events, total = (number * 7 + n * 3) % 40, 40 + (number + n) % 60
        words = _SENTENCE.format(n=n, events=events, total=total)
        start = at + len(body) + words.index(f"{events} of {total}")
        findings.append(
            Finding(
                measure=("outcome:relapse", "outcome:death", "sex:male", "symptom:cough")[n % 4],
                group="all" if n % 3 else f"group {n}", stat="count", value=float(events), numerator=events,
                denominator=total, start=start, end=start + len(f"{events} of {total}"), sentence_start=at + len(body),
                sentence_end=at + len(body) + len(words) - 1, confidence=0.3 + (number * 13 + n * 7) % 70 / 100,
                flags=["percent-disagrees-with-count"] if (number + n) % 41 == 0 else [], engine=ENGINE,
            )
        )  # fmt: skip
        body += words
    pmid = str(900_000_000 + number)
    authors = [f"Nobody{number} A", "Noone B"]
    record = Record(
        id=f"pmid:{pmid}", title=title, sections=[("", body)], journal="J Made-up Rec", year=1990 + number % 35,
        authors=authors, pmid=pmid, source="pubmed", language="eng",
    )  # fmt: skip
    return record, findings


def _result(number: int, papers: list[tuple[Record, list[Finding]]]) -> ClaimResult:
    """A claim with an estimate over many studies."""
    measure = ("outcome:relapse", "outcome:death", "sex:male", "symptom:cough")[number % 4]
    claim = Claim("review.txt", f"claim-{number}", measure, stat="percent", value=30.0, kind="proportion")
    chosen = [papers[(number * 31 + k * 17) % len(papers)] for k in range(STUDIES)]
    figures = []
    for record, findings in {one[0].id: one for one in chosen}.values():
        found = findings[number % 4]
        assert found.numerator is not None and found.denominator is not None
        low, high = clopper_pearson(found.numerator, found.denominator)
        figures.append(
            StudyFigure(
                record.id, f"{record.authors[0]}, {record.journal}, {record.year}", measure, found.group, "count",
                found.numerator, found.denominator, interval_low=low, interval_high=high, pooled=True,
                start=found.start, end=found.end, sentence=record.text[found.sentence_start : found.sentence_end],
                sentence_start=found.sentence_start, sentence_end=found.sentence_end,
            )
        )  # fmt: skip
    pooled = pool([one.numerator or 0 for one in figures[:8]], [one.denominator or 1 for one in figures[:8]])
    estimate = Estimate.of(pooled, "GLMM")
    rest = [Estimate(f"without {one.citation}", (estimate.value or 0) + 0.001 * k) for k, one in enumerate(figures)]
    return ClaimResult(
        claim, "differs", "made up", estimate, figures, k=len(figures), K=RECORDS, n=5000, leave_one_out=rest
    )


def build(folder: Path, many: int = RECORDS) -> Path:
    """A store with the review, counted once, of `many` records; returns the store's path."""
    review = load_review(str(make(folder / "spruce")))
    path = folder / "large.sqlite"
    papers = [_record(number) for number in range(many)]
    with Store(path) as store:
        settings_hash = put_review(store, review)
        run = start_run(store, review.id, "run", settings_hash, versions(), {})
        store.put_records((record for record, _ in papers), review.id)
        forms = {row["id"]: row for row in store.rows("SELECT id, version, content_hash FROM records")}
        with store.transaction():
            for record, findings in papers:
                store.put_findings(record.id, forms[record.id]["content_hash"], ENGINE, findings)
        decisions = [
            Screened(key, row["version"], row["content_hash"], True, "eligible", "cohort", 1, 40)
            for key, row in forms.items()
        ]
        results = [_result(number, papers) for number in range(CLAIMS)]
        claims = [one.claim.to_dict() for one in results]
        flow: dict[str, Any] = {"identified": {}, "removed": {}, "screened": many, "excluded": {}, "included": many,
                                "last_search": 0, "last_judgement": 0}  # fmt: skip
        finish_run(store, run, review.id, ENGINE, decisions, claims, [one.to_dict() for one in results], flow, {}, 1.0)
        store.db.execute("ANALYZE")
    return path


def measure(path: Path) -> dict[str, tuple[float, float]]:
    """Page to (milliseconds the first time, milliseconds again), each over a desk that has just been started."""

    async def ask(page: str) -> tuple[float, float]:
        app = make_app(path, ("ann",))
        warm(app.retally_desk)
        head = {"authorization": f"Bearer {next(iter(app.retally_desk.people))}"}
        await app.client.get(f"{PATH}", headers=head)  # Datasette reads its templates once
        times = []
        for _ in range(2):
            start = time.perf_counter()
            answer = await app.client.get(f"{PATH}/spruce{page}", headers=head)
            times.append(1000 * (time.perf_counter() - start))
            assert answer.status_code == 200
        return times[0], times[1]

    pages = (
        "/claim/claim-7",
        "/queue",
        "/queue?order=sample",
        "",
        "/screening",
        "/record/pmid:900000007",
        "/decisions",
    )
    return {page or "/ (claims)": asyncio.run(ask(page)) for page in pages}


def main(arguments: list[str]) -> int:
    """Builds the store (in FOLDER, or for the moment) and prints the times; returns the exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(arguments[0]) if arguments else Path(name)
        path = folder / "large.sqlite"
        if not path.exists():
            build(folder)
        for page, (first, again) in measure(path).items():
            print(f"{page:28} {first:7.0f} ms at first {again:7.0f} ms again")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
