"""Learns the weights of actions/routing.py from labelled questions: `python -m evaluation.fit_router`

They are data/routing/*.jsonl, the single questions of tests/eval/look.jsonl (whose tags name the route) and keywords made from
the lexicon. Follow-ups do not count: they leave out what the router looks at.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from actions.dialogue import Dialogue
from actions.knowledge import Knowledge
from actions.message import Message
from actions.routing import WEIGHTS
from evaluation.play import read_sets
from evaluation.system import parser_server
from keikaku.lexicon import Lexicon
from knowledge.build import LEXICON
from knowledge.store import ROOT
from web.engine import harmless

ROUTE_OF_TAG = {
    **dict.fromkeys(
        ("kpi_target", "kpi_current", "kpi_all", "kpi_change", "kpi_compare", "kpi_reverse", "kpi_unset"), "values"
    ),
    **dict.fromkeys(("issues", "policy", "definition", "fact"), "texts"),
    "schedule": "schedule",
    "owner": "owners",
    "list": "list",
    "oos": "outside",
    "smalltalk": "talk",
}
C = 3.0  # chosen by cross-validation on look.jsonl among 0.3, 1, 3, 10


def samples(
    conversations: list[dict[str, Any]], dialogue: Dialogue, parse: Any
) -> tuple[list[dict[str, float]], list[str]]:
    """(features, route) of every single question whose tags name a route. An explicit `route` overrides the tags."""
    rows, labels = [], []
    for conversation in conversations:
        route = conversation.get("route") or next(
            (ROUTE_OF_TAG[tag] for tag in conversation["tags"] if tag in ROUTE_OF_TAG), None
        )
        if len(conversation["turns"]) == 1 and route:
            message = Message.from_rasa(parse(conversation["turns"][0]["user"]))
            rows.append(dialogue.features(message, dialogue.search(message.links)))
            labels.append(route)
    return rows, labels


def keyword_questions(lexicon: Lexicon) -> list[dict[str, Any]]:
    """What staff type into a search box: a name of the plan and one word more."""
    forms = {
        "kpi": [("{} R5", "values"), ("{} 目標", "values")],
        "measure": [("{} 担当", "owners"), ("{} スケジュール", "schedule"), ("{} 課題", "texts"), ("{} KPI", "values")],
        "schedule": [("{} 予定", "schedule"), ("{} いつ", "schedule")],
    }
    return [
        {"turns": [{"user": form.format(item.names[i % len(item.names)])}], "route": route, "tags": []}
        for item in lexicon.items
        for i, (form, route) in enumerate(forms.get(item.kind, []))
    ]


def labelled(path: Path) -> list[dict[str, Any]]:
    """Questions of data/routing (user, route) as conversations."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [{"turns": [{"user": row["user"]}], "route": row["route"], "tags": []} for row in rows]


def fit(rows: list[dict[str, float]], labels: list[str]) -> tuple[dict[str, dict[str, float]], float]:
    """The weights, and the share of right routes in ten-fold cross-validation."""
    names = sorted({name for row in rows for name in row})
    table = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    classifier = LogisticRegression(C=C, max_iter=5000)
    right = float(cross_val_score(classifier, table, labels, cv=10).mean())
    classifier.fit(table, labels)
    weights = {
        str(route): {"bias": round(float(bias), 3), **{n: round(float(w), 3) for n, w in zip(names, row)}}
        for route, row, bias in zip(classifier.classes_, classifier.coef_, classifier.intercept_)
    }
    return weights, right


def main() -> int:
    parser = argparse.ArgumentParser(description="Learn the router's weights.")
    parser.add_argument("--url", help="a Rasa server with --enable-api (default: one is started)")
    args = parser.parse_args()
    dialogue = Dialogue(Knowledge())
    with parser_server(args.url) as (url, params), httpx.Client(base_url=url, timeout=30, trust_env=False) as http:

        def parse(text: str) -> Any:
            return http.post("/model/parse", params=params, json={"text": harmless(text)}).raise_for_status().json()

        conversations = read_sets([ROOT / "tests" / "eval" / "look.jsonl"])
        conversations += [c for path in sorted((ROOT / "data" / "routing").glob("*.jsonl")) for c in labelled(path)]
        conversations += keyword_questions(Lexicon.load(LEXICON))
        rows, labels = samples(conversations, dialogue, parse)
    weights, right = fit(rows, labels)
    WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    print(
        f"{len(rows)} questions, {right:.1%} right routes in cross-validation; weights in {WEIGHTS.relative_to(ROOT)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
