"""The default sentence encoder, built here from ja_ginza's word vectors: no download, a few seconds, deterministic.

Saved and loaded as an ordinary SentenceTransformer folder. Words of the knowledge base get rows of their own, weighted by
idf; the other 480,000 words of ja_ginza share its 20,000 rows, each under one representative word (`words.json.gz` beside
the model says which). The text is given as Sudachi tokens joined by spaces.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.tokens import tokens

WORDS = "words.json.gz"
DIMENSIONS = 300
COMMON_COMPONENTS = 2
Array = NDArray[np.float32]


def build_encoder(folder: Path, texts: Sequence[str]) -> None:
    """Write the encoder for a knowledge base that holds `texts` into `folder` (replaced as a whole)."""
    import spacy
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    nlp = spacy.load(
        "ja_ginza",
        exclude=[
            "tok2vec",
            "parser",
            "attribute_ruler",
            "ner",
            "morphologizer",
            "compound_splitter",
            "bunsetu_recognizer",
        ],
    )
    vectors = nlp.vocab.vectors
    strings = nlp.vocab.strings
    keys = dict(sorted((strings[key].lower(), int(row)) for key, row in vectors.key2row.items()))
    representative = {row: word for word, row in reversed(keys.items())}
    rows: Array = np.asarray(vectors.data, dtype=np.float32)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)

    documents = [tokens(text) for text in texts]
    frequency = Counter(word for document in documents for word in set(document))
    own = sorted(frequency)
    idf = {word: math.log(1 + len(documents) / n) for word, n in frequency.items()}
    own_rows = np.stack([_row(word, keys, rows) for word in own]) if own else np.zeros((0, DIMENSIONS), np.float32)
    weight = max(idf.values(), default=1.0)
    table = np.concatenate([np.zeros((1, DIMENSIONS), np.float32), rows, own_rows]).astype(np.float32)
    vocabulary = {"[UNK]": 0, **{word: row + 1 for row, word in representative.items()}}
    vocabulary = {word: row for word, row in vocabulary.items() if word not in frequency}
    vocabulary.update({word: 1 + len(rows) + i for i, word in enumerate(own)})
    shared = {
        word: representative[row]
        for word, row in keys.items()
        if word not in vocabulary and representative[row] in vocabulary
    }
    scale = np.concatenate([[0.0], np.full(len(rows), weight), [idf[word] for word in own]]).astype(np.float32)
    table *= scale[:, None]
    table = _without_common_components(table, [[vocabulary[w] for w in document] for document in documents if document])

    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=table), Normalize()], device="cpu"
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    model.save(str(folder), create_model_card=False)
    packed = gzip.compress(json.dumps(shared, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)
    (folder / WORDS).write_bytes(packed)


def _row(word: str, keys: dict[str, int], rows: Array) -> Array:
    """The word's own vector, the mean of its parts, or a direction of its own made from its spelling."""
    if word in keys:
        return np.asarray(rows[keys[word]])
    parts = [rows[keys[part]] for part in (word[:2], word[2:], *word) if part in keys]
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    random = np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    random /= np.linalg.norm(random)
    mean = np.mean(parts, axis=0) if parts else np.zeros(DIMENSIONS, np.float32)
    mixed = 0.6 * random + 0.4 * mean
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


def _without_common_components(table: Array, documents: Iterable[list[int]]) -> Array:
    """Remove the directions that all sentences share (they say nothing about which sentence it is)."""
    means = [table[ids].mean(axis=0) for ids in documents]
    if len(means) < 10:
        return table
    _, _, axes = np.linalg.svd(np.stack(means), full_matrices=False)
    common = axes[:COMMON_COMPONENTS]
    return np.asarray(table - table @ common.T @ common, dtype=np.float32)


class Encoder:
    """A SentenceTransformer, ours or any other, behind one call."""

    def __init__(self, name_or_folder: str | Path) -> None:
        """Load without touching the network. Raises OSError where the model isn't on this machine."""
        from sentence_transformers import SentenceTransformer

        self.name = str(name_or_folder)
        self._model = SentenceTransformer(self.name, device="cpu", local_files_only=True)
        words = Path(self.name) / WORDS
        self._words: dict[str, str] | None = json.loads(gzip.decompress(words.read_bytes())) if words.exists() else None

    def encode(self, texts: Sequence[str]) -> Array:
        """Unit vectors, shape (len(texts), dimensions)."""
        if self._words is not None:
            texts = [" ".join(self._words.get(word, word) for word in tokens(text)) for text in texts]
        return np.asarray(
            self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
        )
