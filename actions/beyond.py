"""What a plan does not hold: other subjects, places, persons, attributes such as a budget, measures that it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import cutoffs, talk
from actions.frame import ASPECTS, FAIR, LINKED_SURELY, TEXT_ASPECTS, Frame
from actions.knowledge import Found, Knowledge
from actions.message import BEYOND, Message
from actions.reply import Reply, contents_source, title_source
from actions.routing import beyond_word
from keikaku.linker import Links, Stranger, measure_numbers

FIGURE = re.compile(r"\d(?![年月)）(（\d])")
# Names and numbers of persons: a plan holds none (『課長の名前』, 『誰がなったの』); names of bodies and systems it does.
OF_PERSON = re.compile(
    r"(?:知事|市長|町長|村長|[課部係室局班]長|次長|職員|社員|担当者|責任者|メンバー|講師|委員|補佐官|戦略監|CIO|人)(?:さん)?の?(?:お?名前|氏名|フルネーム|連絡先|電話|内線|メール)"
    r"|お名前|(?:人|方|[課部係室局班]長|補佐官|戦略監|委員|講師)(?:って|は|が)、?(?:誰|だれ|どなた)"
    r"|(?:戦略監|補佐官|CIO|[課部局室]長|座長|会長|委員長|リーダー)[^。?？]{0,6}(?:誰|だれ|どなた)が"
    r"|(?:[課部係室局班]長|補佐官|戦略監|担当者|人|方)(?:さん|様)?(?:って|は|が|の)?、?(?:お名前は)?(?:なん|何)(?:て|と)(?:いう|言う|ゆう|名)"
    r"|電話番号|内線番号|メールアドレス|電話\w{0,10}番号|(?i:\be-?mail address|\b(?:tele)?phone number|\bextension number|\bcontact details)"
    r"|(?:誰|だれ)が(?:なる|なった|なり|なっ|就|務め|やる|やっ(?!て(?:い?る|んの)|と[るんっ])|任命|選ば)|(?:誰|だれ)に(?:なる|なった|なり|決ま)"
)
# When and where something is held next (『次いつ集まるの』).
NEXT_MEETING = re.compile(
    r"次(?:は|に|回は?)?(?:いつ|どこ|何日)\w{0,6}(?:集ま|やる|やり|ある|あり|開|ひら)|次回の?(?:日時|日程|会場|開催)"
)
_ASKS_AMOUNT = re.compile(
    r"何(?:人|名|件|回|台|体|割|%|パーセント|時間|箇所|か所|団体|市町村)|割合|[者員件回台体]数|いくつ"
)


# What a program would read: an SQL statement, a tag with attributes or a closing one, a template's braces.
_CODE = re.compile(
    r"\b(?:select|delete)\b.+\bfrom\b\s+\w+|\b(?:insert\s+into|drop\s+table|union\s+select|update\s+\w+\s+set)\b"
    r"|</?(?:script|img|iframe|svg|style|a|div|body)\b|\{\{.*\}\}|\$\{.*\}|\{%.*%\}",
    re.IGNORECASE | re.DOTALL,
)
# An intent as typed into Rasa's shell; the web front takes its slash away.
_COMMAND = re.compile(r"\s*/?\w+\s*\{\s*\"")


def is_code(text: str) -> bool:
    """The message is program text rather than a question; one in Japanese beside it is answered."""
    if _COMMAND.match(text):
        return True
    rest = _CODE.sub("", text)
    return _CODE.search(text) is not None and not re.search(r"[ぁ-ゖ]{2}|[一-龥]{2}[はのを]", rest)


def strange(message: Message) -> list[Stranger]:
    """Strangers that are no part of a name that is linked well (日本 in 『日本語教室の充実の課題は』), nor a place of the
    plan's text where its text is asked for."""
    links, of_text = message.links, ASPECTS.get(message.intent) in TEXT_ASPECTS | {"schedule"}
    labels = [link.label for link in links.items if link.kind in {"measure", "kpi"} and link.score >= LINKED_SURELY]
    return [
        s for s in links.strangers if not (of_text and s.mentioned) and not any(s.word in label for label in labels)
    ]


