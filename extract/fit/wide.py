"""A linear vote on whose a figure is, over the same features as the network's: its weights are added to the network's.

Fitted for itself, it errs elsewhere than the network, and when reading it costs nothing: both are sums over the same
features. Called by `extract.fit.network`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from extract.network import BUCKETS

EPOCHS, BATCH, RATE, DECAY, SEED = 3, 32, 0.02, 1e-5, 1  # more epochs were no better on the development abstracts


def share(z: Tensor, of: Tensor, count: int) -> Tensor:
    """The log of the sum of exponents of the scores of each figure."""
    top = torch.full((count,), -1e9).scatter_reduce(0, of, z, "amax").detach()
    return top + torch.log(torch.zeros(count).index_add_(0, of, torch.exp(z - top[of])) + 1e-12)


def fit_wide(rows: Sequence[dict[str, Any]], weights: Sequence[float]) -> Tensor:
    """A weight for each bucket of the features of candidates for groups.

    `rows` are abstracts as tensors (see `extract.fit.network.tensors`), `weights` how much each of them counts.
    """
    random.seed(SEED)
    table = torch.zeros(BUCKETS, 1, requires_grad=True)
    optimizer = torch.optim.Adam([table], lr=RATE)
    order = [n for n, row in enumerate(rows) if row["group"] is not None]
    steps = math.ceil(len(order) / BATCH) * EPOCHS
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.1, total_iters=steps)
    for _ in range(EPOCHS):
        random.shuffle(order)
        for at in range(0, len(order), BATCH):
            wrong, figures = torch.zeros(()), 0
            for n in order[at : at + BATCH]:
                g = rows[n]["group"]
                count = len(g["at"])
                z = functional.embedding_bag(g["features"], table, g["starts"], mode="sum")[:, 0]
                right = share(torch.where(g["right"], z, torch.full_like(z, -1e9)), g["of"], count)
                wrong = wrong + weights[n] * (share(z, g["of"], count) - right).clamp(max=12).sum()
                figures += count
            optimizer.zero_grad()
            (wrong / figures + DECAY * (table**2).sum()).backward()
            optimizer.step()
            schedule.step()
    return table.detach()
