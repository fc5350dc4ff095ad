"""Markdown as a document, by way of HTML."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from knowledge.documents import Document
from knowledge.readers.decode import decode_utf8
from knowledge.readers.html import html_blocks

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_TITLE = re.compile(r"^title:\s*['\"]?(.+?)['\"]?\s*$", re.MULTILINE)


def read_markdown(path: Path) -> Document:
    """A UTF-8 Markdown file. Raises PlanError."""
    return markdown_document(decode_utf8(path.read_bytes(), path.name), path.name)


def markdown_document(text: str, name: str) -> Document:
    """Markdown with tables; a line break in a paragraph stays one, since fields are often written line by line."""
    text = text.replace("\r\n", "\n")
    title = ""
    if front := _FRONT_MATTER.match(text):
        found = _TITLE.search(front[1])
        title, text = found[1] if found else "", text[front.end() :]
    html = MarkdownIt("commonmark", {"breaks": True, "html": True}).enable("table").render(text)
    return Document(name, html_blocks(BeautifulSoup(html, "lxml"), name), title)
