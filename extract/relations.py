"""Which entities belong together: the parts of a regimen, the result of an outcome in an arm, an effect and its
cause.

Comes in: a sentence (for causes a whole record) and entities from `extract.model`. Goes out: pairs, or regimens made
of pairs. Each kind of relation is a logistic regression over plain features of the pair, trained by
`extract.train.relations` on PHEE (effects), RCT-ART (results) and BC5CDR (causes); its weights are in
`data/relations.npz`. Called by `extract.engine`.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np

from extract.model import Entity

#: Features are hashed into this many weights (a power of two).
BUCKETS = 1 << 14
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NEAR = (0, 1, 2, 3, 5, 8, 12, 20, 35)  # upper ends of the distance classes, in tokens

#: Labels that may be the head and the tail of each relation.
PAIRS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "regimen": (frozenset({"DRUG", "CHEMICAL"}), frozenset({"DOSAGE", "FREQUENCY", "DURATION", "ROUTE"})),
    "effect": (frozenset({"DRUG", "CHEMICAL"}), frozenset({"ADVERSE_EVENT"})),
    "outcome": (frozenset({"OUTCOME"}), frozenset({"MEASURE"})),
    "arm": (frozenset({"ARM"}), frozenset({"MEASURE"})),
    "cause": (frozenset({"CHEMICAL", "DRUG"}), frozenset({"DISEASE"})),
}


#: Least scores. That of causes, of which most records name few among many pairs, is where F1 is highest.
LEAST = {"effect": 0.5, "outcome": 0.5, "arm": 0.5, "cause": 0.3}


@dataclass(frozen=True, slots=True)
class Relation:
    """Two entities of one sentence that belong together; `score` is the model's probability, 0-1."""

    kind: str
    head: Entity
    tail: Entity
    score: float


