"""Train the network that reads (`reader.npz`): PyTorch on the CPU, one abstract at a time.

The network is `extract.network` with gradients: the same tables and layers under the same names. It learns five things
at once from annotated abstracts: what each figure is, which phrases are labels of groups, which phrase names a figure,
whose the figure is and which statistic. Called by `extract.fit.fit`.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from extract.fit.lists import Lists
from extract.fit.wide import fit_wide, share
from extract.network import BUCKETS, DILATIONS, HEADS, NOTHING, WINDOW
from extract.sequence import BUCKETS as SIZES
from extract.sequence import (
    DEPTH,
    END3,
    FIRST_WORD,
    KIND,
    KINDS,
    LETTERS,
    ROLE,
    ROLES,
    SHAPE,
    SHAPES,
    SIGNS,
    START,
    UNITS,
    WORD,
)
from extract.stats import STATISTICS

WIDTH, HIDDEN, VECTOR = 96, 64, 96
DROPOUT, WORD_DROPOUT = 0.3, 0.12
RATE, BATCH, SMOOTHING, DECAY, SEED = 2e-3, 8, 0.05, 0.03, 1
WIDE = 0.5  # how much of the linear vote on groups is added
JOBS = 2  # trainings at once, a core each
LARGE = 500_000  # numbers in a table that is written as bytes
TRIAL_WEIGHT = 0.3  # of sentences whose annotation says less than that of an abstract
NEAR_NAME, NEAR_GROUP, LEAST = 0.25, 0.01, 0.35  # how near to the best candidate one is right too; the least best one


@dataclass(frozen=True, slots=True)
class Plan:
    """A training: how long, how much of the features is held back, and how fast their weights decay."""

    epochs: int
    dropout: float
    decay: float


TRAININGS = (Plan(5, 0.4, 0.3), Plan(4, 0.3, 0.1))  # from the same beginning; their weights are averaged


class Convolution(nn.Module):
    """x + GLU(convolution over three rows of LayerNorm(x))."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.conv = nn.Conv1d(WIDTH, 2 * WIDTH, 3, padding=dilation, dilation=dilation)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop(functional.glu(self.conv(self.norm(x).T.unsqueeze(0))[0].T, -1))


