"""Which kind of answer a message wants: a value, a schedule, an owner, a list, a text, none of the plan's, or small talk.

The intent alone does not settle it (『5Gが最初に使えるようになったのは』 reads like a question for a KPI): the router weighs it
together with what was linked and what the search found. Its weights are learnt from labelled questions by
`python -m evaluation.fit_router`; docs/decisions.md has the figures.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from actions.frame import ASPECTS, FAIR, OWNER_ASPECTS, Frame, route_of, score_of
from actions.knowledge import Found
from actions.message import Message
from actions.phrasing import Phrasing
from knowledge.store import ROOT

WEIGHTS = ROOT / "data" / "router.json"
ROUTES = ("values", "schedule", "owners", "list", "texts", "outside", "talk")
Weights = Mapping[str, Mapping[str, float]]
NEAR, PLAIN = "near", "plain"  # with the likeness to labelled questions, and without
LONG = 60
SECTION_OWNERS = 0.2  # an intent of less says nothing against a section's name
_SECTION = re.compile(r"(?:課題|概要|取組の方向性?|取組内容|KPI|指標|スケジュール)(?:は|を|$)")
INHERITED = 0.75  # link score of a subject that comes from the last message
_SIGNS = {
    "value word": r"目標|指標|KPI|現状|何(?:時間|人|名|件|回|割|倍|%|パーセント|ポイント|箇所|か所|団体|市町村|自治体)|時間|人数|件数|回数|[者員]数|率|割合|差は|数値|達成",
    "time word": r"予定|スケジュール|工程|いつから|年度",
    "change word": r"増え|増加|増や|減ら|減る|減り|の差|差は|違い|違う|変わる|変わり|変化|ずつ|伸び|何倍|増$|増[?は]",
    "owner word": r"担当(?!者)|所管|どこの課|どの課|何課|何部|部署|所属|主管|窓口|どこ[にへ](?:聞|問|き)|(?:聞|問|き)くなら|旗振り|受け?持|持ち場"
    r"|どの?係|係(?=[はがをのっ。?？]|って|$)|仕切|元締|面倒を?[見み]|取りまとめ|まとめ役|責任(?:者|を)",
    "list word": r"一覧|すべて|全て|全部|いくつ|何個|何件|列挙|挙げ|リスト|どんな施策|どの施策|章",
    "outside word": r"名前|氏名|誰|電話|内線|メール|住所|予算(?!要求|編成|査定|折衝|資料|案|特別委|審議|の(?:要求|説明))|費用|金額|いくら|円|実績|達成|順位|ランキング|何位|他県|契約|業者|会社|天気|給料|手当",
    "why word": r"なぜ|なんで|どうして|理由|原因|何のため|目的|きっかけ",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SIGNS.items()}


def features(
    message: Message,
    found: Sequence[Found],
    last: Frame | None = None,
    phase: bool = False,
    counts: bool | None = None,
    near: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """What the router looks at, each about 0…1. `phase`: a linked schedule item has a phase that the message names;
    `counts`: a KPI of what is linked is in the unit that is asked for (None: no unit is); `near`: of actions.neighbours. A message that names nothing is about what the last one was about."""
    links = message.links
    mass: dict[str, float] = {}
    for name, confidence in message.intents:
        route = route_of(ASPECTS.get(name, "talk"))
        mass[route] = mass.get(route, 0.0) + confidence
    if last is None:  # there is nothing to continue
        rest = 1.0 - mass.pop("follow_up", 0.0)
        mass = {route: share / max(rest, 0.01) for route, share in mass.items()}
    top = found[0] if found else None
    asked = links.without("measure", "schedule")
    linked = {
        kind: score_of(links, kind) for kind in ("kpi", "schedule", "measure", "department", "heading", "chapter")
    }
    inherits = last is not None and not links.unknown and max(linked.values()) < FAIR
    if last is not None and inherits:
        named = {"kpi": last.kpis, "schedule": last.schedule, "measure": last.measures, "department": last.departments}
        linked |= {kind: INHERITED for kind, items in named.items() if items}
    return {
        **Phrasing.load().features(links.masked),
        **(near or {}),
        **({f"last {route_of(last.aspect)}": 1.0, "inherits": float(inherits)} if last is not None else {}),
        **{f"intent {route}": mass.get(route, 0.0) for route in (*ROUTES, "follow_up")},
        **{f"whole {kind}": 1.0 for kind, _ in links.whole},
        **{f"link {kind}": score for kind, score in linked.items()},
        "link best": max(linked.values()),
        "search": top.score if top else 0.0,
        "search lead": top.score - found[1].score if top and len(found) > 1 else 0.0,
        **{f"search {name}": value for name, value in (top.hit.channels if top else {}).items()},
        **{name: float(bool(pattern.search(asked))) for name, pattern in _PATTERNS.items()},
        "years": float(bool(links.years)),
        "quantities": float(bool(links.quantities)),
        "phase": float(phase),
        "unit": float(counts is True),
        "another unit": float(counts is False),
        "strangers": float(any(not stranger.mentioned for stranger in links.strangers)),
        "places": float(bool(links.elsewhere)),
        "unknown": min(len(links.unknown), 3) / 3,
        "long": float(len(links.repaired) > LONG),
    }


@lru_cache(maxsize=1)
def _weights(path: Path) -> dict[str, Weights]:
    """One set of weights for the plan that the labelled questions are about, one for others."""
    weights: dict[str, Weights] = json.loads(path.read_text("utf-8"))
    return weights


def rank(values: Mapping[str, float], weights: Weights | None = None) -> dict[str, float]:
    """Route → probability, likeliest first."""
    weights = weights or _weights(WEIGHTS)[NEAR if any(name.startswith(NEAR) for name in values) else PLAIN]
    scores = {
        route: row["bias"] + sum(row.get(name, 0.0) * value for name, value in values.items())
        for route, row in weights.items()
    }
    top = max(scores.values())
    exps = {route: math.exp(score - top) for route, score in scores.items()}
    total = sum(exps.values())
    return dict(sorted(((r, e / total) for r, e in exps.items()), key=lambda pair: -pair[1]))


def beyond_word(text: str) -> bool:
    """The text asks for an attribute that plans don't hold (a name, a budget, a result)."""
    return _PATTERNS["outside word"].search(text) is not None


def owner_word(text: str) -> bool:
    """The text asks who is responsible."""
    return _PATTERNS["owner word"].search(text) is not None


def names_section(message: Message) -> bool:
    """The message asks for a section of a measure by its name (『施策9の課題は』), and neither word nor intent for an owner."""
    asked = message.links.without("measure", "schedule")
    owners = sum(confidence for name, confidence in message.intents if ASPECTS.get(name) in OWNER_ASPECTS)
    return bool(_SECTION.search(asked)) and not _PATTERNS["owner word"].search(asked) and owners < SECTION_OWNERS
