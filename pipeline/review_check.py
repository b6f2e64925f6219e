"""Slips of the pen that no single file shows: names in review.toml and claims.toml that lead nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.bundle import read_bundle
from pipeline.review import Review
from reports.claim import Claim


def doubts(review: Review, claims: Sequence[Claim]) -> list[str]:
    """One line for each document, claim or bundled record that is named and is not there; empty where all is well."""
    documents = {document.key for document in review.documents}
    ids = {claim.id for claim in claims}
    bundled = {record.id for record, _ in read_bundle(review.records_path)} if review.records_path.is_file() else set()
    named = [(record, f"claims.toml: claim {claim.id!r}") for claim in claims for record in claim.exclude_studies]
    named += [(record, "review.toml: overlaps") for overlap in review.overlaps for record in overlap.records]
    named += [(record, f"review.toml: cited.{claim}") for claim, record in review.cited.items()]
    said = [
        f"claims.toml: claim {claim.id!r}: no document {claim.doc!r} in review.toml"
        for claim in claims
        if documents and claim.doc not in documents
    ]
    said += [f"review.toml: cited.{claim}: no such claim" for claim in review.cited if claim not in ids]
    said += [
        f"{where}: no bundled record {record!r}"
        for record, where in named
        if record.startswith("restated:") and record not in bundled
    ]
    return list(dict.fromkeys(said))
