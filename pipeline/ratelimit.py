"""NCBI's rate limit, kept by all processes of a user together: a lock file and the time of the last request.

NCBI counts the requests of an address, not of a process: 3 a second, 10 with an API key. The lock is the operating
system's and falls with the process that holds it, so a killed run leaves nothing stale.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from pathlib import Path

from filelock import FileLock

_log = logging.getLogger(__name__)

RATE = 3.0  # requests a second without an API key (NBK25497, "Frequency, Timing and Registration")
RATE_WITH_KEY = 10.0  # with one
# A tenth more than the bare interval: requests evenly sent do not arrive evenly.
_MARGIN = 1.1


def default_path() -> Path:
    """The file all processes of this user share: in the user's cache folder, else in the system's temporary one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "retally"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache / "ncbi-rate"
    except OSError:
        pass
    return Path(tempfile.gettempdir()) / f"retally-ncbi-rate-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


class RateLimiter:
    """`wait()` returns when the next request may be sent; at most `rate` a second over all processes that share `path`.

    A clock that was set back cannot hang it: it never waits longer than one interval once it holds the lock.
    Where the file cannot be written, it limits this process alone and says so once.
    """

    def __init__(self, rate: float = RATE, path: Path | None = None) -> None:
        if rate <= 0:
            raise ValueError(f"rate limit of {rate} requests a second: give a rate above 0")
        self.interval = _MARGIN / rate
        self.path = path if path is not None else default_path()
        self._alone = False
        self._last_alone = -self.interval

    def wait(self) -> None:
        """Blocks until a request may be sent, and counts it as sent."""
        if not self._alone:
            try:
                with FileLock(f"{self.path}.lock", poll_interval=0.01):
                    self._wait_in_turn()
                return
            except OSError as error:
                self._alone = True
                _log.warning(
                    "rate limit: cannot write %s (%s); requests of other processes are not counted, "
                    "make the folder writable or set XDG_CACHE_HOME",
                    self.path,
                    error.strerror or error,
                )
        time.sleep(max(0.0, self._last_alone + self.interval - time.monotonic()))
        self._last_alone = time.monotonic()

    def _wait_in_turn(self) -> None:
        """Under the lock: sleeps what is left of the interval since the last request, and writes down the new one."""
        # Wall-clock time, for processes share no other; a stamp from the future means that the clock was set back.
        since = time.time() - self._stamp()
        time.sleep(self.interval if since < 0 else max(0.0, self.interval - since))
        with self.path.open("w", encoding="ascii") as file:
            file.write(repr(time.time()))

    def _stamp(self) -> float:
        """When the last request was sent; a file that is damaged counts as one sent now."""
        try:
            return float(self.path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0
        except ValueError:
            return time.time()
