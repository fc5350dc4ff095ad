"""A search index that takes in changes at once: the index as it was built, and a small one beside it for what is new.

Building the whole index takes seconds from some thousand entries on; a changed entry must not wait for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from search.document import Document
from search.encoder import Encoder
from search.index import Index
from search.interface import Hit

COMPANY = 300


class LayeredIndex:
    """`base` without the documents that are gone or changed, and those that are new. Searched like an Index."""

    def __init__(self, base: Index, documents: Sequence[Document], encoder: Encoder) -> None:
        before = {document.id: document for document in base.documents}
        changed = [document for document in documents if before.get(document.id) != document]
        self.documents = list(documents)
        self.base = base
        self._fresh_ids = {document.id for document in changed}
        self._base_ids = {document.id for document in documents} - self._fresh_ids
        # A few of the others keep the new ones company: how rare a word is can't be told from one entry.
        others = [document for document in documents if document.id in self._base_ids]
        company = others[:: max(1, len(others) // COMPANY)]
        self._fresh = Index([*changed, *company], encoder) if changed else None

    @property
    def size(self) -> int:
        return len(self.documents)

    def search(self, query: str, limit: int = 10, only: set[str] | None = None) -> list[Hit]:
        """The best entries for `query`, best first; `only` narrows to these ids."""
        hits = self.base.search(query, limit, self._base_ids if only is None else self._base_ids & only)
        if self._fresh is not None:
            hits += self._fresh.search(query, limit, self._fresh_ids if only is None else self._fresh_ids & only)
        return sorted(hits, key=lambda hit: -hit.score)[:limit]
