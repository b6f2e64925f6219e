"""Whose figure it is: the whole study population, an arm, or a subgroup named in the abstract.

The groups of a document are the phrases that the fitted decider takes for labels; for each figure the ranker chooses among
them, the phrases of the figure's own sentence, and "all". Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from extract.doses import is_drug
from extract.features import NOWHERE, Reader, clusters
from extract.kinds import runs
from extract.names import Layout
from extract.parallel import Place, Proposal, propose
from extract.phrases import Atom, Phrase, people_words
from extract.similar import content, same
from extract.tokens import Document

GROUP_WORD = re.compile(r"\b(?:group|arm|cohort|subgroup|patients|recipients|controls?|placebo)s?\b", re.I)
CONTROL = re.compile(r"\b(?:placebo|controls?|sham|usual care|standard care|no treatment|untreated|vehicle|non-?\w+|without)\b", re.I)
PAIRED = re.compile(r"\s*(?:group|arm|patients)?\s*(?:[(\[][^()\[\]]{0,30}[)\]])?\s*,?\s*(?:and|or|vs\.?|versus|compared|than|&)\b", re.I)
LABEL = re.compile(r"^(?:the|an?|both|all|each)\s+", re.I)


@dataclass(slots=True)
class Mention:
    """A phrase of a sentence that may be a group's label."""

    sentence: int
    phrase: Phrase
    text: str


@dataclass(slots=True)
class Group:
    """A group of a document: its label as first printed, how sure, its mentions by sentence."""

    label: str
    belief: float
    order: int
    mentions: list[Mention] = field(default_factory=list)


def mention_features(reader: Reader, plan: Layout, phrase: Phrase, sentence: int, counts: dict[str, int], text: str) -> list[str]:
    """Features of "this phrase is the label of a group of this study"."""
    doc = reader.doc
    s = doc.sentences[sentence]
    table = clusters()
    words = [reader.plain[t] for t in range(phrase.first, phrase.last)]
    b1 = reader.plain[phrase.first - 1] if phrase.first > s.first else "^"
    b2 = reader.plain[phrase.first - 2] if phrase.first > s.first + 1 else "^"
    a = [reader.word(phrase.last + d, s.first, s.last) for d in range(3)]
    n_after = re.match(r"\s*(?:group|arm|patients)?\s*[(\[,]\s*n\s*=", doc.text[doc.ends[phrase.last - 1] : doc.ends[phrase.last - 1] + 24], re.I) is not None
    types = "".join(p.type for p in plan.parts[phrase.a : phrase.b])
    often = min(5, counts.get(text.lower(), 1))
    out = [
        f"b={b1}", f"bb={b2} {b1}", f"a={a[0]}", f"aa={a[0]} {a[1]}", f"aaa={a[0]} {a[1]} {a[2]}", f"ba={b1}|{a[0]}", f"n={n_after}", f"types={types}", f"heads={phrase.heads}", f"len={min(7, len(words))}",
        f"often={often}", f"first={words[0]}", f"head={words[-1]}", f"headc={table.get(words[-1], NOWHERE)[1]}", f"role={reader.roles[sentence]}", f"often={often}|{b1}", f"n={n_after}|{phrase.heads}",
        f"group={'group' in words or 'arm' in words}", f"capital={doc.words[phrase.first].isupper()}", f"people={bool(set(words) & people_words())}", f"title={sentence == 0}",
        f"bc={table.get(b1, NOWHERE)[1]}", f"ac={table.get(a[0], NOWHERE)[1]}", f"short={len(text) < 4}|{text.isupper()}", f"bt={plan.parts[phrase.a - 1].type if phrase.a else '^'}|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}",
    ]
    worded = bool(GROUP_WORD.search(text))
    out += [f"worded={worded}", f"worded={worded}|{phrase.heads}|{b1}", f"both={words[0] in ('both', 'two', 'all', 'each')}", f"letter={bool(re.fullmatch(r'(?:group|arm)s? [A-Z0-9IVX]{1,4}', text, re.I))}", f"digitless={not any(ch.isdigit() for ch in text)}"]
    drug = any(is_drug(doc.words[t]) for t in range(phrase.first, phrase.last))
    control = bool(CONTROL.search(text))
    arm = "drug" if drug else "control" if control else "group" if worded else "short" if short_form(doc, text) else "-"
    out += [f"arm={arm}", f"arm={arm}|{b1}", f"arm={arm}|{a[0]}", f"arm={arm}|{phrase.heads}", f"arm={arm}|{often}", f"arm={arm}|{reader.roles[sentence]}", f"pair={bool(PAIRED.match(doc.text, doc.ends[phrase.last - 1]))}|{arm}"]
    out += [f"w={w}" for w in words] + [f"c={c}" for c in dict.fromkeys(table.get(w, NOWHERE)[1] for w in words)]
    return out


