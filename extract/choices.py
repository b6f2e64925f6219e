"""The candidates for a figure's group and what tells for each: its place, its belief, its size, what went before.

Comes in: a `Whose` that has read the figures before. Goes out: `Choice` objects with the features that the network
weighs; `chosen` takes the best. Called by `extract.whose` and `extract.engine`.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extract.arms import bare
from extract.features import Reader
from extract.groups import Group, phrase_text
from extract.kinds import parallel, run_of, runs
from extract.layout import Layout
from extract.network import ELSEWHERE, EVERYBODY
from extract.parallel import Place, Proposal, propose
from extract.phrases import Atom, Phrase
from extract.similar import content, same
from extract.sizes import head_count
from extract.tokens import Document

if TYPE_CHECKING:
    from extract.whose import History, Whose


@dataclass(slots=True)
class Choice:
    """A candidate for a figure's group: `all`, a phrase of its sentence, or a group named elsewhere."""

    label: str
    phrase: Phrase | None
    belief: float
    features: list[str]


def list_place(reader: Reader, plan: Layout, figure: int) -> tuple[int, int]:
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


PRONOUN = frozenset(["they", "these", "their", "this", "those", "its", "it", "he", "she", "them"])


def opening(reader: Reader, sentence: int) -> str:
    """How a sentence begins: what it says of the people under discussion."""
    s = reader.doc.sentences[sentence]
    words = reader.doc.lower[s.first : s.first + 3]
    first = words[0] if words else "-"
    if first in PRONOUN:
        return "pronoun"
    if first == "of":
        return "of-these" if len(words) > 1 and words[1] in PRONOUN else "of"
    if first in (
        "in",
        "for",
        "among",
        "at",
        "after",
        "the",
        "all",
        "both",
        "no",
        "there",
        "overall",
        "patients",
        "only",
        "one",
        "two",
        "a",
    ):
        return first
    if "remaining" in words or "other" in words:
        return "remaining"
    return "figure" if first[0].isdigit() else "x"


