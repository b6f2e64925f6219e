"""What a figure measures: the phrase of its sentence that names it.

Comes in: the features' `Reader`, a figure and its class. Goes out: candidate phrases with their features (for training
and for the network that chooses). Called by `extract.engine` and `extract.fit`.
"""

from __future__ import annotations

from functools import cache

from extract.arms import short_forms
from extract.features import Reader
from extract.groups import phrase_text
from extract.items import Expression
from extract.layout import NEGATIVE, Layout
from extract.phrases import Atom, Phrase, people_words
from extract.resources import load
from extract.wording import clean_name

Beliefs = dict[
    tuple[int, int, int], float
]  # (sentence, first token, last token) -> how much a phrase is taken for a group
GIVING = frozenset(
    [
        "mg",
        "daily",
        "dose",
        "given",
        "received",
        "receive",
        "randomized",
        "randomised",
        "placebo",
        "treated",
        "twice",
        "day",
    ]
)
COURSE = "treatment"  # the name of a duration that no word names: how long something was given


def name_of(reader: Reader, phrase: Phrase, kind: str) -> str:
    """The name that a phrase gives a figure; a short form alone is written out where the text defines it."""
    text = phrase_text(reader, phrase)
    return clean_name(written_out(reader, text) if phrase.label is None else text, kind)


def written_out(reader: Reader, text: str) -> str:
    """A short form alone as the words that the text defines for it; anything else as it is."""
    if " " in text:
        return text
    if reader.short is None:
        reader.short = short_forms(reader.doc.text)
    return reader.short.get(text) or reader.short.get(text.removesuffix("s"), text)


# ---- the words between a figure and a phrase, as codes

PREPOSITIONS = {
    "in": "i",
    "of": "o",
    "for": "f",
    "with": "w",
    "without": "w",
    "to": "t",
    "from": "r",
    "by": "y",
    "at": "@",
    "on": "i",
    "among": "i",
    "amongst": "i",
    "than": "<",
    "vs": "<",
    "vs.": "<",
    "versus": "<",
    "compared": "<",
    "after": "@",
    "before": "@",
    "during": "@",
    "within": "@",
    "as": "a",
    "including": "e",
    "while": ";",
    "whereas": ";",
    "but": ";",
    "although": ";",
    "however": ";",
}
HAVE = frozenset(["had", "has", "have", "having"])
SHARES = frozenset(
    [
        "rate",
        "rates",
        "incidence",
        "frequency",
        "prevalence",
        "proportion",
        "percentage",
        "percent",
        "number",
        "numbers",
        "risk",
        "probability",
        "cases",
        "episodes",
        "evidence",
        "presence",
        "occurrence",
        "mean",
        "median",
        "average",
        "value",
        "values",
        "level",
        "levels",
        "score",
        "scores",
    ]
)


@cache
def verb_codes() -> dict[str, str]:
    """Verb -> H (people have what follows), O (what precedes occurs), C (it changes), D (an end in itself)."""
    table: dict[str, str] = {}
    for key, code in (("having", "H"), ("occurring", "O"), ("changing", "C"), ("ending", "D")):
        table.update((word, code) for word in load("grammar")[key])
    return table


