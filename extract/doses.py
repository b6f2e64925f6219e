"""Doses: the drug, what it is taken per, how often, by which route, for how long.

Comes in: a figure already taken for a dose. Fills the dose fields of its finding; doses of one list then share what
is printed once ("A 5 mg or B 10 mg daily"). Called by `extract.engine`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from extract.finding import Finding
from extract.frequencies import frequency
from extract.items import Expression
from extract.phrases import word_classes
from extract.resources import load
from extract.tokens import Document, Sentence
from extract.units import CONCENTRATION, unit_at

ROUTE = re.compile(
    r"\b(?P<intravenous>intravenous(?:ly)?|i\.?v\.?(?=[\s,.;)])|IV)\b|\b(?P<oral>oral(?:ly)?"
    r"|p\.?o\.?(?=[\s,.;)])|by\s+mouth|per\s+os)\b|\b(?P<subcutaneous>subcutaneous(?:ly)?"
    r"|s\.?c\.?(?=[\s,.;)]))\b|"
    r"\b(?P<intramuscular>intramuscular(?:ly)?|i\.?m\.?(?=[\s,.;)]))\b|\b(?P<intrathecal>intrathecal(?:ly)?)"
    r"\b|\b(?P<inhaled>inhaled|inhalation|nebuli[sz]ed)\b|\b(?P<topical>topical(?:ly)?)"
    r"\b|\b(?P<rectal>rectal(?:ly)?)\b|"
    r"\b(?P<intraperitoneal>intraperitoneal(?:ly)?)\b|\b(?P<intravitreal>intravitreal(?:ly)?)"
    r"\b|\b(?P<epidural>epidural(?:ly)?)\b|\b(?P<sublingual>sublingual(?:ly)?)"
    r"\b|\b(?P<transdermal>transdermal(?:ly)?)\b|"
    r"\b(?P<intranasal>intranasal(?:ly)?)\b|\b(?P<intravesical>intravesical(?:ly)?)\b|\b(?P<spinal>spinal)"
    r"\b|\b(?P<infusion>infusion)\b",
    re.I,
)
FOR = re.compile(
    r"^\W{0,3}(?:\w+\s+){0,5}?(?:for|during|over|[x×])\s+(?:a\s+(?:period|total|mean"
    r"|median)\s+(?:of\s+)?)?((?:\d+(?:[.-]\d+)?|one|two|three|four|five|six|eight|ten|twelve)(?:\s?(?:-|–"
    r"|to)\s?\d+)?"
    r"[\s-](?:days?|weeks?|months?|years?|hours?|h|wk|cycles?|minutes|min))\b",
    re.I,
)
NEXT = re.compile(
    r"(?<!\.[a-zA-Z])[;.]\s|\d\s?(?:mg|g|µg|μg|mcg|ml|IU|U|units?|Gy)\b|\bvs\b|\bversus\b|\bthen\b|\bfollowed\b", re.I
)
LISTED = re.compile(
    r"\s*(?:[(\[][^()\[\]]{1,24}[)\]]\s*)?[)\]]?\s*(?:,|;|and|or|to|/|,\s*and|,\s*or|\+|plus)?\s*[(\[]?\s*"
    r"(?:[\w'’.-]+\s*){0,4}?[(\[]?\s*",
    re.I,
)
SAME = re.compile(
    r"\s*(?:and|or|to|/|,|then|\(|\[|,\s*and|,\s*or|=|vs\.?|versus|increased\s+to|reduced\s+to"
    r"|and\s+then)\s*(?:up\s+to\s+)?"
)
ABBREVIATED = re.compile(r"\(([A-Z][A-Za-z0-9-]{0,7})[),;:]")
# A sponsor's code: "BMS-927711", "ODM-201"; registry numbers look alike.
CODE = re.compile(r"(?!NCT|ISRCTN|CTRI|UMIN|ACTRN|JPRN|ICD|H\d)[A-Z]{2,5}-?\d{3,7}[A-Z]?")
PERS = {
    "kg": "kg",
    "kilogram": "kg",
    "body": "kg",
    "m2": "m2",
    "m²": "m2",
    "square": "m2",
    "m2bsa": "m2",
    "dose": "dose",
}
TIMES = {
    "day": "daily",
    "d": "daily",
    "24": "daily",
    "24h": "daily",
    "week": "weekly",
    "wk": "weekly",
    "month": "monthly",
}
INFUSED = {"h": "hr", "hr": "hr", "hour": "hr", "min": "min", "minute": "min"}


class Doses:
    """Reads the doses of one document; what they need of it is worked out once, when the first dose is met."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self._abbreviations: dict[str, str] | None = None
        self._before: set[int] = set()  # doses whose frequency is printed before them

    def read(
        self, e: Expression, sentence: Sentence, finding: Finding, previous: tuple[Expression, Finding] | None
    ) -> None:
        """Fill drug, per, frequency, route and duration, and part "mg/kg/day" into mg, kg, daily.

        `previous` is the dose before this one in the same sentence.
        """
        text, anchor = self.doc.text, e.host if e.host is not None and "base" not in e.tags else e
        last = max(e.end, anchor.end)
        if e.unit is not None:
            _split_unit(e, finding)
        after = text[last : min(sentence.end, last + 60)]
        stop = NEXT.search(after)
        near = after[: stop.start()] if stop else after
        before = text[
            max(
                sentence.start,
                anchor.start - 60,
                previous[0].end if previous and previous[0].end <= anchor.start else 0,
            ) : anchor.start
        ]
        if finding.frequency is None:
            behind = text[last : min(sentence.end, last + 160)]
            finding.frequency, printed_before = frequency(before, near, behind)
            if printed_before:
                self._before.add(id(finding))
        match = ROUTE.search(near) or ROUTE.search(before[-50:])
        if match and match.lastgroup:
            finding.route = match.lastgroup
        match = FOR.match(text[last : min(sentence.end, last + 70)])
        if match:
            finding.duration = match.group(1)
        finding.drug = self.drug(anchor, sentence, previous)

    def drug(self, e: Expression, sentence: Sentence, previous: tuple[Expression, Finding] | None) -> str | None:
        """The drug of a dose: by grammar ("50 mg of X", "X 50 mg", "X (50 mg)"), then the nearest drug name."""
        doc = self.doc
        gap = doc.text[previous[0].end : e.start] if previous and previous[0].end <= e.start else None
        if previous and gap is not None and SAME.fullmatch(gap) and not self._right(e, sentence, True):
            return previous[1].drug
        if e.unit is not None and e.unit.text.lower() in load("doses")["radiation"]:
            return "radiotherapy"
        left, right = self._left(e, sentence), self._right(e, sentence, False)
        near = self._nearest(e, sentence, 5)
        named = [
            x
            for x in (
                right if right and right[1] == "of" else None,
                left if left and self._known(left[0]) else None,
                right if right and self._known(right[0]) else None,
                left if left and left[0] in self.abbreviations() else None,
                right if right and right[0] in self.abbreviations() else None,
                (near, "near") if near else None,
                left,
                right,
            )
            if x
        ]
        if named:
            return self._full(named[0][0])
        nearest = self._nearest(e, sentence, 1000)
        if nearest:
            return self._full(nearest)
        if previous:
            return previous[1].drug
        for t in (*range(sentence.first - 1, -1, -1), *range(sentence.last, len(doc.words))):
            if self._is_drug(doc.words[t]):
                return self._full(doc.words[t])
        return None

    def _known(self, phrase: str) -> bool:
        return any(self._is_drug(w) for w in re.findall(r"[\w-]+", phrase))

    def _is_drug(self, word: str) -> bool:
        return (
            is_drug(word)
            or word.lower() in _substances()
            or CODE.fullmatch(word) is not None
            or is_drug(self.abbreviations().get(word, ""))
        )

    def _full(self, phrase: str) -> str:
        return self.abbreviations().get(phrase, phrase).lower()

    def _content(self, t: int) -> bool:
        """Whether token `t` can belong to a drug's name."""
        word, low = self.doc.words[t], self.doc.lower[t]
        if not (word[0].isalpha() or (len(word) > 1 and word[-1].isalpha())):
            return False
        if is_drug(word):
            return True
        return (
            word_classes().get(low) is None
            and low not in _nouns()
            and unit_at(self.doc, t) is None
            and not (len(low) > 4 and low.endswith(("ing", "ed", "ly", "tion")))
        )

    def _left(self, e: Expression, sentence: Sentence) -> tuple[str, str] | None:
        """The words right before the amount, or before the bracket that holds it."""
        doc, t = self.doc, e.first - 1
        passed = load("doses")["passed"]
        while (
            t >= sentence.first
            and doc.lower[t] in passed
            and e.first - t < 8
            and not (doc.lower[t] == "," and e.first - t > 1)
        ):
            if doc.lower[t] in ("dose", "doses", "dosage", "infusion") and doc.lower[t + 1 : t + 2] == ["of"]:
                break
            t -= 1
        end = t + 1
        if t >= sentence.first and doc.words[t].isdigit() and t and doc.words[t - 1] in "-‐":  # S-1
            t -= 2
        while (
            t >= sentence.first
            and end - t <= 4
            and (
                self._content(t)
                or (doc.words[t] in "-/‐" and t + 1 < end and not doc.spaced(t))
                or (doc.words[t][0].isdigit() and t + 1 < end and doc.words[t + 1] in "-‐")
            )
        ):
            t -= 1
        return self._phrase(t + 1, end, "left")

    def _right(self, e: Expression, sentence: Sentence, strict: bool) -> tuple[str, str] | None:
        """The words behind the amount: "5 mg of X", "5 mg oral X"; `strict` asks for "of" or for a known drug."""
        doc, t = self.doc, max(e.last, doc_token(self.doc, e.end))
        how = "right"
        passed = load("doses")["passed"]
        while t < sentence.last and t - e.last < 7 and doc.lower[t] in passed and doc.words[t] not in "(),[:":
            if doc.lower[t] == "of":
                how = "of"
            elif doc.lower[t] in ("to", "at", "than"):
                return None
            t += 1
        if (
            t < sentence.last
            and doc.lower[t] in ("and", "or")
            and t + 1 < sentence.last
            and doc.words[t + 1][0].isdigit()
        ):  # "30 and 114 g of X"
            while (
                t < sentence.last
                and t - e.last < 7
                and (doc.lower[t] in ("and", "or", "of") or doc.words[t][0].isdigit() or unit_at(doc, t) is not None)
            ):
                how = "of" if doc.lower[t] == "of" else how
                t += 1
        elif how == "of" and t + 1 < sentence.last and doc.words[t][0].isdigit() and doc.words[t + 1] == "%":
            t += 2
        first = t
        while (
            t < sentence.last
            and t - first < 4
            and (
                self._content(t)
                or (doc.words[t] in "-/‐" and t > first and not doc.spaced(t))
                or (how == "of" and doc.words[t][0].isdigit())
                or (t > first and not doc.spaced(t) and doc.words[t - 1] in "-‐")
            )
        ):
            t += 1
        found = self._phrase(first, t, how)
        if found and strict and how != "of" and not self._known(found[0]):
            return None
        return found

    def _phrase(self, first: int, end: int, how: str) -> tuple[str, str] | None:
        doc, fronts = self.doc, load("doses")["fronts"]
        known = [t for t in range(first, end) if self._is_drug(doc.words[t])]
        if known:
            first = known[0]
            if how != "left" and end - known[-1] > 2:
                end = known[-1] + 1
        while first < end and (doc.lower[first] in fronts or doc.words[first] in "-/‐"):
            first += 1
        while end > first and (doc.lower[end - 1] in fronts or doc.words[end - 1] in "-/‐"):
            end -= 1
        if end > first and doc.lower[end - 1] in ("vitamin", "folic") and end < len(doc.words):
            end += 1
        if first >= end or not any(c.isalpha() for c in doc.text[doc.starts[first] : doc.ends[end - 1]]):
            return None
        if how == "right" and not known and end - first > 3:
            return None
        return doc.text[doc.starts[first] : doc.ends[end - 1]], how

    def _nearest(self, e: Expression, sentence: Sentence, limit: float) -> str | None:
        """The nearest name of a drug in the sentence, before the amount rather than behind it."""
        doc = self.doc
        best: tuple[float, str] | None = None
        for t in range(sentence.first, sentence.last):
            if e.first <= t < e.last or not self._is_drug(doc.words[t]):
                continue
            if t >= e.last:
                distance = t - e.last + 4.0
                distance += 6 * any(w in (";", ",", ")", "and", "or", "vs", "versus") for w in doc.words[e.last : t])
            else:
                distance = e.first - t - 0.5 + 4 * sum(w == ";" for w in doc.words[t + 1 : e.first])
            if doc.lower[t] in load("doses")["diluents"]:
                distance += 20
            if distance <= limit and (best is None or distance < best[0]):
                best = (
                    distance,
                    doc.text[doc.starts[t] : doc.ends[t + 1]]
                    if doc.lower[t] in ("vitamin", "folic") and t + 1 < sentence.last
                    else doc.words[t],
                )
        return best[1] if best else None

    def share(self, doses: Sequence[tuple[Finding, Expression]]) -> None:
        """Doses of one list share what is printed once: the frequency behind the last or before the first, the drug."""
        for (dose, a), (lender, b) in reversed(list(itertools.pairwise(doses))):
            alone = not self._known(dose.drug or "") and lender.drug is not None and self._known(lender.drug)
            if alone and a.end <= b.start and SAME.fullmatch(self.doc.text[a.end : b.start]):  # "5, 10 or 15 mg of X"
                dose.drug = lender.drug
        for back in (True, False):
            order = list(reversed(doses)) if back else list(doses)
            for (lender, a), (dose, b) in itertools.pairwise(order):
                if (
                    dose.frequency is not None
                    or lender.frequency is None
                    or lender.sentence_start != dose.sentence_start
                    or back == (id(lender) in self._before)
                ):
                    continue
                first, second = sorted((a, b), key=lambda e: e.start)
                gap = self.doc.text[first.end : second.start]
                if first.end > second.start or (len(gap) < 70 and LISTED.fullmatch(gap)):
                    dose.frequency = lender.frequency
                    if not back:
                        self._before.add(id(dose))

    def abbreviations(self) -> dict[str, str]:
        """The abbreviations that the text defines: "methylprednisolone (MP)" gives MP."""
        if self._abbreviations is None:
            self._abbreviations = {}
            for match in ABBREVIATED.finditer(self.doc.text):
                short = match.group(1)
                words = self.doc.text[max(0, match.start() - 70) : match.start()].split()
                for n in range(1, min(len(words), len(short) + 1) + 1):
                    phrase = " ".join(words[-n:]).strip("(,;")
                    if phrase[:1].lower() == short[0].lower() and _within(short, phrase):
                        self._abbreviations.setdefault(short, phrase)
                        break
        return self._abbreviations


