"""Whose figure it is by position: parallel lists ("12%, 4% and 22% in A, B and C"), contrasts, the group beside it.

Comes in: the group mentions of a sentence and its runs of parallel figures. Goes out: for each figure the mention that
position points to, and the rule that found it. The rules only propose; the network weighs them. Called by
`extract.group_features`.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extract.abreast import parallel, runs
from extract.features import Reader
from extract.phrases import Phrase

if TYPE_CHECKING:
    from extract.groups import Group
    from extract.whose import History

JOINED = re.compile(
    r"\s*(?:(?:group|arm|patients?|subjects?|recipients)s?)?\s*(?:[(\[][^()\[\]]{0,40}[)\]])?\s*(?:,|;|and|or|&|/|vs\.?|versus|than|compared\s+(?:with|to)|\bin\b|\bfor\b|\bwith\b|\bthe\b|\bof\b|\bthose\b|\bto\b|\bpatients\b|\bon\b|\breceiving\b|\s)*\s*(?:the\s+)?$",
    re.I,
)
BESIDE = re.compile(
    r"^\s*(?:%|percent|years?|months?|days?|weeks?|hours?|h|min|mg|points?|[)\]]|[(\[][^()\[\]]{0,60}[)\]])*\s*"
    r"(?:(?:of|in|for|with|among|on|after|from|were|was|receiving|received|given|treated|taking|under|by|at|who|assigned|allocated|randomi[sz]ed|to|the|those|all|patients?|subjects?|participants?|cases?|women|men|children|people|pts|individuals|"
    r"when|using|following|without|an?|adults?|infants?|had|undergoing|underwent|having|only)\s+){0,5}$",
    re.I,
)
OPENING = re.compile(
    r"^\W*(?:in|for|among|amongst|of|within|with|on|after|during|between)\s+(?:the\s+|those\s+|all\s+|both\s+)?(?:patients?\s+|subjects?\s+|women\s+|men\s+|children\s+)?(?:\w+\s+){0,2}$",
    re.I,
)
COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|compar(?:ed|ison)\s+(?:with|to)|relative\s+to)(?:\s+(?:in|with|for|on|those|of|the|patients|subjects|that|who|received|receiving|group|a|an))*\s*$",
    re.I,
)
CLAUSE = re.compile(r";|\bwhereas\b|\bwhile\b|\bbut\b|\.\s", re.I)


@dataclass(slots=True)
class Place:
    """A group mention in a sentence: its label and its characters."""

    label: str
    start: int
    end: int


@dataclass(slots=True)
class Proposal:
    """The group that position points to, and by which rule."""

    label: str
    rule: str


def propose(
    reader: Reader, run: list[int], index: int, places: list[Place], bounds: tuple[int, int], arms: list[str]
) -> Proposal | None:
    """The group of the figure at `index` of `run`.

    `places` are the sentence's group mentions in order, `bounds` the characters between the figures before and after
    the run, `arms` the groups of the abstract in order of appearance.
    """
    text = reader.doc.text
    figures = [reader.figures[i] for i in run]
    first, last = figures[0], figures[-1]
    n, k = len(run), index
    after = [p for p in places if p.start >= last.end and p.start < bounds[1]]
    before = [p for p in places if p.end <= first.start and p.end > bounds[0]]
    if n == 1:
        return _single(text, first.start, last.end, before, after, places)
    inside = [p for p in places if p.start >= first.start and p.end <= last.end]
    if len(inside) >= n - 1 and inside:  # 12% with A versus 13% with B
        e = figures[k]
        limit = figures[k + 1].start if k + 1 < n else bounds[1]
        near = [p for p in places if e.end <= p.start < limit]
        if near:
            return Proposal(near[0].label, "between")
        floor = figures[k - 1].end if k else bounds[0]
        near = [p for p in places if floor <= p.start < e.start]
        if near:
            return Proposal(near[-1].label, "between-left")
    if len(after) >= n and _list(text, after[:n]):
        return Proposal(after[k].label, "after")
    # "Compared with B, A ..."
    if n == 2 and len(before) >= 2 and comparator(text, before[-2]) and not comparator(text, before[-1]):
        return Proposal(before[-1 - k].label, "compared")
    if len(before) >= n and _list(text, before[-n:]):
        return Proposal(before[k - n].label, "before")
    if (
        n == 2
        and before
        and after
        and re.search(r"compared|than|versus|vs|against", text[last.end : after[0].start], re.I)
    ):
        return Proposal(before[-1].label if k == 0 else after[0].label, "around")
    pair = _compared(text, places, []) if n == 2 else None
    if pair is not None:
        return Proposal(pair[k], "compared")
    if len(before) >= n and n == 2:
        return Proposal(before[k - n].label, "loose-before")
    if len(after) >= n and n == 2:
        return Proposal(after[k].label, "loose-after")
    pair = _compared(text, places, arms) if n == 2 else None
    if pair is not None:
        return Proposal(pair[k], "compared")
    everywhere = [p for p in places if p.end <= first.start or p.start >= last.end]
    if len(everywhere) == n:
        return Proposal(everywhere[k].label, "sentence")
    if n == 2 and len(everywhere) == 1 and len(arms) == 2 and everywhere[0].label in arms:
        here = everywhere[0].label
        return Proposal(here if k == 0 else next(a for a in arms if a != here), "other")
    if len(arms) == n:
        return Proposal(arms[k], "arms")
    return None


def comparator(text: str, place: Place) -> bool:
    """Whether a mention is what something else is compared with ("than in B", "compared with B")."""
    return COMPARED.search(text, max(0, place.start - 50), place.start) is not None


def _compared(text: str, places: list[Place], arms: list[str]) -> tuple[str, str] | None:
    """The two sides of a sentence's one comparison, the compared side first: "A had more X than B (20% vs 10%)"."""
    others = [p for p in places if not comparator(text, p)]
    against = [p for p in places if comparator(text, p)]
    if len({p.label for p in against}) != 1:
        return None
    labels = list(dict.fromkeys(p.label for p in others if p.label != against[0].label))
    if len(labels) == 1:
        return labels[0], against[0].label
    if not labels and len(arms) == 2 and against[0].label in arms:
        return next(a for a in arms if a != against[0].label), against[0].label
    return None


