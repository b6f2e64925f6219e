"""Numbers as authors print them: digits with thousands and odd decimal signs, and number words.

Comes in: a tokenised `Document`. Goes out: `Number` objects in order of appearance, each with its value, its tokens and
whether it is a word. Called by `extract.expressions`.
"""

from __future__ import annotations

from dataclasses import dataclass

from extract.tokens import Document
from extract.units import unit_at

UNITS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    w: 10 * i for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
TENS["fourty"] = 40
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
THIN = ("\u2009", "\u200a", "\u202f")  # blanks that belong to a number: "-\u20093.4"
BLANKS = " \u00a0\u2006\u2007\u2009\u202f"  # between thousands
NONE = frozenset({"no", "none", "neither", "nobody"})
FULL = frozenset({"all", "both"})
EXCEPT = frozenset({"but", "except", "save", "excepting"})  # behind "all"
PARTS = {
    "half": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourth": 4,
    "fourths": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "tenth": 10,
    "tenths": 10,
}
SIGNS = frozenset("-−–+‐")
NEGATIVE = frozenset("-−–‐")
# Behind these a minus belongs to the number even with a blank between: "was - 0.6", "[- 1.2 to - 0.3]".
BEFORE_SIGN = frozenset(["(", "[", "was", "were", "of", "by", "to", "and", "vs", "vs.", "versus", "than", "from"])
MOST = 1e12  # what is larger (a run of digits from a damaged text) is no number of a study


@dataclass(slots=True)
class Number:
    """A number in the text: tokens `first` to `last` (exclusive), characters `start` to `end`, and its value.

    `kind` is `digits`, `words`, `fraction` (a third: `value` is the percentage), `none` or `all`; `less` is how many
    are taken off all ("all but two").
    """

    first: int
    last: int
    start: int
    end: int
    value: float
    kind: str = "digits"
    signed: bool = False
    less: int = 0

    @property
    def whole(self) -> bool:
        """Whether it can count people."""
        return self.value == int(self.value) and not self.signed and self.value >= 0


def parse_digits(word: str) -> float | None:
    """The value of a printed number ("1,346", "0·5", ".05"), or None where it is not one."""
    plain = word.replace("·", ".").replace("∙", ".")
    head, _, tail = plain.rpartition(",")
    plain = f"{head}.{tail}" if head and len(tail) < 3 else plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if value < MOST else None


def _words(doc: Document, at: int) -> tuple[int, float] | None:
    """Read a number written in words that begins at token `at`: (token after it, value)."""
    lower, n = doc.lower, len(doc.words)
    total, current, i, seen = 0.0, 0.0, at, False
    while i < n:
        word = lower[i]
        if word in TENS:
            if seen and current % 100:
                break
            current += TENS[word]
            if i + 2 < n and lower[i + 1] in ("-", "‐", "–") and 0 < UNITS.get(lower[i + 2], 0) < 10:
                current += UNITS[lower[i + 2]]
                i += 2
            elif i + 1 < n and 0 < UNITS.get(lower[i + 1], 0) < 10:
                current += UNITS[lower[i + 1]]
                i += 1
        elif word in UNITS:
            if seen and current % 100:
                break
            current += UNITS[word]
            if i + 2 < n and lower[i + 1] in ("-", "‐") and lower[i + 2] in SCALES:  # "four-hundred three"
                i += 1
        elif word in SCALES and seen:
            if word == "hundred":
                current *= 100
            else:
                total += current * SCALES[word]
                current = 0.0
        elif word == "hundred" and i > at and lower[at] == "a":
            current = 100
        elif word == "a" and i == at and i + 1 < n and lower[i + 1] in ("hundred", "thousand", "dozen"):
            i += 1
            current = {"hundred": 100.0, "thousand": 1000.0, "dozen": 12.0}[lower[i]]
        elif (
            word == "and"
            and seen
            and (current >= 100 or total)
            and i + 1 < n
            and (lower[i + 1] in UNITS or lower[i + 1] in TENS)
        ):
            i += 1
            continue
        else:
            break
        seen = True
        i += 1
    return (i, total + current) if seen else None


def _fraction(doc: Document, at: int) -> tuple[int, float] | None:
    """Read "half", "a third", "two-thirds", "three quarters" at token `at`: (token after it, percentage)."""
    lower, n = doc.lower, len(doc.words)
    if lower[at] == "half":
        return at + 1, 50.0
    if lower[at] in ("a", "one") or lower[at] in UNITS:
        top = 1 if lower[at] == "a" else UNITS[lower[at]]
        i = at + 1
        if i < n and lower[i] in ("-", "‐"):
            i += 1
        if i < n and lower[i] == "half" and top == 1:
            return i + 1, 50.0
        if lower[at : at + 2] == ["one", "in"] and i + 1 < n and UNITS.get(lower[i + 1], 0) > 2 and doc.spaced(i + 1):
            return i + 2, round(100 / UNITS[lower[i + 1]], 1)  # "one in five patients"
        if i < n and lower[i] in PARTS and lower[i] != "half" and 0 < top < PARTS[lower[i]]:
            plural = lower[i].endswith("s")
            if plural == (top > 1) or (top > 1 and lower[i - 1] == "-"):
                return i + 1, round(100 * top / PARTS[lower[i]], 1)
    return None


