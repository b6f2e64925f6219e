"""Whether a counted event is a treatment that was given ("12 (30%) received corticosteroids").

Comes in: a figure and the name chosen for it. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.doses import is_drug
from extract.features import Reader
from extract.resources import load

# What ends the first noun phrase of a name: "surgery for tumour", "open biopsy of the lesion".
PHRASE_END = re.compile(r"\s(?:for|in|with|after|before|because|due|at|during|on|of|not|by|to|prior|plus|and|or)\s")


@dataclass(frozen=True)
class Words:
    """The vocabulary of `treatments.toml`."""

    heads: frozenset[str]
    doubtful: frozenset[str]
    endings: tuple[str, ...]
    verbs: frozenset[str]
    ends: tuple[str, ...]
    behind: frozenset[str]


@cache
def _words() -> Words:
    data = load("treatments")
    return Words(
        frozenset(data["heads"]),
        frozenset(data["doubtful"]),
        tuple(data["endings"]),
        frozenset(data["verbs"]),
        tuple(data["ends"]),
        frozenset(data["behind"]),
    )


def is_given(reader: Reader, figure: int, name: str) -> bool:
    """Whether the name is that of a therapy or a drug, or of what a verb of its sentence says was given or done."""
    known = _words()
    if any(word.startswith(known.ends) for word in name.lower().split()):
        return False
    first = PHRASE_END.split(name.lower())[0].split()
    if len(first) > 1 and first[-1] in known.behind:
        first.pop()
    head = first[-1] if first else ""
    if head in known.heads or is_drug(head):
        return True
    if not (head in known.doubtful or head.endswith(known.endings)):
        return False
    sentence = reader.doc.sentences[reader.sentence[figure]]
    return any(word in known.verbs for word in reader.doc.lower[sentence.first : sentence.last])