class Scene:
    """A sentence seen by the figures in it: a code for each atom, where groups stand, what each phrase looks like."""

    def __init__(self, reader: Reader, plan: Layout, sentence: int, beliefs: Beliefs) -> None:
        self.reader, self.plan, self.sentence, self.beliefs = reader, plan, sentence, beliefs
        self.parts = plan.parts
        self.codes = [self._code(p) for p in plan.parts]
        self.depth = _depth(plan.parts, reader)
        self.group = self._groups()
        self.phrases = [p for p in plan.phrases if p.label is None]
        self._around: dict[int, str] = {}
        self._frames: dict[int, tuple[str, str]] = {}
        self.nouns = [
            i for i, p in enumerate(plan.parts) if p.type in "NV" and self.codes[i] in "nD" and not self.group[i]
        ]

    def _code(self, part: Atom) -> str:
        low = self.reader.doc.lower
        first, head = low[part.first], low[part.last - 1]
        if part.type == "N":
            return "P" if head in people_words() else "s" if head in SHARES else "n"
        if part.type == "V":
            return verb_codes().get(first, "v")
        if part.type == "A":
            return "H" if first in HAVE else "b"
        if part.type == "P":
            return PREPOSITIONS.get(first, "p")
        if part.type == "C":
            return "&"
        if part.type == "B":
            return "(" if first in "([{" else ")"
        if part.type == "F":
            return "x" if self.reader.figures[part.figure].drop else "F"
        if part.type == "D":
            return "0" if first in NEGATIVE else "d"
        return first if first in ",;:=" else "."

    def _groups(self) -> list[bool]:
        """Which atoms belong to a phrase that is taken for a group."""
        out = [False] * len(self.parts)
        found = []
        for phrase in self.plan.phrases:
            belief = self.beliefs.get((self.sentence, phrase.first, phrase.last), 0.0)
            if belief > 0.4:
                found.append((-belief, phrase.first, phrase.last, phrase.a, phrase.b))
        for _, _, _, a, b in sorted(found):
            if not any(out[a:b]):
                out[a:b] = [True] * (b - a)
        return out

    def path(self, a: int, b: int) -> str:
        """The codes of atoms `a` to `b`: groups as G, figures in a row as one, articles left out."""
        out: list[str] = []
        for i in range(a, b):
            code = self.codes[i]
            if code == "d":
                continue
            if self.group[i]:
                if code in "nPsvHODC":
                    code = "G"
                elif i and self.group[i - 1]:
                    continue
            if out and code == "F" and (out[-1] == "F" or (len(out) > 1 and out[-1] in ",&<" and out[-2] == "F")):
                while out[-1] != "F":
                    out.pop()
                continue
            if out and code == out[-1]:
                continue
            out.append(code)
        return "".join(out)

    def frame(self, at: int) -> tuple[str, str]:
        """The clause around a figure without people, groups and prepositions: what stands before it and behind it."""
        if at not in self._frames:
            self._frames[at] = (
                squeeze(self.path(max(0, at - 9), at))[-3:],
                squeeze(self.path(at + 1, min(len(self.parts), at + 10)))[:3],
            )
        return self._frames[at]

    def around(self, at: int) -> str:
        """What stands around a figure: two codes before it and three behind it."""
        if at not in self._around:
            self._around[at] = (
                self.path(max(0, at - 4), at)[-2:] + "#" + self.path(at + 1, min(len(self.parts), at + 6))[:3]
            )
        return self._around[at]

    def pair(self, phrase: Phrase, at: int, e: Expression, group: str) -> list[str]:
        """Features of "this phrase names this figure" that depend on both."""
        right = phrase.a > at
        a, b = (at + 1, phrase.a) if right else (phrase.b, at)
        path = self.path(a, b)
        side = "R" if right else "L"
        core = squeeze(path)
        if len(core) > 5:
            core = core[:2] + "~" + core[-2:]
        left, behind = self.frame(at)
        outer = (
            (self.codes[phrase.b] if phrase.b < len(self.parts) else "$")
            if right
            else (self.codes[phrase.a - 1] if phrase.a else "^")
        )
        other = left[-2:] if right else behind[:2]
        if len(path) > 7:
            path = path[:3] + "~" + path[-3:]
        near, far = (path[:2], path[-2:]) if right else (path[-2:], path[:2])
        nouns = sum(a <= i < b for i in self.nouns)
        figures = path.count("F") + path.count("x")
        ends = self.codes[phrase.a] if right else self.codes[phrase.b - 1]
        level = self.beliefs.get((self.sentence, phrase.first, phrase.last), 0.0) > 0.4
        inside = self.depth[phrase.a] - self.depth[at]
        here = self.around(at)
        joint = self.reader.doc.lower[self.parts[a if right else b - 1].first] if a < b else ""
        last = self.reader.doc.lower[self.parts[b - 1 if right else a].first] if a < b else ""
        k = f"{side}{min(nouns, 3)}{min(figures, 2)}"
        reach = phrase.b - phrase.a if right else 0
        return [
            f"path={side}{path}",
            f"path={side}{path}|{group}",
            f"path={side}{path}|{e.form}",
            f"path={side}{path}|{ends}{level}",
            f"near={side}{near}|{k}",
            f"far={side}{far}|{k}",
            f"k={k}",
            f"k={k}|{group}",
            f"k={k}|{e.form}",
            f"k={k}|{level}",
            f"in={inside}|{k}",
            f"here={here}|{k}",
            f"here={here}|{k}|{level}",
            f"here={here}|{side}{path[:4] if right else path[-4:]}",
            f"joint={side}{joint}|{k}",
            f"joint={side}{joint}",
            f"last={side}{last}|{k}",
            f"jl={side}{joint}|{last}",
            f"br={e.bracket}|{k}|{inside}",
            f"ends={ends}|{k}",
            f"clause={side}{';' in path}|{group}",
            f"len={side}{min(len(path), 7)}",
            f"heads={phrase.heads}|{side}|{reach}",
            f"at={phrase.a <= 1}|{k}",
            f"core={side}{core}",
            f"core={side}{core}|{group}",
            f"core={side}{core}|{other}",
            f"core={side}{core}|{outer}",
            f"core={side}{core}|{outer}|{other}",
            f"core={side}{core}|{ends}|{level}|{nouns > 0}",
            f"frame={left}#{behind}|{k}",
            f"frame={left}#{behind}|{side}{core}",
            f"frame={left[-1:]}#{behind[:1]}|{k}|{group}",
            f"seq={side}{outer}|{path}|{other[:1] if right else other[-1:]}",
            f"seq={side}{outer}|{path}|{e.bracket}",
        ]


