"""A comparison as a reader meets it: every figure as text, every sentence cut around its number, its plot as data.

In: `ClaimResult`s and the studies they rest on. Out: `ClaimView`s, which the page, the Markdown and the tables share,
so that all of them say the same. Called by `reports.page`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reports import numbers
from reports.claim import Claim
from reports.history import HistoryLine
from reports.result import Analysis, ClaimResult, Estimate, StudyFigure
from reports.studies import Study, unknown
from reports.wording import Verdict, chapter_of, flag, heading, sentence_case, verdicts


@dataclass(slots=True)
class Quote:
    """A sentence in pieces, its numbers marked. `restated`: the words are this project's, not the paper's."""

    pieces: list[tuple[str, bool]]
    restated: bool

    @property
    def text(self) -> str:
        """The sentence as one string."""
        return "".join(words for words, _ in self.pieces)

    @property
    def number(self) -> str:
        """The marked words."""
        return " … ".join(words for words, marked in self.pieces if marked)


@dataclass(slots=True)
class StudyLine:
    """One study's figure for one claim, as text; `raw` holds the numbers."""

    study: Study
    count: str
    figure: str
    interval: str
    group: str
    flags: list[str]
    reason: str
    where: str
    own_quote: Quote | None
    part_quotes: list[Quote | None]
    quotes: list[Quote]
    raw: StudyFigure

    @property
    def quote(self) -> Quote | None:
        """The first sentence."""
        return next(iter(self.quotes), None)

    @property
    def name(self) -> str:
        """The study's short name."""
        return self.study.name

    @property
    def url(self) -> str | None:
        """Where the paper is."""
        return self.study.url

    @property
    def restated(self) -> bool:
        """Whether the sentence comes from a restatement."""
        return self.study.restated

    @property
    def retracted(self) -> bool:
        """Whether the paper was retracted."""
        return self.study.retracted


@dataclass(slots=True)
class MethodLine:
    """One way of pooling and what it gives, as text."""

    method: str
    estimate: str
    interval: str
    prediction: str
    k: int
    n: str
    note: str
    raw: Estimate


@dataclass(slots=True)
class AnalysisView:
    """The claim over other people (the treated, a wider tier), as text."""

    anchor: str
    label: str
    verdict: Verdict
    reason: str
    headline: MethodLine | None
    k: int
    lines: list[StudyLine]
    forest: dict[str, str] | None = None


@dataclass(slots=True)
class ClaimView:
    """One claim and its comparison, as text."""

    id: str
    anchor: str
    chapter: str
    title: str
    condition: str
    document: str
    stated: str
    printed: str
    cites: str
    verdict: Verdict
    reason: str
    estimate: str
    interval: str
    prediction: str
    k: int
    K: int
    n: str
    lines: list[StudyLine]
    aside: list[StudyLine]
    headline: MethodLine | None
    methods: list[MethodLine]
    reproduced: str
    result: ClaimResult
    among: str
    heterogeneity: str
    analyses: list[AnalysisView]
    left_out: list[MethodLine]
    document_tag: str = ""
    category: str = ""
    proportion: bool = True
    forest: dict[str, str] | None = None
    history: list[HistoryLine] = field(default_factory=list)
    history_plot: dict[str, str] | None = None

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.result.claim

    @property
    def basis(self) -> str:
        """How many studies and people stand behind the figure."""
        studies, report = "study" if self.K == 1 else "studies", "reports" if self.k == 1 else "report"
        text = f"{self.k} of {self.K} {studies} {report} it"
        return f"{text}, {self.n} patients" if self.n else text

    @property
    def checked(self) -> str:
        """How many of the studies' figures a person has seen; empty where there is none to see."""
        if not self.lines:
            return ""
        return f"a person has seen {self.result.seen or 'none'} of {len(self.lines)}"

    @property
    def bare(self) -> bool:
        """Whether there is no figure to show, so that a line says it all."""
        return not (self.estimate or self.lines or self.aside or any(one.lines for one in self.analyses))

    @property
    def summary(self) -> str:
        """What stands where an estimate would, when figures are listed and not pooled."""
        return f"{len(self.lines)} figure{'s' if len(self.lines) != 1 else ''}, not pooled"

    @property
    def finding(self) -> str:
        """The abstracts' side in half a sentence."""
        if not self.estimate:
            return f"{self.basis}"
        return f"the abstracts give {self.estimate} {self.interval} ({self.basis})".replace("  ", " ")


