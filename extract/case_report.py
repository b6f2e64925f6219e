"""Case reports: one patient with sex, smoking, symptoms, signs, treatment and outcome that no number states.

Comes in: the `Reader` of a record and the findings that its figures gave. Goes out: findings with stat `present` or
`absent` and no value; the patient's sex and smoking as 1 of 1. A record that may be about several people gives nothing.
Called by `extract.extras`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from extract.causes import Cause, find_causes
from extract.doses import is_drug
from extract.features import Reader
from extract.finding import Finding
from extract.negation import asserted
from extract.resources import load
from extract.tokens import Sentence
from extract.wording import clean_name

AGE = r"(?:\d{1,3}|[a-z]+(?:-[a-z]+)?)"
UNIT = r"(?:year|yr|month|week|day)s?"
NEAR = 40  # characters between "no" and the thing denied
ALLOWED = ("", "title", "results", "methods")


@dataclass(frozen=True, slots=True)
class Patient:
    """The one patient: the sentence that introduces them, the word for the sex, "N-year-old woman", the age."""

    sentence: int
    sex: str | None = None
    start: int = 0
    end: int = 0
    intro: tuple[int, int] = (0, 0)
    age: tuple[int, int, float, str] | None = None  # characters, value, unit


@dataclass(frozen=True, slots=True)
class _Patterns:
    quick: tuple[str, ...]
    title: re.Pattern[str]
    several: re.Pattern[str]
    many: re.Pattern[str]
    intro: re.Pattern[str]
    told: re.Pattern[str]
    patient: re.Pattern[str]
    aside: re.Pattern[str]
    smoking: re.Pattern[str]
    symptoms: re.Pattern[str]
    outcomes: list[tuple[str, list[re.Pattern[str]]]]
    blocked: re.Pattern[str]
    treated: re.Pattern[str]
    given: re.Pattern[str]
    given_after: re.Pattern[str]
    drug_class: re.Pattern[str]
    sexes: dict[str, str]


def _any(parts: Sequence[str], flags: int = re.I) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts), flags)


@cache
def _patterns() -> _Patterns:
    data = load("case_report")
    sexes = {word: sex for sex in ("female", "male") for word in data["people"][sex]}
    people = "|".join(sorted([*sexes, *data["people"]["other"]], key=len, reverse=True))
    gap = r"(?:[\w'’/-]+,?\s+){0,6}?"
    intro = (
        rf"\b{AGE}\s?[-–‐\s/]*\s?{UNIT}[-–‐\s]*old,?\s+{gap}(?P<a>{people})\b|\b(?P<b>{people})(?:,|\s+who\s+was)?\s*\(?(?:aged\s+|age\s+)?\d{{1,3}}\s+{UNIT}(?:\s+old|\s+of\s+age)|"
        rf"\b(?P<c>{people}),?\s+aged\s+{AGE}\b"
    )

    def words(section: str) -> str:
        return "|".join(sorted(data[section]["terms"], key=len, reverse=True))

    smoking = "|".join(f"(?P<{status}>{'|'.join(terms)})" for status, terms in data["smoking"].items())
    return _Patterns(
        quick=tuple(data["detect"]["quick"]),
        title=_any(data["detect"]["title"]),
        several=_any(data["detect"]["several"]),
        many=_any(data["detect"]["many"]),
        intro=re.compile(intro, re.I),
        told=re.compile(
            rf"\b(?:{'|'.join(data['detect']['told'])})\s+(?:[\w'’-]+\s+){{0,4}}?(?:the\s+|an?\s+|one\s+)(?:[\w'’-]+\s+){{0,3}}?(?:case(?![\s-]+(?:series|control|mix))|{people})\b(?![-\s](?:populations?|groups?|series|cohorts?|samples?|data|level))",
            re.I,
        ),
        patient=re.compile(rf"\b(?:an?|the|this|our|one)\s+{gap}(?:{people})\b", re.I),
        aside=_any(data["aside"]["patterns"]),
        smoking=re.compile(rf"\b(?:{smoking})\b", re.I),
        symptoms=re.compile(
            rf"(?<![\w-])(?:(?P<sign>{words('signs')})|(?P<symptom>{words('symptoms')}))(?![\w-])", re.I
        ),
        outcomes=[
            (name, [re.compile(term, re.I) for term in terms])
            for name, terms in data["outcomes"].items()
            if name != "blocked"
        ],
        blocked=re.compile(rf"\b(?:{'|'.join(data['outcomes']['blocked'])})\b(?:\s+\w+){{0,3}}\s*$", re.I),
        treated=re.compile(rf"\b(?:{'|'.join(data['treated']['before'])})\s+(?:[\w'’-]+\s+){{0,2}}$", re.I),
        given=re.compile(rf"\b(?:{'|'.join(data['treatment']['verbs'])})\s+(?:[\w'/-]+,?\s+){{0,4}}$", re.I),
        given_after=re.compile(rf"^\s+(?:{'|'.join(data['treatment']['after'])})\b", re.I),
        drug_class=re.compile(rf"^(?:{'|'.join(data['treatment']['classes'])})$", re.I),
        sexes=sexes,
    )


def told_as(name: str) -> str | None:
    """`symptom` or `sign` where a name is one of those that patients tell or examiners see, word for word; or None."""
    found = _patterns().symptoms.fullmatch(name)
    return found.lastgroup if found is not None else None


def one_patient(reader: Reader) -> Patient | None:
    """The patient of a report about one patient, or None where there is none, or may be more than one."""
    doc, patterns = reader.doc, _patterns()
    lower = doc.text.lower()
    if not doc.sentences or not any(words in lower for words in patterns.quick):
        return None
    title = doc.text[doc.sentences[0].start : doc.sentences[0].end] if reader.roles[0] == "title" else ""
    named = bool(patterns.title.search(title))
    if (patterns.several.search(title) and not named) or patterns.many.search(doc.text):
        return None
    intros = [m for m in patterns.intro.finditer(doc.text) if m.start() >= (doc.sentences[0].end if title else 0)]
    if len({re.sub(r"\D", "", m.group()) or m.group().split()[0] for m in intros}) > 1:
        return None
    if not intros:
        told = patterns.told.search(doc.text)
        if told:
            return Patient(doc.sentence_of(doc.token_at(told.start())))
        return Patient(_first_mention(reader)) if named else None
    first = intros[0]
    group = next(name for name in "abc" if first.group(name))
    number = doc.sentence_of(doc.token_at(first.start()))
    sex = patterns.sexes.get(first.group(group).lower())
    return Patient(number, sex, first.start(group), first.end(group), first.span(), _age(doc.text, *first.span()))


def _age(text: str, start: int, end: int) -> tuple[int, int, float, str] | None:
    """The age printed in digits in "N-year-old woman" or "woman aged N": characters, value, unit."""
    found = re.search(r"\d{1,3}", text[start:end])
    if found is None:
        return None
    unit = re.match(rf"[-–‐\s]*({UNIT})", text[start + found.end() : end])
    word = unit.group(1).rstrip("s") if unit else "year"
    return start + found.start(), start + found.end(), float(found.group()), {"yr": "year"}.get(word, word) + "s"


def _first_mention(reader: Reader) -> int:
    """The first sentence after the title that speaks of one person."""
    doc, patterns = reader.doc, _patterns()
    for number, s in enumerate(doc.sentences):
        if number and patterns.patient.search(doc.text, s.start, s.end):
            return number
    return min(1, len(doc.sentences) - 1)


def case_causes(reader: Reader, patient: Patient) -> list[Cause]:
    """The causes that the report names for its patient's illness."""
    return find_causes(reader, frozenset(_about(reader, patient)))