def choices(whose: Whose, figure: int, kind: str) -> list[Choice]:
    """All candidates for the group of a figure of class `kind`, with features."""
    reader, groups, beliefs, previous, history = (
        whose.reader,
        whose.groups,
        whose.beliefs,
        whose.previous,
        whose.history,
    )
    plan = whose.plans[reader.sentence[figure]]
    doc = reader.doc
    e = reader.figures[figure]
    sentence = reader.sentence[figure]
    at = plan.place[figure]
    index, length = list_place(reader, plan, figure)
    here = reader.roles[sentence]
    klass = (
        kind
        if kind
        in (
            "participants",
            "dose",
            "age",
            "measurement",
            "records",
            "treatment",
            "follow-up",
            "duration",
            "sex:male",
            "sex:female",
        )
        else "event"
    )
    text = doc.text[doc.sentences[sentence].start : doc.sentences[sentence].end]
    respectively = "respectively" in text
    versus = bool(re.search(r"\bvs\.?|versus|compared (?:with|to)|\bthan\b", text))
    head = f"{klass}|{here}"
    gap = sentence - whose.before[0] if whose.before[0] >= 0 else 9
    where = "same" if gap == 0 else "next" if gap == 1 else "far"
    begin = opening(reader, sentence)
    run = run_of(reader, figure)
    used = history.used(run)
    known_run = history.of(len(run)) if len(run) > 1 else None
    place_in = run.index(figure)
    again = known_run[place_in] if known_run is not None else None

    def listed_as(label: str) -> str:
        """How a label fits the figure's list: taken by an earlier figure of it, or here in the last list."""
        if len(run) == 1:
            return "-"
        if any(u == label or (u != "all" and label != "all" and same(u, label)) for u in used):
            return f"taken{min(place_in, 2)}"
        if again is None:
            return f"free{min(place_in, 2)}"
        as_before = again == label or ("all" not in (label, again) and same(again, label))
        return f"{'as' if as_before else 'other'}{min(place_in, 2)}"

    rank_in = sum(1 for n in reader.by_sentence[sentence] if n < figure and not reader.figures[n].drop)
    moved = f"{where}|{begin}" if where != "same" else f"same|{whose.before[1] == kind}"
    n_people = head_count(e) if kind == "participants" else None
    standing = "-"
    if n_people is not None:
        total = max(whose.totals, default=0)
        standing = (
            "first"
            if not whose.totals and not whose.sizes
            else "new-most"
            if n_people > total
            else "part"
            if total - n_people in whose.counts
            else "less"
        )
        standing += "|most" if n_people == whose.counts[-1] else ""
    believed = sum(g.belief > 0.5 for g in groups)
    out = [
        Choice(
            "all",
            None,
            0.5,
            [
                "ALL",
                f"ALL|{klass}",
                f"ALL|{head}",
                f"ALL|{e.form}",
                f"ALL|list={min(length, 4)}",
                f"ALL|groups={min(believed, 4)}",
                f"ALL|{klass}|groups={min(believed, 4)}",
                f"ALL|vs={versus}|{length > 1}",
                f"ALL|prev={previous == 'all' if previous else None}",
                f"ALL|prev={previous == 'all' if previous else None}|{klass}",
                f"ALL|resp={respectively}",
                f"ALL|prev={previous == 'all'}|{moved}",
                f"ALL|prev={previous == 'all'}|{moved}|{klass}",
                f"ALL|begin={begin}|{min(rank_in, 2)}",
                f"ALL|begin={begin}|{klass}",
                f"ALL|size={whose.fit(e, kind, 'all')}",
                f"ALL|size={whose.fit(e, kind, 'all')}|{klass}",
                f"ALL|standing={standing}",
                f"ALL|run={listed_as('all')}",
                f"ALL|run={listed_as('all')}|{versus}",
                f"ALL|sent0={reader.word(doc.sentences[sentence].first, 0, 10**9)}",
                *[f"ALL|near={reader.plain[t]}" for t in range(e.last, min(e.last + 6, doc.sentences[sentence].last))],
                *[
                    f"ALL|left={reader.plain[t]}"
                    for t in range(max(doc.sentences[sentence].first, e.first - 6), e.first)
                ],
            ],
        )
    ]
    in_sentence: list[tuple[Phrase, float, str]] = []
    for phrase in plan.phrases:
        belief = beliefs.get((sentence, phrase.first, phrase.last), 0.0)
        in_sentence.append((phrase, belief, phrase_text(reader, phrase)))
    listed = sorted({(p.first, t) for p, b, t in in_sentence if b > 0.35})
    firsts: list[int] = []
    for first, _ in listed:
        if not firsts or first - firsts[-1] > 1:
            firsts.append(first)
    leads, tails = whose.marks(sentence)
    known_labels = [(g, content(g.label)) for g in groups]
    proposal = propose_for(reader, plan, figure, in_sentence, groups, history)
    pointed = content(proposal.label) if proposal is not None else None
    rule = proposal.rule if proposal is not None else "none"
    out[0].features += [f"ALL|rule={rule}", f"ALL|rule={rule}|{klass}", f"ALL|rule={rule}|{e.form}|{here}"]
    for phrase, belief, label in in_sentence:
        words = content(label)
        if not words:
            continue
        near_by = abs(phrase.first - e.last) < 12 or abs(e.first - phrase.last) < 4
        if belief < 0.06 and not near_by:
            continue
        lead, tail = leads[phrase.first], tails[phrase.last]
        size = whose.fit(e, kind, label)
        listing = listed_as(label)
        follow = previous is not None and previous != "all" and same(previous, label)
        known = next((g for g, c in known_labels if c == words), None)
        rank = firsts.index(phrase.first) if phrase.first in firsts else -1
        right = phrase.a > at
        between = plan.parts[at + 1 : phrase.a] if right else plan.parts[phrase.b : at]
        types = "".join(p.type for p in between)
        squeezed = types if len(types) <= 5 else types[:2] + "~" + types[-2:]
        side = "R" if right else "L"
        figures = min(types.count("F"), 3)
        b1 = reader.plain[phrase.first - 1] if phrase.first > doc.sentences[sentence].first else "^"
        a1 = reader.plain[phrase.last] if phrase.last < doc.sentences[sentence].last else "$"
        level = min(9, int(belief * 10))
        nearest = _nearest(firsts, phrase, e.first, side)
        k = f"{side}{figures}"
        near_right = right and figures == 0 and len(between) <= 2 and not ({p.type for p in between} - {"P", "D", "B"})
        near_left = not right and len(between) == 1 and between[0].type == "B"
        direct = f"{'R' if near_right else 'L' if near_left else '-'}|{joined(doc, between)}"
        align = rank == index and len(firsts) == length
        hit = words == pointed
        inner = pointed is not None and bool(pointed) and (words < pointed or pointed < words)
        features = [
            f"run={listing}",
            f"run={listing}|{hit}",
            f"run={listing}|{level > 4}",
            f"run={listing}|{rule}|{hit}",
            f"lead={lead}|{side}",
            f"lead={lead}|{k}",
            f"lead={lead}|{klass}",
            f"tail={tail}|{side}",
            f"tail={tail}|{k}",
            f"lt={lead}|{tail}|{side}",
            f"lt={lead}|{tail}|{level > 4}",
            f"lead={lead}|{direct[0]}",
            f"lead={lead}|{rank}|{index}|{length}",
            f"size={size}",
            f"size={size}|{level > 4}",
            f"size={size}|{klass}",
            f"follow={follow}|{moved}",
            f"follow={follow}|{moved}|{level > 4}",
            f"standing={standing}|{direct[0]}",
            f"standing={standing}|{level > 4}",
            f"begin={begin}|{phrase.a <= 2}|{side}",
            f"rule={rule}|{hit}",
            f"rule={rule}|{hit}|{klass}",
            f"rule={rule}|{hit}|{level > 4}",
            f"hit={hit}|{level}",
            f"inner={inner}|{rule}",
            f"direct={direct}",
            f"direct={direct}|{klass}",
            f"direct={direct[0]}|{level > 3}",
            f"direct={direct[0]}|{known is not None}",
            f"direct={direct}|{level > 3}",
            f"level={level}|{known is not None}|{e.bracket}",
            f"k={k}",
            f"k={k}|{klass}",
            f"bt={side}{squeezed}",
            f"bt={side}{squeezed}|{klass}",
            f"belief={level}",
            f"belief={level}|{k}",
            f"belief={level}|{klass}",
            f"b={b1}|{side}",
            f"b={b1}|{klass}",
            f"a={a1}",
            f"b={b1}|{k}",
            f"ba={b1}|{a1}",
            f"dist={side}{min(9, len(between))}",
            f"dist={side}{min(9, len(between))}|{level > 4}",
            f"known={known is not None}|{k}",
            f"align={align}|resp={respectively}|{side}",
            f"align={align}|{length}|{len(firsts)}|{side}",
            f"rank={rank}|{index}|{min(length, 4)}|{min(len(firsts), 4)}|{side}",
            f"near={nearest}|{side}|{level > 4}",
            f"near={nearest}|{figures}|{level > 4}|resp={respectively}",
            f"heads={phrase.heads}",
            f"len={min(8, phrase.last - phrase.first)}",
            f"prev={previous is not None and same(previous, label)}|{level > 4}",
            f"prevall={previous == 'all'}|{k}",
            f"start={phrase.a <= 1}|{side}|{figures}",
            f"pt={plan.parts[phrase.a - 1].type if phrase.a else '^'}"
            f"|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}|{side}",
            f"role={head}",
            f"group={'group' in label.lower() or ' arm' in label.lower()}|{k}",
            f"groups={min(believed, 4)}|{level > 4}",
            f"types={''.join(p.type for p in plan.parts[phrase.a : phrase.b])}",
        ]
        out.append(Choice(label, phrase, belief, features))
    present = [content(c.label) for c in out[1:]]
    extra = [
        (group, words)
        for group, words in known_labels
        if group.belief >= 0.2 or (previous is not None and words == content(previous))
    ]
    if previous is not None and previous != "all" and all(words != content(previous) for _, words in extra):
        extra.append((Group(previous, 0.0, 99), content(previous)))
    for group, words in extra:
        if words in present:
            continue
        follow = previous is not None and previous != "all" and same(previous, group.label)
        size = whose.fit(e, kind, group.label)
        level = min(9, int(group.belief * 10))
        arms = [g for g in groups if g.belief > 0.5]
        position = arms.index(group) if group in arms else -1
        hit = words == pointed
        listing = listed_as(group.label)
        features = [
            f"DOC|run={listing}",
            f"DOC|run={listing}|{hit}",
            f"DOC|run={listing}|{rule}|{hit}",
            f"DOC|run={listing}|{level > 4}",
            f"DOC|rule={rule}|{hit}",
            f"DOC|hit={hit}",
            "DOC",
            f"DOC|size={size}",
            f"DOC|size={size}|{follow}",
            f"DOC|size={size}|{klass}",
            f"DOC|follow={follow}|{moved}",
            f"DOC|follow={follow}|{moved}|{klass}",
            f"DOC|follow={follow}|{min(rank_in, 2)}|{begin}",
            f"DOC|standing={standing}",
            f"DOC|weak={group.belief < 0.3}|{moved}",
            f"DOC|{level}",
            f"DOC|{klass}",
            f"DOC|{head}",
            f"DOC|place={position == index}|{length}|{min(len(arms), 4)}",
            f"DOC|prev={previous is not None and same(previous, group.label)}",
            f"DOC|prevall={previous == 'all'}",
            f"DOC|prev={previous is not None and same(previous, group.label)}|{klass}|{index}",
            f"DOC|insent={min(len(firsts), 3)}",
            f"DOC|pos={min(position, 4)}|{index}",
            f"DOC|mentions={min(len(group.mentions), 5)}",
            f"DOC|vs={versus}|{length}|{position == index}",
            f"DOC|same-number={len(arms) == length}|{position == index}",
        ]
        out.append(Choice(group.label, None, group.belief, features))
    return out


