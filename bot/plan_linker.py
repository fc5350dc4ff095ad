"""Rasa component: links each message to the plan before anything else looks at it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from keikaku.lexicon import Lexicon
from keikaku.linker import Links, PlanLinker
from keikaku.parts import parts_of, sides_of

LINKS = "links"
MASKED = "masked_text"
PART = "is_part"
FAIR = 0.45  # as in actions/frame.py: a link below says nothing


# Registered as a tokenizer because only tokenizers and featurizers see the training data in Rasa's graph.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class LinkerComponent(GraphComponent):
    """Sets `links` (sent on to the action server), the masked text for the classifier, and entities.

    Entities carry the repaired reading; offsets refer to the normalised text, so they are given only as values.
    Each question of a message that asks several goes through the pipeline as a message of its own (bot/parts.py gathers them).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._path = Path(os.environ.get("KEIKAKU_VAR", "var")) / config["lexicon"]
        self._mask = bool(config["mask"])  # off only to measure what masking is worth (bench/pipelines.py)
        self._modified = -1.0
        self._linker = PlanLinker(Lexicon())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"lexicon": "lexicon.json", "mask": True}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinkerComponent:
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for example in training_data.training_examples:
            if self._mask and example.get(TEXT):
                example.set(MASKED, self._link(example.get(TEXT)).masked)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        processed = []
        for message in messages:
            processed.append(message)
            if not message.get(TEXT):
                continue
            links = self._set_links(message)
            for text in parts_of(links.text, [name for _, name in links.whole]) or self._sides(links):
                part = Message.build(text=text)
                part.set(PART, True)
                self._set_links(part)
                processed.append(part)
        return processed

    def _set_links(self, message: Message) -> Links:
        links = self._link(message.get(TEXT))
        if self._mask:
            message.set(MASKED, links.masked)
        message.set(LINKS, links.as_dict(), add_to_output=True)
        message.set(
            ENTITIES, [*message.get(ENTITIES, []), *_entities(links, len(message.get(TEXT)))], add_to_output=True
        )
        return links

    def _sides(self, links: Links) -> list[str]:
        """The question about each of two things that are named side by side, if these are two to the plan."""
        sides = sides_of(links.text)
        if not sides:
            return []
        (name, first), (other, second) = ((name, self._link(text)) for name, text in sides)
        best, other_best = (next(iter(linked.items), None) for linked in (first, second))
        if best is None or best.score < FAIR:
            known = self._linker.lexicon.surfaces
            return [text for _, text in sides] if {name.lower(), other.lower()} <= known else []
        apart = other_best.id != best.id if other_best else bool(links.unknown)
        return [text for _, text in sides] if apart else []

    def _link(self, text: str) -> Links:
        """Link with the lexicon as it is now: a rebuilt knowledge base counts without a restart."""
        modified = self._path.stat().st_mtime
        if modified != self._modified:
            self._linker = PlanLinker(Lexicon.load(self._path))
            self._modified = modified
        return self._linker.link(text)


def _entities(links: Links, length: int) -> list[dict[str, Any]]:
    best = {link.kind: link for link in reversed(links.items)}
    found = [{"entity": kind, "value": link.label, "confidence": link.score} for kind, link in best.items()]
    found += [{"entity": "fiscal_year", "value": str(year), "confidence": 1.0} for year in links.years]
    return [{"start": 0, "end": length, "extractor": "LinkerComponent", **entity} for entity in found]