def case_findings(
    reader: Reader, findings: Sequence[Finding], patient: Patient, causes: Sequence[Cause]
) -> list[Finding]:
    """What the report says of its patient without a number; nothing that a figure in `findings` says already.

    `causes` are those of `case_causes`.
    """
    _correct_age(findings, patient)
    out: list[Finding] = []
    seen = {f.measure for f in findings}

    def add(measure: str, stat: str, start: int, end: int, sentence: Sentence, one: bool = False) -> None:
        if measure in seen or any(f.start < end and start < f.end for f in findings):
            return
        if stat == "absent" and any(f.value == 0 and 0 <= start - f.end < NEAR for f in findings):
            return  # "no clubbing": the figure decider has it
        seen.add(measure)
        out.append(
            Finding(
                measure=measure,
                stat=stat,
                value=1.0 if one else None,
                numerator=1 if one else None,
                denominator=1 if one else None,
                start=start,
                end=end,
                section=reader.doc.labels[sentence.section],
                sentence_start=sentence.start,
                sentence_end=sentence.end,
                confidence=0.8,
                how="case report",
            )
        )

    if patient.age and "age" not in seen:
        start, end, years, unit = patient.age
        sentence = reader.doc.sentences[patient.sentence]
        add("age", "value", start, end, sentence)
        if out:
            out[-1].value, out[-1].unit = years, unit
    if patient.sex:
        add(f"sex:{patient.sex}", "value", patient.start, patient.end, reader.doc.sentences[patient.sentence], one=True)
    about = frozenset(_about(reader, patient))
    for cause in causes:
        add(f"cause:{cause.name}", "present", cause.start, cause.end, cause.sentence)
    for sentence in (reader.doc.sentences[number] for number in sorted(about)):
        text = reader.doc.text[sentence.start : sentence.end]
        for match in _patterns().smoking.finditer(text):
            add(
                f"smoking:{match.lastgroup}",
                "value",
                sentence.start + match.start(),
                sentence.start + match.end(),
                sentence,
                one=True,
            )
        for kind, name, stat, start, end in (
            *_symptoms(text),
            *_treatments(text, sentence, findings, causes),
            *_outcomes(text),
        ):
            add(f"{kind}:{name}", stat, sentence.start + start, sentence.start + end, sentence)
    return out


