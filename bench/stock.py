"""Ours against a stock Rasa pipeline (SpacyTokenizer on ja_ginza, DIET, ResponseSelector, FallbackClassifier).

The stock bot is trained on questions generated from the same plan: each cell, owner, schedule row, section and note is a
response of its own. Both are asked the same questions; statuses do not count, since the stock bot sends none.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from actions.knowledge import Knowledge
from actions.measures import owner_names, phases
from actions.values import line
from bench.processes import rasa_server, rss_mb, train
from evaluation.play import REFUSALS, Talk, faults, read_sets, spoken
from evaluation.system import started_system
from keikaku.years import reiwa
from knowledge import plan as model
from knowledge.store import ROOT

SETS = [ROOT / "tests" / "eval" / "measure.jsonl"]  # what neither bot was tuned to
FALLBACK = "申し訳ありません。わかりません。"
CONFIG = {
    "recipe": "default.v1",
    "assistant_id": "stock",
    "language": "ja",
    "pipeline": [
        {"name": "SpacyNLP", "model": "ja_ginza"},
        {"name": "SpacyTokenizer"},
        {"name": "SpacyFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 50},
        {"name": "ResponseSelector", "epochs": 150, "retrieval_intent": "plan"},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ],
    "policies": [{"name": "RulePolicy"}],
}
SMALL_TALK = {
    "greet": (["こんにちは", "おはようございます", "お疲れさまです", "はじめまして"], "こんにちは。"),
    "thank": (["ありがとう", "ありがとうございました", "助かりました"], "どういたしまして。"),
    "ask_help": (["何ができますか", "使い方を教えて", "ヘルプ"], "計画についてお答えします。"),
}


def questions_and_answers(knowledge: Knowledge) -> list[tuple[list[str], str]]:
    """What the stock bot learns: generated question variants and the answer to them."""
    found: list[tuple[list[str], str]] = []
    for kpi in knowledge.kpis.values():
        if kpi.baseline:
            text = f"{kpi.name} {line(kpi, kpi.baseline)}"
            found.append(([f"{kpi.name}の現状は？", f"{kpi.name} 現状値", f"今の{kpi.name}を教えて"], text))
        for year, value in kpi.targets.items():
            era = reiwa(year)
            asked = [f"{kpi.name}の{era}年度末の目標は？", f"{kpi.name} {era} 目標", f"{year}年度の{kpi.name}の目標値"]
            found.append((asked, f"{kpi.name} {line(kpi, value)}"))
    for measure in knowledge.measures.values():
        name = measure.title
        owners = f"{name}の担当所属は{'、'.join(owner_names(measure))}です。"
        found.append(([f"{name}の担当課は？", f"{name} 担当", f"{name}はどこの所管ですか"], owners))
        for section, words in (
            (model.ISSUES, ["課題", "現状・課題", "問題点"]),
            (model.POLICY, ["施策概要", "方針", "取組の方向性"]),
        ):
            text = "\n".join(p.text for p in measure.passages if p.section == section)
            found.append(([f"{name}の{word}は？" for word in words], text))
        if measure.kpi_unset:
            found.append(([f"{name}のKPIは？", f"{name} 目標"], f"{name}のKPI：{measure.kpi_unset}"))
        for item in measure.schedule:
            plan = "、".join(f"{model.ScheduleItem.period(a, b)} {text}" for text, a, b in phases(item)) or "記載なし"
            found.append(
                ([f"{item.name}のスケジュールは？", f"{item.name}の予定", f"{item.name}はいつ"], f"{item.name}：{plan}")
            )
    for passage in knowledge.passages:
        if passage.section == model.GLOSSARY:
            found.append(
                ([f"{passage.heading}とは", f"{passage.heading}の意味は？"], f"{passage.heading}：{passage.text}")
            )
    return found


def write_project(folder: Path, pairs: list[tuple[list[str], str]]) -> None:
    """config.yml, domain.yml and data/ of the stock bot."""
    (folder / "data").mkdir()
    nlu = [{"intent": f"plan/q{i}", "examples": _examples(asked)} for i, (asked, _) in enumerate(pairs)]
    nlu += [{"intent": name, "examples": _examples(asked)} for name, (asked, _) in SMALL_TALK.items()]
    responses = {f"utter_plan/q{i}": [{"text": text}] for i, (_, text) in enumerate(pairs)}
    responses |= {f"utter_{name}": [{"text": text}] for name, (_, text) in SMALL_TALK.items()}
    responses["utter_fallback"] = [{"text": FALLBACK}]
    steps = {"plan": "utter_plan", "nlu_fallback": "utter_fallback", **{n: f"utter_{n}" for n in SMALL_TALK}}
    rules = [{"rule": i, "steps": [{"intent": i}, {"action": action}]} for i, action in steps.items()]
    domain = {"version": "3.1", "intents": ["plan", *SMALL_TALK], "responses": responses, "actions": ["utter_plan"]}
    for name, content in (
        ("config.yml", CONFIG),
        ("domain.yml", domain),
        ("data/nlu.yml", {"version": "3.1", "nlu": nlu}),
        ("data/rules.yml", {"version": "3.1", "rules": rules}),
    ):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


def _examples(asked: list[str]) -> str:
    return "".join(f"- {question}\n" for question in asked)


class RestTalk:
    """One conversation over Rasa's REST channel."""

    def __init__(self, http: httpx.Client) -> None:
        self._http, self._sender = http, uuid.uuid4().hex

    def ask(self, text: str) -> list[dict[str, Any]]:
        body = {"sender": self._sender, "message": text}
        messages: list[dict[str, Any]] = self._http.post("/webhooks/rest/webhook", json=body).json()
        return messages


