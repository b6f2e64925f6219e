"""The network that reads: what each figure is, its statistic, which phrases are groups, what names it, whose it is.

Every row of a `Sequence` gets a vector that knows its neighbours (convolutions) and the whole abstract (one layer of
attention); small heads over these vectors decide. Trained by `extract.fit.network`; reading needs numpy alone. Weights
are `extract/weights/reader.npz` (half precision, the large tables a byte a number; sums are of single precision).
"""

from __future__ import annotations

from collections.abc import Sequence as Rows
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from extract.linear import WeightsError
from extract.sequence import DEPTH, END3, FIRST_WORD, KIND, ROLE, SHAPE, WORD, Sequence, crc

BUCKETS = 1 << 14  # of the features of candidates
REMEMBERED = 200_000  # features whose bucket is remembered
NOTHING = -9.0  # below every value of a vector
LONGEST = 3000  # rows that see each other
WINDOW = 8  # rows before and behind a figure that tell what it is
HEADS = 4
DILATIONS = (1, 2, 4, 0, 1, 3)  # of the convolutions, in order; 0: attention
ELSEWHERE, EVERYBODY = -2, -1  # a candidate that is no phrase of the sentence: a group named elsewhere, `all`


class _Codes(dict[str, int]):
    """The bucket of each feature of one ranker, remembered; forgets all when it has grown large."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def __missing__(self, feature: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        self[feature] = bucket = code(self.prefix + feature)
        return bucket


def code(feature: str) -> int:
    """The bucket of a candidate's feature: `n` or `g` (names, groups) and the feature itself."""
    return crc(feature, BUCKETS)


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0.0, out=x)


class Network:
    """The weights, and what they say of a record. `classes` are the classes of figures; `words` the known words."""

    def __init__(self, file: Path | Traversable) -> None:
        """Read the weights. Raises `WeightsError` where they cannot be read: reinstalling cures it."""
        try:
            with file.open("rb") as handle, np.load(handle, allow_pickle=False) as data:
                lines = bytes(data["texts"]).decode().split("\n")
                self.w = {k: data[k].astype(np.float32) for k in data.files if k != "texts" and ":" not in k}
                for k in data.files:
                    if k.endswith(":scale"):
                        self.w[k.removesuffix(":scale")] *= data[k]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise WeightsError(f"weights {file} cannot be read ({error}): reinstall retally") from error
        for k in [k for k in self.w if k.endswith(".conv.weight")]:  # (out, in, 3) as one matrix over three rows
            self.w[k] = np.ascontiguousarray(self.w[k].transpose(2, 1, 0)).reshape(-1, len(self.w[k]))
        for k in ("name", "group"):  # both parts of a feature's weights side by side
            self.w[f"{k}.features"] = np.concatenate([self.w.pop(f"{k}.{part}.weight") for part in ("deep", "wide")], 1)
        self.classes = lines[0].split(",")
        self.words = {word: FIRST_WORD + n for n, word in enumerate(lines[1:])}
        self.width = len(self.w["leave.bias"])
        self.codes = {"name": _Codes("n"), "group": _Codes("g")}

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"])

    def _norm(self, name: str, x: np.ndarray) -> np.ndarray:
        x = x - x.mean(axis=1, keepdims=True)
        scale = np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / self.width + 1e-5)
        return np.asarray(x / scale * self.w[f"{name}.weight"] + self.w[f"{name}.bias"])

    def _convolution(self, name: str, x: np.ndarray, dilation: int) -> np.ndarray:
        h, rows = self._norm(f"{name}.norm", x), len(x)
        padded = np.zeros((rows + 2 * dilation, self.width), dtype=np.float32)
        padded[dilation : dilation + rows] = h
        three = np.concatenate([padded[k * dilation : k * dilation + rows] for k in range(3)], axis=1)
        z = three @ self.w[f"{name}.conv.weight"] + self.w[f"{name}.conv.bias"]
        gate = np.negative(z[:, self.width :])
        np.exp(gate, out=gate)
        gate += 1.0
        return np.asarray(x + z[:, : self.width] / gate)

    def _attention(self, name: str, x: np.ndarray) -> np.ndarray:
        rows, size = len(x), self.width // HEADS
        qkv = self._linear(f"{name}.qkv", self._norm(f"{name}.norm", x)).reshape(rows, 3, HEADS, size)
        q, k, v = qkv.transpose(1, 2, 0, 3)
        seen = (q / np.float32(np.sqrt(size))) @ k.transpose(0, 2, 1)
        seen -= seen.max(axis=-1, keepdims=True)
        np.exp(seen, out=seen)
        found = (seen @ v) / seen.sum(axis=-1, keepdims=True)
        return np.asarray(x + self._linear(f"{name}.out", found.transpose(1, 0, 2).reshape(rows, self.width)))

    def encode(self, record: Sequence) -> tuple[np.ndarray, np.ndarray]:
        """Two vectors a row: of the word alone, and of the word where it stands.

        A text of more than `LONGEST` rows, which no abstract is, is encoded in pieces: attention costs their square.
        """
        pieces = [record.rows[at : at + LONGEST] for at in range(0, len(record.rows), LONGEST)]
        encoded = [self._encode(rows) for rows in pieces]
        return np.concatenate([first for first, _ in encoded]), np.concatenate([x for _, x in encoded])

    def _encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        w = self.w
        parts = [w["word.weight"][rows[:, WORD]]]
        parts += [w[f"letters.{k}.weight"][rows[:, END3 + k]] for k in range(3)]
        parts += [w["shape.weight"][rows[:, SHAPE]], w["role.weight"][rows[:, ROLE]]]
        printed = sum(w[f"printed.{k}.weight"][rows[:, KIND + k]] for k in range(4))
        first = self._linear("enter", np.concatenate([*parts, printed, w["depth.weight"][rows[:, DEPTH]]], axis=1))
        x = first
        for number, dilation in enumerate(DILATIONS):
            name = f"layers.{number}"
            x = self._convolution(name, x, dilation) if dilation else self._attention(name, x)
        return first, self._norm("leave", x)

    def read(self, record: Sequence) -> Reading:
        """A record ready for questions."""
        return Reading(self, record)


