"""What failing turns have in common: kinds and items that are taken for others, and how far the confidence tells right from wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from evaluation.result import Result

STYLES = {"formal", "casual", "typo", "abbrev", "era", "english", "long", "keyword", "context", "adversarial"}
BINS = 10
SHOWN = 20
ENOUGH = 2  # right replies of one meaning that agree on its item


def diagnosis(results: Sequence[Result]) -> str:
    """Three tables: kinds taken for others, items taken for others, calibration."""
    return "\n".join([*_kinds(results), "", *_items(results), "", *_calibration(results)])


def _kinds(results: Sequence[Result]) -> list[str]:
    """Failing turns by the kind asked for (tag) and what the reply was taken from (section and status)."""
    confused = Counter(
        (kind, result.section or "-", result.status or "-")
        for result in results
        if result.faults
        for kind in set(result.tags) - STYLES
    )
    lines = [f"kinds confused   {'asked for':14s} {'answered with':28s} turns"]
    return lines + [
        f"                 {kind:14s} {status + ' from ' + section:28s} {count:5d}"
        for (kind, section, status), count in confused.most_common(SHOWN)
    ]


def _items(results: Sequence[Result]) -> list[str]:
    """Failing turns by the item that right replies to the same meaning are about and the one that was linked instead."""
    meant = _meant(results)
    confused = Counter(
        (item, result.item or "-")
        for result in results
        if result.faults and (item := meant.get((result.meaning, result.turn))) and item != result.item
    )
    lines = ["links confused   meant → linked: turns (meant: what the right replies to the same meaning are about)"]
    return lines + [
        f"                 {meant} → {linked}: {count}" for (meant, linked), count in confused.most_common(SHOWN)
    ]


def _meant(results: Sequence[Result]) -> dict[tuple[str, int], str]:
    """(meaning, turn) → the item that most right replies are about, where enough of them agree."""
    items: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for result in results:
        if not result.faults and result.item and result.meaning:
            items[result.meaning, result.turn][result.item] += 1
    best = {of: counts.most_common(1)[0] for of, counts in items.items()}
    return {of: item for of, (item, count) in best.items() if count >= ENOUGH}


def _calibration(results: Sequence[Result]) -> list[str]:
    """Right replies by the confidence of the reply; `by rule` where the router did not decide."""
    bins: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        bins[-1 if result.confidence is None else min(int(result.confidence * BINS), BINS - 1)].append(result)
    lines = ["calibration      confidence   turns   right  misleading"]
    for bin_, within in sorted(bins.items()):
        name = "by rule" if bin_ < 0 else f"{bin_ / BINS:.1f}–{(bin_ + 1) / BINS:.1f}"
        right = sum(not result.faults for result in within) / len(within)
        misleading = sum(result.misleads for result in within)
        lines.append(f"                 {name:10s} {len(within):7d} {right:7.1%} {misleading:6d}")
    return lines
