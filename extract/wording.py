"""The words of a finding: names in plain lower case, singular, without the number; group labels as printed.

Called by `extract.engine`.
"""

from __future__ import annotations

import re
from functools import lru_cache

FIXED = frozenset({"participants", "age", "dose", "follow-up"})
LEAD = re.compile(r"^(?:the|an?|of|in|with|any|some|most|their|his|her|its|other|had|was|were|have|has|been|total|overall)\s+", re.I)
SHARE = re.compile(
    r"^(?:(?:cumulative|crude|overall|observed|reported|actuarial|estimated|mean|annual|total|corresponding|respective|relative)\s+)*"
    r"(?:incidences?|rates?|frequenc(?:y|ies)|proportions?|percentages?|prevalences?|risks?|numbers?|occurrences?|episodes?|cases?|evidence|presence|probabilit(?:y|ies)|likelihood|development|history)\s+of\s+"
    r"(?:the\s+|an?\s+)?(?:(?:patients?|subjects?|participants?|women|men|children|individuals|people|cases)\s+(?:who\s+(?:had\s+|were\s+)?|with\s+|experiencing\s+|having\s+|reporting\s+|achieving\s+)?)?", re.I)
STANDARD = [
    (re.compile(r"^(?:died|deaths?|mortality(?: rates?)?|dead|fatalit(?:y|ies)|death rates?|case fatality(?: rates?)?|death occurred)$"), "death"),
    (re.compile(r"^(?:relapsed?|relapses|recurrences?|recurred|relapse rates?|recurrence rates?|disease recurrence|relapse occurred)$"), "relapse"),
    (re.compile(r"^(?:respon(?:se|ses|ded|ders?)|response rates?|responder rates?)$"), "response"),
    (re.compile(r"^(?:survived|survival(?: rates?)?|survivors?)$"), "survival"),
    (re.compile(r"^(?:remissions?|remission rates?)$"), "remission"),
    (re.compile(r"^(?:recover(?:y|ed)|cured?|cure rates?|recovery rates?)$"), "recovery"),
    (re.compile(r"^(?:complications?|complication rates?)$"), "complication"),
    (re.compile(r"^(?:adverse (?:events?|effects?|reactions?)|side[- ]effects?|toxicit(?:y|ies)|adverse event rates?)$"), "adverse event"),
    (re.compile(r"^(?:readmi(?:ssions?|tted)|readmission rates?)$"), "readmission"),
    (re.compile(r"^(?:reoperat(?:ions?|ed)|reoperation rates?)$"), "reoperation"),
]
KEEP_S = frozenset("diabetes series pancreatitis sepsis ascites rabies herpes measles mumps lens stasis abscess ptosis status varices thrombosis diagnosis species".split())


def fixed_measure(kind: str) -> str | None:
    """The measure of a class that needs no name, or None."""
    if kind in FIXED or kind.startswith(("sex:", "smoking:")):
        return kind
    return None


@lru_cache(maxsize=10000)
def singular(word: str) -> str:
    """A noun in the singular, as far as its ending tells."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in KEEP_S:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def clean_name(text: str) -> str:
    """A measure's name from the phrase that was chosen: lower case, head noun singular, standard outcome names."""
    name = re.sub(r"\s+", " ", text.strip().lower())
    while True:
        shorter = LEAD.sub("", name)
        shorter = SHARE.sub("", shorter) or shorter
        if shorter == name:
            break
        name = shorter
    for pattern, standard in STANDARD:
        if pattern.match(name):
            return standard
    name = re.sub(r"\s+(?:rates?|occurred|was|were)$", "", name)
    parts = name.split(" ")
    return " ".join([*parts[:-1], singular(parts[-1])]) if parts else name


def clean_group(text: str) -> str:
    """A group's label as printed, without a leading article."""
    return re.sub(r"\s+", " ", re.sub(r"^(?:the|an?|both|those|these)\s+", "", text.strip(), flags=re.I))
