"""The candidates for a figure's group: `all`, the phrases of its sentence, the groups named elsewhere.

Comes in: a `Whose` that has read the figures before. Goes out: `Choice` objects with the features that the network
weighs; `chosen` takes the best. Called by `extract.whose` and `extract.engine`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extract.arms import label_words
from extract.group_features import Asked
from extract.groups import Group
from extract.network import ELSEWHERE, EVERYBODY
from extract.phrases import Phrase
from extract.similar import content, same_group

if TYPE_CHECKING:
    from extract.whose import Whose

# No label of people: "patients and C-reactive protein", a bound alone ("≥50% improvement")
NOBODY = re.compile(r"(?:patients|subjects|participants|cases)\s+(?:and|or)\s|[<>≤≥]=?\s?[\d.]+\s?%$", re.I)
LEAST = 0.25  # belief from which a phrase far from the figure is a candidate
KNOWN = 0.3  # and a group that the sentence does not name


@dataclass(slots=True)
class Choice:
    """A candidate for a figure's group: `all`, a phrase of its sentence, or a group named elsewhere."""

    label: str
    phrase: Phrase | None
    belief: float
    features: list[str]


def choices(whose: Whose, figure: int, kind: str) -> list[Choice]:
    """All candidates for the group of a figure of class `kind`, with features."""
    asked, e = Asked(whose, figure, kind), whose.reader.figures[figure]
    out = [Choice("all", None, 0.5, asked.everybody())]
    present = []
    for phrase, belief, label in asked.mentions:
        if NOBODY.match(label) is not None:
            continue
        words = content(label)
        near = abs(phrase.first - e.last) < 8 or abs(e.first - phrase.last) < 3
        if words and (belief >= LEAST or near):
            out.append(Choice(label, phrase, belief, asked.mention(phrase, belief, label, words)))
            present.append(words)
    previous = whose.previous
    before = content(previous) if previous is not None else None
    extra = [(group, words) for group, words in asked.labels if group.belief >= KNOWN or words == before]
    if previous is not None and before is not None and previous != "all" and all(words != before for _, words in extra):
        extra.append((Group(previous, 0.0, 99), before))
    out += [
        Choice(group.label, None, group.belief, asked.elsewhere(group, words))
        for group, words in extra
        if words not in present
    ]
    return out


def numbered(
    options: list[Choice], phrases: dict[tuple[int, int, str | None], int], labels: dict[frozenset[str], int]
) -> tuple[list[int], list[int]]:
    """The number of each candidate's phrase (by its first and last token and label) and of the label it mentions."""
    places: list[int] = []
    whole: list[int] = []
    for option in options:
        p, everybody = option.phrase, option.label == "all"
        places.append(EVERYBODY if everybody else ELSEWHERE if p is None else phrases[p.first, p.last, p.label])
        whole.append(EVERYBODY if everybody else labels.get(label_words(option.label), ELSEWHERE))
    return places, whole


def chosen(options: list[Choice], scores: list[float]) -> tuple[Choice, float]:
    """The best candidate (the shorter label of equals) and its probability, that of like labels added."""
    order = max(range(len(options)), key=lambda n: (scores[n], -len(options[n].label)))
    best, top = options[order], scores[order]
    shares = [math.exp(score - top) for score in scores]
    alike = sum(share for option, share in zip(options, shares, strict=True) if same_group(option.label, best.label))
    return best, alike / sum(shares)
