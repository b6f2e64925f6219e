"""A comparison as a reader meets it: every figure as text, every sentence cut around its number, its plot as data.

In: `ClaimResult`s and the studies they rest on. Out: `ClaimView`s, which the page, the Markdown and the tables share,
so that all of them say the same. Called by `reports.page`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reports import numbers
from reports.claim import Claim
from reports.studies import Study, unknown
from reports.wording import Verdict, chapter_of, flag, heading, sentence_case, verdicts

if TYPE_CHECKING:
    from reports.compare import ClaimResult, Estimate, StudyFigure


@dataclass(slots=True)
class Quote:
    """A sentence around its number. `restated`: the words are this project's, not the paper's."""

    before: str
    number: str
    after: str
    restated: bool
    place: str

    @property
    def text(self) -> str:
        """The sentence as one string."""
        return f"{self.before}{self.number}{self.after}"


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
    quote: Quote | None
    raw: StudyFigure

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
    document_tag: str = ""
    category: str = ""
    proportion: bool = True
    forests: list[dict[str, str]] = field(default_factory=list)

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.result.claim

    @property
    def basis(self) -> str:
        """How many studies and people stand behind the figure."""
        text = f"{self.k} of {self.K} stud{'y' if self.K == 1 else 'ies'} report it"
        return f"{text}, {self.n} patients" if self.n else text

    @property
    def bare(self) -> bool:
        """Whether there is no figure to show, so that a line says it all."""
        return not (self.estimate or self.lines or self.aside)

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
        made = [_study_line(figure, studies, claim, with_sentences) for figure in figures]
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
        reason=sentence_case(result.reason),
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
        category=claim.category or "",
        proportion=proportion,
    )


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


def _study_line(figure: StudyFigure, studies: dict[str, Study], claim: Claim, with_sentences: bool) -> StudyLine:
    study = studies.get(figure.record_id) or unknown(figure.record_id, figure.citation)
    count = ""
    if figure.numerator is not None and figure.denominator is not None:
        count = f"{numbers.number(figure.numerator)}/{numbers.number(figure.denominator)}"
    elif figure.denominator is not None:
        count = f"n = {numbers.number(figure.denominator)}"
    return StudyLine(
        study=study, count=count, figure=figure_text(figure, claim),
        interval=numbers.interval(*_shown_interval(figure, claim)),
        group="" if figure.group in ("all", "") else figure.group, flags=[flag(f) for f in figure.flags],
        reason=sentence_case(figure.reason), quote=quote(figure, study, with_sentences), raw=figure,
    )  # fmt: skip


def share_of(figure: StudyFigure) -> float | None:
    """The figure's proportion in per cent, from the count where there is one."""
    if figure.numerator is not None and figure.denominator:
        return 100 * figure.numerator / figure.denominator
    return figure.value


def _shown_interval(figure: StudyFigure, claim: Claim) -> tuple[float | None, float | None]:
    scale = 100 if is_proportion(claim) else 1
    ends = (figure.interval_low, figure.interval_high)
    return tuple(None if e is None else scale * e for e in ends)  # type: ignore[return-value]


def figure_text(figure: StudyFigure, claim: Claim) -> str:
    """A study's figure with its unit."""
    if is_proportion(claim):
        share = share_of(figure)
        return f"{numbers.number(share, 1)}%" if share is not None else ""
    unit = figure.unit or unit_of(claim)
    middle = numbers.number(figure.value)
    around = numbers.span(figure.low, figure.high)
    text = f"{middle} ({around})" if middle and around else middle or around
    return numbers.with_unit(text, unit)


def quote(figure: StudyFigure, study: Study, with_sentences: bool = True) -> Quote | None:
    """The sentence cut around the figure's own characters; None where it may not or cannot be shown."""
    if not figure.sentence or not (with_sentences or study.restated):
        return None
    start = min(max(figure.start - figure.sentence_start, 0), len(figure.sentence))
    end = min(max(figure.end - figure.sentence_start, start), len(figure.sentence))
    before, number, after = figure.sentence[:start], figure.sentence[start:end], figure.sentence[end:]
    return Quote(before.lstrip(), number, after.rstrip(), study.restated, f"characters {figure.start}–{figure.end}")


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
    return MethodLine(
        method=estimate.method, estimate=value, interval=numbers.interval(low, high),
        prediction=numbers.interval(left, right), k=estimate.k, n=numbers.number(estimate.n), note=estimate.note,
        raw=estimate,
    )  # fmt: skip