class Attention(nn.Module):
    """x + attention of every row to every row of the abstract."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm(x)).view(len(x), 3, HEADS, WIDTH // HEADS).permute(1, 2, 0, 3)
        seen = functional.scaled_dot_product_attention(q[None], k[None], v[None])[0]
        return x + self.drop(self.out(seen.permute(1, 0, 2).reshape(len(x), WIDTH)))


class Ranker(nn.Module):
    """The score of each candidate of each figure: two layers over figure, candidate, features and class."""

    def __init__(self, candidate: int, classes: int) -> None:
        super().__init__()
        self.feature_dropout = 0.0
        self.figure = nn.Linear(WIDTH, HIDDEN)
        self.candidate = nn.Linear(candidate, HIDDEN)
        self.kind = nn.Embedding(classes + 1, HIDDEN)
        self.deep = nn.EmbeddingBag(BUCKETS, HIDDEN, mode="sum")
        self.wide = nn.EmbeddingBag(BUCKETS, 1, mode="sum")
        self.hidden = nn.Linear(HIDDEN, HIDDEN // 2)
        self.out = nn.Linear(HIDDEN // 2, 1)
        nn.init.normal_(self.kind.weight, 0, 0.02)
        nn.init.normal_(self.deep.weight, 0, 0.01)
        nn.init.zeros_(self.wide.weight)
        self.drop = nn.Dropout(DROPOUT)

    def forward(
        self, figures: Tensor, candidates: Tensor, kinds: Tensor, features: Tensor, starts: Tensor, of: Tensor
    ) -> Tensor:
        keep = torch.ones(len(features))
        if self.training:
            keep = (torch.rand(len(features)) > self.feature_dropout).float() / (1 - self.feature_dropout)
        z = self.figure(figures)[of] + self.candidate(self.drop(candidates)) + self.kind(kinds)[of]
        z = z + self.deep(features, starts, per_sample_weights=keep)
        z = functional.relu(self.hidden(self.drop(functional.relu(z))))
        wide = self.wide(features, starts, per_sample_weights=keep)
        return self.out(z)[:, 0] + wide[:, 0]


class Net(nn.Module):
    """The network; see `extract.network` for what each part is."""

    def __init__(self, vectors: np.ndarray, classes: int) -> None:
        super().__init__()
        self.word = nn.Embedding(len(vectors) + FIRST_WORD, VECTOR)
        with torch.no_grad():
            self.word.weight.normal_(0, 0.05)
            scale = 2.0 / float(np.linalg.norm(vectors, axis=1).mean())
            self.word.weight[FIRST_WORD:] = torch.tensor(vectors * scale)
        self.letters = nn.ModuleList([nn.Embedding(LETTERS, 24) for _ in range(3)])
        self.shape, self.role = nn.Embedding(SHAPES, 16), nn.Embedding(len(ROLES), 16)
        self.printed = nn.ModuleList([nn.Embedding(n, 32) for n in (KINDS, UNITS, SIGNS, len(SIZES) + 1)])
        self.depth = nn.Embedding(3, 16)
        for table in (*self.letters, self.shape, self.role, *self.printed, self.depth):
            nn.init.normal_(table.weight, 0, 0.1)
        self.enter = nn.Linear(VECTOR + 72 + 32 + 32 + 16, WIDTH)
        self.layers = nn.ModuleList([Convolution(d) if d else Attention() for d in DILATIONS])
        self.leave = nn.LayerNorm(WIDTH)
        self.near = nn.Linear(WIDTH, 32)
        self.kind_in = nn.Linear(2 * WIDTH + (2 * WINDOW + 1) * 32, 128)
        self.kind_out = nn.Linear(128, classes)
        self.counts = nn.ModuleList([nn.Embedding(8, 4) for _ in range(6)])
        self.label_in, self.label_out = nn.Linear(4 * WIDTH + 24, HIDDEN), nn.Linear(HIDDEN, 1)
        self.name = Ranker(3 * WIDTH, classes)
        self.group = Ranker(7 * WIDTH, classes)
        self.absent = nn.Parameter(torch.randn(2, 7 * WIDTH) * 0.05)
        self.rule = nn.Embedding(len(STATISTICS), 16)
        self.stat_in, self.stat_out = nn.Linear(WIDTH + 16, HIDDEN), nn.Linear(HIDDEN, len(STATISTICS))
        self.drop = nn.Dropout(DROPOUT)

    def encode(self, rows: Tensor, whole: bool = False) -> tuple[Tensor, Tensor]:
        """Two vectors a row; in training some words are hidden, unless the text is to be seen `whole`."""
        word = rows[:, WORD]
        if self.training and not whole:
            hide = (torch.rand(len(word)) < WORD_DROPOUT) & (word >= FIRST_WORD)
            word = torch.where(hide, torch.zeros_like(word), word)
        parts = [self.word(word), *(t(rows[:, END3 + k]) for k, t in enumerate(self.letters))]
        parts += [self.shape(rows[:, SHAPE]), self.role(rows[:, ROLE])]
        printed = torch.stack([t(rows[:, KIND + k]) for k, t in enumerate(self.printed)]).sum(0)
        first = self.enter(self.drop(torch.cat([*parts, printed, self.depth(rows[:, DEPTH])], -1)))
        x = first
        for layer in self.layers:
            x = layer(x)
        return first, self.leave(x)

    def kinds(self, first: Tensor, x: Tensor, at: Tensor, sentence: Tensor) -> Tensor:
        count = int(sentence.max()) + 1
        size = torch.bincount(sentence, minlength=count).clamp(min=1).unsqueeze(1)
        mean = torch.zeros(count, WIDTH).index_add_(0, sentence, x) / size
        near = functional.pad(functional.relu(self.near(first)), (0, 0, WINDOW, WINDOW))
        around = near[at.unsqueeze(1) + torch.arange(2 * WINDOW + 1)].flatten(1)
        joined = torch.cat([x[at], mean[sentence[at]], around], -1)
        return self.kind_out(self.drop(functional.relu(self.kind_in(self.drop(joined)))))

    def forward(self, r: dict[str, Any]) -> dict[str, Tensor]:
        first, x = self.encode(r["rows"])
        out: dict[str, Tensor] = {}
        ends = torch.cumsum(torch.cat([x.new_zeros(1, WIDTH), x]), 0)
        a, b = r["phrases"]
        phrases = torch.cat([x[a], x[b], (ends[b + 1] - ends[a]) / (b + 1 - a).unsqueeze(1)], -1)
        if len(r["figures"]):
            out["kind"] = self.kinds(first, x, r["figures"], r["sentence"])
        labels = x.new_zeros(0, 4 * WIDTH)
        count = len(r["label"])
        if count:
            mention, of = r["mentions"]
            seen = phrases[mention]
            size = torch.bincount(of, minlength=count).unsqueeze(1)
            mean = torch.zeros(count, 3 * WIDTH).index_add_(0, of, seen) / size
            most = torch.full((count, WIDTH), NOTHING).scatter_reduce(
                0, of.unsqueeze(1).expand(-1, WIDTH), seen[:, 2 * WIDTH :], "amax"
            )
            labels = torch.cat([mean, most], -1)
            counts = torch.cat([t(r["counts"][:, k]) for k, t in enumerate(self.counts)], -1)
            hidden = functional.relu(self.label_in(self.drop(torch.cat([labels, counts], -1))))
            out["label"] = self.label_out(self.drop(hidden))[:, 0]
        local = torch.cat([self.absent[:, : 3 * WIDTH], phrases])
        if r["name"] is not None:
            n = r["name"]
            out["name"] = self.name(x[n["at"]], local[n["phrase"]], n["kind"], n["features"], n["starts"], n["of"])
        if r["group"] is not None:
            g = r["group"]
            whole = torch.cat([self.absent[:, 3 * WIDTH :], labels])[g["label"]]
            both = torch.cat([local[g["phrase"]], whole], -1)
            out["group"] = self.group(x[g["at"]], both, g["kind"], g["features"], g["starts"], g["of"])
        if r["stat"] is not None:
            at, rule, _ = r["stat"]
            z = torch.cat([x[at], self.rule(rule)], -1)
            out["stat"] = self.stat_out(self.drop(functional.relu(self.stat_in(self.drop(z)))))
        return out


def loss(out: dict[str, Tensor], r: dict[str, Any]) -> Tensor:
    """What the network got wrong in one abstract."""
    total = torch.zeros(())
    if r["kind"] is not None and "kind" in out:
        total = total + functional.cross_entropy(out["kind"], r["kind"], reduction="sum", label_smoothing=SMOOTHING)
    weight = 1.0 if r["kind"] is not None else TRIAL_WEIGHT
    if "label" in out:
        wrong = functional.binary_cross_entropy_with_logits(out["label"], r["label"], reduction="sum")
        total = total + 0.5 * weight * wrong
    if "stat" in out:
        total = total + functional.cross_entropy(out["stat"], r["stat"][2], reduction="sum", label_smoothing=SMOOTHING)
    for key in ("name", "group"):
        if r[key] is not None:
            z, of, count = out[key], r[key]["of"], len(r[key]["at"])
            right = share(torch.where(r[key]["right"], z, torch.full_like(z, -1e9)), of, count)
            total = total + weight * (share(z, of, count) - right).clamp(max=12).sum()
    return total


def tensors(lists: Lists, classes: dict[str, int]) -> dict[str, Any]:
    """One abstract's arrays as tensors."""

    def whole(values: Any) -> Tensor:
        return torch.tensor(np.asarray(values, dtype=np.int64), dtype=torch.long)

    def candidates(rows: list[Any], near: float) -> dict[str, Any] | None:
        if not rows:
            return None
        features = [f for row in rows for f in row.features]
        sizes = [len(row.fits) for row in rows]
        return {
            "at": whole([row.at for row in rows]),
            "kind": whole([classes.get(row.kind, len(classes)) for row in rows]),
            # the first two rows of the tables stand for "named elsewhere" and for `all`
            "phrase": whole(np.concatenate([row.phrases for row in rows])) + 2,
            "features": whole(np.concatenate(features)),
            "starts": whole(np.cumsum([0, *(len(f) for f in features)])[:-1]),
            "of": whole(np.repeat(np.arange(len(rows)), sizes)),
            "right": torch.tensor(np.concatenate([row.fits >= row.fits.max() - near for row in rows])),
        }

    rows = whole(lists.rows)
    out: dict[str, Any] = {
        "rows": rows,
        "sentence": torch.cumsum((rows[:, WORD] == START).long(), 0) - 1,
        "figures": whole(lists.figures),
        "kind": None if lists.kinds is None else whole([classes.get(k, 0) for k in lists.kinds]),
        "phrases": (whole([a for a, _ in lists.phrases]), whole([b for _, b in lists.phrases])),
        "mentions": (
            whole([k for row in lists.labels for k in row]),
            whole([n for n, row in enumerate(lists.labels) for _ in row]),
        ),
        "counts": whole(lists.counts),
        "label": torch.tensor([float(y) for y in lists.label_right]),
        "name": candidates(lists.names, NEAR_NAME),
        "group": candidates(lists.groups, NEAR_GROUP),
        "stat": None,
    }
    if lists.stats:
        out["stat"] = tuple(whole(column) for column in zip(*lists.stats, strict=True))
    if out["group"] is not None:
        out["group"]["label"] = whole(np.concatenate([row.labels for row in lists.groups])) + 2
    return out


