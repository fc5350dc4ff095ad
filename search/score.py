"""How the index weighs its channels, and what its raw score means: how probably a hit answers the question."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Chosen on one half of localgovFAQ's queries (docs/search.md). question_*: the best variant; text_*: variants and answer.
WEIGHTS = {
    "question_words": 0.10,
    "text_words": 0.20,
    "question_grams": 0.10,
    "text_grams": 0.15,
    "question_vectors": 0.15,
    "answer_vectors": 0.30,
}
FILE = "calibration.json"


@dataclass(frozen=True)
class CurvePoint:
    """At this cut-off: share of first hits over it that are right, of questions answered so, of outside ones over it."""

    cut: float
    right: float
    found: float
    outside: float


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(slope × score + offset))). `made_for` names encoder and index weights."""

    made_for: str
    slope: float
    offset: float
    curve: list[CurvePoint] = field(default_factory=list)

    def probability(self, score: float) -> float:
        """0…1, rising with the raw score."""
        return 1 / (1 + math.exp(-(self.slope * score + self.offset)))

    def save(self, path: Path) -> None:
        """Replaces the file as a whole."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Calibration | None:
        """None where there is none, or one that can't be read."""
        try:
            raw = json.loads(path.read_text("utf-8"))
            curve = [CurvePoint(**point) for point in raw.pop("curve")]
            return cls(**raw, curve=curve)
        except (OSError, ValueError, TypeError, KeyError):
            return None


def fingerprint(name_or_folder: str) -> str:
    """Changes with the encoder's weights and with how the index weighs its channels."""
    weights = Path(name_or_folder) / "model.safetensors"
    content = weights.read_bytes() if weights.is_file() else name_or_folder.encode()
    return hashlib.sha256(content + json.dumps(WEIGHTS).encode()).hexdigest()[:16]
