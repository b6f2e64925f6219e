"""Time and memory of a quiet night on a large store: python tests/bench_update.py [records, 100,000 if not given].

Builds the store in a temporary folder, updates it until nothing is left to do, and measures one more `retally update`
as a process of its own against an E-utilities server on this machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from pipeline.history import keep_folder, put_review
from pipeline.store import Store
from tests.eutils.articles import made_up
from tests.eutils.server import EutilsServer
from tests.pipeline.living import Living, command, study

TEXT = "This invented text says nothing of any patient, at the length of an abstract. " * 20


def main(records: int) -> None:
    """Build, settle, measure; one JSON line on standard output."""
    with tempfile.TemporaryDirectory() as folder, EutilsServer([study(number) for number in range(3)]) as server:
        living = Living(Path(folder), server)
        with Store(living.settings.store) as store:
            put_review(store, living.review)
            keep_folder(store, living.review)
            store.put_records((_record(one) for one in made_up(records)), "spruce")
        for _ in range(2):
            command(living).communicate()
        started = time.perf_counter()
        night = command(living)
        assert night.stdout is not None and night.stderr is not None
        out, err = night.stdout.read(), night.stderr.read()
        _, status, used = os.wait4(night.pid, 0)  # what this one process used, not the largest of all before
        print(
            json.dumps(
                {
                    "records": records,
                    "store_mb": living.settings.store.stat().st_size >> 20,
                    "exit": os.waitstatus_to_exitcode(status),
                    "said": (out + err).strip(),
                    "seconds": round(time.perf_counter() - started, 2),
                    "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
                    "peak_mb": used.ru_maxrss >> 10,
                }
            )
        )


def _record(article):  # type: ignore[no-untyped-def]
    from pipeline.record import Record

    return Record(
        f"pmid:{article.pmid}", article.title, [("", TEXT)], pmid=article.pmid, source="pubmed", year=date.today().year
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
