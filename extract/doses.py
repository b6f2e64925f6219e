"""Doses: the drug, what it is taken per, how often, by which route, for how long.

Comes in: a figure already taken for a dose. Fills the dose fields of its finding. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from extract.expressions import Expression
from extract.finding import Finding
from extract.resources import load
from extract.tokens import Document, Sentence

FREQUENCY = re.compile(
    r"\b(?P<daily>daily|once[\s-]daily|q\.?\s?d\.?|o\.?d\.?(?![\w])|per\s+day|/\s?day|/\s?d\b|a\s+day|every\s+day|each\s+day|every\s+24\s?h(?:ours)?|nightly|at\s+night|at\s+bedtime|each\s+(?:morning|night))\b|"
    r"(?P<bid>\b(?:b\.?\s?i\.?\s?d\.?|b\.?d\.?(?=[\s,.;)])|twice[\s-]+(?:a\s+day|daily|per\s+day)|two\s+times\s+(?:a\s+day|daily|per\s+day)|every\s+12\s?h(?:ours|rs)?|q\s?12\s?h))|"
    r"(?P<tid>\b(?:t\.?\s?i\.?\s?d\.?|t\.?d\.?s\.?|three\s+times\s+(?:a\s+day|daily|per\s+day)|3\s+times\s+(?:a\s+day|daily|per\s+day)|thrice\s+daily|every\s+8\s?h(?:ours|rs)?|q\s?8\s?h))|"
    r"(?P<qid>\b(?:q\.?\s?i\.?\s?d\.?|four\s+times\s+(?:a\s+day|daily|per\s+day)|4\s+times\s+(?:a\s+day|daily|per\s+day)|every\s+6\s?h(?:ours|rs)?|q\s?6\s?h))|"
    r"(?P<other>\b(?:(?:once|twice|two|three|four|2|3|4)[\s-]+(?:times\s+)?(?:weekly|a\s+week|per\s+week|monthly|a\s+month)|once[\s-]+weekly|weekly|per\s+week|monthly|every\s+other\s+day|on\s+alternate\s+days|alternate[\s-]day|"
    r"every\s+(?:\d+|two|three|four|six|eight)\s*(?:-\s*)?(?:hours|h|hrs|days|weeks|months|wk|weeks)|every\s+(?:week|month|hour)|per\s+week|per\s+hour|per\s+minute|continuous\s+infusion))", re.I)
NAMES = {"daily": "daily", "bid": "twice daily", "tid": "three times daily", "qid": "four times daily"}
ROUTE = re.compile(
    r"\b(?P<intravenous>intravenous(?:ly)?|i\.?v\.?(?=[\s,.;)])|IV)\b|\b(?P<oral>oral(?:ly)?|p\.?o\.?(?=[\s,.;)])|by\s+mouth|per\s+os)\b|\b(?P<subcutaneous>subcutaneous(?:ly)?|s\.?c\.?(?=[\s,.;)]))\b|"
    r"\b(?P<intramuscular>intramuscular(?:ly)?|i\.?m\.?(?=[\s,.;)]))\b|\b(?P<intrathecal>intrathecal(?:ly)?)\b|\b(?P<inhaled>inhaled|inhalation|nebuli[sz]ed)\b|\b(?P<topical>topical(?:ly)?)\b|\b(?P<rectal>rectal(?:ly)?)\b|"
    r"\b(?P<intraperitoneal>intraperitoneal(?:ly)?)\b|\b(?P<intravitreal>intravitreal(?:ly)?)\b|\b(?P<infusion>infusion)\b|\b(?P<epidural>epidural(?:ly)?)\b|\b(?P<spinal>spinal)\b|\b(?P<sublingual>sublingual(?:ly)?)\b|\b(?P<transdermal>transdermal(?:ly)?)\b|"
    r"\b(?P<intranasal>intranasal(?:ly)?)\b|\b(?P<intravesical>intravesical(?:ly)?)\b", re.I)
FOR = re.compile(r"^\W{0,3}(?:\w+\s+){0,5}?for\s+(?:a\s+(?:period|total|mean|median)\s+(?:of\s+)?)?((?:\d+(?:[.-]\d+)?|one|two|three|four|five|six|eight|ten|twelve)(?:\s?(?:-|–|to)\s?\d+)?[\s-](?:days?|weeks?|months?|years?|hours?|h|wk|cycles?|minutes|min))", re.I)
@cache
def _per_names() -> dict[str, str | None]:
    return {"kg": "kg", "kilogram": "kg", "m2": "m2", "m²": "m2", "square": "m2", "day": None, "d": None, "body": "kg", "h": "hour", "hr": "hour", "hour": "hour", "min": "minute", "minute": "minute", "week": None, "wk": None, "dose": "dose"}


def read_dose(doc: Document, e: Expression, sentence: Sentence, finding: Finding) -> None:
    """Fill drug, per, frequency, route and duration, and bring the unit to the bare mass ("mg/kg/day" -> mg, kg, daily)."""
    text = doc.text
    last = e.end
    if e.unit is not None:
        bases = list(e.unit.per)
        finding.unit = re.split(r"[\s/.·⋅×]|per", e.unit.text)[0] or e.unit.text
        for base in bases:
            if base in ("day", "d", "24", "24h"):
                finding.frequency = "daily"
            elif base in ("week", "wk"):
                finding.frequency = "weekly"
            elif base in ("kg", "kilogram", "body"):
                finding.per = "kg" if finding.per is None else finding.per
            elif base in ("m2", "m²", "square"):
                finding.per = "m2"
            elif finding.per is None and _per_names().get(base):
                finding.per = _per_names()[base]
    after = text[last : min(sentence.end, last + 60)]
    stop = re.search(r"[;.]\s|\d\s?(?:mg|g|µg|μg|mcg|ml|IU)\b|\bor\b|\bvs\b|\bversus\b", after)
    near = after[: stop.start()] if stop else after
    if finding.frequency is None:
        match = FREQUENCY.search(near) or FREQUENCY.search(text[max(sentence.start, e.start - 30) : e.start])
        if match and match.lastgroup:
            finding.frequency = NAMES.get(match.lastgroup, re.sub(r"\s+", " ", match.group().lower()))
    match = ROUTE.search(near) or ROUTE.search(text[max(sentence.start, e.start - 50) : e.start])
    if match and match.lastgroup:
        finding.route = match.lastgroup
    match = FOR.match(text[last : min(sentence.end, last + 70)])
    if match:
        finding.duration = match.group(1)
    finding.drug = drug_near(doc, e, sentence)


@cache
def _drugs() -> tuple[dict[str, str], tuple[str, ...], frozenset[str]]:
    table = (resources.files("extract") / "data" / "drugs.tsv").read_text(encoding="utf-8")
    names = dict(line.split("\t", 1) for line in table.splitlines())
    data = load("drugs")
    return names, tuple(data["endings"]), frozenset(data["not_drugs"])


def is_drug(word: str) -> bool:
    """Whether a word is a drug's name, by the list or by the ending of its international name."""
    names, endings, not_drugs = _drugs()
    low = word.lower()
    return low in names or (len(low) > 6 and low.endswith(endings) and low not in not_drugs)


def drug_near(doc: Document, e: Expression, sentence: Sentence) -> str | None:
    """The drug of a dose: the nearest drug name in the sentence, what stands right behind ("50 mg of X") first."""
    best: tuple[float, str] | None = None
    for t in range(sentence.first, sentence.last):
        if e.first <= t < e.last:
            continue
        if not is_drug(doc.words[t]):
            continue
        if t >= e.last:
            distance = t - e.last + (0.0 if t - e.last <= 2 else 1.0)
            between = doc.words[e.last : t]
            if any(w in (";", ",", ")") or w in ("and", "or", "vs", "versus") for w in between):
                distance += 6
        else:
            distance = e.first - t - 0.5
            between = doc.words[t + 1 : e.first]
            distance += 4 * sum(w in (";",) for w in between)
        first = t
        if best is None or distance < best[0]:
            label = doc.words[first]
            if t + 1 < sentence.last and doc.words[t + 1] in "-/+" and t + 2 < sentence.last and is_drug(doc.words[t + 2]):
                label = doc.text[doc.starts[t] : doc.ends[t + 2]]
            best = (distance, label)
    return best[1].lower() if best else None
