"""The plan document, the KPI store and the FAQ knowledge base (Python 3.11)."""
