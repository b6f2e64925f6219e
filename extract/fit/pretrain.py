"""Teach the network's encoder to guess hidden words before it is taught to read.

Plain text costs nothing and annotated abstracts are few: of each text some words are hidden, and the vector at their
place must tell which common word stood there (a masked language model, Devlin et al. 2019). Comes in: the texts of the
corpora, without the development abstracts. Goes out: the weights that a training begins with. Called by
`extract.fit.fit`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from extract.fit.network import WIDTH, Net
from extract.fit.texts import learnable
from extract.reading import open_reader, section_spans
from extract.sequence import END3, FIRST_WORD, SHAPE, WORD, sequence

LONG, PIECE, MOST = 12_000, 6_000, 60_000  # characters: longer texts are cut into pieces, and not read to their end
ROWS = (12, 1500)  # of a piece: the least and the most
EPOCHS, BATCH, RATE, WORD_RATE, DROPOUT, SEED = 6, 8, 2e-3, 1e-3, 0.1, 1
COMMON = 4000  # words that are guessed
SHARE, HIDDEN = 0.18, 0.85  # of the words to be guessed, and of these hidden; the rest stays as it is
ENCODER = frozenset({"word", "letters", "shape", "role", "printed", "depth", "enter", "layers", "leave"})


def read_rows(shared: Path, words: dict[str, int]) -> list[np.ndarray]:
    """The texts of the corpora as rows (see `extract.sequence`), each once; none of the development abstracts."""
    seen: set[str] = set()
    out: list[np.ndarray] = []
    for _, row in learnable(shared):
        sections = [(s.get("label") or "", s["text"]) for s in row.get("sections") or []]
        text, spans = section_spans(row.get("title"), sections, None if sections else row["text"])
        if text[:200] in seen:
            continue
        seen.add(text[:200])
        for piece, where in _pieces(text, spans):
            rows = sequence(open_reader(piece, where), words).rows
            if len(rows) > ROWS[0]:
                out.append(rows[: ROWS[1]])
    return out


def _pieces(text: str, spans: list[tuple[int, int, str]]) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    if len(text) <= LONG:
        yield text, spans
        return
    for at in range(0, min(len(text), MOST), PIECE):
        yield section_spans(None, [], text[at : at + PIECE])


def pretrain(rows: Sequence[np.ndarray], vectors: np.ndarray, epochs: int | None = None) -> dict[str, Tensor]:
    """The encoder's weights after so many readings of the texts; progress goes to standard error."""
    torch.set_num_threads(1)  # the same sums in the same order
    random.seed(SEED)
    torch.manual_seed(SEED)
    net, guess = Net(vectors, 1), nn.Linear(WIDTH, COMMON)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = DROPOUT
    own = [p for name, p in net.named_parameters() if name.split(".")[0] in ENCODER]
    optimizer = torch.optim.AdamW(
        [
            {"params": [net.word.weight], "lr": WORD_RATE, "weight_decay": 0.0},
            {"params": [p for p in own if p is not net.word.weight], "lr": RATE, "weight_decay": 0.01},
            {"params": guess.parameters(), "lr": RATE, "weight_decay": 0.0},
        ],
        betas=(0.9, 0.98),
    )
    texts = [torch.tensor(row.astype(np.int64)) for row in rows]
    epochs = epochs or EPOCHS
    steps = epochs * -(-len(texts) // BATCH)
    rates = [WORD_RATE, RATE, RATE]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps + 1, pct_start=0.1)
    net.train()
    for epoch in range(epochs):
        random.shuffle(texts)
        began, total, count = time.time(), 0.0, 0
        for at in range(0, len(texts), BATCH):
            found = [hidden for text in texts[at : at + BATCH] if (hidden := _hide(text)) is not None]
            if not found:
                continue
            seen = torch.cat([net.encode(shown, whole=True)[1][places] for shown, places, _ in found])
            answers = torch.cat([answer for _, _, answer in found])
            wrong = functional.cross_entropy(guess(seen), answers)
            optimizer.zero_grad()
            wrong.backward()
            nn.utils.clip_grad_norm_(own, 2.0)
            optimizer.step()
            schedule.step()
            total, count = total + wrong.item() * len(answers), count + len(answers)
        told = f"plain text {epoch + 1}/{epochs}: loss {total / max(1, count):.3f}, {time.time() - began:.0f} s"
        print(told, file=sys.stderr, flush=True)
    return {name: value.detach() for name, value in net.state_dict().items() if name.split(".")[0] in ENCODER}


def _hide(text: Tensor) -> tuple[Tensor, Tensor, Tensor] | None:
    """A text with some words hidden, their places, and which common words they were."""
    common = (text[:, WORD] >= FIRST_WORD) & (text[:, WORD] < FIRST_WORD + COMMON)
    places = common & (torch.rand(len(text)) < SHARE)
    if not places.any():
        return None
    shown = text.clone()
    gone = places & (torch.rand(len(text)) < HIDDEN)
    shown[gone, WORD] = 0
    shown[gone, END3 : END3 + 3] = 0
    shown[gone, SHAPE] = 0
    return shown, places, text[places, WORD] - FIRST_WORD
