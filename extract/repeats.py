"""A name recognised once in a record is that name wherever the record repeats it, and so is its abbreviation.

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


#: What may follow a name as its abbreviation, in brackets: "cryptogenic organizing pneumonia (COP)".
_ABBREVIATION = re.compile(r"\s*\(\s*([A-Za-z][\w\-]{1,9})\s*(?:\)|[,;])")


def with_abbreviations(text: str, spans: Sequence[Triple]) -> list[Triple]:
    """The spans, and the abbreviations in brackets right behind them with the same label.

    An abbreviation has two capitals or more and the first letter of its name. One that was found with another label
    gets that of its name; nothing else that is there changes.
    """
    kept = set(spans)
    for start, end, label in sorted(spans):
        match = _ABBREVIATION.match(text, end)
        if match is None or sum(letter.isupper() for letter in match[1]) < 2:
            continue
        if match[1][0].lower() != text[start].lower():
            continue
        short = match.span(1)
        overlapping = [span for span in kept if span[0] < short[1] and short[0] < span[1]]
        if not overlapping or overlapping[0][:2] == short:
            kept.difference_update(overlapping)
            kept.add((*short, label))
    return sorted(kept)


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
