"""Turns the index's raw scores into how probably a hit answers, so that fixed cut-offs mean the same with every encoder.

Measured, not guessed: a quarter of the FAQ's phrasings is held out and searched for (right and wrong first hits), and so are
questions that nothing answers (data/nlu, the outside intents). `python -m search.calibration` prints the curve.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from search.document import Document
from search.encoder import Encoder, build_encoder
from search.index import Index
from search.score import FILE, Calibration, CurvePoint, fingerprint
from search.words import grams

log = logging.getLogger("keikaku.search")
NLU = Path(__file__).parent.parent / "data" / "nlu"
EVERY = 4  # one phrasing of four is held out
OUTSIDE_INTENTS = {"ask_outside_attribute", "chat_outside"}
OUTSIDE_SHARE = 0.25  # of the questions staff ask, as many are taken to have no answer here
SAME_ANSWER = 0.8  # share of an answer that another must hold to count as the same
CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ENOUGH = 20
_MARKUP = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Sample:
    """The first hit of one question: its raw score and whether it is right (of an outside question, none is)."""

    score: float
    right: bool
    outside: bool


def calibrate(documents: Sequence[Document], outside: Sequence[str], encoder: Encoder, own: bool) -> Calibration:
    """Measure and fit for `encoder`. `own`: it was built from these documents, so the held-out phrasings are searched
    with one built without them. Raises ValueError where there are too few phrasings to learn from."""
    kept, held = hold_out(documents)
    if len(held) < _ENOUGH:
        raise ValueError(f"only {len(held)} phrasings could be held out, {_ENOUGH} are needed")
    if own:
        with tempfile.TemporaryDirectory() as folder:
            build_encoder(Path(folder) / "encoder", kept)
            samples = measure(Index(kept, Encoder(Path(folder) / "encoder"), raw=True), held, outside)
    else:
        samples = measure(Index(kept, encoder, raw=True), held, outside)
    slope, offset = fit(samples)
    unmade = Calibration(fingerprint(encoder.name), slope, offset)
    return Calibration(unmade.made_for, slope, offset, curve(samples, unmade))


def ensure_calibrated(encoder: Encoder, documents: Sequence[Document], path: Path) -> None:
    """Give an encoder from elsewhere its calibration: the one stored at `path`, or a new one (seconds), stored there."""
    if encoder.calibration is not None:
        return
    stored = Calibration.load(path)
    if stored and stored.made_for == fingerprint(encoder.name):
        encoder.calibration = stored
        return
    try:
        encoder.calibration = calibrate(documents, read_outside(), encoder, own=False)
        encoder.calibration.save(path)
    except (ValueError, OSError) as problem:
        log.warning("search scores with %s: %s", encoder.name, problem)


def hold_out(documents: Sequence[Document]) -> tuple[list[Document], list[tuple[str, str]]]:
    """The documents without every fourth phrasing, and those phrasings with the id of their document."""
    kept, held = [], []
    for document in documents:
        out = document.questions[EVERY - 1 :: EVERY]
        held += [(question, document.id) for question in out]
        rest = tuple(q for i, q in enumerate(document.questions) if i % EVERY != EVERY - 1)
        kept.append(Document(document.id, rest, document.answer))
    return kept, held


def measure(index: Index, held: Sequence[tuple[str, str]], outside: Sequence[str]) -> list[Sample]:
    """Search for every question and look at the first hit. `index` gives raw scores."""
    answers = {document.id: set(grams(document.answer)) for document in index.documents}
    samples = []
    for question, wanted in [*held, *((question, None) for question in outside)]:
        hits = index.search(question, 1)
        if hits:
            right = wanted is not None and (hits[0].id == wanted or _same(answers[hits[0].id], answers[wanted]))
            samples.append(Sample(hits[0].score, right, wanted is None))
    return samples


def _same(one: set[str], other: set[str]) -> bool:
    """One answer holds the other: entries often quote the same sentence."""
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) >= SAME_ANSWER * smaller


def fit(samples: Sequence[Sample]) -> tuple[float, float]:
    """Slope and offset. Raises ValueError where right and wrong hits can't be told apart by their scores."""
    from sklearn.linear_model import LogisticRegression

    scores = np.array([[sample.score] for sample in samples])
    right = np.array([sample.right for sample in samples])
    outside = np.array([sample.outside for sample in samples])
    if right.all() or not right.any():
        raise ValueError("all first hits are right, or none")
    weight = np.ones(len(samples))
    if outside.any():
        weight[outside] = OUTSIDE_SHARE / (1 - OUTSIDE_SHARE) * (~outside).sum() / outside.sum()
    model = LogisticRegression(C=1e4).fit(scores, right, sample_weight=weight)
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:
        raise ValueError("wrong first hits score higher than right ones")
    return slope, offset


def curve(samples: Sequence[Sample], calibration: Calibration) -> list[CurvePoint]:
    """What each cut-off lets through."""
    inside = [(calibration.probability(s.score), s.right) for s in samples if not s.outside]
    outside = [calibration.probability(s.score) for s in samples if s.outside]
    points = []
    for cut in CUTS:
        over = [right for probability, right in inside if probability >= cut]
        points.append(
            CurvePoint(
                cut,
                round(sum(over) / max(len(over), 1), 3),
                round(sum(over) / max(len(inside), 1), 3),
                round(sum(p >= cut for p in outside) / max(len(outside), 1), 3),
            )
        )
    return points


def read_outside(folder: Path = NLU) -> list[str]:
    """The example questions of the outside intents in the NLU files of `folder`."""
    return list(dict.fromkeys(_outside(folder)))


def _outside(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.yml")):
        for block in (yaml.safe_load(path.read_text("utf-8")) or {}).get("nlu", []):
            if block.get("intent") in OUTSIDE_INTENTS:
                for line in block.get("examples", "").splitlines():
                    yield _MARKUP.sub(r"\1", line.removeprefix("- ").strip())


def table(calibration: Calibration) -> str:
    """The curve, in Markdown."""
    lines = ["| score ≥ | right among first hits over it | questions answered rightly | outside questions over it |"]
    lines += ["|---|---|---|---|"]
    return "\n".join(
        lines + [f"| {p.cut:.1f} | {p.right:.2f} | {p.found:.2f} | {p.outside:.2f} |" for p in calibration.curve]
    )


def main() -> int:
    """Print the curve of the built encoder."""
    from knowledge.searchable import stored_documents
    from knowledge.store import VAR

    encoder = Encoder(os.environ.get("ENCODER") or VAR / "encoder")
    if encoder.calibration is None:
        ensure_calibrated(encoder, stored_documents(), VAR / FILE)
    print(table(encoder.calibration) if encoder.calibration else "no calibration")
    return 0 if encoder.calibration else 1


if __name__ == "__main__":
    sys.exit(main())
