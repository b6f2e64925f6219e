"""`retally extract`: records in, findings out, a line each; whole files to files, here or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import jobs_option, model_options

if TYPE_CHECKING:
    from pipeline.reading import ModelChoice


@click.command("extract")
@click.argument("records", metavar="RECORDS...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Write there: into one file for one RECORDS, into a folder with a file for each. [default: standard output]",
)
@click.option("--format", "form", type=click.Choice(["jsonl", "parquet"]), help="[default: the suffix of --output]")
@jobs_option
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask scheduler (tcp://host:8786), or `local` for a cluster of --jobs workers; for a folder of files.",
)
@model_options
def command(
    records: tuple[Path, ...],
    output: Path | None,
    form: str | None,
    jobs: int,
    scheduler: str | None,
    model: str | None,
    any_spacy: bool,
    labels: str | None,
) -> None:
    """Read the quantities that records report, a JSON line a record.

    RECORDS is a file of JSON lines (a key pmid, pmcid or id, and title and sections, or text alone), PubMed XML,
    MEDLINE or RIS, plain or gzipped. A record that cannot be read is named on standard error, the rest is read, and
    the command ends with 1. With --model each line has the entities too, with their assertion, and the relations
    between them. Into a folder each file's findings are written whole or not at all, and what is there already is not
    done again.
    """
    from pipeline.errors import UsageError
    from pipeline.reading import ModelChoice

    choice = ModelChoice(model, any_spacy, labels)
    into_folder = output is not None and (len(records) > 1 or output.is_dir() or scheduler is not None)
    if scheduler is not None and output is None:
        raise UsageError("a cluster writes files", "--scheduler", "Give --output FOLDER too.")
    if form == "parquet" and output is None:
        raise UsageError("Parquet is for files", "--format", "Give --output FILE too.")
    if model is not None and output is not None:
        from pipeline.partitions import format_of

        if (form or "parquet" if into_folder else format_of(output, form)) == "parquet":
            raise UsageError("Parquet has no place for what a model marks", "--model", "Give --format jsonl.")
    if output is None:
        bad = _print(records, jobs, choice)
    elif into_folder:
        bad = _folder(records, output, form or "parquet", jobs, scheduler, choice)
    else:
        bad = _file(records[0], output, form, jobs, choice)
    if bad:
        raise SystemExit(1)


def _print(records: tuple[Path, ...], jobs: int, choice: ModelChoice) -> int:
    """Lines on standard output; returns how many records could not be read."""
    import json
    from collections.abc import Iterator

    from pipeline.keyed import BadRecord, Key, keyed_records
    from pipeline.reading import read_records
    from pipeline.record import Record

    bad = 0

    def good() -> Iterator[tuple[Key, Record]]:
        nonlocal bad
        for path in records:
            for item in keyed_records(path):
                if isinstance(item, BadRecord):
                    bad += 1
                    click.echo(str(item), err=True)
                else:
                    yield item

    for row in read_records(good(), jobs, choice):
        click.echo(json.dumps(row, ensure_ascii=False))
    return bad


def _file(source: Path, target: Path, form: str | None, jobs: int, choice: ModelChoice) -> int:
    from pipeline.partitions import extract_file, format_of

    done = extract_file(source, target, format_of(target, form), jobs, choice)
    for line in done.bad:
        click.echo(line, err=True)
    return len(done.bad)


def _folder(
    records: tuple[Path, ...],
    folder: Path,
    form: str,
    jobs: int,
    scheduler: str | None,
    choice: ModelChoice,
) -> int:
    """A file of findings for each of records; returns how many files or records could not be read."""
    from pipeline.cli import explain
    from pipeline.partitions import Extracted, extract_file, partitions, waiting

    every = partitions([path.resolve() for path in records], folder.resolve(), form)
    todo = waiting(every)
    click.echo(f"{len(every) - len(todo)} of {len(every)} files are there already", err=True)
    troubles = 0

    def done(one: Extracted) -> None:
        nonlocal troubles
        troubles += len(one.bad)
        for line in one.bad:
            click.echo(line, err=True)
        click.echo(f"{one.records} records: {one.target}", err=True)

    if scheduler is not None:
        from pipeline.cluster import extract_on_cluster

        failed = extract_on_cluster(scheduler, todo, form, jobs, choice, done)
    else:
        failed = []
        for one in todo:
            try:
                done(extract_file(one.source, one.target, form, jobs, choice))
            except Exception as error:  # trouble with one file is none for the others
                failed.append(explain(error))
    for line in failed:
        click.echo(line, err=True)
    return troubles + len(failed)
