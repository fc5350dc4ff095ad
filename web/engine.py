"""The way to Rasa: one call per turn, on loopback, with the sender chosen here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_S = 10.0


class EngineError(Exception):
    """Rasa or the actions did not give a usable reply."""


@dataclass(frozen=True)
class Turn:
    """What the engine said to one message, Rasa's parts put together: exactly one text and one custom."""

    text: str
    buttons: list[dict[str, str]]
    custom: dict[str, Any]
    intent: str
    why: str


class Engine:
    """Client of the bot (REST channel) and of the health routes of both servers."""

    def __init__(
        self,
        rasa_url: str,
        actions_url: str,
        rasa_token: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._rasa, self._actions, self._token = rasa_url.rstrip("/"), actions_url.rstrip("/"), rasa_token
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, sender: str, text: str) -> Turn:
        """Send one message. Raises EngineError for an error, a time-out or an empty reply (Rasa's sign of an exception)."""
        try:
            response = await self._http.post(
                f"{self._rasa}/webhooks/rest/webhook", json={"sender": sender, "message": harmless(text)}
            )
            response.raise_for_status()
            messages = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EngineError(f"bot: {type(error).__name__}") from error
        return merge(messages)

    async def health(self) -> dict[str, bool]:
        """Which of bot and actions can answer now."""
        return {
            "bot": await self._is_up(f"{self._rasa}/status", {"token": self._token} if self._token else {}),
            "actions": await self._is_up(f"{self._actions}/alive", {}),
        }

    async def _is_up(self, url: str, params: dict[str, str]) -> bool:
        try:
            return (await self._http.get(url, params=params, timeout=3.0)).status_code == 200
        except httpx.HTTPError:
            return False


def harmless(text: str) -> str:
    """A typed 『/intent{…}』 would become that intent in Rasa; without its slash it is only words."""
    return text.strip().lstrip("/").strip() or "。"


def merge(messages: Any) -> Turn:
    """Rasa sends text, buttons and custom apart; put them together. Raises EngineError where no status is found."""
    if not isinstance(messages, list) or not messages:
        raise EngineError("bot: empty reply (see the bot's log)")
    texts = [m["text"] for m in messages if m.get("text")]
    buttons = [button for m in messages for button in m.get("buttons") or []]
    customs = [m["custom"] for m in messages if isinstance(m.get("custom"), dict) and m["custom"].get("status")]
    if len(customs) != 1 or not texts:
        raise EngineError(f"bot: {len(customs)} statuses, {len(texts)} texts in one reply")
    custom = dict(customs[0])
    return Turn("\n".join(texts), buttons, custom, str(custom.pop("intent", "")), str(custom.pop("why", "")))
