"""Sizes said once for every arm: "two groups of 30 each", "(n = 35 per group)", "80 patients (40 in each group)".

Such a size belongs to each arm, and each gets a finding of its own at the same place. The arms are the groups that the
record's other figures were given to; how many there are must be said, or follow from the population's size: otherwise
nothing is added. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from extract.finding import Finding
from extract.items import Expression
from extract.numbers import UNITS
from extract.similar import same_group

GROUPS = r"(?:groups?|arms?|cohorts?|conditions?|treatments?)"
EACH = re.compile(
    rf"\s*(?:[a-z]+\s+){{0,3}}?(?:(?:in|for|per|to|of)?\s*(?:each|every)(?:\s+(?:of\s+the\s+)?(?:[a-z]+\s+)?{GROUPS})?"
    rf"|(?:per|/)\s?{GROUPS}|in\s+both\s+{GROUPS})(?![\w-]|\s+(?:day|week|month|visit|year|session|eye|side|patient"
    r"|subject|knee|time|morning|night|evening|meal|hour|cycle|site|hospital|cent))"
)
NUMBER = r"(?P<number>\d{1,2}|two|three|four|five|six|seven|eight)"
NO_KIND = r"(?!(?:and|or|in|per|each|for|to|of|with)\b)"
SO_MANY = rf"\b{NUMBER}\s+(?:{NO_KIND}[a-z-]+\s+){{0,2}}(?:sub)?{GROUPS}"
ARMS = re.compile(rf"{SO_MANY}\b", re.I)
# "two groups of 22 patients"
GROUPS_OF = re.compile(rf"{SO_MANY}\s+(?:each\s+)?(?:of|with|containing|comprising|\(n\s*=)\s*$", re.I)
MOST = 8  # arms
REACH = 60  # characters before a size


def for_each(found: list[tuple[Finding, Expression]], text: str) -> list[tuple[Finding, Expression]]:
    """The findings, with one for every arm where a size is that of each."""
    out: list[tuple[Finding, Expression]] = []
    for f, e in found:
        arms: list[str] = []
        if f.measure == "participants" and f.value is not None:
            groups = GROUPS_OF.search(text, max(0, e.start - REACH), e.start)
            if groups is not None:
                arms = _arms(f, found, _count(groups.group("number")))
            elif EACH.match(text, e.end) is not None:
                arms = _arms(f, found, _number(f, found, text))
        if not arms:
            out.append((f, e))
            continue
        out += [(replace(f, group=arm, flags=list(f.flags)), e) for arm in arms]
    return out


def _number(f: Finding, found: Iterable[tuple[Finding, Expression]], text: str) -> int:
    """How many arms there are: as the text says near the size, or by the population's size; 0 where neither tells."""
    begin, end = max(0, f.start - 250), f.end + 60
    said = list(ARMS.finditer(text, begin, end))
    if said:
        return _count(min(said, key=lambda m: abs(m.start() - f.start)).group("number"))
    for other, _ in found:
        if other.measure == "participants" and other.group == "all" and other.value and f.value:
            number = other.value / f.value
            if number == int(number) and 2 <= number <= MOST and other.start != f.start:
                return int(number)
    return 2 if "both" in text[f.end : f.end + 20] else 0


def _count(word: str) -> int:
    """A number in words or digits."""
    return UNITS[word.lower()] if word.lower() in UNITS else int(word)


def _arms(f: Finding, found: Iterable[tuple[Finding, Expression]], number: int) -> list[str]:
    """The labels of so many arms, in order of first mention; none where the record's figures have not as many."""
    seen: Counter[str] = Counter()
    first: dict[str, int] = {}
    for other, e in found:
        if other.group == "all" or e.start == f.start:
            continue
        label = next((known for known in seen if same_group(known, other.group)), other.group)
        seen[label] += 1
        first[label] = min(first.get(label, other.start), other.start)
    if not 2 <= number <= min(MOST, len(seen)):
        return []
    arms = [label for label, _ in seen.most_common(number)]
    return sorted(arms, key=first.__getitem__)
