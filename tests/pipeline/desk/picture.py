"""The README's picture of the desk: the queue over a store, as a person sees it.

    python -m tests.pipeline.desk.picture retally.sqlite docs/desk.png

Decides nothing: the store is copied first. Needs Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from pipeline.desk.access import PATH
from pipeline.store import Store
from tests.pipeline.desk.browsing import browser, served

SIZE = {"width": 1280, "height": 760}


def main(arguments: list[str]) -> int:
    """Makes the picture; returns the exit code."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    store, target = Path(arguments[0]), Path(arguments[1]).resolve()
    with Store(store) as opened:
        opened.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        review = opened.rows("SELECT id FROM reviews ORDER BY id")[0]["id"]
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "retally.sqlite"
        shutil.copyfile(store, copy)
        with served(copy, ("Ann",)) as site, browser() as chrome:
            page = chrome.new_page(viewport=SIZE, color_scheme="light")
            page.goto(site.enter["Ann"])
            page.goto(f"{site.address}{PATH}/{review}/queue?claim=cop-relapse")
            page.screenshot(path=str(target))
    print(target, file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