def short_form(doc: Document, text: str) -> bool:
    """Whether a label is a short form that the abstract defines in brackets, or looks like one."""
    return len(text) <= 6 and any(c.isupper() for c in text) and (f"({text})" in doc.text or f"({text}," in doc.text or text.isupper())


def phrase_text(reader: Reader, phrase: Phrase) -> str:
    """A phrase as printed (or its label, in an enumeration)."""
    if phrase.label is not None:
        return phrase.label
    return reader.doc.text[reader.doc.starts[phrase.first] : reader.doc.ends[phrase.last - 1]]


def counted(reader: Reader, plans: dict[int, Layout]) -> dict[str, int]:
    """How often each phrase stands in the document (lower case)."""
    counts: dict[str, int] = {}
    for plan in plans.values():
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase).lower()
            counts[text] = counts.get(text, 0) + 1
    return counts


@dataclass(slots=True)
class Label:
    """A phrase of the document with all its mentions, and the features of "this is a group of the study"."""

    text: str
    mentions: list[Mention]
    features: list[str]


def labels(reader: Reader, plans: dict[int, Layout]) -> list[Label]:
    """All phrases of a document that could be a group's label, joined over their mentions."""
    counts = counted(reader, plans)
    rows: dict[frozenset[str], Label] = {}
    for s, plan in plans.items():
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase)
            words = content(text)
            if not words:
                continue
            row = rows.setdefault(words, Label(text, [], []))
            row.mentions.append(Mention(s, phrase, text))
            row.features.extend(mention_features(reader, plan, phrase, s, counts, text))
    for row in rows.values():
        n = len(row.mentions)
        twice = [f"2|{f}" for f, k in Counter(row.features).items() if k > 1 and f[:2] in ("b=", "a=", "ba", "n=", "wo")]
        row.features = list(dict.fromkeys([*row.features, *twice, f"mentions={min(n, 6)}", f"spread={min(len({m.sentence for m in row.mentions}), 4)}", f"title={any(m.sentence == 0 for m in row.mentions)}|{min(n, 3)}"]))
    return list(rows.values())


def gather(found: list[tuple[Label, float]], least: float = 0.2, most: int = 14) -> list[Group]:
    """The believed labels as groups, in order of first mention."""
    chosen = sorted(found, key=lambda r: (-r[1], r[0].mentions[0].sentence, r[0].mentions[0].phrase.first))[:most]
    groups = [Group(label.text, belief, 0, label.mentions) for label, belief in chosen if belief >= least]
    groups.sort(key=lambda g: min((m.sentence, m.phrase.first) for m in g.mentions))
    for order, group in enumerate(groups):
        group.order = order
    return groups


def lift(belief: float) -> float:
    """A label's belief with the odds raised six times: groups are rare among phrases, but a missed arm costs more than a guess."""
    return 6 * belief / (1 + 5 * belief)


