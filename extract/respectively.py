"""Lists that "respectively" sets against each other: "fever and cough occurred in 12% and 7%, respectively".

Comes in: a sentence laid out, and its runs of figures. Goes out: for each figure of a run the words of the other list
that are its own, and whether these are groups, names or times. Called by `extract.assigning` and `extract.naming`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.abreast import runs_of, tail_of
from extract.features import Reader
from extract.items import Expression
from extract.layout import Layout
from extract.names import Beliefs
from extract.phrases import Atom, Phrase, people_words

RESPECTIVELY = re.compile(r"[^.;]{0,90}?\brespectively\b", re.I)
WORD = len("respectively")
TIME = re.compile(
    r"(?:(?:\d+|one|two|three|four|five|six|nine|ten|twelve|first|second|third|fourth)(?:st|nd|rd|th)?\b[\s-]?)*"
    r"(?:(?:years?|months?|weeks?|days?|hours?|hrs?|h|min(?:utes)?|baseline|visits?|cycles?|phases?|follow-up|end"
    r"|steps?|postop\w*|preop\w*|before|after|pre\S*|post\S*)\b.*)?",
    re.I,
)
PEOPLE_BEHIND = re.compile(r"\s+(?:\w+\s+)?(?:groups?|arms?|cohorts?|recipients|subgroups?)\b", re.I)
# In front of a list these tell of groups; "of" tells of names ("the levels of A and B").
NUMBERED = re.compile(
    r"(?:years?|months?|weeks?|days?|hours?|steps?|visits?|phases?|cycles?|parts?|stud(?:y|ies)|trials?)"
)
WHERE = frozenset({"in", "for", "with", "among", "between", "on", "without", "receiving", "given", "after", "by"})
# What a last word of a list makes parts of one measurement: "in the LR and AP directions", "early and late periods"
WHEN = re.compile(r"\b(?:periods?|phases?|directions?|trimesters?|quarters?|seasons?|quadrants?|components?)$", re.I)
BELIEVED = 0.4  # from which on a phrase is taken for a group
MEASURED = frozenset({"mass", "volume", "activity"})  # units of amounts that tell arms apart


@dataclass(slots=True)
class Aligned:
    """What the figures of a run are set against: `groups`, `names` or `times`, with their words and phrases."""

    kind: str
    labels: list[str]
    phrases: list[Phrase]


def alignments(reader: Reader, plan: Layout, sentence: int, beliefs: Beliefs) -> dict[int, tuple[Aligned, int]]:
    """For each figure of a sentence in a run set against a list: that list and the figure's place in it."""
    doc = reader.doc
    span = doc.sentences[sentence]
    if "espectively" not in doc.text[span.start : span.end]:
        return {}
    found: dict[int, tuple[Aligned, int]] = {}
    rows = [run for run in runs_of(reader, sentence) if all(i in plan.place for i in run)]
    known: dict[int, Aligned] = {}  # the list of groups for so many figures
    for run in reversed(rows):
        row = _aligned(reader, plan, run, rows, beliefs) or known.get(len(run))
        if row is not None:
            found.update((figure, (row, n)) for n, figure in enumerate(run))
            if row.kind == "groups":
                known[len(run)] = row
    return found


def _aligned(reader: Reader, plan: Layout, run: list[int], rows: list[list[int]], beliefs: Beliefs) -> Aligned | None:
    """The list that "respectively" sets against a run, or None."""
    doc, parts = reader.doc, plan.parts
    said = RESPECTIVELY.match(doc.text, tail_of(reader, run[-1]))
    if said is None:
        return None
    first, last = plan.place[run[0]], plan.place[run[-1]]
    stop = next((i for i in range(last + 1, len(parts)) if doc.starts[parts[i].first] >= said.end() - WORD), len(parts))
    figures = reader.figures
    alike = [other for other in rows if len(other) == len(run) and _alike(figures[other[-1]], figures[run[-1]])]
    passed = {plan.place[i] for other in alike for i in other}
    lists = _Lists(reader, parts, passed)
    found = lists.find(last + 1, stop, len(run), False)
    behind = found is not None
    found = found or lists.find(0, first, len(run), True)
    if found is None:
        return None
    labels = [lists.text(a) for a in found]
    if parts[found[0]].type == parts[found[-1]].type == "F" and (unit := reader.figures[parts[found[-1]].figure].unit):
        labels = [label if label.endswith(unit.text) else f"{label} {unit.text}" for label in labels]
    phrases = [Phrase(parts[a].first, parts[a].last, a, a + 1, 1) for a in found]
    kind = lists.kind(found, beliefs, reader.sentence[run[0]], behind)
    if kind == "names" and (behind or not lists.adjoin(found[-1] + 1, first)):
        return None
    return Aligned(kind, labels, phrases)


def _alike(one: Expression, other: Expression) -> bool:
    """Whether two figures are of one form, and both times or neither."""
    times = [e.unit is not None and e.unit.kind == "time" for e in (one, other)]
    return one.form == other.form and times[0] == times[1]


