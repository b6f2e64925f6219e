"""Helpers of the tests on figures: a text in, its expressions out."""

from __future__ import annotations

from extract.expressions import find_expressions
from extract.items import Expression
from extract.tokens import Document, read_document


def opened(text: str) -> tuple[Document, list[Expression]]:
    """A text without sections, tokenised, and all its expressions."""
    doc = read_document(text, [(0, len(text), "")])
    return doc, find_expressions(doc)


def kept(text: str) -> list[Expression]:
    """The expressions of a text that may be findings; the denominators' own figures left out."""
    return [e for e in opened(text)[1] if e.drop is None and "base" not in e.tags]
