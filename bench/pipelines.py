"""How the Rasa pipeline was chosen: other classifiers and features in our own, each trained, timed, weighed and asked.

Accuracy is the share of the project's own questions (tests/eval/) that the whole system answers rightly with that model.
"""

from __future__ import annotations

import copy
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from bench.processes import rasa_server, rss_mb, train
from evaluation.play import faults, read_sets
from knowledge.store import ROOT

SETS = [ROOT / "tests" / "eval" / "measure.jsonl", ROOT / "tests" / "eval" / "look.jsonl"]
CLASSIFIER = "LogisticRegressionClassifier"


def variants(config: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Name → pipeline: ours, and ours with one part changed."""
    ours: list[dict[str, Any]] = config["pipeline"]
    features = [part for part in ours if part["name"] != CLASSIFIER]
    words, chars = [p for p in features if p["name"] == "CountVectorsFeaturizer"]
    classifier = next(part for part in ours if part["name"] == CLASSIFIER)
    return {
        "ours": ours,
        "words only": [*[p for p in features if p is not chars], classifier],
        "characters only": [*[p for p in features if p is not words], classifier],
        "DIET": [*features, {"name": "DIETClassifier", "epochs": 50, "entity_recognition": False}],
        "without masking": [{**p, "mask": False} if "LinkerComponent" in p["name"] else p for p in ours],
    }


def right_share(url: str, dialogue: Dialogue, conversations: list[dict[str, Any]]) -> tuple[float, list[float]]:
    """Share of right turns when this Rasa server reads the questions, and the milliseconds that reading took."""
    right = scored = 0
    times: list[float] = []
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        for conversation in conversations:
            frame: Frame | None = None
            for turn in conversation["turns"]:
                began = time.perf_counter()
                parsed = http.post(
                    "/model/parse", json={"text": turn["user"].replace("[", "").lstrip("/") or "。"}
                ).json()
                times.append(1000 * (time.perf_counter() - began))
                reply, frame = dialogue.reply(Message.from_rasa(parsed), frame)
                if turn.get("status") or turn.get("must"):
                    scored += 1
                    right += not faults(turn, "\n".join([reply.text, *reply.buttons]), reply.status)
    return right / max(scored, 1), times


def main() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    conversations = read_sets(SETS)
    dialogue = Dialogue(Knowledge())
    print(f"{'':18s}{'right':>8s}{'train s':>9s}{'start s':>9s}{'MB':>7s}{'p50 ms':>8s}{'p95 ms':>8s}", flush=True)
    for name, pipeline in variants(config).items():
        with tempfile.TemporaryDirectory() as folder_name:
            folder = Path(folder_name)
            changed = copy.deepcopy({**config, "pipeline": pipeline})
            (folder / "config.yml").write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
            data = [ROOT / "data" / "nlu", ROOT / "data" / "rules"]
            seconds = train(folder, folder / "config.yml", ROOT / "domain.yml", data)
            with rasa_server(folder / "model.tar.gz") as (url, pid, start):
                share, times = right_share(url, dialogue, conversations)
                memory = rss_mb(pid)
        p95 = sorted(times)[int(0.95 * (len(times) - 1))]
        print(
            f"{name:18s}{share:8.1%}{seconds:9.0f}{start:9.0f}{memory:7.0f}{statistics.median(times):8.0f}{p95:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
