"""Whose figure it is: the whole study population, an arm, or a subgroup named in the abstract.

The groups of a document are the phrases that the fitted decider takes for labels; for each figure the ranker chooses
among them, the phrases of the figure's own sentence, and "all". Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from extract.arms import bare, marks, short_forms
from extract.doses import is_drug
from extract.features import NOWHERE, Reader, clusters
from extract.names import Layout
from extract.phrases import Phrase, people_words
from extract.similar import content
from extract.tokens import Document

GROUP_WORD = re.compile(r"\b(?:group|arm|cohort|subgroup|patients|recipients|controls?|placebo)s?\b", re.I)
CONTROL = re.compile(
    r"\b(?:placebo|controls?|sham|usual care|standard care|no treatment|untreated|vehicle|non-?\w+|without)\b", re.I
)
PAIRED = re.compile(
    r"\s*(?:group|arm|patients)?\s*(?:[(\[][^()\[\]]{0,30}[)\]])?\s*,?\s*(?:and|or|vs\.?|versus|compared|than|&)\b",
    re.I,
)


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


def mention_features(
    reader: Reader,
    plan: Layout,
    phrase: Phrase,
    sentence: int,
    counts: dict[str, int],
    text: str,
    signs: tuple[str, str],
) -> list[str]:
    """Features of "this phrase is the label of a group of this study"."""
    doc = reader.doc
    s = doc.sentences[sentence]
    table = clusters()
    words = [reader.plain[t] for t in range(phrase.first, phrase.last)]
    b1 = reader.plain[phrase.first - 1] if phrase.first > s.first else "^"
    b2 = reader.plain[phrase.first - 2] if phrase.first > s.first + 1 else "^"
    a = [reader.word(phrase.last + d, s.first, s.last) for d in range(3)]
    n_after = (
        re.match(
            r"\s*(?:group|arm|patients)?\s*[(\[,]\s*n\s*=",
            doc.text[doc.ends[phrase.last - 1] : doc.ends[phrase.last - 1] + 24],
            re.I,
        )
        is not None
    )
    types = "".join(p.type for p in plan.parts[phrase.a : phrase.b])
    lead, tail = signs
    often = min(5, counts.get(text.lower(), 1))
    out = [
        f"b={b1}",
        f"bb={b2} {b1}",
        f"a={a[0]}",
        f"aa={a[0]} {a[1]}",
        f"ba={b1}|{a[0]}",
        f"n={n_after}",
        f"types={types}",
        f"heads={phrase.heads}",
        f"len={min(7, len(words))}",
        f"often={often}",
        f"first={words[0]}",
        f"head={words[-1]}",
        f"headc={table.get(words[-1], NOWHERE)[1]}",
        f"role={reader.roles[sentence]}",
        f"often={often}|{b1}",
        f"n={n_after}|{phrase.heads}",
        f"group={'group' in words or 'arm' in words}",
        f"capital={doc.words[phrase.first].isupper()}",
        f"people={bool(set(words) & people_words())}",
        f"title={sentence == 0}",
        f"bc={table.get(b1, NOWHERE)[1]}",
        f"ac={table.get(a[0], NOWHERE)[1]}",
        f"short={len(text) < 4}|{text.isupper()}",
        f"bt={plan.parts[phrase.a - 1].type if phrase.a else '^'}"
        f"|{plan.parts[phrase.b].type if phrase.b < len(plan.parts) else '$'}",
    ]
    worded = bool(GROUP_WORD.search(text))
    out += [
        f"lead={lead}",
        f"tail={tail}",
        f"lt={lead}|{tail}",
        f"lead={lead}|{reader.roles[sentence]}",
        f"lead={lead}|{worded}",
        f"lead={lead}|{words[0]}",
        f"tail={tail}|{words[-1]}",
        f"tail={tail}|{phrase.heads}",
    ]
    out += [
        f"worded={worded}",
        f"worded={worded}|{phrase.heads}|{b1}",
        f"both={words[0] in ('both', 'two', 'all', 'each')}",
        f"letter={bool(re.fullmatch(r'(?:group|arm)s? [A-Z0-9IVX]{1,4}', text, re.I))}",
        f"digitless={not any(ch.isdigit() for ch in text)}",
    ]
    drug = any(is_drug(doc.words[t]) for t in range(phrase.first, phrase.last))
    control = bool(CONTROL.search(text))
    arm = "drug" if drug else "control" if control else "group" if worded else "short" if short_form(doc, text) else "-"
    out += [
        f"arm={arm}",
        f"arm={arm}|{b1}",
        f"arm={arm}|{a[0]}",
        f"arm={arm}|{phrase.heads}",
        f"arm={arm}|{often}",
        f"arm={arm}|{reader.roles[sentence]}",
        f"pair={bool(PAIRED.match(doc.text, doc.ends[phrase.last - 1]))}|{arm}",
    ]
    out += [f"w={w}" for w in words] + [f"c={c}" for c in dict.fromkeys(table.get(w, NOWHERE)[1] for w in words)]
    return out


def short_form(doc: Document, text: str) -> bool:
    """Whether a label is a short form that the abstract defines in brackets, or looks like one."""
    return (
        len(text) <= 6
        and any(c.isupper() for c in text)
        and (f"({text})" in doc.text or f"({text}," in doc.text or text.isupper())
    )


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
    alias = {content(long): content(short) for short, long in short_forms(reader.doc.text).items()}
    rows: dict[frozenset[str], Label] = {}
    for s, plan in plans.items():
        leads, tails = marks(reader.doc, plan.phrases, reader.doc.sentences[s].first)
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase)
            words = content(bare(text))
            if not words:
                continue
            words = alias.get(words, words)
            row = rows.setdefault(words, Label(text, [], []))
            row.mentions.append(Mention(s, phrase, text))
            signs = (leads[phrase.first], tails[phrase.last])
            row.features.extend(mention_features(reader, plan, phrase, s, counts, text, signs))
    for row in rows.values():
        n = len(row.mentions)
        twice = [
            f"2|{f}"
            for f, k in Counter(row.features).items()
            if k > 1 and f.startswith(("lead=", "tail=", "lt=", "a=", "b="))
        ]
        row.features = list(
            dict.fromkeys(
                [
                    *row.features,
                    *twice,
                    f"mentions={min(n, 6)}",
                    f"spread={min(len({m.sentence for m in row.mentions}), 4)}",
                    f"title={any(m.sentence == 0 for m in row.mentions)}|{min(n, 3)}",
                ]
            )
        )
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
    """A label's belief with the odds raised six times: groups are rare, but a missed arm costs more than a guess."""
    return 6 * belief / (1 + 5 * belief)
