"""What the clinical model marks in a record: entities with their assertion, and the relations between them.

Comes in: a record's title and sections, or its text alone, and the model. Goes out: `Marks`, whose offsets count into
title and sections joined by newlines, as those of the findings do. Called by `retally extract --model` and
`retally run --model`; no finding rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from extract.assertion import assertions
from extract.features import role
from extract.model import ClinicalModel, Entity
from extract.reading import section_spans
from extract.relations import Regimen, causes, regimens, relations
from extract.tokens import Document, read_document

#: Labels of what may be absent, possible, historical or a relative's.
ASSERTED = frozenset({"DISEASE", "SIGN_SYMPTOM", "ADVERSE_EVENT"})
KINDS = ("effect", "outcome", "arm")
_OUTCOME_ROLES = frozenset({"results", "conclusion"})


@dataclass(frozen=True, slots=True)
class Mark:
    """An entity of a record: characters of the record's text (end exclusive), label, the head or model that found it.

    `assertion` is "" for labels that cannot be denied.
    """

    start: int
    end: int
    label: str
    text: str
    head: str
    assertion: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is marked in a record.

    `relations` are {kind, head, tail, score} and `regimens` {drug, dosage, ...}, both with places in `entities`;
    `causes` are {substance, disease, score} by name.
    """

    entities: list[Mark]
    relations: list[dict[str, Any]]
    regimens: list[dict[str, int]]
    causes: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def mark(
    model: ClinicalModel,
    title: str | None = None,
    sections: Iterable[tuple[str, str]] = (),
    text: str | None = None,
) -> Marks:
    """What `model` marks in one record, in the order of the text. Raises `extract.model.ModelError`."""
    whole, spans = section_spans(title, list(sections), text)
    doc = read_document(whole, spans)
    sentences = [whole[s.start : s.end] for s in doc.sentences]
    found = [
        [entity for entity in entities if _belongs(doc, number, entity)]
        for number, entities in enumerate(model.entities(sentences))
    ]
    out = Marks([], [], [], [])
    for s, sentence, entities in zip(doc.sentences, sentences, found, strict=True):
        first = len(out.entities)
        place = {entity: first + n for n, entity in enumerate(entities)}
        out.entities.extend(_marks(s.start, sentence, entities))
        for kind in KINDS:
            out.relations.extend(
                {"kind": kind, "head": place[r.head], "tail": place[r.tail], "score": round(r.score, 3)}
                for r in relations(kind, sentence, entities)
            )
        out.regimens.extend(_parts(regimen, place) for regimen in regimens(sentence, entities))
    out.causes.extend(asdict(cause) | {"score": round(cause.score, 3)} for cause in causes(sentences, found))
    return out


def _belongs(doc: Document, sentence: int, entity: Entity) -> bool:
    """The outcomes head learned from results and conclusions only: under other headings it says nothing."""
    if entity.head != "outcomes":
        return True
    named = role(doc.labels[doc.sentences[sentence].section])
    return not any(map(role, doc.labels)) or named in _OUTCOME_ROLES


def _marks(offset: int, sentence: str, entities: Sequence[Entity]) -> list[Mark]:
    asserted = [entity for entity in entities if entity.label in ASSERTED]
    said = dict(zip(asserted, assertions(sentence, [(e.start, e.end) for e in asserted]), strict=True))
    return [Mark(offset + e.start, offset + e.end, e.label, e.text, e.head, said.get(e, "")) for e in entities]


def _parts(regimen: Regimen, place: dict[Entity, int]) -> dict[str, int]:
    """The places of a regimen's drug and of the parts that it has."""
    parts = {part.name: getattr(regimen, part.name) for part in fields(regimen)}
    return {name: place[entity] for name, entity in parts.items() if entity is not None}
