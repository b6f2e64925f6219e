"""NCBI's hours, and the lines for cron and systemd."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.schedule import EASTERN, cron_line, off_peak, systemd_units, until_off_peak, wait_for_off_peak


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 4, 20, 59, tzinfo=EASTERN), False),
        (datetime(2026, 3, 4, 21, 0, tzinfo=EASTERN), True),
        (datetime(2026, 3, 4, 4, 59, tzinfo=EASTERN), True),
        (datetime(2026, 3, 4, 5, 0, tzinfo=EASTERN), False),
        (datetime(2026, 3, 7, 12, 0, tzinfo=EASTERN), True),  # a Saturday
        (datetime(2026, 3, 5, 2, 0, tzinfo=UTC), True),  # 21:00 the day before, over there
    ],
)
def test_hours_for_large_jobs(moment: datetime, expected: bool) -> None:
    assert off_peak(moment) is expected


def test_waiting_ends_when_the_hours_begin() -> None:
    clock = [datetime(2026, 3, 4, 20, 30, tzinfo=EASTERN)]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += timedelta(seconds=seconds)

    wait_for_off_peak(lambda: clock[0], sleep)
    assert sum(slept) == 1800
    assert until_off_peak(clock[0]) == timedelta(0)


def test_a_cron_line_names_everything_absolutely_and_escapes_the_percent_sign() -> None:
    berlin = datetime(2026, 1, 4, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    line = cron_line(["/opt/retally", "update", "a b"], Path("/data/my 100%"), 17, berlin)
    assert line == r"17 4 * * * cd '/data/my 100\%' && /opt/retally update 'a b'"


def test_systemd_takes_a_changed_verdict_for_success_and_escapes_its_own_signs() -> None:
    units = systemd_units(
        ["/opt/retally", "update", '50% "$x"'], Path("/data"), 5, datetime(2026, 1, 4, 12, tzinfo=UTC)
    )
    assert r'ExecStart="/opt/retally" "update" "50%% \"$$x\""' in units["retally.service"]
    assert "SuccessExitStatus=3" in units["retally.service"]
    assert "OnCalendar=*-*-* 03:05:00" in units["retally.timer"]
