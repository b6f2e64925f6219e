"""Whose figure it is: the whole study population, an arm, or a subgroup named in the abstract.

The groups of a document are the phrases that the network takes for labels; for each figure it then chooses among them,
the phrases of the figure's own sentence, and "all". Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.arms import label_words, short_forms
from extract.features import Reader
from extract.layout import Layout
from extract.phrases import Phrase
from extract.similar import content
from extract.tokens import Document

GROUP_WORD = re.compile(r"\b(?:group|arm|cohort|subgroup|patients|recipients|controls?|placebo)s?\b", re.I)
# What calls everybody: "the entire cohort", "the group as a whole"; the annotators never took it for a group.
WHOLE = re.compile(
    r"(?:the\s+)?(?:(?:entire|whole|total|overall|full|combined|all)\s+(?:study\s+|patient\s+)?(?:group|cohort|population"
    r"|series|sample|study|patients|subjects|participants|cases)s?|(?:study|patient)\s+(?:population|cohort|sample)"
    r"|.*\bas\s+a\s+whole|overall|all)",
    re.I,
)
# The "study group" is everybody where nothing is said of others (25 abstracts, no exception).
STUDIED = re.compile(r"(?:the\s+)?(?:study|studied)\s+groups?(?:\s+(?:patients|subjects|participants))?", re.I)
OTHERS = re.compile(r"\b(?:controls?|placebo|comparison|comparator|reference|healthy|matched)\b", re.I)


def is_whole(label: str, text: str) -> bool:
    """Whether a label calls everybody in a record with this text."""
    if WHOLE.fullmatch(label) is not None:
        return True
    return STUDIED.fullmatch(label) is not None and OTHERS.search(text) is None


@dataclass(slots=True)
class Mention:
    """A phrase of a sentence that may be a group's label."""

    sentence: int
    phrase: Phrase
    text: str


@dataclass(slots=True)
class Group:
    """A group of a document: its label as first printed, how sure, its mentions by sentence."""

    label: str
    belief: float
    order: int
    mentions: list[Mention] = field(default_factory=list)


def short_form(doc: Document, text: str) -> bool:
    """Whether a label is a short form that the abstract defines in brackets, or looks like one."""
    return (
        len(text) <= 6
        and any(c.isupper() for c in text)
        and (f"({text})" in doc.text or f"({text}," in doc.text or text.isupper())
    )


def phrase_text(reader: Reader, phrase: Phrase) -> str:
    """A phrase as printed (or its label, in an enumeration)."""
    if phrase.label is not None:
        return phrase.label
    return reader.doc.text[reader.doc.starts[phrase.first] : reader.doc.ends[phrase.last - 1]]


@dataclass(slots=True)
class Label:
    """A phrase of the document with all its mentions: `numbers` index the phrases of the document in order."""

    text: str
    mentions: list[Mention]
    numbers: list[int]


def labels(reader: Reader, plans: dict[int, Layout]) -> list[Label]:
    """All phrases of a document that could be a group's label, each with its mentions (alike but for empty words)."""
    rows: dict[frozenset[str], Label] = {}
    number = 0
    for s, plan in plans.items():
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase)
            words = label_words(text)
            if words:
                if (row := rows.get(words)) is None:
                    row = rows[words] = Label(text, [], [])
                row.mentions.append(Mention(s, phrase, text))
                row.numbers.append(number)
            number += 1
    return list(rows.values())


def label_counts(doc: Document, label: Label) -> tuple[int, ...]:
    """What the network is told of a label besides its words: mentions, sentences, in the title, a word for people
    under study, a short form, its length."""
    sentences = {m.sentence for m in label.mentions}
    return (
        min(len(label.mentions), 5),
        min(len(sentences), 3),
        int(0 in sentences),
        int(bool(GROUP_WORD.search(label.text))),
        int(short_form(doc, label.text)),
        min(len(label_words(label.text)), 5),
    )


def joined(doc: Document, found: list[tuple[Label, float]]) -> list[tuple[Label, float]]:
    """Labels with the short forms that the abstract defines for them ("oral prednisolone (OP)") as one."""
    alias = {content(long): content(short) for short, long in short_forms(doc.text).items()}
    if not alias:
        return found
    rows: dict[frozenset[str], tuple[Label, float]] = {}
    for label, belief in found:
        words = label_words(label.text)
        words = alias.get(words, words)
        if words in rows:
            first, before = rows[words]
            mentions = sorted([*first.mentions, *label.mentions], key=lambda m: (m.sentence, m.phrase.first))
            rows[words] = Label(mentions[0].text, mentions, first.numbers + label.numbers), max(before, belief)
        else:
            rows[words] = label, belief
    return list(rows.values())


def gather(found: list[tuple[Label, float]], least: float = 0.2, most: int = 14) -> list[Group]:
    """The believed labels as groups, in order of first mention."""
    chosen = sorted(found, key=lambda r: (-r[1], r[0].mentions[0].sentence, r[0].mentions[0].phrase.first))[:most]
    groups = [Group(label.text, belief, 0, label.mentions) for label, belief in chosen if belief >= least]
    groups.sort(key=lambda g: min((m.sentence, m.phrase.first) for m in g.mentions))
    for order, group in enumerate(groups):
        group.order = order
    return groups


def lift(belief: float) -> float:
    """A label's belief with the odds raised six times: groups are rare, but a missed arm costs more than a guess."""
    return 6 * belief / (1 + 5 * belief)
