"""Whose figure it is: a group's label set against the population and the people at risk that a claim is about.

In: labels as studies print them, the review's population terms. Out: `Who`. Called by reports.evidence. The population
is any object with the fields of `pipeline.review.Population`; words come from `data/groups.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from reports.measures import singular, treatment_class, words


class Terms(Protocol):
    """Names of one kind of people; `abbreviations` are matched with their capitals."""

    @property
    def label(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def abbreviations(self) -> Sequence[str]: ...


class Population(Protocol):
    """Tier 1 (`core`, and `loose` names for it), the wider tier 2, and the terms of other people."""

    @property
    def core(self) -> Terms: ...
    @property
    def loose(self) -> Terms | None: ...
    @property
    def wider(self) -> Terms | None: ...
    @property
    def others(self) -> Terms | None: ...


WHOLE, PART, WIDER, OTHER = "whole", "part", "wider", "other"


@dataclass(frozen=True, slots=True)
class Who:
    """The people behind a figure, as seen from a claim's population.

    `role`: WHOLE (all of that population in the study), PART (some of them), WIDER (people of several kinds, or of
    the wider tier), OTHER (other people). `tags`: names of people at risk that the label shows; `treatment`: the class
    of treatment it names; `by_outcome`: the group was defined by its outcome; `named`: it names the population.
    """

    role: str
    label: str
    tags: frozenset[str] = frozenset()
    treatment: str | None = None
    by_outcome: bool = False
    named: bool = False


@cache
def _settings() -> dict[str, Any]:
    return tomllib.loads(files("reports").joinpath("data/groups.toml").read_text(encoding="utf-8"))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(singular(word) for word in _settings()[name])


@cache
def at_risk_words(name: str) -> frozenset[str]:
    """The words of a label that show the people at risk called `name`; its own words where none are listed."""
    listed = _settings()["at_risk"].get(name.lower())
    return frozenset(singular(w) for w in listed) if listed else frozenset(words(name))


@dataclass(frozen=True, slots=True)
class _Hit:
    kind: str
    start: int
    end: int
    negated: bool


class Target:
    """The population that a claim is about, and how the labels of one review stand to it."""

    def __init__(self, population: Population, name: str = "") -> None:
        self.population = population
        self.kinds = {
            kind: terms
            for kind in ("core", "loose", "wider", "others")
            if (terms := getattr(population, kind, None)) is not None
        }
        self.kind = self._kind_of(name)
        self.name = name or population.core.label
        self._cache: dict[str, tuple[str, Who]] = {}

    @property
    def core(self) -> bool:
        """Whether the claim is about the review's own population."""
        return self.kind == "core"

    def _kind_of(self, name: str) -> str:
        if not name:
            return "core"
        wanted = words(name)
        for kind, terms in self.kinds.items():
            if wanted in {words(term) for term in (terms.label, *terms.names, *terms.abbreviations)}:
                return "core" if kind == "loose" else kind
        return "named"

    def whole_record(self, title: str, tier: int | None) -> bool:
        """Whether a record as a whole is about the target."""
        if self.kind == "core":
            return tier == 1
        if self.kind == "wider":
            return tier in (1, 2)
        if self.kind == "others":
            return tier != 1 and any(hit.kind == "others" for hit in self._hits(title))
        return set(words(self.name)) <= set(words(title))

    def who(self, label: str, whole_record: bool) -> Who:
        """Whose figure a group of this label in such a record is."""
        if label not in self._cache:
            self._cache[label] = self._read(label)
        relation, who = self._cache[label]
        if relation != "unnamed":
            return who
        role = who.role if whole_record else WIDER
        return Who(role, who.label, who.tags, who.treatment, who.by_outcome)

    def _read(self, label: str) -> tuple[str, Who]:
        inner = re.findall(r"\(([^()]*)\)", label)
        # `without associated disease (idiopathic)`: what the bracket says counts if it names a population
        for text in (*inner, re.sub(r"\([^()]*\)", " ", label), label):
            hits = self._hits(text)
            if hits:
                return "named", self._named(label, text, hits)
        rest = self._rest(label, [])
        return "unnamed", self._described(WHOLE if not rest else PART, label, rest)

    def _named(self, label: str, text: str, hits: list[_Hit]) -> Who:
        rest = self._rest(text, hits)
        if any(hit.negated for hit in hits):
            return self._described(OTHER, label, rest)
        kinds = {"core" if hit.kind == "loose" else hit.kind for hit in hits}
        if self.kind not in kinds:
            # the review's own population is part of a wider target
            if self.kind == "wider" and kinds <= {"core", "others"}:
                return self._described(PART if len(kinds) == 1 else WHOLE, label, rest, named=True)
            return self._described(WIDER if "wider" in kinds else OTHER, label, rest)
        if len(kinds) > 1:
            return self._described(WIDER, label, rest)
        return self._described(PART if rest else WHOLE, label, rest, named=True)

    def _rest(self, text: str, hits: list[_Hit]) -> frozenset[str]:
        tokens = words(text)
        taken = {i for hit in hits for i in range(hit.start, hit.end)}
        return frozenset(word for i, word in enumerate(tokens) if i not in taken and word not in _set("whole"))

    def _described(self, role: str, label: str, rest: frozenset[str], named: bool = False) -> Who:
        treatment = treatment_class(" ".join(rest))
        tags = {name for name in _settings()["at_risk"] if rest & at_risk_words(name)}
        if treatment:
            tags.add("treated")
        if rest & _set("negations") and "treated" in tags:
            tags = (tags - {"treated"}) | {"untreated"}
        if "untreated" in tags:
            tags -= {"treated"}
        return Who(role, label, frozenset(tags), treatment, bool(rest & _set("outcome")), named)

    def _hits(self, text: str) -> list[_Hit]:
        """Where the text names one of the kinds of people; longer names win over shorter ones inside them."""
        raw = re.findall(r"[^\W_]+", text)
        tokens = words(text)
        found: list[_Hit] = []
        for kind, terms in self.kinds.items():
            for name in terms.names:
                found.extend(self._at(kind, words(name), tokens))
            for name in terms.abbreviations:
                parts = tuple(re.findall(r"[^\W_]+", name))
                exact = [i for i in range(len(raw)) if tuple(raw[i : i + len(parts)]) == parts]
                # tokens and raw words go in step except where accents or brackets split a word
                if len(raw) == len(tokens):
                    found.extend(_Hit(kind, i, i + len(parts), self._negated(tokens, i)) for i in exact)
        found.sort(key=lambda hit: (hit.start - hit.end, hit.start, hit.kind))
        kept: list[_Hit] = []
        for hit in found:
            if all(hit.end <= other.start or other.end <= hit.start for other in kept):
                kept.append(hit)
        return kept

    def _at(self, kind: str, name: tuple[str, ...], tokens: tuple[str, ...]) -> Iterable[_Hit]:
        for i in range(len(tokens) - len(name) + 1):
            if name and tokens[i : i + len(name)] == name:
                yield _Hit(kind, i, i + len(name), self._negated(tokens, i))

    @staticmethod
    def _negated(tokens: tuple[str, ...], start: int) -> bool:
        return start > 0 and tokens[start - 1] in _set("negations")


def at_risk(who: Who, name: str, treatment: str | None = None) -> bool:
    """Whether these people are the ones at risk called `name`; `treatment` narrows the treated to one class."""
    if name == "all":
        return who.role == WHOLE
    if who.role not in (WHOLE, PART):
        return False
    if name in who.tags:
        return name != "treated" or treatment is None or who.treatment in (None, treatment)
    return bool(set(words(who.label)) & at_risk_words(name)) if name not in _settings()["at_risk"] else False
