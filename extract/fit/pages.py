"""What is learned of names and groups: texts with the figures whose name and group are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from extract.features import Reader
from extract.fit.align import Example
from extract.fit.kinds import label_of
from extract.fit.trials import Sentence
from extract.groups import Group
from extract.layout import Layout, layouts
from extract.names import Beliefs
from extract.similar import overlap, same

LEAST = 0.35  # a figure none of whose candidates fits the annotation this well teaches nothing
NAMELESS = ("participants", "age", "sex", "smoking", "dose", "follow-up")


@dataclass(slots=True)
class Page:
    """An abstract or a sentence to learn from: its groups, and (figure, class, names) and (figure, class, group).

    `beliefs` and `found` are filled on the way, by a decider that has not seen the page.
    """

    reader: Reader
    plans: dict[int, Layout]
    arms: set[str]
    names: list[tuple[int, str, list[str]]] = field(default_factory=list)
    groups: list[tuple[int, str, str]] = field(default_factory=list)
    beliefs: Beliefs = field(default_factory=dict)
    found: list[Group] = field(default_factory=list)


def read_pages(examples: list[Example], sentences: list[Sentence]) -> list[Page]:
    """Abstracts and sentences as pages."""
    pages = [
        Page(
            e.reader,
            layouts(e.reader),
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


def name_fit(names: list[str], name: str) -> float:
    """How well a name, as it would be written, says one of the annotated names (0-1.2)."""
    return max(overlap(n, name) + 0.2 * same(n, name) for n in names)


def group_fit(gold: str, label: str) -> float:
    """How well a candidate says the annotated group (0-1.2)."""
    if gold == "all" or label == "all":
        return float(gold == label)
    return overlap(gold, label) + 0.2 * same(gold, label)
