"""Train the members of the clinical pipeline: an encoder and its heads each, from gold records and floret vectors.

One step takes a batch of one corpus and updates that corpus' head and the encoder under it, nothing else: what
another corpus does not mark is never held against a label. Run as `python -m extract.train.train GOLD VECTORS OUT
[--pretrained FOLDER] [--splits train dev] [--members NAME ...]`: a saved spaCy pipeline a member in the folder OUT,
which `extract.train.join` puts together.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.initialize import convert_vectors
from thinc.api import Adam, NumpyOps, Optimizer, fix_random_seed, set_current_ops, warmup_linear

import extract.encoders
import extract.entity_head  # noqa: F401  (registers the component)
from extract.train.corpus import Head, batches, load_heads, read_gold, training_docs
from extract.train.evaluate import micro, score_head
from extract.train.settings import load_settings
from extract.train.tokenizer import blank_clinical

#: A piece of text with the annotation of each head of its corpus.
Piece = dict[str, Example]


class Folders(NamedTuple):
    """Where a training finds and leaves things: annotated corpora, vectors (a file), encoders, members."""

    gold: Path
    vectors: Path
    pretrained: Path
    out: Path


def blank_with(vectors: Path) -> Language:
    """A pipeline of our tokenizer and floret vectors, nothing else."""
    nlp = blank_clinical()
    convert_vectors(nlp, vectors, truncate=-1, prune=-1, mode="floret", attr="LOWER")
    return nlp


def build(member: dict[str, Any], heads: list[Head], vectors: Path, settings: dict[str, Any]) -> Language:
    """The untrained pipeline of a member: its encoder followed by the heads."""
    nlp = blank_with(vectors)
    encoder, name = settings["encoder"] | member, member["encoder"]
    nlp.add_pipe("retally_encoder", name=name, config={"model": encoder_model(encoder)})
    for head in heads:
        model = head_model(settings["head"], encoder["width"] + encoder["hidden"], name)
        config = {"model": model, "repeat_share": head.repeat, "sections": head.sections}
        nlp.add_pipe("retally_head", name=head.name, config=config)
    return nlp


def encoder_model(encoder: dict[str, Any]) -> dict[str, Any]:
    """The config of an encoder: hashed word features and static vectors, mixed, then windows of neighbours, then, where
    `hidden` is not 0, the sentence read in both directions.
    """
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": encoder["width"],
        "depth": encoder["depth"],
        "window_size": encoder["window"],
        "maxout_pieces": encoder["pieces"],
    }
    if encoder["hidden"]:
        encode |= {"@architectures": "retally.WindowRecurrentEncoder.v1", "hidden": encoder["hidden"]}
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": encoder["width"],
            "attrs": encoder["attributes"],
            "rows": encoder["rows"],
            "include_static_vectors": True,
        },
        "encode": encode,
    }


def head_model(head: dict[str, Any], width: int, encoder: str) -> dict[str, Any]:
    """The config of a head that reads the encoder named `encoder`, `width` numbers a token."""
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": head["hidden"],
        "maxout_pieces": head["pieces"],
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": encoder},
    }


def _pipe(nlp: Language, name: str) -> Any:
    """A component, with the methods that spaCy's type for it leaves out."""
    return nlp.get_pipe(name)


