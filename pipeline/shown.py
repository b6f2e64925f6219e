"""Text of others (titles, ids, file names) on its way to a terminal or a log: one line, and nothing that steers it."""

from __future__ import annotations


def printable(text: str) -> str:
    """`text` on one line without control characters, escape sequences or marks that turn the direction of writing."""
    if text.isprintable():
        return text
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
