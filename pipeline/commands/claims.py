"""`retally claims`: what a review states, a claim a line."""

from __future__ import annotations

import click


@click.command("claims")
@click.argument("documents", metavar="REVIEW.txt|.pdf...", nargs=-1, required=True)
@click.option("--save", "review", metavar="REVIEW", help="Also write them to that review's claims.parsed.toml.")
def command(documents: tuple[str, ...], review: str | None) -> None:
    """List the figures that a review states, a JSON line each.

    Each with its place in the text, its kind, its bounds and the citations behind it. With --save they become the
    review's parsed claims; what people wrote in its claims.toml is never changed and goes before them.
    """
    import json
    from pathlib import Path

    from pipeline.review import load_review
    from reports.claim import save_parsed
    from reports.claims import parse
    from reports.document import read_document

    home = load_review(review) if review else None
    claims = [claim for path in map(Path, documents) for claim in parse(read_document(path), path.name)]
    for claim in claims:
        click.echo(json.dumps(claim.to_dict(), ensure_ascii=False))
    if home is not None:
        click.echo(f"{len(claims)} claims in {save_parsed(home.claims_path, claims)}", err=True)