def score(url: str, talk: Callable[[httpx.Client], Any], conversations: list[dict[str, Any]]) -> dict[str, float]:
    """Shares of right turns and counts of misleading ones, by the words of the replies alone, and milliseconds."""
    right = scored = misleading = caught = beyond = 0
    times: list[float] = []
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        for conversation in conversations:
            speaker = talk(http)
            for turn in conversation["turns"]:
                began = time.perf_counter()
                text, _ = spoken(speaker.ask(turn["user"]))
                times.append(1000 * (time.perf_counter() - began))
                wanted = set(turn.get("status") or [])
                wrong = faults({**turn, "status": []}, text, None)
                refused = any(
                    word in text
                    for word in ("わかりません", "見つけられません", "計画に書かれていません", "計画にありません")
                )
                if wanted & REFUSALS and "answered" not in wanted:
                    beyond += 1
                    caught += refused
                if turn.get("must") or turn.get("must_not"):
                    scored += 1
                    right += not wrong
                    misleading += any(fault.startswith("says ") for fault in wrong)
    return {
        "right": right / max(scored, 1),
        "misleading": misleading,
        "refused": caught / max(beyond, 1),
        "p50": statistics.median(times),
        "p95": sorted(times)[int(0.95 * (len(times) - 1))],
    }


def main() -> None:
    conversations = read_sets(SETS)
    pairs = questions_and_answers(Knowledge())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(folder, pairs)
        seconds = train(folder, folder / "config.yml", folder / "domain.yml", [folder / "data"])
        with rasa_server(folder / "model.tar.gz") as (url, pid, start):
            stock = score(url, RestTalk, conversations)
            memory = rss_mb(pid)
    with started_system({}) as url:
        ours = score(url, Talk, conversations)
    print(
        f"{len(pairs)} answers learnt by the stock bot in {seconds:.0f} s; it starts in {start:.0f} s and holds {memory:.0f} MB."
    )
    print(
        f"{sum(len(c['turns']) for c in conversations)} turns of {', '.join(p.name for p in SETS)}; words of the replies only.\n"
    )
    print(f"{'':12s}{'right':>8s}{'misleading':>12s}{'beyond the plan, refused':>26s}{'p50 ms':>8s}{'p95 ms':>8s}")
    for label, row in (("stock Rasa", stock), ("Keikaku", ours)):
        print(
            f"{label:12s}{row['right']:8.1%}{row['misleading']:12.0f}{row['refused']:26.1%}{row['p50']:8.0f}{row['p95']:8.0f}"
        )


if __name__ == "__main__":
    main()
