"""How well the search finds, on a folder of judged queries: `python -m evaluation.search_eval FOLDER`.

The folder holds corpus.json ({id: "Question: …\\nAnswer: …"}), queries.json ({id: text}) and qrels.json
({query id: {document id: grade}}), as localgovFAQ does. Everything is built for that corpus, from the corpus alone.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.document import Document
from search.encoder import Encoder, build_encoder
from search.index import Index

DEPTH = 10
METRICS = ("recall@10", "nDCG@10", "accuracy@1", "accuracy@5", "MRR@10")


@dataclass(frozen=True)
class Collection:
    """Documents, queries and judgements. `grades`: query id → document id → grade (0: not relevant)."""

    documents: list[Document]
    queries: dict[str, str]
    grades: dict[str, dict[str, int]]


class CollectionError(Exception):
    """The folder isn't a collection; the message says why."""


def read_collection(folder: Path) -> Collection:
    """Raises CollectionError where a file is missing or has another form."""
    try:
        corpus, queries, grades = (
            json.loads((folder / name).read_text("utf-8")) for name in ("corpus.json", "queries.json", "qrels.json")
        )
        documents = [_document(id_, text) for id_, text in corpus.items()]
        judged = {id_: {d: int(g) for d, g in grades[id_].items()} for id_ in queries if id_ in grades}
    except FileNotFoundError as error:
        raise CollectionError(
            f"{error.filename} is missing: {folder} needs corpus.json, queries.json, qrels.json"
        ) from None
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise CollectionError(f"{folder} can't be read: {error}") from error
    judged = {id_: grade for id_, grade in judged.items() if any(g > 0 for g in grade.values())}
    return Collection(documents, {id_: queries[id_] for id_ in judged}, judged)


def _document(id_: str, text: str) -> Document:
    question, _, answer = text.partition("\nAnswer:")
    return Document(id_, (question.removeprefix("Question:").strip(),), answer.strip())


def measure(found: Sequence[str], grades: Mapping[str, int]) -> tuple[float, ...]:
    """METRICS of one query. nDCG takes the grade itself as gain; the rest count every grade above 0 as relevant."""
    gains = [max(grades.get(id_, 0), 0) for id_ in found[:DEPTH]]
    relevant = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    first = next((place for place, gain in enumerate(gains) if gain), None)
    return (
        sum(gain > 0 for gain in gains) / len(relevant),
        _dcg(gains) / _dcg(relevant[:DEPTH]),
        float(first == 0),
        float(first is not None and first < 5),
        1 / (first + 1) if first is not None else 0.0,
    )


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def evaluate(search: Callable[[str], Sequence[str]], collection: Collection) -> dict[str, tuple[float, ...]]:
    """METRICS of each query; `search` gives document ids, best first."""
    return {id_: measure(search(query), collection.grades[id_]) for id_, query in collection.queries.items()}


def mean(rows: Sequence[tuple[float, ...]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows)]


def default_index(collection: Collection, folder: Path, encoder: str | None = None) -> Index:
    """The default system for these documents; `encoder` names another SentenceTransformer."""
    if not encoder:
        build_encoder(folder / "encoder", collection.documents)
    return Index(collection.documents, Encoder(encoder or folder / "encoder"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the default search on a folder of judged queries.")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    try:
        collection = read_collection(arguments.folder)
    except CollectionError as error:
        print(error, file=sys.stderr)
        return 1
    if not collection.queries:
        print(f"{arguments.folder}: no query has a relevant document", file=sys.stderr)
        return 1
    print(f"{len(collection.documents)} documents, {len(collection.queries)} queries; nDCG gain: the grade itself")
    with tempfile.TemporaryDirectory() as temporary:
        start = time.perf_counter()
        index = default_index(collection, Path(temporary), os.environ.get("ENCODER"))
        built = time.perf_counter()
        rows = evaluate(lambda query: [hit.id for hit in index.search(query, DEPTH)], collection)
        done = time.perf_counter()
    for name, value in zip(METRICS, mean(list(rows.values()))):
        print(f"{name:<12} {value:.3f}")
    print(f"built in {built - start:.0f} s, {(done - built) / len(rows) * 1000:.1f} ms a query")
    return 0


if __name__ == "__main__":
    sys.exit(main())
