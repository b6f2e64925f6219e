"""What tells for a candidate for a figure's group: its place, its belief, its words, its size, what went before.

Comes in: a `Whose` that has read the figures before, and one figure. Goes out: features of `all`, of a phrase of the
figure's sentence and of a group named elsewhere, which the network weighs. Called by `extract.choices`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extract.abreast import run_of
from extract.groups import Group, phrase_text
from extract.layout import opening
from extract.parallel import list_place, propose_for
from extract.phrases import Atom, Phrase
from extract.similar import content, same, same_group
from extract.sizes import head_count

if TYPE_CHECKING:
    from extract.whose import Whose

# Classes whose figures have groups of their own kind; all others are events.
OWN = frozenset(
    [
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
    ]
)
VERSUS = re.compile(r"\bvs\.?|versus|compared (?:with|to)|\bthan\b")


class Asked:
    """A figure whose group is asked for: what its sentence and the figures before it say of each candidate."""

    def __init__(self, whose: Whose, figure: int, kind: str) -> None:
        reader = whose.reader
        self.whose, self.reader, self.doc, self.kind = whose, reader, reader.doc, kind
        self.e = reader.figures[figure]
        self.number = number = reader.sentence[figure]
        self.sentence = self.doc.sentences[number]
        self.plan = whose.plans[number]
        self.at = self.plan.place[figure]
        self.index, self.length = list_place(reader, figure)
        self.klass = kind if kind in OWN else "event"
        text = self.doc.text[self.sentence.start : self.sentence.end]
        self.respectively = "respectively" in text
        self.versus = VERSUS.search(text) is not None
        self.head = f"{self.klass}|{reader.roles[number]}"
        self.previous = whose.previous
        gap = number - whose.before[0] if whose.before[0] >= 0 else 9
        where = "next" if gap == 1 else "far"
        self.begin = opening(reader, number)
        self.moved = f"{where}|{self.begin}" if gap else f"same|{whose.before[1] == kind}"
        run = run_of(reader, figure)
        self.run, self.place = run, run.index(figure)
        self.used = whose.history.used(run)
        known = whose.history.of(len(run)) if len(run) > 1 else None
        self.again = known[self.place] if known is not None else None
        self.rank = min(2, sum(1 for n in reader.by_sentence[number] if n < figure and not reader.figures[n].drop))
        self.standing = self._standing()
        self.arms = [g for g in whose.groups if g.belief > 0.5]
        self.labels = [(g, content(g.label)) for g in whose.groups]
        self.mentions = [
            (phrase, whose.beliefs.get((number, phrase.first, phrase.last), 0.0), phrase_text(reader, phrase))
            for phrase in self.plan.phrases
        ]
        self.firsts: list[int] = []  # where the believed groups of the sentence begin
        for first in sorted({p.first for p, belief, _ in self.mentions if belief > 0.35}):
            if not self.firsts or first - self.firsts[-1] > 1:
                self.firsts.append(first)
        proposal = propose_for(reader, figure, self.mentions, whose.groups, whose.history)
        self.pointed = content(proposal.label) if proposal is not None else None
        self.rule = proposal.rule if proposal is not None else "none"

    def _standing(self) -> str:
        """How a number of people stands to those said before and to all that the text says."""
        people = head_count(self.e) if self.kind == "participants" else None
        if people is None:
            return "-"
        total = max(self.whose.totals, default=0)
        if not self.whose.totals and not self.whose.sizes:
            standing = "first"
        elif people > total:
            standing = "new-most"
        else:
            standing = "part" if total - people in self.whose.counts else "less"
        return standing + ("|most" if people == self.whose.counts[-1] else "")

    # ---- how a label fits what went before

    def _listed(self, label: str) -> str:
        """Taken by an earlier figure of the list, or here in the last list."""
        if len(self.run) == 1:
            return "-"
        place = min(self.place, 2)
        if any(same_group(u, label) for u in self.used):
            return f"taken{place}"
        if self.again is None:
            return f"free{place}"
        return f"{'as' if same_group(self.again, label) else 'other'}{place}"

    def _previous(self, label: str) -> tuple[bool, bool]:
        """Whether the label is like that of the figure before, and whether that is one of a group and not `all`."""
        alike = self.previous is not None and same(self.previous, label)
        return alike, alike and self.previous != "all"

    # ---- the candidates

    def everybody(self) -> list[str]:
        """Features of `all`."""
        reader, e, klass, first = self.reader, self.e, self.klass, self.sentence.first
        before, listed = self.previous == "all", self._listed("all")
        size = self.whose.fit(e, self.kind, "all")
        groups = min(len(self.arms), 4)
        return [
            "ALL",
            f"ALL|{klass}",
            f"ALL|{self.head}",
            f"ALL|{e.form}",
            f"ALL|list={min(self.length, 4)}",
            f"ALL|groups={groups}",
            f"ALL|{klass}|groups={groups}",
            f"ALL|vs={self.versus}|{self.length > 1}",
            f"ALL|prev={before if self.previous else None}",
            f"ALL|prev={before if self.previous else None}|{klass}",
            f"ALL|resp={self.respectively}",
            f"ALL|prev={before}|{self.moved}",
            f"ALL|prev={before}|{self.moved}|{klass}",
            f"ALL|begin={self.begin}|{self.rank}",
            f"ALL|begin={self.begin}|{klass}",
            f"ALL|size={size}",
            f"ALL|size={size}|{klass}",
            f"ALL|standing={self.standing}",
            f"ALL|run={listed}",
            f"ALL|run={listed}|{self.versus}",
            f"ALL|sent0={reader.word(first, 0, 10**9)}",
            f"ALL|rule={self.rule}",
            f"ALL|rule={self.rule}|{klass}",
            f"ALL|rule={self.rule}|{e.form}|{reader.roles[self.number]}",
            *[f"ALL|near={reader.plain[t]}" for t in range(e.last, min(e.last + 6, self.sentence.last))],
            *[f"ALL|left={reader.plain[t]}" for t in range(max(first, e.first - 6), e.first)],
        ]

    def mention(self, phrase: Phrase, belief: float, label: str, words: frozenset[str]) -> list[str]:
        """Features of a phrase of the sentence, believed so much to be a group; `words` are those of its label."""
        reader, plan, e, klass = self.reader, self.plan, self.e, self.klass
        lead, tail = self.whose.lead(self.number, phrase.first), self.whose.tail(phrase.last)
        size, listing = self.whose.fit(e, self.kind, label), self._listed(label)
        previous, follow = self._previous(label)
        known = next((g for g, c in self.labels if c == words), None)
        rank = self.firsts.index(phrase.first) if phrase.first in self.firsts else -1
        index, length, firsts = self.index, self.length, len(self.firsts)
        right = phrase.a > self.at
        between = plan.parts[self.at + 1 : phrase.a] if right else plan.parts[phrase.b : self.at]
        types = "".join(p.type for p in between)
        squeezed = types if len(types) <= 5 else types[:2] + "~" + types[-2:]
        side, figures = "R" if right else "L", min(types.count("F"), 3)
        b1 = reader.plain[phrase.first - 1] if phrase.first > self.sentence.first else "^"
        a1 = reader.plain[phrase.last] if phrase.last < self.sentence.last else "$"
        level = min(9, int(belief * 10))
        sure = level > 4
        k = f"{side}{figures}"
        near = self._nearest(phrase, side)
        near_right = right and figures == 0 and len(between) <= 2 and not ({p.type for p in between} - {"P", "D", "B"})
        near_left = not right and len(between) == 1 and between[0].type == "B"
        beside = "R" if near_right else "L" if near_left else "-"
        direct = f"{beside}|{self._joining(between)}"
        align = rank == index and firsts == length
        hit, rule, pointed = words == self.pointed, self.rule, self.pointed
        inner = bool(pointed and (words < pointed or pointed < words))
        return [
            f"run={listing}",
            f"run={listing}|{hit}",
            f"run={listing}|{sure}",
            f"run={listing}|{rule}|{hit}",
            f"follow={follow}|{self.moved}",
            f"follow={follow}|{self.moved}|{sure}",
            f"lead={lead}|{side}",
            f"lead={lead}|{k}",
            f"lead={lead}|{klass}",
            f"lead={lead}|{beside}",
            f"lead={lead}|{rank}|{index}|{length}",
            f"tail={tail}|{side}",
            f"tail={tail}|{k}",
            f"lt={lead}|{tail}|{side}",
            f"lt={lead}|{tail}|{sure}",
            f"size={size}",
            f"size={size}|{sure}",
            f"size={size}|{klass}",
            f"standing={self.standing}|{beside}",
            f"standing={self.standing}|{sure}",
            f"begin={self.begin}|{phrase.a <= 2}|{side}",
            f"rule={rule}|{hit}",
            f"rule={rule}|{hit}|{klass}",
            f"rule={rule}|{hit}|{sure}",
            f"hit={hit}|{level}",
            f"inner={inner}|{rule}",
            f"direct={direct}",
            f"direct={direct}|{klass}",
            f"direct={direct}|{level > 3}",
            f"direct={beside}|{level > 3}",
            f"direct={beside}|{known is not None}",
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
            f"b={b1}|{k}",
            f"a={a1}",
            f"ba={b1}|{a1}",
            f"dist={side}{min(9, len(between))}",
            f"dist={side}{min(9, len(between))}|{sure}",
            f"known={known is not None}|{k}",
            f"align={align}|resp={self.respectively}|{side}",
            f"align={align}|{length}|{firsts}|{side}",
            f"rank={rank}|{index}|{min(length, 4)}|{min(firsts, 4)}|{side}",
            f"near={near}|{side}|{sure}",
            f"near={near}|{figures}|{sure}|resp={self.respectively}",
            f"heads={phrase.heads}",
            f"len={min(8, phrase.last - phrase.first)}",
            f"prev={previous}|{sure}",
            f"prevall={self.previous == 'all'}|{k}",
            f"start={phrase.a <= 1}|{side}|{figures}",
            f"pt={plan.parts[phrase.a - 1].type if phrase.a else '^'}"
            f"|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}|{side}",
            f"role={self.head}",
            f"group={'group' in label.lower() or ' arm' in label.lower()}|{k}",
            f"groups={min(len(self.arms), 4)}|{sure}",
            f"types={''.join(p.type for p in plan.parts[phrase.a : phrase.b])}",
        ]

    def elsewhere(self, group: Group, words: frozenset[str]) -> list[str]:
        """Features of a group that the sentence does not name; `words` are those of its label."""
        label, klass, rule = group.label, self.klass, self.rule
        size, listing = self.whose.fit(self.e, self.kind, label), self._listed(label)
        previous, follow = self._previous(label)
        level, hit = min(9, int(group.belief * 10)), words == self.pointed
        position = self.arms.index(group) if group in self.arms else -1
        here = position == self.index
        return [
            "DOC",
            f"DOC|run={listing}",
            f"DOC|run={listing}|{hit}",
            f"DOC|run={listing}|{rule}|{hit}",
            f"DOC|run={listing}|{level > 4}",
            f"DOC|follow={follow}|{self.moved}",
            f"DOC|follow={follow}|{self.moved}|{klass}",
            f"DOC|follow={follow}|{self.rank}|{self.begin}",
            f"DOC|rule={rule}|{hit}",
            f"DOC|hit={hit}",
            f"DOC|size={size}",
            f"DOC|size={size}|{follow}",
            f"DOC|size={size}|{klass}",
            f"DOC|standing={self.standing}",
            f"DOC|weak={group.belief < 0.3}|{self.moved}",
            f"DOC|{level}",
            f"DOC|{klass}",
            f"DOC|{self.head}",
            f"DOC|place={here}|{self.length}|{min(len(self.arms), 4)}",
            f"DOC|prev={previous}",
            f"DOC|prevall={self.previous == 'all'}",
            f"DOC|prev={previous}|{klass}|{self.index}",
            f"DOC|insent={min(len(self.firsts), 3)}",
            f"DOC|pos={min(position, 4)}|{self.index}",
            f"DOC|mentions={min(len(group.mentions), 5)}",
            f"DOC|vs={self.versus}|{self.length}|{here}",
            f"DOC|same-number={len(self.arms) == self.length}|{here}",
        ]

    def _joining(self, between: list[Atom]) -> str:
        """The words between the figure and a phrase, where they are only prepositions and articles."""
        return " ".join(self.doc.lower[p.first] for p in between[:2] if p.type == "P")

    def _nearest(self, phrase: Phrase, side: str) -> int:
        """Which believed group on its side of the figure the phrase is, from the figure on (1 to 5; 9: none)."""
        row = [f for f in self.firsts if (f > self.e.first) == (side == "R")]
        if phrase.first not in row:
            return 9
        order = row.index(phrase.first) if side == "R" else len(row) - 1 - row.index(phrase.first)
        return min(order + 1, 5)
