"""What the front of a document says: the plan's title, its date, who issues it, and the years it covers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath

from keikaku.text import nfkc, squeeze
from knowledge.documents import Document, Grid, Heading
from knowledge.extract import fiscal

_PLAN = re.compile(r"計画|プラン|戦略|ビジョン|構想|プログラム|大綱|アクション|方針|ロードマップ|指針")
_NO_TITLE = re.compile(
    r"。|[：:].|^第\d+[章節部編]|^\d+[.．\s]|^[(（]\d|について$|とは$|の(?:策定|趣旨|期間|概要|位置[付づ]け|目的|構成|推進体制|体系)"
)
_GENERIC = re.compile(
    r"^(?:計画|概要|計画の.*|基本方針|.*シート|Sheet\d*|施策一覧.*|.*一覧表?|目標|表紙|本編|資料編?|別紙|document|無題.*|untitled|\(anonymous\)|Microsoft .*|.*\.(?:docx?|xlsx?|pdf|indd|jtd))$",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"(?<![A-Za-z])[RH]\d{1,2}[./](?:1[0-2]|[1-9])(?!\d)|(?:令和|平成|R|H)\s*(?:\d{1,2}|元)\s*年\s*(?:[(（]\s*\d{4}\s*年?\s*[)）]\s*)?(?:年)?\s*\d{1,2}\s*月|20\d\d\s*年\s*(?:[(（][^)）]*[)）])?\s*\d{1,2}\s*月"
)
_EDITION = re.compile(r"(?:令和|平成)\s*(?:\d{1,2}|元)\s*年度?\s*(?:版|改訂|改定|策定|見直し)")
_ISSUER = re.compile(
    r"^(?:[^\s\d。、：:()（）]{1,12}(?:都|道|府|県|市|区|町|村|連合|組合))(?:\s*[^\s\d。、]{0,12}(?:部|局|課|室|本部|委員会))?$"
)
_PLACE_NAME = re.compile(
    r"^(?:第\d+[次期]\s*)?([^\s\d・「『]{1,6}?(?:都|道|府|県|市|区|町|村))(?!民|街|立|内|外|長|営|場|会|づくり|市|県|府|町|村)"
)
_PERIOD = re.compile(r"計画(?:の)?期間|期間|年間|計画年度|対象期間")
_PAPER = re.compile(r"(?:施策|事業|目標|指標|評価|取組).{0,8}(?:調書|シート|一覧表?|集|書|表)(?:[（(][^）)]*[)）])?$")
_FORM = re.compile(
    r"(?:一覧表?|シート|評価表|調書|管理表|進捗状況|実施状況|概要版?|本編|資料編?|個票|編)(?:[（(][^）)]*[)）])?$"
)
_WAVE = re.compile(r"^[~〜～\-―─－–—].+[~〜～\-―─－–—]$")


@dataclass
class Cover:
    """The front matter. `lines` are the texts that it was read from; `end` the last fiscal year of the plan."""

    title: str = ""
    subtitle: str = ""
    issued: str = ""
    issuer: str = ""
    start: int | None = None
    end: int | None = None
    lines: set[str] = field(default_factory=set)
    sure: bool = True

    @property
    def titles(self) -> list[str]:
        """The title, and the lines as printed that gave it: none of them is a chapter or a measure."""
        return [self.title, *self.lines]


def read_cover(document: Document) -> Cover:
    """The front matter of a document; the file's name is the title where nothing looks like one."""
    cover = Cover()
    front: list[str] = []
    for block in document.blocks[:40]:
        if isinstance(block, Grid):
            if len(front) > 3:
                break
            front += [cell.text for cell in block.filled(0) if cell.column == 0 and block.filled(0) == [cell]]
        elif not (isinstance(block, Heading) and block.place.sheet):
            front.append(squeeze(block.text))
    _title(cover, document, front)
    for line in front[:25]:
        plain = nfkc(line)
        if not cover.issued and (match := _ISSUED.search(plain) or _EDITION.search(plain)) and len(plain) < 40:
            cover.issued = re.sub(r"\s", "", match[0])
            if len(plain) <= len(match[0]) + 6:
                cover.lines.add(line)
        if not cover.issuer and _ISSUER.match(plain) and line != cover.title:
            cover.issuer = squeeze(line)
            cover.lines.add(line)
    if not cover.issuer and (match := _PLACE_NAME.match(nfkc(cover.title))):
        cover.issuer = match[1]
    _period(cover, document, front)
    return cover


def _title(cover: Cover, document: Document, front: list[str]) -> None:
    marked = [
        squeeze(b.text) for b in document.blocks[:40] if isinstance(b, Heading) and b.level <= 1 and not b.place.sheet
    ]
    for line in [*marked[:1], *front[:15]]:
        bare = re.sub(r"[（(【][^（()）】]*[)）】]", "", line)
        name = _without_form(line)
        if _PLAN.search(bare) and len(line) <= 50 and not _NO_TITLE.search(line) and not _GENERIC.match(name):
            cover.title = _without_period(name)
            cover.lines.add(line)
            at = front.index(line) if line in front else -1
            # A title over two lines: 『○○市』 above 『DX推進計画』 stays the issuer.
            if 0 <= at < len(front) - 1 and _WAVE.match(front[at + 1]):
                cover.subtitle = front[at + 1]
                cover.lines.add(front[at + 1])
            return
    paper = next((line for line in [*marked[:1], *front[:5]] if _PAPER.search(line) and len(line) <= 50), "")
    for candidate in (document.title, paper, PurePath(document.name).stem):
        if candidate and not _GENERIC.match(candidate):
            cover.title = squeeze(candidate.replace("_", " "))
            cover.sure = candidate == document.title
            return
    cover.title, cover.sure = PurePath(document.name).stem, False


def _without_period(name: str) -> str:
    """『○○計画（令和7～11年度）』 without the years in brackets at its end."""
    match = re.match(r"^(.+?)\s*[（(]([^（()）]*)[)）]$", name)
    found = fiscal.find(match[2]) if match else None
    alone = (
        found is not None
        and found.is_range
        and not re.sub(r"[\s~〜～\-―—–年度間:：]|から|まで|計画|期間", "", found.rest)
    )
    return match[1] if match and alone else name


def _without_form(line: str) -> str:
    """『○○計画　施策評価シート（令和5年度版）』 is the plan's name and what kind of paper this is."""
    words = line.split(" ")
    while len(words) > 1 and _FORM.search(words[-1]) and _PLAN.search(" ".join(words[:-1])):
        words.pop()
    return " ".join(words)


def _period(cover: Cover, document: Document, front: list[str]) -> None:
    """『計画期間：令和6年度～令和10年度』 near the front, or alone on the cover, or in the title's brackets."""
    for block in document.blocks[:400]:
        texts = [cell.text for row in block.cells for cell in row] if isinstance(block, Grid) else [block.text]
        for i, text in enumerate(texts):
            if len(text) > 200:
                continue
            found = fiscal.find(text)
            alone = text in front and not re.sub(r"[~〜～\-()（）【】]|から|まで|の", "", found.rest)
            said = alone or _PERIOD.search(text) or (i and _PERIOD.search(texts[i - 1])) or text in cover.lines
            if said and found.is_range and 1 <= found.years[-1] - found.years[0] <= 20:
                cover.start, cover.end = found.years[0], found.years[-1]
                return
