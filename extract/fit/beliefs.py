"""How much each phrase of the training abstracts is taken for a group's label by a decider that has not seen it.

The network learns whose a figure is from candidates that were proposed as they will be when it reads: with doubts and
mistakes. A logistic regression over words and surroundings, fitted on the other folds, stands in for it here.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from sklearn.linear_model import LogisticRegression

from extract.arms import marks
from extract.doses import is_drug
from extract.features import NOWHERE, Reader, clusters
from extract.fit.lists import SAME_LABEL
from extract.fit.models import matrix
from extract.fit.pages import Page
from extract.groups import GROUP_WORD, Label, gather, joined, labels, lift, phrase_text, short_form
from extract.layout import Layout
from extract.phrases import Phrase, people_words
from extract.similar import overlap

FOLDS, STRENGTH, OFTEN = 3, 0.2, 4
CONTROL = re.compile(
    r"\b(?:placebo|controls?|sham|usual care|standard care|no treatment|untreated|vehicle|non-?\w+|without)\b", re.I
)
PAIRED = re.compile(
    r"\s*(?:group|arm|patients)?\s*(?:[(\[][^()\[\]]{0,30}[)\]])?\s*,?\s*(?:and|or|vs\.?|versus|compared|than|&)\b",
    re.I,
)


def fill_beliefs(pages: list[Page]) -> None:
    """Fill the beliefs and the groups of each page."""
    known = [labels(page.reader, page.plans) for page in pages]
    rows = [f for page, row in zip(pages, known, strict=True) for f in label_features(page, row)]
    right = np.array(
        [
            max((overlap(g, label.text) for g in page.arms), default=0.0) >= SAME_LABEL
            for page, row in zip(pages, known, strict=True)
            for label in row
        ]
    )
    x, _ = matrix(rows, OFTEN)
    owner = np.repeat(np.arange(len(known)), [len(row) for row in known])
    belief = np.zeros(len(rows))
    for fold in range(FOLDS):
        held = owner % FOLDS == fold
        model = LogisticRegression(C=STRENGTH, max_iter=90).fit(x[~held], right[~held])
        belief[held] = model.predict_proba(x[held])[:, 1]
    at = 0
    for page, row in zip(pages, known, strict=True):
        sure = belief[at : at + len(row)]
        at += len(row)
        found = joined(page.reader.doc, [(label, lift(float(p))) for label, p in zip(row, sure, strict=True)])
        page.beliefs = {(m.sentence, m.phrase.first, m.phrase.last): p for label, p in found for m in label.mentions}
        page.found = gather(found)


def label_features(page: Page, rows: list[Label]) -> list[list[str]]:
    """Features of each label over all its mentions."""
    reader = page.reader
    counts = counted(reader, page.plans)
    signs = {s: marks(reader.doc, plan.phrases, reader.doc.sentences[s].first) for s, plan in page.plans.items()}
    out = []
    for row in rows:
        features: list[str] = []
        for m in row.mentions:
            leads, tails = signs[m.sentence]
            around = (leads[m.phrase.first], tails[m.phrase.last])
            features += mention_features(reader, page.plans[m.sentence], m.phrase, m.sentence, counts, m.text, around)
        kept = ("lead=", "tail=", "lt=", "a=", "b=")
        twice = [f"2|{f}" for f, k in Counter(features).items() if k > 1 and f.startswith(kept)]
        n, sentences = len(row.mentions), {m.sentence for m in row.mentions}
        features += [*twice, f"mentions={min(n, 6)}", f"spread={min(len(sentences), 4)}"]
        out.append(list(dict.fromkeys([*features, f"title={0 in sentences}|{min(n, 3)}"])))
    return out


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


def counted(reader: Reader, plans: dict[int, Layout]) -> dict[str, int]:
    """How often each phrase stands in the document (lower case)."""
    counts: dict[str, int] = {}
    for plan in plans.values():
        for phrase in plan.phrases:
            text = phrase_text(reader, phrase).lower()
            counts[text] = counts.get(text, 0) + 1
    return counts
