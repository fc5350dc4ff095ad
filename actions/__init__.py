"""The action server: turns a linked question into a sourced answer from the KPI store and the FAQ search (Python 3.11)."""
