"""Whose figure it is: the whole study population, an arm, or a subgroup named in the abstract.

The groups of a document are the phrases that the fitted decider takes for labels; for each figure the ranker chooses among
them, the phrases of the figure's own sentence, and "all". Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract.features import NOWHERE, Reader, clusters
from extract.names import Layout
from extract.phrases import Atom, Phrase, people_words
from extract.similar import content, same
from extract.tokens import Document

GROUP_WORD = re.compile(r"\b(?:group|arm|cohort|subgroup|patients|recipients|controls?|placebo)s?\b", re.I)
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
    out += [f"w={w}" for w in words] + [f"c={c}" for c in dict.fromkeys(table.get(w, NOWHERE)[1] for w in words)]
    return out


def phrase_text(reader: Reader, phrase: Phrase) -> str:
    """A phrase as printed."""
    return reader.doc.text[reader.doc.starts[phrase.first] : reader.doc.ends[phrase.last - 1]]


def counted(reader: Reader, plans: dict[int, Layout]) -> dict[str, int]:
    """How often each phrase stands in the document (lower case)."""
    counts: dict[str, int] = {}
    for plan in plans.values():
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase).lower()
            counts[text] = counts.get(text, 0) + 1
    return counts


def gather(mentions: list[tuple[Mention, float]], least: float = 0.2, most: int = 14) -> list[Group]:
    """Join the believed mentions into groups: same words or one label inside the other, the most believed first."""
    groups: list[Group] = []
    for mention, belief in sorted(mentions, key=lambda m: (-m[1], m[0].sentence, m[0].phrase.first)):
        if belief < least or not content(mention.text):
            continue
        home = next((g for g in groups if content(g.label) == content(mention.text)), None)
        if home is None:
            if len(groups) >= most:
                continue
            home = Group(mention.text, belief, 0)
            groups.append(home)
        home.mentions.append(mention)
    groups.sort(key=lambda g: min((m.sentence, m.phrase.first) for m in g.mentions))
    for order, group in enumerate(groups):
        group.order = order
    return groups


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


def choices(reader: Reader, plan: Layout, figure: int, kind: str, groups: list[Group], beliefs: dict[tuple[int, int, int], float], previous: str | None) -> list[Choice]:
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
    labels = [(g, content(g.label)) for g in groups]
    for phrase, belief, label in in_sentence:
        words = content(label)
        if not words:
            continue
        known = next((g for g, c in labels if c == words), None)
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
        features = [
            f"direct={direct}", f"direct={direct}|{klass}", f"direct={direct[0]}|{level > 3}", f"direct={direct[0]}|{known is not None}", f"direct={direct}|{level > 3}", f"level={level}|{known is not None}|{e.bracket}",
            f"k={k}", f"k={k}|{klass}", f"bt={side}{squeezed}", f"bt={side}{squeezed}|{klass}", f"belief={level}", f"belief={level}|{k}", f"belief={level}|{klass}", f"b={b1}|{side}", f"b={b1}|{klass}", f"a={a1}", f"b={b1}|{k}", f"ba={b1}|{a1}",
            f"dist={side}{min(9, len(between))}", f"dist={side}{min(9, len(between))}|{level > 4}", f"known={known is not None}|{k}", f"align={align}|resp={respectively}|{side}", f"align={align}|{length}|{len(firsts)}|{side}",
            f"rank={rank}|{index}|{min(length, 4)}|{min(len(firsts), 4)}|{side}", f"near={nearest}|{side}|{level > 4}", f"near={nearest}|{figures}|{level > 4}|resp={respectively}", f"heads={phrase.heads}", f"len={min(8, phrase.last - phrase.first)}",
            f"prev={previous is not None and same(previous, label)}|{level > 4}", f"prevall={previous == 'all'}|{k}", f"start={phrase.a <= 1}|{side}|{figures}", f"pt={plan.parts[phrase.a - 1].type if phrase.a else '^'}|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}|{side}",
            f"role={head}", f"group={'group' in label.lower() or ' arm' in label.lower()}|{k}", f"groups={min(believed, 4)}|{level > 4}", f"types={''.join(p.type for p in plan.parts[phrase.a : phrase.b])}",
        ]
        out.append(Choice(label, phrase, belief, features))
    present = [content(c.label) for c in out[1:]]
    for group, words in labels:
        if words in present or group.belief < 0.3:
            continue
        level = min(9, int(group.belief * 10))
        arms = [g for g in groups if g.belief > 0.5]
        position = arms.index(group) if group in arms else -1
        features = ["DOC", f"DOC|{level}", f"DOC|{klass}", f"DOC|{head}", f"DOC|place={position == index}|{length}|{min(len(arms), 4)}", f"DOC|prev={previous is not None and same(previous, group.label)}", f"DOC|prevall={previous == 'all'}",
                    f"DOC|prev={previous is not None and same(previous, group.label)}|{klass}|{index}", f"DOC|insent={min(len(firsts), 3)}", f"DOC|pos={min(position, 4)}|{index}", f"DOC|mentions={min(len(group.mentions), 5)}", f"DOC|vs={versus}|{length}|{position == index}",
                    f"DOC|same-number={len(arms) == length}|{position == index}"]
        out.append(Choice(group.label, None, group.belief, features))
    return out


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
