"""Teach an encoder to guess hidden words before it is taught with a corpus.

Of each text some words are hidden or replaced, and the encoder's numbers at their places must tell which common word
stood there (a masked language model, Devlin et al. 2019, over the encoder's own windows and recurrence). Plain text
costs nothing and the annotated corpora are small: what the members start from here is worth more than a second member.
Run as `python -m extract.train.pretrain VECTORS OUT TEXT [TEXT ...]`: a pipeline of one encoder for each table
[pretraining.NAME] of the settings, in the folder OUT under its name, from which members start.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import NumpyOps, Optimizer, fix_random_seed, set_current_ops

import extract.encoders  # noqa: F401  (registers the component)
from extract.train.corpus import batches, sentences
from extract.train.settings import load_settings
from extract.train.train import averaging_adam, blank_with, encoder_model, keep_averages

Array = NDArray[np.float32]
Piece = tuple[list[str], list[bool]]  # words, and whether a blank follows each

MASK = "[MASK]"
HIDDEN, REPLACED = 0.8, 0.1  # of the words to be guessed; the rest stays as it is
SAMPLE = "Prednisone 40 mg was given daily."


def texts(files: Iterable[Path]) -> Iterator[str]:
    """The texts of files of JSON lines, each once; records of a development or test part are left out."""
    seen: set[int] = set()
    for file in files:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row.get("split") in ("dev", "test"):
                    continue
                for text in [s["text"] for s in row.get("sections") or []] or [row.get("text") or ""]:
                    if text and hash(text) not in seen:
                        seen.add(hash(text))
                        yield text


def pieces(nlp: Language, found: Iterable[str], longest: int, rng: random.Random) -> list[Piece]:
    """The texts cut into pieces of 1 to `longest` sentences."""
    out: list[Piece] = []
    for text in found:
        bounds, at = list(sentences(text)), 0
        while at < len(bounds):
            end = min(at + rng.randint(1, longest), len(bounds)) - 1
            doc = nlp.make_doc(text[bounds[at][0] : bounds[end][1]])
            out.append(([token.text for token in doc], [bool(token.whitespace_) for token in doc]))
            at = end + 1
    return out


class Guesser:
    """What guesses the hidden words from the encoder's numbers: one weight for each number and common word."""

    def __init__(self, words: Counter[str], most: int, width: int) -> None:
        self.common = [word for word, _ in words.most_common(most)]
        self.number = {word: n for n, word in enumerate(self.common)}
        self.weights: Array = (np.random.default_rng(1).standard_normal((len(self.common), width)) * 0.02).astype("f")
        shares = [words[word] / words.total() for word in self.common]
        self.bias: Array = np.log(shares).astype("f")

    def hide(self, words: list[str], share: float, rng: random.Random) -> tuple[list[str], list[int], list[int]]:
        """The words with some hidden or replaced, their places and which common words they were."""
        shown, places, answers = list(words), [], []
        for place, word in enumerate(words):
            answer = self.number.get(word.lower())
            if answer is None or rng.random() >= share:
                continue
            chance = rng.random()
            if chance < HIDDEN:
                shown[place] = MASK
            elif chance < HIDDEN + REPLACED:
                shown[place] = rng.choice(self.common)
            places.append(place)
            answers.append(answer)
        return shown, places, answers

    def learn(self, rows: Array, answers: NDArray[np.int64], optimizer: Optimizer) -> tuple[float, Array]:
        """One step: the loss (nats a word) and the gradient of the encoder's numbers `rows`."""
        scores = rows @ self.weights.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        every = np.arange(len(answers))
        loss = float(-np.log(shares[every, answers] + 1e-9).mean())
        shares[every, answers] -= 1
        shares /= len(answers)
        back = shares @ self.weights
        gradients: Any = shares.T @ rows, shares.sum(axis=0)
        weights: Any = self.weights
        bias: Any = self.bias
        self.weights, _ = optimizer((-1, "weights"), weights, gradients[0])
        self.bias, _ = optimizer((-1, "bias"), bias, gradients[1])
        return loss, back


