"""Finds a plan in a document: measures, owners, KPIs, schedules and prose, by the vocabulary of data/headings.yml."""

from knowledge.extract.plans import extract_plan

__all__ = ["extract_plan"]
