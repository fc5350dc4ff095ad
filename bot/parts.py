"""Rasa component: gathers the questions of a message that asks several, each with its own links and intents."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.plan_linker import LINKS, PART

PARTS = "parts"
RANKING = "intent_ranking"


# Registered as a classifier because it has to come after the one that classifies the parts.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PartsGatherer(GraphComponent):
    """Sets `parts` of a message (sent on to the action server) from the parts that the linker put behind it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PartsGatherer:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        whole: list[Message] = []
        for message in messages:
            if not message.get(PART):
                whole.append(message)
                continue
            part = {key: message.get(key) for key in (LINKS, INTENT, RANKING)}
            whole[-1].set(PARTS, [*whole[-1].get(PARTS, []), part], add_to_output=True)
        return whole
