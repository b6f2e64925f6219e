"""When an update runs: NCBI's hours for large jobs, and ready lines for cron and systemd.

NCBI asks for large jobs at weekends or between 21:00 and 5:00 US Eastern time on weekdays (NBK25497).
"""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
_FROM, _UNTIL = 21, 5  # hours
_SATURDAY = 5
_LONGEST_SLEEP = 300.0  # seconds; the clock is looked at again, for it may be set or the machine have slept

log = logging.getLogger(__name__)


def off_peak(moment: datetime) -> bool:
    """Whether a moment (with a time zone) lies in the hours that NCBI names for large jobs."""
    there = moment.astimezone(EASTERN)
    return there.weekday() >= _SATURDAY or there.hour >= _FROM or there.hour < _UNTIL


def until_off_peak(moment: datetime) -> timedelta:
    """How long it is until those hours begin; nothing where they have."""
    if off_peak(moment):
        return timedelta(0)
    there = moment.astimezone(EASTERN)
    return there.replace(hour=_FROM, minute=0, second=0, microsecond=0) - there


def wait_for_off_peak(
    clock: Callable[[], datetime] = lambda: datetime.now(EASTERN), sleep: Callable[[float], None] = time.sleep
) -> None:
    """Return when NCBI's hours for large jobs have come."""
    left = until_off_peak(clock())
    if left:
        log.warning("waiting %s until 21:00 US Eastern time, as NCBI asks of large jobs", str(left).split(".")[0])
    while left := until_off_peak(clock()):
        sleep(min(left.total_seconds(), _LONGEST_SLEEP))


def cron_line(command: Sequence[str], folder: Path, minute: int, moment: datetime) -> str:
    """A crontab line that runs the command each night in NCBI's hours, in the local time of `moment`."""
    hour = _local_hour(moment)
    said = f"cd {shlex.quote(str(folder))} && {shlex.join(command)}"
    return f"{minute} {hour} * * * {said.replace('%', chr(92) + '%')}"  # in a crontab, % ends the line


def systemd_units(command: Sequence[str], folder: Path, minute: int, moment: datetime) -> dict[str, str]:
    """The service and the timer, by file name. 3, a verdict that changed, is no failure."""
    service = f"""[Unit]
Description=Retally: bring the living reviews up to date
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_specifier(str(folder))}
ExecStart={" ".join(_systemd_word(word) for word in command)}
SuccessExitStatus=3
UMask=0077
# Secrets as files that only root can read; see systemd.exec(5), LoadCredential=.
# LoadCredential=ncbi:/etc/retally/ncbi-api-key
# Environment=NCBI_API_KEY_FILE=%d/ncbi
# Environment=RETALLY_EMAIL=you@example.org
"""
    timer = f"""[Unit]
Description=Retally every night

[Timer]
OnCalendar=*-*-* {_local_hour(moment):02}:{minute:02}:00
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {"retally.service": service, "retally.timer": timer}


def _local_hour(moment: datetime) -> int:
    """The local hour at which it is 22:00 on the US East Coast."""
    return moment.astimezone(EASTERN).replace(hour=_FROM + 1, minute=0).astimezone(moment.tzinfo).hour


def _specifier(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    """A word of ExecStart: quoted, with systemd's own %, $ and backslash escaped."""
    escaped = _specifier(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"'
