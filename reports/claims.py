"""Reading a review: every checkable statement of a document, as claims.

`parse(text, doc)` lists the figures, bounds, ranges, doses and causes that a review states, with offsets into the text
as read. Called by `pipeline.cli` (`retally claims`) and by people who begin a claims.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reports.claim import Claim
from reports.claim_causes import Cause, is_cause_table, sentence_causes, table_causes
from reports.claim_citations import Citation, blank_citations
from reports.claim_classes import Name
from reports.claim_counts import find_counts
from reports.claim_doses import drugs_in, read_dose
from reports.claim_figure import Figure, cues
from reports.claim_figures import find_figures
from reports.claim_grammar import sentence_subject
from reports.claim_names import excluded, name_percent
from reports.claim_population import Population, find_population
from reports.claim_rates import rate_claim, ratio_claims
from reports.claim_structure import Part, settings, split
from reports.claim_times import Timed, read_measurement, read_percent_measurement, read_time
from reports.document import Flow, Joiner, read_document

__all__ = ["Parsed", "Unread", "parse", "parse_all", "read_document"]

ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|al|Fig|Figs|Dr|No|ca|approx|St|spp|sp|Mr|Ms|Mrs|resp|i\.v|s\.c"
    r"|b\.i\.d|t\.i\.d|q\.i\.d|p\.o)|\b[A-Z])\.$"
)
SHARES = frozenset({"proportion", "finding", "symptom", "sign", "comorbidity"})
STOP = re.compile(r"[.!?][)\]”\"’]*\s+(?=[\"“(\[]?[A-Z0-9À-Þα-ω≥>])|[.!?]\s*$")


@dataclass(slots=True)
class Unread:
    """A figure that was seen and is not listed as a claim, with the reason."""

    expr: str
    start: int
    end: int
    reason: str


@dataclass(slots=True)
class Parsed:
    """All that a parse found: the claims, the figures it could not read, and whom the review is about."""

    claims: list[Claim]
    unread: list[Unread]
    population: Population


@dataclass(slots=True)
class _Reader:
    """The state of a parse: what earlier sentences were about."""

    text: str
    doc: str
    people: Population
    claims: list[Claim] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    drug: str | None = None  # the last drug named, for a dose that names none
    near: str | None = None  # the same, of this paragraph alone, for a duration
    subject: str = ""
    group: str = "all"


def parse(text: str, doc: str) -> list[Claim]:
    """The claims of a review.

    Args:
        text: the document as `read_document` gives it; offsets count into it.
        doc: the document's name, kept in every claim.
    """
    return parse_all(text, doc).claims


def parse_all(text: str, doc: str) -> Parsed:
    """The claims of a review, and the figures that were seen and not understood."""
    joiner = Joiner(text)
    parts = split(text, joiner)
    prose = [p for p in parts if p.kind == "prose" and not settings()["vignette"].search(p.flow.text[:200])]
    known = set(re.findall(r"\b[A-Z]{2,6}s?\b", text))
    people = find_population(
        [blank_citations(p.flow.text, known.__contains__)[0] for p in prose], prose[0].section if prose else ""
    )
    reader = _Reader(text, doc, people, group=people.name)
    for part in prose:
        _paragraph(reader, part, known)
    for part in parts:
        if part.kind == "row" and part.table:
            _row(reader, part, known)
    causes = table_causes(parts) or sentence_causes(parts)
    numbered = {claim.measure for claim in reader.claims}
    taken = [(claim.start or 0, claim.end or 0) for claim in reader.claims]
    for cause in causes:
        if f"cause:{cause.name}" not in numbered and not any(a < cause.end and cause.start < b for a, b in taken):
            _add_cause(reader, cause)
    reader.claims.sort(key=lambda c: (c.start or 0, c.end or 0))
    return Parsed(reader.claims, reader.unread, people)


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of the sentences of a line of prose."""
    out, begin = [], 0
    for m in STOP.finditer(text):
        if ABBREVIATED.search(text[begin : m.start() + 1]) or text.count("(", begin, m.start()) > text.count(
            ")", begin, m.end()
        ):
            continue
        out.append((begin, m.start() + 1))
        begin = m.end()
    if text[begin:].strip():
        out.append((begin, len(text)))
    return out


