"""How plans are called: whose they are, what is short for their titles, which years they are known by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from keikaku import years
from keikaku.lexicon import PlanName
from keikaku.morph import analyse
from keikaku.plan_names import KIND
from keikaku.text import nfkc
from knowledge.editions import without_edition
from knowledge.store import PlanRow

_MUNICIPALITY = re.compile(r"^.+?[都道府県市区町村](?![都道府県市区町村])")
_EARLY = re.compile(r"\s*[1-3]月")
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]")
MIN_STEM, MIN_NAME = 2, 4


def municipality(plan: PlanRow) -> str:
    """Whose plan it is: 千草町 for 千草町総務課; from the title where no issuer is known, '' where neither says it."""
    if match := _MUNICIPALITY.match(nfkc(plan.issuer)):
        return match[0]
    first = next(iter(analyse(nfkc(plan.title))), None)
    match = _MUNICIPALITY.match(nfkc(plan.title))
    return match[0] if match and first and first.is_place else ""


def short_title(plan: PlanRow) -> str:
    """The title as replies say it: without brackets."""
    return _BRACKETS.sub("", nfkc(plan.title)).strip() or plan.title


def short_titles(plans: Sequence[PlanRow]) -> dict[int, str]:
    """Plan's id → short title; with the year of the edition, or whose it is, where two are called the same."""
    shorts = {plan.id: short_title(plan) for plan in plans}
    same = [plan for plan in plans if list(shorts.values()).count(shorts[plan.id]) > 1]
    for plan in same:
        shorts[plan.id] = f"{municipality(plan)}{shorts[plan.id]}" if municipality(plan) else plan.name
    return shorts


def names_of(plan: PlanRow, short: str, aliases: Sequence[str]) -> PlanName:
    """What questions may call the plan."""
    place = municipality(plan)
    titles = [nfkc(plan.title), short_title(plan), short]
    titles += [without_edition(title) for title in titles]
    titles += [part for part in short_title(plan).split() if re.search(KIND, part)]
    titles += [title.removeprefix(place).strip() for title in titles if place]
    titles += [f"{place}{title}" for title in titles if place and not title.startswith(place)]
    names = [title for title in dict.fromkeys(titles) if len(title) >= MIN_NAME]
    stem = place[:-1]
    places = [name for name in (place, stem) if len(name) >= MIN_STEM] if place else []
    return PlanName(plan.id, short, [*names, *map(nfkc, aliases)], places, _years(plan))


def _years(plan: PlanRow) -> list[int]:
    """The year it was issued, or the first that its title names. 令和6年3月 counts as 2024, as people say it."""
    printed = nfkc(plan.issued or plan.title)
    return [mention.year + bool(_EARLY.match(printed, mention.end)) for mention in years.find_years(printed)][:1]
