"""A message that asks several things: each question is answered by itself, in order, as if it had come alone."""

from __future__ import annotations

from collections.abc import Callable

from actions.frame import Frame
from actions.message import Message
from actions.reply import Reply, together

Answer = Callable[[Message, Frame | None], tuple[Reply, Frame | None]]
OF_THE_PLAN = frozenset(
    {"KPI not set in the plan", "year outside the plan", "no baseline"}
)  # not held, of what it knows
SURE = frozenset({"answered", "not_in_plan"})


def answer_each(answer: Answer, message: Message, last: Frame | None) -> tuple[Reply, Frame | None] | None:
    """The answers to the parts of a message, below one another; None where they do not all have one of their own."""
    replies: list[Reply] = []
    frame = last
    for part in message.parts:
        reply, frame = answer(part, frame)
        replies.append(reply)
    # A question that goes on from what the plan does not hold has no subject there.
    if not replies or (replies[0].status != "answered" and replies[0].why.split(" (")[0] not in OF_THE_PLAN):
        return None
    if {reply.status for reply in replies} - SURE or all(reply.status != "answered" for reply in replies):
        return None
    if len({reply.text for reply in replies}) < len(replies):
        return None
    return together(replies, "several questions"), frame


def says_as_much(whole: Reply, parts: Reply) -> bool:
    """The answer to the message as a whole rests on all that the answers to its parts rest on."""
    if whole.status != "answered":
        return False
    shown = {(s.section, s.quote, s.row, s.column) for s in whole.sources}
    return all((s.section, s.quote, s.row, s.column) in shown or (s.quote or "-") in whole.text for s in parts.sources)
