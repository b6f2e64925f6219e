"""Train the floret vectors: `python -m extract.train.vectors OUT TEXT [TEXT ...]`.

Each TEXT is a file of JSON lines (title, text, sections) or of plain text. The text is tokenised by the clinical
tokenizer and lower-cased, as the pipeline looks vectors up. Needs the package floret
(`extract/train/requirements.txt`), which Retally itself does not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from extract.train.settings import load_settings
from extract.train.tokenizer import blank_clinical

_SHORTEST = 20  # characters; shorter lines are headings


def paragraphs(files: Iterable[Path]) -> Iterator[str]:
    """Every paragraph of the files once."""
    seen: set[int] = set()
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                pieces = [line]
                if file.suffix == ".jsonl":
                    row = json.loads(line)
                    pieces = [row.get("title") or "", row.get("text") or ""]
                    pieces += [section["text"] for section in row.get("sections") or []]
                for paragraph in (part.strip() for piece in pieces for part in piece.split("\n")):
                    key = hash(paragraph)
                    if len(paragraph) >= _SHORTEST and key not in seen:
                        seen.add(key)
                        yield paragraph


def main() -> None:
    """Command line."""
    import floret  # type: ignore[import-not-found]  # only the training needs it

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--more", type=Path, help="a folder whose *.txt files are read too, where it exists")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    settings = load_settings()["vectors"]
    more = sorted(arguments.more.glob("*.txt")) if arguments.more else []
    nlp = blank_clinical()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as tokenised:
        for paragraph in paragraphs([*arguments.texts, *more]):
            words = (token.text.lower() for token in nlp.make_doc(paragraph) if not token.is_space)
            tokenised.write(" ".join(words) + "\n")
        tokenised.flush()
        model = floret.train_unsupervised(
            tokenised.name,
            mode="floret",
            model="skipgram",
            dim=settings["dim"],
            bucket=settings["rows"],
            hashCount=settings["hashes"],
            minn=settings["min_ngram"],
            maxn=settings["max_ngram"],
            minCount=settings["min_count"],
            epoch=settings["epochs"],
            neg=settings["negatives"],
            thread=arguments.threads,
        )
    model.save_floret_vectors(str(arguments.out))


if __name__ == "__main__":
    main()
