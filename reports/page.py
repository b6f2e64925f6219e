"""The whole report as a reader meets it: counts, chapters, causes, documents compared, evidence, flow, methods.

In: a `ReportContext`. Out: a `Page`, from which the HTML, the Markdown and the tables are written. Called by
`reports.report`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from reports import numbers
from reports.claim import Claim
from reports.compare import named_causes
from reports.context import Flow, ReportContext, ReviewInfo, RunInfo, SourceDocument
from reports.history import history_lines
from reports.methods import Item, limits, methods, prisma_s
from reports.studies import Study, studies_of
from reports.view import ClaimView, StudyLine, anchor, claim_view, study_line
from reports.wording import proper, sentence_case, verdicts, wording

MAKERS = ("retally", "engine", "model")  # what a reader looks for in the head of the page; the rest is in the methods


@dataclass(slots=True)
class VerdictCount:
    """A verdict, how many claims have it, and how many of these stand in the table of claims (causes do not)."""

    word: str
    key: str
    meaning: str
    count: int
    listed: int


@dataclass(slots=True)
class Chapter:
    """Claims that belong together."""

    key: str
    title: str
    claims: list[ClaimView]


@dataclass(slots=True)
class NewCause:
    """A cause that studies name and no document does."""

    title: str
    k: int
    cases: int
    lines: list[StudyLine]


@dataclass(slots=True)
class Conflict:
    """Claims of several documents that cannot all hold."""

    title: str
    claims: list[ClaimView]


@dataclass(slots=True)
class EvidenceTable:
    """Studies in rows, claims in columns; a cell is the figure as text or empty."""

    title: str
    columns: list[str]
    rows: list[tuple[Study, list[str]]]


@dataclass(slots=True)
class Page:
    """Everything the templates and exports need."""

    review: ReviewInfo
    run: RunInfo
    finished: str
    documents: list[SourceDocument]
    views: list[ClaimView]
    verdicts: list[VerdictCount]
    lede: str
    chapters: list[Chapter]
    causes: list[Chapter]
    causes_lede: str
    new_causes: list[NewCause]
    conflicts: list[Conflict]
    evidence: list[EvidenceTable]
    studies: list[Study]
    flow: Flow
    prisma_s: list[Item]
    methods: list[str]
    limits: list[str]
    notices: list[Any]
    versions: list[tuple[str, str]]
    uses_pubmed: bool
    changes: list[dict[str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many claims there are."""
        return len(self.views)

    @property
    def listed(self) -> int:
        """How many of them stand in the table of claims."""
        return sum(len(chapter.claims) for chapter in self.chapters)

    @property
    def studies_total(self) -> int:
        """How many studies were read."""
        return len(self.studies)

    @property
    def restated_total(self) -> int:
        """How many of them as restatements."""
        return sum(study.restated for study in self.studies)

    @property
    def makers(self) -> list[tuple[str, str]]:
        """The versions that matter first: the program, the engine and its model."""
        return [(name, version) for name, version in self.versions if name in MAKERS]

    @property
    def differing(self) -> list[ClaimView]:
        """Claims that the abstracts contradict."""
        return [view for view in self.views if view.verdict.word == "differs"]

    @property
    def contents(self) -> list[tuple[str, str]]:
        """The page's sections, as anchor and title."""
        sections = [("glance", "At a glance")]
        if self.conflicts:
            sections.append(("documents", "Documents compared"))
        sections += [(f"chapter-{chapter.key}", chapter.title) for chapter in self.chapters]
        if self.causes or self.new_causes:
            sections.append(("causes", "Causes"))
        return [
            *sections, ("evidence", "Evidence table"), ("flow", "Records"), ("search", "Search"),
            ("methods", "Methods"), ("limits", "Limits"), ("sources", "Studies"),
        ]  # fmt: skip


def build_page(context: ReportContext, with_sentences: bool = True) -> Page:
    """The context as a page. Without `with_sentences`, sentences of papers are left out, for publishing."""
    studies = studies_of(context.records)
    names = {document.id: document.title for document in context.review.documents}
    views = [claim_view(result, studies, names, with_sentences) for result in context.results]
    first = context.review.documents[0].id if context.review.documents else ""
    for view in views:
        view.document_tag = "" if view.claim.doc == first else view.document
        view.history = history_lines(context.history.get(view.id, []), view.proportion)
    listed = [view for view in views if view.claim.kind != "cause"]
    causes = [view for view in views if view.claim.kind == "cause"]
    return Page(
        review=context.review,
        run=context.run,
        finished=_when(context.run.finished),
        documents=context.review.documents,
        views=views,
        verdicts=_count(views, listed),
        lede=_lede(views),
        chapters=_chapters(listed),
        causes=_cause_groups(causes),
        causes_lede=_causes_lede(causes),
        new_causes=_new_causes(context, studies, with_sentences),
        conflicts=_conflicts(listed),
        evidence=_evidence(listed),
        studies=list(studies.values()),
        flow=context.flow,
        prisma_s=prisma_s(context),
        methods=methods(context),
        limits=limits(context),
        notices=context.notices,
        versions=sorted(context.run.versions.items()),
        uses_pubmed=_uses_pubmed(context),
        changes=_changes(context, views),
    )


