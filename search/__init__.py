"""FAQ search: sentence-transformers embeddings and BM25 on Sudachi normalised forms (Python 3.11)."""
