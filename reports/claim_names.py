"""What a percentage in a review is of, from the words around it.

Comes in: a sentence, the figure in it, the review's population. Goes out: a `Name`. Called by `reports.claims`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.claim_classes import Name, classify, group_after, group_before
from reports.claim_figure import WORD, Figure
from reports.claim_grammar import (
    clean_name,
    cues,
    flatten,
    has_subject,
    last_clause,
    phrase_after,
    phrase_before,
    says_something,
    sentence_subject,
    surroundings,
    without_appositions,
)
from reports.claim_population import Population

BY = re.compile(r"\bby\s+(?P<what>(?:(?!\bby\b)[\w\s-])+?)\s+in\s*$", re.I)
CAUSED_BY = re.compile(
    r"\b(?:(?:caused|triggered|precipitated|induced)\s+by|due\s+to|attribut(?:ed|able)\s+to"
    r"|secondary\s+to)\s+(?P<what>(?:(?!\b(?:is|are|was|were|occurs?|has|have)\b)[^,;])+?)\s+in\s*$",
    re.I,
)
TREATED = re.compile(
    r"(?:patients|persons|those|cases|adults|children)\s+((?:treated with|receiving|undergoing)\s.*)", re.I
)
ONLY_PEOPLE = re.compile(
    rf"(?:most |many |some )?(?:patients?|cases?|persons?|people|women|men|children|adults)|most"
    rf"|majority|{WORD}|\d+",
    re.I,
)
GENERAL_NOUN = re.compile(r"(?:\w+ )?(?:symptom|complication|finding|manifestation|sign|abnormality|feature)", re.I)
PRONOUN = re.compile(r"it|this|they|these|this (?:complication|finding|symptom|sign|manifestation|feature|form)", re.I)
AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|can|may|in)\b", re.I)
SEX_AFTER = re.compile(r"\s*(?:of|among|in|are|were)?\s*(?:the\s+)?((?:wo)?men|(?:fe)?males?)\b", re.I)
CARRIED = re.compile(
    r"^\s*(?:of|in|among|at|for|after|with|on)\b[^,;()]*\b(?:and|or|but|to)\s+(?:in|of|among|for|at"
    r"|by)?\s*(?:about\s+)?$",
    re.I,
)
AGAINST = re.compile(
    r"\b(?:as compared with|compared with|compared to|versus|vs\.?|as opposed to|against"
    r"|rather than)\s*(?:only\s+|just\s+)?$",
    re.I,
)
CAUSAL_END = re.compile(
    r"(?P<agent>[^;]*?)\b(?:(?:specifically|directly|alone|together|also|is|are|was|were|be|being"
    r"|been|thought to be|may be)\s+)*"
    r"(?:account(?:s|ed|ing)?(?:\s+for)?|responsible(?:\s+for)?|caus(?:e|es|ed|ing)|implicated"
    r"|the\s+(?:[\w-]+\s+){0,2}causes?|the causative (?:agent|organism)"
    r"|the underlying (?:cause|disease)|the (?:trigger|precipitant))\s*$",
    re.I,
)
LINKS = re.compile(
    r"^[\s,]*(?:and|or|to|vs\.?|versus|but|compared with|as compared with|in|of|the|up|among|for"
    r"|respectively|even|only|by|with|about|approximately|women|men|one|study|another|group|some|series|studies|first"
    r"|second|then|rising|falling|from|at|cases|patients|and|reported|other)*(?:[\s,]+(?:and|or|to|vs\.?|versus|but"
    r"|compared|with|as|in|of|the|up|among|for|respectively|even|only|by|about|approximately|women|men|one|study"
    r"|another|group|some|series|studies|first|second|then|rising|falling|from|at|cases|patients|reported"
    r"|other))*[\s,(]*$",
    re.I,
)
SENSITIVITY = re.compile(
    r"\b(?:sensitivit|specificit|predictive value|confidence interval|accuracy|\bCI\b|power\b"
    r"|significance level|heritab|concordance|I2\b)",
    re.I,
)
CHANGE = re.compile(
    r"\b(?:reduc\w+|decreas\w+|increas\w+|lower\w*|fall\w*|fell|declin\w+|rais\w+|rose|improv\w+"
    r"|drop\w*|ris(?:es|en|ing))\b(?P<what>[^.;,]{0,60}?)\bby\s*$",
    re.I,
)
AMOUNT_CHANGE = re.compile(
    r"^\s*(?:(?:relative|absolute|greater|lower|higher)\s+)*(?:reduction|decrease|increase"
    r"|decline|improvement|higher|lower|greater|more|less)\b",
    re.I,
)


def excluded(text: str, figure: Figure) -> bool:
    """Figures that are no claim about patients: test accuracy, confidence levels."""
    before, after = text[max(0, figure.start - 90) : figure.start], text[figure.end : figure.end + 40]
    near = re.split(r"[;.]|\bwhereas\b|\bwhile\b", before)[-1]
    return bool(
        SENSITIVITY.search(near)
        or re.match(
            r"\s*(?:CI\b|confidence|credible|sensitiv|specific(?:ity)?\b"
            r"|power\b)",
            after,
            re.I,
        )
    )


def name_percent(
    text: str, figure: Figure, earlier: list[tuple[Figure, Name]], people: Population, following: int, subject: str = ""
) -> Name:
    """The measure and group of a percentage.

    Args:
        text: the sentence. figure: the percentage. earlier: the percentages named so far in it.
        people: the review's population. following: where the next figure starts (the sentence's length if none).
        subject: what the sentence before was about, for "it" and "this".
    """
    text = without_appositions(text, figure)
    left, right, inside = surroundings(text, figure, following)
    changed = _change(left, right)
    if changed:
        return changed
    if inside and (sex := SEX_AFTER.match(right)):
        return Name("sex:female" if sex[1].lower()[0] in "wf" else "sex:male")
    group, condition = group_after(right, people) or group_before(left, people), None
    if group and (treated := TREATED.fullmatch(group)):
        group, condition = None, treated[1].lower()
    previous = earlier[-1] if earlier else None
    between = text[previous[0].end : figure.start] if previous else ""
    place = _Place(text, figure.end, left, right, inside, between, subject, people)
    if previous and _carried(place):
        return Name(previous[1].measure, group or previous[1].group, previous[1].stat, previous[1].unit)
    after_cause = previous is not None and previous[1].measure.startswith("cause:")
    cause = None if inside else _cause(place, after_cause)
    name = cause or (_counted(place) if _counts_people(place) else "") or _stated(place)
    if name.startswith("it is "):
        name = f"{name[6:]} {sentence_subject(text) or subject}".strip()
    if previous and not name:
        return Name(previous[1].measure, group or previous[1].group)
    named = classify(name, left, group, people, cause is not None)
    named.condition = condition
    one_list = not re.search(rf"\b{cues()['verbs']}\b", re.sub(r"\bfollowed\b", "", between))
    if after_cause and one_list and named.measure.split(":")[0] not in ("cause", "sex", "outcome"):
        return Name(f"cause:{name}", group)
    return named


@dataclass(slots=True)
class _Place:
    """A figure's surroundings: the sentence and where the figure ends in it, the clause before it, the words after it,
    whether it stands in parentheses, the words since the figure before it, the subject of the sentence before."""

    text: str
    end: int
    left: str
    right: str
    inside: bool
    between: str
    subject: str
    people: Population


def _carried(place: _Place) -> bool:
    """Whether a figure shares the name of the one before: `in 10% of men and 4% of women`, `but is seen in 5%`."""
    if AGAINST.search(place.between):
        return True
    if place.inside:
        return bool(LINKS.match(place.between)) and not says_something(place.right)
    if not says_something(place.right) and (
        LINKS.match(place.between) or (CARRIED.match(place.between) and not cues()["verb"].search(place.between))
    ):
        return True
    return not _counts_people(place) and not has_subject(place.left) and bool(AUXILIARY.search(place.left))


def _counts_people(place: _Place) -> bool:
    """Whether the figure is its clause's subject, so that its name follows: `20% of patients have fever`."""
    if place.inside:
        return False
    if not re.search(r"[A-Za-z]{3}", flatten(place.left)) or re.search(r"\bwith\s*$", place.left):
        return True
    if not has_subject(place.left) and not AUXILIARY.search(place.left):
        return True
    return (
        bool(place.between)
        and says_something(place.right)
        and bool(re.search(r"(?:,|\band|\bbut|\bor|\bwhile|\bwhereas)\s*$", place.between))
    )


