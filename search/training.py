"""Contrastive training of word vectors on a knowledge base's own pairs: a question and its answer, or another phrasing.

Nothing else is learnt from: no judged queries, no text from elsewhere. The words keep most of what they meant before (their
displacement is penalised), because the knowledge base says nothing about words that it doesn't hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, embedding_bag, normalize

Array = NDArray[np.float32]
Ids = Sequence[int]

STEPS = 100
BATCH = 2048
RATE = 0.02
TEMPERATURE = 0.1
KEEP_QUESTION = 0.5  # share of a question's words that stay, drawn anew at each step
KEEP_ANSWER = 0.3
SAME = 0.7  # two questions closer than this may have the same answer: not used against each other
STAY = 30.0  # how strongly the words are held to what they meant before
_ENOUGH = 8  # pairs below this teach nothing


@dataclass(frozen=True)
class Group:
    """What belongs together, as word indices: phrasings of a question and the answer (which may be empty)."""

    questions: tuple[Ids, ...]
    answer: Ids


@dataclass(frozen=True)
class Trained:
    """`table` (words, dimensions): the new vectors; `turn` (dimensions, dimensions): what happens to any other word's."""

    table: Array
    turn: Array


def train(table: Array, groups: Sequence[Group], *, steps: int = STEPS, stay: float = STAY) -> Trained:
    """Train word vectors so that texts of one group come close together. Same input, same result.

    `table` is (words, dimensions), each row already weighted by how much its word says.
    """
    usable = [g for g in groups if any(len(q) for q in g.questions) and (len(g.answer) or len(g.questions) > 1)]
    dimensions = table.shape[1]
    if len(usable) < _ENOUGH:
        return Trained(table, np.eye(dimensions, dtype=np.float32))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order, whatever machine
    try:
        return _train(torch.from_numpy(table), usable, steps, stay)
    finally:
        torch.set_num_threads(threads)


def _train(base: torch.Tensor, groups: Sequence[Group], steps: int, stay: float) -> Trained:
    draw = torch.Generator().manual_seed(0)
    choose = np.random.default_rng(0)
    words, dimensions = base.shape
    step_size = 0.2 * base.norm(dim=1).mean()
    weight = torch.zeros(words, requires_grad=True)
    shift = torch.zeros(words, dimensions, requires_grad=True)
    turn = torch.zeros(dimensions, dimensions, requires_grad=True)
    optimizer = torch.optim.Adam(
        [{"params": [weight, shift], "lr": RATE}, {"params": [turn], "lr": RATE / 20}], foreach=False
    )

    def vectors() -> torch.Tensor:
        moved = base + shift * step_size
        turned: torch.Tensor = (moved + moved @ turn) * weight.exp()[:, None]
        return turned

    for _ in range(steps):
        batch = choose.permutation(len(groups))[:BATCH]
        left, right = zip(*(_pair(groups[i], choose) for i in batch))
        alike = _alike(base, left)
        current = vectors()
        first = _means(current, left, KEEP_QUESTION, draw)
        second = _means(current, right, KEEP_ANSWER, draw)
        scores = (first @ second.T / TEMPERATURE).masked_fill(alike, -1e4)
        target = torch.arange(len(batch))
        loss = (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2
        held = 1e-4 * weight.square().sum() + 1e-5 * shift.square().sum() + 1e-3 * turn.square().sum()
        optimizer.zero_grad()
        (loss + stay * held).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    with torch.no_grad():
        return Trained(vectors().numpy(), (torch.eye(dimensions) + turn).numpy())


def _pair(group: Group, choose: np.random.Generator) -> tuple[Ids, Ids]:
    """A question and what must be found by it: the answer, or in turn another phrasing."""
    first = int(choose.integers(len(group.questions)))
    if len(group.questions) == 1 or (len(group.answer) and choose.random() < 0.5):
        return group.questions[first], group.answer
    other = (first + 1 + int(choose.integers(len(group.questions) - 1))) % len(group.questions)
    return group.questions[first], group.questions[other]


def _means(table: torch.Tensor, texts: Sequence[Ids], keep: float, draw: torch.Generator) -> torch.Tensor:
    ids, offsets = _flat(texts)
    kept = (torch.rand(len(ids), generator=draw) < keep).to(table.dtype)
    return normalize(embedding_bag(ids, table, offsets, mode="sum", per_sample_weights=kept), dim=1)


def _alike(base: torch.Tensor, texts: Sequence[Ids]) -> torch.Tensor:
    ids, offsets = _flat(texts)
    means = normalize(embedding_bag(ids, base, offsets, mode="sum"), dim=1)
    return (means @ means.T > SAME) & ~torch.eye(len(texts), dtype=torch.bool)


def _flat(texts: Sequence[Ids]) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = [len(text) for text in texts]
    ids = (
        np.concatenate([np.asarray(text, dtype=np.int64) for text in texts]) if sum(lengths) else np.zeros(0, np.int64)
    )
    return torch.from_numpy(ids), torch.from_numpy(np.cumsum([0, *lengths[:-1]]))
