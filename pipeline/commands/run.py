"""`retally run`: the main job."""

from __future__ import annotations

import click

from pipeline.commands.options import chosen_model, jobs_option, model_options, out_option, store_option


@click.command("run")
@click.argument("review")
@store_option
@out_option
@click.option(
    "--live", is_flag=True, help="Also fetch from PubMed: the review's query, and the originals of restatements."
)
@click.option("--email", metavar="ADDRESS", help="Yours; NCBI asks for it. [default: $RETALLY_EMAIL]")
@click.option("--base-url", metavar="URL", help="Another E-utilities server. [default: $RETALLY_BASE_URL or NCBI's]")
@jobs_option
@model_options
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary.")
def command(
    review: str,
    store: str | None,
    out: str | None,
    live: bool,
    email: str | None,
    base_url: str | None,
    jobs: int,
    model: str | None,
    any_spacy: bool,
    labels: str | None,
    quiet: bool,
) -> None:
    """Do the main job: re-count a review.

    REVIEW is the review's name, or the path of its folder. The report's files are listed on standard
    output. Running again reads only what is new. With --model they include `entities.jsonl`, what the model marks in
    the records counted; no figure rests on it.
    """
    from pipeline.display import RichDisplay
    from pipeline.review import load_review
    from pipeline.run import run_review
    from pipeline.settings import Settings

    loaded = load_review(review)
    settings = Settings.load(store=store, out=out, email=email, base_url=base_url, jobs=jobs)
    with RichDisplay(quiet) as display:
        outcome = run_review(loaded, settings, display, live, chosen_model(model, any_spacy, labels))
    display.summary(outcome)
    for path in outcome.files.values():
        click.echo(str(path))
