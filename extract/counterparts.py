"""The other side of a contrast: "relapse was rarer in the early group (12% vs 20%)" names one group and means two.

Two figures set against each other in one sentence that were both given to one group are of this group and of the group
that the record otherwise sets against it. Comes in: the groups given to a record's figures. Goes out: those to change.
Called by `extract.assigning`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from extract.abreast import parallel
from extract.constraints import contrast
from extract.features import Reader
from extract.parallel import COMPARED
from extract.similar import same_group

REACH = 50  # characters before a label in which "than in the" makes it the other side


def counterparts(reader: Reader, kinds: Mapping[int, str], labels: Mapping[int, str]) -> dict[int, str]:
    """The figures whose group is to change, with the other group."""
    out: dict[int, str] = {}
    against: Counter[tuple[str, str]] | None = None
    for first in sorted(kinds):
        second = contrast(reader, first, kinds)
        label = labels.get(first, "all")
        if second is None or label == "all" or not same_group(label, labels.get(second, "all")):
            continue
        if against is None:
            against = _set_against(reader, kinds, labels)
        others = [(-n, b) for (a, b), n in against.items() if same_group(a, label) and not same_group(b, label)]
        if others:
            out[first if _is_compared(reader, first, label) else second] = min(others)[1]
    return out


def _set_against(reader: Reader, kinds: Mapping[int, str], labels: Mapping[int, str]) -> Counter[tuple[str, str]]:
    """How often each two groups stand side by side: of figures of one form, and as sizes in one sentence."""
    pairs: list[tuple[int, int]] = []
    for sentence in sorted({reader.sentence[i] for i in kinds}):
        row = parallel(reader, sentence)
        pairs += [(a, b) for a, b in pairwise(row) if reader.figures[a].form == reader.figures[b].form]
        sizes = [i for i in reader.by_sentence[sentence] if kinds.get(i) == "participants"]
        pairs += pairwise(i for i in sizes if labels.get(i, "all") != "all")
    out: Counter[tuple[str, str]] = Counter()
    for one, other in pairs:
        a, b = labels.get(one, "all"), labels.get(other, "all")
        if "all" not in (a, b) and not same_group(a, b):
            out[a, b] += 1
            out[b, a] += 1
    return out


def _is_compared(reader: Reader, figure: int, label: str) -> bool:
    """Whether the sentence of a figure names a label as what something else is compared with ("than in B")."""
    text, sentence = reader.doc.text, reader.doc.sentences[reader.sentence[figure]]
    at = text.lower().find(label.lower(), sentence.start, sentence.end)
    return at >= 0 and COMPARED.search(text, max(sentence.start, at - REACH), at) is not None
