"""The default sentence encoder, built here from ja_ginza's word vectors and the knowledge base: no download, deterministic.

`python -m search.encoder FOLDER` builds it again. The folder is an ordinary SentenceTransformer (StaticEmbedding and
Normalize) that takes raw text: see `search.vocabulary` for how text is cut into words, `search.training` for what is learnt.
"""

from __future__ import annotations

import argparse
import logging
import math
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.card import write_card
from search.document import Document
from search.score import FILE, Calibration, fingerprint
from search.training import Group, Ids, Trained, train
from search.vocabulary import DIMENSIONS, Vocabulary, load_vectors, make_vocabulary

log = logging.getLogger("keikaku.search")
Array = NDArray[np.float32]
COMMON_COMPONENTS = 10  # directions that all texts of a knowledge base share
UNKNOWN = "[UNK]"
BATCH, STATIC_BATCH = 32, 2048  # a static encoder pads nothing: texts together cost less and come out the same


def build_encoder(folder: Path, documents: Sequence[Document], *, trained: bool = True) -> None:
    """Write the encoder for these documents into `folder`, replaced as a whole."""
    from tokenizers import Tokenizer, models, normalizers

    vectors = load_vectors()
    texts = [text for document in documents for text in (*document.questions, document.answer)]
    vocabulary = make_vocabulary(texts, vectors)
    spelt = [(UNKNOWN, 0.0), *((spelling, score) for spelling, (score, _) in vocabulary.spellings.items())]
    tokenizer = Tokenizer(models.Unigram(spelt, unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])

    word_of = np.array([-1, *(word for _, word in vocabulary.spellings.values())], dtype=np.int64)
    groups = [_group(document, tokenizer, word_of) for document in documents]
    own = sorted({word for group in groups for ids in (*group.questions, group.answer) for word in ids})
    weights = _weights(groups)
    heaviest = max(weights.values(), default=1.0)
    place = {word: i for i, word in enumerate(own)}
    groups = [Group(tuple([place[w] for w in q] for q in g.questions), [place[w] for w in g.answer]) for g in groups]
    start = np.stack([weights[w] * vectors.of(vocabulary.words[w]) for w in own]) if own else _nothing()
    common = _common_components(start, groups)
    start = (start - start @ common.T @ common).astype(np.float32)
    result = train(start, groups) if trained else Trained(start, np.eye(DIMENSIONS, dtype=np.float32))

    others = vectors.rows * heaviest
    others = (others - others @ common.T @ common) @ result.turn
    composed, table_row = _rows(vocabulary, place, vectors.row_of, len(others))
    parts = np.stack([vectors.of(vocabulary.words[w]) for w in composed]) * heaviest if composed else _nothing()
    parts = (parts - parts @ common.T @ common) @ result.turn
    table = np.concatenate([np.zeros((1, DIMENSIONS), np.float32), others, result.table, parts])
    mapping = np.where(word_of >= 0, table_row[word_of], 0)
    used, mapping = np.unique(mapping, return_inverse=True)
    _save(folder, tokenizer, table[used], mapping)
    write_card(folder, documents, len(vocabulary.spellings), len(used))


def _nothing() -> Array:
    return np.zeros((0, DIMENSIONS), np.float32)


def _group(document: Document, tokenizer: Any, word_of: NDArray[np.int64]) -> Group:
    def ids(text: str) -> Ids:
        found = word_of[np.array(tokenizer.encode(text).ids, dtype=np.int64)]
        return [int(word) for word in found if word >= 0]

    return Group(tuple(ids(question) for question in document.questions), ids(document.answer))


def _weights(groups: Sequence[Group]) -> dict[int, float]:
    """How much each word says: the rarer among the documents, the more."""
    frequency = Counter(w for group in groups for w in {w for ids in (*group.questions, group.answer) for w in ids})
    total = len(groups)
    return {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in frequency.items()}


