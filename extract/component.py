"""The engine as a spaCy component: `nlp.add_pipe("retally_findings")`.

Writes `doc.spans["findings"]`: one span for each finding, labelled with its measure's class, `span.id_` its measure and
`span._.finding` the `Finding`; and `doc._.findings`, all of them in the same order. Spans may overlap ("M:F 23:10" is
two findings of one place). The text of a `Doc` is read as one record without sections. Registered by the entry point
`spacy_factories`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from extract.finding import Finding

if TYPE_CHECKING:
    from extract.engine import Engine


@Language.factory(
    "retally_findings",
    assigns=["doc.spans"],
    default_config={"spans_key": "findings", "least_confidence": 0.0, "abbreviations": False},
)
def make_findings(
    nlp: Language, name: str, spans_key: str, least_confidence: float, abbreviations: bool
) -> FindingsComponent:
    """The component. `spans_key` is the key in `doc.spans`; findings below `least_confidence` (0-1) are left out;
    `abbreviations` fills `doc._.abbreviations_found` with the short forms that the text defines.
    """
    return FindingsComponent(name, spans_key, least_confidence, abbreviations)


class FindingsComponent:
    """Reads the findings of a `Doc`; the engine is loaded at the first one."""

    def __init__(self, name: str, spans_key: str, least_confidence: float, abbreviations: bool) -> None:
        self.name = name
        self.spans_key = spans_key
        self.least_confidence = least_confidence
        self.abbreviations = abbreviations
        if not Doc.has_extension("findings"):
            Doc.set_extension("findings", default=None)
        if not Span.has_extension("finding"):
            Span.set_extension("finding", getter=_finding)
        if not Doc.has_extension("abbreviations_found"):
            Doc.set_extension("abbreviations_found", default=None)

    @cached_property
    def engine(self) -> Engine:
        """The engine that reads; imported here, as spaCy imports every entry point whenever it loads any pipeline."""
        from extract.engine import Engine

        return Engine()

    def __call__(self, doc: Doc) -> Doc:
        """Write the findings of a document onto it."""
        found = [f for f in self.engine.read(text=doc.text) if f.confidence >= self.least_confidence]
        doc._.findings = found
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=[_span(doc, f) for f in found])
        if self.abbreviations:
            from extract.abbreviations import abbreviations

            doc._.abbreviations_found = abbreviations(doc.text)
        return doc


def _span(doc: Doc, finding: Finding) -> Span:
    """The tokens that hold a finding's characters (tokens may be longer: "16patients")."""
    measure_class = finding.measure.partition(":")[0]
    span = doc.char_span(
        finding.start, finding.end, label=measure_class, alignment_mode="expand", span_id=finding.measure
    )
    assert span is not None  # offsets lie inside the text, and "expand" then always finds tokens
    return span


def _finding(span: Span) -> Finding | None:
    """The finding of a span: spaCy keeps one value for all spans of one place, and two findings may share theirs."""
    return next(
        (
            f
            for f in span.doc._.findings or ()
            if f.measure == span.id_ and span.start_char <= f.start and f.end <= span.end_char
        ),
        None,
    )
