"""Doses in a review's prose: amount, drug, per kilogram or square metre, frequency, route, duration.

Comes in: a sentence with its figures. Goes out: the same figures, those of doses widened to the whole expression, and
what was read about each. Called by `reports.claims`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reports.claim_figure import WORD, Figure, cues

PER = re.compile(
    r"\s*(?:/|per)\s*(?P<per>kg|kilogram|kilo|m2|m²|square meter|square metre)\b(?:\s+of\s+(?:ideal\s+"
    r"|actual\s+)?(?:body[- ]?weight|"
    r"body[- ]surface(?:[- ]area)?))?",
    re.I,
)
TIMES = {
    "once": 1,
    "twice": 2,
    "two times": 2,
    "three times": 3,
    "thrice": 3,
    "four times": 4,
    "five times": 5,
    "six times": 6,
}
NUMBERED = {
    1: "daily",
    2: "twice daily",
    3: "three times daily",
    4: "four times daily",
    5: "five times daily",
    6: "six times daily",
}
FREQUENCY = re.compile(
    r"[\s,]*(?:\(?\s*(?:administered|given|taken|orally|intravenously|subcutaneously|intramuscularly|by mouth|IV|PO"
    r"|SC|p\.o\.|i\.v\.|of body weight)\s+)*"
    rf"(?P<all>(?:in|as)\s+(?P<split>{WORD}|\d)\s+(?:divided\s+)?doses(?:\s+(?:daily|a day|per day|each day))?"
    r"|(?P<often>once|twice|thrice|(?:two|three|four|five|six)\s+times)\s*(?P<span>daily|weekly|monthly|yearly|(?:a"
    r"|per|each|every)\s+(?:day|week|month|year)|/day|/week)"
    rf"|every\s+(?P<every>other|(?:\d+(?:\s*(?:to|-|–)\s*\d+)?|{WORD})?)\s*(?P<unit>hours?|days?|weeks?|months?"
    rf"|years?|evening|morning|night)"
    r"|(?P<simple>daily|weekly|monthly|annually|nightly|(?:/|per|a|each)\s*(?:day|d|24 hours|24 hr|week|wk|month|year"
    r"|hour|hr|h|minute|min|dose)\b|at bedtime|on alternate days|on day 1)"
    r"|(?P<latin>q\.?d\.?|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?i\.?d\.?|qhs)\b)",
    re.I,
)
LATIN = {
    "qd": "daily",
    "bid": "twice daily",
    "tid": "three times daily",
    "qid": "four times daily",
    "qhs": "at bedtime",
}
ROUTES = (
    ("intravenous", r"intra-?venous(?:ly)?|\bIV\b|\bi\.v\.|\binfus(?:ion|ed)s?\b"),
    ("subcutaneous", r"subcutaneous(?:ly)?|\bSC\b"),
    ("intramuscular", r"intramuscular(?:ly)?|\bIM\b"),
    (
        "oral",
        r"\boral(?:ly)?\b|\bby mouth\b|\bPO\b"
        r"|\btablets?\b",
    ),
    ("inhaled", r"\binhal(?:ed|ation)\b|\bnebulized\b"),
    ("topical", r"\btopical(?:ly)?\b"),
    ("intrathecal", r"\bintrathecal(?:ly)?\b"),
    ("rectal", r"\brectal(?:ly)?\b"),
    ("intranasal", r"\bintranasal(?:ly)?\b"),
    ("intravitreal", r"\bintravitreal(?:ly)?\b"),
)
LASTS = re.compile(
    r"^[^.;]{0,60}?\bfor\s+(?P<how>(?:at least |up to |a total of |a further )?[\d\w.]+(?:\s?(?:to|-"
    r"|–)\s?[\d\w]+)?\s(?:hours|days|weeks|months|years|day|week|month|year))\b",
    re.I,
)


@dataclass(slots=True)
class Dose:
    """What is said about an amount: each field in the words of `extract.finding.Finding`."""

    drug: str | None = None
    per: str | None = None
    frequency: str | None = None
    route: str | None = None
    duration: str | None = None
    is_level: bool = False  # a concentration or an intake, no dose


@cache
def drug_pattern() -> re.Pattern[str]:
    """Drug names and classes; the stems of nonproprietary names stand for the names that are not listed."""
    data = tomllib.loads((Path(__file__).parent / "data" / "drugs.toml").read_text(encoding="utf-8"))
    listed = "|".join(re.escape(n) for n in sorted(data["names"] + data["classes"], key=len, reverse=True))
    none = "|".join(re.escape(n) for n in data["not_drugs"])
    stems = "|".join(data["suffixes"])
    return re.compile(rf"(?<![\w-])(?!(?:{none})s?\b)(?P<drug>(?:{listed})|[a-z]{{2,}}(?:{stems}))(?:s|es)?\b", re.I)


def drugs_in(text: str) -> list[tuple[int, int, str]]:
    """(start, end, name) of the drugs named in a text, in order, plain singular lower case."""
    return [
        (m.start(), m.end(), m["drug"] if m["drug"].isupper() else m["drug"].lower())
        for m in drug_pattern().finditer(text)
    ]


def read_dose(text: str, figure: Figure, limit: int, earlier: str | None = None) -> Dose | None:
    """Read the dose whose amount `figure` is, and widen the figure's span to the whole expression.

    Args:
        text: the sentence. figure: an amount in it. limit: where the next figure starts.
        earlier: the drug that sentences before were about, taken where this one names none.

    Returns:
        The dose, or None where the amount is no dose (a vial, a concentration, something measured).
    """
    dose = Dose()
    end = figure.until
    window = text[:limit] if limit > figure.until else text
    of = re.compile(r"\s+(?:doses?\s+)?of\s+(?:oral\s+|intravenous\s+|elemental\s+)?").match(window, end)
    if of:
        named = drug_pattern().match(window, of.end())
        if named:
            dose.drug, end = _name(named), named.end()
    per = PER.match(window, end)
    if per:
        dose.per = "m2" if per["per"].lower()[0] in "ms" else "kg"
        end = per.end()
        of = re.compile(r"\s+of\s+").match(window, end)
        if of and dose.drug is None and (named := drug_pattern().match(window, of.end())):
            dose.drug, end = _name(named), named.end()
    frequency = FREQUENCY.match(text, end)
    if frequency:
        dose.frequency = _frequency(frequency)
        end = frequency.end()
        again = FREQUENCY.match(text, end) if dose.frequency == "daily" else None
        if again and again["split"]:
            end = again.end()
    if PER.match(text, end) and dose.per is None and (per := PER.match(text, end)):
        dose.per, end = ("m2" if per["per"].lower()[0] in "ms" else "kg"), per.end()
    figure.until = end
    figure.end = max(figure.end, end)
    after = cues()["after_re"].match(text, end)
    if after and figure.low is None:
        figure.cmp = cues()["after"][re.sub(r"\s+", " ", after["cue"].lower())]
        figure.end = after.end()
    given = re.match(
        r"\s+of\s+((?!body\b)[a-z][\w’'-]*(?:\s+[\w’'-]+){0,2}?)(?=\s+(?:is|are|was|in|for|over|per"
        r"|daily|every|by|may|should|to)\b|[,;.()]|$)",
        text[end:],
        re.I,
    )
    dose.drug = dose.drug or _nearest_drug(text, figure, limit) or (given[1].lower() if given else earlier)
    dose.route = _route(text, figure, limit)
    lasts = LASTS.match(text[figure.end :])
    dose.duration = lasts["how"] if lasts else None
    return dose


def _name(match: re.Match[str]) -> str:
    return match["drug"] if match["drug"].isupper() else match["drug"].lower()


def _nearest_drug(text: str, figure: Figure, limit: int) -> str | None:
    """The drug of an amount: the one just behind it in its own clause, else the last before, else the next after."""
    before = drugs_in(text[: figure.start])
    after = drugs_in(text[figure.end :])
    close = [d for d in after if d[0] < 25 and not re.search(r"[,;.]|\bor\b", text[figure.end : figure.end + d[0]])]
    if close and not (
        before
        and re.search(
            r"\(\s*(?:\w+\s+){0,4}$|\bat (?:a |an )?(?:\w+ )?(?:dose|dosage) of\s*$"
            r"|\bdose of \w+ is\s*$",
            text[: figure.start],
        )
    ):
        between = text[before[-1][1] : figure.start] if before else ""
        if not before or len(between) > 30 or re.search(r"[,;]", between):
            return close[0][2]
    if before:
        return before[-1][2]
    return after[0][2] if after else None


def _frequency(m: re.Match[str]) -> str:
    words = " ".join(m["all"].lower().split())
    if m["latin"]:
        return LATIN[m["latin"].lower().replace(".", "")]
    if m["split"]:
        return "daily"  # in divided doses: the amount is a day's
    if m["often"]:
        times = TIMES[" ".join(m["often"].lower().split())]
        span = re.sub(r"^(?:a|per|each|every)\s+|^/", "", m["span"].lower())
        span = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}.get(span, span)
        return span if times == 1 else f"{NUMBERED[times].rsplit(' ', 1)[0]} {span}"
    if m["unit"]:
        unit = m["unit"].lower()
        if m["every"].strip() == "other":
            return f"every other {unit}"
        if not m["every"].strip():
            return {
                "day": "daily",
                "morning": "daily",
                "evening": "daily",
                "night": "daily",
                "week": "weekly",
                "month": "monthly",
                "hour": "hourly",
            }.get(unit, "every " + unit)
        return words
    simple = re.sub(r"^(?:/|per|a|each)\s*", "", words)
    return {
        "day": "daily",
        "d": "daily",
        "24 hours": "daily",
        "24 hr": "daily",
        "week": "weekly",
        "wk": "weekly",
        "month": "monthly",
        "year": "yearly",
        "hour": "hourly",
        "hr": "hourly",
        "h": "hourly",
        "nightly": "daily",
        "at bedtime": "daily",
    }.get(simple, simple)


def _route(text: str, figure: Figure, limit: int) -> str | None:
    """The route named in the amount's own clause, the nearest to it."""
    begin = max(text.rfind(";", 0, figure.start), text.rfind(". ", 0, figure.start)) + 1
    window = text[begin : max(limit, figure.end)]
    best: tuple[int, str] | None = None
    for name, pattern in ROUTES:
        for m in re.finditer(pattern, window):
            away = min(abs(begin + m.start() - figure.end), abs(figure.start - begin - m.end()))
            if best is None or away < best[0]:
                best = (away, name)
    return best[1] if best and best[0] < 120 else None
