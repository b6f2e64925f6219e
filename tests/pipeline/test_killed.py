"""An update that is killed at any instant: nothing lost, doubled or half done, and the next one ends well.

A handful of instants here; RETALLY_KILLS=100 (`make torture`) for more, RETALLY_KILL_RECORDS for a larger PubMed.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from pipeline.check import check_store
from pipeline.history import past_run
from pipeline.store import Store
from tests.eutils.articles import made_up
from tests.eutils.server import EutilsServer
from tests.pipeline.living import Living, command, study

KILLS = int(os.environ.get("RETALLY_KILLS", "5"))
RECORDS = int(os.environ.get("RETALLY_KILL_RECORDS", "2000" if KILLS >= 50 else "300"))


def test_kill_9_at_random_instants(tmp_path: Path) -> None:
    noise = made_up(RECORDS - 5)
    for one in noise:
        one.title += " (spruce)"
    with EutilsServer([*noise, *(study(number) for number in range(5))]) as server:
        undisturbed = Living(tmp_path, server, "undisturbed")
        started = time.monotonic()
        done = command(undisturbed)
        assert done.wait(timeout=120) == 0, done.communicate()
        whole = time.monotonic() - started
        expected = undisturbed.state()
        chance = random.Random(9)
        kills, round_number = 0, 0
        while kills < KILLS:
            round_number += 1
            living = Living(tmp_path, server, f"killed{round_number}")
            for _ in range(4):  # as often as it takes; what was stored before is there for the next
                if kills == KILLS:
                    break
                process = command(living)
                time.sleep(chance.uniform(0.1, 1.0) * whole)
                process.kill()
                process.wait(timeout=10)
                kills += 1
                if living.settings.store.exists():
                    _sound(living)
            last = command(living)
            assert last.wait(timeout=120) == 0, last.communicate()
            assert living.state() == expected
            _sound(living)


def _sound(living: Living) -> None:
    with Store(living.settings.store) as store:
        assert [check for check in check_store(store) if not check.ok] == []
        if past_run(store, "spruce") is None:
            assert store.rows("SELECT * FROM screening") == []
            assert store.rows("SELECT * FROM comparisons") == []
            assert store.rows("SELECT * FROM changes") == []
