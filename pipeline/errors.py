"""Errors meant for people: one line that says what happened, where, and what cures it.

The command line prints `str(error)` and exits with `exit_code`; nothing here is ever shown as a traceback.
"""

from __future__ import annotations


class RetallyError(Exception):
    """Something a person can act on.

    `what` happened, `where` (a file, a key, a line, an address) and the `cure`; the last two may be empty.
    """

    exit_code = 1

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        head = f"{where}: {what}" if where else what
        super().__init__(f"{head.rstrip('.')}. {cure}" if cure else head)


class UsageError(RetallyError):
    """The command was asked for something it does not have (an unknown review, a folder that exists already)."""

    exit_code = 2


class ReviewError(RetallyError):
    """A review folder is missing or its review.toml does not hold what is expected."""


class InputError(RetallyError):
    """A file given by the user cannot be read."""


class StoreError(RetallyError):
    """The SQLite store cannot be opened, read or written; what it held before is still there."""
