"""From a record to the features of its figures: sections, sentences, rhetorical roles.

Called by `extract.engine` and by the training in `extract.fit`, so that both see the same.
"""

from __future__ import annotations

from extract.expressions import find_expressions
from extract.features import Reader, role
from extract.tokens import read_document


def section_spans(
    title: str | None, sections: list[tuple[str, str]], text: str | None
) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a record and the span and label of each of its parts; the title's label is TITLE.

    `text` alone (no sections) is one part without a label.
    """
    if text is not None:
        return text, [(0, len(text), "")]
    parts, at = [(0, len(title or ""), "TITLE")], len(title or "")
    pieces = [title or ""]
    for label, body in sections:
        parts.append((at + 1, at + 1 + len(body), label))
        at += 1 + len(body)
        pieces.append(body)
    return "\n".join(pieces), parts


def open_reader(text: str, spans: list[tuple[int, int, str]]) -> Reader:
    """Tokenise a text, find its figures, give each sentence its role."""
    doc = read_document(text, spans)
    roles = [
        "title" if s.section == 0 and doc.labels[0] == "TITLE" else role(doc.labels[s.section]) for s in doc.sentences
    ]
    if doc.sentences and not any(roles):
        _inline_roles(doc.text, [(s.start, s.end) for s in doc.sentences], roles)
    return Reader(doc, find_expressions(doc), roles)


def _inline_roles(text: str, spans: list[tuple[int, int]], roles: list[str]) -> None:
    """Roles from labels printed inside an unstructured abstract ("METHODS: ...")."""
    current = ""
    for i, (start, end) in enumerate(spans):
        head = text[start : min(end, start + 40)]
        label = head.split(":", 1)[0] if ":" in head else ""
        if label and label.isupper():
            current = role(label)
        roles[i] = current
