"""Whether a symptom or a disease is present, absent, possible, historical or a relative's.

Comes in: a sentence and the spans of its entities. Goes out: one assertion for each. The method is ConText (Chapman
et al. 2007; Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002) with the cues of `data/assertion.toml`. Called by
`extract.engine` for spans that it counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from extract import resources

PRESENT = "present"
#: What `assertions` can answer.
ASSERTIONS = (PRESENT, "absent", "possible", "historical", "family")

_WORD = re.compile(r"\w+(?:[’'.-]\w+)*")
_CLAUSE_END = re.compile(r"[;:]|\.\s")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue in a sentence: its category, its characters, and the characters it reaches over."""

    category: str
    start: int
    end: int
    reach_start: int
    reach_end: int


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], list[tuple[str, str, re.Pattern[str]]]]:
    """Pseudo cues, terminators, and (category, direction, pattern) of the cues."""

    def any_of(expressions: Sequence[str]) -> re.Pattern[str]:
        longest_first = sorted(expressions, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(longest_first) + r")(?!\w)")

    table = resources.load("assertion")
    cues = [
        (category, direction, any_of(table[category][direction]))
        for category in table["order"]
        for direction in ("after", "before")
    ]
    return any_of(table["pseudo"]), any_of(table["terminators"]), cues


def find_cues(sentence: str) -> list[Cue]:
    """Every cue of the sentence with its reach, in the order of the text."""
    lower = sentence.lower()
    if len(lower) != len(sentence):  # a few letters change their length in lower case: offsets would shift
        lower = sentence
    pseudo, terminators, patterns = _patterns()
    blocked = [match.span() for match in pseudo.finditer(lower)]
    borders = [match.span() for match in terminators.finditer(lower)]
    borders += [match.span() for match in _CLAUSE_END.finditer(lower)]
    reach = resources.load("assertion")["reach"]
    words = [match.span() for match in _WORD.finditer(lower)]
    found = []
    for category, direction, pattern in patterns:
        for match in pattern.finditer(lower):
            start, end = match.span()
            if any(a < end and start < b for a, b in blocked):
                continue
            if direction == "after":
                last = [b for a, b in words if a >= end][:reach]
                limit = min([last[-1] if last else end, *(a for a, _ in borders if a >= end)])
                found.append(Cue(category, start, end, end, limit))
            else:
                first = [a for a, b in words if b <= start][-reach:]
                limit = max([first[0] if first else start, *(b for _, b in borders if b <= start)])
                found.append(Cue(category, start, end, limit, start))
    return sorted(found, key=lambda cue: (cue.start, cue.end))


def assertions(sentence: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The assertion of each span (characters of `sentence`, end exclusive): one of `ASSERTIONS`."""
    order = resources.load("assertion")["order"]
    cues = find_cues(sentence)
    answers = []
    for start, end in spans:
        reached = {
            cue.category
            for cue in cues
            if cue.reach_start < end and start < cue.reach_end and not _inside(cue, start, end)
        }
        answers.append(next((category for category in order if category in reached), PRESENT))
    return answers


def _inside(cue: Cue, start: int, end: int) -> bool:
    """A cue within the entity's own words ("non-Hodgkin lymphoma") says nothing about it."""
    return start <= cue.start and cue.end <= end