def _common_components(table: Array, groups: Sequence[Group]) -> Array:
    """The directions that all texts share, (components, dimensions): they don't tell one text from another."""
    texts = [ids for group in groups for ids in (*group.questions, group.answer) if len(ids)]
    means = np.stack([table[list(ids)].sum(axis=0) for ids in texts]) if texts else _nothing()
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    count = min(COMMON_COMPONENTS, len(texts) // 20)
    _, axes = np.linalg.eigh(means.T.astype(np.float64) @ means)
    return np.asarray(axes[:, DIMENSIONS - count :].T, dtype=np.float32)


def _rows(
    vocabulary: Vocabulary, own: dict[int, int], row_of: dict[str, int], general: int
) -> tuple[list[int], NDArray[np.int64]]:
    """Each word's row in the table, and the words that get a composed row: row 0, ja_ginza's, the own words', those."""
    composed: list[int] = []
    rows = np.zeros(len(vocabulary.words), dtype=np.int64)
    for index, word in enumerate(vocabulary.words):
        if index in own:
            rows[index] = 1 + general + own[index]
        elif word in row_of:
            rows[index] = 1 + row_of[word]
        else:
            rows[index] = 1 + general + len(own) + len(composed)
            composed.append(index)
    return composed, rows


def _save(folder: Path, tokenizer: Any, table: Array, mapping: NDArray[np.int64]) -> None:
    """Write the SentenceTransformer. Words with the same vector share a row on disk (model2vec's form of the file)."""
    from safetensors.numpy import save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        static = StaticEmbedding(tokenizer, embedding_weights=np.zeros((1, DIMENSIONS), np.float32))
        model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
        target = Path(temporary) / "encoder"
        model.save(str(target), create_model_card=False)
        tensors = {"embeddings": np.ascontiguousarray(table, np.float32), "mapping": mapping.astype(np.int32)}
        save_file(tensors, str(target / "model.safetensors"))
        (target / "model.safetensors").chmod(0o644)  # it is written for its owner alone
        shutil.rmtree(folder, ignore_errors=True)
        target.rename(folder)


class Encoder:
    """A SentenceTransformer, ours or any other, behind one call. `calibration`: what the index's scores mean with it."""

    def __init__(self, name_or_folder: str | Path) -> None:
        """Load without touching the network. Raises OSError where the model isn't on this machine."""
        from sentence_transformers import SentenceTransformer

        self.name = str(name_or_folder)
        self._model = SentenceTransformer(self.name, device="cpu", local_files_only=True)
        self._batch = STATIC_BATCH if _is_static(self._model) else BATCH
        stored = Calibration.load(Path(self.name) / FILE)
        self.calibration = stored if stored and stored.made_for == fingerprint(self.name) else None

    def encode(self, texts: Sequence[str]) -> Array:
        """Unit vectors, shape (len(texts), dimensions); zeros for a text without a known word."""
        return np.asarray(
            self._model.encode(list(texts), batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )


def _is_static(model: Any) -> bool:
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    return isinstance(model[0], StaticEmbedding)


def build_and_calibrate(folder: Path, documents: Sequence[Document]) -> None:
    """The encoder of a knowledge base with its calibration and card."""
    from search.calibration import calibrate, read_outside, table

    build_encoder(folder, documents)
    try:
        calibration = calibrate(documents, read_outside(), Encoder(folder), own=True)
    except ValueError as problem:
        log.warning("search scores are not calibrated: %s", problem)
        return
    calibration.save(folder / FILE)
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write(
            f"\n## Search scores\n\nMeasured on held-out phrasings and outside questions:\n\n{table(calibration)}\n"
        )


def main() -> int:
    """Build the encoder for what is in the store."""
    from knowledge.searchable import stored_documents

    parser = argparse.ArgumentParser(description="Build the sentence encoder for the knowledge base.")
    parser.add_argument("folder", type=Path, help="where to write it, for example var/encoder")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    build_and_calibrate(arguments.folder, stored_documents())
    return 0


if __name__ == "__main__":
    sys.exit(main())
