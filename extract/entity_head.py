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
from spacy.tokens import Doc
from thinc.api import Model

from extract.encoders import full_precision
from extract.headings import sections_named
from extract.repeats import repeated, with_abbreviations

#: Where every head writes its spans.
SPANS_KEY = "clinical"


class EntityHead(EntityRecognizer):  # type: ignore[misc]
    """spaCy's transition-based entity recognizer, writing to `doc.spans["clinical"]` instead of `doc.ents`.

    `repeat_share`: the least share (0-1) of a name's places that must be found for the others, and for names their
    abbreviations in brackets, to be added; 0 adds none.
    `sections`: a pattern; in a text with headings only spans under a heading that matches it are kept; "" keeps all.
    """

    repeat_share: float = 0.0
    sections: str = ""

    def from_disk(self, path: Any, exclude: Sequence[str] = ()) -> EntityHead:
        """Read the component; its weights are single precision afterwards, however they were stored."""
        super().from_disk(path, exclude=exclude)
        full_precision(self.model)
        return self

    def set_annotations(self, docs: Sequence[Doc], batch_guesses: Any) -> None:
        """Add the predicted entities to `doc.spans["clinical"]`, each with this head's name as `id_`."""
        super().set_annotations(docs, batch_guesses)
        for doc in docs:
            found = [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
            doc.set_ents([], default="missing")
            if self.repeat_share:
                found = with_abbreviations(doc.text, found)
                found += repeated([doc.text], [found], self.repeat_share)[0]
            named = sections_named(doc.text, self.sections) if self.sections else None
            if named is not None:
                found = [span for span in found if any(start <= span[0] < end for start, end in named)]
            spans = [doc.char_span(start, end, label=label, span_id=self.name) for start, end, label in found]
            doc.spans[SPANS_KEY] = [*doc.spans.get(SPANS_KEY, []), *(span for span in spans if span is not None)]


@Language.factory("retally_head", assigns=["doc.spans"])
def make_entity_head(
    nlp: Language,
    name: str,
    model: Model,
    update_with_oracle_cut_size: int = 100,
    repeat_share: float = 0.0,
    sections: str = "",
) -> EntityHead:
    """An `EntityHead`; the settings that are not its own are those of spaCy's `ner` component."""
    cut = update_with_oracle_cut_size
    head = EntityHead(nlp.vocab, model, name, update_with_oracle_cut_size=cut, scorer=None)
    head.repeat_share, head.sections = repeat_share, sections
    return head
