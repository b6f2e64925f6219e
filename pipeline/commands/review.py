"""`retally review`: the reviews there are, or one of them."""

from __future__ import annotations

import click

from pipeline.commands.options import format_option, print_list


@click.command("review")
@click.argument("review", required=False)
@format_option
def command(review: str | None, form: str) -> None:
    """List the reviews, or check one and show its settings."""
    import json

    from pipeline.review import known_reviews, load_review

    if review is None:
        rows = [
            {"review": name, "title": load_review(str(folder)).title, "folder": str(folder)}
            for name, folder in known_reviews().items()
        ]
        print_list(rows, ["review", "title", "folder"], form)
        return

    from pipeline.review_check import doubts
    from reports.claim import load_claims

    loaded = load_review(review)
    settings = loaded.settings()
    claims = load_claims(loaded.claims_path)
    settings["claims"] = len(claims)
    for line in doubts(loaded, claims):
        click.echo(line, err=True)
    if form == "json":
        click.echo(json.dumps(settings, ensure_ascii=False, indent=2))
        return
    for name in ("id", "title", "question", "query"):
        click.echo(f"{name:<11} {' '.join(str(settings[name]).split())}")
    click.echo(f"population  {loaded.population.core.label}")
    for document in loaded.documents:
        click.echo(f"document    {document.key}: {document.title}")
    click.echo(f"claims      {settings['claims']}")
