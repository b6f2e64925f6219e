"""Secrets (API key, password): from the environment or a file that only its owner can read; never kept, never shown.

`NAME` in the environment, else the file that `NAME_FILE` names (a systemd credential, a Docker secret). What has been
read is taken out of every message that is logged or stored.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.shown import printable

NAMES = ("NCBI_API_KEY", "RETALLY_SMTP_PASSWORD")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SHORTEST = 4  # a shorter value is no secret, and hiding it would spoil every message


def secret(name: str) -> str | None:
    """The secret of that name; None where there is none.

    Raises `UsageError` for a file that is missing, empty, or that others than its owner can read.
    """
    value = os.environ.get(name)
    if value:
        return value.strip()
    file = os.environ.get(f"{name}_FILE")
    return _from_file(f"{name}_FILE", Path(file)) if file else None


def _from_file(variable: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())  # of what is read, not of what stands there a moment later
            if os.name == "posix" and found.st_mode & _OTHERS:
                raise UsageError(f"others can read the file that {variable} names", str(path), f"chmod 600 {path}")
            value = file.read(4096).strip()
    except OSError as error:
        raise UsageError(
            f"the file that {variable} names cannot be read: {error.strerror}", str(path), "Check path and rights."
        ) from error
    except UnicodeDecodeError:
        raise UsageError(
            f"the file that {variable} names is not text", str(path), "Write the secret as it is."
        ) from None
    if not value or "\n" in value:
        raise UsageError(f"the file that {variable} names must hold one line", str(path), "Write the secret only.")
    return value


def redacted(text: str) -> str:
    """The text with every secret that is set replaced by `***`."""
    for name in NAMES:
        try:
            value = secret(name)
        except UsageError:
            continue
        if value and len(value) >= _SHORTEST:
            text = text.replace(value, "***")
    return text


class Redact(logging.Filter):
    """Takes secrets, and what would steer a terminal, out of log records, whoever wrote them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record is written, without secrets."""
        record.msg, record.args = printable(redacted(record.getMessage())), None
        if record.exc_info and not record.exc_text:
            record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
        return True
