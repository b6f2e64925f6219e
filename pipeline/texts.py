"""A text that the store has is never lost to a record that comes without one.

PubMed holds records without an abstract, and may drop one it had. `with_text` gives an arriving record the text that is
here already, or the text of a worse source to the record that lacks it; `with_notices` gives a record that stands for
its paper the retractions and other notices of the better record that has no text. Called by `pipeline.store`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.record import Record

RETRACTED = "Retracted Publication"


def has_text(record: Record) -> bool:
    """Whether there is anything besides a title."""
    return bool((record.given_text or "").strip()) or any(text.strip() for _, text in record.sections)


def with_text(
    arriving: Record, known: Mapping[str, Any] | None, worse: bool
) -> tuple[Record, dict[str, str | None] | None]:
    """(the record as it is to be kept, where its text is from if not from itself).

    `known` is the body of the record of that id which is here; `worse`: it goes before the one that arrives.
    Restatements are taken as they come: their text is this project's own.
    """
    if known is None or arriving.source == "restatement":
        return arriving, None
    here = Record.from_dict(dict(known))
    if has_text(arriving):
        if worse and not has_text(here):
            return _with_text_of(here, arriving), {"source": arriving.source, "revised": arriving.revised}
        return arriving, None
    if has_text(here):
        origin = known.get("text_from") or {"source": here.source, "revised": here.revised}
        return _with_text_of(arriving, here), origin
    return arriving, None


def _with_text_of(record: Record, other: Record) -> Record:
    return replace(record, sections=other.sections, given_text=other.given_text)


def with_notices(record: Record, better: Iterable[Mapping[str, Any]]) -> Record:
    """The record with the notices of the bodies of `better`, records of the same paper that have no text."""
    corrections, types = list(record.corrections), list(record.publication_types)
    for body in better:
        other = Record.from_dict(dict(body))
        if has_text(other):
            continue
        corrections += [one for one in other.corrections if one not in corrections]
        if RETRACTED in other.publication_types and RETRACTED not in types:
            types.append(RETRACTED)
    return replace(record, corrections=corrections, publication_types=types)


def text_note(body: Mapping[str, Any]) -> str | None:
    """What a reader must know of a text that is not from the record itself; None where it is."""
    origin = body.get("text_from")
    if not origin:
        return None
    revised = f", revised {origin['revised']}" if origin.get("revised") else ""
    return f"its source gives no abstract now; the text is kept from an earlier form ({origin['source']}{revised})"


def loaded(body: str) -> dict[str, Any]:
    """A record's body as the store keeps it."""
    return dict(json.loads(body))
