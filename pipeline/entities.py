"""What a model marks in the records that a run counts, as a file beside the report: `retally run --model NAME`.

No figure of the report rests on it. A line a record, in the order of their ids, with the model that made it.
"""

from __future__ import annotations

import json
from pathlib import Path

from extract.marks import mark
from extract.model import ClinicalModel
from pipeline.count import Display, record_of
from pipeline.frames import counted
from pipeline.history import PastRun, run_screening
from pipeline.store import Store

ENTITIES_FILE = "entities.jsonl"


def named(model: ClinicalModel) -> dict[str, str]:
    """The model in the words of a run's versions: name and version, and checksum."""
    return {"model": f"{model.info.name} {model.info.version}".strip(), "model checksum": model.info.checksum}


def write_entities(store: Store, run: PastRun, model: ClinicalModel, folder: Path, display: Display) -> Path:
    """Mark the texts of the records that `run` counts, and write them to `folder`; the file is returned.

    An earlier file is replaced when the new one is complete. Raises `extract.model.ModelError`.
    """
    wanted = counted(run_screening(store, run))
    display.stage("Entities", len(wanted))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ENTITIES_FILE
    unfinished = file.with_suffix(".part")
    maker = named(model)
    with unfinished.open("w", encoding="utf-8") as out:
        for done, one in enumerate(wanted, 1):
            record = record_of(store, one.record_id, one.version)
            marks = mark(model, record.title, record.sections, record.given_text).to_dict()
            out.write(json.dumps({"record": one.record_id, **maker, **marks}, ensure_ascii=False) + "\n")
            display.step(done, len(wanted))
    return unfinished.replace(file)