def _correct_age(findings: Sequence[Finding], patient: Patient) -> None:
    """The number in "a man aged 44" is the age, whatever it was taken for, and then nobody's denominator."""
    start, end = patient.intro
    for finding in findings:
        if start <= finding.start and finding.end <= end and finding.measure == "participants":
            finding.measure, finding.stat, finding.unit = "age", "value", "years"
            for other in findings:
                if other.denominator is not None and other.denominator == finding.value:
                    other.denominator = None


def _about(reader: Reader, patient: Patient) -> Iterator[int]:
    """The numbers of the sentences about the patient: from the introduction on, no asides or conclusions."""
    for number in range(patient.sentence, len(reader.doc.sentences)):
        sentence = reader.doc.sentences[number]
        if reader.roles[number] in ALLOWED and not _patterns().aside.search(
            reader.doc.text, sentence.start, sentence.end
        ):
            yield number


Said = tuple[str, str, str, int, int]  # kind, name, stat, start, end


def _symptoms(text: str) -> Iterator[Said]:
    found = list(_patterns().symptoms.finditer(text))
    if not found:
        return
    for match, assertion in zip(found, asserted(text, [m.span() for m in found]), strict=True):
        if assertion in ("present", "absent") and not _patterns().treated.search(text[: match.start()]):
            yield match.lastgroup or "", clean_name(match.group()), assertion, match.start(), match.end()


def _treatments(text: str, sentence: Sentence, findings: Sequence[Finding], causes: Sequence[Cause]) -> Iterator[Said]:
    """Drugs given against the illness, where no dose says it: not the drug that caused it."""
    if any(f.measure.startswith("dose") and f.sentence_start == sentence.start for f in findings):
        return
    blamed = {cause.name for cause in causes}
    patterns = _patterns()
    for match in re.finditer(r"plasma exchange|[^\W\d_][\w-]{4,}", text):
        word = match.group()
        if not (patterns.drug_class.match(word) or is_drug(word)) or word.lower() in blamed:
            continue
        before, after = text[: match.start()], text[match.end() :]
        since = re.search(r"\b(?:after|since|when|before)\s+(?:\w+\s+)?$", before)  # when it was begun: an exposure
        if (patterns.given.search(before) or (patterns.given_after.match(after) and not since)) and asserted(
            text, [match.span()]
        ) == ["present"]:
            yield "treatment", clean_name(word), "present", match.start(), match.end()


def _outcomes(text: str) -> Iterator[Said]:
    for name, patterns in _patterns().outcomes:
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            start, end = match.span("word" if "word" in match.re.groupindex else 0)
            if not _patterns().blocked.search(text[:start]):
                yield "outcome", name, "present", start, end
                break
