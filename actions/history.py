"""The subjects that a conversation had before, to return to them (『さっきの交付率に戻って』, 『最初の話だけど』)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from actions.frame import FAIR, NAMED, VALUE_ASPECTS, Frame, measure_scores
from keikaku.linker import Links

RUN = 4  # KPIs that a sum or a comparison may go back to
KEPT = 3  # subjects besides the last one; the frame travels with every message
_FIELDS = ("aspect", "kpis", "schedule", "measures", "years", "topic", "unit")
_BACK = re.compile(
    r"(?:さっき|先ほど|先程|前に聞いた|最初に聞いた)の?|(?:最初|はじめ|初め)の(?:話|質問|件|ほう|方)|(?:に|へ)(?:話を)?(?:戻|もど)"
)
_FIRST = re.compile(r"最初|はじめ|初め")
_TURNING = re.compile(r"戻|もど")


def remembering(frame: Frame | None, last: Frame | None) -> Frame | None:
    """The next frame with the subjects before it, latest first, each once, and with what was quoted of its own."""
    if frame is None or frame is last:
        return frame
    if frame.aspect in VALUE_ASPECTS and frame.kpis:
        before = last.run if last is not None else []
        frame.run = [*(id_ for id_ in before if id_ not in frame.kpis), *frame.kpis][-RUN:]
    if last is None:
        return frame
    if frame.measures == last.measures:
        frame.said = [*frame.said, *(id_ for id_ in last.said if id_ not in frame.said)][:KEPT]
    subjects = [{name: getattr(last, name) for name in _FIELDS}, *last.earlier]
    kept: list[dict[str, Any]] = []
    for subject in subjects:
        same = next((s for s in kept if s["measures"] == subject["measures"]), None)
        new = bool(subject["kpis"]) and not frame.kpis
        if same is not None and subject["kpis"] and not same["kpis"]:
            kept[kept.index(same)] = subject  # the owner of a measure was asked for after a figure of it
        elif same is None and subject["measures"] and (new or subject["measures"] != frame.measures):
            kept.append(subject)
    frame.earlier = kept[:KEPT]
    return frame


def returned_to(links: Links, last: Frame | None) -> Frame | None:
    """The last frame, or that of the earlier subject that the message goes back to: the one it names, else the first one or
    the one before."""
    if last is None or not last.earlier or not _BACK.search(links.repaired):
        return last
    scores = measure_scores(links.items)
    fits = {n: max((scores.get(ref, 0.0) for ref in s["measures"]), default=0.0) for n, s in enumerate(last.earlier)}
    here = max((scores.get(ref, 0.0) for ref in last.measures), default=0.0)
    n = max(fits, key=lambda place: fits[place])
    if fits[n] < FAIR or fits[n] <= here:
        if here >= FAIR or any(link.coverage >= NAMED for link in links.items):
            return last
        if not _FIRST.search(links.repaired) and not _TURNING.search(links.repaired):
            return last
        n = len(last.earlier) - 1 if _FIRST.search(links.repaired) else 0
    here_now = {name: getattr(last, name) for name in _FIELDS}
    others = [here_now, *(subject for place, subject in enumerate(last.earlier) if place != n)]
    return replace(last, **last.earlier[n], earlier=others, said=[], headings=[])
