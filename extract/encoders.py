"""The encoders of the clinical pipeline: windows of neighbouring words, then the sentence read in both directions.

A window encoder sees a few words to each side; whether a drug is the one that caused the event, or where an outcome's
phrase ends, is often decided further away. A quasi-recurrent layer (Bradbury et al. 2017, fo-pooling) carries that
along at the price of a few sums a word. The component `retally_encoder` reads weights that are stored with half their
digits. Registered here and as entry points, so that `spacy.load` finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.ml.models.tok2vec import MaxoutWindowEncoder
from spacy.pipeline import Tok2Vec
from spacy.tokens import Doc
from thinc.api import Model, chain, concatenate, glorot_uniform_init
from thinc.types import Floats2d

Array = NDArray[np.float32]
#: What is kept for the way back, one direction: places, candidates, forget gates, output gates, states.
Kept = tuple[NDArray[np.int64], Array, Array, Array, Array]

_TOGETHER = 64  # texts that are read at once
_REMEMBER = 1.0  # the forget gate's bias at the start: what was read is kept until training says otherwise


@spacy.registry.architectures("retally.WindowRecurrentEncoder.v1")
def window_recurrent_encoder(
    width: int, depth: int, window_size: int, maxout_pieces: int, hidden: int
) -> Model[list[Floats2d], list[Floats2d]]:
    """`MaxoutWindowEncoder`, with the states of a quasi-recurrent layer in both directions beside its output.

    `hidden` is the width of both directions together (an even number); a token gets `width + hidden` numbers.
    """
    model: Any = chain(MaxoutWindowEncoder(width, window_size, maxout_pieces, depth), quasi_recurrent(hidden, width))
    model.set_dim("nO", width + hidden)
    return model


@spacy.registry.architectures("retally.SideBySide.v1")
def side_by_side(encoders: dict[str, Any]) -> Model[list[Doc], list[Floats2d]]:
    """Several encoders of one text, their numbers side by side in the order of the names."""
    members = [encoders[name] for name in sorted(encoders)]
    model: Any = concatenate(*members)
    model.set_dim("nO", sum(member.get_dim("nO") for member in members))
    return model


class Encoder(Tok2Vec):
    """spaCy's `tok2vec`, for weights and vectors that are stored with half their digits."""

    def from_disk(self, path: Any, exclude: Any = ()) -> Encoder:
        """Read the component; weights and vectors are single precision afterwards."""
        super().from_disk(path, exclude=exclude)
        full_precision(self.model)
        vectors = self.vocab.vectors
        if vectors.data.dtype == np.float16:
            vectors.data = vectors.data.astype("f")
        return self


@Language.factory("retally_encoder", assigns=["doc.tensor"])
def make_encoder(nlp: Language, name: str, model: Model) -> Encoder:
    """An `Encoder`; `model` as of spaCy's `tok2vec` component."""
    return Encoder(nlp.vocab, model, name)


def full_precision(model: Model) -> None:
    """Make the weights of a model that was stored with half their digits single precision, in place."""
    for node in model.walk():
        for name in node.param_names:
            weights: Any = node.get_param(name) if node.has_param(name) else None
            if weights is not None and weights.dtype == np.float16:
                node.set_param(name, weights.astype("f"))


def half_precision(nlp: Language) -> None:
    """Round all weights and vectors of a pipeline to half precision, in place: for storing only."""
    nlp.vocab.vectors.data = nlp.vocab.vectors.data.astype(np.float16)
    for _, pipe in nlp.pipeline:
        for node in getattr(pipe, "model").walk():  # noqa: B009  (spaCy's type for a component leaves it out)
            for name in node.param_names:
                if node.has_param(name):
                    node.set_param(name, node.get_param(name).astype(np.float16))


def quasi_recurrent(hidden: int, width: int) -> Model[list[Floats2d], list[Floats2d]]:
    """Each text's rows of `width` numbers, with `hidden` more that carry what stands before and after."""
    return Model(
        "quasi_recurrent",
        _forward,
        init=_init,
        params={"W": None, "b": None},
        dims={"nI": width, "nH": hidden, "nO": width + hidden},
        attrs={"dropout_rate": 0.0},
    )