def pieces(docs: dict[str, list[Doc]], longest: int, lower: float, rng: random.Random) -> list[Piece]:
    """The records of one corpus cut into pieces of 1 to `longest` sentences, some in lower case.

    `docs` holds the same records once for each head of the corpus; so does a piece.
    """
    cut = []
    for versions in zip(*docs.values(), strict=True):
        bounds = [sent.start for sent in versions[0].sents] + [len(versions[0])]
        at = 0
        while at < len(bounds) - 1:
            end = min(at + rng.randint(1, longest), len(bounds) - 1)
            spans = [doc[bounds[at] : bounds[end]] for doc in versions]
            at = end
            change = str.lower if rng.random() < lower else str
            words = [change(token.text) for token in spans[0]]
            spaces = [bool(token.whitespace_) for token in spans[0]]
            piece = {}
            for name, span in zip(docs, spans, strict=True):
                tags = [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O" for token in span]
                tags[:1] = [tag.replace("I-", "B-") for tag in tags[:1]]
                reference = Doc(span.vocab, words=words, spaces=spaces, ents=tags)
                piece[name] = Example(Doc(span.vocab, words=words, spaces=spaces), reference)
            cut.append(piece)
    return cut


def words_of(piece: Piece) -> int:
    """The tokens of a piece."""
    return len(next(iter(piece.values())).reference)


def update(
    nlp: Language, encoder: Any, listeners: dict[str, list], batch: list[Piece], drop: float, optimizer: Optimizer
) -> None:
    """One step: the encoder reads the batch once, and each head of its corpus learns from its own annotation of it."""
    names = list(batch[0])
    encoder.listener_map = {name: listeners[name] for name in names}
    encoder.update([piece[names[0]] for piece in batch], drop=drop)
    components = [encoder, *(_pipe(nlp, name) for name in names)]
    for name in names:  # in the order of the listeners: the last one sends the sum of the gradients back
        _pipe(nlp, name).update([piece[name] for piece in batch], drop=drop)
    for component in components:
        component.finish_update(optimizer)
    encoder.listener_map = listeners


def averaging_adam(adam: dict[str, Any], steps: int) -> Optimizer:
    """The optimizer of a training of so many steps, as the table [optimizer] of the settings says."""
    rates: Any = warmup_linear(adam["rate"], int(adam["warmup"] * steps), int(steps * 1.05))
    return Adam(rates, L2=adam["decay"], grad_clip=adam["clip"], use_averages=True)


def keep_averages(model: Any, optimizer: Optimizer) -> None:
    """Put the averages of a model's weights in the place of the last ones."""
    with model.use_params(optimizer.averages):
        weights = model.to_bytes()
    model.from_bytes(weights)


def fit(
    nlp: Language,
    member: dict[str, Any],
    heads: list[Head],
    docs: dict[str, list[Doc]],
    settings: dict[str, Any],
    dev: dict[str, Any],
) -> None:
    """Train a member's encoder and heads in place; the averaged weights are kept."""
    name = member["encoder"]
    schedule = settings["schedule"] | member
    rng = random.Random(schedule["seed"])
    fix_random_seed(schedule["seed"])
    encoder = _pipe(nlp, name)
    listeners = dict(encoder.listener_map)
    by_corpus: dict[str, dict[str, list[Doc]]] = {}
    for head in heads:
        by_corpus.setdefault(head.corpus, {})[head.name] = docs[head.name]
    words = sum(sum(map(len, next(iter(versions.values())))) for versions in by_corpus.values())
    sizes = [int(size) for size in np.geomspace(schedule["words"][0], schedule["words"][1], schedule["epochs"])]
    steps = sum(math.ceil(words / size) for size in sizes)
    optimizer = averaging_adam(settings["optimizer"], steps)
    started = time.process_time()
    for epoch, size in enumerate(sizes, 1):
        plan = []
        for versions in by_corpus.values():
            cut = pieces(versions, schedule["sentences"], schedule["lower"], rng)
            plan += list(batches(cut, words_of, size, rng))
        rng.shuffle(plan)
        for batch in plan:
            update(nlp, encoder, listeners, batch, schedule["dropout"], optimizer)
            optimizer.step_schedules()
        if epoch % 5 == 0 or epoch == schedule["epochs"]:
            report = {"member": member["name"], "epoch": epoch, "cpu_seconds": round(time.process_time() - started)}
            if dev:
                with nlp.use_params(optimizer.averages):
                    scores = {head.name: micro(score_head(nlp, head, dev[head.name])) for head in heads}
                report |= {head_name: round(100 * score["f"], 2) for head_name, score in scores.items()}
            print(json.dumps(report), file=sys.stderr, flush=True)
    for pipe in (name, *(head.name for head in heads)):
        keep_averages(_pipe(nlp, pipe).model, optimizer)


def train(
    gold: Path,
    vectors: Path,
    settings: dict[str, Any],
    member: dict[str, Any],
    splits: list[str],
    start: Path | None = None,
) -> Language:
    """A trained member; scores on the development part go to standard error unless it is trained on.

    `start` is the pipeline (of another member, or pretrained) whose encoder this one's starts from.
    """
    set_current_ops(NumpyOps(use_blis=False))  # numpy's own matrix products are three times as fast
    heads = [head for head in load_heads().values() if head.encoder == member["encoder"]]
    nlp = build(member, heads, vectors, settings)
    docs = {head.name: training_docs(nlp, head, read_gold(gold, head, splits)) for head in heads}
    dev = {} if "dev" in splits else {head.name: read_gold(gold, head, ["dev"]) for head in heads}
    for head in heads:
        for label in sorted(set(head.labels.values())):
            _pipe(nlp, head.name).add_label(label)
    # Without entities: spaCy would give every head the labels of all the samples.
    samples = [Example(nlp.make_doc(doc.text), nlp.make_doc(doc.text)) for group in docs.values() for doc in group[:10]]
    nlp.initialize(lambda: samples)
    if start is not None:
        trained = spacy.load(start)
        _pipe(nlp, member["encoder"]).model.from_bytes(_pipe(trained, trained.pipe_names[0]).model.to_bytes())
    fit(nlp, member, heads, docs, settings, dev)
    return nlp


def train_members(names: list[str], settings: dict[str, Any], jobs: int, folders: Folders, splits: list[str]) -> None:
    """Train members in processes of their own, `jobs` at once, each as soon as the one it starts from is there."""
    members = settings["members"]
    folders.out.mkdir(parents=True, exist_ok=True)  # before the work whose result it is to hold
    waiting, running = list(names), dict[Future[None], str]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while waiting or running:
            unfinished = {*waiting, *running.values()}
            for name in [name for name in waiting if members[name].get("start") not in unfinished]:
                running[pool.submit(_train_to_disk, name, settings, folders, splits)] = name
                waiting.remove(name)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                future.result()
                del running[future]


def _train_to_disk(name: str, settings: dict[str, Any], folders: Folders, splits: list[str]) -> None:
    """Train one member and save it."""
    member, start = {"name": name, **settings["members"][name]}, None
    if "start" in member:
        start = (folders.out if member["start"] in settings["members"] else folders.pretrained) / member["start"]
    train(folders.gold, folders.vectors, settings, member, splits, start).to_disk(folders.out / name)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pretrained", type=Path, help="encoders of extract.train.pretrain to start from")
    parser.add_argument("--splits", nargs="+", default=["train"])
    parser.add_argument("--members", nargs="*", help="members to train, by default all of settings.toml")
    parser.add_argument("--jobs", type=int, default=2, help="members at once, a core each (2)")
    parser.add_argument("--set", nargs="*", default=[], metavar="TABLE.KEY=VALUE", help="change a setting")
    arguments = parser.parse_args()
    settings = load_settings(arguments.set)
    os.environ["OMP_NUM_THREADS"] = "1"  # of each process: the matrices are small
    folders = Folders(arguments.gold, arguments.vectors, arguments.pretrained or arguments.out, arguments.out)
    names = arguments.members or list(settings["members"])
    train_members(names, settings, arguments.jobs, folders, arguments.splits)


if __name__ == "__main__":
    main()
