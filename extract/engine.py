"""The engine: a record's text in, its findings out. No network, no database, no rule for one review.

Steps: figures (`expressions`), what each is (`kinds`), whose it is (`assigning`), what it measures (`naming`), which
statistic, dose, denominator. Called by `pipeline.run` and by `retally extract`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from extract import linear, splits
from extract.assigning import Assigning
from extract.case_report import told_as
from extract.causes import in_list_of_causes
from extract.denominators import set_denominators
from extract.doses import Doses
from extract.each import for_each
from extract.extras import complete
from extract.features import Reader
from extract.finding import Finding
from extract.groups import phrase_text
from extract.items import Expression
from extract.kinds import classify
from extract.layout import layouts
from extract.names import name_of
from extract.naming import Naming
from extract.network import Network, load_network
from extract.phrases import people_words
from extract.reading import open_reader, section_spans
from extract.sequence import sequence
from extract.stats import CHANGE_NAMES, CONTINUOUS, STATISTICS, settled, statistic, tells_change, tells_difference
from extract.treatments import given_to, is_given
from extract.version import EngineVersion
from extract.wording import PEOPLE, clean_name, fixed_measure

# "Seven relapsed and 11 did not": what is named has not happened to these
DID_NOT = re.compile(
    rf"\s*(?:\([^()]{{0,14}}\)\s*)?(?:(?:others?|{PEOPLE})\s+)?"
    r"(?:did|had|was|were|has|have)\s+not\b\s*(?=[.,;()]|and\b|but\b|while\b|$)"
)
NEGATED = ("no ", "not ", "non", "never ", "without ", "un", "absence ", "free ")
AGES = frozenset({"older", "younger"})  # "patients with X were older (66 against 64)"
UNDIFFERING = frozenset({"participants", "records", "dose"})  # classes of which no difference is told
EVENTS = frozenset({"outcome", "finding", "proportion", "symptom", "sign"})


class Engine:
    """Reads records. One instance may read any number; reading keeps no state, so order and batches do not matter."""

    version = EngineVersion()

    def __init__(self, weights: Path | None = None) -> None:
        """`weights` is a folder of fitted deciders in place of those that ship (see `extract.fit`)."""
        self.weights = weights

        def decider(name: str) -> linear.Decider:
            return linear.load(name) if weights is None else linear.read(weights / f"{name}.npz")

        self.figure = decider("figure")
        self.network = load_network() if weights is None else Network(weights / "reader.npz")

    def read(
        self, title: str | None = None, sections: Iterable[tuple[str, str]] = (), text: str | None = None
    ) -> list[Finding]:
        """The findings of one record, in order of appearance.

        `sections` are (label, text) pairs; or `text` alone. Offsets count into title and sections joined by newlines.
        """
        whole, spans = section_spans(title, list(sections), text)
        reader = open_reader(whole, spans)
        found = _Reading(self, reader).findings() if reader.figures else []  # without a figure nothing is to be decided
        return complete(reader, found, self.version)

    def read_many(
        self, records: Iterable[tuple[str | None, list[tuple[str, str]], str | None]]
    ) -> Iterator[list[Finding]]:
        """The findings of many records, in order."""
        for title, sections, text in records:
            yield self.read(title, sections, text)


class _Reading:
    """The reading of one record."""

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self.engine = engine
        self.reader = reader
        self.doc = reader.doc
        self.network = engine.network.read(sequence(reader, engine.network.words))
        self.plans = layouts(reader)
        self.kinds: dict[int, str] = {}
        self.belief: dict[int, float] = {}
        self.labels: dict[int, str] = {}
        self.sure: dict[int, float] = {}  # the probability of the group chosen
        self.stats: dict[int, str] = {}
        self.doses = Doses(self.doc)
        self.dose: tuple[Expression, Finding] | None = None  # the last one of the sentence
        self.last: Finding | None = None  # the one before

    def findings(self) -> list[Finding]:
        self.kinds, self.belief = classify(
            self.reader, self.engine.figure, self.network.kinds, self.engine.network.classes
        )
        if not self.kinds:
            return []
        whose = Assigning(self.reader, self.plans, self.network, self.kinds)
        whose.assign()
        self.labels, self.sure = whose.labels, whose.sure
        self._statistics()
        self.naming = Naming(whose)
        found: list[tuple[Finding, Expression]] = []
        for i in sorted(self.kinds):
            if (row := self._finding(i)) is not None:
                self.last = row[0]
                found.append(row)
        splits.ratios(found)
        splits.counts(found)
        _again(found)
        found = for_each(found, self.doc.text)
        self.doses.share([r for r in found if r[0].measure == "dose"])
        sure = {id(self.reader.figures[i]): p for i, p in self.sure.items()}
        set_denominators(found, sure, self.doc.text, self.reader.figures)
        splits.reduced_ratios(found)
        said = [(f, e) for f, e in found if (f.value, f.low, f.high) != (None, None, None)]
        return [f for f, _ in _once(said, self.reader)]

    # ---- what it says

    def _statistics(self) -> None:
        """The statistic of each figure: what the rules say, and what the network makes of it."""
        figures = sorted(self.kinds)
        rules = [statistic(self.reader, i, self.kinds[i]) for i in figures]
        seen = self.network.statistics(figures, [STATISTICS.index(rule) for rule in rules])
        self.stats = {i: settled(self.reader, i, rule, p) for i, rule, p in zip(figures, rules, seen, strict=True)}
        number = {id(self.reader.figures[i]): i for i in figures}
        for i in figures:  # what has quartiles behind it is a median, though nothing says so (all of 74 annotated ones)
            host = number.get(id(self.reader.figures[i].host))
            if self.stats[i] == "iqr" and host is not None and self.stats[host] == "value":
                self.stats[host] = "median"

    def _difference(self, i: int) -> str | None:
        """The measure of a difference: a change in what the figure before in the sentence measures, or None."""
        name = ""
        before = self.last
        if before is not None and before.sentence_start == self.doc.sentences[self.reader.sentence[i]].start:
            name = before.measure.partition(":")[2] or ("age" if before.measure == "age" else "")
        elif (phrase := self.naming.named(i)) is not None:
            name = name_of(self.reader, phrase, "measurement")
        if not name:
            return None
        return f"measurement:{name}" if name.startswith(CHANGE_NAMES) else f"measurement:change in {name}"

    def _measure(self, i: int) -> tuple[str, str, str] | None:
        """The class of a figure, its statistic and its measure (class and name); None where no word names it."""
        e, kind, stat = self.reader.figures[i], self.kinds[i], self.stats[i]
        if kind not in UNDIFFERING and tells_difference(self.reader, i):
            measure = self._difference(i)
            if measure is not None:
                return "measurement", "value", measure
            kind, stat = "measurement", "value"
        elif (fixed := fixed_measure(kind)) is not None:
            return kind, stat, fixed
        phrase = self.naming.named(i)
        if phrase is None:
            return None
        if kind == "measurement" and e.form in ("count", "percent"):
            kind = told_as(phrase_text(self.reader, phrase).lower()) or kind  # "weight loss (38%)"
            stat = e.form if kind != "measurement" else stat
        name = name_of(self.reader, phrase, kind)
        if not name:
            return None
        counted = stat in ("count", "percent")
        denied = DID_NOT.match(self.doc.text, e.end) or self.naming.denied(phrase)
        if kind in EVENTS and denied and e.value != 0 and not name.startswith(NEGATED):
            name = f"no {name}"
        if counted and kind in EVENTS:
            if in_list_of_causes(self.reader, self.reader.sentence[i], self.doc.starts[phrase.first]):
                kind = "cause"
            elif is_given(self.reader, i, name):
                kind = "treatment"
        if counted and (kind in EVENTS or kind == "treatment") and (what := given_to(self.reader, i, kind)) is not None:
            kind, name = "treatment", clean_name(what, "treatment") or name
        if kind == "measurement" and not name.startswith(CHANGE_NAMES) and tells_change(self.reader, i):
            name = f"change in {name}"
        if stat in ("mean", "median") and name.startswith(CHANGE_NAMES):
            stat = "value"
        return kind, stat, "age" if name in AGES and not counted else f"{kind}:{name}"

    def _finding(self, i: int) -> tuple[Finding, Expression] | None:
        e, sentence = self.reader.figures[i], self.doc.sentences[self.reader.sentence[i]]
        measured = self._measure(i)
        if measured is None:
            return None
        kind, stat, measure = measured
        finding = Finding(
            measure=measure,
            group=self.labels.get(i, "all"),
            stat=stat,
            value=e.value,
            low=e.low,
            high=e.high,
            unit=e.unit.text if e.unit else None,
            numerator=e.numerator,
            denominator=e.denominator,
            cmp=e.cmp,
            start=e.start,
            end=e.end,
            section=self.doc.labels[sentence.section],
            sentence_start=sentence.start,
            sentence_end=sentence.end,
            confidence=round(self.belief[i], 3),
            how="figure",
            engine=self.engine.version,
        )
        if kind == "dose":
            previous = self.dose if self.dose is not None and self.dose[1].sentence_start == sentence.start else None
            self.doses.read(e, sentence, finding, previous)
            if e.form not in ("sd", "range") or e.host is None:
                self.dose = e, finding
        if kind == "age" and finding.unit is None:
            finding.unit = "years"
        if kind in ("participants", "records"):
            if e.numerator is not None:
                finding.value = float(e.numerator)
            finding.numerator = finding.denominator = None
            finding.unit = None
        elif kind in CONTINUOUS or stat not in ("count", "percent"):
            finding.numerator = finding.denominator = None
            if "percent-unit" in e.tags or e.form == "percent":
                finding.unit = "%"
        else:
            finding.unit = None
        return finding, e


def _once(found: list[tuple[Finding, Expression]], reader: Reader) -> list[tuple[Finding, Expression]]:
    """The same figure said twice is kept at its fullest mention (results before conclusions before title)."""
    out: list[tuple[Finding, Expression]] = []
    seen: dict[tuple, int] = {}
    for f, e in found:
        key = (f.measure, f.group, f.stat, f.value, f.low, f.high, f.drug, f.per)
        if (
            key in seen and out[seen[key]][0].sentence_start != f.sentence_start
        ):  # equal figures of one sentence are of two arms
            old = out[seen[key]][0]
            if (f.denominator is not None) > (old.denominator is not None):
                out[seen[key]] = (f, e)
            continue
        seen[key] = len(out)
        out.append((f, e))
    return sorted(out, key=lambda row: row[0].start)


def _again(found: list[tuple[Finding, Expression]]) -> None:
    """The size of the study said again of "these 120 infants" is that of all, not of a group of infants."""
    people = splits.people(found)
    for f, _ in found:
        if f.measure == "participants" and f.value in people and f.group.lower() in people_words():
            f.group = "all"
