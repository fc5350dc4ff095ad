"""The card (README.md) of a built encoder: what it was made from, how, and what it can be used for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from search.document import Document


def write_card(folder: Path, documents: Sequence[Document], spellings: int, rows: int) -> None:
    """Write the card. The same documents and package versions give the same card."""
    questions = sum(len(document.questions) for document in documents)
    (folder / "README.md").write_text(
        f"""---
language: ja
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, static-embedding]
---

# Sentence encoder of this knowledge base

Static word vectors, 300 dimensions: a text is cut into words, their vectors are averaged and brought to unit length.
Made on this machine by `python -m search.encoder`, without anything downloaded.

    from sentence_transformers import SentenceTransformer
    SentenceTransformer("{folder.name}").encode(["テレワークの目標は"])

## Made from

- word vectors of ja_ginza {version("ja_ginza")} (MIT licence; trained by its authors on web text);
- normal forms and parts of speech of SudachiDict-core {version("SudachiDict-core")} (Apache 2.0);
- the knowledge base: {len(documents)} entries with {questions} questions, for word weights and training.

{spellings} spellings share {rows} vectors. Words of the knowledge base weigh by how rare they are; the directions that all its
texts share are removed; then the vectors are trained contrastively on its own pairs (a question and its answer, two
phrasings of one question). No judged queries are used.

## Limits

Word order is not seen. Words that neither ja_ginza nor the knowledge base holds are spelt from parts or ignored. The weights
fit this knowledge base: build it again for another. Measured on localgovFAQ and on this knowledge base: docs/search.md.
""",
        "utf-8",
    )
