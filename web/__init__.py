"""The web front (FastAPI): chat API, conversations, limits, masking and the chat page."""
