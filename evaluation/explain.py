"""Why a question is answered as it is: `python -m evaluation.explain "question" ["follow-up" …]`"""

from __future__ import annotations

import sys
from typing import Any

import httpx

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from evaluation.system import parser_server
from keikaku.morph import analyse


def explain(rasa: str, params: dict[str, str], dialogue: Dialogue, question: str, last: Frame | None) -> Frame | None:
    """Print how one message is read and answered; returns the frame for the next."""
    parsed: dict[str, Any] = (
        httpx.post(f"{rasa}/model/parse", params=params, json={"text": question}, timeout=20, trust_env=False)
        .raise_for_status()
        .json()
    )
    message = Message.from_rasa(parsed)
    links = message.links
    print(f"\n■ {question}")
    print(f"  repaired   {links.repaired}" + "".join(f"  [{typed}→{word}]" for typed, word in links.repairs))
    print("  tokens     " + " | ".join(m.surface for m in analyse(links.repaired)))
    print(f"  masked     {links.masked}")
    print(f"  years      {links.years}  quantities {[q.text for q in links.quantities]}")
    print(f"  concepts   {' '.join(links.concepts)}")
    print(f"  unknown    {' '.join(links.unknown)}  strangers {[s.word for s in links.strangers]}")
    print("  intents    " + "  ".join(f"{name} {confidence:.2f}" for name, confidence in message.intents[:4]))
    if message.parts:
        print("  questions  " + " | ".join(part.links.text for part in message.parts))
    if labelled := dialogue.knowledge.neighbours:
        near = sorted(labelled.features(links.repaired).items(), key=lambda pair: -pair[1])
        print("  labelled   " + "  ".join(f"{name} {likeness:.2f}" for name, likeness in near[:4]))
    for link in links.items[:6]:
        print(
            f"  link       {link.score:.2f} (coverage {link.coverage:.2f}) {link.kind} {link.label}  by 「{link.name}」"
        )
    for kind in ("measure", "kpi", "schedule"):
        item, likeness = dialogue.describing.item(links.asked or links.repaired, kind)
        print(f"  described  {likeness:.2f} {kind} {item.label}" if item else f"  described  {kind}: nothing")
    for found in dialogue.search(links)[:4]:
        channels = " ".join(f"{name}={value}" for name, value in found.hit.channels.items())
        print(f"  search     {found.score:.2f} {found.entry.id}  「{found.hit.question or ''}」 {channels}")
    reply, frame = dialogue.reply(message, last)
    print(f"  frame      {frame.as_dict() if frame else None}")
    print(f"  chosen     {reply.status}: {reply.why}")
    print("  reply      " + reply.text.replace("\n", "\n             "))
    return frame


def main() -> int:
    questions = [question for question in sys.argv[1:] if question.strip()]
    if not questions:
        print('Give a question: make explain Q="交付率のR5の目標は？"', file=sys.stderr)
        return 1
    dialogue = Dialogue(Knowledge())
    with parser_server() as (url, params):
        frame: Frame | None = None
        for question in questions:
            frame = explain(url, params, dialogue, question, frame)
    return 0


if __name__ == "__main__":
    sys.exit(main())
