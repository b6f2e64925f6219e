"""The sections of a structured abstract that is given as one text ("METHODS: ...", "RESULTS : ...").

Comes in: the text and a pattern of headings. Goes out: the characters of the sections so headed. Called by the head
whose corpus annotates some sections only (`extract.entity_head`) and by its training.
"""

from __future__ import annotations

import re

#: A heading: at a line's start, in capitals, before a colon.
_HEADING = re.compile(r"(?:^|\n)[ \t]*([A-Z][A-Z0-9 /&,\-()]{3,70}?)\s*:")


def sections_named(text: str, pattern: str) -> list[tuple[int, int]] | None:
    """(start, end) of the sections whose heading matches `pattern`; None where the text has no such structure.

    A text is structured where it has two headings or more and one of them matches.
    """
    headings = [(match.start(1), match.group(1)) for match in _HEADING.finditer(text)]
    if len(headings) < 2:
        return None
    ends = [start for start, _ in headings[1:]] + [len(text)]
    named = [(start, end) for (start, heading), end in zip(headings, ends, strict=True) if re.search(pattern, heading)]
    return named or None
