"""What the bot says when no fact of the plan is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable

from actions.knowledge import Knowledge
from actions.reply import Reply

HELPDESK = os.environ.get("HELPDESK_CONTACT") or "ヘルプデスク（情報政策課）"
EXAMPLES = [
    "マイナンバーカードの交付率のR5年度末の目標は？",
    "RPAの施策の担当課は？",
    "行政手続オンライン化の課題は？",
    "KPIが未設定の施策は？",
]


def greeting() -> Reply:
    return Reply(
        "chitchat", "お疲れさまです。計画について、知りたいことを入力してください。", buttons=EXAMPLES, why="greet"
    )


def goodbye() -> Reply:
    return Reply("chitchat", "ご利用ありがとうございました。また必要なときにお声がけください。", why="goodbye")


def thanks() -> Reply:
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
    return Reply("chitchat", text, buttons=EXAMPLES, why="help")


def handover() -> Reply:
    text = f"担当者におつなぎします。{HELPDESK}へ、この会話の内容を添えてお問い合わせください。"
    return Reply("chitchat", text, why="handover")


def feedback() -> Reply:
    text = f"ご意見ありがとうございます。記録しました。正しい内容を急ぎ確認したいときは、{HELPDESK}へお問い合わせください。"
    return Reply("chitchat", text, why="feedback")


def acknowledged() -> Reply:
    return Reply(
        "chitchat", "承知しました。続けて質問があれば入力してください。", buttons=EXAMPLES[:2], why="affirm or deny"
    )


def no_answer(why: str) -> Reply:
    text = (
        "申し訳ありません。計画の中に、ご質問に当たる内容を見つけられませんでした。\n"
        f"施策やKPIの名前を入れて聞き直していただくか、{HELPDESK}へお問い合わせください。"
    )
    return Reply("no_answer", text, buttons=[EXAMPLES[0], EXAMPLES[2], "何ができるの？"], why=why)


def empty() -> Reply:
    return Reply(
        "no_answer", "質問を読み取れませんでした。文章か言葉で入力してください。", buttons=EXAMPLES[:2], why="no words"
    )


REPLIES: dict[str, Callable[[], Reply]] = {
    "greet": greeting,
    "goodbye": goodbye,
    "thank": thanks,
    "ask_handover": handover,
    "give_feedback": feedback,
    "affirm": acknowledged,
    "deny": acknowledged,
}
