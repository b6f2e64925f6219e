"""Whether two measures are the same thing: names are compared by normalised words, never by substrings.

In: the measures of claims and findings (`class:name`). Out: how one stands to the other. Called by the modules that
choose evidence. Words come from `data/measures.toml`; a review may add names of its own.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

SAME, COMPLEMENT, WIDER, NARROWER, OTHER_TIME = "same", "complement", "wider", "narrower", "other time"

NUMBER_WORDS = {"one": "1", "two": "2", "three": "3", "five": "5", "six": "6", "ten": "10", "twelve": "12"}
TIME_POINT = re.compile(r"(?:(?:at|within|after)\s+)?\b(\d+)[\s-]?(year|month|week|day|hour|yr|mo|wk)s?\b")
TIME_WORDS = {"yr": "year", "mo": "month", "wk": "week"}
IN_HOSPITAL = re.compile(r"\bin[\s-]hospital\b|\bduring hospitali[sz]ation\b")


@cache
def _settings() -> dict[str, Any]:
    return tomllib.loads(files("reports").joinpath("data/measures.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=50_000)  # a review asks for the same names again and again
def plain(text: str) -> str:
    """Lower case, American spelling, hyphens and punctuation to blanks; no accents."""
    text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"[^a-z0-9<>%]+", " ", text.replace("'s ", " ").replace("’s ", " ")).strip()
    for british, american in _settings()["spelling"].items():
        text = text.replace(british, american)
    return text


def singular(word: str) -> str:
    """The word without the ending of an English plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in order, normalised."""
    return tuple(singular(word) for word in plain(text).split())


def content(text: str) -> frozenset[str]:
    """The words that carry a name's meaning; all of them where none would be left."""
    kept = frozenset(word for word in words(text) if word not in _settings()["noise"])
    return kept or frozenset(words(text))


@dataclass(frozen=True, slots=True)
class Name:
    """A measure taken apart: class, content words, time point (`5 year`, `in hospital`), and whether it is negated."""

    kind: str
    words: frozenset[str]
    time: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of measures as one review uses them: the general ones and its own (name as printed -> measure).

    `people` are names of the population: `survival of COP` is survival (but `death from COP` is not death).
    """

    own: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    _names: dict[str, Name] = field(default_factory=dict, compare=False)

    def name(self, measure: str, condition: str | None = None) -> Name:
        """`measure` taken apart; an outcome's time point may stand in the claim's `condition` instead."""
        if measure not in self._names:
            self._names[measure] = self._parse(measure)
        found = self._names[measure]
        if condition and not found.time and found.kind == "outcome":
            _, point = _time_point(condition)
            return Name(found.kind, found.words, point, found.negated)
        return found

    def _parse(self, measure: str) -> Name:
        kind, _, raw = measure.partition(":")
        own = self.own.get(raw.lower().strip()) or self.own.get(measure.lower().strip())
        if own:
            new_kind, _, new_raw = own.rpartition(":")
            kind, raw = new_kind or kind, new_raw
        kind, raw = _class(kind), self._without_people(raw)
        rest, point = _time_point(raw) if kind == "outcome" else (raw, "")
        listed = _synonyms(kind)
        whole = content(rest)
        if whole in listed:
            return Name(kind, listed[whole], point)
        negations = set(_settings()["negations"])
        if whole & negations and whole - negations:
            bare = frozenset(whole - negations)
            return Name(kind, listed.get(bare, bare), point, True)
        return Name(kind, listed.get(whole, whole), point)

    def _without_people(self, raw: str) -> str:
        text = plain(raw)
        for name in sorted((plain(person) for person in self.people), key=len, reverse=True):
            shorter = re.sub(rf"\s+(?:of|in|for)\s+(?:patients? with\s+)?{re.escape(name)}$", "", text)
            if name and shorter != text:
                return shorter
        return raw

    def relation(self, claimed: Name, found: Name) -> str | None:
        """How a finding's name stands to a claim's.

        SAME, COMPLEMENT (its share is 100 % less), WIDER or NARROWER (fewer or more words than the claim's: shown,
        never used), OTHER_TIME (the same at another time point), or None for another thing.
        """
        if claimed.kind != found.kind:
            return None
        if claimed.words == found.words:
            if claimed.time != found.time:
                return OTHER_TIME
            return SAME if claimed.negated == found.negated else COMPLEMENT
        if _opposite(claimed) == (found.kind, found.words) and claimed.time == found.time:
            return COMPLEMENT if claimed.negated == found.negated else SAME
        if not claimed.words or not found.words:
            return None
        if claimed.words < found.words:
            return NARROWER
        return WIDER if found.words < claimed.words else None


def _class(kind: str) -> str:
    return "presence" if kind in _settings()["presence"] else kind


@cache
def _synonyms(kind: str) -> dict[frozenset[str], frozenset[str]]:
    table: dict[str, list[str]] = _settings()["synonyms"].get(kind, {})
    return {content(name): content(head) for head, names in table.items() for name in (head, *names)}


@cache
def _opposites() -> dict[tuple[str, frozenset[str]], tuple[str, frozenset[str]]]:
    def key(measure: str) -> tuple[str, frozenset[str]]:
        kind, _, raw = measure.partition(":")
        return _class(kind), content(raw)

    return {key(one): key(other) for one, other in _settings()["opposites"].items()}


def _opposite(name: Name) -> tuple[str, frozenset[str]] | None:
    return _opposites().get((name.kind, name.words))


def _time_point(raw: str) -> tuple[str, str]:
    text = raw.casefold()
    for word, digit in NUMBER_WORDS.items():
        text = re.sub(rf"\b{word}(?=[\s-](?:year|month|week|day))", digit, text)
    if IN_HOSPITAL.search(text):
        return IN_HOSPITAL.sub(" ", text), "in hospital"
    match = TIME_POINT.search(text)
    if not match:
        return raw, ""
    unit = TIME_WORDS.get(match[2], match[2])
    return text[: match.start()] + " " + text[match.end() :], f"{match[1]} {unit}"


def parts_of(measure: str) -> tuple[str, ...]:
    """The measures that add up to this one (former and current smokers are the ever smokers); empty for most."""
    return tuple(_settings()["sums"].get(measure, ()))


@cache
def treatment_class(text: str) -> str | None:
    """The class of treatment that a text names (`prednisone` -> `glucocorticoid`), or None."""
    present = set(words(text))
    for head, members in _settings()["treatments"].items():
        if present & {singular(plain(member)) for member in (head, *members)}:
            return str(head)
    return None


def same_drug(one: str, other: str) -> bool:
    """The same drug, an alias of it, or any of its class where one of the two is named by the class alone."""
    a, b = plain(one), plain(other)
    if a == b or any({a, b} <= set(alike) for alike in _settings()["same_amounts"]):
        return True
    named = treatment_class(one)
    general = {*_settings()["treatments"], *_settings()["class_names"]}
    return named is not None and named == treatment_class(other) and bool({a, b} & general)