def _list(text: str, places: list[Place]) -> bool:
    """Whether mentions stand side by side in one list or comparison."""
    return all(b.start - a.end < 70 and JOINED.fullmatch(text[a.end : b.start]) for a, b in itertools.pairwise(places))


def _single(
    text: str, start: int, end: int, before: list[Place], after: list[Place], places: list[Place]
) -> Proposal | None:
    if after and BESIDE.fullmatch(text[end : after[0].start]):
        return Proposal(after[0].label, "beside")
    if before and re.fullmatch(
        r"(?:\s*(?:group|arm|patients|subjects)s?)?\s*[(\[:,=–-]*\s*(?:n\s*=\s*)?", text[before[-1].end : start], re.I
    ):
        return Proposal(before[-1].label, "bracket")
    if (
        len(before) > 1
        and comparator(text, before[-1])
        and not comparator(text, before[-2])
        and not CLAUSE.search(text[before[-2].end : start])
    ):
        return Proposal(before[-2].label, "subject")
    if before and not CLAUSE.search(text[before[-1].end : start]):
        opened = OPENING.match(text[max(0, before[-1].start - 60) : before[-1].start].rsplit(". ", 1)[-1])
        return Proposal(before[-1].label, "opening" if opened else "near-left")
    if after and not CLAUSE.search(text[end : after[0].start]):
        return Proposal(after[0].label, "against" if comparator(text, after[0]) else "near-right")
    if before:
        return Proposal(before[-1].label, "clause-left")
    return None


def list_place(reader: Reader, figure: int) -> tuple[int, int]:
    """The place of a figure among the parallel figures of its sentence (same form, in one list): (index, length)."""
    doc, figures = reader.doc, reader.figures
    row = [
        n
        for n in reader.by_sentence[reader.sentence[figure]]
        if figures[n].form == figures[figure].form
        and "base" not in figures[n].tags
        and not figures[n].drop
        and figures[n].form not in ("sd", "se")
    ]
    if figure not in row:
        return 0, 1
    run = [row[0]]
    for a, b in itertools.pairwise(row):
        gap = doc.text[figures[a].end : figures[b].start]
        if len(gap) < 45 and re.fullmatch(
            r"[^.;]*?(?:,|and|vs\.?|versus|or|to|/|compared\s+(?:with|to)|than)[^.;]*", gap.strip() or ","
        ):
            run.append(b)
            continue
        if figure in run:
            break
        run = [b]
    return (run.index(figure), len(run)) if figure in run else (0, 1)


def propose_for(
    reader: Reader,
    figure: int,
    in_sentence: list[tuple[Phrase, float, str]],
    groups: list[Group],
    history: History | None = None,
) -> Proposal | None:
    """What position says of a figure's group, over the believed mentions of its sentence."""
    doc, figures = reader.doc, reader.figures
    taken: list[Place] = []
    for phrase, belief, label in sorted(in_sentence, key=lambda t: (-t[1], t[0].first - t[0].last)):
        if belief < 0.3:
            break
        place = Place(label, doc.starts[phrase.first], doc.ends[phrase.last - 1])
        if all(place.end <= t.start or place.start >= t.end for t in taken):
            taken.append(place)
    if not taken and not groups:
        return None
    own = figures[figure]
    inside = next((p for p in taken if own.start < p.start and p.end < own.end), None)
    if inside is not None:  # "1 of 21 adalimumab-treated participants (5%)"
        return Proposal(inside.label, "inside")
    taken.sort(key=lambda p: p.start)
    row = parallel(reader, reader.sentence[figure])
    if figure not in row:
        row = sorted([*row, figure])
    run = next((r for r in runs(reader, row) if figure in r), [figure])
    low = max((figures[n].end for n in row if figures[n].end <= figures[run[0]].start), default=0)
    high = min((figures[n].start for n in row if figures[n].start >= figures[run[-1]].end), default=len(doc.text))
    arms = [g.label for g in groups if g.belief > 0.5]
    proposal = propose(reader, run, run.index(figure), taken, (low, high), arms)
    if history is not None and len(run) > 1 and (proposal is None or proposal.rule in ("arms", "sentence")):
        before = history.of(len(run))
        if before is not None:
            return Proposal(before[run.index(figure)], "as-before")
    return proposal
