"""Finding again, in a new reading of a paper, what a person judged in an earlier one.

A judgement belongs to a place in a text. Another version of the engine reads the same text anew; a revised abstract
moves the place. In: a reading that was judged and the findings of the present reading. Out: which of them it is, if
any, and whether it still says the same. Called by `pipeline.decided`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.judgements import reading

SAME = "same"  # read there as it was
DIFFERS = "read otherwise"  # something else is read there now
GONE = "no longer read"  # the text is there, the engine finds nothing at the place
LOST = "no longer in the text"  # the sentence is not in the paper's text any more

_OFFSETS = ("start", "end", "sentence_start", "sentence_end")


def moved(finding: Mapping[str, Any], before: str, now: str) -> dict[str, Any] | None:
    """The finding with its offsets in the text as it is now; None where its sentence is no longer there.

    A sentence that stands more than once is the same one by its order.
    """
    if before == now:
        return dict(finding)
    sentence = before[finding["sentence_start"] : finding["sentence_end"]]
    if not sentence.strip():
        return None
    here, there = _places(sentence, before), _places(sentence, now)
    if len(here) != len(there):
        return None
    shift = there[here.index(finding["sentence_start"])] - finding["sentence_start"]
    return {**finding, **{name: finding[name] + shift for name in _OFFSETS}}


def _places(sentence: str, text: str) -> list[int]:
    found, at = [], text.find(sentence)
    while at >= 0:
        found.append(at)
        at = text.find(sentence, at + 1)
    return found


def match(judged: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], taken: set[int]) -> tuple[int | None, str]:
    """(the index of the finding at the place of the one that was judged, SAME, DIFFERS or GONE).

    `taken` are indexes that other judgements have. Several findings at one place are told apart by what they say.
    """
    free = [number for number in range(len(findings)) if number not in taken]
    here = [n for n in free if _place(findings[n]) == _place(judged)]
    if not here:  # the same number with more or less around it: "40" and "40 (20%)"
        here = [n for n in free if _overlap(findings[n], judged) and _figures(findings[n]) & _figures(judged)]
    if not here:
        return None, GONE
    best = min(here, key=lambda n: (-_alike(findings[n], judged), n))
    return best, SAME if reading(findings[best]) == reading(judged) else DIFFERS


def _place(finding: Mapping[str, Any]) -> tuple[int, int]:
    return finding["start"], finding["end"]


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["start"] < other["end"] and other["start"] < one["end"]


def _figures(finding: Mapping[str, Any]) -> set[float]:
    return {float(finding[name]) for name in ("value", "low", "high", "numerator") if finding.get(name) is not None}


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """How many of the things that are judged are the same, the measure and whose it is before all."""
    same = [a == b for a, b in zip(reading(one), reading(other), strict=True)]
    return sum(same) + 10 * same[0] + 5 * same[1]
