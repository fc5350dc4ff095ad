"""Facts written in running text: 『担当課：企画課』, 『指標　申請率：30%（R4）→70%（R9）』."""

from __future__ import annotations

import re

from keikaku.text import nfkc, squeeze
from knowledge.documents import Place
from knowledge.extract import cells, fiscal, vocabulary
from knowledge.extract.kpis import Found
from knowledge.extract.parts import Pair

_LABEL = re.compile(
    r"(?:^|(?<=[\s\u3000、。]))[■●○◆・【\[〔＜<(（*]*([^\s\u3000：:、。】\]〕＞>()（）*]{1,16})[（(]?[^\s：:（()）]{0,8}[)）]?[】\]〕＞>)）*]*\s*[：:]\s*"
)
_BOXED = re.compile(
    r"^(?:【(?P<a>[^】]{1,16})】|〔(?P<b>[^〕]{1,16})〕|\[(?P<c>[^\]]{1,16})\]|＜(?P<d>[^＞]{1,16})＞|<(?P<e>[^>]{1,16})>|■\s*(?P<f>\S{1,12})\s)\s*(?P<value>\S.*)$"
)
_BARE_OWNER = re.compile(r"^(?P<label>\S{2,8})[\s\u3000]+(?P<value>\S.*)$")
_ARROW = re.compile(r"[→⇒➡]|->|=>")
_KPI = re.compile(
    r"^(?P<name>[^：:]{2,60}?)\s*(?:[：:]|[\s\u3000]+(?=[（(]?(?:現状|基準|現況|\d)))\s*(?P<from>.+?)\s*(?:→|⇒|➡|->|=>|から)\s*(?P<to>[^→⇒]+?)(?:へ|に(?:増|減|引|向).*|とする.*)?[。]?$"
)
_SIDE = re.compile(
    r"^[（(]?(?:(?P<label>[^\d\s：:（()）]{2,10})(?:[（(](?P<year>[^（()）]*)[)）])?\s*[：:]?\s*)?(?P<value>.+)$"
)


def pairs_of(text: str, place: Place) -> list[Pair]:
    """The labelled values of a line; empty where it is prose. A label counts only if the vocabulary knows it."""
    plain = squeeze(text)
    if whole := re.fullmatch(r"[（(]([^（()）]+)[)）]", plain):
        plain = whole[1]
    found: list[tuple[str, int, int]] = []
    for match in _LABEL.finditer(plain):
        if vocabulary.column(match[1]).role or vocabulary.section(match[1]):
            found.append((match[1], match.start(), match.end()))
    if found and not plain[: found[0][1]].strip(" ・■●○◆*-"):
        pairs = []
        for i, (label, _, end) in enumerate(found):
            stop = found[i + 1][1] if i + 1 < len(found) else len(plain)
            header = vocabulary.column(nfkc(plain[found[i][1] : end]).strip(" :・■●○◆*"))
            header = header if header.role else vocabulary.column(label)
            value = plain[end:stop].strip(" \u3000、，*")
            if value:
                pairs.append(Pair(label, header, vocabulary.section(label), value, place))
        return pairs
    if boxed := _BOXED.match(plain):
        label = next(boxed[group] for group in "abcdef" if boxed[group])
        if vocabulary.column(label).role or vocabulary.section(label):
            return [Pair(label, vocabulary.column(label), vocabulary.section(label), boxed["value"], place)]
    if (bare := _BARE_OWNER.match(plain)) and vocabulary.column(bare["label"]).role == "owner":
        owners = cells.owners_of(bare["value"])
        if owners and all(re.search(r"(?:部|局|課|室|所|係|班|センター|委員会)$", owner) for owner in owners):
            return [Pair(bare["label"], vocabulary.column(bare["label"]), "owner", bare["value"], place)]
    return []


def kpi_of(text: str, row: int, place: Place, end: int | None) -> Found | None:
    """『申請率：30%（R4）→70%（R9）』 as a KPI; None for any other text."""
    plain = squeeze(re.sub(r"^[・\-*●○■\s]+", "", text))
    match = _KPI.match(plain)
    if match is None or not _ARROW.search(plain):
        return None
    before, after = _SIDE.match(match["from"]), _SIDE.match(match["to"])
    if before is None or after is None:
        return None
    start, goal = _side(before, "現状"), _side(after, "目標")
    years = fiscal.find(goal[1]).years if goal[1] else ()
    if not (cells.is_figure(goal[0]) or cells.is_figure(start[0])) or not (years or end):
        return None
    kpi = Found(cells.name_of(match["name"]), row, place)
    brackets = re.findall(r"[（(]([^（()）]*)[)）]", kpi.name)
    kpi.unit = next((unit for inner in reversed(brackets) if (unit := vocabulary.unit_of(inner))), None)
    kpi.baseline = cells.value_of(start[0], "現状", start[1] or None)
    value = cells.value_of(goal[0], "目標")
    kpi.targets[years[-1] if years else end or 0] = value
    return kpi


def _side(match: re.Match[str], label: str) -> tuple[str, str]:
    """(value, date) of one side of the arrow."""
    value, stamp = (
        squeeze(match["value"]).rstrip("）)" if match["value"].count("（") < match["value"].count("）") else ""),
        match["year"] or "",
    )
    said = match["label"] or ""
    if said and vocabulary.column(said).role is None and not fiscal.find(said).years:
        value = f"{said}{value}"
    parsed = cells.value_of(value, label)
    return parsed.text, stamp or parsed.as_of or (fiscal.find(said).printed if said else "")