def numbered(
    options: list[Choice], phrases: dict[tuple[int, int, str | None], int], labels: dict[frozenset[str], int]
) -> tuple[list[int], list[int]]:
    """The number of each candidate's phrase (by its first and last token and label) and of the label it mentions."""
    places: list[int] = []
    whole: list[int] = []
    for option in options:
        p, everybody = option.phrase, option.label == "all"
        places.append(EVERYBODY if everybody else ELSEWHERE if p is None else phrases[p.first, p.last, p.label])
        whole.append(EVERYBODY if everybody else labels.get(content(bare(option.label)), ELSEWHERE))
    return places, whole


def chosen(options: list[Choice], scores: list[float]) -> tuple[Choice, float]:
    """The best candidate (the shorter label of equals) and its probability, that of like labels added."""
    order = max(range(len(options)), key=lambda n: (scores[n], -len(options[n].label)))
    best, top = options[order], scores[order]
    shares = [math.exp(score - top) for score in scores]
    alike = sum(
        share
        for option, share in zip(options, shares, strict=True)
        if option.label == best.label or ("all" not in (option.label, best.label) and same(option.label, best.label))
    )
    return best, alike / sum(shares)


def propose_for(
    reader: Reader,
    plan: Layout,
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


def joined(doc: Document, between: list[Atom]) -> str:
    """The words between a figure and a phrase, where they are only prepositions and articles."""
    return " ".join(doc.lower[p.first] for p in between[:2] if p.type == "P")


def _nearest(firsts: list[int], phrase: Phrase, token: int, side: str) -> int:
    """Whether the phrase is the nearest believed group on its side of the figure (1, 2, ... or 9)."""
    row = [f for f in firsts if (f > token) == (side == "R")]
    if phrase.first not in row:
        return 9
    order = row.index(phrase.first) if side == "R" else len(row) - 1 - row.index(phrase.first)
    return min(order + 1, 5)
