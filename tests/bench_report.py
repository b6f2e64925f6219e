"""Time and memory of a report from a large store: python -m tests.bench_report [findings, 1,000,000 if not given].

Builds a store in a temporary folder: a review of 60 made-up studies that is counted as usual, and beside it so many
findings in other records, half of them candidates of the same review that were excluded. Then writes its report, and
counts it once more, each as a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from extract.engine import Engine
from extract.finding import Finding
from pipeline.record import Record
from pipeline.store import Store, canonical, content_hash, digest
from tests.pipeline.small_review import make

EACH = 12  # findings a record, about what the engine reads in an abstract
STUDIES = 60


def main(findings: int) -> None:
    """Build, measure; one JSON line on standard output."""
    with tempfile.TemporaryDirectory() as folder:
        home, store = Path(folder), Path(folder) / "s.sqlite"
        review = make(home / "spruce", studies=STUDIES)
        words = ["--store", str(store), "--out", str(home / "out")]
        measured("run", str(review), "--quiet", *words)
        fill(store, findings)
        report = min((measured("report", "spruce", *words) for _ in range(3)), key=lambda run: run["seconds"])
        again = measured("run", str(review), "--quiet", *words)
        with Store(store) as opened:
            kept = opened.rows("SELECT count(*) AS n FROM findings")[0]["n"]
        print(json.dumps({"findings": kept, "store_mb": store.stat().st_size >> 20, "report": report, "run": again}))


def fill(path: Path, findings: int) -> None:
    """Other records with so many findings, written past the readers for the sake of time."""
    engine = Engine.version
    with Store(path) as store:
        with store.transaction():
            _insert(store, engine, findings)
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _insert(store: Store, engine: str, findings: int) -> None:
    run = store.rows("SELECT max(id) AS id FROM runs")[0]["id"]
    for number in range(findings // EACH):
        text = f"Of 100 patients, {number % 100} had the made-up complaint {number}."
        record = Record(f"pmid:{number + 1}", f"Record {number}", [("", text)], pmid=str(number + 1), source="pubmed")
        body, hashed = canonical(record.to_dict()), content_hash(record)
        version = digest(body)
        store.db.execute(
            "INSERT INTO records (id, version, content_hash, title, pmid, title_key, source, body, added_at,"
            " changed_at) VALUES (?, ?, ?, ?, ?, '', 'pubmed', ?, '', '')",
            [record.id, version, hashed, record.title, record.pmid, body],
        )
        store.db.execute("INSERT INTO record_versions VALUES (?, ?, ?, ?, '')", [record.id, version, hashed, body])
        store.db.execute("INSERT INTO readings VALUES (?, ?, '')", [hashed, engine])
        if number % 2:
            store.db.execute("INSERT INTO candidates VALUES ('spruce', ?, NULL)", [record.id])
            store.db.execute(
                "INSERT INTO screening (review_id, record_id, version, decision, reason, design, from_run)"
                " VALUES ('spruce', ?, ?, 'excluded', 'another population', 'cohort', ?)",
                [record.id, version, run],
            )
        finding = Finding("symptom:complaint", stat="count", numerator=number % 100, denominator=100, start=17, end=19)
        one = canonical(finding.to_dict())
        store.db.conn.executemany(
            "INSERT INTO findings (content_hash, engine, record_id, place, measure, grp, stat, numerator,"
            ' denominator, cmp, start, "end", sentence_start, sentence_end, confidence, body)'
            " VALUES (?, ?, ?, ?, 'symptom:complaint', 'all', 'count', ?, 100, '=', 17, 19, 0, 40, 1.0, ?)",
            [(hashed, engine, record.id, place, number % 100, one) for place in range(EACH)],
        )


def measured(*words: str) -> dict[str, float]:
    """Seconds, seconds of computing and megabytes of a command as a process of its own."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "pipeline", *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return {
        "seconds": round(time.perf_counter() - begun, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": used.ru_maxrss >> 10,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
