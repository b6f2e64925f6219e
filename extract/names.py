"""What a figure measures: the phrase of its sentence that names it.

Comes in: the features' `Reader`, a figure and its class. Goes out: candidate phrases with their features (for training) or
the name chosen by the fitted ranker. Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.features import NOWHERE, Reader, clusters
from extract.phrases import Atom, Phrase, atoms, candidates, people_words, thing_words

Beliefs = dict[tuple[int, int, int], float]  # (sentence, first token, last token) -> how much a phrase is taken for a group
NEGATIVE = frozenset({"without", "no", "not", "non", "never"})


LABEL = re.compile(r"\b(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?|[IVX]{1,4})\b")
ENUMERATED = re.compile(
    r"\b(group|arm|cohort)s\s+(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?)(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*/\s*|\s+or\s+|\s+versus\s+|\s+vs\.?\s+)(?:(?:the\s+)?group\s+)?(?:[A-Z]{1,3}\d?|\d{1,2}[a-d]?)\b)+", re.I)


@dataclass(slots=True)
class Layout:
    """A sentence as atoms and candidate phrases, with the atom of each of its figures."""

    parts: list[Atom]
    phrases: list[Phrase]
    place: dict[int, int]  # figure -> atom


def layout(reader: Reader, sentence: int) -> Layout:
    """Lay a sentence out once for all its figures."""
    doc = reader.doc
    s = doc.sentences[sentence]
    numbers = [n for n in reader.by_sentence.get(sentence, []) if "base" not in reader.figures[n].tags]
    spans = [(reader.figures[n].first, reader.figures[n].last, n) for n in numbers]
    parts = _quieten(reader, atoms(doc, s.first, s.last, spans))
    place = {p.figure: i for i, p in enumerate(parts) if p.type == "F"}
    position = {id(reader.figures[n]): n for n in reader.by_sentence.get(sentence, [])}
    for n in reader.by_sentence.get(sentence, []):
        if n not in place:
            e = reader.figures[n]
            host = position.get(id(e.host)) if e.host is not None else None
            place[n] = place[host] if host in place else next((i for i, p in enumerate(parts) if p.last > e.first), len(parts) - 1)
    phrases = candidates(parts, negative=lambda t: doc.lower[t] in NEGATIVE)
    return Layout(parts, phrases + _enumerated(reader, parts, s.start, s.end), place)


def _enumerated(reader: Reader, parts: list[Atom], start: int, end: int) -> list[Phrase]:
    """The labels of "groups A, B and C" as phrases of their own."""
    out: list[Phrase] = []
    doc = reader.doc
    for match in ENUMERATED.finditer(doc.text, start, end):
        noun = match.group(1).lower()
        for item in LABEL.finditer(doc.text, match.end(1), match.end()):
            token = doc.token_at(item.start())
            atom = next((i for i, p in enumerate(parts) if p.first <= token < p.last), None)
            if atom is not None:
                out.append(Phrase(token, token + 1, atom, atom + 1, 1, f"{noun} {item.group()}"))
    return out


def _quieten(reader: Reader, parts: list[Atom]) -> list[Atom]:
    """Leave out what only qualifies a figure: its spread, p values, intervals, and the brackets that hold nothing else."""
    words = reader.doc.words

    def quiet(atom: Atom) -> bool:
        if atom.type != "F":
            return False
        e = reader.figures[atom.figure]
        return e.drop is not None or (e.host is not None and e.form in ("sd", "se", "range"))

    out: list[Atom] = []
    i = 0
    while i < len(parts):
        part = parts[i]
        if part.type == "B" and words[part.first] in "([":
            close, depth = i + 1, 1
            while close < len(parts) and depth:
                if parts[close].type == "B":
                    depth += 1 if words[parts[close].first] in "([" else -1
                close += 1
            inside = parts[i + 1 : close - 1]
            figures = [p for p in inside if p.type == "F"]
            if depth == 0 and figures and all(map(quiet, figures)):
                i = close
                continue
        if quiet(part):
            while out and out[-1].type == "S" and words[out[-1].first] in "±=<>+/-−≤≥":
                out.pop()
            i += 1
            continue
        out.append(part)
        i += 1
    return out


def _depth(parts: list[Atom], reader: Reader) -> list[int]:
    out, depth = [], 0
    for part in parts:
        if part.type == "B":
            depth += 1 if reader.doc.words[part.first] in "([{" else -1
        out.append(max(0, depth))
    return out


def phrase_features(reader: Reader, plan: Layout, phrase: Phrase, figure: int, kind: str, depth: list[int], belief: float = 0.0) -> list[str]:
    """Features of "this phrase names this figure" for a figure of class `kind`; `belief` is how much the phrase is taken for a group."""
    doc, parts = reader.doc, plan.parts
    e = reader.figures[figure]
    at = plan.place[figure]
    right = phrase.a > at
    between = parts[at + 1 : phrase.a] if right else parts[phrase.b : at]
    types = "".join(p.type for p in between)
    squeezed = types if len(types) <= 5 else types[:2] + "~" + types[-2:]
    side = "R" if right else "L"
    figures = types.count("F")
    table = clusters()
    first, head = reader.plain[phrase.first], reader.plain[phrase.last - 1]
    before = reader.plain[phrase.first - 1] if phrase.first > doc.sentences[reader.sentence[figure]].first else "^"
    after = reader.plain[phrase.last] if phrase.last < doc.sentences[reader.sentence[figure]].last else "$"
    start = parts[phrase.a].type
    words = {doc.lower[t] for t in range(phrase.first, phrase.last)}
    inside = depth[phrase.a] - depth[at]
    joint = "" if not between else doc.lower[(between[0] if right else between[-1]).first]
    far = doc.lower[(between[-1] if right else between[0]).first] if between else ""
    next_type = parts[phrase.b].type if phrase.b < len(parts) else "$"
    prev_type = parts[phrase.a - 1].type if phrase.a else "^"
    k = f"{side}{min(figures, 2)}"
    group = kind if kind in ("treatment", "cause", "duration", "time", "measurement", "participants", "records", "dose") else "event"
    out = [
        f"side={k}", f"side={k}|{e.form}", f"bt={side}{squeezed}", f"bt={side}{squeezed}|{e.form}", f"bt={side}{squeezed}|{group}", f"dist={side}{min(8, len(between))}",
        f"dist={side}{min(8, len(between))}|{group}", f"in={inside}|{side}|{min(figures, 2)}", f"joint={side}{joint}", f"joint={side}{joint}|{e.form}", f"far={side}{far}", f"jf={side}{joint}|{far}",
        f"start={start}", f"start={start}|{k}|{group}", f"heads={phrase.heads}", f"heads={phrase.heads}|{group}", f"len={min(9, phrase.last - phrase.first)}", f"len={min(9, phrase.last - phrase.first)}|{side}",
        f"first={first}", f"head={head}", f"first={first}|{side}", f"headc={table.get(head, NOWHERE)[1]}", f"firstc={table.get(first, NOWHERE)[1]}", f"headc={table.get(head, NOWHERE)[1]}|{group}",
        f"headk={table.get(head, NOWHERE)[0]}|{side}", f"before={before}", f"after={after}", f"after={after}|{side}", f"before={before}|{side}", f"pt={prev_type}|{next_type}|{k}",
        f"pt={prev_type}|{start}|{next_type}|{group}", f"br={e.bracket}|{k}|{len(between)}", f"people={bool(words & people_words())}|{phrase.heads}|{side}",
        f"peoplehead={doc.lower[phrase.last - 1] in people_words()}|{side}", f"thinghead={doc.lower[phrase.last - 1] in thing_words()}|{group}", f"group={'group' in words or 'arm' in words}",
        f"atstart={phrase.a <= 1}|{k}", f"figs={figures}|{side}|{group}",
    ]
    level = min(9, int(belief * 10))
    out += [f"belief={level}", f"belief={level}|{k}", f"belief={level}|{group}", f"belief={level > 4}|{types[:1]}|{side}|{e.bracket}"]
    if phrase.heads > 1 or start == "V":
        middle = [p for p in parts[phrase.a : phrase.b] if p.type not in "N"]
        out += [f"mid={doc.lower[m.first]}" for m in middle[:3]]
        out += [f"midt={''.join(p.type for p in parts[phrase.a : phrase.b])}", f"midt={''.join(p.type for p in parts[phrase.a : phrase.b])}|{side}"]
    vocabulary = [reader.plain[t] for t in range(phrase.first, phrase.last)]
    out += [f"w={w}" for w in vocabulary] + [f"wg={w}|{group}" for w in vocabulary]
    out += [f"c={c}" for c in dict.fromkeys(table.get(w, NOWHERE)[1] for w in vocabulary)]
    return out


def name_candidates(reader: Reader, plan: Layout, figure: int, kind: str, beliefs: Beliefs) -> list[tuple[Phrase, list[str]]]:
    """The phrases that may name a figure, with their features."""
    depth = _depth(plan.parts, reader)
    sentence = reader.sentence[figure]
    return [(p, phrase_features(reader, plan, p, figure, kind, depth, beliefs.get((sentence, p.first, p.last), 0.0))) for p in plan.phrases if p.label is None]
