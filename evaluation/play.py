"""Plays conversations and scores the replies: `python -m evaluation.play [--url URL] [--out FILE] SET.jsonl…`

A set holds one conversation per line: {"id", "turns": [{"user", "status"?, "must"?, "must_not"?}], "tags"}. A reply is right
when its status is one of `status`, it holds one string of each group of `must`, and none of `must_not`.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from evaluation.diagnosis import diagnosis
from evaluation.result import Result, custom_of, provenance
from evaluation.system import running_system
from keikaku.text import nfkc

REFUSALS = {"not_in_plan", "no_answer"}


def comparable(text: str) -> str:
    """Spelling without what does not matter: widths, case, white space, commas, corner brackets."""
    return re.sub(r"[\s,「」『』]", "", nfkc(text)).lower()


def faults(turn: dict[str, Any], reply: str, status: str | None) -> list[str]:
    """What is wrong with a reply to this turn."""
    text = comparable(reply)
    found = [
        f"lacks {'|'.join(group)}" for group in turn.get("must", []) if not any(comparable(s) in text for s in group)
    ]
    found += [f"says {s}" for s in turn.get("must_not", []) if comparable(s) in text]
    if turn.get("status") and status not in turn["status"]:
        found.append(f"status {status} instead of {'/'.join(turn['status'])}")
    return found


def spoken(messages: Iterable[dict[str, Any]]) -> tuple[str, str | None]:
    """What a reader sees (texts and button titles) and the status."""
    messages = list(messages)
    parts = [
        part for m in messages for part in [m.get("text") or "", *(b.get("title", "") for b in m.get("buttons") or [])]
    ]
    return "\n".join(part for part in parts if part), custom_of(messages).get("status")


class Talk:
    """One conversation over the web front's API."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        opened = http.post("/api/conversations", json={}).raise_for_status().json()
        self._path = f"/api/conversations/{opened['id']}/messages"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    def ask(self, text: str) -> list[dict[str, Any]]:
        """The messages of the reply. Waits and asks again when told to slow down."""
        for _ in range(5):
            response = self._http.post(self._path, json={"text": text}, headers=self._headers)
            if response.status_code != 429:
                break
            time.sleep(float(response.headers.get("Retry-After", 1)))
        messages: list[dict[str, Any]] = response.raise_for_status().json()["messages"]
        return messages


def play(url: str, conversations: Iterable[dict[str, Any]]) -> list[Result]:
    """Play every conversation and score each turn that says what is right."""
    results = []
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        for conversation in conversations:
            talk = Talk(http)
            for number, turn in enumerate(conversation["turns"]):
                began = time.perf_counter()
                try:
                    messages = talk.ask(turn["user"])
                    reply, status = spoken(messages)
                    wrong = faults(turn, reply, status)
                except httpx.HTTPError as error:
                    messages, reply, status, wrong = [], "", None, [repr(error)]
                if any(turn.get(key) for key in ("status", "must", "must_not")) or not reply:
                    results.append(
                        Result(
                            conversation["id"],
                            number,
                            turn["user"],
                            status,
                            reply,
                            conversation.get("tags", []),
                            turn.get("status", []),
                            1000 * (time.perf_counter() - began),
                            wrong,
                            conversation.get("meaning", ""),
                            **provenance(messages),
                        )
                    )
    return results


def report(results: list[Result]) -> str:
    """Scores by tag, and the rates that matter."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        for tag in result.tags:
            groups[tag].append(result)
    lines = [
        f"{tag:14s} {sum(not r.faults for r in rs):4d}/{len(rs):4d}  {_share(rs):6.1%}"
        for tag, rs in sorted(groups.items())
    ]
    answerable = [r for r in results if "answered" in r.wanted and not REFUSALS & set(r.wanted)]
    beyond = [r for r in results if "answered" not in r.wanted and REFUSALS & set(r.wanted)]
    refused = sum(r.status in REFUSALS for r in answerable)
    caught = sum(r.status != "answered" for r in beyond)
    times = sorted(r.milliseconds for r in results)
    lines += [
        "",
        f"right          {sum(not r.faults for r in results)}/{len(results)} = {_share(results):.2%}",
        f"misleading     {sum(r.misleads for r in results)}",
        f"in scope, refused       {refused}/{len(answerable)} = {refused / max(len(answerable), 1):.2%}",
        f"out of scope, refused   {caught}/{len(beyond)} = {caught / max(len(beyond), 1):.2%}",
        f"statuses       {dict(Counter(r.status for r in results))}",
        f"milliseconds   p50 {statistics.median(times):.0f}  p95 {times[int(0.95 * (len(times) - 1))]:.0f}  max {times[-1]:.0f}"
        if times
        else "",
    ]
    return "\n".join(lines)


def _share(results: list[Result]) -> float:
    return sum(not r.faults for r in results) / max(len(results), 1)


def read_sets(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Conversations of JSON Lines files. Raises OSError or ValueError (with the line)."""
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                try:
                    found.append(json.loads(line))
                except json.JSONDecodeError as error:
                    raise ValueError(f"{path}:{number}: {error}") from error
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Play conversations and score the replies.")
    parser.add_argument("--url", help="a running system (default: the one on PORT, else one is started)")
    parser.add_argument("--out", type=Path, default=Path("results/failures.jsonl"), help="where the failing turns go")
    parser.add_argument("sets", nargs="+", type=Path)
    args = parser.parse_args()
    try:
        conversations = read_sets(args.sets)
    except (OSError, ValueError) as error:
        print(f"Cannot read the set: {error}", file=sys.stderr)
        return 1
    with running_system(args.url) as url:
        results = play(url, conversations)
    print(report(results), diagnosis(results), sep="\n\n")
    failures = [asdict(r) for r in results if r.faults]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text("".join(json.dumps(f, ensure_ascii=False) + "\n" for f in failures), "utf-8")
    print(f"failing turns: {len(failures)} in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
