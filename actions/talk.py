"""What the bot says when no fact of the plan is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable

from actions.knowledge import Knowledge
from actions.reply import Reply
from keikaku import years
from knowledge.plan import ISSUES

HELPDESK = os.environ.get("HELPDESK_CONTACT") or "ヘルプデスク（情報政策課）"
# Questions that show what can be asked, with the name of the plan that each is about.
EXAMPLES = [
    ("マイナンバーカードの交付率のR5年度末の目標は？", "マイナンバーカードの交付率"),
    ("RPAの施策の担当課は？", "RPA"),
    ("行政手続オンライン化の課題は？", "行政手続オンライン"),
    ("KPIが未設定の施策は？", ""),
]


def examples(knowledge: Knowledge) -> list[str]:
    """The examples, where the plan knows what they are about; else ones of the plan's own, of the same kinds."""
    named = [*(k.name for k in knowledge.kpis.values()), *(m.title for m in knowledge.measures.values())]
    if all(any(about in name for name in named) for _, about in EXAMPLES):
        return [question for question, _ in EXAMPLES]
    found = []
    if kpi := next((k for k in knowledge.kpis.values() if k.targets), None):
        found.append(f"{kpi.name}の{years.reiwa(max(kpi.targets))}年度末の目標は？")
    for measure in list(knowledge.measures.values())[:1]:
        found.append(f"{measure.title}の担当課は？")
        if any(p.section == ISSUES for p in measure.passages):
            found.append(f"{measure.title}の課題は？")
    return [*found, "KPIが未設定の施策は？"]


def greeting(knowledge: Knowledge) -> Reply:
    text = "お疲れさまです。計画について、知りたいことを入力してください。"
    return Reply("chitchat", text, buttons=examples(knowledge), why="greet")


def goodbye(_: Knowledge) -> Reply:
    return Reply("chitchat", "ご利用ありがとうございました。また必要なときにお声がけください。", why="goodbye")


def thanks(_: Knowledge) -> Reply:
    return Reply("chitchat", "お役に立ててうれしいです。ほかにもあればどうぞ。", why="thank")


def help_text(knowledge: Knowledge) -> Reply:
    text = (
        f"私は計画ボットです。{'、'.join(f'「{p.title}」の{len(p.measures)}施策' for p in knowledge.plans)}について、"
        "担当所属、KPIの現状と目標、スケジュール、現状・課題、施策概要をお答えします。\n"
        "「交付率 R5」のような短い言葉や、「じゃあR6は？」のような続きの質問でもかまいません。\n"
        "答えには、計画のどこに書いてあるかを必ず付けます。"
    )
    if len(knowledge.plans) > 1:
        text += "\n計画の名前を入れると、その計画についてお答えします。"
    return Reply("chitchat", text, buttons=examples(knowledge), why="help")


def handover(_: Knowledge) -> Reply:
    text = f"担当者におつなぎします。{HELPDESK}へ、この会話の内容を添えてお問い合わせください。"
    return Reply("chitchat", text, why="handover")


def feedback(_: Knowledge) -> Reply:
    text = f"ご意見ありがとうございます。記録しました。正しい内容を急ぎ確認したいときは、{HELPDESK}へお問い合わせください。"
    return Reply("chitchat", text, why="feedback")


def acknowledged(knowledge: Knowledge) -> Reply:
    text = "承知しました。続けて質問があれば入力してください。"
    return Reply("chitchat", text, buttons=examples(knowledge)[:2], why="affirm or deny")


def no_answer(knowledge: Knowledge, why: str) -> Reply:
    text = (
        "申し訳ありません。計画の中に、ご質問に当たる内容を見つけられませんでした。\n"
        f"施策やKPIの名前を入れて聞き直していただくか、{HELPDESK}へお問い合わせください。"
    )
    return Reply("no_answer", text, buttons=[*examples(knowledge)[:3:2], "何ができるの？"], why=why)


def empty(knowledge: Knowledge) -> Reply:
    text = "質問を読み取れませんでした。文章か言葉で入力してください。"
    return Reply("no_answer", text, buttons=examples(knowledge)[:2], why="no words")


REPLIES: dict[str, Callable[[Knowledge], Reply]] = {
    "greet": greeting,
    "goodbye": goodbye,
    "thank": thanks,
    "ask_handover": handover,
    "give_feedback": feedback,
    "affirm": acknowledged,
    "deny": acknowledged,
}
