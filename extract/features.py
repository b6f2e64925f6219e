"""What the trained deciders look at: features of a figure and of the words around it, as strings.

Comes in: a document, its figures, and (for names and groups) candidate phrases. Goes out: lists of feature strings.
Called by `extract.classify`, `extract.names`, `extract.groups` and by the training in `extract.fit`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from extract.doses import is_drug
from extract.items import Expression
from extract.phrases import people_words, thing_words, word_classes
from extract.tokens import Document

ROLES = [
    (
        "background",
        re.compile(
            r"background|introduction|objective|aim|purpose|context|rationale|hypothes|question|importance", re.I
        ),
    ),
    (
        "methods",
        re.compile(
            r"method|design|setting|patient|participant|material|subject|intervention|measure|procedure|sample"
            r"|data|analysis|population",
            re.I,
        ),
    ),
    ("results", re.compile(r"result|finding|outcome|observation|evidence", re.I)),
    ("conclusion", re.compile(r"conclu|discuss|interpret|implication|summary|significance|comment|relevance", re.I)),
]
DIGITS = re.compile(r"\d+")


def role(label: str) -> str:
    """The rhetorical role that a printed section label names; "" where it names none ("CASE REPORT" is results)."""
    if re.search(r"result|finding", label, re.I):
        return "results"
    for name, pattern in ROLES:
        if pattern.search(label):
            return name
    return "results" if re.search(r"case", label, re.I) else ""


def plain(word: str) -> str:
    """A word as features see it: lower case, digits as #, plural s off."""
    word = DIGITS.sub("#", word.lower())
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word


def bucket(value: float | None) -> str:
    """A number's order of magnitude."""
    if value is None:
        return "none"
    for limit in (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 10000):
        if value <= limit:
            return str(limit)
    return "more"


