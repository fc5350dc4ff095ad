"""A knowledge base of some plans, asked without Rasa: the intent is given, the links are made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from actions.reply import Reply
from keikaku.linker import Links, PlanLinker
from knowledge.faq import load_faq
from knowledge.loader import load_plan
from knowledge.passage_files import write_passages
from knowledge.plan import Plan
from knowledge.store import ROOT, VAR, Store, make_engine
from knowledge.words import build_lexicon
from search.encoder import Encoder


class Asked:
    """Each call asks a first question; `then` goes on in the conversation. What is answered has a source."""

    def __init__(self, plans: Sequence[Plan], folder: Path) -> None:
        self.store = Store(make_engine(f"sqlite:///{folder / 'keikaku.db'}"))
        self.store.create()
        with self.store.session() as session:
            for n, plan in enumerate(plans):
                row, _ = load_plan(session, plan, f"{n}.md")
                write_passages(folder / "faq", row)
            self.problems = load_faq(session, folder / "faq")
            self.lexicon = build_lexicon(session, ROOT / "data")
        self.knowledge = Knowledge(self.store, Encoder(VAR / "encoder"))
        self.dialogue, self.linker = Dialogue(self.knowledge), PlanLinker(self.lexicon)
        self.frame: Frame | None = None

    def __call__(self, intent: str, text: str) -> Reply:
        self.frame = None
        return self.then(intent, text)

    def then(self, intent: str, text: str) -> Reply:
        # Links and frames travel between the servers as JSON.
        links = Links.from_dict(self.linker.link(text).as_dict())
        frame = Frame.from_dict(self.frame.as_dict() if self.frame else None)
        reply, self.frame = self.dialogue.reply(Message(links, [(intent, 0.9)]), frame)
        assert reply.status != "answered" or reply.sources
        return reply
