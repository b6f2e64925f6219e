"""Messages of a program that runs unwatched: into a file that does not grow, without secrets, stages as log lines."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.secret import Redact

FORMAT = "%(levelname)s %(name)s: %(message)s"
_BYTES, _FILES = 1_000_000, 5  # some years of quiet nights

_OURS = ("pipeline", "extract", "reports")

log = logging.getLogger(__name__)


def log_to_stderr() -> None:
    """Warnings and errors to standard error: what every command begins with."""
    logging.basicConfig(level=logging.WARNING, format=FORMAT, force=True)
    for name in _OURS:  # as quiet again as before a log file
        logging.getLogger(name).setLevel(logging.NOTSET)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Redact())


def log_to(path: Path) -> None:
    """All messages of the program to a file instead, which is turned over at 1 MB, five of them kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(f"%(asctime)s {FORMAT}"))
    handler.addFilter(Redact())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)


class LogDisplay:
    """Stages of a run as log lines, for a run that nobody watches."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None: ...

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        log.info("%s", name if total is None else f"{name} ({total})")

    def step(self, done: int, total: int | None = None) -> None:
        """Steps are not logged."""