def train(
    data: Sequence[Lists],
    words: list[str],
    vectors: np.ndarray,
    path: Path,
    start: dict[str, Tensor],
    epochs: int | None = None,
) -> None:
    """Train on the abstracts and write the weights; progress goes to standard error after each epoch.

    `start` are the encoder's weights to begin with, `epochs` goes in place of those of each training. Trainings go on
    at once, each in a process of its own; what they share need not be copied.
    """
    torch.set_num_threads(1)  # the same sums in the same order
    classes = sorted({k for d in data if d.kinds is not None for k in d.kinds})
    index = {k: n for n, k in enumerate(classes)}
    rows = [tensors(d, index) for d in data]
    plans = [plan if epochs is None else replace(plan, epochs=epochs) for plan in TRAININGS]
    _SHARED.update(rows=rows, vectors=vectors, classes=len(classes), start=start)
    with ProcessPoolExecutor(JOBS, mp_context=get_context("fork")) as pool:
        states = [{k: torch.from_numpy(v) for k, v in state.items()} for state in pool.map(_state, plans)]
    _SHARED.clear()
    state = {k: torch.stack([state[k] for state in states]).mean(0) for k in states[0]}
    weights = [1.0 if row["kind"] is not None else TRIAL_WEIGHT for row in rows]
    state["group.wide.weight"] += WIDE * fit_wide(rows, weights)
    save(state, classes, words, path)


