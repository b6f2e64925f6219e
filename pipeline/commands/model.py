"""`retally model`: which model marks names in the records, and installing another."""

from __future__ import annotations

import click


@click.group("model")
def command() -> None:
    """Show the model that marks diseases, drugs, doses, ..., or install one of scispaCy's own."""


@command.command("show")
@click.argument("name", required=False)
@click.option("--any-spacy", is_flag=True, help="Use a model that is made for another spaCy all the same.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(name: str | None, any_spacy: bool, form: str) -> None:
    """Version, checksum and labels of the model NAME; without NAME, of the one that ships with Retally."""
    import json
    from dataclasses import asdict

    from pipeline.models import describe_model, open_model

    if form == "json":
        click.echo(json.dumps(asdict(open_model(name, any_spacy).info), indent=1))
    else:
        click.echo(describe_model(name, any_spacy))


@command.command("install")
@click.argument("name")
@click.option("--address", help="Fetch from this address instead of scispaCy's own. [env: RETALLY_MODEL_ADDRESS]")
@click.option("--any-spacy", is_flag=True, help="Install the newest release even if it is made for another spaCy.")
def install(name: str, address: str | None, any_spacy: bool) -> None:
    """Fetch scispaCy's model NAME (such as en_ner_bc5cdr_md) for the installed spaCy, check it and unpack it."""
    from pipeline.models import install_model

    def progress(received: int, expected: int) -> None:
        of = f" of {expected >> 20}" if expected else ""
        click.echo(f"\r{received >> 20}{of} MB", nl=False, err=True)

    model = install_model(name, address, any_spacy, progress=progress)
    click.echo("", err=True)
    click.echo(
        f"{model.name} {model.version} is installed (sha256 {model.archive_sha256}); use it with --model {model.name}"
    )
