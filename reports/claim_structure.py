"""The parts of a review: prose by section, tables with their titles and feet; legends, references, furniture out.

Comes in: the text as read. Goes out: `Part`s in order, each on one line with its way back. Called by `reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reports.document import Flow, Joiner

BULLET = re.compile(r"\s*(?:[•●◦▪‣·*]|[-–—]\s|o\s|\d{1,2}[.)]\s(?=[A-Z]))\s*")
REFERENCE = re.compile(r"\s*\[?\d{1,3}[.\]]?\s+[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+)?\s[A-Z]{1,3}\b[,.]")
TITLE_END = re.compile(r"[.?][*†‡§\d,–-]*\s*$")
SHORT = 120  # a legend's loose lines
LONG_LINE = 250  # longer than any printed line: the text is not broken into lines
HEADING_LENGTH, HEADING_WORDS = 70, 9
SENTENCE_END = re.compile(r"[.!?:;)\]”\"][\d,–-]*\s*$")
FULL_STOP = re.compile(r"[.!?][)\]”\"]*(?:\s?\[?[\d,–-]+\]?)?\s*$")

Piece = tuple[int, str]


@dataclass(slots=True)
class Part:
    """`kind` is `prose`, `row` (a line or cell of a table) or `foot`; `section`: its heading; `table`: its title."""

    kind: str
    flow: Flow
    section: str = ""
    table: str = ""


@cache
def settings() -> dict[str, Any]:
    """The layout's cues, patterns compiled."""
    data = tomllib.loads((Path(__file__).parent / "data" / "structure.toml").read_text(encoding="utf-8"))
    data["furniture"] = [re.compile(pattern, re.I) for pattern in data["furniture"]]
    for key in ("caption", "legend", "vignette", "not_prose", "foot", "table"):
        data[key] = re.compile(data[key])
    data["closing"], data["known"] = frozenset(data["closing"]), frozenset(data["known"])
    return data


def squeeze(line: str) -> str:
    """A heading's letters alone: "Epidemiol o gy" and "EPIDEMIOLOGY" are one."""
    return re.sub(r"[\W\d_]+", "", line).casefold()


@dataclass(slots=True)
class _Block:
    pieces: list[Piece]
    fresh: bool = False  # begins a page or is indented: may continue an earlier paragraph


def split(text: str, joiner: Joiner | None = None) -> list[Part]:
    """The parts of a document that can hold claims, in reading order."""
    joiner = joiner or Joiner(text)
    return _Walk(joiner).run(_blocks(text))


def _blocks(text: str) -> list[_Block]:
    """Paragraphs: parted by blank lines, indents, headings, bullets; each line its own where lines are not broken."""
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        lines.append((at, line.rstrip("\r\n\f\v")))
        at += len(line)
    unbroken = sum(len(line) for _, line in lines if len(line) > LONG_LINE) > 0.3 * max(1, len(text))
    blocks: list[_Block] = []
    current: list[Piece] = []

    def close() -> None:
        if current:
            blocks.append(_Block(list(current)))
            current.clear()

    for index, (at, line) in enumerate(lines):
        if not line.strip() or any(pattern.search(line) for pattern in settings()["furniture"]):
            if not line.strip():
                close()
            continue
        following = lines[index + 1][1] if index + 1 < len(lines) else ""
        bullet = BULLET.match(line)
        if (
            unbroken
            or line[0].isspace()
            or bullet
            or _starts_float(line)
            or (current and _is_heading(line, current[-1][1], following))
        ):
            close()
        if bullet and line[bullet.end() :].strip() and not settings()["foot"].match(line):
            at, line = at + bullet.end(), line[bullet.end() :]
        current.append((at, line))
        if unbroken or (_is_heading(line, "", following) and len(current) == 1):
            close()
    close()
    return blocks


def _starts_float(line: str) -> bool:
    cues = settings()
    return bool(cues["caption"].match(line) or cues["table"].match(line))


