"""`retally claims`: what a review states, a claim a line."""

from __future__ import annotations

import click


@click.command("claims")
@click.argument("document", metavar="REVIEW.txt|.pdf")
def command(document: str) -> None:
    """List the figures that a review states, a JSON line each.

    Each with its place in the text, its kind, its bounds and the citations behind it.
    """
    import json
    from dataclasses import asdict, is_dataclass
    from pathlib import Path

    from reports.claims import parse
    from reports.document import read_document

    path = Path(document)
    for claim in parse(read_document(path), path.name):
        row = asdict(claim) if is_dataclass(claim) else dict(claim)
        click.echo(json.dumps(row, ensure_ascii=False))
