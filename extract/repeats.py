"""A name that was recognised once in a record is that name wherever the record repeats it.

Comes in: texts of one record and the spans found in each. Goes out: the spans to add. Annotators of abstracts mark
every mention of a disease or drug, while a recognizer that looks at a few words around misses some. Called by the
head that asks for it (`extract.entity_head`) and by `extract.model` for the sentences of a record.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

#: (start, end, label), characters of a text.
Triple = tuple[int, int, str]

#: Shorter names ("K") are too often something else.
_SHORTEST = 2


def repeated(texts: Sequence[str], spans: Sequence[Sequence[Triple]], share: float) -> list[list[Triple]]:
    """The repetitions to add to each text, in order.

    A name counts, in lower case and between word borders, where at least `share` (0-1) of its places were found; it
    gets the label that it has most often. Longer names go first, and nothing is added over a span that is there.
    """
    lower = [text.lower() for text in texts]
    if any(len(text) != len(low) for text, low in zip(texts, lower, strict=True)):
        return [[] for _ in texts]  # a few letters change their length in lower case: offsets would shift
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for low, found in zip(lower, spans, strict=True):
        for start, end, label in found:
            if end - start >= _SHORTEST:
                names[low[start:end]][label] += 1
    added: list[list[Triple]] = [[] for _ in texts]
    for name in sorted(names, key=lambda name: (-len(name), name)):
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        places = [(index, *match.span()) for index, low in enumerate(lower) for match in pattern.finditer(low)]
        if not places or sum(names[name].values()) < share * len(places):
            continue
        label = min(names[name], key=lambda label: (-names[name][label], label))
        for index, start, end in places:
            taken = (*spans[index], *added[index])
            if all(end <= other[0] or other[1] <= start for other in taken):
                added[index].append((start, end, label))
    return [sorted(found) for found in added]
