"""Search quality on localgovFAQ: each part alone, the default hybrid, and another encoder where ENCODER names one.

The data isn't part of the project: DATA names its folder (default: shared/data/localgovfaq beside the checkout).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from evaluation.search_eval import (
    DEPTH,
    METRICS,
    Collection,
    CollectionError,
    default_index,
    evaluate,
    mean,
    read_collection,
)
from search.encoder import Encoder
from search.index import Index
from search.score import WEIGHTS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT.parent / "shared" / "data" / "localgovfaq"
ALONE = {
    "BM25 (words, question and answer)": {"text_words": 1.0},
    "vectors": {name: weight for name, weight in WEIGHTS.items() if name.endswith("vectors")},
    "words and vectors": {name: weight for name, weight in WEIGHTS.items() if not name.endswith("grams")},
    "default hybrid": WEIGHTS,
}
# Published on the same data (recall@10, nDCG@10), all queries.
PUBLISHED = {
    "BM25 (Kuromoji)": (0.600, 0.494),
    "multilingual-e5-small": (0.642, 0.522),
    "multilingual-e5-large": (0.682, 0.571),
    "ruri-v3-310m": (0.706, 0.597),
    "sarashina-embedding-v2-1b": (0.823, 0.696),
}
Search = Callable[[str], Sequence[str]]


def main() -> None:
    """Print the table. Says so where the data is missing."""
    folder = Path(os.environ.get("DATA") or FOLDER)
    try:
        collection = read_collection(folder)
    except CollectionError as error:
        print(f"Not run: {error}. Name the folder with DATA=…")
        return
    print(f"{len(collection.documents)} documents, {len(collection.queries)} queries; nDCG gain: the grade itself.")
    print("chosen on: the half of the queries on which the channel weights were chosen.\n")
    print(f"| {'':<36} | {' | '.join(METRICS)} | chosen on: recall, nDCG | other half: recall, nDCG |")
    print("|---" * (len(METRICS) + 3) + "|")
    with tempfile.TemporaryDirectory() as temporary:
        index = default_index(collection, Path(temporary))
        for name, weights in ALONE.items():
            _print(name, _reweighted(index, weights), collection)
        if other := os.environ.get("ENCODER"):
            try:
                encoder = Encoder(other)
            except (OSError, ValueError) as error:
                print(f"\nENCODER={other} can't be loaded: {error}")
                return
            theirs = Index(collection.documents, encoder, raw=True)
            _print(f"vectors of {other}", _reweighted(theirs, ALONE["vectors"]), collection)
            _print(f"hybrid with {other}", _reweighted(theirs, WEIGHTS), collection)
    print("\nPublished: " + "; ".join(f"{name} {r:.3f}/{n:.3f}" for name, (r, n) in PUBLISHED.items()))


def _reweighted(index: Index, weights: dict[str, float]) -> Search:
    def search(query: str) -> list[str]:
        index.weights = weights
        return [hit.id for hit in index.search(query, DEPTH)]

    return search


def _print(name: str, search: Search, collection: Collection) -> None:
    rows = evaluate(search, collection)
    halves = [[row for id_, row in rows.items() if in_other_half(id_) is other] for other in (False, True)]
    cells = [f"{value:.3f}" for value in mean(list(rows.values()))]
    cells += [", ".join(f"{value:.3f}" for value in mean(half)[:2]) if half else "–" for half in halves]
    print(f"| {name:<36} | {' | '.join(cells)} |", flush=True)


def in_other_half(query_id: str) -> bool:
    """The split: settings were chosen on the queries for which this is false."""
    return int(hashlib.sha256(query_id.encode()).hexdigest(), 16) % 2 == 1


if __name__ == "__main__":
    main()
