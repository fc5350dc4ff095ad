"""Rasa components of Keikaku (Python 3.10): tokenizer, plan linker, tracker store."""
