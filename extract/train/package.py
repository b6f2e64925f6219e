"""Put trained encoders and heads together into the pipeline that ships, and record its checksum.

`python -m extract.train.package WEIGHTS MEMBERS --version 1.1.0 --trained-on "..."`. The members in the folder MEMBERS
are joined as `extract.train.join` does. Weights and vectors are stored with half precision (they are read back as
single), and what only the training needed (the strings of its texts) is left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import spacy

from extract.encoders import half_precision
from extract.model import SHIPPED, checksum
from extract.train.join import join

#: The shipped package stays under this many bytes.
LARGEST = 40_000_000


def package(weights: Path, trained: Path, version: str, notes: str) -> Path:
    """Write `weights/clinical` and its record `weights/clinical.toml`; returns the pipeline's folder."""
    nlp = join(trained)
    nlp.meta.update(
        name=SHIPPED, version=version, spacy_version=">=3.8.0,<3.9.0", license="Apache-2.0", notes=notes,
        description="Clinical entities for the evidence extraction of Retally", author="Retally developers",
    )  # fmt: skip
    half_precision(nlp)
    target = weights / SHIPPED
    weights.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    nlp.to_disk(target)
    labels = sorted({label for name in nlp.pipe_names for label in nlp.pipe_labels.get(name, [])} | set(nlp.pipe_names))
    (target / "vocab" / "strings.json").write_text(json.dumps(labels), encoding="utf-8")
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    if size > LARGEST:
        raise SystemExit(f"{target} has {size} bytes, more than {LARGEST}: make the encoders or the vectors smaller")
    record = f'version = "{version}"\nsha256 = "{checksum(target)}"\nbytes = {size}\nspacy = "{spacy.__version__}"\n'
    (weights / f"{SHIPPED}.toml").write_text("# Written by extract.train.package.\n" + record, encoding="utf-8")
    return target


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("members", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--trained-on", required=True, help="what the weights learned from, in a sentence")
    arguments = parser.parse_args()
    package(arguments.weights, arguments.members, arguments.version, arguments.trained_on)


if __name__ == "__main__":
    main()
