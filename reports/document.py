"""A review's document: its text as read, and its flowing paragraphs with a way back to that text.

`read_document` gives the text that all offsets of claims count into. `Flow` holds a stretch of it as one line of prose:
lines joined, words that were broken at a line's end made whole. Called by `reports.claims` and `pipeline.cli`.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HYPHENS = "-‐\u00ad"
BROKEN = re.compile(rf"([^\W\d_]+)[{HYPHENS}]\s*$")
FIRST_WORD = re.compile(r"\s*([^\W\d_]+)")
LETTERS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
# A line's last hyphen stays where the first part is a whole word that builds compounds (connective-tissue) or a prefix
# that keeps its hyphen; the document's own spelling elsewhere decides before this list does.
KEEPS = frozenset(
    [
        "self",
        "non",
        "well",
        "high",
        "low",
        "long",
        "short",
        "cross",
        "half",
        "anti-inflammatory",
        "post",
        "early",
        "late",
        "first",
        "second",
        "third",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "multi-organ",
        "evidence",
        "disease",
        "risk",
        "steroid",
        "glucocorticoid",
    ]
)


class DocumentError(ValueError):
    """A document that cannot be read: which, why, and the cure, in one line."""


def read_document(path: str | Path) -> str:
    """The text of a review, from plain text (UTF-8, else Latin-1) or PDF; pages are parted by a form feed.

    Raises:
        DocumentError: no such file, not a PDF that can be opened, or a PDF without text (a scan).
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read ({error.strerror}); check the name") from error
    if data[:5] == b"%PDF-" or path.suffix.lower() == ".pdf":
        return _read_pdf(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _read_pdf(path: Path) -> str:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its notes on odd files are not for our users
    try:
        pages = [page.extract_text() or "" for page in PdfReader(path).pages]
    except Exception as error:  # a damaged file makes it fail in many ways; whatever it is, the file is at fault
        raise DocumentError(f"{path}: not a PDF that can be read ({error}); save it again or give its text") from error
    if not any(page.strip() for page in pages):
        raise DocumentError(f"{path}: the PDF holds no text (a scan?); run text recognition on it or give its text")
    return "\f".join(pages)


@dataclass(slots=True)
class Flow:
    """A stretch of prose on one line; `offsets[i]` is where its character i stands in the text as read."""

    text: str
    offsets: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as read of `text[start:end]`."""
        return self.offsets[start], self.offsets[end - 1] + 1


class Joiner:
    """Makes `Flow`s out of lines; knows the document's words, to tell a broken word from a compound."""

    def __init__(self, text: str) -> None:
        self.words = Counter(word.casefold() for word in LETTERS.findall(text))

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether `left-` at a line's end and `right` on the next line are a compound (connective-tissue)."""
        left, right = left.casefold(), right.casefold()
        if self.words[f"{left}-{right}"]:
            return True
        if self.words[left + right]:
            return False
        return left in KEEPS or (self.words[left] > 1 and self.words[right] > 1 and min(len(left), len(right)) > 3)

    def join(self, pieces: list[tuple[int, str]]) -> Flow:
        """One line of prose from pieces of the text as read, each with the offset of its first character."""
        chars: list[str] = []
        offsets: list[int] = []
        for number, (at, piece) in enumerate(pieces):
            body = piece.rstrip()
            lead = len(body) - len(body.lstrip())
            follower = FIRST_WORD.match(pieces[number + 1][1]) if number + 1 < len(pieces) else None
            broken = BROKEN.search(body)
            glue = ""
            if broken and follower and (follower[1][0].islower() or not broken[1][-1].islower()):
                if not self.keeps_hyphen(broken[1], follower[1]):
                    body = body[:-1]
            elif number + 1 < len(pieces) and body and body[-1] not in "–—/" + HYPHENS:
                glue = " "
            previous = ""
            for index in range(lead, len(body)):
                char = " " if body[index].isspace() else body[index]
                if char == "\u00ad" or (char == " " and previous == " "):
                    continue
                chars.append(char)
                offsets.append(at + index)
                previous = char
            if glue and chars and chars[-1] != " ":
                chars.append(glue)
                offsets.append(at + len(body))
        return Flow("".join(chars), offsets)
