"""Which of several plans a question names: by its title or what is short for it, by whose it is, by the year of its edition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from keikaku.lexicon import Lexicon, PlanName
from keikaku.morph import analyse
from keikaku.text import nfkc
from keikaku.years import find_years

Span = tuple[int, int]
KIND = r"(?:計画|プラン|ビジョン|戦略|構想|方針)"
# 『令和6年の計画』, 『R6年度版』: not a year that is asked about, but the plan of that year.
_EDITION = re.compile(
    r"\s*(?:[にの]|\d+月に?)?(?:(?:作られ|(?:作成|策定|改[定訂]|発行)され)た|(?:作成|策定|改[定訂]|発行)の?)?(?:の?計画|版)"
)
_EARLY = re.compile(r"\s*[1-3]月")
_RUN = re.compile(rf"[一-龥ァ-ヶーA-Za-z]+?{KIND}")
_AFTER = re.compile(r"(?:の(?:ほう|方))?(?:では|には|における|において|についての?|の|で|に|は|って)?[、,\s]*")
# Words that are in the title of many a plan.
_COMMON = frozenset(
    {"計画", "推進", "実施", "基本", "行動", "総合", "個別", "施策", "プラン", "ビジョン", "戦略", "第", "次", "期"}
)


def named_plans(lexicon: Lexicon, text: str) -> tuple[list[int], bool, list[Span]]:
    """Ids of the plans that `text` (as `Lexicon.canonical` gives it) names, none where it names none; whether it names
    several side by side (rather than several that bear one name); and where the names stand.

    A municipality without the title stands for all of its plans; it settles which plan a title of many is of.
    """
    titles = list(_found(lexicon, text, lambda plan: plan.names))
    taken = [span for span, _ in titles]
    places = [hit for hit in _found(lexicon, text, lambda plan: plan.places) if not _overlaps(hit[0], taken)]
    dated = list(_dated(lexicon, text))
    short = [] if titles else [hit for hit in _abbreviated(lexicon, text) if not _overlaps(hit[0], taken)]
    groups = [{id_ for _, ids in hits for id_ in ids} for hits in (places, titles or short, dated) if hits]
    chosen = groups[0] if groups else set()
    for group in groups[1:]:
        # Where they contradict each other, whose plan it is counts: another one's figure would be the worst answer.
        chosen = chosen & group or chosen
    spans = sorted(span for span, _ in [*titles, *places, *dated, *short])
    alone = {id_ for _, ids in [*titles, *places, *dated, *short] if len(ids) == 1 for id_ in ids}
    return [plan.id for plan in lexicon.plans if plan.id in chosen], len(chosen) > 1 and chosen <= alone, spans


def cut_names(text: str, spans: list[Span]) -> str:
    """`text` without the names of plans and the particle after each."""
    for start, end in reversed(spans):
        after = _AFTER.match(text, end)
        text = text[:start] + text[after.end() if after else end :]
    return text.strip()


def _found(lexicon: Lexicon, text: str, names_of: Callable[[PlanName], list[str]]) -> Iterator[tuple[Span, set[int]]]:
    """Each place where one of the names stands, the longest first, with the plans that bear it."""
    bearers: dict[str, set[int]] = {}
    for plan in lexicon.plans:
        for name in names_of(plan):
            bearers.setdefault(lexicon.canonical(nfkc(name)).lower(), set()).add(plan.id)
    taken: list[Span] = []
    for name in sorted(bearers, key=len, reverse=True):
        spaced = r"\s*".join(re.escape(char) for char in name if not char.isspace())
        suffix = "" if name[-1] in "都道府県市区町村" or re.search(KIND, name) else r"(?![都道府県市区町村])"
        for match in re.finditer(spaced + suffix, text.lower()):
            if not _overlaps(match.span(), taken):
                taken.append(match.span())
                yield match.span(), bearers[name]


def _dated(lexicon: Lexicon, text: str) -> Iterator[tuple[Span, set[int]]]:
    for mention in find_years(text):
        match = _EDITION.match(text, mention.end)
        # 令和6年3月 is of the fiscal year 2023, but a plan of that date is the plan of 2024.
        year = mention.year + bool(_EARLY.match(text, mention.end))
        ids = {plan.id for plan in lexicon.plans if year in plan.years}
        if match and ids:
            yield (mention.start, match.end()), ids


def _abbreviated(lexicon: Lexicon, text: str) -> Iterator[tuple[Span, set[int]]]:
    """『DX計画』 for DX推進計画: every telling word of it stands in the title of that plan alone."""
    for match in _RUN.finditer(text):
        said = _telling(match.group())
        ids = {plan.id for plan in lexicon.plans if said and said <= _telling(lexicon.canonical(nfkc(plan.title)))}
        if len(ids) == 1:
            yield match.span(), ids


def _telling(text: str) -> set[str]:
    return {m.normal.lower() for m in analyse(text) if m.is_content} - _COMMON


def _overlaps(span: Span, taken: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)