def claim_view(
    result: ClaimResult, studies: dict[str, Study], documents: dict[str, str], with_sentences: bool = True
) -> ClaimView:
    """`result` as text.

    `documents` maps a document's id to its short name. Without `with_sentences` the sentences of papers are left out
    (for publishing); restatements are this project's own words and stay.
    """
    claim = result.claim
    proportion = is_proportion(claim)

    def lines(figures: list[StudyFigure]) -> list[StudyLine]:
        made = [study_line(figure, studies, claim, with_sentences) for figure in figures]
        return sorted(made, key=lambda line: (line.study.year or 0, line.name))

    estimate = _method_line(result.estimate, claim) if result.estimate is not None else None
    return ClaimView(
        id=claim.id,
        anchor=anchor(claim.id),
        chapter=chapter_of(claim.measure),
        title=_title(claim),
        condition=sentence_case(claim.condition or ""),
        document=documents.get(claim.doc, claim.doc),
        stated=stated_text(claim),
        printed=" ".join((claim.expr or "").split()) if claim.kind != "cause" else "",
        cites=", ".join(c.replace("-", numbers.DASH) for c in claim.cites or []),
        verdict=verdicts()[result.verdict],
        reason=sentence_case(numbers.tidy(result.reason)),
        estimate=estimate.estimate if estimate else "",
        interval=estimate.interval if estimate else "",
        prediction=estimate.prediction if estimate else "",
        k=result.k,
        K=result.K,
        n=numbers.number(result.n),
        lines=lines(result.studies),
        aside=lines(result.set_aside),
        headline=estimate,
        methods=[_method_line(m, claim) for m in result.other_methods],
        reproduced="; ".join(result.reproduced_by),
        result=result,
        among="" if result.at_risk in ("", "all") else result.at_risk,
        heterogeneity=_heterogeneity(result.estimate),
        analyses=[_analysis(one, claim, i, lines(one.studies)) for i, one in enumerate(result.analyses, start=1)],
        left_out=[_method_line(m, claim) for m in result.leave_one_out],
        category=claim.category or "",
        proportion=proportion,
    )


def _analysis(analysis: Analysis, claim: Claim, number: int, lines: list[StudyLine]) -> AnalysisView:
    return AnalysisView(
        anchor=f"{anchor(claim.id)}-analysis-{number}",
        label=sentence_case(analysis.label),
        verdict=verdicts()[analysis.verdict],
        reason=sentence_case(numbers.tidy(analysis.reason)),
        headline=_method_line(analysis.estimate, claim) if analysis.estimate is not None else None,
        k=analysis.k,
        lines=lines,
    )


def _heterogeneity(estimate: Estimate | None) -> str:
    """Tau², I² and Q of an estimate of several studies, in one line."""
    if estimate is None or estimate.k < 2:
        return ""
    parts = []
    if estimate.tau2 is not None:
        around = numbers.interval(estimate.tau2_low, estimate.tau2_high, 2)
        parts.append(f"τ² {numbers.number(estimate.tau2, 2)} {around}".strip())
    if estimate.i2 is not None:
        parts.append(f"I² {numbers.number(estimate.i2, 0)}%")
    if estimate.q is not None and estimate.q_df is not None:
        parts.append(f"Q {numbers.number(estimate.q, 1)} on {estimate.q_df} df")
    return ", ".join(parts)


def _title(claim: Claim) -> str:
    """A cause as the document prints it (`SARS-CoV-2`), anything else by its measure."""
    if claim.kind == "cause" and claim.expr:
        return sentence_case(" ".join(claim.expr.split()))
    return heading(claim.measure, claim.drug, claim.stat)


def anchor(claim_id: str) -> str:
    """The claim's id as an id of the page."""
    return "claim-" + "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in claim_id)


def is_proportion(claim: Claim) -> bool:
    """Whether the claim's figures are shares (0-1 in estimates, shown as percentages)."""
    return claim.stat == "percent" or claim.kind == "proportion"


def unit_of(claim: Claim) -> str:
    """The unit of the claim's figures as it is printed after them."""
    if is_proportion(claim):
        return "%"
    unit = claim.unit or ""
    if claim.per:
        unit += f"/{claim.per}"
    return unit


def stated_text(claim: Claim) -> str:
    """What the document states, in one form for all claims."""
    if claim.kind == "cause":
        return "named as a cause"
    if not claim.numeric:
        return " ".join((claim.expr or claim.condition or "").split())
    text = numbers.stated(claim.value, claim.low, claim.high, claim.cmp, unit_of(claim))
    words = [claim.qualifier or "", text, claim.frequency or ""]
    return " ".join(word for word in words if word)