def doc_token(doc: Document, offset: int) -> int:
    """The first token at or behind a character offset."""
    t = doc.token_at(offset)
    return t if doc.starts[t] >= offset else t + 1


def _within(short: str, phrase: str) -> bool:
    """Whether the letters of an abbreviation come in order in a phrase."""
    letters = iter(phrase.lower())
    return all(c in letters for c in short.lower() if c.isalnum())


def _split_unit(e: Expression, finding: Finding) -> None:
    """Part "mg/kg/day" into mg, kg and daily; a concentration ("4 ng/ml") stays whole."""
    assert e.unit is not None
    parts = re.split(r"\s?(?:[/.·⋅×]|\bper\b)\s?|\s", e.unit.text)
    whole = len(parts) > 1 and e.unit.per[:1] == (parts[1].lower(),) and parts[1].lower() in CONCENTRATION
    unit = "/".join(parts[:2]) if whole else parts[0] or e.unit.text
    finding.unit = load("doses")["spelling"].get(unit, unit)
    for base in e.unit.per:
        if base in TIMES:
            finding.frequency = TIMES[base]
        elif base in PERS:
            finding.per = finding.per or PERS[base]
        elif base in INFUSED:
            if finding.per is None:
                finding.per = INFUSED[base]
            else:
                finding.frequency = "per hour" if INFUSED[base] == "hr" else "per minute"


@cache
def _substances() -> frozenset[str]:
    return frozenset(load("doses")["substances"])


@cache
def _nouns() -> frozenset[str]:
    return frozenset(load("doses")["nouns"])


@cache
def _drugs() -> tuple[dict[str, str], tuple[str, ...], frozenset[str], tuple[str, ...]]:
    table = (resources.files("extract") / "data" / "drugs.tsv").read_text(encoding="utf-8")
    names = dict(line.split("\t", 1) for line in table.splitlines())
    data = load("drugs")
    return names, tuple(data["endings"]), frozenset(data["not_drugs"]), tuple(data["enzymes"])


def is_drug(word: str) -> bool:
    """Whether a word is a drug's name, by the list or by the ending of its international name."""
    names, endings, not_drugs, enzymes = _drugs()
    low = word.lower()
    if low.endswith(("ase", "ases")) and not low.endswith(enzymes):
        return False
    if low in names or (len(low) > 6 and low.endswith("in") and low + "e" in names):  # "ropivacain"
        return True
    return len(low) > 6 and low.endswith(endings) and low not in not_drugs
