"""How a question is put, whatever it is about, says which kind of answer it wants: character pieces of the masked text.

Trained on the questions of data/routing and the examples of data/nlu by `python -m actions.phrasing` (part of the set-up);
the router (`actions.routing`) weighs its verdict together with the intent, the links and the search.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import joblib
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from actions.frame import ASPECTS, route_of
from keikaku.lexicon import Lexicon
from keikaku.linker import PlanLinker
from knowledge.build import LEXICON
from knowledge.store import ROOT

MODEL = ROOT / "models" / "phrasing.joblib"
DATA = ROOT / "data"
SCALE = 0.3  # log probabilities beside the router's other features, which are about 0…1
Labelled = tuple[str, str]


class Phrasing:
    """A classifier from masked text to routes."""

    def __init__(self, pipeline: Pipeline, questions: Sequence[Labelled] = ()) -> None:
        """`questions`: the labelled ones of data/routing as the linker reads them (for actions.neighbours)."""
        self._pipeline, self.questions = pipeline, list(questions)

    @classmethod
    def fit(cls, examples: Sequence[Labelled], questions: Sequence[Labelled] = ()) -> Phrasing:
        """Learn from (masked text, route)."""
        pieces = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
        pipeline = make_pipeline(pieces, LogisticRegression(C=10.0, max_iter=2000))
        return cls(pipeline.fit([text for text, _ in examples], [route for _, route in examples]), questions)

    def features(self, masked: str) -> dict[str, float]:
        """'phrasing <route>' → scaled log probability."""
        scores = SCALE * self._pipeline.predict_log_proba([masked])[0]
        return {f"phrasing {route}": float(score) for route, score in zip(self._pipeline.classes_, scores)}

    def save(self, path: Path = MODEL) -> None:
        path.parent.mkdir(exist_ok=True)
        joblib.dump((self._pipeline, self.questions), path, compress=3)

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls, path: Path = MODEL) -> Phrasing:
        """The trained one; FileNotFoundError tells how to make it."""
        if not path.exists():
            raise FileNotFoundError(f"{path} is missing: run `python -m actions.phrasing` (make run does)")
        return cls(*joblib.load(path))


def labelled(path: Path) -> list[list[Labelled]]:
    """The conversations of a file of data/routing: `{"user", "route"}` or `{"turns": [{"user", "route"}, …]}` a line."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [[(turn["user"], turn["route"]) for turn in row.get("turns", [row])] for row in rows]


def routing_files() -> list[Path]:
    """The labelled questions written for the router."""
    return sorted((DATA / "routing").glob("*.jsonl"))


def routing_questions() -> Iterator[Labelled]:
    """(question, route) of data/routing."""
    for path in routing_files():
        yield from (turn for conversation in labelled(path) for turn in conversation)


def intent_examples() -> Iterator[Labelled]:
    """The examples of data/nlu, each with the route of its intent; a follow-up alone has none."""
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            route = route_of(ASPECTS.get(block["intent"], "talk"))
            if route != "follow_up":
                yield from ((line[2:].strip(), route) for line in block["examples"].splitlines() if line[:2] == "- ")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    linker = PlanLinker(Lexicon.load(LEXICON))
    asked = [(linker.link(text), route) for text, route in routing_questions()]
    examples = [(links.masked, route) for links, route in asked]
    examples += [(linker.link(text).masked, route) for text, route in intent_examples()]
    Phrasing.fit(examples, [(links.repaired, route) for links, route in asked]).save()
    logging.info("phrasing: %d examples", len(examples))
    return 0


if __name__ == "__main__":
    sys.exit(main())