def _paragraph(reader: _Reader, part: Part, known: set[str]) -> None:
    masked, citations = blank_citations(part.flow.text, known.__contains__)
    group = _section_group(reader.people, part.section)
    reader.near = None
    for begin, end in sentences(masked):
        sentence = masked[begin:end]
        if settings()["vignette"].search(sentence):
            continue
        cited = [
            c
            for c in citations
            if begin <= c.start < end + 40 and (c.start < end or not masked[end : c.start].strip(" .)"))
        ]
        _sentence(reader, sentence, part.flow, begin, cited, group)
        named = drugs_in(sentence)
        if named:
            reader.drug = reader.near = named[0][2]
        reader.subject = sentence_subject(sentence) or reader.subject


def _section_group(people: Population, section: str) -> str:
    """The group that a section's heading names (`Fulminant disease` of a review of X is fulminant X)."""
    m = re.fullmatch(r"([\w-]+) (?:disease|variant|form)", section)
    if m and m[1] not in ("clinical", "differential", "the", "natural", "of") and people.names:
        return f"{m[1]} {people.names[0]}"
    return people.name


def _row(reader: _Reader, part: Part, known: set[str]) -> None:
    masked, citations = blank_citations(part.flow.text, known.__contains__)
    known_before = len(reader.claims)
    _sentence(reader, masked, part.flow, 0, citations, reader.people.name)
    if is_cause_table(part.table):
        for claim in reader.claims[known_before:]:
            kind, _, name = claim.measure.partition(":")
            if kind in SHARES and name:
                claim.measure, claim.kind = f"cause:{name}", "cause"


def _sentence(reader: _Reader, sentence: str, flow: Flow, base: int, citations: list[Citation], group: str) -> None:
    figures = find_figures(sentence)
    named: list[tuple[Figure, Name]] = []
    for index, figure in enumerate(figures):
        limit = figures[index + 1].start if index + 1 < len(figures) else len(sentence)
        if figure.at < (figures[index - 1].until if index else 0):
            continue  # taken into the dose before it
        reason = _no_claim(sentence, figure)
        if reason:
            _note(reader, flow, base, figure, reason)
            continue
        claim = _claim(reader, sentence, figure, figures, limit, named, group)
        if claim is None:
            _note(reader, flow, base, figure, "not understood")
            continue
        for one in claim if isinstance(claim, list) else [claim]:
            _place(reader, one, sentence, flow, base, figure, citations)
    for figure, measure in find_counts(sentence, figures):
        claim = Claim(
            reader.doc, "", measure, group=group, stat="count", value=figure.value, cmp=figure.cmp, kind="count"
        )
        _place(reader, claim, sentence, flow, base, figure, citations)


def _no_claim(sentence: str, figure: Figure) -> str | None:
    before = sentence[max(0, figure.start - 60) : figure.start]
    if re.search(
        r"\bP\s?[<=>≤≥]\s?$|\b(?:hazard|odds|risk|rate|likelihood) ratios?[^;]{0,30}$"
        r"|\brelative risk[^;]{0,30}$",
        before,
        re.I,
    ):
        return "a test statistic"
    if figure.shape == "percent" and excluded(sentence, figure):
        return "test accuracy or confidence level"
    if re.search(r"\b(?:Table|Figure|Fig\.|Panel|page|chapter|ref\.)\s*$", before):
        return "a cross-reference"
    return None


