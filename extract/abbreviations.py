"""Abbreviations that a text defines, such as "graft versus host disease (GVHD)", by scispaCy's detector.

The method is Schwartz & Hearst's (Pac Symp Biocomput 2003:451-62), as scispaCy implements it (Neumann et al. 2019).
Comes in: a text or a spaCy `Doc`. Goes out: short form -> long form. Called by `extract.concepts` for names that are
short forms, and by `extract.component`; spaCy is imported at the first text that needs it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

#: A short form in brackets, or brackets behind one: without it there is nothing to find.
BRACKET = re.compile(
    r"[(\[]\s*(?=[^()\[\]]{0,9}[A-Z])[A-Za-z0-9][\w/+-]{1,9}\s*[)\];,]|\b[A-Z][A-Z0-9]{1,9}\s*\(\s*[a-z]"
)
#: How many characters before a bracket a long form can begin.
REACH = 110


@cache
def _detector() -> tuple[Language, Any]:
    """A tokenizer and the detector, made once."""
    import spacy
    from scispacy.abbreviation import AbbreviationDetector

    nlp = spacy.blank("en")
    return nlp, AbbreviationDetector(nlp)


def abbreviations(source: str | Doc, only: Collection[str] | None = None) -> dict[str, str]:
    """Short form -> long form, as printed, of every abbreviation that a text or a `Doc` defines.

    `only` names the short forms wanted, in lower case; it spares the time for the others of a text.
    """
    if not isinstance(source, str):
        return _pairs(source)
    windows = _windows(source, only)
    if not windows:
        return {}
    nlp, _ = _detector()
    found: dict[str, str] = {}
    for start, end in windows:
        for short, long in _pairs(nlp.make_doc(source[start:end])).items():
            found.setdefault(short, long)
    return found


def _windows(text: str, only: Collection[str] | None) -> list[tuple[int, int]]:
    """The stretches of a text around its brackets, joined where they touch: the rest costs time and defines nothing."""
    out: list[tuple[int, int]] = []
    for match in BRACKET.finditer(text):
        if only is not None and not any(word in only for word in re.findall(r"[\w/+-]+", match.group().lower())):
            continue
        start, end = max(0, match.start() - REACH), min(len(text), match.end() + REACH)
        while start > 0 and text[start - 1].isalnum():
            start -= 1
        while end < len(text) and text[end].isalnum():
            end += 1
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], end
        else:
            out.append((start, end))
    return out


def _pairs(doc: Doc) -> dict[str, str]:
    with warnings.catch_warnings():  # a text whose brackets define nothing is no fault
        warnings.filterwarnings("ignore", message=r"\[W036\]")
        found = _detector()[1](doc)._.abbreviations
    return {span.text: span._.long_form.text for span in sorted(found, key=lambda span: span.start, reverse=True)}