CORE = frozenset("nsDHOCvb,;:=()&<F0")


def squeeze(path: str) -> str:
    """The codes of a path that carry a clause: nouns, verbs, commas, brackets, figures."""
    out = ""
    for code in path:
        if code in CORE and (not out or out[-1] != code):
            out += code
    return out


def family(kind: str) -> str:
    """The family of classes that a figure's features are told apart by."""
    return kind if kind in ("treatment", "cause", "duration", "time", "measurement", "records") else "event"


def _depth(parts: list[Atom], reader: Reader) -> list[int]:
    out, depth = [], 0
    for part in parts:
        if part.type == "B":
            depth += 1 if reader.doc.words[part.first] in "([{" else -1
        out.append(max(0, depth))
    return out


def name_candidates(
    reader: Reader, plan: Layout, figure: int, kind: str, beliefs: Beliefs, scene: Scene | None = None
) -> list[tuple[Phrase, list[str]]]:
    """The phrases that may name a figure, with their features."""
    scene = scene or Scene(reader, plan, reader.sentence[figure], beliefs)
    at, group = plan.place[figure], family(kind)
    e = reader.figures[figure]
    out = [(p, scene.pair(p, at, e, group)) for p in scene.phrases]
    if kind == "duration":
        out.append((Phrase(e.first, e.last, at, at + 1, 0, COURSE), _course(reader, scene, at, e)))
    return out


def _course(reader: Reader, scene: Scene, at: int, e: Expression) -> list[str]:
    """Features of "the figure tells how long something was given" where no word says so ("80 mg for 12 weeks")."""
    low = reader.doc.lower
    left, behind = scene.frame(at)
    sentence = reader.doc.sentences[scene.sentence]
    words = low[sentence.first : sentence.last]
    return [
        "course",
        f"course={left[-1:]}#{behind[:1]}",
        f"course={reader.roles[scene.sentence]}",
        *[f"course<{w}" for w in low[max(sentence.first, e.first - 3) : e.first]],
        *[f"course>{w}" for w in low[e.last : min(sentence.last, e.last + 2)]],
        f"course~{any(w in GIVING for w in words)}",
    ]