def _uses_pubmed(context: ReportContext) -> bool:
    """Whether data of the National Library of Medicine are in the report, which then says so."""
    sources = [*context.records["source"], *(search.source for search in context.searches)]
    return any("pubmed" in str(source).lower() or "medline" in str(source).lower() for source in sources)


def _when(iso: str) -> str:
    """`2026-03-01T12:00:00` as `1 March 2026, 12:00`; anything else as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    zone = " UTC" if when.tzinfo is not None and not when.utcoffset() else ""
    return f"{when.day} {when:%B %Y}" + (f", {when:%H:%M}{zone}" if "T" in iso or ":" in iso else "")


def _count(views: list[ClaimView], listed: list[ClaimView]) -> list[VerdictCount]:
    every = Counter(view.verdict.word for view in views)
    shown = Counter(view.verdict.word for view in listed)
    return [VerdictCount(v.word, v.key, v.meaning, every[v.word], shown[v.word]) for v in verdicts().values()]


def _lede(views: list[ClaimView]) -> str:
    """The result of the run in two sentences."""
    count = Counter(view.verdict.word for view in views)
    judged = count["agrees"] + count["differs"]
    text = (
        f"Of {len(views)} stated figures and causes, the abstracts support {count['agrees']} "
        f"and contradict {count['differs']}."
    )
    open_ = len(views) - judged
    if not open_:
        return text
    return (
        f"{text} For the other {open_} no verdict is given: {count['undecided']} undecided, {count['thin']} with too "
        f"little evidence, {count['silent']} on which the abstracts are silent, {count['not judged']} that a program "
        "cannot judge."
    )


def _chapters(views: list[ClaimView]) -> list[Chapter]:
    chapters = [
        Chapter(c["key"], c["title"], [v for v in views if v.chapter == c["key"]]) for c in wording()["chapters"]
    ]
    return [chapter for chapter in chapters if chapter.claims]


def _cause_groups(views: list[ClaimView]) -> list[Chapter]:
    groups: dict[str, list[ClaimView]] = {}
    for view in views:
        groups.setdefault(view.category or "other", []).append(view)
    families = Counter(key.partition("-")[0] for key in groups)
    titles = {key: key.replace("-", ": ", 1) if families[key.partition("-")[0]] > 1 else key for key in groups}
    return [Chapter(key, sentence_case(titles[key]), claims) for key, claims in groups.items()]


def _causes_lede(views: list[ClaimView]) -> str:
    with_study = [view for view in views if view.k]
    return (
        f"The documents name {len(views)} causes. For {len(with_study)} of them at least one included study attributes "
        f"a case to the cause; for {len(views) - len(with_study)} none does."
    )


def _new_causes(context: ReportContext, studies: dict[str, Study], with_sentences: bool) -> list[NewCause]:
    """Causes among the findings that no claim names, most studies first."""
    claims = [result.claim for result in context.results]
    found = []
    for cause in named_causes(claims, context.records, context.findings, context.synonyms):
        claim = Claim("", cause.name, f"cause:{cause.name}", kind="cause")
        lines = [study_line(figure, studies, claim, with_sentences) for figure in cause.studies]
        found.append(NewCause(sentence_case(proper(cause.name)), len(lines), cause.cases, lines))
    return found


def _conflicts(views: list[ClaimView]) -> list[Conflict]:
    """Claims that contradict each other, each with all that it is tied to."""
    known = {view.id: view for view in views}
    group_of: dict[str, list[str]] = {}
    for view in views:
        for other in view.result.conflicts:
            if other not in known:
                continue
            one, two = group_of.get(view.id, [view.id]), group_of.get(other, [other])
            merged = one if one is two else one + two
            group_of |= dict.fromkeys(merged, merged)
    groups = {id(members): members for members in group_of.values()}
    order = {view.id: position for position, view in enumerate(views)}
    return [
        Conflict(known[members[0]].title, [known[m] for m in sorted(members, key=order.__getitem__)])
        for members in groups.values()
    ]


def _evidence(views: list[ClaimView]) -> list[EvidenceTable]:
    """A table a chapter: the studies that say anything on it."""
    tables = []
    for chapter in _chapters(views):
        claims = [view for view in chapter.claims if view.lines]
        studies = {line.study.id: line.study for view in claims for line in view.lines}
        cells: dict[tuple[str, str], list[str]] = {}
        for view in claims:
            for line in view.lines:
                cell = cells.setdefault((line.study.id, view.id), [])
                words = line.count if "/" in line.count else line.figure
                if words not in cell:
                    cell.append(words)
        rows = [
            (study, ["; ".join(cells.get((study.id, view.id), [])) for view in claims])
            for study in sorted(studies.values(), key=lambda s: (s.year or 0, s.name))
        ]
        if rows:
            tables.append(EvidenceTable(chapter.title, [f"{view.title} ({view.stated})" for view in claims], rows))
    return tables


def _changes(context: ReportContext, views: list[ClaimView]) -> list[dict[str, str]]:
    titles = {view.id: view.title for view in views}
    return [
        asdict(c) | {"anchor": anchor(c.claim), "title": titles.get(c.claim, c.claim), "why": numbers.tidy(c.why)}
        for c in context.run.changes
    ]
