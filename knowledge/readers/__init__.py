"""Turns files of several formats into the neutral form of knowledge.documents."""

from knowledge.readers.files import read_document

__all__ = ["read_document"]
