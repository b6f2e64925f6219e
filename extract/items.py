"""Numbers with their units, and the expressions that are made of them.

Comes in: a document. Goes out: its items, in which lists share the unit of the last, and an `Expression` of a single
one. Called by `extract.expressions`, `extract.shares` and `extract.spreads`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.numbers import Number, find_numbers
from extract.tokens import Document
from extract.units import Unit, unit_at

SD_SIGN = re.compile(r"\s*[(\[]?\s*(?:±|\+\s?/\s?[-−–]|\+\s?[-−–]|\+or-|\\pm|∓)\s*$")
RANGE = re.compile(r"\s*(?:-|–|—|−|‐|‑|-?\s*to|through|up\s+to|\.\.\.?|~)\s*$", re.I)
LIST = re.compile(
    r"\s*(?:,|;|and|or|vs\.?|versus|v\.?|/|&|,\s*and|,\s*or|to|compared\s+(?:with|to)|\(|,\s*respectively,?\s*and)\s*$",
    re.I,
)
POINTED = re.compile(r"[1-9]\d{0,2}\.000")  # thousands with a point
N_EQUALS = re.compile(r"[nN]\s*=\s*$")
# Behind a percentage: it is the level of an interval.
LEVEL = re.compile(r"[\s,-]*(?:C\.?I\.?s?\b|CrI\b|confidence|credib|limits\b)")
NUMBERED = frozenset({"cycle", "cycles", "visit", "visits", "grade", "stage", "phase", "group", "arm", "cohort"})
CURRENCIES = frozenset("$€£¥")


@dataclass(slots=True)
class Expression:
    """One printed figure. `form` is count, percent, value, range, sd, se or ratio; `value` is the percentage of a count
    with a percentage. `first` and `last` are tokens (exclusive); `start` and `end` characters. `host` is the figure
    a spread belongs to, `drop` why it can be no finding, `label` what a range was called (range, iqr)."""

    form: str
    first: int
    last: int
    start: int
    end: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: Unit | None = None
    numerator: int | None = None
    denominator: int | None = None
    cmp: str = "="
    host: Expression | None = None
    drop: str | None = None
    label: str | None = None
    kind: str = "digits"
    less: int = 0  # what is taken off all: "all but two"
    bracket: bool = False  # whether it stands in brackets
    decimals: int = 0
    reverse: bool = False
    n_equals: bool = False
    span_end: int = 0  # where the bare number ends
    inner: tuple[int, int] | None = (
        None  # tokens of the words that stand in it: "13 deaths (25%)", "2 of 46 women (4%)"
    )
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A number with the unit behind it, while expressions are put together."""

    number: Number
    unit: Unit | None
    percent: bool
    tail: int  # character where the number and its unit end
    last: int  # token after them


@dataclass(slots=True)
class Here:
    """An item and those behind it: `gap` is the text between the first two, `out` what was made before."""

    doc: Document
    a: Item
    b: Item
    c: Item | None
    gap: str
    whole: bool  # whether the first can count people
    out: list[Expression]


Made = tuple[int, list[Expression]] | None  # how many items were used, and what was made of them


def find_items(doc: Document) -> list[Item]:
    """The numbers of a document with their units; digits inside a unit ("x 10(9)/L", "1.73 m2") are no numbers."""
    out: list[Item] = []
    for number in find_numbers(doc):
        if not out or out[-1].last <= number.first:
            out.append(_item(doc, number))
    return out


def _item(doc: Document, number: Number) -> Item:
    unit = unit_at(doc, number.last) if number.kind not in ("none", "all", "fraction") else None
    if unit is None and number.first and doc.words[number.first - 1] in CURRENCIES:
        unit = Unit(doc.words[number.first - 1], "money", number.last)
    if unit is not None and unit.kind == "percent":
        return Item(number, unit, True, doc.ends[unit.last - 1], unit.last)
    last = unit.last if unit else number.last
    return Item(number, unit, number.kind == "fraction", doc.ends[last - 1], last)


def _is_spread(doc: Document, items: list[Item], i: int) -> bool:
    """Whether a ± stands between a number and the one before it."""
    if not 0 < i < len(items):
        return False
    return SD_SIGN.fullmatch(doc.text, items[i - 1].number.end, items[i].number.start) is not None


def share_units(doc: Document, items: list[Item]) -> None:
    """Numbers of a list share the unit of the last: "12, 4 and 22%", "11.0 vs 3.2 months", "10 to 15%"."""
    for i in range(len(items) - 2, -1, -1):
        here, after = items[i], items[i + 1]
        if here.unit is not None or here.number.kind in ("none", "all", "fraction") or after.unit is None:
            continue
        gap = doc.text[here.number.end : after.number.start]
        if here.number.first and doc.lower[here.number.first - 1] in NUMBERED:
            continue
        if after.percent and LEVEL.match(doc.text, after.tail):  # "mean, 68.0; 95% CI"
            continue
        if len(gap) > 12 or not (LIST.fullmatch(gap) or RANGE.fullmatch(gap) or SD_SIGN.fullmatch(gap)):
            continue
        if gap.strip() == "(":
            continue
        if here.number.first and doc.words[here.number.first - 1] == "/":  # "8/89 or 9.0%"
            continue
        if after.percent:
            if here.number.value > 100 and not here.number.signed:
                continue
            if _is_spread(doc, items, i) and not _is_spread(doc, items, i + 2):  # "64.4 ± 10.7, 73% of whom"
                continue
            if gap.strip() in (",", ";") and here.number.kind == "words":
                continue
            before = doc.lower[here.number.first - 1] if here.number.first else ""
            if before in (
                "groups",
                "group",
                "grade",
                "grades",
                "stage",
                "stages",
                "days",
                "day",
                "weeks",
                "arms",
                "n",
                "=",
                "age",  # "median age 67, 62% male"
            ):
                continue
            here.percent = True
        here.unit = after.unit


def digits_after(doc: Document, number: Number) -> int:
    word = doc.text[number.start : number.end].replace("·", ".").replace("∙", ".")
    return len(word.rsplit(".", 1)[1].strip()) if "." in word else 0


def single(doc: Document, item: Item) -> Expression:
    number = item.number
    if item.percent:
        form = "percent"
    elif number.kind in ("none", "all") or (number.whole and item.unit is None):
        form = "count"
    else:
        form = "value"
    e = Expression(
        form,
        number.first,
        item.last,
        number.start,
        item.tail if item.percent or (form == "value" and item.unit) else number.end,
        number.value,
        unit=None if item.percent else item.unit,
        kind=number.kind,
        less=number.less,
        span_end=number.end,
        decimals=digits_after(doc, number),
    )
    if e.unit is not None and e.unit.kind == "activity" and POINTED.fullmatch(doc.text, number.start, number.end):
        e.value, e.decimals = 1000 * number.value, 0  # "40.000 IU"
    if form == "count":
        e.numerator = int(number.value)
        before = doc.text[max(0, number.start - 6) : number.start]
        e.n_equals = bool(N_EQUALS.search(before))
    before = doc.text[max(0, number.start - 40) : number.start]
    e.bracket = max(before.rfind("("), before.rfind("[")) > max(before.rfind(")"), before.rfind("]"))
    return e