def find_numbers(doc: Document) -> list[Number]:
    """All numbers of a document in order. Digits inside names (CD4, PD-1, T2-0) are left out."""
    out: list[Number] = []
    i, n = 0, len(doc.words)
    lower = doc.lower
    while i < n:
        word = doc.words[i]
        if word[0].isdigit() or (word[0] in ".·∙" and len(word) > 1):
            number = _digits(doc, i)
            if number is not None:
                out.append(number)
                i = number.last
                continue
            i += 1
            continue
        low = lower[i]
        if low in UNITS or low in TENS or low in ("a", "half"):
            part = _fraction(doc, i)
            if part:
                out.append(Number(i, part[0], doc.starts[i], doc.ends[part[0] - 1], part[1], "fraction"))
                i = part[0]
                continue
            run = _words(doc, i)
            if run:
                out.append(Number(i, run[0], doc.starts[i], doc.ends[run[0] - 1], run[1], "words"))
                i = run[0]
                continue
        elif low in NONE and not (i + 1 < n and lower[i + 1] == "-" and not doc.spaced(i + 1)):  # "the no-NIV group"
            last = i + 2 if low == "no" and i + 1 < n and lower[i + 1] == "one" else i + 1
            out.append(Number(i, last, doc.starts[i], doc.ends[last - 1], 0.0, "none"))
            i = last
            continue
        elif low in FULL:
            number = _all(doc, i)
            out.append(number)
            i = number.last
            continue
        i += 1
    return out


def _all(doc: Document, i: int) -> Number:
    """ "All", "both" at token `i`, with what is taken off: "all but two", "all except 12%" (88 %, as a fraction is)."""
    both, at, n = doc.lower[i] == "both", i + 2, len(doc.words)
    if not both and at <= n and doc.lower[at - 1] in EXCEPT:
        if doc.lower[at : at + 1] == ["for"]:
            at += 1
        run = _words(doc, at) if at < n else None
        if run is None and at < n and doc.words[at].isdigit():
            run = at + 1, float(doc.words[at])
        if run is not None:
            last, less = run
            if doc.lower[last : last + 1] in (["%"], ["percent"]) and less < 100:
                return Number(i, last + 1, doc.starts[i], doc.ends[last], 100.0 - less, "fraction")
            return Number(i, last, doc.starts[i], doc.ends[last - 1], 100.0, "all", less=int(less))
    return Number(i, i + 1, doc.starts[i], doc.ends[i], 2.0 if both else 100.0, "all")


def _digits(doc: Document, i: int) -> Number | None:
    """The number at a token of digits, or None where the digits belong to a name."""
    words, n = doc.words, len(doc.words)
    value = parse_digits(words[i])
    if value is None:
        return None
    first, last, start = i, i + 1, doc.starts[i]
    before = words[i - 1] if i else ""
    signed = False
    plus_minus = i >= 3 and words[i - 2] in "/\\" and words[i - 3] == "+"
    thin = i > 0 and doc.text[doc.ends[i - 1] : doc.starts[i]] in THIN
    apart = i > 2 and any(point in words[i] for point in ".·∙") and before in NEGATIVE
    apart = apart and doc.lower[i - 3 if words[i - 2] == "." else i - 2] in BEFORE_SIGN
    if before in SIGNS and before and (thin or apart or not doc.spaced(i)) and not plus_minus:
        attached = not doc.spaced(i - 1) and i >= 2
        measured = i >= 3 and words[i - 3][0].isdigit() and unit_at(doc, i - 2) is not None  # "2 weeks-1.5 years"
        named = words[i - 2][-1].isalpha() or (words[i - 2][-1].isdigit() and words[i - 2][0].isalpha())
        if attached and named and not measured:
            return None  # PD-1, IL-6, T2-0, COVID-19
        if not attached or words[i - 2] in "([,;:=/":
            first, start, signed = i - 1, doc.starts[i - 1], True
            if before in NEGATIVE:
                value = -value
    # thousands parted by a blank: "45 079", "100 000"
    if len(words[i]) <= 3 and words[i].isdigit() and not signed:
        j = i + 1
        while (
            j < n
            and len(words[j]) == 3
            and words[j].isdigit()
            and doc.starts[j] == doc.ends[j - 1] + 1
            and doc.text[doc.ends[j - 1]] in BLANKS
            and _may_be_thousands(doc, i)
        ):
            value = value * 1000 + int(words[j])
            j += 1
        last = j
    # a stray blank after the point: "54. 55%"
    if (
        last == i + 1
        and i + 3 < n
        and words[i].isdigit()
        and words[i + 1] == "."
        and words[i + 2].isdigit()
        and doc.starts[i + 2] == doc.ends[i + 1] + 1
        and words[i + 3] == "%"
        and not doc.spaced(i + 1)
    ):
        opened = doc.text.rfind("(", max(0, start - 25), start) > doc.text.rfind(")", max(0, start - 25), start)
        if opened or before in ("[", ","):
            value = float(f"{words[i]}.{words[i + 2]}")
            last = i + 3
    return Number(first, last, start, doc.ends[last - 1], value, "digits", signed)


def _may_be_thousands(doc: Document, i: int) -> bool:
    """Whether "45 079" at token `i` can be one number: not after a word that numbers things (grade 3 100 mg)."""
    return not (
        i and doc.lower[i - 1] in ("grade", "stage", "group", "day", "week", "phase", "type", "table", "level", "arm")
    )
