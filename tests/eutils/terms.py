"""The part of PubMed's search language that the stand-in knows: words, phrases, operators, dates, uid, all[sb]."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from tests.eutils.articles import Article

Test = Callable[[Article], bool]
_TOKEN = re.compile(
    r"\(|\)|\bAND\b|\bOR\b|\bNOT\b"
    r"|\d{4}(?:/\d\d?){0,2}:\d{4}(?:/\d\d?){0,2}\[[^\]]+\]"
    r'|"[^"]*"(?:\[[^\]]*\])?|[^\s()\["]+(?:\[[^\]]*\])?'
)
_RANGE = re.compile(r"([\d/]+):([\d/]+)\[(\w+)\]")
_DATES = ("crdt", "mdat", "edat", "pdat")


class Query:
    """A term as a test of an article; `unknown` lists date fields that PubMed would not know."""

    def __init__(self, term: str) -> None:
        self.unknown: list[str] = []
        self._tokens = _TOKEN.findall(term)
        self._next = 0
        self.test = self._expression()

    def _expression(self) -> Test:
        """Operators from left to right, as PubMed takes them; words side by side are joined by AND."""
        test = self._operand()
        while self._next < len(self._tokens) and self._tokens[self._next] != ")":
            operator = "AND"
            if self._tokens[self._next] in ("AND", "OR", "NOT"):
                operator = self._tokens[self._next]
                self._next += 1
            test = _joined(operator, test, self._operand())
        return test

    def _operand(self) -> Test:
        token = self._tokens[self._next] if self._next < len(self._tokens) else ""
        self._next += 1
        if token == "(":
            test = self._expression()
            self._next += 1
            return test
        if found := _RANGE.fullmatch(token):
            return self._dates(*found.groups())
        word, _, tag = token.rstrip("]").partition("[")
        word, tag = word.strip('"').lower(), tag.lower()
        if tag == "uid":
            return lambda article: article.pmid == word
        if (word, tag) in (("all", "sb"), ("all", "filter")):
            return lambda article: True
        pattern = re.compile(rf"(?<!\w){re.escape(word.rstrip('*'))}" + ("" if word.endswith("*") else r"(?!\w)"))
        return lambda article: pattern.search(article.words()) is not None

    def _dates(self, first: str, last: str, field: str) -> Test:
        if field not in _DATES:
            self.unknown.append(field)
            return lambda article: True
        return in_range(first, last, field)


def in_range(first: str, last: str, datetype: str) -> Test:
    """Whether an article's date of that type lies between two of PubMed's dates (2024, 2024/05 or 2024/05/31)."""
    low, high = _bounds(first)[0], _bounds(last)[1]
    return lambda article: low <= article.date_of(datetype) <= high


def _joined(operator: str, left: Test, right: Test) -> Test:
    if operator == "OR":
        return lambda article: left(article) or right(article)
    if operator == "NOT":
        return lambda article: left(article) and not right(article)
    return lambda article: left(article) and right(article)


def _bounds(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("/") if part]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    if len(parts) == 2:
        following = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
        return date(parts[0], parts[1], 1), following - timedelta(days=1)
    return date(parts[0], 1, 1), date(parts[0], 12, 31)
