"""From a name to a measure: its class, the standard names of outcomes, and the people that a figure counts.

Comes in: the name of what a percentage is of and the words around it. Goes out: a `Name`. Called by
`reports.claim_names`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.claim_grammar import clean_name, cues, singular_name
from reports.claim_population import Population


@dataclass(slots=True)
class Name:
    """`measure` as in GUIDELINES (class:name); `group` None for the review's population; `stat` percent or value."""

    measure: str
    group: str | None = None
    stat: str = "percent"
    unit: str | None = None
    condition: str | None = None


def group_before(left: str, people: Population) -> str | None:
    """The subgroup that opens a clause: `of former or current smokers, fewer than 15% ...`."""
    m = re.search(
        rf"(?:^|[;,—]\s*)(?:of|among)\s+(?:the\s+)?((?:(?!{cues()['verbs']}\b)[^,;(])*{cues()['people']}[^,;(]*),\s*$",
        left.rstrip() + " ",
        re.I,
    )
    return group_after(" of " + m[1], people) if m else None


def group_after(right: str, people: Population) -> str | None:
    """The subgroup that the words behind a figure name, or None."""
    arm = re.match(r"\s*(?:in|of|among|with|for)\s+(?:the\s+)?([\w\s-]{2,40}?\s(?:group|arm))\b", right, re.I)
    if arm:
        return singular_name(arm[1])
    who = cues()["of_people"].match(right)
    if not who:
        who_only = re.match(
            r"\s*(?:of|among|in)\s+((?:patients|those|cases)\s+[^,;.()]+|(?:former|current|never"
            r"|ever)[- ][^,;.()]*smokers|men|women|children|adults)\b",
            right,
            re.I,
        )
        return singular_name(who_only[1]) if who_only else None
    if re.search(r"\b(?:stud(?:y|ies)|series|reports?|instances?|episodes?)$", who["who"], re.I):
        return None
    label = re.sub(
        r"^(?:of|in|among|the|all|reported|these|those)\s+", "", (who["who"] + (who["more"] or "")).strip(), flags=re.I
    )
    plain = label.casefold()
    for name in people.names:
        plain = re.sub(rf"\b{re.escape(name.casefold())}s?\b", "", plain)
    plain = re.sub(
        r"\b(?:patients?|cases?|persons?|people|individuals?|adults?|subjects?|the|all|of|with|in"
        r"|published|series|reports?|reported|affected|disease|this|studies|study|those|them|confirmed)\b",
        "",
        plain,
    )
    label = re.sub(r"\s+(?:who|that|which)$", "", " ".join(label.split()).strip(" ,"))
    return label if not label[:1].isdigit() and re.search(r"[a-z]{3}", plain) else None


def classify(name: str, left: str, group: str | None, people: Population, causal: bool) -> Name:
    """The class of a name, and the standard names of sexes, smoking, deaths and relapses."""
    if name.startswith(("treatment:", "cause:")):
        return Name(name, group)
    lower = name.casefold()
    if re.search(r"smok", lower):
        return Name("smoking:" + smoking(lower), group)
    sex = re.match(
        r"^(?:predominantly |mostly )?(?P<sex>women|woman|men|man|females?|males?|boys?"
        r"|girls?)\b(?! reproduct)",
        lower,
    )
    if sex and len(lower.split()) <= 3:
        return Name("sex:female" if sex["sex"][0] in "wfg" else "sex:male", group)
    measured = re.search(r"\b(prevalence|incidence)\b", left, re.I)
    if measured and (people.is_disease(name) or not name or lower in ("prevalence", "incidence")):
        place = re.search(r"\b(?:studies|registr(?:y|ies)|analys[ie]s|surveys?|cohorts?)\s+of\s+([^,;]+?)(?:,|$)", left)
        return Name(
            measured[1].lower(),
            group or (clean_name(place[1]) if place and not people.is_disease(clean_name(place[1])) else None),
        )
    if causal and name and not people.is_disease(name):
        return Name("cause:" + name, group)
    if re.search(r"\b(?:performed|undertaken|administered|given|used)\s+in\s*$", left) and name:
        return Name("treatment:" + name, group)
    for standard, pattern in cues()["standard"].items():
        if pattern.match(lower):
            return Name(f"outcome:{standard}", group)
    if not name:
        return Name("proportion:", group)
    for row in cues()["classes"]:
        if row["pattern"].search(lower):
            return Name(f"{row['class']}:{name}", group)
    return Name(f"proportion:{name}", group)


def smoking(name: str) -> str:
    if re.search(r"never|non-?smok|no history|not smok", name):
        return "never"
    current = re.search(r"current|active|smoked at|at the time|at diagnosis", name)
    former = re.search(r"former|ex-smok|past|previous|quit", name)
    return (
        "ever"
        if (current and former) or re.search(r"\bever\b|history of smok", name)
        else "former"
        if former
        else "current"
    )
