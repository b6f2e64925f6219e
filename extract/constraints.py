"""What the build of a sentence settles of whose a figure is, or forbids.

"20 patients (13 men; mean age 62 ± 9 years)": what stands in the bracket of a number of people is theirs. "20 patients
with A and 15 controls": neither number is everybody. "12% vs 5%": the two are of different people, and neither of all.
The counts behind each of these are in docs/reading.md. Called by `extract.engine`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from extract.abreast import run_of, tail_of
from extract.features import Reader
from extract.phrases import Phrase
from extract.sizes import head_count
from extract.wording import PEOPLE

# Classes of figures that tell of the people in front of their bracket: all but sizes of subgroups and doses.
TOLD = frozenset(
    {"age", "measurement", "duration", "finding", "comorbidity", "proportion", "outcome", "treatment", "time"}
    | {"sex:male", "sex:female", "smoking:never", "smoking:former", "smoking:current", "smoking:ever", "follow-up"}
    | {"symptom", "sign"}
)
PLAIN = re.compile(r"(?:(?!,\s)[^;:.()\[\]])*")  # between a number of people and its bracket
REACH = 110  # characters from a number of people to its bracket
# Between two numbers of people joined by "and" that are two groups: the words for the first, and no verb.
BRACKETS = re.compile(r"\([^()]*\)")
JOINED = re.compile(
    r"[^;:]*?(?:,\s*|\s)and\s+(?:an?\s+)?(?:additional\s+|another\s+|the\s+other\s+)?(?:[\w-]+-matched\s+)?"
)
VERB = re.compile(
    r"\bof\s+(?:whom|which|these)\b|\b(?:including|comprising|consist\w*|were|was|had|received|randomi[sz]\w+|assigned"
    r"|underwent|divided|completed|responded|participated|agreed|consented|attended|returned|died|survived|entered"
    r"|met|gave|did|have|has|who)\b"
)
SOME = re.compile(
    rf"(?:In|Among|Of|For)\s+(?:the\s+|those\s+|these\s+)?(?:[\d,]+\s+|\w+\s+)?(?:{PEOPLE}|those)\s+(?:who|that|with"
    r"|without|treated|developing|undergoing|receiving|on)\b[^,;]{3,90}?,",
)
THEN_VERB = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:were|was|had|did|have|completed|received|responded|died|met)\b")
# Behind a number of people: what they were given. Of 408 annotated ones with another in their sentence 5 were all.
GIVEN = re.compile(
    rf"\s+(?:\([^()]{{0,40}}\)\s*)?(?:(?:[\w-]+\s+){{0,3}}?(?:{PEOPLE}|volunteers|persons|animals)\s+)?(?:received"
    r"|(?:were\s+|was\s+)?(?:randomly\s+)?(?:given|treated\s+with|allocated(?:\s+to)?|assigned\s+to"
    r"|randomi[sz]ed\s+to|managed\s+with)|to|in\s+the)\b",
    re.I,
)
MOST_PARTS = 4
FAR = 160  # characters between two such numbers
VERSUS = re.compile(r"\b(?:vs|versus|compared)\b")


def holder(reader: Reader, figure: int, kinds: Mapping[int, str]) -> int | None:
    """The number of people in whose bracket a figure stands ("20 patients (13 men"), or None."""
    e = reader.figures[figure]
    if not e.bracket or kinds[figure] not in TOLD:
        return None
    opened = _opening(reader, figure)
    before = figure - 1
    while before >= 0 and reader.sentence[before] == reader.sentence[figure]:
        f = reader.figures[before]
        if opened is not None and f.end <= opened and not f.drop:
            fits = opened - f.end < REACH and PLAIN.fullmatch(reader.doc.text, f.end, opened)
            return before if fits and kinds.get(before) == "participants" else None
        before -= 1
    return None


def _opening(reader: Reader, figure: int) -> int | None:
    """Where the bracket opens that a figure stands in."""
    doc = reader.doc
    depth = 0
    for t in range(reader.figures[figure].first - 1, doc.sentences[reader.sentence[figure]].first - 1, -1):
        word = doc.words[t]
        if word in ("(", "["):
            if not depth:
                return doc.starts[t]
            depth -= 1
        elif word in (")", "]"):
            depth += 1
    return None


def two_groups(reader: Reader, kinds: Mapping[int, str]) -> set[int]:
    """The numbers of people of a sentence none of which is everybody: "20 patients with A and 15 controls".

    Or each of two and more was given something: "20 received A and 15 received B", "20 to A; 15 to B". Or they add up
    to a number said before: "of the 35, 20 had A and 15 B" (no exception among 801 annotated ones).
    """
    out: set[int] = set()
    sizes = [i for i in sorted(kinds) if kinds[i] == "participants" and not reader.figures[i].n_equals]
    for _, row in itertools.groupby(sizes, key=lambda i: reader.sentence[i]):
        together = list(row)
        given = [i for i in together if GIVEN.match(reader.doc.text, reader.figures[i].end) is not None]
        out.update(given if len(given) > 1 else ())
        out.update(_parts(reader, together, [head_count(reader.figures[i]) for i in sizes if i < together[0]]))
    for a, b in itertools.pairwise(sizes):
        start, end = reader.figures[a].end, reader.figures[b].start
        if reader.sentence[a] != reader.sentence[b] or not 0 < end - start < FAR:
            continue
        gap = BRACKETS.sub("", reader.doc.text[start:end])
        told = VERB.search(gap) is not None or THEN_VERB.match(reader.doc.text, reader.figures[b].end) is not None
        if JOINED.fullmatch(gap) is not None and not told:
            out |= {a, b}
    return out


def _parts(reader: Reader, row: list[int], before: list[int | None]) -> list[int]:
    """Neighbours among the numbers of people of a sentence that add up to one said before."""
    counts = [head_count(reader.figures[i]) or 0 for i in row]
    for length in range(2, MOST_PARTS + 1):
        for at in range(len(row) - length + 1):
            part = counts[at : at + length]
            if min(part) > 0 and sum(part) in before:
                return row[at : at + length]
    return []


def opens_with_some(reader: Reader, figure: int) -> bool:
    """Whether the sentence of a figure begins with some of the people ("In patients with X, 12% ...").

    Of 200 annotated figures behind such words 14 were of all people.
    """
    sentence = reader.doc.sentences[reader.sentence[figure]]
    match = SOME.match(reader.doc.text, sentence.start, sentence.end)
    return match is not None and match.end() <= reader.figures[figure].start


def beside_itself(reader: Reader, figure: int, others: set[int], phrase: Phrase | None) -> bool:
    """Whether a phrase stands behind a number of people and before the next of `others`."""
    if phrase is None:
        return False
    starts = [reader.figures[j].first for j in others if j > figure and reader.sentence[j] == reader.sentence[figure]]
    return reader.figures[figure].first <= phrase.first and phrase.last <= min(starts, default=phrase.last)


def contrast(reader: Reader, figure: int, kinds: Mapping[int, str]) -> int | None:
    """The second of two figures that are set against each other, where `figure` is the first ("12% vs 5%")."""
    run = run_of(reader, figure)
    if len(run) != 2 or run[0] != figure or run[1] not in kinds:
        return None
    text = reader.doc.text
    return run[1] if VERSUS.search(text, tail_of(reader, figure), reader.figures[run[1]].start) is not None else None
