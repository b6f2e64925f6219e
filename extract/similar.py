"""Whether two names or labels say the same: by their content words, singular, without the words that mean no more
than "group".

Used to find a group's other mentions, to tell repeated figures, and in training to know which phrase the annotator
meant.
"""

from __future__ import annotations

import re
from functools import lru_cache

EMPTY = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "in",
        "with",
        "for",
        "to",
        "and",
        "or",
        "patient",
        "group",
        "rate",
        "at",
        "by",
        "on",
        "who",
        "had",
        "overall",
        "total",
        "those",
        "subject",
        "case",
        "cohort",
        "arm",
        "child",
        "children",
        "women",
        "men",
        "their",
        "were",
        "was",
    ]
)
SHORT = frozenset({"a", "an", "at", "on", "in", "by", "who", "had", "for", "to"})  # short forms in capitals


@lru_cache(maxsize=20000)
def content(text: str) -> frozenset[str]:
    """The content words of a label: lower case, plural s off, empty words left out."""
    out = set()
    for printed in re.findall(r"[A-Za-z0-9<>≤≥]+", text):
        word = printed.lower()
        if word in SHORT and printed.isupper() and len(text) < 24:  # the label of "group A", "AT" for "antithrombin"
            out.add(printed)
            continue
        if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
            word = word[:-1]
        if word not in EMPTY:
            out.add(word)
    return frozenset(out)


def overlap(a: str, b: str) -> float:
    """Jaccard overlap of the content words of two labels (0-1)."""
    x, y = content(a), content(b)
    if not x or not y:
        return float(a.lower().strip() == b.lower().strip())
    return len(x & y) / len(x | y)


def same_group(a: str, b: str) -> bool:
    """Whether two labels are of one group; `all` is like no other."""
    return a == b or ("all" not in (a, b) and same(a, b))


def same(a: str, b: str) -> bool:
    """Whether two labels name the same: most words shared, or one holds the other."""
    x, y = content(a), content(b)
    if not x or not y:
        return a.lower().strip() == b.lower().strip()
    return len(x & y) / len(x | y) >= 0.5 or x <= y or y <= x
