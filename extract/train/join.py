"""Members of one encoder put side by side: several trainings as one pipeline that decides by the sum of their scores.

A member is a pipeline of one encoder with its heads (`extract.train.train`). Their encoders stand side by side, and
each head gets the weights of its members in blocks: the score of an action is the sum of the members' scores, so that
the joined head decides as the members would together, in spaCy's own parser. Run as `python -m extract.train.join OUT
MEMBERS`, the folder that the training wrote.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example

import extract.entity_head  # noqa: F401  (registers the component)
from extract.train.corpus import load_heads
from extract.train.settings import load_settings


def join(folder: Path) -> Language:
    """One pipeline of all members in `folder`; those of one encoder are joined, in the order of settings.toml.

    All members must have the same vectors, and those of one encoder the same heads.
    """
    folders = [folder / name for name in load_settings()["members"]]
    first = spacy.load(folders[0])
    members: dict[str, list[Language]] = {}
    for place in folders:
        member = first if place == folders[0] else spacy.load(place, vocab=first.vocab)
        members.setdefault(member.pipe_names[0], []).append(member)
    nlp = spacy.blank("en", vocab=first.vocab)
    nlp.tokenizer = first.tokenizer
    heads = load_heads()
    for name, pipelines in members.items():
        encoders = [pipeline.config["components"][name]["model"] for pipeline in pipelines]
        nlp.add_pipe("retally_encoder", name=name, config={"model": side_by_side(encoders)})
        for head in pipelines[0].pipe_names[1:]:
            configs = [pipeline.config["components"][head] for pipeline in pipelines]
            shown = {"repeat_share": heads[head].repeat, "sections": heads[head].sections}
            nlp.add_pipe("retally_head", name=head, config={"model": wide_head(configs, name), **shown})
            for label in _pipe(pipelines[0], head).labels:
                _pipe(nlp, head).add_label(label)
    samples = [Example(nlp.make_doc(text), nlp.make_doc(text)) for text in ("Cough was seen in 3 of 10 patients.",)]
    nlp.initialize(lambda: samples)
    for name, pipelines in members.items():
        own = _pipe(nlp, name).model
        for place, pipeline in enumerate(pipelines):
            target = own if len(pipelines) == 1 else own.layers[place]
            target.from_bytes(_pipe(pipeline, name).model.to_bytes())
        for head in pipelines[0].pipe_names[1:]:
            _fill(_pipe(nlp, head), [_pipe(pipeline, head) for pipeline in pipelines])
    return nlp


def side_by_side(encoders: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The config of the joined encoder."""
    if len(encoders) == 1:
        return encoders[0]
    named = {f"member{place}": encoder for place, encoder in enumerate(encoders, 1)}
    return {"@architectures": "retally.SideBySide.v1", "encoders": named}


def wide_head(configs: Sequence[dict[str, Any]], encoder: str) -> dict[str, Any]:
    """The config of the joined head: as wide as its members together."""
    models = [config["model"] for config in configs]
    width = sum(model["tok2vec"]["width"] for model in models)
    hidden = sum(model["hidden_width"] for model in models)
    return models[0] | {"hidden_width": hidden, "tok2vec": models[0]["tok2vec"] | {"width": width, "upstream": encoder}}


def _fill(head: Any, members: Sequence[Any]) -> None:
    """Give a joined head its members' weights, in blocks; the actions of a member are found by their names."""
    parts = [_Parts(member) for member in members]
    joined = _Parts(head)
    hidden = [part.project.get_param("W").shape for part in parts]
    W = np.zeros_like(joined.project.get_param("W"))
    lower = np.zeros_like(joined.lower.get_param("W"))
    row = column = 0
    for part, (rows, columns) in zip(parts, hidden, strict=True):
        W[row : row + rows, column : column + columns] = part.project.get_param("W")
        lower[:, row : row + rows, :, row : row + rows] = part.lower.get_param("W")
        row, column = row + rows, column + columns
    order = [[part.actions.index(action) for action in joined.actions] for part in parts]
    joined.project.set_param("W", W)
    joined.project.set_param("b", np.concatenate([part.project.get_param("b") for part in parts]))
    joined.lower.set_param("W", lower)
    joined.lower.set_param("b", np.concatenate([part.lower.get_param("b") for part in parts]))
    joined.lower.set_param("pad", np.concatenate([part.lower.get_param("pad") for part in parts], axis=2))
    upper = [part.upper.get_param("W")[rows] for part, rows in zip(parts, order, strict=True)]
    joined.upper.set_param("W", np.ascontiguousarray(np.concatenate(upper, axis=1)))
    joined.upper.set_param("b", sum(p.upper.get_param("b")[rows] for p, rows in zip(parts, order, strict=True)))
    head.model.attrs["unseen_classes"] = set()


class _Parts:
    """The layers of a head that hold weights, and the names of its actions."""

    def __init__(self, head: Any) -> None:
        self.project = head.model.get_ref("tok2vec").layers[-1]
        self.lower = head.model.get_ref("lower")
        self.upper = head.model.get_ref("upper")
        self.actions = [head.moves.get_class_name(number) for number in range(head.moves.n_moves)]


def _pipe(nlp: Language, name: str) -> Any:
    """A component, with the methods that spaCy's type for it leaves out."""
    return nlp.get_pipe(name)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("members", type=Path)
    arguments = parser.parse_args()
    join(arguments.members).to_disk(arguments.out)


if __name__ == "__main__":
    main()
