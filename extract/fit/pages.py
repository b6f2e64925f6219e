"""What the deciders of names and groups learn from: texts with the figures whose name and group are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.features import Reader
from extract.fit.align import Example
from extract.fit.kinds import label_of
from extract.fit.trials import Sentence
from extract.groups import Group
from extract.names import Beliefs, Layout, layout
from extract.phrases import Phrase

Pair = tuple[list[list[str]], list[bool]]  # the features of the candidates of one figure, and which are right
NAMELESS = ("participants", "age", "sex", "smoking", "dose", "follow-up")


@dataclass(slots=True)
class Page:
    """An abstract or a sentence to learn from: its groups, and (figure, class, names) and (figure, class, group).

    `beliefs`, `found` and `named` are filled on the way, by deciders that have not seen the page.
    """

    reader: Reader
    plans: dict[int, Layout]
    arms: set[str]
    names: list[tuple[int, str, list[str]]] = field(default_factory=list)
    groups: list[tuple[int, str, str]] = field(default_factory=list)
    beliefs: Beliefs = field(default_factory=dict)
    found: list[Group] = field(default_factory=list)
    named: dict[int, Phrase] = field(default_factory=dict)


def read_pages(examples: list[Example], sentences: list[Sentence]) -> list[Page]:
    """Abstracts and sentences as pages."""
    pages = [
        Page(
            e.reader,
            {s: layout(e.reader, s) for s in range(len(e.reader.doc.sentences))},
            {f["group"] for f in e.findings if f["group"] != "all"},
        )
        for e in examples
    ]
    for page, example in zip(pages, examples, strict=True):
        for i, findings in enumerate(example.gold):
            if not findings or example.reader.figures[i].form in ("sd", "se"):
                continue
            kind, _, name = findings[0]["measure"].partition(":")
            page.groups.append((i, label_of(findings), findings[0]["group"]))
            if kind not in NAMELESS:
                page.names.append((i, kind, [name]))
    pages += [Page(s.reader, s.plans, s.arms, s.names, s.groups) for s in sentences]
    return pages


def add_list(lists: list[Pair], fits: list[float], rows: list[list[str]], near: float = 0.01) -> None:
    """Add a list of candidates where one is near enough to what was annotated; within `near` of the best is right."""
    if fits and max(fits) >= 0.35:
        lists.append((rows, [fit >= max(fits) - near for fit in fits]))
