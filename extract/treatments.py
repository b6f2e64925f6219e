"""Whether a counted event is a treatment that was given ("12 (30%) received corticosteroids").

Comes in: a figure and the name chosen for it. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from functools import cache

from extract.doses import is_drug
from extract.features import Reader
from extract.resources import load

REACH = 14  # tokens on each side of the figure in which the verb is looked for


@cache
def _words() -> tuple[frozenset[str], tuple[str, ...], frozenset[str], tuple[str, ...]]:
    data = load("treatments")
    return frozenset(data["heads"]), tuple(data["endings"]), frozenset(data["verbs"]), tuple(data["ends"])


def is_given(reader: Reader, figure: int, name: str) -> bool:
    """Whether the name's last word is a therapy or a drug, and a verb of giving or having stands near the figure."""
    heads, endings, verbs, ends = _words()
    first = re.split(r"\s(?:for|in|with|after|before|because|due|at|during|on)\s", name.lower())[0].split()
    head = first[-1] if first else ""
    if any(word.startswith(ends) for word in name.lower().split()):
        return False
    if not (head in heads or head.endswith(endings) or is_drug(head)):
        return False
    e, doc = reader.figures[figure], reader.doc
    sentence = doc.sentences[reader.sentence[figure]]
    near = range(max(sentence.first, e.first - REACH), min(sentence.last, e.last + REACH))
    return any(doc.lower[token] in verbs for token in near)
