"""Phrases of a sentence: runs of content words, verbs and the words that join them, without a statistical parser.

Comes in: a document, one of its sentences and the figures in it. Goes out: atoms (typed runs of tokens) and candidate
phrases built from them, from which names and groups are chosen. Called by `extract.names` and `extract.groups`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from extract.resources import load
from extract.tokens import Document

JOINERS = frozenset("-‐–/'’+&.")


@dataclass(slots=True)
class Atom:
    """A run of tokens of one type: N content, V verb, A auxiliary, P preposition, D determiner, C conjunction,
    S sign, B bracket, F figure (its index in `figure`)."""

    type: str
    first: int
    last: int
    figure: int = -1


@cache
def word_classes() -> dict[str, str]:
    """Word -> type of the closed word classes."""
    data = load("grammar")
    table: dict[str, str] = {}
    for key, kind in (
        ("verbs", "V"),
        ("determiners", "D"),
        ("prepositions", "P"),
        ("conjunctions", "C"),
        ("auxiliaries", "A"),
    ):
        table.update((word, kind) for word in data[key])
    return table


@cache
def _is_adverb(word: str) -> bool:
    """Whether a word in -ly is an adverb: not "early", "elderly", "splenomegaly"."""
    data = load("grammar")
    return word not in data["no_adverbs"] and not word.endswith(tuple(data["no_adverb_endings"]))


@cache
def people_words() -> frozenset[str]:
    """Nouns that mean people."""
    return frozenset(load("grammar")["people"])


@cache
def thing_words() -> frozenset[str]:
    """Nouns for what is counted instead of people (lesions, eyes, admissions)."""
    return frozenset(load("grammar")["things"])


def atoms(
    doc: Document,
    first: int,
    last: int,
    figures: list[tuple[int, int, int]],
    passed: Mapping[int, int] = MappingProxyType({}),
) -> list[Atom]:
    """The atoms of tokens `first` to `last`; `figures` are (first token, last token, index), in order.

    `passed` are stretches that belong to a figure and are no atoms: first token -> the token behind the last.
    """
    out: list[Atom] = []
    classes = word_classes()
    figure = {start: (end, number) for start, end, number in figures}
    i = first
    while i < last:
        if i in passed:
            out.append(Atom("S", i, passed[i]))
            i = passed[i]
            continue
        if i in figure:
            end, number = figure[i]
            out.append(Atom("F", i, max(end, i + 1), number))
            i = max(end, i + 1)
            continue
        word, low = doc.words[i], doc.lower[i]
        if word in "()[]{}":
            out.append(Atom("B", i, i + 1))
        elif not word[0].isalnum():
            joined = (
                out
                and (out[-1].type == "N" or (out[-1].type == "D" and doc.lower[i - 1] == "no"))  # "the no-NIV group"
                and word in JOINERS
                and not doc.spaced(i)
                and i + 1 < last
                and not doc.spaced(i + 1)
                and (i + 1) not in figure
                and (doc.words[i + 1][0].isalnum())
            )
            if joined:
                out[-1].type, out[-1].last = "N", i + 2
                i += 2
                continue
            out.append(Atom("S", i, i + 1))
        else:
            kind = classes.get(low)
            if kind is None:
                kind = _open(doc, i, out)
            if kind == "V" and low.endswith(("ed", "en")) and i + 1 < last and _adjective(doc, i, out, classes):
                kind = "N"
            if kind == "N" and out and out[-1].type == "N":
                out[-1].last = i + 1
            else:
                out.append(Atom(kind, i, i + 1))
        i += 1
    return out


def _open(doc: Document, i: int, out: list[Atom]) -> str:
    """The type of a word of no closed class: a verb where its ending and the auxiliary before it say so."""
    low = doc.lower[i]
    if low.endswith("ed") and len(low) > 4 and out and out[-1].type == "A":
        return "V"
    if low.endswith("ly") and len(low) > 4 and _is_adverb(low):
        return "P"
    return "N"


def _adjective(doc: Document, i: int, out: list[Atom], classes: dict[str, str]) -> bool:
    """Whether a participle stands before its noun ("increased proteinuria", "the treated patients")."""
    after = doc.lower[i + 1]
    if not after[0].isalpha() or after in classes:
        return False
    before = out[-1].type if out else "S"
    return before in "DPCSVB" or (before == "A" and doc.lower[out[-1].first] in ("had", "has", "have", "having"))


@dataclass(slots=True)
class Phrase:
    """A candidate phrase: tokens, atoms `a` to `b` (exclusive) of the sentence, number of content atoms in it."""

    first: int
    last: int
    a: int
    b: int
    heads: int
    label: str | None = None  # where the words printed are not the label ("B" in "groups A and B")


def candidates(parts: list[Atom], longest: int = 4, negative: Callable[[int], bool] | None = None) -> list[Phrase]:
    """All phrases that begin with content or a verb and end with content, over at most `longest` content atoms.

    `negative` tells whether a token denies what follows; such phrases are offered with and without that word.
    """
    out: list[Phrase] = []
    for i, start in enumerate(parts):
        if start.type not in "NV":
            continue
        heads = 0
        lead = (
            parts[i - 1]
            if i
            and negative is not None
            and parts[i - 1].last - parts[i - 1].first == 1
            and negative(parts[i - 1].first)
            and (start.type == "N" or parts[i - 1].type != "P")  # "17% without reached 7%" denies no reaching
            else None
        )
        for j in range(i, len(parts)):
            part = parts[j]
            if part.type in "SBFA":
                break
            if part.type == "V" and j > i and parts[j - 1].type in "N" and heads and start.type == "V":
                break
            if part.type == "N" or (part.type == "V" and j == i):
                heads += part.type == "N"
                if heads > longest:
                    break
                out.append(Phrase(start.first, part.last, i, j + 1, heads))
                if lead is not None:
                    out.append(Phrase(lead.first, part.last, i - 1, j + 1, heads))
    return out