def other_places(links: Links) -> list[str]:
    """Places that no linked name holds: the plan's figures are not theirs (『島根県は何箇所？』)."""
    labels = [link.label for link in links.items if link.score >= FAIR]
    return [place for place in links.elsewhere if not any(place in label for label in labels)]


def is_beyond(message: Message, found: list[Found]) -> bool:
    """Something says that the plan doesn't hold it: a strange word, an attribute such as a budget, or the intent."""
    links = message.links
    share = sum(confidence for name, confidence in message.intents if name in BEYOND)
    if share >= cutoffs.BEYOND_SURELY or strange(message) or beyond_word(links.without("measure", "schedule", "kpi")):
        return True
    if _ASKS_AMOUNT.search(links.without("measure", "schedule", "kpi")) and not any(
        FIGURE.search(q.text) for f in found[:1] for q in f.entry.quotes
    ):
        return True
    return bool(links.unknown) and (not found or found[0].score < cutoffs.FOUND_SURELY)


def strangers_of(links: Links, frame: Frame, of_plan: bool) -> list[str]:
    """Strangers in the noun phrase that most of the evidence for the chosen items stands in.

    `of_plan`: a place that the plan mentions is none there (『岡山県と一緒に作ったものは』), as it is for a figure.
    """
    chosen = [link for link in links.items if link.measure in frame.measures and link.score >= FAIR]
    labels = {link.label for link in chosen}
    top = max((link.score for link in chosen), default=0.0)
    evidence = [set(link.matched) for link in chosen if link.score >= top - 0.01]
    return list(
        dict.fromkeys(
            s.word
            for s in links.strangers
            if not (of_plan and s.mentioned)
            and any(len(matched & set(s.beside)) > len(matched) / 2 for matched in evidence)
            and not any(s.word in label for label in labels)
        )
    )


def outside_reply(k: Knowledge, frame: Frame) -> Reply:
    """An attribute that the plan doesn't hold (budget, names, results)."""
    sources = [title_source(k.measures[ref]) for ref in frame.measures[:2]] or [contents_source(k.plan)]
    subject = (
        f"{k.measures[frame.measures[0]].number}「{k.measures[frame.measures[0]].title}」について、"
        if frame.measures
        else ""
    )
    text = f"{subject}お尋ねの内容は計画に書かれていません。\n計画にあるのは、担当所属、現状・課題、施策概要、KPIの現状と目標、スケジュールです。\n計画以外のことは{talk.HELPDESK}へお問い合わせください。"
    buttons = [
        f"{k.measures[ref].number}の{what}は？"
        for ref in frame.measures[:1]
        for what in ("担当所属", "KPI", "スケジュール")
    ]
    return Reply("not_in_plan", text, sources, buttons, why="attribute outside the plan")


def stranger_reply(k: Knowledge, words: Sequence[str], links: Links) -> Reply:
    """The question is about something whose name the plan never uses."""
    near = [link for link in links.items if link.kind in {"kpi", "measure"} and link.score >= FAIR][:3]
    named = "」「".join(words[:3])
    text = f"「{named}」については、計画に書かれていません。\n計画の施策やKPIの名前で聞き直していただくか、{talk.HELPDESK}へお問い合わせください。"
    buttons = [f"{link.label}について教えて" for link in near]
    return Reply("not_in_plan", text, [contents_source(k.plan)], buttons, why=f"strangers {words}")


def no_such_measure(k: Knowledge, links: Links) -> Reply | None:
    """『14番目の施策』 of a plan that has thirteen."""
    numbers = measure_numbers(links.repaired)
    if not numbers or any(link.kind == "measure" and not link.matched for link in links.items):
        return None
    known = [measure.number for measure in k.measures.values()]
    text = f"{'・'.join(f'施策{n}' for n in sorted(numbers))}は、計画にありません。\n計画の施策は{known[0]}から{known[-1]}までの{len(known)}件です。"
    return Reply("not_in_plan", text, [contents_source(k.plan)], ["施策の一覧を教えて"], why="no such measure")
