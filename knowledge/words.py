"""Builds the lexicon: what the linker can find, from the store, the thesaurus and the aliases of each plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from keikaku.lexicon import Item, Lexicon
from keikaku.morph import analyse
from keikaku.text import nfkc
from knowledge import plan as model
from knowledge.plan_names import names_of, short_titles
from knowledge.store import MeasureRow, PlanRow, current_plans


def build_lexicon(session: Session, data: Path) -> Lexicon:
    """The lexicon of all current plans. `data` is the data folder (thesaurus.yml, common_words.yml,
    other_subjects.yml, no_slips.yml, plan/*.aliases.yml, plan/*.descriptions.yml)."""
    plans = current_plans(session)
    lexicon = Lexicon(
        synonyms=_synonyms(data / "thesaurus.yml", plans),
        common=_listed(data / "common_words.yml"),
        other_subjects=_listed(data / "other_subjects.yml"),
        no_slips=sorted({nfkc(str(word)) for word in _read(data / "no_slips.yml") or []}),
    )
    shorts = short_titles(plans)
    for plan in plans:
        words: set[str] = set(lexicon.synonyms.values())
        aliases = _read(data / "plan" / f"{Path(plan.source).stem}.aliases.yml") or {}
        items = _items(plan, aliases)
        _describe(items, plan, _read(data / "plan" / f"{Path(plan.source).stem}.descriptions.yml") or {})
        lexicon.items += items
        name = names_of(plan, shorts[plan.id], aliases.get("plan") or [])
        for passage in plan.passages:
            words |= _long_nouns(passage.text)
            if passage.measure_id is None:  # those of measures are items
                words |= _long_nouns(passage.heading or "")
        for cell in (cell for m in plan.measures for row in m.schedule for cell in row.cells):
            words |= _long_nouns(cell.text or "")
        for item in items:
            words |= _long_nouns(" ".join(item.names))
        if any(kpi.actuals for measure in plan.measures for kpi in measure.kpis):
            words.add("実績")  # of most plans it is a word that they do not hold anything of
        for title in name.names if len(plans) > 1 else []:
            words |= _long_nouns(title)
        name.words = sorted(words)
        name.everyday, name.narrowing = (
            sorted({nfkc(str(word)) for word in aliases.get(kind) or []}) for kind in ("everyday", "narrowing")
        )
        lexicon.plans.append(name)
    lexicon.words = sorted(
        {word for plan_name in lexicon.plans for word in plan_name.words} | set(lexicon.synonyms.values())
    )
    # AI-OCR is typed AIOCR, too.
    lexicon.synonyms |= {
        key: word
        for word in lexicon.words
        if "-" in word and (key := word.replace("-", "").lower()) not in lexicon.synonyms
    }
    return lexicon


def _listed(path: Path) -> list[str]:
    """The words of a file that lists them by category."""
    return sorted({nfkc(str(word)) for words in (_read(path) or {}).values() for word in words})


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else None


def _synonyms(path: Path, plans: Sequence[PlanRow]) -> dict[str, str]:
    """Synonym → term, in NFKC lower case. A synonym of two terms or one that is a term itself is left alone.

    Only of terms that one of the plans uses: what no plan speaks of must stay a strange word.
    """
    texts = [nfkc(text) for plan in plans for text in _printed_texts(plan)]
    whole, used = "\n".join(texts), {m.normal.lower() for text in texts for m in analyse(text)}
    entries = [
        entry
        for entry in _read(path) or []
        if entry.get("always")
        or nfkc(entry["term"]) in whole
        or all(m.normal.lower() in used for m in analyse(nfkc(entry["term"])) if m.is_content)
    ]
    terms = {nfkc(entry["term"]).lower() for entry in entries}
    found: dict[str, str] = {}
    for entry in entries:
        for synonym in entry["synonyms"]:
            key = nfkc(str(synonym)).lower()
            if len(key) > 1 and key not in terms and key not in found:
                found[key] = nfkc(entry["term"])
    return found


def _printed_texts(plan: PlanRow) -> Iterator[str]:
    """Everything that a plan prints: titles, names, cells and prose."""
    yield plan.title
    yield from (chapter.title for chapter in plan.chapters)
    for passage in plan.passages:
        yield f"{passage.heading or ''}\n{passage.text}"
    for measure in plan.measures:
        yield from (measure.title, *(owner.department.name for owner in measure.owners))
        yield from (kpi.name for kpi in measure.kpis)
        for row in measure.schedule:
            yield from (row.name, *(cell.text or "" for cell in row.cells))


def _items(plan: PlanRow, aliases: dict[str, Any]) -> list[Item]:
    items: list[Item] = []
    departments: dict[str, None] = {}
    for measure in plan.measures:
        items.append(
            _item(
                f"measure:{measure.id}",
                "measure",
                measure.title,
                measure,
                plan,
                aliases.get("measures", {}).get(measure.no),
            )
        )
        for kpi in measure.kpis:
            unit = next((value.unit for value in kpi.values if value.unit), None) or kpi.unit
            names = aliases.get("kpis", {}).get(kpi.name) or []
            if kpi.parent:
                # 『RPA 作成(初級)』 alone could be anything about RPA: its short form needs the parent's name.
                names = [nfkc(str(n)) for n in (kpi.name, f"{kpi.parent.name} {kpi.name}", *names)]
                items.append(Item(f"kpi:{kpi.id}", "kpi", kpi.name, names, plan.id, measure.ref, unit))
            else:
                items.append(_item(f"kpi:{kpi.id}", "kpi", kpi.name, measure, plan, names, unit))
        for row in measure.schedule:
            names = aliases.get("schedule", {}).get(f"{measure.no}/{row.name}")
            items.append(_item(f"schedule:{row.id}", "schedule", row.name, measure, plan, names))
        for heading in dict.fromkeys(p.heading for p in measure.passages if p.heading and p.section != model.KPI_TABLE):
            items.append(
                Item(f"heading:{measure.id}:{heading}", "heading", heading, [nfkc(heading)], plan.id, measure.ref)
            )
        departments.update(dict.fromkeys(owner.department.name for owner in measure.owners))
    for name in departments:
        extra = aliases.get("departments", {}).get(name) or []
        items.append(Item(f"department:{name}", "department", name, _names(name, [*_units(name), *extra]), plan.id))
    for chapter in plan.chapters:
        items.append(Item(f"chapter:{chapter.id}", "chapter", chapter.title, _names(chapter.title, []), plan.id))
    return items


def _describe(items: list[Item], plan: PlanRow, descriptions: dict[str, Any]) -> None:
    """Give measures, KPIs and schedule items what is written of them."""
    written: dict[str, list[Any] | None] = {}
    for measure in plan.measures:
        written[f"measure:{measure.id}"] = descriptions.get("measures", {}).get(measure.no)
        for kpi in measure.kpis:
            written[f"kpi:{kpi.id}"] = descriptions.get("kpis", {}).get(kpi.name)
        for row in measure.schedule:
            written[f"schedule:{row.id}"] = descriptions.get("schedule", {}).get(f"{measure.no}/{row.name}")
    for item in items:
        item.descriptions = [nfkc(str(text)) for text in written.get(item.id) or []]


def _item(
    id_: str,
    kind: str,
    label: str,
    measure: MeasureRow,
    plan: PlanRow,
    aliases: list[str] | None,
    unit: str | None = None,
) -> Item:
    return Item(
        id_, kind, label, _names(label, aliases or []), plan.id, measure.ref, unit, _number(measure), _printed(measure)
    )


def _number(measure: MeasureRow) -> str:
    """『施策1-2』 → 『1-2』; the place in the plan where no number is printed."""
    printed = re.search(r"\d+(?:-\d+)*", nfkc(measure.label or ""))
    return printed.group() if printed else str(measure.no)


def _printed(measure: MeasureRow) -> str | None:
    return nfkc(measure.label) if measure.label else None


def _names(label: str, aliases: list[str]) -> list[str]:
    """The label, the label without its last bracket (a unit) and without any, and the aliases."""
    label = nfkc(label)
    bare = re.sub(r"[（(][^（()）]*[)）]", "", label)
    return list(
        dict.fromkeys(
            [label, re.sub(r"[（(][^（()）]*[)）]$", "", label), bare, *(nfkc(str(alias)) for alias in aliases)]
        )
    )


def _units(department: str) -> list[str]:
    """『総務部情報政策課』 → 『総務部』 and 『情報政策課』: a department is known by any unit of its name."""
    return re.findall(r".+?(?:本部|部|局|課|室|所)", department)


def _long_nouns(text: str) -> set[str]:
    """Nouns and compounds of a text that typing slips may be mended to."""
    found: set[str] = set()
    tokens = analyse(nfkc(text), "A")
    run: list[str] = []
    for m in [*tokens, None]:
        if m is not None and (
            (m.is_noun and m.pos[1] != "数詞") or m.pos[0] in {"接尾辞", "接頭辞"} or m.pos[0] == "形状詞"
        ):
            run.append(m.surface)
            continue
        for size in range(1, min(len(run), 4) + 1):
            for i in range(len(run) - size + 1):
                word = "".join(run[i : i + size])
                if ((size > 1 and len(word) >= 3) or len(word) >= 3) and not re.fullmatch(r"[A-Za-z\d.\-]{1,2}", word):
                    found.add(word)
        found |= {w for w in run if len(w) == 2 and re.fullmatch(r"[\u4e00-\u9fff]{2}", w)}
        run = []
    return found