class Reading:
    """What the network says of one record."""

    def __init__(self, network: Network, record: Sequence) -> None:
        self.net = network
        self.record = record
        self.first, self.x = network.encode(record)
        self.sums = np.concatenate([np.zeros((1, network.width), np.float32), np.cumsum(self.x, axis=0)])
        absent = network.w["absent"]
        # what stands for a phrase or a label that is none comes first (see ELSEWHERE, EVERYBODY)
        self.phrases, self.labels = absent[:, : 3 * network.width], absent[:, 3 * network.width :]
        self.parts: dict[str, np.ndarray] = {}

    def kinds(self, figures: Rows[int]) -> np.ndarray:
        """The probability of each class for each figure (by its number)."""
        at = np.array([self.record.figure[i] for i in figures])
        sentence = self.record.sentence
        firsts = np.searchsorted(sentence, sentence[at], "left")
        lasts = np.searchsorted(sentence, sentence[at], "right")
        mean = (self.sums[lasts] - self.sums[firsts]) / (lasts - firsts)[:, None]
        near = _relu(self.net._linear("near", self.first))
        padded = np.zeros((len(near) + 2 * WINDOW, near.shape[1]), np.float32)
        padded[WINDOW : WINDOW + len(near)] = near
        around = padded[at[:, None] + np.arange(2 * WINDOW + 1)].reshape(len(at), -1)
        z = _relu(self.net._linear("kind_in", np.concatenate([self.x[at], mean, around], axis=1)))
        return softmax(self.net._linear("kind_out", z))

    def lay(self, spans: Rows[tuple[int, int]]) -> None:
        """Make the vectors of phrases, given as (first token, last token) with the last one included."""
        place = self.record.place
        a = np.array([place[first] for first, _ in spans], dtype=np.int64)
        b = np.maximum(a, np.array([place[last] for _, last in spans], dtype=np.int64))
        mean = (self.sums[b + 1] - self.sums[a]) / (b + 1 - a)[:, None]
        laid = np.concatenate([self.x[a], self.x[b], mean], axis=1)
        self.phrases = np.concatenate([self.phrases[:2], laid])

    def group_labels(self, mentions: Rows[Rows[int]], counts: Rows[tuple[int, ...]]) -> np.ndarray:
        """The probability that each label is one of a group of the study.

        `mentions` are the phrases (as laid) of each label, `counts` what is known of it besides (see
        `extract.groups.label_counts`).
        """
        if not mentions:
            return np.zeros(0)
        net = self.net
        seen = self.phrases[np.concatenate([np.asarray(m) for m in mentions]) + 2]
        starts = np.cumsum([0, *(len(m) for m in mentions)])[:-1]
        mean = np.add.reduceat(seen, starts, axis=0) / np.array([len(m) for m in mentions])[:, None]
        most = np.maximum(np.maximum.reduceat(seen[:, 2 * net.width :], starts, axis=0), NOTHING)
        found = np.concatenate([mean, most], axis=1).astype(np.float32)
        self.labels = np.concatenate([self.labels[:2], found])
        table = np.array(counts)
        known = [net.w[f"counts.{k}.weight"][table[:, k]] for k in range(table.shape[1])]
        z = net._linear("label_out", _relu(net._linear("label_in", np.concatenate([found, *known], axis=1))))
        return np.asarray(1.0 / (1.0 + np.exp(-z[:, 0])))

    def names(self, figure: int, kind: str, phrases: Rows[int], features: Rows[list[str]]) -> np.ndarray:
        """How well each phrase (as laid) names a figure of a class."""
        part = self._part("name.candidate", self.phrases, 0)
        return self._rank("name", figure, kind, part[np.asarray(phrases) + 2], features)

    def groups(
        self, figure: int, kind: str, phrases: Rows[int], labels: Rows[int], features: Rows[list[str]]
    ) -> np.ndarray:
        """How likely a figure is of each group: a phrase of its sentence and the label it is a mention of.

        `ELSEWHERE` for a phrase or a label that is none, `EVERYBODY` for `all`.
        """
        local = self._part("group.candidate", self.phrases, 0)
        whole = self._part("group.candidate", self.labels, 3 * self.net.width)
        candidates = local[np.asarray(phrases) + 2] + whole[np.asarray(labels) + 2]
        return self._rank("group", figure, kind, candidates, features)

    def statistics(self, figures: Rows[int], rules: Rows[int]) -> np.ndarray:
        """The probability of each statistic for each figure; `rules` is the number of the one that rules would give."""
        net = self.net
        x = self.x[[self.record.figure[i] for i in figures]]
        z = np.concatenate([x, net.w["rule.weight"][np.asarray(rules)]], axis=1)
        return softmax(net._linear("stat_out", _relu(net._linear("stat_in", z))))

    def _part(self, name: str, table: np.ndarray, first: int) -> np.ndarray:
        """A layer over a part of its input (from column `first`), for all rows of a table at once."""
        key = f"{name}{first}"
        if key not in self.parts:
            self.parts[key] = table @ self.net.w[f"{name}.weight"][:, first : first + table.shape[1]].T
        return self.parts[key]

    def _rank(
        self, which: str, figure: int, kind: str, candidates: np.ndarray, features: Rows[list[str]]
    ) -> np.ndarray:
        net, w = self.net, self.net.w
        codes = net.codes[which]
        rows = [{codes[f] for f in row} for row in features]
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        seen = np.add.reduceat(w[f"{which}.features"][flat], starts, axis=0)  # the deep part, and the wide one last
        number = net.classes.index(kind) if kind in net.classes else len(net.classes)
        own = self._part(f"{which}.figure", self.x, 0)[self.record.figure[figure]]
        own = own + w[f"{which}.figure.bias"] + w[f"{which}.candidate.bias"] + w[f"{which}.kind.weight"][number]
        z = _relu(own + candidates + seen[:, :-1])
        z = _relu(net._linear(f"{which}.hidden", z))
        return np.asarray(net._linear(f"{which}.out", z)[:, 0] + seen[:, -1])


def softmax(z: np.ndarray) -> np.ndarray:
    """Scores as probabilities."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


@cache
def load_network() -> Network:
    """The network that ships with the engine."""
    return Network(resources.files("extract") / "weights" / "reader.npz")
