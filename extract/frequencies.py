"""How often a dose is given, as printed: "b.i.d.", "every 3 weeks", "days 1, 8 and 15 of each cycle".

Comes in: the text around an amount. Goes out: the frequency. Called by `extract.doses`.
"""

from __future__ import annotations

import re

HOURS = r"\s?(?:h(?:ours?|rs?)?)\b"
FREQUENCY = re.compile(
    r"\b(?:b\.?\s?i\.?\s?d\b\.?|b\.?d\.?(?=[\s,.;)])|(?:twice|two\s+times|2\s+times)[\s-]+(?:a[\s-]+day"
    r"|daily|per[\s-]+day|each\s+day)|(?:every|q)\s?(?:12|twelve)" + HOURS + r")|"
    r"\b(?:t\.?\s?i\.?\s?d\b\.?|t\.?d\.?s\b\.?|(?:three|3)\s+times\s+(?:a\s+day|daily|per\s+day)"
    r"|thrice\s+daily|(?:every|q)\s?(?:8|eight)" + HOURS + r")|"
    r"\b(?:q\.?\s?i\.?\s?d\b\.?|(?:four|4)\s+times\s+(?:a\s+day|daily|per\s+day)|(?:every|q)\s?(?:6|six)"
    + HOURS
    + r")|"
    r"\b(?:(?:twice|two|three|four|five|[2-6])[\s-]+(?:times\s+|days\s+)?(?:weekly|a\s+week|per\s+week"
    r"|monthly|a\s+month)|every\s+other\s+day|(?:on\s+)?alternate[\s-]days?|"
    r"every\s+(?:\d+|two|three|four|six|eight)\s*-?\s*(?:h(?:ours|rs)?|days|weeks|months|wk|minutes|min)"
    r"\b|q\s?\d\s?w\b|every\s+(?:month|hour|other\s+week)|(?:bi-?|[2-8]-|(?:two|three|four|six|eight)-)weekly|fortnightly|hourly|nightly|continuous\s+(?:[\w.]+\s+){0,2}infusion)|"
    r"\b(?P<weekly>(?:once[\s-]+)?weekly|once\s+(?:a|per)\s+week|per\s+week|every\s+week|a\s+week)"
    r"\b|\b(?P<monthly>(?:once[\s-]+)?monthly|per\s+month|every\s+month)\b|"
    r"(?P<daily>\b(?:once[\s-]+)?daily|\bonce\s+(?:a|per)\s+day|\bq\.?\s?d\b\.?|\bo\.?d\b\.?|\bper\s+day"
    r"|/\s?day\b|/\s?d\b|\ba\s+day|\bevery\s+(?:day|morning|evening|night)|\beach\s+(?:day|morning|night)"
    r"|\bevery\s+24" + HOURS + r"|\bat\s+(?:night|bedtime))|"
    r"\b(?:(?:on\s+)?days?\s+-?\d+(?:(?:\s?,\s?|\s?,?\s?and\s|\s?(?:-|–)\s?|\s(?:to|through)\s)-?\d+\b(?!\s?(?:mg|g|µg|%)))*"
    r"(?:\s+of\s+(?:each|every|an?)\s+(?:\d+-(?:day|week)\s+)?(?:cycle|course))?"
    r"(?:\s+every\s+(?:\d+|two|three|four|six)\s+(?:days|weeks|months))?)|"
    r"(?:/\s?(?:4|6|8|12)" + HOURS + r")",
    re.I,
)
# What may stand between a frequency and the bracket or the amount behind it: "once-daily oral X (5 mg)".
BETWEEN = re.compile(
    r"\s+(?!(?:and|or|vs|versus|plus|then|for|to)\b)(?:[\w'’+-]+\s+(?!(?:and|or|vs|versus|plus|then|for|to)\b)){1,4}[(\[]?\s*$",
    re.I,
)
ONCE = re.compile(r"\bsingle\b[\s\w,-]{0,30}\b(?:infusion|injection|bolus|administration|application)s?\b", re.I)
SINGLE = re.compile(r"\bsingle\b[\s\w,-]{0,30}\bdoses?\b|\bdoses?\s+once\b", re.I)
DOSE_WORDS = re.compile(
    r"(?:\s|-|,|\(|of|an?|the|at|oral|i\.?v\.?|intravenous|subcutaneous|doses?|dosages?|infusions?|injections?"
    r"|mean|median|maximum|average|was|were|is|ranged?|ranging|from|total|=|:)*(?:of\s+[\w\s-]{3,30}?)?\s*$",
    re.I,
)
# From an amount to a frequency that is told of the whole list: "5 mg, or placebo, given subcutaneously every 4 weeks".
TOLD = re.compile(
    r"\s*(?:[(\[][^()\[\]]{1,40}[)\]])?[\s,]*(?:(?:of|plus|or|and|matching|matched|the|both|a|an|all|in|as|\w*placebo|vehicle|control|given"
    r"|administered|taken|injected|tablets?|capsules?|infusions?|injections?|doses?|[a-z]+ly|by|mouth|iv|sc|im|po"
    r"|i\.v\.|s\.c\.|p\.o\.|[a-z]+(?:mab|nib|ine|ol|ide|ate|in|gliptin|gliflozin|tide))[\s,)]+)*(?:once\s+)?$",
    re.I,
)


def frequency(before: str, near: str, behind: str) -> tuple[str | None, bool]:
    """The frequency of a dose, and whether it is printed before it.

    `before` is the text from the last amount up to this one, `near` what follows it up to the next, `behind` more of
    the sentence, for a frequency that is told of a whole list.
    """
    match = FREQUENCY.search(near)
    if match is None:
        match = next((m for m in FREQUENCY.finditer(behind) if TOLD.match(behind, 0, m.start())), None)
    if match is not None:
        return _name(match), False
    order = list(FREQUENCY.finditer(before))
    match = next((m for m in order if DOSE_WORDS.match(before, m.end())), None)
    match = match or next((m for m in reversed(order) if BETWEEN.match(before, m.end())), None)
    if match is not None:
        return _name(match), True
    around = before + "\0" + near
    if SINGLE.search(around):
        return "single dose", False
    return ("single" if ONCE.search(around) else None), False


def _name(match: re.Match[str]) -> str:
    """A frequency as printed, in lower case ("b.i.d.", "every 8 h"); one name for the ways to say daily or weekly."""
    if match.lastgroup is not None:  # daily, weekly, monthly
        return match.lastgroup
    printed = re.sub(r"\s+", " ", match.group().strip().lower())
    return re.sub(r"^/\s?", "every ", printed.removeprefix("on "))