_SHARED: dict[str, Any] = {}  # what the processes that train have of the one that started them


def _state(plan: Plan) -> dict[str, np.ndarray]:
    """One training, in a process of its own."""
    torch.set_num_threads(1)
    random.seed(SEED)
    torch.manual_seed(SEED)
    net = Net(_SHARED["vectors"], _SHARED["classes"])
    net.load_state_dict(net.state_dict() | _SHARED["start"])
    _train(net, list(_SHARED["rows"]), plan)
    return {k: v.detach().numpy() for k, v in net.state_dict().items()}


def _train(net: Net, rows: list[dict[str, Any]], plan: Plan) -> None:
    """One training; the same order of abstracts every time."""
    epochs, decay = plan.epochs, plan.decay
    net.name.feature_dropout = net.group.feature_dropout = plan.dropout
    deep = [net.name.deep.weight, net.group.deep.weight]
    wide = [net.name.wide.weight, net.group.wide.weight]
    known = {id(p) for p in [net.word.weight, *deep, *wide]}
    rest = [p for p in net.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        [
            {"params": [net.word.weight], "lr": RATE * 0.4, "weight_decay": 0.0},
            {"params": deep, "lr": RATE * 0.4, "weight_decay": decay},
            {"params": wide, "lr": RATE * 2, "weight_decay": decay},
            {"params": rest, "lr": RATE, "weight_decay": DECAY},
        ],
        betas=(0.9, 0.98),
    )
    steps = math.ceil(len(rows) / BATCH) * epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [g["lr"] for g in optimizer.param_groups], total_steps=steps + 1, pct_start=0.1
    )
    net.train()
    for epoch in range(epochs):
        random.shuffle(rows)
        began, total = time.time(), 0.0
        for at in range(0, len(rows), BATCH):
            wrong = torch.stack([loss(net(r), r) for r in rows[at : at + BATCH]]).sum()
            optimizer.zero_grad()
            (wrong / 80).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimizer.step()
            schedule.step()
            total += wrong.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total:.0f}, {time.time() - began:.0f} s", file=sys.stderr, flush=True)


def save(state: dict[str, Tensor], classes: list[str], words: list[str], path: Path) -> None:
    """Write the weights (half precision, the large tables as bytes) with the classes and the words they belong to."""
    arrays: dict[str, np.ndarray] = {}
    for name, value in state.items():
        table = value.detach().numpy()
        if table.size > LARGE:  # a byte a number, and a scale a row
            scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
            arrays[name] = np.round(table / scale).astype(np.int8)
            arrays[f"{name}:scale"] = scale.astype(np.float32)
        else:
            arrays[name] = table.astype(np.float16)
    text = "\n".join([",".join(classes), *words])
    np.savez_compressed(path, texts=np.frombuffer(text.encode(), dtype=np.uint8), **arrays)