def pretrain(name: str, vectors: Path, found: Iterable[str], settings: dict[str, Any]) -> Language:
    """A pipeline of one encoder, `name`, that has read the texts; the averaged weights are kept."""
    plan = {key: value for key, value in settings["pretraining"].items() if not isinstance(value, dict)}
    plan |= settings["pretraining"][name]
    encoder = settings["encoder"] | plan
    set_current_ops(NumpyOps(use_blis=False))
    fix_random_seed(plan["seed"])
    rng = random.Random(plan["seed"])
    nlp = blank_with(vectors)
    nlp.add_pipe("retally_encoder", name=name, config={"model": encoder_model(encoder)})
    nlp.initialize(lambda: [Example(nlp.make_doc(SAMPLE), nlp.make_doc(SAMPLE))])
    model: Any = getattr(nlp.get_pipe(name), "model")  # noqa: B009  (spaCy's type for a component leaves it out)
    cut = pieces(nlp, found, plan["sentences"], rng)
    counts = Counter(word.lower() for words, _ in cut for word in words)
    guesser = Guesser(counts, plan["common"], encoder["width"] + encoder["hidden"])
    steps = plan["epochs"] * math.ceil(counts.total() / plan["words"])
    optimizer = averaging_adam(settings["optimizer"], steps)
    started = time.process_time()
    for epoch in range(1, plan["epochs"] + 1):
        losses = [
            step(nlp, model, guesser, batch, plan["share"], rng, optimizer)
            for batch in batches(cut, lambda piece: len(piece[0]), plan["words"], rng)
        ]
        seconds = round(time.process_time() - started)
        report = {"encoder": name, "epoch": epoch, "cpu_seconds": seconds, "loss": round(float(np.mean(losses)), 3)}
        print(json.dumps(report), file=sys.stderr, flush=True)
    keep_averages(model, optimizer)
    return nlp


def step(
    nlp: Language,
    model: Any,
    guesser: Guesser,
    batch: list[Piece],
    share: float,
    rng: random.Random,
    optimizer: Optimizer,
) -> float:
    """One step of the encoder and the guesser; the loss in nats a hidden word."""
    docs, places, answers, offset = [], [], [], 0
    for words, spaces in batch:
        shown, where, which = guesser.hide(words, share, rng)
        docs.append(Doc(nlp.vocab, words=shown, spaces=spaces))
        places += [offset + place for place in where]
        answers += which
        offset += len(words)
    if not places:
        return 0.0  # a batch of few words may hide none
    rows, back = model.begin_update(docs)
    flat = np.concatenate(rows)
    gradient = np.zeros_like(flat)
    loss, gradient[places] = guesser.learn(flat[places], np.array(answers), optimizer)
    ends = np.cumsum([len(part) for part in rows])[:-1]
    back([np.ascontiguousarray(part) for part in np.split(gradient, ends)])
    model.finish_update(optimizer)
    optimizer.step_schedules()
    return loss


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+", help="files of JSON lines (text, or sections with text)")
    parser.add_argument("--encoders", nargs="*", help="by default all of [pretraining]")
    parser.add_argument("--jobs", type=int, default=2, help="encoders at once, a core each (2)")
    parser.add_argument("--set", nargs="*", default=[], metavar="TABLE.KEY=VALUE", help="change a setting")
    arguments = parser.parse_args()
    settings = load_settings(arguments.set)
    arguments.out.mkdir(parents=True, exist_ok=True)
    names = [key for key, value in settings["pretraining"].items() if isinstance(value, dict)]
    found = list(texts(arguments.texts))
    jobs = [(name, arguments.vectors, found, settings, arguments.out / name) for name in arguments.encoders or names]
    os.environ["OMP_NUM_THREADS"] = "1"  # of each process: the matrices are small
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_pretrain_to_disk, *job) for job in jobs]:
            done.result()


def _pretrain_to_disk(name: str, vectors: Path, found: list[str], settings: dict[str, Any], target: Path) -> None:
    pretrain(name, vectors, found, settings).to_disk(target)


if __name__ == "__main__":
    main()
