"""Citations in running text: superscripts glued to words (`another.18`, `years.1,6-11`), brackets, numbers at a
sentence's end.

Comes in: a paragraph. Goes out: the paragraph with every citation blanked (same length, so that offsets hold) and the
citations with their places. Called by `reports.claims`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

ITEM = r"\d{1,3}(?:\s?[-–‐]\s?\d{1,3})?"
LIST = rf"{ITEM}(?:,\s?{ITEM})*"
GLUED_LIST = rf"{ITEM}(?:,{ITEM})*"
# after a word of lower-case letters, a closing sign, a percent sign; a comma or stop may stand between
GLUED = re.compile(
    rf"(?:(?<=[a-zà-ÿ]{{3}})|(?<=[)\]”’\"%])|(?<=[A-Za-zà-ÿ)\]”’\"%][.,;:]))(?P<list>{GLUED_LIST})"
    rf"(?![\w%]|[.,·]\d|[-–‐][A-Za-z])(?!\s?(?:mg|%|mm|µg)\b)"
)
AFTER_FIGURE = re.compile(rf"(?<=\d[.,;])(?P<list>{GLUED_LIST})(?=\s+[A-Z(]|\s*$)")
AFTER_CAPITALS = re.compile(rf"\b(?P<word>[A-Z]{{2,6}}s?)(?P<list>{GLUED_LIST})(?=[\s.,;:)]|$)")
BRACKETS = re.compile(rf"\s?\[(?P<list>{LIST})\]")
RAISED = re.compile(r"(?P<list>[⁰¹²³⁴-⁹]+(?:[,⁻˒–-][⁰¹²³⁴-⁹]+)*)")
AT_END = re.compile(rf"(?<=[A-Za-z)\]%])\s(?P<list>{ITEM}(?:,\s?{ITEM})*)(?=\s?[.;](?:\s|$))")
PARENTHESES = re.compile(rf"\s?\((?P<list>{LIST})\)")
NAMED_NUMBER = re.compile(
    r"\b(?:type|grade|stage|phase|class|table|fig(?:ure)?s?|panel|group|level|day|week|month"
    r"|year|chapter|"
    r"step|score|scale|of|to|than|and|or|from|about|approximately|age|aged|by|in|at|is|was|were"
    r"|are|under|"
    r"over|above|below|least|most|factor|interleukin|chromosome|category|ratio|box|section"
    r"|part)$",
    re.I,
)
RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒", "0123456789-,")


@dataclass(slots=True, frozen=True)
class Citation:
    """Printed citation numbers (`6-11` stays one item) and the characters they cover."""

    start: int
    end: int
    items: tuple[str, ...]


def blank_citations(text: str, words: Callable[[str], bool] = lambda word: False) -> tuple[str, list[Citation]]:
    """The text with its citations turned to blanks, and the citations in order.

    Args:
        text: one paragraph.
        words: tells whether a word in capitals is a word of the document's own (`UIP52` is UIP and a citation, while
            `CD20` is a name).
    """
    found: dict[int, Citation] = {}
    chars = list(text)

    def take(match: re.Match[str]) -> None:
        start, end = match.span("list")
        items = tuple(
            re.sub(r"\s|[–‐]", lambda m: "" if m[0].isspace() else "-", item)
            for item in match["list"].translate(RAISED_DIGITS).split(",")
        )
        if not _plausible(items):
            return
        found[start] = Citation(start, end, items)
        chars[match.start() : match.end()] = [
            char if index < start and not char.isspace() and char not in "[(" else " "
            for index, char in enumerate(match[0], match.start())
        ]

    for pattern in (BRACKETS, RAISED, GLUED, AFTER_FIGURE, AFTER_CAPITALS, AT_END, PARENTHESES):
        current = "".join(chars)
        for match in pattern.finditer(current):
            if pattern is AFTER_CAPITALS and not words(match["word"]):
                continue
            if pattern is AT_END and NAMED_NUMBER.search(current[: match.start()]):
                continue
            if pattern is PARENTHESES and not _likely_reference(current, match):
                continue
            take(match)
    return "".join(chars), [found[key] for key in sorted(found)]


def _plausible(items: tuple[str, ...]) -> bool:
    """Whether the numbers rise as printed citation lists do, and none is zero."""
    firsts = []
    for item in items:
        ends = [int(part) for part in item.split("-")]
        if 0 in ends or (len(ends) == 2 and ends[0] >= ends[1]):
            return False
        firsts.append(ends[0])
    return all(a < b for a, b in pairwise(firsts))


def _likely_reference(text: str, match: re.Match[str]) -> bool:
    """A bare number in parentheses is a citation only as a list, or at a sentence's end after a word."""
    follows = text[match.end() : match.end() + 2]
    before = text[: match.start()].rstrip()
    return (
        bool(re.match(r"[.,;]?(?:\s|$)", follows))
        and before[-1:].isalpha()
        and ("," in match["list"] or "-" in match["list"] or "–" in match["list"] or follows[:1] in (".", ";"))
    )
