"""Learns the weights of actions/routing.py from labelled questions: `python -m evaluation.fit_router`

They are data/routing/*.jsonl, the questions of tests/eval/look.jsonl (whose tags name the route; a turn of a conversation has
a `route` of its own) and keywords made from the lexicon. A turn counts with the frame that the turns before it leave.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from actions.phrasing import Phrasing, intent_examples, labelled, routing_files
from actions.routing import NEAR, PLAIN, WEIGHTS, Weights
from evaluation.play import read_sets
from evaluation.system import parser_server
from keikaku.lexicon import Lexicon
from keikaku.linker import PlanLinker
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
FOLDS = 5
C = 3.0  # chosen by cross-validation on look.jsonl among 0.3, 1, 3, 10


@dataclass
class Sample:
    """A labelled message. `learnt`: the model of actions.phrasing has seen it."""

    features: dict[str, float]
    route: str
    masked: str
    learnt: bool = False


Turns = Sequence[tuple[str, str | None]]


def turns_of(conversation: dict[str, Any]) -> Turns:
    """(message, route) of an evaluation conversation; a route that is not known is None."""
    tagged = next((ROUTE_OF_TAG[tag] for tag in conversation["tags"] if tag in ROUTE_OF_TAG), None)
    turns = conversation["turns"]
    return [(turn["user"], turn.get("route") or (tagged if len(turns) == 1 else None)) for turn in turns]


def samples(conversations: Iterable[Turns], dialogue: Dialogue, parse: Any, *, learnt: bool = False) -> list[Sample]:
    """What the router sees at each turn that has a route."""
    found = []
    for turns in conversations:
        last: Frame | None = None
        for text, route in turns:
            message = Message.from_rasa(parse(text))
            if route:
                features = dialogue.features(message, dialogue.search(message.links), last)
                near = dialogue.knowledge.neighbours
                if learnt and near:
                    features |= near.features(message.links.repaired, but_itself=True)
                found.append(Sample(features, route, message.links.masked, learnt))
            if len(turns) > 1:
                _, last = dialogue.reply(message, last)
    return found


def unlearn(found: Sequence[Sample]) -> None:
    """Give each sample that the phrasing model has learnt the verdict of a model that has not."""
    linker = PlanLinker(Lexicon.load(LEXICON))
    others = [(linker.link(text).masked, route) for text, route in intent_examples()]
    own = [sample for sample in found if sample.learnt]
    for rest, fold in KFold(FOLDS, shuffle=True, random_state=0).split(own):
        phrasing = Phrasing.fit([*others, *((own[i].masked, own[i].route) for i in rest)])
        for i in fold:
            own[i].features |= phrasing.features(own[i].masked)


def keyword_questions(lexicon: Lexicon) -> list[Turns]:
    """What staff type into a search box: a name of the plan and one word more."""
    forms = {
        "kpi": [("{} R5", "values"), ("{} 目標", "values")],
        "measure": [("{} 担当", "owners"), ("{} スケジュール", "schedule"), ("{} 課題", "texts"), ("{} KPI", "values")],
        "schedule": [("{} 予定", "schedule"), ("{} いつ", "schedule")],
    }
    return [
        [(form.format(item.names[i % len(item.names)]), route)]
        for item in lexicon.items
        for i, (form, route) in enumerate(forms.get(item.kind, []))
    ]


def fit(found: Sequence[Sample]) -> tuple[dict[str, dict[str, float]], float]:
    """The weights, and the share of right routes in ten-fold cross-validation."""
    names = sorted({name for sample in found for name in sample.features})
    table = np.array([[sample.features.get(name, 0.0) for name in names] for sample in found])
    labels = [sample.route for sample in found]
    classifier = LogisticRegression(C=C, max_iter=5000)
    right = float(cross_val_score(classifier, table, labels, cv=10).mean())
    classifier.fit(table, labels)
    weights = {
        str(route): {"bias": round(float(bias), 3), **{n: round(float(w), 3) for n, w in zip(names, row)}}
        for route, row, bias in zip(classifier.classes_, classifier.coef_, classifier.intercept_)
    }
    return weights, right


def without_neighbours(found: Sequence[Sample]) -> list[Sample]:
    """What the router sees of another plan than the labelled questions are about."""
    return [
        replace(sample, features={n: v for n, v in sample.features.items() if not n.startswith(NEAR)})
        for sample in found
    ]


def fit_both(found: Sequence[Sample]) -> tuple[dict[str, Weights], float]:
    """Both sets of weights, and the share of right routes with neighbours."""
    near, right = fit(found)
    plain, _ = fit(without_neighbours(found))
    return {NEAR: near, PLAIN: plain}, right


def main() -> int:
    parser = argparse.ArgumentParser(description="Learn the router's weights.")
    parser.add_argument("--url", help="a Rasa server with --enable-api (default: one is started)")
    args = parser.parse_args()
    dialogue = Dialogue(Knowledge())
    with parser_server(args.url) as (url, params), httpx.Client(base_url=url, timeout=30, trust_env=False) as http:

        def parse(text: str) -> Any:
            return http.post("/model/parse", params=params, json={"text": harmless(text)}).raise_for_status().json()

        looked_at = [turns_of(c) for c in read_sets([ROOT / "tests" / "eval" / "look.jsonl"])]
        written = [conversation for path in routing_files() for conversation in labelled(path)]
        found = samples([*looked_at, *keyword_questions(Lexicon.load(LEXICON))], dialogue, parse)
        found += samples(written, dialogue, parse, learnt=True)
    unlearn(found)
    weights, right = fit_both(found)
    WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    print(
        f"{len(found)} questions, {right:.1%} right routes in cross-validation; weights in {WEIGHTS.relative_to(ROOT)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
