"""Whom a review is about: its disease, under the name it mostly uses, and the abbreviations it defines.

Comes in: the prose of the review. Goes out: a `Population`, the default group of its claims. Called by
`reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DEFINED = re.compile(
    r"\(\s*(?:also called |also known as "
    r"|abbreviated )?(?P<short>[A-Z][A-Za-z]{0,3}[A-Z][A-Za-z0-9-]{0,4})s?\s*[;,)]"
)
WORD = r"[A-Za-zÀ-ÿ][\w’'-]*(?:[–-][A-Za-zÀ-ÿ][\w’'-]*)*"
# Words and endings by which a disease's name is known (the endings are those of medical terminology at large).
DISEASE = re.compile(
    r"(?:itis|oma|osis|emia|aemia|opathy|pathy|iasis|trophy|plegia|penia|philia|algia|pneumonia"
    r"|disease|syndrome|"
    r"disorder|infection|fever|failure|cancer|carcinoma|stroke|hemorrhage|embolism|thrombosis"
    r"|diabetes|asthma|"
    r"epilepsy|migraine|palsy|sepsis|shock|injury|tuberculosis|fibrosis|arrhythmia|fibrillation"
    r"|aneurysm|"
    r"rheumatica|gravis|erythematosus|gout|pressure|hypertension|malaria|anthrax|dissection)$",
    re.I,
)
TITLE = 150  # a first paragraph shorter than this is the title


@cache
def _lists() -> dict[str, frozenset[str]]:
    data = tomllib.loads((Path(__file__).parent / "data" / "population.toml").read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in data.items()}


@dataclass(slots=True)
class Population:
    """`name`: the disease as mostly written; `names`: all its names, longest first; `defined`: all short forms."""

    name: str
    names: list[str] = field(default_factory=list)
    defined: dict[str, str] = field(default_factory=dict)

    def is_disease(self, phrase: str) -> bool:
        """Whether a phrase names the review's disease itself."""
        plain = re.sub(r"^(?:the|a|an)\s+", "", phrase.strip().casefold())
        return plain in {"disease", "the disease", "condition", "disorder", "illness"} or any(
            plain == name.casefold() or plain == name.casefold() + "s" for name in self.names
        )


def long_form(before: str, short: str) -> str | None:
    """The words before `(SHORT)` that the short form stands for, or None (after Schwartz & Hearst 2003)."""
    words = list(re.finditer(WORD, before))[-(len(short) + 4) :]
    letters = [char for char in short.lower() if char.isalpha()]
    pieces = [
        (m.start() + part.start(), part[0].lower()) for m in words for part in re.finditer(r"[^\W\d_’'–-]+", m[0])
    ]
    at, index = len(letters) - 1, len(pieces) - 1
    first = None
    while at >= 0 and index >= 0:
        if pieces[index][1][0] == letters[at]:
            first = pieces[index][0]
            at -= 1
        elif at > 0 and letters[at] in pieces[index][1][1:] and pieces[index][1][0] == letters[at - 1] and at >= 1:
            first = pieces[index][0]
            at -= 2
        elif pieces[index][1] not in _lists()["not_first"] and len(pieces) - index > len(letters) + 2:
            return None
        index -= 1
    if at >= 0 or first is None:
        return None
    return " ".join(before[first:].split())


def find_population(paragraphs: list[str], heading: str = "") -> Population:
    """The disease of a review from its prose, by definitions, endings and frequency; `heading`: its first."""
    text = "\n".join([heading, *paragraphs])
    defined: dict[str, str] = {}
    for m in DEFINED.finditer(text):
        full = long_form(text[max(0, m.start() - 120) : m.start()].rsplit("\n", 1)[-1].rstrip(), m["short"])
        if full and m["short"] not in defined:
            defined[m["short"]] = full
    head = text[:3000]
    counts: dict[str, float] = Counter()  # type: ignore[assignment]
    for short, full in defined.items():
        if short in _lists()["never"] or (not DISEASE.search(full.rstrip("s")) and not DISEASE.search(full)):
            continue
        uses = len(re.findall(rf"\b{re.escape(short)}s?\b", text))
        spelled = len(re.findall(re.escape(full), text, re.I))
        weight = 1.5 if full.casefold() in head.casefold() else 0.5
        counts[short] += uses * weight
        counts[full.casefold()] += spelled * weight
    for phrase, number in _phrases(text, head).items():
        counts[phrase] = max(counts[phrase], number)
    for generic in _lists()["generic"]:
        counts.pop(generic, None)
    title = heading.casefold() + (paragraphs[0].casefold() if paragraphs and len(paragraphs[0]) < TITLE else "")
    for name in counts:
        if name.casefold() in title:
            counts[name] = counts[name] * 3 // 2
    if not counts or not max(counts.values()):
        return Population("all", [], defined)
    best = max(counts.values())
    name = min((n for n, c in counts.items() if c == best), key=lambda n: (text.casefold().find(n.casefold()), len(n)))
    names = {name}
    for short, full in defined.items():
        if name in (short, full.casefold()):
            names |= {short, full.casefold()}
    if name in defined:
        pass
    else:  # a longer name that ends in the name: `cryptogenic X` of X
        names |= {n for n in counts if n.endswith(" " + name) and counts[n] > 0.3 * best}
    return Population(name, sorted(names, key=len, reverse=True), defined)


def _phrases(text: str, head: str) -> Counter[str]:
    """Phrases of one to four words that end like a disease's name and stand in the review's head, with their counts."""
    seen: Counter[str] = Counter()
    lower = head.casefold()
    words = list(re.finditer(WORD, lower))
    for end, word in enumerate(words):
        if not DISEASE.search(word[0]):
            continue
        for size in (1, 2, 3, 4):
            begin = end - size + 1
            if begin < 0:
                break
            piece = lower[words[begin].start() : word.end()]
            if words[begin][0] in _lists()["not_first"] or re.search(r"[^\w’' –-]", piece):
                break
            seen[piece] += 1
    body = text.casefold()
    counts: Counter[str] = Counter()
    for phrase, times in seen.items():
        if times >= 1:
            counts[phrase] = len(re.findall(rf"\b{re.escape(phrase)}\b", body))
    # the longest phrase of those that are nearly as frequent: "pneumonia" is always "organizing pneumonia"
    for phrase in sorted(counts, key=len):
        if any(other.endswith(" " + phrase) and counts[other] >= 0.6 * counts[phrase] for other in counts):
            counts[phrase] = 0
    return counts
