"""`retally extract`: records in, findings out, a line each."""

from __future__ import annotations

import click

from pipeline.commands.options import chosen_model, model_options


@click.command("extract")
@click.argument("records", metavar="RECORDS")
@model_options
def command(records: str, model: str | None, any_spacy: bool, labels: str | None) -> None:
    """Read the quantities that records report, a JSON line a record.

    RECORDS is a file of JSON lines (a key pmid, pmcid or id, and title and sections, or text alone), PubMed XML,
    MEDLINE or RIS, plain or gzipped. A record that cannot be read is named on standard error, the rest is read, and
    the command ends with 1. With --model each line has the entities too, with their assertion, and the relations
    between them.
    """
    import json
    from pathlib import Path

    from extract.engine import Engine
    from extract.marks import mark
    from pipeline.keyed import BadRecord, keyed_records

    marker = chosen_model(model, any_spacy, labels)
    bad = 0
    engine = None
    for item in keyed_records(Path(records)):
        if isinstance(item, BadRecord):
            bad += 1
            click.echo(str(item), err=True)
            continue
        key, record = item
        engine = engine or Engine()
        found = [finding.to_dict() for finding in engine.read(record.title, record.sections, record.given_text)]
        row = {**key, "findings": found}
        if marker is not None:
            row |= mark(marker, record.title, record.sections, record.given_text).to_dict()
        click.echo(json.dumps(row, ensure_ascii=False))
    if bad:
        raise SystemExit(1)
