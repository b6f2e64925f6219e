"""How people and the machine agree: between each two people, with the machine, and where they differ.

In: what stands of a review's judgements. Out: tables for the page of agreement and the exports. Figures rest on first
opinions, before anybody settled a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.desk.statistics import Kappa, Share, cohen_kappa, share
from pipeline.judgements import Judgement, Standing, reading

# What a reading is made of, in the words of the table; positions in `pipeline.judgements.READING`.
PARTS = {"number": (3, 4, 5), "measure": (0,), "group": (1,), "denominator": (8,), "numerator": (7,)}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two who judged: screening by kappa, figures by the share on which they agree in all that is judged."""

    one: str
    other: str
    screening: Kappa
    figures: Share


@dataclass(frozen=True, slots=True)
class Precision:
    """The machine's readings as people found them: right as they were, and by part; `accepted` is precision."""

    label: str
    accepted: Share
    parts: dict[str, Share]
    rejected: int
    added: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """All of it; `disputes` are the things on which people differ and that nobody has settled."""

    pairs: list[Pair]
    machine: list[Pair]
    precision: list[Precision]
    disputes: list[Standing]
    settled: int
    blind: int


def agreement(held: Iterable[Standing]) -> Agreement:
    """What `standing` gives, compared."""
    held = list(held)
    people = sorted({person for one in held for person in one.opinions})
    findings = [one for one in held if one.subject == "finding" and one.opinions]
    opinions = [said for one in held for said in one.opinions.values()]
    sample = [one for one in findings if any(said.origin == "sample" for said in one.opinions.values())]
    missed = sum(one.subject == "missed" and bool(one.opinions) for one in held)
    precision = [_precision("all that was judged", findings, missed)]
    if sample:
        precision.append(_precision("the random sample", sample, 0))
    return Agreement(
        pairs=[_pair(held, one, other) for one, other in combinations(people, 2)],
        machine=[_with_machine(held, person) for person in people],
        precision=precision,
        disputes=[one for one in held if one.disputed],
        settled=sum(one.settled is not None for one in held),
        blind=sum(said.blind for said in opinions),
    )


def _pair(held: Sequence[Standing], one: str, other: str) -> Pair:
    both = [x for x in held if one in x.opinions and other in x.opinions]
    screening = [(x.opinions[one].verdict, x.opinions[other].verdict) for x in both if x.subject == "screening"]
    figures = [x.opinions[one].outcome == x.opinions[other].outcome for x in both if x.subject == "finding"]
    return Pair(one, other, cohen_kappa(screening), share(sum(figures), len(figures)))


def _with_machine(held: Sequence[Standing], person: str) -> Pair:
    mine = [x.opinions[person] for x in held if person in x.opinions]
    screening = [
        ("include" if said.before.get("included") else "exclude", said.verdict)
        for said in mine
        if said.subject == "screening" and said.before is not None
    ]
    figures = [_same(said) for said in mine if said.subject == "finding"]
    return Pair("the machine", person, cohen_kappa(screening), share(sum(figures), len(figures)))


def _same(said: Judgement) -> bool:
    """Whether the person found the machine's reading right in all that is judged."""
    return said.after is not None and said.before is not None and reading(said.after) == reading(said.before)


def _precision(label: str, findings: Sequence[Standing], added: int) -> Precision:
    decided = [said for one in findings if (said := one.decided) is not None and said.before is not None]
    parts = {name: share(sum(_part(said, places) for said in decided), len(decided)) for name, places in PARTS.items()}
    right = share(sum(map(_same, decided)), len(decided))
    return Precision(label, right, parts, sum(said.after is None for said in decided), added)


def _part(said: Judgement, places: Sequence[int]) -> bool:
    if said.after is None or said.before is None:
        return False
    before, after = reading(said.before), reading(said.after)
    return all(before[place] == after[place] for place in places)