@dataclass(frozen=True, slots=True)
class Regimen:
    """A drug with what the sentence says of its amount, frequency, duration and route; None where it says nothing."""

    drug: Entity
    dosage: Entity | None = None
    frequency: Entity | None = None
    duration: Entity | None = None
    route: Entity | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A substance and a disease that the record attributes to it, as lower-case names; `score` is 0-1."""

    substance: str
    disease: str
    score: float


def relations(kind: str, sentence: str, entities: Sequence[Entity]) -> list[Relation]:
    """The pairs of `kind` (effect, outcome or arm) in a sentence whose score reaches `least`, in the order of the
    text.
    """
    found = []
    for head, tail, features in candidates(kind, sentence, entities):
        score = _score(kind, features)
        if score >= LEAST[kind]:
            found.append(Relation(kind, head, tail, score))
    return found


def regimens(sentence: str, entities: Sequence[Entity]) -> list[Regimen]:
    """The regimens of a sentence: every drug that has a dosage, frequency, duration or route, with the nearest of
    each.

    A part is given to the drug that it is written nearest to: "20 mg of A" to A, "A 20 mg and B" to A. A clause's end
    or another drug between them counts as distance. By rule, because PHEE's sentences nearly always hold one regimen.
    """
    heads_of, tails_of = PAIRS["regimen"]
    drugs = _longest(entity for entity in entities if entity.label in heads_of)
    parts: dict[Entity, dict[str, tuple[float, Entity]]] = {}
    for part in _longest(entity for entity in entities if entity.label in tails_of):
        apart = [drug for drug in drugs if drug.end <= part.start or part.end <= drug.start]
        if not apart:
            continue
        distance, drug = min(
            ((_distance(sentence, drug, part, drugs), drug) for drug in apart), key=lambda pair: pair[0]
        )
        own = parts.setdefault(drug, {})
        key = part.label.lower()
        if key not in own or distance < own[key][0]:
            own[key] = distance, part
    return [
        Regimen(drug, **{key: part for key, (_, part) in own.items()})
        for drug, own in sorted(parts.items(), key=lambda item: item[0].start)
    ]


def causes(sentences: Sequence[str], entities: Sequence[Sequence[Entity]]) -> list[Cause]:
    """The substances and diseases of a record between which it states that the one brought about the other.

    `sentences` begins with the title; `entities` are those of each sentence. Names are compared in lower case.
    """
    named = [[(entity, entity.text.lower()) for entity in found] for found in entities]
    return [
        Cause(substance, disease, score)
        for substance, disease, features in cause_candidates(sentences, named)
        if (score := _score("cause", features)) >= LEAST["cause"]
    ]


def candidates(kind: str, sentence: str, entities: Sequence[Entity]) -> list[tuple[Entity, Entity, list[str]]]:
    """Every pair of entities that the labels of `kind` allow, with its features."""
    heads_of, tails_of = PAIRS[kind]
    heads = sorted((entity for entity in entities if entity.label in heads_of), key=lambda entity: entity.start)
    tails = sorted((entity for entity in entities if entity.label in tails_of), key=lambda entity: entity.start)
    return [
        (head, tail, _features(sentence, head, tail, heads, [other for other in tails if other.label == tail.label]))
        for head in heads
        for tail in tails
        if head.end <= tail.start or tail.end <= head.start
    ]


def cause_candidates(
    sentences: Sequence[str], named: Sequence[Sequence[tuple[Entity, str]]]
) -> list[tuple[str, str, list[str]]]:
    """Every substance and disease of a record, with features gathered over the sentences that name both.

    `named` holds each entity with the name (or concept) under which its mentions are counted together.
    """
    heads_of, tails_of = PAIRS["cause"]
    places: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
    together: dict[tuple[str, str], list[str]] = {}
    for index, (sentence, found) in enumerate(zip(sentences, named, strict=True)):
        names = {id(entity): name for entity, name in found}
        for entity, name in found:
            if entity.label in heads_of or entity.label in tails_of:
                places[entity.label in heads_of].setdefault(name, []).append(index)
        for head, tail, features in candidates("cause", sentence, [entity for entity, _ in found]):
            pair = names[id(head)], names[id(tail)]
            together.setdefault(pair, []).extend(
                [*features, *(f"title:{feature}" for feature in features[:3] if not index)]
            )
    rows = []
    top = {side: max(map(len, mentions.values()), default=0) for side, mentions in places.items()}
    for substance, at in places[True].items():
        for disease, there in places[False].items():
            shared = together.get((substance, disease), [])
            gap = min(abs(a - b) for a in at for b in there)
            features = [
                f"gap:{min(gap, 4)}", f"substance:{_class(len(at))}", f"disease:{_class(len(there))}",
                f"titles:{0 in at}{0 in there}", f"substances:{_class(len(places[True]))}",
                f"diseases:{_class(len(places[False]))}", f"first:{_class(min(at))}:{_class(min(there))}",
                f"most:{len(at) == top[True]}{len(there) == top[False]}",
                *sorted(set(shared)),
            ]  # fmt: skip
            rows.append((substance, disease, features))
    return rows


def bucket(feature: str) -> int:
    """The weight of a feature: the same on every machine."""
    return zlib.crc32(feature.encode("utf-8")) % BUCKETS


def _features(sentence: str, head: Entity, tail: Entity, heads: Sequence[Entity], tails: Sequence[Entity]) -> list[str]:
    first, last = (head, tail) if head.start < tail.start else (tail, head)
    order = "h" if first is head else "t"
    between = _TOKEN.findall(sentence[first.end : last.start].lower())
    kind = f"{tail.label}:{order}"
    inside = [other for other in (*heads, *tails) if first.end <= other.start and other.end <= last.start]
    same_rank = heads.index(head) == tails.index(tail)
    respectively = "respectively" in sentence.lower()
    before = _TOKEN.findall(sentence[: first.start].lower())[-2:]
    after = _TOKEN.findall(sentence[last.end :].lower())[:2]
    near_head = min(heads, key=lambda other: _gap(other, tail)) is head
    near_tail = min(tails, key=lambda other: _gap(other, head)) is tail
    counts = f"{min(len(heads), 3)}:{min(len(tails), 3)}"
    clause = any(token in (";", ".", "but", "while", "whereas") for token in between)
    return [
        f"kind:{kind}",
        f"distance:{kind}:{_class(len(between))}",
        f"near:{kind}:{near_head}{near_tail}",
        f"near:{near_head}{near_tail}:{counts}",
        f"inside:{kind}:{sum(e.label == head.label for e in inside)}:{sum(e.label == tail.label for e in inside)}",
        f"rank:{same_rank}:{respectively}:{counts}",
        f"rank:{heads.index(head)}:{tails.index(tail)}:{counts}:{respectively}",
        f"clause:{clause}:{near_head}",
        f"counts:{kind}:{counts}",
        *(f"before:{kind}:{token}" for token in before),
        *(f"after:{kind}:{token}" for token in after),
        *(f"word:{kind}:{token}" for token in (between if len(between) <= 12 else between[:6] + between[-6:])),
        *(f"pair:{a} {b}" for a, b in pairwise(between) if len(between) <= 8),
        f"all:{' '.join(between) if len(between) <= 3 else ''}:{kind}",
    ]


def _longest(entities: Iterable[Entity]) -> list[Entity]:
    """The entities in the order of the text; of those that overlap (found by several heads) the longest."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda entity: (entity.start - entity.end, entity.start)):
        if all(entity.end <= other.start or other.end <= entity.start for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda entity: entity.start)


def _distance(sentence: str, drug: Entity, part: Entity, drugs: Sequence[Entity]) -> float:
    """Tokens between a drug and a part of its regimen; more where a clause ends or another drug stands between."""
    first, last = (drug, part) if drug.start < part.start else (part, drug)
    between = sentence[first.end : last.start].lower()
    tokens = _TOKEN.findall(between)
    if last is drug and re.fullmatch(r"\s*(?:/\s*\w+\s*)?(?:of|oral|intravenous|i\.?v\.?)?\s*", between):
        return 0.0  # "20 mg of prednisone"
    others = sum(first.end <= other.start and other.end <= last.start for other in drugs)
    ends = sum(token in (";", ".", "and", "or", "plus", "but", "followed", "then", "with") for token in tokens)
    return len(tokens) + 10 * others + 4 * ends + (2 if last is drug else 0)


def _gap(one: Entity, other: Entity) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _class(number: int) -> int:
    return sum(number > end for end in _NEAR)


@cache
def _weights() -> dict[str, np.ndarray]:
    path = resources.files("extract") / "data" / "relations.npz"
    with resources.as_file(path) as file, np.load(file) as table:
        return {kind: table[kind].astype(np.float64) for kind in table.files}


def _score(kind: str, features: Iterable[str]) -> float:
    """The probability of a pair: the last weight is the intercept, and a feature counts once."""
    weights = _weights()[kind]
    total = weights[-1] + sum(weights[index] for index in {bucket(feature) for feature in features})
    return 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))
