"""`retally update`: the nightly update of living reviews."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import chosen_model, jobs_option, model_options, out_option, store_option

if TYPE_CHECKING:
    from extract.model import ClinicalModel
    from pipeline.mail import Mailer
    from pipeline.settings import Settings
    from pipeline.store import Store

log = logging.getLogger(__name__)


@click.command("update")
@click.argument("reviews", nargs=-1, metavar="[REVIEW ...]")
@click.option("--all", "every", is_flag=True, help="Every review that has been run with this store.")
@store_option
@out_option
@click.option("--email", metavar="ADDRESS", help="Yours; NCBI asks for it. [default: $RETALLY_EMAIL]")
@click.option("--base-url", metavar="URL", help="Another E-utilities server. [default: $RETALLY_BASE_URL or NCBI's]")
@click.option("--rate", type=float, metavar="N", help="Requests a second, for less than NCBI allows. [$RETALLY_RATE]")
@click.option(
    "--mirror",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with PubMed's baseline and daily update files, instead of PubMed.",
)
@jobs_option
@model_options
@click.option("--off-peak", is_flag=True, help="Wait for the hours that NCBI names for large jobs.")
@click.option("--log", "log_file", metavar="FILE", help="Write messages to a file, kept below 6 MB, not to stderr.")
def command(
    reviews: tuple[str, ...],
    every: bool,
    store: str | None,
    out: str | None,
    email: str | None,
    base_url: str | None,
    rate: float | None,
    mirror: Path | None,
    jobs: int,
    model: str | None,
    any_spacy: bool,
    labels: str | None,
    off_peak: bool,
    log_file: str | None,
) -> None:
    """Bring reviews up to date, and say what changed.

    REVIEW is a review's name, or the path of its folder. New and changed records are fetched, the included
    papers are looked up again for retractions and other notices, and only new or changed text is read.
    --model also writes `entities.jsonl`, what the model marks in the records counted; no figure rests on it.
    Exits with 3 when a verdict changed, with 1 when a review could not be updated: the next update does
    all that this one did not.
    """
    from pipeline.errors import UsageError
    from pipeline.lock import only_one
    from pipeline.logs import log_to
    from pipeline.mail import Mailer
    from pipeline.schedule import wait_for_off_peak
    from pipeline.settings import Settings
    from pipeline.sources import entrez_client
    from pipeline.store import Store, existing_store

    if bool(reviews) == every:
        raise UsageError("name reviews, or give --all", "retally update", "`retally update REVIEW` updates one.")
    if log_file:
        log_to(Path(log_file))
    settings = Settings.load(store=store, out=out, email=email, base_url=base_url, rate=rate, jobs=jobs)
    mailer = Mailer.load()
    marker = chosen_model(model, any_spacy, labels)
    if mirror is None:
        entrez_client(settings, "retally update")  # what is missing is said before anything is done
    if off_peak and mirror is None:
        wait_for_off_peak()
    with only_one(settings.store), (existing_store if every else Store)(settings.store) as opened:
        names = list(reviews) or _all(opened)
        ended = [_update(opened, name, settings, mailer, mirror, marker) for name in names]
    if 1 in ended:
        raise click.exceptions.Exit(1)
    raise click.exceptions.Exit(max(ended, default=0))


def _all(store: Store) -> list[str]:
    return [row["folder"] for row in store.rows("SELECT folder FROM update_state ORDER BY review_id")]


def _update(
    store: Store,
    name: str,
    settings: Settings,
    mailer: Mailer | None,
    mirror: Path | None,
    model: ClinicalModel | None,
) -> int:
    """Update and tell one review; 0, 1 or 3 as the exit code has it. Trouble with one review is none for the others."""
    from pipeline.cli import explain
    from pipeline.deliver import deliver
    from pipeline.review import load_review
    from pipeline.update import update_review

    failed = False
    try:
        review = load_review(name)
    except Exception as error:
        return _failed(name, explain(error))
    try:
        with _display() as display:
            run = update_review(store, review, settings, display, mirror, model=model)
            if model is not None:
                from pipeline.entities import write_entities

                write_entities(store, run, model, settings.out / review.id, display)
    except Exception as error:
        failed = bool(_failed(review.id, explain(error)))
    try:  # also after a failure: what earlier runs changed may be waiting
        told = deliver(store, review, settings, mailer)
    except Exception as error:
        return _failed(review.id, explain(error))
    if told.verdict_changed or not failed:
        click.echo(told.text, nl=False)
    log.info("%s", told.text.strip())
    return 1 if failed else 3 if told.verdict_changed else 0


def _failed(review: str, said: str) -> int:
    from pipeline.secret import redacted

    click.echo(f"retally: {review}: {redacted(said)}", err=True)
    log.error("%s: %s", review, said)
    return 1


def _display():  # type: ignore[no-untyped-def]
    """Bars for a person who watches; nothing, and nothing loaded, for cron."""
    if sys.stderr.isatty():
        from pipeline.display import RichDisplay

        return RichDisplay()
    from pipeline.logs import LogDisplay

    return LogDisplay()
