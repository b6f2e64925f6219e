"""The rate limit holds over real processes, and no clock or file can hang it."""

from __future__ import annotations

import multiprocessing
import time
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.ratelimit import RATE, RateLimiter

_START = multiprocessing.get_context("spawn")


def _send(path: str, rate: float, count: int, times: multiprocessing.Queue[float]) -> None:
    limiter = RateLimiter(rate, Path(path))
    for _ in range(count):
        limiter.wait()
        times.put(time.monotonic())


def test_four_processes_together_keep_to_the_rate(tmp_path: Path) -> None:
    rate, count = 20.0, 6
    times: multiprocessing.Queue[float] = _START.Queue()
    workers = [_START.Process(target=_send, args=(str(tmp_path / "rate"), rate, count, times)) for _ in range(4)]
    for worker in workers:
        worker.start()
    sent = sorted(times.get(timeout=30) for _ in range(4 * count))
    for worker in workers:
        worker.join(10)
    assert len(sent) == 24
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    # A stamp is taken after the lock is given back, so two may lie a little nearer than the requests they stand for.
    assert sum(gaps) >= 23 / rate
    assert max(sum(1 for t in sent if first <= t < first + 1.0) for first in sent) <= rate


def test_killed_holder_leaves_no_stale_lock(tmp_path: Path) -> None:
    times: multiprocessing.Queue[float] = _START.Queue()
    worker = _START.Process(target=_send, args=(str(tmp_path / "rate"), 2.0, 1000, times))
    worker.start()
    times.get(timeout=30)
    worker.kill()
    worker.join(10)
    begun = time.monotonic()
    RateLimiter(100.0, tmp_path / "rate").wait()
    assert time.monotonic() - begun < 1.0


@pytest.mark.parametrize("stamp", ["9999999999.0", "nan", "inf", "-inf", "", "no number", "\x00" * 9])
def test_clock_set_back_or_damaged_file_costs_one_interval_at_most(tmp_path: Path, stamp: str) -> None:
    (tmp_path / "rate").write_text(stamp, encoding="ascii")
    begun = time.monotonic()
    RateLimiter(20.0, tmp_path / "rate").wait()
    assert time.monotonic() - begun < 0.5


def test_three_a_second_without_a_key(tmp_path: Path) -> None:
    limiter = RateLimiter(RATE, tmp_path / "rate")
    begun = time.monotonic()
    for _ in range(4):
        limiter.wait()
    assert 1.0 <= time.monotonic() - begun < 2.0


def test_unwritable_folder_limits_this_process_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("not a folder")
    limiter = RateLimiter(20.0, tmp_path / "file" / "rate")
    begun = time.monotonic()
    for _ in range(5):
        limiter.wait()
    assert time.monotonic() - begun >= 4 / 20
    assert caplog.text.count("rate limit: cannot write") == 1


def test_rate_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        RateLimiter(0)
