"""What names each figure of a record: the phrase that the network finds likeliest, or that its list leaves no doubt of.

Parallel figures share the name of the first; what points back ("the corresponding proportions") takes the name before;
"fever in 30, cough in 24 and rash in 2" name each figure by the words before it. Called by `extract.engine`.
"""

from __future__ import annotations

import re

import numpy as np

from extract.abreast import run_of
from extract.arms import label_words
from extract.assigning import Assigning
from extract.groups import phrase_text
from extract.kinds import EVENTS
from extract.listing import item
from extract.names import COURSE, Scene, name_candidates, name_of
from extract.network import ELSEWHERE, softmax
from extract.phrases import Phrase
from extract.plain import symptom_counted
from extract.similar import same
from extract.wording import is_name, points_back

# How sure the network must be of another name than that of the first of parallel figures, and how little of that one.
SURE_NAME, UNLIKELY_NAME = 0.8, 0.1
AGAINST = re.compile(r"\b(?:versus|vs|compared|than)\b")
# "was not achieved in 6 of 40"; nothing is denied by "was not different"
NOT_DONE = re.compile(
    r"\s+(?:was|were|is|are|(?:had|has|have)\s+been|could)\s+not\s+(?:be\s+)?(?:achieved|needed|required|seen|observed|found"
    r"|detected|present|used|given|performed|obtained|reached|available|reported|noted|documented|identified|possible"
    r"|necessary|indicated|done|met|completed)\b"
)
MAYBE = 0.3  # from this belief on a phrase may be a group


class Naming:
    """The names of one record's figures, once it is decided whose they are."""

    def __init__(self, whose: Assigning) -> None:
        self.reader, self.plans, self.network, self.kinds = whose.reader, whose.plans, whose.network, whose.kinds
        self.labels, self.beliefs, self.aligned = whose.labels, whose.beliefs, whose.aligned
        self.names: dict[int, tuple[Phrase | None, dict[int, float]]] = {}
        self.scenes: dict[int, Scene] = {}

    def named(self, i: int) -> Phrase | None:
        """The phrase that names figure `i`, or None."""
        row, place = self.aligned.get(i, (None, 0))
        if row is not None and row.kind == "names":
            return row.phrases[place]
        figures, text = self.reader.figures, self.reader.doc.text
        host = figures[i].host if figures[i].form in ("sd", "se", "range") else None
        whose = next((j for j in range(i - 1, -1, -1) if figures[j] is host), None) if host is not None else None
        if whose in self.kinds and self.kinds[whose] == self.kinds[i]:
            return self.named(whose)  # a spread is of what it stands behind
        run = [j for j in run_of(self.reader, i) if j <= i and self._akin(j, i)]
        compared = [j for j in run if AGAINST.search(text, figures[j].end, figures[i].start) is not None]
        if compared:
            return self._likely(compared[0])[0]  # "12% versus 5%" compare two groups in the same
        first = next((j for j in run if self.kinds[j] == self.kinds[i]), i)
        shared, _ = self._likely(first)
        if first == i or shared is None:
            return shared
        own, sure = self._likely(i)
        if own is None or sure.get(id(own), 0.0) < SURE_NAME or sure.get(id(shared), 0.0) >= UNLIKELY_NAME:
            return shared
        alike = same(phrase_text(self.reader, own), phrase_text(self.reader, shared))
        return shared if alike else own  # "46% reached X and 32% reached Y"

    def denied(self, phrase: Phrase) -> bool:
        """Whether the words beside a name deny it: "did not relapse", "steroids were not needed"."""
        doc = self.reader.doc
        before = doc.lower[phrase.first - 1] if phrase.first else ""
        return before in ("not", "never") or NOT_DONE.match(doc.text, doc.ends[phrase.last - 1]) is not None

    def _akin(self, one: int, other: int) -> bool:
        """Whether two figures are of one class, or both of something that happened to people."""
        kinds = {self.kinds.get(one), self.kinds.get(other)}
        return len(kinds) == 1 or kinds <= EVENTS

    def _likely(self, i: int) -> tuple[Phrase | None, dict[int, float]]:
        """The likeliest phrase that can name a figure, and the probability of each phrase (by its identity)."""
        if i not in self.names:
            sentence = self.reader.sentence[i]
            kind, offset = self.kinds[i], self.plans[sentence].first
            options = name_candidates(self.reader, self.plans[sentence], i, kind, self.beliefs, self._scene(sentence))
            phrases = [p for p, _ in options]
            numbers = [offset + n if p.label != COURSE else ELSEWHERE for n, p in enumerate(phrases)]
            sure = softmax(self.network.names(i, kind, numbers, [f for _, f in options])) if options else np.zeros(0)
            whose = label_words(self.labels.get(i, "all"))  # the people of a figure are not what it measures
            listed = self._listed(i, phrases)
            ranked = [listed] if listed is not None else []
            ranked += [phrases[n] for n in np.argsort(-sure, kind="stable")]
            names = ((p, name_of(self.reader, p, kind)) for p in ranked)
            best, name = next(((p, n) for p, n in names if is_name(n) and label_words(n) != whose), (None, ""))
            if points_back(name):
                best = next((self.named(j) for j in range(i - 1, -1, -1) if self._akin(j, i)), best)
            self.names[i] = best, {id(p): float(z) for p, z in zip(phrases, sure, strict=True)}
        return self.names[i]

    def _listed(self, i: int, phrases: list[Phrase]) -> Phrase | None:
        """The phrase right before a figure in a list of figures each with a name of its own, or None."""
        place = item(self.reader, i) if self.kinds[i] in EVENTS else None
        if place is None:
            return None
        where = self.reader.sentence[i], place.first, place.last
        group = place.bracket and self.beliefs.get(where, 0.0) >= MAYBE  # "12 with placebo, prednisone (3)"
        if group and symptom_counted(self.reader, self.reader.figures[i]) is None:
            return None
        return next((p for p in phrases if (p.first, p.last) == where[1:]), None)

    def _scene(self, sentence: int) -> Scene:
        if sentence not in self.scenes:
            self.scenes[sentence] = Scene(self.reader, self.plans[sentence], sentence, self.beliefs)
        return self.scenes[sentence]
