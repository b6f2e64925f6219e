"""A bibliographic record: what the readers and PubMed give, what the store keeps, what the engine reads."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Correction:
    """A link from a record to a notice about it (PubMed's CommentsCorrections)."""

    kind: str  # PubMed's RefType: RetractionIn, ErratumIn, ExpressionOfConcernIn, ...
    pmid: str | None = None
    citation: str | None = None


@dataclass(slots=True)
class Record:
    """One paper (or one restatement of a paper). `text` is what every offset counts into.

    `sections` are (label, text) pairs in the order printed; an unlabelled abstract is one section with the label "".
    `source` names where it came from: `pubmed`, `medline`, `ris`, `jsonl`, `restatement`.
    """

    id: str
    title: str = ""
    sections: list[tuple[str, str]] = field(default_factory=list)
    journal: str | None = None
    year: int | None = None
    authors: list[str] = field(default_factory=list)
    doi: str | None = None
    pmid: str | None = None
    publication_types: list[str] = field(default_factory=list)
    mesh: list[str] = field(default_factory=list)
    language: str | None = None
    corrections: list[Correction] = field(default_factory=list)
    source: str = ""
    revised: str | None = None  # ISO date of the source's last revision
    given_text: str | None = None  # the one text of a record that came without sections

    @property
    def text(self) -> str:
        """Title and section texts joined by newlines, or the one text that was given."""
        if self.given_text is not None:
            return self.given_text
        return "\n".join([self.title, *(text for _, text in self.sections)])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `sections` as objects with `label` and `text`."""
        row = asdict(self)
        row["sections"] = [{"label": label, "text": text} for label, text in self.sections]
        return row

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Record:
        """The inverse of `to_dict`; unknown keys are ignored."""
        known = {k: v for k, v in row.items() if k in cls.__dataclass_fields__}
        known["sections"] = [(s.get("label") or "", s.get("text") or "") for s in row.get("sections") or []]
        known["corrections"] = [Correction(**c) for c in row.get("corrections") or []]
        return cls(**known)


def record_id(pmid: str | None, doi: str | None, title: str, year: int | None) -> str:
    """The record's identity: `pmid:`, else `doi:` in lower case, else `cite:` and a hash of plain title and year."""
    if pmid:
        return f"pmid:{pmid}"
    if doi:
        return f"doi:{doi.lower()}"
    letters = "".join(c for c in unicodedata.normalize("NFKD", title).casefold() if unicodedata.category(c) != "Mn")
    plain = re.sub(r"[^a-z0-9]+", " ", letters).strip()
    return f"cite:{hashlib.sha256(f'{plain}|{year or 0}'.encode()).hexdigest()[:12]}"
