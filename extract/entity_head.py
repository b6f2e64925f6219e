"""The spaCy component `retally_head`: an entity recognizer that adds its spans to `doc.spans` and leaves `doc.ents`
free.

Several heads, each taught by another corpus, read one text; spaCy's own `ner` component would make the second obey
the first. A head writes its spans to `doc.spans["clinical"]`, with its own name as each span's `id_`, so that the
source of every label is kept. Registered here and as an entry point, so that `spacy.load` finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span
from thinc.api import Model

#: Where every head writes its spans.
SPANS_KEY = "clinical"


class EntityHead(EntityRecognizer):  # type: ignore[misc]
    """spaCy's transition-based entity recognizer, writing to `doc.spans["clinical"]` instead of `doc.ents`."""

    def set_annotations(self, docs: Sequence[Doc], batch_guesses: Any) -> None:
        """Add the predicted entities to `doc.spans["clinical"]`, each with this head's name as `id_`."""
        super().set_annotations(docs, batch_guesses)
        for doc in docs:
            found = [Span(doc, entity.start, entity.end, label=entity.label, span_id=self.name) for entity in doc.ents]
            doc.spans[SPANS_KEY] = [*doc.spans.get(SPANS_KEY, []), *found]
            doc.set_ents([], default="missing")


@Language.factory("retally_head", assigns=["doc.spans"])
def make_entity_head(nlp: Language, name: str, model: Model, update_with_oracle_cut_size: int = 100) -> EntityHead:
    """An `EntityHead`; the settings are those of spaCy's `ner` component."""
    return EntityHead(nlp.vocab, model, name, update_with_oracle_cut_size=update_with_oracle_cut_size, scorer=None)
