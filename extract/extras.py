"""What the figures leave out: case reports, causes without a count, denial, concepts and doubts.

Called by `extract.engine` with the findings of one record, in the order of the text.
"""

from __future__ import annotations

from extract import plausibility
from extract.case_report import case_causes, case_findings, one_patient
from extract.causes import Cause, find_causes
from extract.concepts import add_concepts
from extract.features import Reader
from extract.finding import Finding
from extract.negation import turn_denied


def complete(reader: Reader, findings: list[Finding], version: str) -> list[Finding]:
    """All findings of a record in the order of the text: its figures', those of no figure; with flags and concepts."""
    for finding in findings:  # a number that a stray blank tears ("54. 55%") may run over the end of its sentence
        finding.sentence_end = max(finding.sentence_end, finding.end)
    extra = extra_findings(reader, findings)
    for finding in extra:
        finding.engine = version
    found = sorted([*findings, *extra], key=lambda finding: finding.start) if extra else findings
    add_concepts(found, reader.doc.text)
    flag(found)
    return found


def extra_findings(reader: Reader, findings: list[Finding]) -> list[Finding]:
    """The findings that no figure states; `findings` are those that figures state (their names may be turned)."""
    turn_denied(reader, findings)
    patient = one_patient(reader)
    if patient is not None:
        causes = case_causes(reader, patient)
        _mark_causal_doses(findings, frozenset(cause.name for cause in causes))
        return case_findings(reader, findings, patient, causes)
    return [
        _cause(reader, cause)
        for cause in find_causes(reader)
        if not any(f.start < cause.end and cause.start < f.end for f in findings)
    ]


def _mark_causal_doses(findings: list[Finding], causes: frozenset[str]) -> None:
    """The dose of a drug that caused the illness is no treatment's dose."""
    for finding in findings:
        if finding.measure == "dose" and finding.drug is not None and finding.drug.lower() in causes:
            finding.measure = "dose:causal agent"


def _cause(reader: Reader, cause: Cause) -> Finding:
    sentence = cause.sentence
    return Finding(
        measure=f"cause:{cause.name}",
        stat="present",
        start=cause.start,
        end=cause.end,
        section=reader.doc.labels[sentence.section],
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        confidence=0.7,
        how="cause",
    )


def flag(findings: list[Finding]) -> None:
    """Flag what a record's findings say against each other (`extract.plausibility`)."""
    plausibility.flag(findings)
