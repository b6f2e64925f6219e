"""Counts of patients and of studies that a review says its figures rest on; and "no randomized trials".

Comes in: a sentence and its figures. Goes out: further figures with their measure. Called by `reports.claims`.
"""

from __future__ import annotations

import re

from reports.claim_figure import NUMBER, WORD, Figure, cues, number_value

ADJECTIVE = r"(?:(?!of\b|the\b|and\b|in\b|with\b|to\b|or\b)[A-Za-z-]+\s+){0,4}?"
PEOPLE = (
    r"(?:patients|persons|people|subjects|cases|participants|children|adults|women|men|infants|individuals"
    r"|volunteers|survivors|episodes)"
)
RECORDS = (
    r"(?:studies|trials|reports|series|cohorts|articles|publications|meta-analyses|registries|case reports"
    r"|case series|biopsies|specimens|centers|hospitals)"
)
COUNT = re.compile(
    rf"(?<![\w.,·/–-])(?P<n>(?:{NUMBER})|\b{WORD}\b)\s+(?P<adj>{ADJECTIVE})(?P<noun>{PEOPLE}"
    rf"|{RECORDS})\b(?!\s*(?:per|/))",
    re.I,
)
NONE = re.compile(
    r"\b(?P<n>no)\s+(?P<adj>(?:[A-Za-z-]+,?\s+){0,5}?)(?P<noun>(?:randomi[sz]ed|controlled"
    r"|prospective)[\w\s,-]{0,40}?(?:trials|studies)|trials)\b",
    re.I,
)


def find_counts(text: str, figures: list[Figure]) -> list[tuple[Figure, str]]:
    """(figure, measure) of counts of people (`participants`) and studies (`records:name`) that `figures` lacks."""
    out: list[tuple[Figure, str]] = []
    for m in COUNT.finditer(text):
        start, end = m.span("n")
        if any(f.start < end and start < f.end for f in figures) or re.match(r"\s*-", text[end:]):
            continue
        value = number_value(m["n"])
        words = not m["n"][0].isdigit()
        if value < 2 or (
            1850 <= value <= 2100
            and not words
            and re.search(r"\b(?:in|since|from|until|to|and|during)\s*$", text[:start])
        ):
            continue
        if re.search(
            r"\b(?:type|grade|stage|phase|group|of|per|every|than|age|first|table|fig\.|top|following|these"
            r"|other|the)\s*$",
            text[:start],
            re.I,
        ) and (words or not re.search(r"\b(?:of|the|these|than)\s*$", text[:start])):
            continue
        noun = m["noun"].lower()
        figure = Figure("count", start, end, start, end, value=value, words=words)
        before = cues()["before_re"].search(text[max(0, start - 30) : start])
        if before and before["cue"].lower() in cues()["before"] and not before["cue"].lower().startswith("within"):
            figure.cmp = cues()["before"][before["cue"].lower()]
            figure.start = max(0, start - 30) + before.start("cue")
        people = re.fullmatch(PEOPLE, noun, re.I) is not None
        if people:
            if words and not re.search(
                r"\b(?:involv\w+|includ\w+|enroll\w+|among|series of|study of|total of"
                r"|report\w*)\s*$",
                text[:start],
                re.I,
            ):
                continue
            out.append((figure, "participants"))
        elif not (
            words
            and not re.search(
                r"random|control|prospective|placebo|published|observational|retrospective"
                r"|meta",
                m["adj"],
                re.I,
            )
        ):
            adjectives = re.sub(
                r"\b(?:large|small|recent|major|other|different|separate|additional|such"
                r"|well-designed)\b",
                "",
                m["adj"],
                flags=re.I,
            )
            words_of = f"{adjectives} {noun}".split()
            out.append((figure, "records:" + " ".join([*words_of[:-1], _singular(words_of[-1])]).lower()))
    for m in NONE.finditer(text):
        start, end = m.span("n")
        name = " ".join(re.sub(r"\bprospective\b|,", " ", m["adj"] + m["noun"]).split())
        out.append((Figure("count", start, end, start, end, value=0, words=True), "records:" + _singular(name.lower())))
    return out


def _singular(word: str) -> str:
    for ending, single in (
        ("studies", "study"),
        ("series", "series"),
        ("analyses", "analysis"),
        ("registries", "registry"),
        ("biopsies", "biopsy"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + single
    return word[:-1] if word.endswith("s") else word
