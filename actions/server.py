"""The rasa-sdk actions and their server. `python -m actions.server` (ACTIONS_PORT, default 5055)."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import uvicorn
from rasa_sdk import Action, Tracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from sanic.response import HTTPResponse, json

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.live import LiveKnowledge
from actions.message import Message

log = logging.getLogger("keikaku.actions")


class ActionReply(Action):  # type: ignore[misc]
    """Answers one message and sends the reply contract."""

    def __init__(self, live: LiveKnowledge) -> None:
        self._live = live

    def name(self) -> str:
        return "action_reply"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message = Message.from_rasa(tracker.latest_message)
        # One state of the knowledge for the whole turn, whatever is loaded meanwhile.
        reply, frame = Dialogue(self._live.current).reply(message, Frame.from_dict(tracker.get_slot("frame")))
        dispatcher.utter_message(text=reply.text, buttons=reply.button_list() or None)
        dispatcher.utter_message(json_message={**reply.custom(), "intent": message.intent, "why": reply.why})
        return [SlotSet("frame", frame.as_dict() if frame else None)]


def make_executor(live: LiveKnowledge) -> ActionExecutor:
    """An executor with the action on this knowledge base."""
    executor = ActionExecutor()
    executor.register_action(ActionReply(live))
    return executor


def make_app(live: LiveKnowledge) -> Any:
    """rasa-sdk's own app, with a health route that asks the store."""
    app = create_app(make_executor(live))

    @app.get("/alive")  # type: ignore[untyped-decorator]
    async def alive(_request: Any) -> HTTPResponse:
        try:
            live.current.alive()
        except Exception as error:  # whatever the driver raises, the server can't answer
            log.error("store does not answer: %s", error)
            return json({"status": "error", "detail": type(error).__name__}, status=503)
        return json({"status": "ok", "entries": len(live.current.entries)})

    return app


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    # Rasa 3.6 and a newer rasa-sdk speak the same protocol; the warning on every call says nothing new.
    logging.getLogger("rasa_sdk.utils").setLevel(logging.ERROR)
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    live = LiveKnowledge(Knowledge())
    live.current.warm_up()
    live.start()
    port = int(os.environ.get("ACTIONS_PORT") or 5055)
    uvicorn.run(make_app(live), host="127.0.0.1", port=port, log_level="warning")
    live.stop()


if __name__ == "__main__":
    main()