def _claim(
    reader: _Reader,
    sentence: str,
    figure: Figure,
    figures: list[Figure],
    limit: int,
    named: list[tuple[Figure, Name]],
    group: str,
) -> Claim | list[Claim] | None:
    stat = "range" if figure.low is not None else "value"
    if figure.noun in ("range", "iqr") and reader.claims:
        last = reader.claims[-1]
        return Claim(
            reader.doc,
            "",
            last.measure,
            group=last.group,
            stat=figure.noun,
            low=figure.low,
            high=figure.high,
            unit=figure.unit,
            kind=last.kind,
        )
    if figure.shape == "percent":
        measured = read_percent_measurement(sentence, figure)
        if measured:
            return _timed(reader, measured, figure, group)
        next_share = next((f.start for f in figures if f.at > figure.at and f.shape == "percent"), len(sentence))
        name = name_percent(sentence, figure, named, reader.people, next_share, reader.subject)
        named.append((figure, name))
        if name.measure.endswith(":") and figure.words:
            return None
        kind = "cause" if name.measure.startswith("cause:") else "measurement" if name.stat == "value" else "proportion"
        return Claim(
            reader.doc,
            "",
            name.measure,
            group=name.group or group,
            stat=name.stat,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            cmp=figure.cmp,
            unit=name.unit,
            kind=kind,
            condition=name.condition,
        )
    if figure.shape == "rate":
        return rate_claim(reader.doc, sentence, figure, group)
    if figure.shape == "ratio":
        return ratio_claims(reader.doc, sentence, figure, group)
    if figure.shape == "dose":
        dose = read_dose(sentence, figure, limit, reader.drug)
        if dose is None or (dose.drug is None and dose.frequency is None):
            measured = read_measurement(sentence, figure)
            return _timed(reader, measured, figure, group) if measured else None
        return Claim(
            reader.doc,
            "",
            "dose",
            group=group,
            stat=stat,
            value=figure.value,
            low=figure.low,
            high=figure.high,
            cmp=figure.cmp,
            unit=figure.unit,
            drug=dose.drug,
            per=dose.per,
            frequency=dose.frequency,
            route=dose.route,
            duration=dose.duration,
            kind="dose",
        )
    if figure.shape == "time":
        timed = read_time(sentence, figure, figures, reader.near)
    else:
        timed = read_measurement(sentence, figure)
    return _timed(reader, timed, figure, group) if timed else None


def _timed(reader: _Reader, timed: Timed, figure: Figure, group: str) -> Claim:
    stat = timed.stat
    if stat == "value" and figure.low is not None:
        stat = "range"
    return Claim(
        reader.doc,
        "",
        timed.measure,
        group=group,
        stat=stat,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        cmp=figure.cmp,
        unit=figure.unit,
        drug=timed.drug,
        condition=timed.condition,
        kind=timed.kind,
    )


def _note(reader: _Reader, flow: Flow, base: int, figure: Figure, reason: str) -> None:
    start, end = flow.span(base + figure.start, base + figure.end)
    reader.unread.append(Unread(reader.text[start:end], start, end, reason))


def _place(
    reader: _Reader, claim: Claim, sentence: str, flow: Flow, base: int, figure: Figure, citations: list[Citation]
) -> None:
    start, end = flow.span(base + figure.start, base + figure.end)
    claim.start, claim.end, claim.expr = start, end, reader.text[start:end]
    following = [c for c in citations if c.start >= base + figure.start]
    claim.cites = list(following[0].items) if following else []
    hedge = cues()["qualifier_re"].search(sentence[: figure.start])
    claim.qualifier = cues()["qualifiers"][hedge["cue"].lower()] if hedge else None
    claim.origin = "parsed"
    claim.id = _identity(reader, claim)
    reader.claims.append(claim)


def _identity(reader: _Reader, claim: Claim) -> str:
    """An id that a later parse of the same statement gives again: measure, drug and figure, not its place."""
    number = [f"{v:g}" for v in (claim.value, claim.low, claim.high) if v is not None]
    words = [
        re.sub(r"^(?:outcome|symptom|sign|finding|proportion):", "", claim.measure),
        claim.drug or "",
        "-".join(number),
        claim.unit or "",
    ]
    plain = re.sub(r"[^a-z0-9.]+", "-", " ".join(words).casefold()).strip("-") or "claim"
    name, number_ = plain, 1
    while name in reader.ids:
        number_ += 1
        name = f"{plain}-{number_}"
    reader.ids.add(name)
    return name


def _add_cause(reader: _Reader, cause: Cause) -> None:
    claim = Claim(
        reader.doc,
        "",
        f"cause:{cause.name}",
        group=cause.group or reader.people.name,
        cites=cause.cites,
        category=cause.category,
        kind="cause",
        condition=cause.condition,
        start=cause.start,
        end=cause.end,
        expr=reader.text[cause.start : cause.end],
        origin="parsed",
    )
    claim.id = _identity(reader, claim)
    reader.claims.append(claim)
