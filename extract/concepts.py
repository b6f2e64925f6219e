"""Concepts: what a measure's printed name means, whatever words were printed for it.

Phenotypes (symptoms, signs, findings, diseases) become ids of the Human Phenotype Ontology, drugs the name of their
substance, outcomes their standard names; the printed words stay in the finding's measure. Lookups are exact on
normalised names: no concept is better than a wrong one. Called by `extract.extras`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from extract.abbreviations import abbreviations
from extract.finding import Finding
from extract.resources import load
from extract.wording import singular

SHORT = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,6}")
WORD = re.compile(r"[^\W_]+")
EMPTY = frozenset(
    ["a", "an", "the", "of", "in", "with", "and", "to", "for", "on", "at", "patients", "patient", "presence", "any"]
)
BRITISH = (
    ("aemi", "emi"),
    ("aemo", "emo"),
    ("haem", "hem"),
    ("oedem", "edem"),
    ("oesoph", "esoph"),
    ("rrhoea", "rrhea"),
    ("pnoea", "pnea"),
    ("anaes", "anes"),
    ("paed", "ped"),
    ("leuc", "leuk"),
    ("tumour", "tumor"),
    ("foet", "fet"),
    ("isation", "ization"),
    ("ysing", "yzing"),
)


@lru_cache(maxsize=50000)
def key(name: str) -> str:
    """The normalised form of a name: lower case, American spelling, singular, no empty words, words sorted."""
    words = []
    for word in WORD.findall(name.lower()):
        if word in EMPTY:
            continue
        for british, american in BRITISH:
            word = word.replace(british, american)
        words.append(singular(word))
    return " ".join(sorted(words))


@cache
def _phenotypes() -> dict[str, str]:
    """Key -> id of the phenotype."""
    text = (resources.files("extract") / "data" / "phenotypes.tsv").read_text(encoding="utf-8")
    table: dict[str, str] = {}
    for line in text.splitlines()[1:]:
        term, keys = line.split("\t")
        for words in keys.split("|"):
            table[words] = f"HP:{term}"
    for preferred, others in load("concepts")["phenotypes"]["synonyms"].items():
        term = table.get(key(preferred), preferred)
        for words in (preferred, *others):
            table.setdefault(key(words), term)
    return table


@cache
def _groups(kind: str) -> dict[str, str]:
    """Key -> standard name, of outcomes or of groups of drugs."""
    data = load("concepts")
    groups = data["outcomes"] if kind == "outcomes" else data["drugs"]["groups"]
    return {key(words): preferred for preferred, others in groups.items() for words in (preferred, *others)}


@cache
def _substances() -> dict[str, str]:
    text = (resources.files("extract") / "data" / "drugs.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


@cache
def _classes() -> tuple[frozenset[str], frozenset[str]]:
    data = load("concepts")
    return frozenset(data["phenotypes"]["classes"]), frozenset(data["drugs"]["classes"])


def phenotype(name: str) -> str | None:
    """The id of a phenotype in the Human Phenotype Ontology, such as "HP:0002094", or None."""
    return _phenotypes().get(key(name))


def substance(name: str) -> str | None:
    """The substance or the group of drugs that a name means; None where it names none or several substances."""
    group = _groups("drugs").get(key(name))
    if group:
        return group
    table = _substances()
    found = {table[word] for word in WORD.findall(name.lower()) if word in table}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=20000)
def concept(measure_class: str, name: str) -> str | None:
    """The concept of a name in a measure's class: a phenotype's id, a substance or an outcome; None if not known."""
    if not name:
        return None
    phenotypes, drugs = _classes()
    if measure_class == "outcome" and (standard := _groups("outcomes").get(key(name))):
        return standard
    if measure_class in drugs and (found := substance(name)):
        return found
    if measure_class in phenotypes:
        return phenotype(name)
    return None


def add_concepts(findings: list[Finding], text: str = "") -> None:
    """Fill `concept` of every finding whose name means something known; a dose's is its drug.

    A name that is a short form is looked up by the words for which the record's `text` says it stands.
    """
    short: list[tuple[Finding, str, str]] = []
    for finding in findings:
        measure_class, _, name = finding.measure.partition(":")
        words = (finding.drug or "") if measure_class == "dose" else name
        finding.concept = concept(measure_class, words)
        if finding.concept is None and SHORT.fullmatch(words):
            short.append((finding, measure_class, words))
    if not short:
        return
    longs = {
        key(form): long for form, long in abbreviations(text, only={words.lower() for _, _, words in short}).items()
    }
    for finding, measure_class, words in short:
        finding.concept = concept(measure_class, longs.get(key(words), ""))