def _init(model: Model, X: object = None, Y: object = None) -> None:
    hidden, width = model.get_dim("nH"), model.get_dim("nI")
    model.set_param("W", glorot_uniform_init(model.ops, (3 * hidden, width)))
    bias: Any = np.zeros((2, 3, hidden // 2), dtype="f")
    bias[:, 1] = _REMEMBER
    model.set_param("b", bias.ravel())


def _forward(model: Model, texts: list[Array], is_train: bool) -> tuple[list[Array], Callable]:
    lengths = [len(text) for text in texts]
    half = model.get_dim("nH") // 2
    W, b = model.get_param("W"), model.get_param("b")
    X = np.concatenate(texts)
    gates = X @ W.T + b
    Y = np.empty((len(X), X.shape[1] + 2 * half), dtype="f")
    Y[:, : X.shape[1]] = X
    own = [slice(X.shape[1] + side * half, X.shape[1] + (side + 1) * half) for side in (0, 1)]
    gated = [slice(side * 3 * half, (side + 1) * 3 * half) for side in (0, 1)]
    kept = [(side, _read(gates[:, gated[side]], places, Y[:, own[side]])) for side, places in _places(lengths)]

    drop = model.attrs["dropout_rate"] if is_train else 0.0
    mask: Any = model.ops.get_dropout_mask((len(X), 2 * half), drop) if drop else None
    if mask is not None:
        Y[:, X.shape[1] :] *= mask

    def backprop(d_texts: Sequence[Array]) -> list[Array]:
        dY = np.concatenate(d_texts)
        if mask is not None:
            dY[:, X.shape[1] :] *= mask
        d_gates = np.empty_like(gates)
        for side, state in kept:
            _back(dY[:, own[side]], state, d_gates[:, gated[side]])
        model.inc_grad("W", d_gates.T @ X)
        model.inc_grad("b", d_gates.sum(axis=0))
        return _cut(dY[:, : X.shape[1]] + d_gates @ W, lengths)

    return _cut(Y, lengths), backprop


def _cut(rows: Array, lengths: list[int]) -> list[Array]:
    return [np.ascontiguousarray(part) for part in np.split(rows, np.cumsum(lengths)[:-1])]


def _places(lengths: list[int]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """(0, rows) of texts read forwards and (1, rows) of the same read backwards, for some texts at a time.

    `rows` holds the row of each text's step, (steps, texts); -1 behind a text's end. Texts of about one length are read
    together, so that little is read behind their ends.
    """
    order = np.argsort(lengths, kind="stable")
    ends = np.cumsum(lengths)
    for first in range(0, len(order), _TOGETHER):
        some = order[first : first + _TOGETHER]
        sizes = np.array(lengths)[some]
        starts = ends[some] - sizes
        steps = np.arange(sizes.max())[:, None]
        inside = steps < sizes
        yield 0, np.where(inside, starts + steps, -1)
        yield 1, np.where(inside, starts + sizes - 1 - steps, -1)


def _read(gates: Array, places: NDArray[np.int64], out: Array) -> Kept:
    """One direction: the states go to `out`, in place."""
    padded = gates[places]  # behind a text's end stands some other row: nothing that is read there is used
    half = padded.shape[2] // 3
    candidates = np.tanh(padded[..., :half])
    forget, output = np.split(1.0 / (1.0 + np.exp(-padded[..., half:])), 2, axis=2)
    states = (1.0 - forget) * candidates
    for step in range(1, len(states)):
        states[step] += forget[step] * states[step - 1]
    inside = places >= 0
    out[places[inside]] = (output * states)[inside]
    return places, candidates, forget, output, states


def _back(d_out: Array, kept: Kept, d_gates: Array) -> None:
    """One direction's way back: the gradient of its gates goes to `d_gates`, in place."""
    places, candidates, forget, output, states = kept
    inside = places >= 0
    d_hidden = np.where(inside[..., None], d_out[places], 0.0).astype("f")
    d_states = d_hidden * output
    for step in range(len(states) - 2, -1, -1):
        d_states[step] += forget[step + 1] * d_states[step + 1]
    before = np.zeros_like(states)
    before[1:] = states[:-1]
    d_candidates = d_states * (1.0 - forget) * (1.0 - candidates**2)
    d_forget = d_states * (before - candidates) * forget * (1.0 - forget)
    d_output = d_hidden * states * output * (1.0 - output)
    d_gates[places[inside]] = np.concatenate([d_candidates, d_forget, d_output], axis=2)[inside]