class History:
    """The groups of the runs read so far: "20% and 7% in A and B" tells whose "57% vs 11%" is in the next sentence."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, ...], dict[int, str]] = {}
        self._done: dict[int, list[str]] = {}

    def keep(self, run: list[int], figure: int, label: str) -> None:
        """Remember the group of a figure of a run."""
        key = tuple(run)
        row = self._open.setdefault(key, {})
        row[figure] = label
        if len(row) == len(run):
            names = [row[i] for i in run]
            if len(set(names)) == len(names):
                self._done[len(run)] = names

    def of(self, length: int, sentence: int) -> list[str] | None:
        """The groups of the last run of this length, or None."""
        return self._done.get(length)


def run_of(reader: Reader, figure: int) -> list[int]:
    """The parallel figures that a figure stands among."""
    figures = reader.figures
    row = [n for n in reader.by_sentence[reader.sentence[figure]] if not figures[n].drop and "base" not in figures[n].tags and figures[n].form not in ("sd", "se")
           and not (figures[n].host is not None and figures[n].form == "range")]
    return next((r for r in runs(reader, row) if figure in r), [figure])


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
    row = [n for n in reader.by_sentence[reader.sentence[figure]] if figures[n].form == figures[figure].form and "base" not in figures[n].tags
           and not figures[n].drop and figures[n].form not in ("sd", "se")]
    if figure not in row:
        return 0, 1
    run = [row[0]]
    for a, b in zip(row, row[1:], strict=False):
        gap = doc.text[figures[a].end : figures[b].start]
        if len(gap) < 45 and re.fullmatch(r"[^.;]*?(?:,|and|vs\.?|versus|or|to|/|compared\s+(?:with|to)|than)[^.;]*", gap.strip() or ","):
            run.append(b)
            continue
        if figure in run:
            break
        run = [b]
    return (run.index(figure), len(run)) if figure in run else (0, 1)


def choices(reader: Reader, plan: Layout, figure: int, kind: str, groups: list[Group], beliefs: dict[tuple[int, int, int], float], previous: str | None, history: History | None = None, named: Phrase | None = None) -> list[Choice]:
    """All candidates for the group of a figure of class `kind`, with features. `previous` is the group of the figure before."""
    doc = reader.doc
    e = reader.figures[figure]
    sentence = reader.sentence[figure]
    at = plan.place[figure]
    index, length = list_place(reader, plan, figure)
    here = reader.roles[sentence]
    klass = kind if kind in ("participants", "dose", "age", "measurement", "records", "treatment", "follow-up", "duration", "sex:male", "sex:female") else "event"
    text = doc.text[doc.sentences[sentence].start : doc.sentences[sentence].end]
    respectively = "respectively" in text
    versus = bool(re.search(r"\bvs\.?|versus|compared (?:with|to)|\bthan\b", text))
    head = f"{klass}|{here}"
    believed = sum(g.belief > 0.5 for g in groups)
    out = [Choice("all", None, 0.5, ["ALL", f"ALL|{klass}", f"ALL|{head}", f"ALL|{e.form}", f"ALL|list={min(length, 4)}", f"ALL|groups={min(believed, 4)}", f"ALL|{klass}|groups={min(believed, 4)}", f"ALL|vs={versus}|{length > 1}",
                                          f"ALL|prev={previous == 'all' if previous else None}", f"ALL|prev={previous == 'all' if previous else None}|{klass}", f"ALL|resp={respectively}",
                                          f"ALL|sent0={reader.word(doc.sentences[sentence].first, 0, 10**9)}",
                                          *[f"ALL|near={reader.plain[t]}" for t in range(e.last, min(e.last + 6, doc.sentences[sentence].last))],
                                          *[f"ALL|left={reader.plain[t]}" for t in range(max(doc.sentences[sentence].first, e.first - 6), e.first)]])]
    in_sentence: list[tuple[Phrase, float, str]] = []
    for phrase in plan.phrases:
        belief = beliefs.get((sentence, phrase.first, phrase.last), 0.0)
        in_sentence.append((phrase, belief, phrase_text(reader, phrase)))
    listed = sorted({(p.first, t) for p, b, t in in_sentence if b > 0.35})
    firsts: list[int] = []
    for first, _ in listed:
        if not firsts or first - firsts[-1] > 1:
            firsts.append(first)
    known_labels = [(g, content(g.label)) for g in groups]
    proposal = propose_for(reader, plan, figure, in_sentence, groups, history)
    pointed = content(proposal.label) if proposal is not None else None
    rule = proposal.rule if proposal is not None else "none"
    out[0].features += [f"ALL|rule={rule}", f"ALL|rule={rule}|{klass}", f"ALL|rule={rule}|{e.form}|{here}"]
    for phrase, belief, label in in_sentence:
        words = content(label)
        if not words:
            continue
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
        if named is not None:
            near_name = "is" if (phrase.first, phrase.last) == (named.first, named.last) else "in" if named.first <= phrase.first and phrase.last <= named.last else "over" if phrase.first < named.last and named.first < phrase.last else "off"
        else:
            near_name = "-"
        inner = bool(pointed) and words < pointed or bool(pointed) and pointed < words
        features = [
            f"name={near_name}", f"name={near_name}|{klass}", f"name={near_name}|{level > 4}", f"name={near_name}|{hit}", f"rule={rule}|{hit}", f"rule={rule}|{hit}|{klass}", f"rule={rule}|{hit}|{level > 4}", f"hit={hit}|{level}", f"inner={inner}|{rule}",
            f"direct={direct}", f"direct={direct}|{klass}", f"direct={direct[0]}|{level > 3}", f"direct={direct[0]}|{known is not None}", f"direct={direct}|{level > 3}", f"level={level}|{known is not None}|{e.bracket}",
            f"k={k}", f"k={k}|{klass}", f"bt={side}{squeezed}", f"bt={side}{squeezed}|{klass}", f"belief={level}", f"belief={level}|{k}", f"belief={level}|{klass}", f"b={b1}|{side}", f"b={b1}|{klass}", f"a={a1}", f"b={b1}|{k}", f"ba={b1}|{a1}",
            f"dist={side}{min(9, len(between))}", f"dist={side}{min(9, len(between))}|{level > 4}", f"known={known is not None}|{k}", f"align={align}|resp={respectively}|{side}", f"align={align}|{length}|{len(firsts)}|{side}",
            f"rank={rank}|{index}|{min(length, 4)}|{min(len(firsts), 4)}|{side}", f"near={nearest}|{side}|{level > 4}", f"near={nearest}|{figures}|{level > 4}|resp={respectively}", f"heads={phrase.heads}", f"len={min(8, phrase.last - phrase.first)}",
            f"prev={previous is not None and same(previous, label)}|{level > 4}", f"prevall={previous == 'all'}|{k}", f"start={phrase.a <= 1}|{side}|{figures}", f"pt={plan.parts[phrase.a - 1].type if phrase.a else '^'}|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}|{side}",
            f"role={head}", f"group={'group' in label.lower() or ' arm' in label.lower()}|{k}", f"groups={min(believed, 4)}|{level > 4}", f"types={''.join(p.type for p in plan.parts[phrase.a : phrase.b])}",
        ]
        out.append(Choice(label, phrase, belief, features))
    present = [content(c.label) for c in out[1:]]
    for group, words in known_labels:
        if words in present or group.belief < 0.3:
            continue
        level = min(9, int(group.belief * 10))
        arms = [g for g in groups if g.belief > 0.5]
        position = arms.index(group) if group in arms else -1
        hit = words == pointed
        features = [f"DOC|rule={rule}|{hit}", f"DOC|hit={hit}", "DOC", f"DOC|{level}", f"DOC|{klass}", f"DOC|{head}", f"DOC|place={position == index}|{length}|{min(len(arms), 4)}", f"DOC|prev={previous is not None and same(previous, group.label)}", f"DOC|prevall={previous == 'all'}",
                    f"DOC|prev={previous is not None and same(previous, group.label)}|{klass}|{index}", f"DOC|insent={min(len(firsts), 3)}", f"DOC|pos={min(position, 4)}|{index}", f"DOC|mentions={min(len(group.mentions), 5)}", f"DOC|vs={versus}|{length}|{position == index}",
                    f"DOC|same-number={len(arms) == length}|{position == index}"]
        out.append(Choice(group.label, None, group.belief, features))
    return out


def propose_for(reader: Reader, plan: Layout, figure: int, in_sentence: list[tuple[Phrase, float, str]], groups: list[Group], history: History | None = None) -> Proposal | None:
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
    taken.sort(key=lambda p: p.start)
    row = [n for n in reader.by_sentence[reader.sentence[figure]] if not figures[n].drop and "base" not in figures[n].tags and figures[n].form not in ("sd", "se")
           and not (figures[n].host is not None and figures[n].form == "range")]
    if figure not in row:
        row = sorted([*row, figure])
    run = next((r for r in runs(reader, row) if figure in r), [figure])
    low = max((figures[n].end for n in row if figures[n].end <= figures[run[0]].start), default=0)
    high = min((figures[n].start for n in row if figures[n].start >= figures[run[-1]].end), default=len(doc.text))
    arms = [g.label for g in groups if g.belief > 0.5]
    proposal = propose(reader, run, run.index(figure), taken, (low, high), arms)
    if history is not None and len(run) > 1 and (proposal is None or proposal.rule in ("arms", "sentence")):
        before = history.of(len(run), reader.sentence[figure])
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
