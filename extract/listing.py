"""Lists in which each figure has a name of its own: "fever in 30, cough in 24 and rash in 2", "itch (12%), gout (3%)".

The figures of such a list are of one kind (of 556 annotated pairs of neighbours 95 in a hundred), and the words before
a figure name it, unless they are a group (of 340 such figures 94 in a hundred). Called by `extract.kinds` and
`extract.naming`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extract.features import Reader
from extract.wording import PEOPLE

LISTED = re.compile(
    rf"[)\]]?\s*(?:of\s+)?(?:the\s+)?{PEOPLE}?\s*[)\]]?\s*(?:[,;]\s*(?:and\s|or\s)?|and\s|or\s)\s*"
    r"(?:the\s+|an?\s+)?(?P<name>(?:(?!and\b|but\b|or\b)[^\W\d][\w'/-]*\s+){1,6}?)"
    r"(?:(?:in|for)\s+(?:only\s+|another\s+|the\s+other\s+)?|(?P<bracket>[(\[])\s*(?:n\s*=\s*)?)"
)
NO_NAME = re.compile(
    r"\b(?:in|for|with|from|to|who|which|that|was|were|had|is|are|of whom|than|versus|vs|on|at|by|after|during|\w+ing"
    r"|few|respectively|groups?|arms?|both|patients|placebo|controls?|women|men)\b",
    re.I,
)
REACH = 100  # characters between two figures of a list


class Item(NamedTuple):
    """A figure's place in such a list: the figure before it, the tokens of the words before it, whether in brackets."""

    before: int
    first: int
    last: int
    bracket: bool


def item(reader: Reader, figure: int) -> Item | None:
    """The place of a figure behind another one in such a list, or None."""
    e = reader.figures[figure]
    before = figure - 1
    while before >= 0 and "base" in reader.figures[before].tags:
        before -= 1
    if before < 0 or reader.sentence[before] != reader.sentence[figure]:
        return None
    end = reader.figures[before].end
    if reader.figures[before].form not in ("count", "percent") or e.form not in ("count", "percent"):
        return None
    match = LISTED.fullmatch(reader.doc.text, end, e.start) if 0 < e.start - end < REACH else None
    if match is None or NO_NAME.search(match.group("name")) is not None:
        return None
    first, last = (reader.doc.token_at(at) for at in (match.start("name"), match.end("name") - 1))
    return Item(before, first, last + 1, match.group("bracket") is not None)


def lists(reader: Reader, indices: list[int]) -> list[list[int]]:
    """The figures among `indices` that stand in such a list, list by list."""
    out: list[list[int]] = []
    known = set(indices)
    for i in indices:
        place = item(reader, i)
        if place is None or place.before not in known:
            continue
        if out and out[-1][-1] == place.before:
            out[-1].append(i)
        else:
            out.append([place.before, i])
    return out