class _Lists:
    """The lists of one sentence; `passed` are atoms of figures that a search may go past."""

    def __init__(self, reader: Reader, parts: list[Atom], passed: set[int]) -> None:
        self.reader, self.parts, self.passed = reader, parts, passed
        self.words = [reader.doc.lower[p.first] for p in parts]

    def text(self, at: int) -> str:
        """The words of an atom."""
        doc, part = self.reader.doc, self.parts[at]
        return doc.text[doc.starts[part.first] : doc.ends[part.last - 1]]

    def find(self, low: int, high: int, size: int, backwards: bool) -> list[int] | None:
        """The atoms of a list of so many things between two places: "A and B", "A, B, and C"."""
        joints = [i for i in range(low, high) if self.parts[i].type in "CS" and self.words[i] in ("and", "or", "&")]
        for joint in reversed(joints) if backwards else joints:
            found = self._around(joint, low, high, size)
            if found is None:
                continue
            between = range(found[-1] + 1, high) if backwards else range(low, found[0])
            if not any(self._counted(i) and i not in self.passed for i in between):
                return found
        return None

    def _around(self, joint: int, low: int, high: int, size: int) -> list[int] | None:
        """The list that a joining word is the last of."""
        right = joint + 1
        while right < high and self.parts[right].type in "DP":
            right += 1
        items: list[int] = []
        at = joint - 1
        while len(items) < size - 1:
            at = self._left(at, low)
            if at < low or not self._item(at):
                return None
            items.insert(0, at)
            at -= 1
            if len(items) < size - 1:
                while at >= low and self.parts[at].type in "DP":
                    at -= 1
                if at < low or self.words[at] != ",":
                    return None
        longer = at > low and self.words[at] == "," and self.parts[at - 1].type == "N" and not self._opens(at - 1)
        if right >= high or not self._item(right) or longer:
            return None
        found = [*items, right]
        bare = [a for a in found if self._counted(a)]  # "5 and 10 years", "months 6, 12 and 18"
        numbered = items[0] > low and NUMBERED.fullmatch(self.words[items[0] - 1]) is not None
        return found if not bare or numbered or (right not in bare and self.parts[right].type == "F") else None

    def _item(self, at: int) -> bool:
        """Whether an atom can be a thing of a list: words, or a figure that may be a time or an amount."""
        if self.parts[at].type != "F":
            return self.parts[at].type == "N"
        e = self.reader.figures[self.parts[at].figure]
        return at not in self.passed and (
            not self._counted(at) or (e.form in ("count", "value") and e.denominator is None)
        )

    def _counted(self, at: int) -> bool:
        """Whether an atom is a figure that may be a finding."""
        if self.parts[at].type != "F":
            return False
        e = self.reader.figures[self.parts[at].figure]
        return not e.drop and not (e.unit is not None and (e.unit.kind == "time" or e.unit.kind in MEASURED))

    def _left(self, at: int, low: int) -> int:
        """Past commas and brackets without findings, leftwards."""
        while at >= low:
            if self.words[at] == ",":
                at -= 1
            elif self.words[at] in (")", "]"):
                close = at
                while at >= low and self.words[at] not in ("(", "["):
                    at -= 1
                if any(self._counted(i) for i in range(max(at, low), close)):
                    return low - 1
                at -= 1
            else:
                break
        return at

    def _opens(self, at: int) -> bool:
        """Whether an atom ends what opens a sentence: "At presentation, ..."."""
        while at >= 0 and self.parts[at].type in "ND":
            at -= 1
        return 0 <= at <= 1 and self.parts[at].type == "P"

    def adjoin(self, low: int, high: int) -> bool:
        """Whether nothing but a verb, small words and what hangs on the list stands between it and its figures."""
        if self.words[high - 1] in ("(", "[") and high - 1 > low:
            return False
        people = people_words()
        for i in range(low, high):
            part = self.parts[i]
            if part.type == "N" and self.reader.doc.lower[part.last - 1] not in people:
                lead = i - 1
                while lead >= low and self.parts[lead].type == "D":
                    lead -= 1
                if self.parts[lead].type not in "PB" or lead < low:
                    return False
            elif part.type in "CF":
                return False
        return self.parts[low - 2].type != "P"  # "from A to B and to C"

    def kind(self, found: list[int], beliefs: Beliefs, sentence: int, behind: bool) -> str:
        """Whether the things of a list are groups, names or times."""
        parts, doc = self.parts, self.reader.doc
        units = {
            e.unit.kind for a in found if parts[a].type == "F" and (e := self.reader.figures[parts[a].figure]).unit
        }
        if units & MEASURED:
            return "groups"
        if all(parts[a].type == "F" or TIME.fullmatch(self.text(a)) for a in found) or WHEN.search(
            self.text(found[-1])
        ):
            return "times"
        if max(beliefs.get((sentence, parts[a].first, parts[a].last), 0.0) for a in found) >= BELIEVED:
            return "groups"
        heads = {doc.lower[parts[a].last - 1] for a in found}
        if heads & people_words() or PEOPLE_BEHIND.match(doc.text, doc.ends[parts[found[-1]].last - 1]):
            return "groups"
        lead = found[0] - 1
        while lead >= 0 and parts[lead].type == "D":
            lead -= 1
        told = found[-1] + 1 < len(parts) and parts[found[-1] + 1].type == "A"  # "on CT and DT was 9.3 and 8.9 mm"
        return "groups" if lead >= 0 and self.words[lead] in WHERE and (behind or told or lead <= 1) else "names"