@cache
def clusters() -> dict[str, tuple[str, str]]:
    """Word -> its coarse and its fine distributional cluster (made by `extract.fit.clusters`)."""
    table: dict[str, tuple[str, str]] = {}
    text = (resources.files("extract") / "data" / "clusters.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        word, coarse, fine = line.split("\t")
        table[word] = (coarse, fine)
    return table


NOWHERE = ("-", "-")
STATISTICS = {
    "mean": "mean",
    "means": "mean",
    "average": "mean",
    "averaged": "mean",
    "median": "median",
    "medians": "median",
    "range": "range",
    "ranged": "range",
    "ranging": "range",
    "iqr": "range",
    "interquartile": "range",
    "sd": "sd",
    "deviation": "sd",
    "total": "total",
    "overall": "total",
    "rate": "share",
    "rates": "share",
    "incidence": "share",
    "prevalence": "share",
    "proportion": "share",
    "percentage": "share",
    "frequency": "share",
    "score": "score",
    "scores": "score",
    "maximum": "range",
    "minimum": "range",
}
CHANGES = (
    "increas",
    "decreas",
    "reduc",
    "improve",
    "declin",
    "chang",
    "drop",
    "fell",
    "rose",
    "gain",
    "loss",
    "lost",
    "differ",
    "greater",
    "higher",
    "lower",
    "longer",
    "shorter",
    "fewer",
    "than",
    "by",
)
AUXILIARY = frozenset(["is", "are", "was", "were", "we", "had", "has", "have", "will", "be", "been"])
PURPOSE = frozenset(
    [
        "aim",
        "aimed",
        "objective",
        "purpose",
        "evaluate",
        "assess",
        "determine",
        "investigate",
        "examine",
        "compare",
        "hypothesized",
        "hypothesis",
        "whether",
        "study",
        "may",
        "might",
        "could",
        "should",
        "can",
    ]
)


class Reader:
    """The features of one document's figures; keeps what several deciders need."""

    def __init__(self, doc: Document, figures: list[Expression], roles: list[str]) -> None:
        """`roles` holds the rhetorical role of each sentence."""
        self.doc = doc
        self.figures = figures
        self.roles = roles
        self.plain = [plain(w) for w in doc.words]
        self.sentence = [doc.sentence_of(e.first) for e in figures]
        self.short: dict[str, str] | None = None  # the short forms that the text defines, once asked for
        self.made: dict[int, list[str]] = {}
        self.runs: dict[int, list[list[int]]] = {}  # of each sentence, once asked for (see `extract.abreast`)
        self.covered: dict[int, int] = {}
        for number, e in enumerate(figures):
            if "base" not in e.tags:
                inner = range(*e.inner) if e.inner else ()
                for token in range(e.first, e.last):
                    if token not in inner:
                        self.covered.setdefault(token, number)
        self.drops: dict[int, list[str]] = {}
        for number, e in enumerate(figures):
            if e.drop:
                self.drops.setdefault(self.sentence[number], []).append(e.drop)
        self.by_sentence: dict[int, list[int]] = {}
        for number, s in enumerate(self.sentence):
            self.by_sentence.setdefault(s, []).append(number)
        self.seen: dict[tuple[str, float | None, float | None], int] = {}
        for number, e in enumerate(figures):
            self.seen.setdefault((e.form, e.value, e.low), number)

    def word(self, token: int, low: int, high: int) -> str:
        """The plain word at a token, `^` and `$` outside `low` to `high`, `<n>` for another figure."""
        if token < low:
            return "^"
        if token >= high:
            return "$"
        number = self.covered.get(token)
        if number is not None:
            return f"<{self.figures[number].form}>"
        return self.plain[token]

    def figure(self, number: int) -> list[str]:
        """Features of one figure for its class and statistic, worked out once."""
        if number not in self.made:
            self.made[number] = self._figure(number)
        return self.made[number]

    def _figure(self, number: int) -> list[str]:
        e, doc = self.figures[number], self.doc
        sentence = doc.sentences[self.sentence[number]]
        low, high = sentence.first, sentence.last
        unit = e.unit.text.lower() if e.unit else "-"
        kind = e.unit.kind if e.unit else "-"
        out = [
            f"form={e.form}",
            f"form={e.form}|unit={unit}",
            f"form={e.form}|kind={kind}",
            f"value={e.form}|{bucket(e.value)}",
            f"word={e.kind}",
            f"n={e.n_equals}",
            f"bracket={e.bracket}|{e.form}",
            f"cmp={e.cmp}",
            f"num={e.numerator is not None}|{e.denominator is not None}|{e.form}",
            f"per={bool(e.unit and e.unit.per)}|{kind}",
            f"dec={e.decimals > 0}|{e.form}",
            f"label={e.label}",
        ]
        out += [f"tag={t}|{e.form}" for t in e.tags]
        if e.host is not None:
            out.append(f"host={e.host.form}|{e.form}")
        here = self.roles[self.sentence[number]]
        out += [
            f"role={here}",
            f"role={here}|{e.form}",
            f"role={here}|{kind}",
            f"place={min(9, 10 * self.sentence[number] // max(1, len(doc.sentences)))}",
        ]
        if self.sentence[number] == 0:
            out.append("title")
        left = [self.word(e.first - d, low, high) for d in range(1, 8)]
        last = e.inner[0] if e.inner else max(e.last, e.first + 1)
        right = [self.word(last + d, low, high) for d in range(7)]
        for d in range(5):
            out += [f"l{d}={left[d]}", f"r{d}={right[d]}"]
        out += [
            f"l={left[1]} {left[0]}",
            f"l3={left[2]} {left[1]} {left[0]}",
            f"r={right[0]} {right[1]}",
            f"r3={right[0]} {right[1]} {right[2]}",
            f"lr={left[0]}|{right[0]}",
            f"l0f={left[0]}|{e.form}",
            f"r0f={right[0]}|{e.form}",
            f"r1f={right[1]}|{e.form}",
            f"kl={left[0]}|{kind}",
            f"kr={right[0]}|{kind}",
        ]
        table = clusters()
        near = [table.get(w, NOWHERE) for w in left], [table.get(w, NOWHERE) for w in right]
        for d in range(4):
            out += [
                f"lc{d}={near[0][d][1]}",
                f"rc{d}={near[1][d][1]}",
                f"lk{d}={near[0][d][0]}|{e.form}",
                f"rk{d}={near[1][d][0]}|{e.form}",
            ]
        out += [
            f"lcc={near[0][1][0]} {near[0][0][0]}",
            f"rcc={near[1][0][0]} {near[1][1][0]}",
            f"lrc={near[0][0][0]}|{near[1][0][0]}|{kind}",
        ]
        out += [f"blc={c}|{e.form}" for c in dict.fromkeys(c[1] for c in near[0])] + [
            f"brc={c}|{e.form}" for c in dict.fromkeys(c[1] for c in near[1])
        ]
        out += [f"blk={c}|{kind}" for c in dict.fromkeys(c[0] for c in near[0])] + [
            f"brk={c}|{kind}" for c in dict.fromkeys(c[0] for c in near[1])
        ]
        out += [f"bl={w}" for w in dict.fromkeys(left)] + [f"br={w}" for w in dict.fromkeys(right)]
        out += [f"blf={w}|{kind}{e.form}" for w in dict.fromkeys(left)] + [
            f"brf={w}|{kind}{e.form}" for w in dict.fromkeys(right[:5])
        ]
        out += [f"s={w}" for w in dict.fromkeys(self.plain[low:high]) if w[0].isalpha() and len(w) > 3]
        out += [f"s1={self.word(low, low, high)}", f"s2={self.word(low, low, high)} {self.word(low + 1, low, high)}"]
        people, things = people_words(), thing_words()
        for d, token in enumerate(range(last, min(last + 6, high))):
            word = doc.lower[token]
            if word in people:
                out += [f"people@{min(d, 3)}", f"people|{e.form}", f"people@{min(d, 3)}|{here}"]
                break
            if word in things:
                out += [f"thing@{min(d, 3)}", f"thing|{e.form}"]
                break
            if token in self.covered or doc.words[token] in ".;":
                break
        left_people = next(
            (
                d
                for d, token in enumerate(range(e.first - 1, max(low, e.first - 6) - 1, -1))
                if doc.lower[token] in people
            ),
            None,
        )
        if left_people is not None:
            out.append(f"people<{min(left_people, 4)}|{e.form}")
        classes = word_classes()
        verb = next(
            (doc.lower[t] for t in range(last, min(last + 9, high)) if classes.get(doc.lower[t]) in ("V", "A")), "-"
        )
        before = next(
            (
                doc.lower[t]
                for t in range(e.first - 1, max(low, e.first - 10) - 1, -1)
                if classes.get(doc.lower[t]) in ("V", "A")
            ),
            "-",
        )
        out += [f"vr={verb}|{e.form}", f"vl={before}|{e.form}", f"vlr={before}|{verb}"]
        if e.form in ("value", "percent", "range", "count"):
            said = next(
                (
                    STATISTICS[doc.lower[t]]
                    for t in range(e.first - 1, max(low, e.first - 16) - 1, -1)
                    if doc.lower[t] in STATISTICS
                ),
                "-",
            )
            out += [f"said={said}|{e.form}|{kind}", f"said={said}|{unit}"]
            change = next(
                (
                    c
                    for t in range(e.first - 1, max(low, e.first - 9) - 1, -1)
                    for c in CHANGES
                    if doc.lower[t].startswith(c)
                ),
                "-",
            )
            then = next(
                (c for t in range(last, min(last + 4, high)) for c in CHANGES if doc.lower[t].startswith(c)), "-"
            )
            out += [
                f"change={change}|{e.form}",
                f"then={then}|{e.form}",
                f"change={change != '-'}|{then != '-'}|{e.form}|{kind}",
            ]
        if kind in ("mass", "volume", "activity"):
            dosed = any(doc.lower[t] in ("dose", "doses", "dosage", "dosages", "dosing") for t in range(low, high))
            drug = any(is_drug(doc.words[t]) for t in range(max(low, e.first - 4), min(high, last + 4)))
            out += [f"dosed={dosed}", f"drug={drug}", f"dosed={dosed}|{drug}|{here}"]
        for reason in dict.fromkeys(self.drops.get(self.sentence[number], ())):
            out += [f"beside={reason}|{e.form}"]
        out += [f"aux={w}|{e.form}" for w in dict.fromkeys(doc.lower[low:high]) if w in AUXILIARY]
        out.append(f"purpose={sum(w in PURPOSE for w in doc.lower[low:high]) > 0}|{e.form}")
        first = self.seen[(e.form, e.value, e.low)]
        out.append(f"again={first != number}|{here}|{e.form}")
        order = self.by_sentence[self.sentence[number]]
        out += [f"many={min(6, len(order))}|{e.form}", f"rank={min(4, order.index(number))}|{e.form}"]
        for side, other in (("prev", order.index(number) - 1), ("next", order.index(number) + 1)):
            if 0 <= other < len(order):
                o = self.figures[order[other]]
                out.append(f"{side}={o.form}|{o.unit.kind if o.unit else '-'}|{o.drop}|{e.form}")
        if e.form == "count" and e.value is not None:
            out.append(f"largest={e.value >= max((f.value or 0) for f in self.figures if f.form == 'count')}|{here}")
        return out
