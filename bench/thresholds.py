"""What each cut-off of actions/ does to right answers, refusals and answers that should have been refused.

The curves are drawn on dev-like questions that may be looked at (tests/eval/look.jsonl); measure.jsonl is only counted at the
chosen values.
"""

from __future__ import annotations

from typing import Any

import httpx

from actions import beyond, cutoffs, dialogue, measure_answers, text_answers, value_answers
from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from evaluation.play import REFUSALS, faults, read_sets
from evaluation.system import parser_server
from knowledge.store import ROOT
from web.engine import harmless

LOOK, MEASURE = (ROOT / "tests" / "eval" / f"{name}.jsonl" for name in ("look", "measure"))
STEPS = {
    "FOUND": (0.3, 0.45, 0.6),
    "FOUND_SURELY": (0.6, 0.7, 0.8),
    "FOUND_AS_TEXT": (0.15, 0.25, 0.35),
    "SECOND_BEST": (0.15, 0.25, 0.35),
    "BEYOND_SURELY": (0.5, 0.6, 0.75),
    "AS_LIKELY": (0.2, 0.25, 0.3),
    "LINKED_SURELY": (0.65, 0.72, 0.8),
}
USERS = (
    cutoffs,
    beyond,
    dialogue,
    measure_answers,
    text_answers,
    value_answers,
)  # LINKED_SURELY stands in most of them
Parsed = dict[str, Any]


def set_cutoff(name: str, value: float) -> None:
    """Change a cut-off wherever it is used."""
    for module in USERS:
        if hasattr(module, name):
            setattr(module, name, value)


def count(bot: Dialogue, conversations: list[dict[str, Any]], parsed: Parsed) -> tuple[int, int, int, int]:
    """(right, scored, refused though the plan answers, answered though it doesn't)."""
    right = scored = refused = slipped = 0
    for conversation in conversations:
        frame: Frame | None = None
        for turn in conversation["turns"]:
            reply, frame = bot.reply(Message.from_rasa(parsed[turn["user"]]), frame)
            wanted = set(turn.get("status") or [])
            if not wanted and not turn.get("must"):
                continue
            scored += 1
            right += not faults(turn, "\n".join([reply.text, *reply.buttons]), reply.status)
            refused += "answered" in wanted and reply.status in REFUSALS - wanted
            slipped += bool(wanted) and "answered" not in wanted and reply.status == "answered"
    return right, scored, refused, slipped


def main() -> None:
    look, measure = read_sets([LOOK]), read_sets([MEASURE])
    bot = Dialogue(Knowledge())
    with parser_server() as (url, params), httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        texts = dict.fromkeys(turn["user"] for c in look + measure for turn in c["turns"])
        parsed = {t: http.post("/model/parse", params=params, json={"text": harmless(t)}).json() for t in texts}
    print(f"{'cut-off':16s}{'value':>7s}{'right':>10s}{'refused':>9s}{'slipped':>9s}", flush=True)
    for name, values in STEPS.items():
        chosen = next(getattr(module, name) for module in USERS if hasattr(module, name))
        for value in values:
            set_cutoff(name, value)
            right, scored, refused, slipped = count(bot, look, parsed)
            mark = " *" if value == chosen else ""
            print(f"{name:16s}{value:7.2f}{right:6d}/{scored}{refused:9d}{slipped:9d}{mark}", flush=True)
        set_cutoff(name, chosen)
    right, scored, refused, slipped = count(bot, measure, parsed)
    print(f"\nmeasured only   {right}/{scored} right, {refused} refused, {slipped} slipped")


if __name__ == "__main__":
    main()
