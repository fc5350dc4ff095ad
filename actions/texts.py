"""Answers from the text of the plan and the FAQ: quoted word for word, the one that answers first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import talk
from actions.knowledge import Found, Knowledge
from actions.measures import title
from actions.reply import Reply, Source, contents_source, faq_source, passage_source, title_source
from keikaku.text import fold, nfkc
from knowledge import plan as model
from knowledge.places import passage_section
from knowledge.store import MeasureRow, PassageRow

NEAR_QUOTES = 2
WHOLE = 0.9  # a quote shorter than this share of its passage is followed by the whole passage
SECTIONS = {"issues": model.ISSUES, "policy": model.POLICY}


def found_reply(found: Found, with_rest_of: str | None = None, linked: Sequence[MeasureRow] = ()) -> Reply:
    """A search hit: its quotes, then (for issues and policy) what else stands under the same heading.

    `linked`: the measures that staff linked an answer of theirs to.
    """
    entry = found.entry
    why = f"search {entry.id} {found.score:.2f} {found.hit.channels}"
    if entry.answer:
        related = [f"{m.number}について教えて" for m in linked] + [f"{name}の目標は？" for name in entry.kpis]
        # Said after the answer, so that staff see whether it was their question.
        which = "" if found.score >= 1 else f"\n（FAQ「{found.hit.question or entry.questions[0]}」への回答です）"
        return Reply("answered", entry.answer + which, [faq_source(entry)], related, why=why)
    lines, sources = [], []
    for quote in entry.quotes:
        lines.append(quote.text)
        sources.append(passage_source(quote.passage, quote.text))
    passage = entry.quotes[0].passage
    if passage.section == model.GLOSSARY:
        lines[0] = f"{passage.heading}：{lines[0]}"
    place = (
        f"（{passage.measure.number}「{passage.measure.title}」の{passage_section(passage)}）"
        if passage.measure
        else f"（「{passage.heading}」の{passage_section(passage)}）"
        if passage.heading
        else f"（{passage_section(passage)}）"
    )
    lines.append(place)
    context = dict.fromkeys(
        quote.passage.text for quote in entry.quotes if len(fold(quote.text)) < WHOLE * len(fold(quote.passage.text))
    )
    lines += [f"前後の文：{text}" for text in context]
    if with_rest_of and passage.measure:
        rest = _rest(passage.measure, passage, with_rest_of, [q.text for q in entry.quotes])
        if rest:
            lines.append("同じ項目には次の記述もあります。")
            lines += [f"・{p.text}" for p in rest]
            sources += [passage_source(p) for p in rest]
    buttons = []
    if passage.measure:
        number = passage.measure.number
        buttons = [f"{number}の課題は？", f"{number}の施策概要は？", f"{number}の担当所属は？"]
    return Reply("answered", "\n".join(lines), sources, buttons, why=why)


def add_near(reply: Reply, said: Found, near: Sequence[Found]) -> None:
    """Below the answer: the next best quotes of the plan, each with its source."""
    added = 0
    for found in near:
        if found.entry.answer or found.entry.id == said.entry.id or added == NEAR_QUOTES:
            continue
        for quote in found.entry.quotes:
            if fold(quote.text) in fold(reply.text):
                continue
            reply.text += ("" if added else "\n近い記述：") + f"\n・{quote.text}"
            reply.sources.append(passage_source(quote.passage, quote.text))
            added += 1


def _rest(measure: MeasureRow, passage: PassageRow, section: str, said: Sequence[str]) -> list[PassageRow]:
    return [
        p
        for p in measure.passages
        if p.section == section
        and p.heading == passage.heading
        and p.id != passage.id
        and not any(fold(s) in fold(p.text) for s in said)
    ]


def section_reply(measures: Sequence[MeasureRow], section: str, headings: Sequence[str]) -> Reply:
    """現状・課題 or 施策概要 of measures, narrowed to a 【heading】 where one was named."""
    lines: list[str] = []
    sources: list[Source] = []
    missing: list[Source] = []
    for measure in measures:
        passages = [p for p in measure.passages if p.section == section]
        narrowed = [p for p in passages if p.heading in headings]
        heading: str | None = None
        if not passages:
            lines.append(f"{title(measure)}の{section}は、計画に書かれていません。")
            missing.append(title_source(measure))
            continue
        lines.append(f"{title(measure)}の{section}は次のとおりです。")
        for passage in narrowed or passages:
            if passage.heading and passage.heading != heading:
                lines.append(f"【{passage.heading}】")
                heading = passage.heading
            lines.append(f"・{passage.text}")
            sources.append(passage_source(passage))
    number = measures[0].number
    other = "施策概要" if section == model.ISSUES else "課題"
    return Reply(
        "answered" if sources else "not_in_plan",
        "\n".join(lines),
        sources + missing,
        [f"{number}の{other}は？", f"{number}のKPIは？", f"{number}のスケジュールは？"],
        why="section",
    )


def note_on(knowledge: Knowledge, question: str) -> PassageRow | None:
    """The note that explains a word of the question."""
    asked = fold(question)
    notes = [p for p in knowledge.passages if p.section == model.GLOSSARY and p.heading and fold(p.heading) in asked]
    return max(notes, key=lambda p: len(p.heading or ""), default=None)


def spelled_out(knowledge: Knowledge, question: str) -> tuple[Reply, str | None] | None:
    """『DXって何の略？』: where the plan writes the letters out in brackets, or that it does not; and the measure. None where no
    letters are asked for, or a note explains them."""
    terms = set(_LETTERS.findall(question)) if _STANDS_FOR.search(question) else set()
    if len(terms) != 1 or note_on(knowledge, question):
        return None
    (term,) = terms
    written = re.compile(
        rf"[^、。・\s「（(]*{re.escape(term)}\s?[（(][^）)]{{4,}}[）)]|[^、。・\s「（(]{{2,}}[（(]{re.escape(term)}[）)]"
    )
    for passage in knowledge.passages:
        if match := written.search(nfkc(passage.text)):
            source, ref = passage_source(passage), passage.measure.ref if passage.measure else None
            return Reply(
                "answered", f"計画には「{match[0]}」と書かれています。", [source], why="letters spelled out"
            ), ref
    for chapter in knowledge.chapters:
        if match := written.search(nfkc(chapter)):
            source = contents_source(knowledge.plan)
            return Reply(
                "answered", f"計画には「{match[0]}」と書かれています。", [source], why="letters spelled out"
            ), None
    text = f"「{term}」が何の略かは、計画に書かれていません。\n言葉の意味は{talk.HELPDESK}へお問い合わせください。"
    return Reply("not_in_plan", text, [contents_source(knowledge.plan)], why="letters not spelled out"), None


_STANDS_FOR = re.compile(
    r"(?:何|なん|なに)の略|略さ(?:ず|ない)|略(?:称|語)|正式(?:名称|には)|\bstands? for\b", re.IGNORECASE
)
_LETTERS = re.compile(r"(?<![A-Za-z0-9-])[A-Z][A-Z0-9]+(?![A-Za-z0-9-])")


def note_reply(note: PassageRow) -> Reply:
    """A word that the plan itself explains."""
    text = f"{note.heading}：{note.text}"
    where = f"\n（{note.measure.number}「{note.measure.title}」の注）" if note.measure else ""
    return Reply("answered", text + where, [passage_source(note)], why="glossary")
