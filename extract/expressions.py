"""Number expressions: what one printed figure says, put together from its numbers, signs and units.

`33 of 197 patients (17%)` is one expression with a count, a denominator and a percentage; `61 ± 12 years (range
17-95)` is three, the later two hanging on the first (`host`). Comes in: a document and its numbers. Goes out:
expressions in order of appearance. Called by `extract.engine`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.nonfindings import is_label, mark
from extract.numbers import Number, find_numbers
from extract.sharing import share
from extract.tokens import Document
from extract.units import Unit, unit_at

WORDS = r"(?:[^\W\d][\w'’/+.-]*\s+){0,%d}?"
OF = re.compile(
    r"\s*(?:\w+\s+){0,2}?(?:out\s+)?of\s+(?:a\s+total\s+of\s+|the\s+total\s+|the\s+|these\s+|those\s+|our\s+"
    r"|all\s+|its\s+|their\s+)?(?:remaining\s+|other\s+|first\s+|last\s+)?$",
    re.I,
)
OPEN = re.compile(
    r"\s*" + WORDS % 9 + r"[\w'’/+.-]*\s*[(\[]\s*(?:n\s*=\s*|approximately\s|about\s|~|only\s|i\.e\.,?\s|or\s)?$", re.I
)
SD_SIGN = re.compile(r"\s*[(\[]?\s*(?:±|\+\s?/\s?[-−–]|\+\s?[-−–]|\+or-|\\pm|∓)\s*$")
SD_WORD = re.compile(r"\s*[(\[,;]\s*(?:±\s*)?(?:s\.?d\.?|standard deviation)\s*[=:,]?\s*(?:±|\+/[-−])?\s*$", re.I)
SE_WORD = re.compile(r"\s*[(\[,;]\s*(?:±\s*)?(?:s\.?e\.?m?\.?|standard error)\s*[=:,]?\s*(?:±|\+/[-−])?\s*$", re.I)
BRACKET = re.compile(r"\s*[(\[]\s*(?:±\s*|\+/[-−]\s*)?$")
RANGE = re.compile(r"\s*(?:-|–|—|−|‐|‑|-?\s*to|through|up\s+to|\.\.\.?|~)\s*$", re.I)
AND = re.compile(r"\s*and\s*$", re.I)
RANGE_OPEN = re.compile(
    r"[^()\[\]]{0,12}[(\[,;:]?\s*(?:(?:with\s+)?(?:an?\s+|the\s+)?(?P<kind>range[ds]?|ranging|iqr|i\.q\.r"
    r"\.|inter-?\s?quartile(?:\s+range)?|q1\s?[-–,]\s?q3|25th\s?[-–]\s?75th(?:\s+percentiles?)?|quartiles?"
    r"|min(?:imum)?\s?[-–,/]\s?max(?:imum)?)"
    r"(?:\s+\[?iqr\]?)?\s*(?:from|was|of|between)?\s*[,:=;(\[]*\s*)?$",
    re.I,
)
LIST = re.compile(
    r"\s*(?:,|;|and|or|vs\.?|versus|v\.?|/|&|,\s*and|,\s*or|to|compared\s+(?:with|to)|\(|,\s*respectively,?\s*and)\s*$",
    re.I,
)
POINTED = re.compile(r"[1-9]\d{0,2}\.000")  # thousands with a point
N_EQUALS = re.compile(r"[nN]\s*=\s*$")
PCT_OF = re.compile(r"\s*" + WORDS % 7 + r"[\w'’/+-]*\s*[(\[,]\s*(?:95\s?%\s?CI[^()]{0,30}?,\s*)?(?:[nN]\s*=\s*)?$")
CHANGE = re.compile(
    r"\b(?:increas\w+|decreas\w+|improv\w+|fell|rose|declin\w+|reduc\w+|chang\w+|dropp\w+|went|drop|rise|fall|grew)\b",
    re.I,
)
LOWER = re.compile(
    r"(?:\b|(?=\W))(?:"
    r"(?P<ge>at\s+least|no(?:t)?\s+(?:less|fewer)\s+than|≥|⩾|>\s?/?=|> or =|>or =|minimum(?:\s+of)?|a\s+minimal"
    r"|min\.|minimum\s+(?:[\w-]+\s+){1,5}(?:was|is|=))\s*$|"
    r"(?P<le>(?:up\s+)?to\s+a\s+maximum\s+(?:dose\s+)?of|up\s+to|at\s+most|no(?:t)?\s+more\s+than"
    r"|not\s+exceed\w*|≤|⩽|<\s?/?=|< ?or =|maximum(?:\s+(?:dose|daily\s+dose))?(?:\s+(?:of|was))?"
    r"|within(?:\s+the\s+first)?|max\.?)\s*$|"
    r"(?P<lt>less\s+than|lower\s+than|fewer\s+than|below|under|shorter\s+than|younger\s+than|<)\s*$|"
    r"(?P<gt>more\s+than|greater\s+than|over|above|exceed(?:s|ed|ing)?|higher\s+than|longer\s+than|older\s+than"
    r"|in\s+excess\s+of|>)\s*$|"
    r"(?P<about>about|approximately|approx\.?|around|nearly|almost|circa|ca\.?|roughly|some|close\s+to"
    r"|approaching|an?\s+estimated|estimated|~|∼|≈|≃)\s*$)",
    re.I,
)
REACHED = re.compile(r"\bfrom\b(?=[^;]*\d)(?:[^.;]|\.\d){0,60}\bup\s+to\s*$", re.I)  # "from 0.1 up to 1.9" reached 1.9
UPPER = re.compile(
    r"\s*(?:\w+\s+)?(?P<ge>minimum\b|or\s+(?:more|greater|older|longer|higher|above|over)|and\s+(?:over|above|older))"
    r"\b|\s*(?:\w+\s+)?(?P<le>or\s+(?:less|fewer|younger|shorter|below|lower|under))\b",
    re.I,
)
# Behind a percentage: it is the level of an interval, or it tells something else than the count before it.
LEVEL = re.compile(r"[\s,-]*(?:C\.?I\.?s?\b|CrI\b|confidence|credib|limits\b)")
OTHER_SHARE = re.compile(
    r"\s*(?:were\s+|was\s+)?(?:(?:fe)?males?\b|men\b|women\b|boys\b|girls\b|white\b|caucasian|black\b|african|asian|hispanic"
    r"|smokers|follow-?up|response|attrition|retention|participation)",
    re.I,
)
TIMES = {"years": 365.25, "months": 30.4375, "weeks": 7.0, "days": 1.0, "hours": 1 / 24, "minutes": 1 / 1440}  # in days
ALLOCATION = re.compile(r"randomi|assign|allocat|match|dilut|fashion|ratio of \d", re.I)
PERCENT = frozenset({"%", "percent", "per", "cent"})
CLOSED = frozenset({"of", "the", "these", "those", "them", "all", "our", "out", "a", "an", "or", "to", "n"})
SENTENCE_END = re.compile(r"[.?!]\s+[A-Z]")
BOUNDS = frozenset("<>≤≥⩽⩾")
PLAN_NOUN = re.compile(r"\s+(?:[a-z-]+\s+){0,2}(?:groups|arms|cohorts|treatments|regimens|conditions|methods)\b")
YEARS = range(1900, 2100)
NUMBERED = frozenset({"cycle", "cycles", "visit", "visits", "grade", "stage", "phase", "group", "arm", "cohort"})
CURRENCIES = frozenset("$€£¥")
CMP = {"ge": ">=", "le": "<=", "lt": "<", "gt": ">", "about": "~"}


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
class _Item:
    """A number with the unit behind it, while expressions are put together."""

    number: Number
    unit: Unit | None
    percent: bool
    tail: int  # character where the number and its unit end
    last: int  # token after them


def find_expressions(doc: Document) -> list[Expression]:
    """All number expressions of a document, in order; those that cannot be findings carry the reason in `drop`."""
    items = _items(doc)
    _share(doc, items)
    out = share(doc, _assemble(doc, items))
    mark(doc, out)
    for e in out:
        _bounds(doc, e)
        e.inner = _inner(doc, e)
    return out


def _inner(doc: Document, e: Expression) -> tuple[int, int] | None:
    """The words between the number that a figure begins with and the one behind them, if there are any."""
    if "base" in e.tags or e.form not in ("count", "percent"):
        return None
    first = e.first
    while first < e.last and (doc.starts[first] < e.span_end or doc.lower[first] in PERCENT):
        first += 1
    last = first
    while last < e.last and doc.words[last] not in "([{" and not doc.words[last][0].isdigit():
        last += 1
    said = any(doc.words[t][0].isalpha() and doc.lower[t] not in CLOSED for t in range(first, last))
    return (first, last) if said and last < e.last else None


def _items(doc: Document) -> list[_Item]:
    """The numbers of a document with their units; digits inside a unit ("x 10(9)/L", "1.73 m2") are no numbers."""
    out: list[_Item] = []
    for number in find_numbers(doc):
        if not out or out[-1].last <= number.first:
            out.append(_item(doc, number))
    return out


def _item(doc: Document, number: Number) -> _Item:
    unit = unit_at(doc, number.last) if number.kind not in ("none", "all", "fraction") else None
    if unit is None and number.first and doc.words[number.first - 1] in CURRENCIES:
        unit = Unit(doc.words[number.first - 1], "money", number.last)
    if (number.kind == "words" and unit is not None and unit.kind == "percent") or (
        unit is not None and unit.kind == "percent"
    ):
        return _Item(number, unit, True, doc.ends[unit.last - 1], unit.last)
    last = unit.last if unit else number.last
    return _Item(number, unit, number.kind == "fraction", doc.ends[last - 1], last)


def _share(doc: Document, items: list[_Item]) -> None:
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


def _digits_after(doc: Document, number: Number) -> int:
    word = doc.text[number.start : number.end].replace("·", ".").replace("∙", ".")
    return len(word.rsplit(".", 1)[1].strip()) if "." in word else 0


def _single(doc: Document, item: _Item) -> Expression:
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
        decimals=_digits_after(doc, number),
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


def _assemble(doc: Document, items: list[_Item]) -> list[Expression]:
    out: list[Expression] = []
    i, n = 0, len(items)
    while i < n:
        step, made = _pair(doc, items, i, out)
        out.extend(made)
        i += step
    return out


def _base(doc: Document, item: _Item, over: Expression) -> list[Expression]:
    """The denominator of `over` as a figure of its own: it may state the size of a population or a group."""
    base = _single(doc, item)
    base.tags.append("base")
    base.host = over
    return [base]


def _close(doc: Document, e: Expression, at: int) -> None:
    """Extend an expression over a closing bracket right behind token `at` - 1."""
    e.last = max(e.last, at)
    e.end = doc.ends[at - 1]
    if at < len(doc.words) and doc.words[at] in ")]":
        e.last, e.end = at + 1, doc.ends[at]


def _pair(doc: Document, items: list[_Item], i: int, out: list[Expression]) -> tuple[int, list[Expression]]:
    """Try the longer patterns at item `i`: (items used, expressions made)."""
    a = items[i]
    b = items[i + 1] if i + 1 < len(items) else None
    c = items[i + 2] if i + 2 < len(items) else None
    text = doc.text
    if b is None:
        return 1, [_single(doc, a)]
    gap = text[a.tail : b.number.start]
    if len(gap) > 90 or "\n" in gap or SENTENCE_END.search(gap):
        return 1, [_single(doc, a)]
    whole = (
        a.number.whole
        and a.unit is None
        and a.number.kind != "fraction"
        and not is_label(doc.text, a.number.start, a.number.value)
        and not (a.number.value in YEARS and text[a.number.end : a.number.end + 1] == ":")  # "2007: 86.2%"
    )
    # k of N, k/N, all N, none of N - and a percentage behind it
    if (
        whole
        and not b.percent
        and b.number.whole
        and (b.unit is None or b.unit.kind == "other")
        and b.number.kind in ("digits", "words")
    ):
        over = None
        if a.number.kind == "all":
            if (
                gap.strip() in ("", "the", "of the", "of", "these", "of these", "our")
                and b.number.value > 0
                and text[a.number.start : a.number.end].lower() != "both"
                and a.number.less <= b.number.value
            ):
                over = "all"
        elif OF.fullmatch(gap) and "group" not in gap and a.number.value <= b.number.value and b.number.value > 0:
            over = "of"
        elif (
            gap in ("/", " / ", "/ ", " /")
            and a.number.value <= b.number.value
            and a.number.kind == "digits"
            and b.number.value > 0
            and not _rate_base(doc, b)
        ):
            over = "/"
        if over:
            e = _single(doc, a)
            e.form = "count"
            e.numerator = int(b.number.value) - e.less if over == "all" else int(a.number.value)
            e.value = float(e.numerator)
            e.denominator = int(b.number.value)
            e.last, e.end, e.span_end = b.number.last, b.number.end, b.number.end
            e.tags.append("over")
            if c is not None and c.percent:
                gap2 = text[b.tail : c.number.start]
                if (
                    len(gap2) < 70
                    and (OPEN.fullmatch(gap2) or re.fullmatch(r"\s*(?:=|,|;|:|or|\w+,)\s*", gap2))
                    and agrees(e.numerator, e.denominator, c.number.value, 3.0)
                ):
                    e.form, e.value, e.decimals = "percent", c.number.value, _digits_after(doc, c.number)
                    _close(doc, e, c.last)
                    return 3, [e, *_base(doc, b, e)]
            return 2, [e, *_base(doc, b, e)]
    # k (p%), k patients (p%), n = k, p%
    if (
        whole
        and b.percent
        and (a.number.kind in ("digits", "words", "all") or (a.number.kind == "none" and b.number.value == 0))
        and not (
            a.number.kind == "all"
            and ((b.number.value == 100) == bool(a.number.less) or ("(" not in gap and "[" not in gap))
        )
        and LEVEL.match(text, b.tail) is None
        and text[max(0, a.number.start - 2) : a.number.start].strip() not in BOUNDS  # "with >5 lesions (73%)"
        and not (OTHER_SHARE.match(text, b.tail) and ("(" in gap or "[" in gap))
        and not (c is not None and c.percent and RANGE.fullmatch(text[b.tail : c.number.start]))  # "(55%-60%)"
        and not (c is not None and SD_SIGN.fullmatch(text[b.number.end : c.number.start]))  # "week 24 ... (5.9 ± 0.5%)"
        and PLAN_NOUN.match(gap) is None
    ):
        comma = re.fullmatch(r"\s*[,;:]\s*", gap) or (re.fullmatch(r"\s*\w+\s*[,;]\s*", gap) and False)
        in_brackets = re.search(r"[(\[]\s*(?:n\s*=\s*)?$", text[max(0, a.number.start - 8) : a.number.start], re.I)
        if (
            OPEN.fullmatch(gap)
            or re.fullmatch(r"\s*\[\s*", gap)
            or (comma and in_brackets)
            or (
                gap.strip() in ("=", "/", "-", "–", "or")
                and a.number.value > 0
                and b.number.value <= 100
                and a.number.kind == "digits"
                and gap.strip() == "="
            )
        ) and not (
            a.number.value > 1900
            and a.number.value < 2035
            and text[max(0, a.number.start - 4) : a.number.start].strip().lower() in ("in", "since")
        ):
            e = _single(doc, a)
            e.form, e.value, e.numerator = "percent", b.number.value, int(a.number.value)
            if a.number.kind == "all":
                e.numerator = None
            e.kind = a.number.kind
            e.decimals = _digits_after(doc, b.number)
            e.tags.append("count-percent")
            e.span_end = a.number.end
            if c is not None and not c.percent and c.number.whole and c.unit is None:  # 983 (20%) of the 5005 patients
                gap2 = text[b.tail : c.number.start]
                if (
                    re.match(r"\s*[)\]]\s*(?:out\s+)?of\s", gap2)
                    and OF.fullmatch(gap2[gap2.find(")") + 1 if ")" in gap2 else gap2.find("]") + 1 :])
                    and agrees(e.numerator or 0, int(c.number.value), e.value, 3.0)
                ):
                    e.denominator = int(c.number.value)
                    e.last, e.end = c.number.last, c.number.end
                    return 3, [e, *_base(doc, c, e)]
            _close(doc, e, b.last)
            return 2, [e]
    # p% (k/N), p% (k of N patients), p% (n = k), p% of patients (k patients)
    if (
        (
            a.percent
            and b is not None
            and whole is False
            and b.number.whole
            and b.unit is None
            and not b.percent
            and b.number.kind in ("digits", "words")
        )
        and PCT_OF.fullmatch(gap)
        and a.number.kind != "none"
    ):
        if c is not None and c.number.whole and c.unit is None and not c.percent:
            gap2 = text[b.number.end : c.number.start]
            if (
                (gap2 in ("/", " / ", "/ ", " /") or OF.fullmatch(gap2))
                and b.number.value <= c.number.value
                and agrees(int(b.number.value), int(c.number.value), a.number.value, 3.0)
            ):
                e = _single(doc, a)
                e.numerator, e.denominator = int(b.number.value), int(c.number.value)
                e.tags.append("over")
                e.span_end = a.number.end
                _close(doc, e, c.number.last)
                return 3, [e, *_base(doc, c, e)]
        follows = doc.words[b.number.last] if b.number.last < len(doc.words) else ""
        named = bool(N_EQUALS.search(gap))
        people = follows.lower() in (
            "patients",
            "subjects",
            "cases",
            "women",
            "men",
            "children",
            "participants",
            "pts",
            "eyes",
            "infants",
            "individuals",
            "people",
            "persons",
            "adults",
        )
        if (
            ("(" in gap or "[" in gap or named)
            and (follows in (")", "]", ";", ",") or people)
            and (named or people or (re.fullmatch(r"\s*[(\[]\s*", gap) and follows in ")]"))
        ):
            e = _single(doc, a)
            e.tags.append("percent-count")
            if named and re.search(r"\b(?:with|in|receiving|on|from|who|taking|given|assigned|without)\s", gap, re.I):
                return 1, [_single(doc, a)]  # 59.6% of patients treated with X (n = 99): 99 is the arm's size
            e.numerator = int(b.number.value)
            e.span_end = a.number.end
            _close(doc, e, b.number.last + (1 if people else 0))
            return 2, [e]
    # p% of N
    if (
        a.percent
        and not b.percent
        and b.number.whole
        and b.unit is None
        and b.number.kind in ("digits", "words")
        and b.number.value >= 5
        and re.fullmatch(r"\s*of\s+(?:the\s+|all\s+|our\s+|these\s+)?", gap, re.I)
    ):
        e = _single(doc, a)
        e.denominator = int(b.number.value)
        e.tags.append("over")
        e.last, e.end, e.span_end = b.number.last, b.number.end, a.number.end
        return 2, [e, *_base(doc, b, e)]
    # ratio a:b
    if gap.strip() == ":" and len(gap) <= 3 and not b.percent and a.unit is None:
        left, right = _single(doc, a), _single(doc, b)
        clause = text[max(0, a.number.start - 50) : a.number.start].rsplit(". ", 1)[-1]
        around = clause + text[a.number.start : b.number.end + 25]
        if ALLOCATION.search(around) and a.number.value < 10 and b.number.value < 10:
            left.drop = right.drop = "allocation"
        for e, form in ((left, "ratio"), (right, "ratio")):
            e.form, e.tags = form, ["ratio"]
            e.start, e.end, e.first, e.last = a.number.start, b.number.end, a.number.first, b.number.last
            e.span_end = b.number.end
        return 2, [left, right]
    # a ± s
    if SD_SIGN.fullmatch(gap):
        made = [_mean(doc, a)]
        spread = _single(doc, b)
        spread.form, spread.host = "sd", made[0]
        spread.start, spread.end = b.number.start, b.number.end
        if a.unit is None and b.unit is not None:
            made[0].unit = None if b.percent else b.unit
        spread.unit = made[0].unit or (None if b.percent else b.unit)
        if b.percent:
            made[0].tags.append("percent-unit")
            spread.tags.append("percent-unit")
        made[0].tags.append("spread")
        return 2, [*made, spread]
    # a (SD s)
    if SD_WORD.fullmatch(gap) or SE_WORD.fullmatch(gap):
        head = _mean(doc, a)
        spread = _single(doc, b)
        spread.form = "sd" if SD_WORD.fullmatch(gap) else "se"
        spread.host, spread.unit = head, head.unit
        if head.unit is None and b.unit is not None and not b.percent:
            head.unit = spread.unit = b.unit
        spread.start, spread.end = b.number.start, b.number.end
        head.tags.append("spread")
        if spread.form == "se":
            spread.drop = "standard-error"
        return 2, [head, spread]
    # low-high
    joined = RANGE.fullmatch(gap) or (
        AND.fullmatch(gap) and re.search(r"\bbetween\s*$", text[max(0, a.number.start - 9) : a.number.start], re.I)
    )
    if joined and a.number.kind in ("digits", "words") and b.number.kind in ("digits", "words"):
        word = gap.strip().lower()
        before = text[max(0, a.number.start - 110) : a.number.start]
        change = word == "to" and _is_change(
            before, a, b, bool(out) and text[out[-1].end : a.number.start].strip() in ("(", "[")
        )
        if a.unit is not None and a.unit.kind == "time" and b.unit is None and not b.percent:
            same = False  # "for 1 year to 49 people"
        else:
            same = (
                a.unit is None or b.unit is None or a.unit.text == b.unit.text or (a.unit.kind == b.unit.kind == "time")
            )
        ordered = a.number.value < b.number.value or (a.number.signed and b.number.signed)
        ordered = ordered or (a.unit is not None and b.unit is not None and a.unit.text != b.unit.text)
        if (
            same
            and (a.percent == b.percent or b.percent)
            and (ordered or (word != "to" and a.number.value <= b.number.value))
            and not change
        ):
            e = _single(doc, a)
            e.form, e.value, e.numerator = "range", None, None
            e.low, e.high = sorted((a.number.value, b.number.value))
            e.unit = None if b.percent else (b.unit or a.unit)
            if b.percent:
                e.tags.append("percent-unit")
            if a.unit is not None and b.unit is not None and a.unit.text != b.unit.text:
                e.low, e.high = (
                    round(a.number.value * TIMES.get(a.unit.text, 1) / TIMES.get(b.unit.text, 1), 2),
                    b.number.value,
                )
            e.last, e.end, e.span_end = b.last, b.tail, b.number.end
            e.tags.append("joined:" + word)
            _attach(doc, e, out)
            return 2, [e]
    return 1, [_single(doc, a)]


def _is_change(before: str, a: _Item, b: _Item, behind_figure: bool) -> bool:
    """Whether "a to b" is a course ("fell from 7.3 to 5.7") and no range."""
    if a.unit is not None and b.unit is not None and a.unit.kind == "time" and a.unit.text != b.unit.text:
        return False
    clause = re.split(r"[.;]\s", before)[-1]
    changed = [m.end() for m in CHANGE.finditer(clause)]
    if re.search(r"\brang|\bvari|\bbetween|IQR|quartile", clause[changed[-1] if changed else 0 :], re.I):
        return False
    if a.number.value >= b.number.value:
        return True
    if re.search(r"from\s*$", before, re.I):
        return bool(changed)
    return (
        bool(re.search(r"[(\[]\s*$", before))
        and not behind_figure
        and (b.unit is None or b.unit.kind not in ("time", "mass"))
        and not (a.percent and b.percent and not changed)
    )


def _mean(doc: Document, a: _Item) -> Expression:
    head = _single(doc, a)
    head.form, head.numerator = "value", None
    head.end = a.number.end
    if a.percent:
        head.tags.append("percent-unit")
    return head


def _attach(doc: Document, e: Expression, out: list[Expression]) -> None:
    """Hang a range on the figure it belongs to: `57 (17-95)`, `median 9 months (IQR 3-15)`, a mean and `range 2-8`."""
    if not out:
        return
    host = out[-1]
    if host.form in ("sd", "se") and host.host is not None:
        host = host.host
    gap = doc.text[out[-1].end : e.start]
    if len(gap) > 60 or "\n" in gap:
        return
    match = RANGE_OPEN.search(gap)
    if match is None:
        return
    named = match.group("kind")
    opened = re.search(r"[(\[]", gap)
    if named:
        e.label = "iqr" if re.search(r"q|25|quart", named, re.I) else "range"
    if (
        host.form in ("value", "count", "percent", "range")
        and ((named and (opened or gap.strip()[:1] in ",;:")) or re.fullmatch(r"\s*[\w%°/.-]*\s*[(\[]\s*", gap))
        and "count-percent" not in host.tags
        and "over" not in host.tags
    ):
        if host.form == "count" and not named and (host.n_equals or (e.unit is not None and e.unit.kind == "time")):
            return  # "62 patients (25-40 years)" tells their ages
        e.host = host
        if host.form == "range":
            e.host = host.host
    if (
        e.label is None
        and re.search(r"\b(?:IQR|interquartile)\b", doc.text[max(0, e.start - 110) : e.start])
        and e.host is not None
    ):
        e.label = "iqr"


def agrees(k: int, n: int, percent: float | None, tolerance: float) -> bool:
    """Whether k of n is the percentage, give or take (percentage points)."""
    return percent is not None and n > 0 and abs(100 * k / n - percent) <= tolerance


def _rate_base(doc: Document, item: _Item) -> bool:
    """Whether a number is the base of a rate (1.7/100,000, 35/1000)."""
    value = item.number.value
    return value in (1000, 10000, 100000, 1000000) or (
        value == 100
        and item.number.last < len(doc.words)
        and doc.lower[item.number.last] in ("person", "patient", "women")
    )


def _bounds(doc: Document, e: Expression) -> None:
    before = doc.text[max(0, e.start - 70) : e.start]
    match = LOWER.search(before)
    if match and match.lastgroup:
        e.cmp = CMP[match.lastgroup] if REACHED.search(before) is None else "="
        if e.cmp == "<=" and match.group().lower().startswith("within") and (e.unit is None or e.unit.kind != "time"):
            e.cmp = "="
        if match.group().strip().lower() == "some" and e.form == "value":
            e.cmp = "="
        if match.group().strip().lower() in ("over", "under") and e.unit is not None and e.unit.kind == "time":
            e.cmp = "="
        return
    match = UPPER.match(doc.text, e.end)
    if match and match.lastgroup:
        e.cmp = CMP[match.lastgroup]