def _counted(place: _Place) -> str:
    return phrase_after(place.right, cues()["of_people"].match(place.right))


def _cause(place: _Place, after_cause: bool) -> str | None:
    """The cause of which a figure is the share: `X accounts for 30%`, `caused by X in 30%`, `and by Y in 10%`."""
    flat = flatten(place.left)
    by = (BY.search(place.left) if after_cause else None) or CAUSED_BY.search(flat)
    if by:
        return clean_name(by["what"])
    causal = CAUSAL_END.search(cues()["empty_end"].sub("", flat).rstrip() + " ")
    return clean_name(last_clause(causal["agent"])) or None if causal else None


def _stated(place: _Place) -> str:
    """The name in the words before a figure, with the repairs that pronouns and general nouns need."""
    people, left = place.people, place.left
    name = phrase_before(left, place.inside)
    if place.inside and ONLY_PEOPLE.fullmatch(name or "patient"):
        closing = place.text.find(")", place.end)
        name = phrase_after(place.text[closing + 1 :], None) if closing > 0 else name
    object_of_verb = people.is_disease(name) and re.search(
        rf"{cues()['verbs']}\W+(?:the\s+)?{re.escape(name)}", left, re.I
    )
    second = people.is_disease(name) and re.search(r"\band\s", place.between)
    if GENERAL_NOUN.fullmatch(name) or second or (object_of_verb and not place.between and not place.inside):
        verb = cues()["verb"].search(flatten(left))
        own = clean_name(last_clause(flatten(left)[: verb.start()])) if verb else ""
        name = own if own and not people.is_disease(own) else "" if place.between else name
    if place.between and re.search(r"\d", name):
        name = clean_name(re.split(r"\b(?:and|or|but)\b|,", place.between)[-1])
    for known in people.names:
        if name.casefold().startswith(known.casefold() + " "):
            name = name[len(known) + 1 :]
    if PRONOUN.fullmatch(name):
        if place.between:
            return ""  # the figure before it in the sentence says what it is
        name = place.subject
    return name if name or place.inside else _counted(place)


def _change(left: str, right: str) -> Name | None:
    """A difference, not a share: `reduced relapses by 35%`, `a 30% reduction in deaths`."""
    by, of = CHANGE.search(left), AMOUNT_CHANGE.match(right)
    if by:
        name = clean_name(by["what"]) or clean_name(left[: by.start()])
    elif of:
        target = re.match(
            r"\s*(?:in|of)\s+(?:the\s+)?(?:risk|rate|odds|incidence)?\s*(?:of\s+)?([^,;.()]+)", right[of.end() :]
        )
        name = clean_name(target[1]) if target else clean_name(left)
    else:
        return None
    return Name(f"measurement:change in {name or 'outcome'}", stat="value", unit="%")