def study_line(figure: StudyFigure, studies: dict[str, Study], claim: Claim, with_sentences: bool) -> StudyLine:
    """One study's figure for `claim`, as text."""
    study = studies.get(figure.record_id) or unknown(figure.record_id, figure.citation)
    count = ""
    if figure.numerator is not None and figure.denominator is not None:
        count = f"{numbers.number(figure.numerator)}/{numbers.number(figure.denominator)}"
    elif figure.denominator is not None:
        count = f"n = {numbers.number(figure.denominator)}"
    return StudyLine(
        study=study,
        count=count,
        figure=figure_text(figure, claim),
        interval=numbers.interval(*_shown_interval(figure, claim)),
        group="" if figure.group in ("all", "") else figure.group,
        flags=[flag(name) for name in figure.flags],
        reason=sentence_case(numbers.tidy(figure.reason)),
        where="" if figure.inside is None else f"{'inside' if figure.inside else 'outside'} what is stated",
        own_quote=next(iter(quote([figure], study, with_sentences)), None),
        part_quotes=[next(iter(quote([part], study, with_sentences)), None) for part in figure.parts],
        quotes=quote(figure.parts or [figure], study, with_sentences),
        raw=figure,
    )


def share_of(figure: StudyFigure) -> float | None:
    """The figure's proportion in per cent, from the count where there is one."""
    return figure.value if figure.share is None else 100 * figure.share


def _shown_interval(figure: StudyFigure, claim: Claim) -> tuple[float | None, float | None]:
    low, high, scale = figure.interval_low, figure.interval_high, 100 if is_proportion(claim) else 1
    return (None, None) if low is None or high is None else (scale * low, scale * high)


def figure_text(figure: StudyFigure, claim: Claim) -> str:
    """A study's figure with its unit."""
    if is_proportion(claim):
        share = share_of(figure)
        return f"{numbers.number(share, 1)}%" if share is not None else ""
    unit = unit_of(claim) if figure.unit in (None, claim.unit) else figure.unit
    middle = numbers.number(figure.value)
    around = numbers.span(figure.low, figure.high)
    text = f"{middle} ({around})" if middle and around else middle or around
    return numbers.with_unit(text, unit)


def quote(figures: list[StudyFigure], study: Study, with_sentences: bool = True) -> list[Quote]:
    """The sentences behind `figures`, each once with all their characters marked; none where they may not be shown."""
    places: dict[tuple[int, str], set[tuple[int, int]]] = {}
    for figure in figures:
        if figure.sentence and (with_sentences or study.restated):
            start = min(max(figure.start - figure.sentence_start, 0), len(figure.sentence))
            end = min(max(figure.end - figure.sentence_start, start), len(figure.sentence))
            places.setdefault((figure.sentence_start, figure.sentence), set()).add((start, end))
    return [Quote(_pieces(sentence, marks), study.restated) for (_, sentence), marks in sorted(places.items())]


def _pieces(sentence: str, marks: set[tuple[int, int]]) -> list[tuple[str, bool]]:
    """The sentence cut at its marks; where two overlap, the rest of the second is marked too."""
    pieces, at = [], 0
    for start, end in sorted(marks):
        pieces += [(sentence[at : max(start, at)], False), (sentence[max(start, at) : max(end, at)], True)]
        at = max(end, at)
    pieces.append((sentence[at:], False))
    pieces[0] = (pieces[0][0].lstrip(), pieces[0][1])
    pieces[-1] = (pieces[-1][0].rstrip(), False)
    return [piece for piece in pieces if piece[0]]


def _method_line(estimate: Estimate, claim: Claim) -> MethodLine:
    if is_proportion(claim):
        value = numbers.percent(estimate.value)
        low, high, left, right = (
            None if x is None else 100 * x
            for x in (estimate.low, estimate.high, estimate.prediction_low, estimate.prediction_high)
        )
    else:
        value = numbers.with_unit(numbers.number(estimate.value, 1), unit_of(claim))
        low, high, left, right = estimate.low, estimate.high, estimate.prediction_low, estimate.prediction_high
    if estimate.value is None:  # smallest and largest, which are no interval of confidence
        value, low, high = numbers.with_unit(numbers.span(low, high), unit_of(claim)), None, None
    return MethodLine(
        method=sentence_case(estimate.method), estimate=value, interval=numbers.interval(low, high),
        prediction=numbers.interval(left, right), k=estimate.k, n=numbers.number(estimate.n), note=estimate.note,
        raw=estimate,
    )  # fmt: skip
