"""Computing what the pages of a run share before the first of them is asked for: at the start, and after a count.

Called by `serve` and `recount`. A desk that was not warmed gives the same pages, the first of them later.
"""

from __future__ import annotations

import sqlite3

from pipeline.desk.app import Desk, ReadStore
from pipeline.desk.pages import measures
from pipeline.desk.queue import ranked
from pipeline.desk.view import open_review, reviews


def warm(desk: Desk) -> None:
    """Fill the desk's cache for the last run of each review, and import what draws."""
    import reports.claim_plot
    import reports.forest  # noqa: F401

    connection = sqlite3.connect(f"{desk.store.resolve().as_uri()}?mode=ro", uri=True)
    try:
        store = ReadStore(desk.store, connection)
        for row in reviews(store):
            view = open_review(desk, store, row["id"])
            if view is not None and view.run is not None:
                view.studies()
                ranked(view)
                measures(view)
    finally:
        connection.close()