def _is_heading(line: str, before: str, following: str) -> bool:
    """A short line in capitals or title case, without a sentence's end, after one and before a fresh start."""
    plain = line.strip()
    key = squeeze(plain)
    if key in settings()["known"] or key in settings()["closing"]:
        return True
    if (
        not plain
        or len(plain) > HEADING_LENGTH
        or plain[-1] in ".,;:-–)"
        or not plain[0].isupper()
        or any(c.isdigit() for c in plain)
        or len(plain.split()) > HEADING_WORDS
    ):
        return False
    if before and not SENTENCE_END.search(before):
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", plain) if len(word) > 3]
    return (
        bool(words)
        and sum(word[0].isupper() for word in words) >= 0.7 * len(words)
        and (not following.strip() or following.strip()[0].isupper())
    )


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """The rows of a table: a line that begins with a capital and follows a finished one begins a row."""
    rows: list[list[Piece]] = []
    for piece in pieces:
        line = piece[1].strip()
        if rows and not (
            line[:1].isupper() and not re.search(r"(?:[,;:/–-]|\b(?:and|or|of|with|to|in))\s*$", rows[-1][-1][1])
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


@dataclass
class _Walk:
    joiner: Joiner
    parts: list[Part] = field(default_factory=list)
    section: str = ""
    table: str = ""
    closed: bool = False
    in_caption: bool = False
    held: list[Piece] = field(default_factory=list)  # a paragraph that has not reached its end

    def run(self, blocks: list[_Block]) -> list[Part]:
        for index, block in enumerate(blocks):
            self.take(block, blocks[index + 1] if index + 1 < len(blocks) else None)
        self.release()
        return self.parts

    def take(self, block: _Block, following: _Block | None) -> None:
        cues = settings()
        first = block.pieces[0][1]
        title = cues["table"].match(first)
        if cues["caption"].match(first):
            self.in_caption, self.table = True, ""
            return
        if title and not re.match(r"\s*(?:shows|lists|summar)", title["title"]):
            self.open_table(block, following)
            return
        if self.table:
            if cues["foot"].match(first):
                self.parts.append(Part("foot", self.joiner.join(block.pieces), self.section, self.table))
                self.table = ""
            elif self.ends_table(block):
                self.table = ""
                self.take(block, following)
            else:
                for row in _rows(block.pieces):
                    self.parts.append(Part("row", self.joiner.join(row), self.section, self.table))
            return
        if len(block.pieces) == 1 and _is_heading(first, "", following.pieces[0][1] if following else ""):
            self.heading(first)
            return
        text = self.joiner.join(block.pieces).text
        resumes = bool(self.held) and not FULL_STOP.search(self.held[-1][1]) and first.lstrip()[:1].islower()
        if self.in_caption and not resumes and (cues["legend"].search(text) or len(text) < SHORT):
            return
        self.in_caption = False
        self.prose(block)

    def open_table(self, block: _Block, following: _Block | None) -> None:
        """Take a table's title, which ends with the first line that ends a sentence; what is left are rows."""
        ends = [i for i, (_, line) in enumerate(block.pieces) if TITLE_END.search(line)]
        size = ends[0] + 1 if ends else len(block.pieces)
        joined = self.joiner.join(block.pieces[:size]).text
        title = settings()["table"].match(joined)
        self.table = title["title"].strip(" *†") if title else joined
        self.in_caption = self.closed = False
        if block.pieces[size:]:
            self.take(_Block(block.pieces[size:]), following)

    def ends_table(self, block: _Block) -> bool:
        """Prose after a table without a foot: a paragraph of some lines, or a heading known from reviews."""
        text = self.joiner.join(block.pieces).text
        rows = sum(part.table == self.table for part in self.parts)
        if rows > 1 and len(block.pieces) == 1 and squeeze(text) in settings()["known"]:
            return True
        return len(text) > 350 and ":" not in text[:60] and len(re.findall(r"[a-z]{3}[.)][\d,–-]*\s+[A-Z]", text)) >= 2

    def heading(self, line: str) -> None:
        key = squeeze(line)
        if self.in_caption and key not in settings()["known"] | settings()["closing"]:
            return  # a line of the legend
        self.in_caption = False
        if key in settings()["closing"]:
            self.release()
            self.closed = True
        elif not (self.closed and key not in settings()["known"]):
            self.closed = False
        if self.held and not SENTENCE_END.search(self.held[-1][1]):
            return  # a running head inside a paragraph
        self.release()
        self.section = key if key in settings()["known"] else " ".join(line.split()).casefold()

    def prose(self, block: _Block) -> None:
        if self.closed or REFERENCE.match(block.pieces[0][1]):
            return
        first = block.pieces[0][1].lstrip()
        if self.held and not ((first[:1].islower() or first[:1] == "(") and not FULL_STOP.search(self.held[-1][1])):
            self.release()
        self.held += block.pieces

    def release(self) -> None:
        if self.held:
            flow = self.joiner.join(self.held)
            if not settings()["not_prose"].search(flow.text):
                self.parts.append(Part("prose", flow, self.section))
            self.held.clear()
