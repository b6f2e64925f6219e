"""Signs around a phrase that it is a group of the study: allocation, comparison, a size in brackets, "group".

Comes in: a document's text. Goes out: for every place where a phrase begins or ends, what stands before or behind it,
as few kinds; and the short forms that the abstract defines. The kinds are features of `extract.groups` and decide
nothing alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from extract.phrases import Phrase
from extract.similar import content
from extract.tokens import Document

# What may stand before a group's label; the first that matches the words just before the phrase counts.
SKIP = r"(?:\s+(?:the|an?|either|both|only|all|those|other|oral|intravenous|standard|conventional|additional))*\s*$"
BEFORE = [
    (
        "random",
        r"\b(?:randomi[sz]ed|randomly\s+\w+|randomi[sz]ation|allocated|assigned|divided|classified|stratified|categori[sz]ed|grouped|separated)\b"
        r"[^.;()]{0,40}?\b(?:to|into|as|by|either)"
        r"(?:\s+(?:receive|undergo|receiving|have|take|one of|two|three|four|groups?|arms?|treatment|with|of))*\s*:?",
    ),
    (
        "than",
        r"\bthan(?:\s+(?:in|with|for|on|after|among|those|of|patients|subjects|did|the|who|were|receiving|given|treated|was|at|women|men|children|that|did))*",
    ),
    (
        "versus",
        r"\b(?:versus|vs\.?|v\.?)(?:\s+(?:in|with|for|on|after|among|those|of|patients|subjects|the|receiving))*",
    ),
    (
        "compared",
        r"\b(?:compared?|comparing|comparison|relative|opposed|similar|superior|inferior|equivalent|comparable)\s+(?:with|to|of)(?:\s+(?:in|with|on|those|of|patients|subjects|the|who|receiving|given|treated|that|for))*",
    ),
    ("between", r"\bbetween(?:\s+(?:the|patients|those|subjects|with))*"),
    (
        "given",
        r"\b(?:treated\s+(?:with|by)|receiv(?:ing|ed|e)|given|taking|took|under(?:going|went)|administered|on|using|exposed\s+to)",
    ),
    (
        "without",
        r"\b(?:patients?|subjects?|those|women|men|children|individuals|participants?|cases|infants|people|adults|group|with\s+(?:or|and))\s+without",
    ),
    (
        "peoplewith",
        r"\b(?:patients?|subjects?|those|women|men|children|individuals|participants?|cases|infants|people|adults|group|survivors|girls|boys|mothers)\s+(?:with|having)",
    ),
    (
        "who",
        r"\b(?:patients?|subjects?|those|women|men|children|individuals|participants?|cases|infants|people|adults|group|mothers)\s+(?:who|whose|that)(?:\s+(?:had|were|have|received|underwent|did|developed|was))*",
    ),
    (
        "peopleprep",
        r"\b(?:patients?|subjects?|those|women|men|children|individuals|participants?|cases|infants|people|adults|group|mothers)\s+(?:in|on|of|from|aged|under|after|by)",
    ),
    ("ofwhom", r"\b(?:of\s+(?:whom|which|these|them|those)|the\s+remaining|the\s+other|others)\b[^.;]{0,25}"),
    ("label", r"\b(?:group|arm|cohort|groups|arms)s?"),
    (
        "people",
        r"\b(?:patients?|subjects?|those|women|men|children|individuals|participants?|cases|infants|people|adults)(?:\s+(?:had|were|was|have|received|underwent|developed))?",
    ),
    ("in", r"\b(?:in|for|among|amongst|with|of|on|after|at|within|from|by|to)"),
    ("or", r"\b(?:or|and)(?:\s+(?:in|with|for|of|on|to|from))?"),
    ("had", r"\b(?:had|were|was|have)"),
]
BEFORE_RE = [(name, re.compile(pattern + SKIP, re.I)) for name, pattern in BEFORE]
AFTER = [
    (
        "sized",
        r"\s*(?:groups?|arms?|patients|subjects|cohort|cases)?\s*[(\[]\s*(?:[A-Z]{2,6}\s*[,;:]\s*)?n\s*=|\s*,\s*n\s*=|\s*[(\[]\s*\d+\s+(?:patients|subjects|cases|women|men|children|participants)",
    ),
    ("group", r"\s*-?\s*(?:treated\s+|treatment\s+)?(?:groups?|arms?|cohorts?|recipients|subgroups?)\b"),
    (
        "patients",
        r"\s+(?:treated\s+)?(?:patients?|subjects|participants|women|men|children|individuals|cases|infants|users|survivors|controls)\b",
    ),
    ("groups", r"\s*(?:,|and|or|&)\s*[\w+/-]+\s+(?:groups|arms|patients|subjects|cohorts)\b"),
    ("versus", r"\s*(?:[(\[][^()\[\]]{0,40}[)\]]\s*)?,?\s*(?:versus|vs\.?|v\.?|compared\s+(?:with|to)|or|than)\b"),
    ("and", r"\s*(?:[(\[][^()\[\]]{0,40}[)\]]\s*)?,?\s*(?:and|&)\b"),
    ("respectively", r"\s*,?\s*respectively"),
    ("figure", r"\s*[(\[,:=]?\s*(?:n\s*=\s*)?[<>≤≥]?\d"),
    ("bracket", r"\s*[(\[]"),
    ("close", r"\s*[)\]]"),
    ("comma", r"\s*,"),
    ("stop", r"\s*[.;:]"),
    (
        "verb",
        r"\s+(?:was|were|had|showed|did|has|have|experienced|received|developed|reported|demonstrated|improved|achieved|required|underwent)\b",
    ),
]
AFTER_RE = [(name, re.compile(pattern, re.I)) for name, pattern in AFTER]
JOINING = frozenset({"and", "of", "the", "for", "in", "with", "to", "or", "by", "on"})  # give a short form no letter
SHORT = re.compile(r"[(\[]\s*([A-Z][A-Za-z0-9+/-]{0,7})\s*[)\],;]")
RECEIVING = re.compile(
    r"^(?:(?:the|an?|patients?|subjects?|those|who|were|was|had|have|received|receiving|treated|treatment|with|given|taking|on|allocated|assigned|randomi[sz]ed|to|receive|in|underwent|undergoing|therapy)\s+)+",
    re.I,
)


def before(doc: Document, first: int, low: int) -> str:
    """What stands before the token `first` in its sentence (from token `low`)."""
    if first <= low:
        return "start"
    end = doc.starts[first]
    window = doc.text[max(doc.starts[low], end - 90) : end]
    if window.rstrip().endswith(("(", "[")):
        return "open"
    for name, pattern in BEFORE_RE:
        if pattern.search(window):
            return name
    last = doc.words[first - 1]
    return "sign" if not last[0].isalnum() else "digit" if last[0].isdigit() else "-"


def after(doc: Document, last: int) -> str:
    """What stands behind the token before `last`."""
    at = doc.ends[last - 1]
    for name, pattern in AFTER_RE:
        if pattern.match(doc.text, at, at + 70):
            return name
    return "-"


def marks(doc: Document, phrases: list[Phrase], low: int) -> tuple[dict[int, str], dict[int, str]]:
    """What stands before and behind each phrase of a sentence from the token `low`, by its first and its last token."""
    leads = {t: before(doc, t, low) for t in {p.first for p in phrases}}
    return leads, {t: after(doc, t) for t in {p.last for p in phrases}}


def short_forms(text: str) -> dict[str, str]:
    """Short form -> the words it stands for, lower case, where its letters begin words just before the bracket."""
    out: dict[str, str] = {}
    for match in SHORT.finditer(text):
        short = match.group(1)
        letters = [c.lower() for c in short if c.isalpha()]
        if len(letters) < 2 or short in out:
            continue
        words = list(re.finditer(r"[A-Za-z0-9]+", text[max(0, match.start() - 90) : match.start()]))
        at = max(0, match.start() - 90)
        for k in range(min(len(words), len(letters) + 3), 0, -1):
            tail = words[-k:]
            if tail[0].group()[0].lower() == letters[0] and _spelt(letters, [w.group().lower() for w in tail]):
                out[short] = text[at + tail[0].start() : at + tail[-1].end()].lower()
                break
    return out


def _spelt(letters: list[str], words: list[str]) -> bool:
    """Whether the letters can be read off the words in order, each word giving at least its first letter or none."""
    i = 0
    used = 0
    words = [word for word in words if word not in JOINING] or words
    for word in words:
        if i < len(letters) and word[0] == letters[i]:
            used += 1
            i += 1
            for ch in word[1:]:
                if i < len(letters) and ch == letters[i] and len(words) < len(letters):
                    i += 1
    return i == len(letters) and used >= len(words) - 2


def bare(label: str) -> str:
    """A label without the words that only say that it was given ("patients receiving X" is X)."""
    return RECEIVING.sub("", label) or label


@lru_cache(maxsize=20000)
def label_words(label: str) -> frozenset[str]:
    """The content words of a label without those that only say that it was given: what tells one group from another."""
    return content(bare(label))
