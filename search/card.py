"""The card of a built encoder."""
from pathlib import Path
from typing import Sequence
from search.document import Document
def write_card(folder: Path, documents: Sequence[Document], spellings: int, rows: int) -> None:
    (folder/"README.md").write_text("x")
