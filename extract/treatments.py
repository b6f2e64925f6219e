"""Whether a counted event is a treatment that was given ("12 (30%) received corticosteroids").

Comes in: a figure and the name chosen for it. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.doses import is_drug
from extract.features import Reader
from extract.names import written_out
from extract.resources import load

# What ends the first noun phrase of a name: "surgery for tumour", "open biopsy of the lesion".
PHRASE_END = re.compile(r"\s(?:for|in|with|after|before|because|due|at|during|on|of|not|by|to|prior|plus|and|or)\s")

# "32 (8%) patients with X received Y": what stands between a number of people and the verb, and what was given
GIVEN = re.compile(
    r"\s*(?:\([^()]{0,40}\)\s*)?"
    r"(?:(?!\b(?:and|but|while|whereas|who|which|that|to|vs|versus|had|was|were|did|not|no)\b)[^.;:,()\d]){0,60}?"
    r"\b(?:received|underwent|took|(?:was|were)\s+(?:given|prescribed|on|taking|receiving|using|treated\s+with|started\s+on))"
    r"\s+(?P<what>(?:(?!\b(?:and|or|for|in|at|after|before|during|with|because|due|when|while|on|within|by|as|compared|versus"
    r"|vs|who|to|from|without|under|ranging)\b)[^.;:,()]){3,60})",
    re.I,
)
AMOUNT = re.compile(r"(?<=\w)\s+\d.*$", re.S)  # "prednisone 40 mg daily"
SAME = re.compile(r"(?:this|that|these|those|(?:the\s+)?(?:same|other)|therapy|treatment)\b", re.I)


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


def given_to(reader: Reader, figure: int, kind: str) -> str | None:
    """What the people that a figure counts were given, where the sentence goes on with it ("12 received steroids").

    None where it does not, where that only points back ("the same therapy"), and where the figure, of class `kind`, is
    of something else and what was given is no known treatment.
    """
    sentence = reader.doc.sentences[reader.sentence[figure]]
    match = GIVEN.match(reader.doc.text, reader.figures[figure].end, sentence.end)
    if match is None or SAME.match(match["what"]) is not None:
        return None
    what = written_out(reader, AMOUNT.sub("", match["what"]).strip())
    return what if kind == "treatment" or is_given(reader, figure, what) else None
