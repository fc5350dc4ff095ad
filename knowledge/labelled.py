"""Reads a plan in the form of 鳥取県's: tab-separated text with the labels ①…⑥ and HTML tables.

The form is known, so that it is read strictly: whatever is missing is a problem, not a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from keikaku import years
from keikaku.text import join_spaced_letters, nfkc, squeeze
from knowledge import plan as model
from knowledge.problems import PlanError, Problem

_LABELS = {"①": "title", "②": "owners", "③": "issues", "④": "policy", "⑤": "kpi", "⑥": "schedule"}
_LABEL = re.compile(
    r"^([①-⑥])[ \u3000]*(個別施策|担当所属|現状・課題|施策概要|KPI|主な取組とスケジュール)"
    r"(?:\s*[（(]取組の方向性[)）])?[ \u3000]*\t",
    re.MULTILINE,
)
_CONTENTS_ENTRY = re.compile(r"^(?P<title>[^\t]+)\t+(?P<page>\d+)\s*$")
_HEADING = re.compile(r"^【(.+?)】$")
_BULLET = re.compile(r"(?:^|(?<=\s))・(?=\S)")
_NEXT_SENTENCE = re.compile(r"(?<=。)\s+")
_FOOTNOTE = re.compile(r"^[※*]\s*(?:(?P<term>[^：:。]{1,60}?)[：:])?\s*(?P<text>\S.*)$")
_MARKED_WORD = re.compile(r"([A-Za-z][A-Za-z\-]*|[ァ-ヶー・一-龥]+)\s*[※*]")
_FIGURE = re.compile(
    r"^(?P<number>[\d,]+(?:\.\d+)?)\s*(?P<unit>%|[^\d\s()（）,.]{1,4})?\s*(?:[(（](?P<bracket>[^)）]*)[)）])?$"
)
_AS_OF = re.compile(r"[(（]?([RH]\d+年(?:度末?|\d+月(?:末|\d+日)?)(?:時点)?)[)）]?")
_ARROWS = re.compile(r"[\u2190-\u21ff\u25a0-\u25ff\u27a1-\u27bf\u2794-\u27af]")
_UNITS_IN_NAMES = (
    (re.compile(r"時間"), "時間"),
    (re.compile(r"職員数|者数|人数|延人数"), "人"),
    (re.compile(r"件数"), "件"),
    (re.compile(r"自治体の?数"), "自治体"),
    (re.compile(r"市町村.*状況|市町村の?数"), "市町村"),
    (re.compile(r"(?:訓練|研修|研修会|講演会等?)(?:の開催)?[(（]年間"), "回"),
)


def is_labelled(text: str) -> bool:
    """The text has the form's labels: the title and most of the others."""
    found = {match[1] for match in _LABEL.finditer(text)}
    return "①" in found and len(found) >= 4


def parse_labelled(text: str, source: str = "計画") -> model.Plan:
    """Parse a text for which `is_labelled` holds. Raises PlanError."""
    blocks = _measure_blocks(text)
    front = text[: blocks[0].offset]
    plan, contents = _front_matter(front)
    problems: list[Problem] = []
    for no, block in enumerate(blocks, 1):
        plan.measures.append(_measure(no, block, contents, problems))
    if problems:
        raise PlanError(source, problems)
    return plan


@dataclass
class _Block:
    """The parts of one measure, as (line number, text), and what stands after the last table."""

    offset: int
    chapter: str
    parts: dict[str, tuple[int, str]] = field(default_factory=dict)


def _measure_blocks(text: str) -> list[_Block]:
    labels = list(_LABEL.finditer(text))
    blocks: list[_Block] = []
    chapter = ""
    for i, label in enumerate(labels):
        start, end = label.end(), labels[i + 1].start() if i + 1 < len(labels) else len(text)
        kind = _LABELS[label[1]]
        if kind == "title":
            above = [line for line in text[: label.start()].splitlines() if line.strip()]
            chapter = squeeze(above[-1]) if above else chapter
            blocks.append(_Block(label.start(), chapter))
        if blocks:
            blocks[-1].parts.setdefault(kind, (text.count("\n", 0, start) + 1, text[start:end]))
    return blocks


def _front_matter(front: str) -> tuple[model.Plan, dict[str, int]]:
    """Cover and table of contents: the plan's name, its chapters with 目指す効果, and the page of each title."""
    lines = [squeeze(line) for line in front.splitlines()]
    cover = [line for line in lines[: lines.index("目次")] if line] if "目次" in lines else []
    cover = [line for line in cover if not re.fullmatch(r"[(（]別紙[)）]", line)]
    issued = next((nfkc(line).replace(" ", "") for line in cover if re.search(r"令和\s*\d+\s*年", nfkc(line))), "")
    names = [line for line in cover if nfkc(line).replace(" ", "") != issued]
    plan = model.Plan(
        title=names[0] if names else "",
        subtitle=" ".join(names[1:-1]),
        issued=issued,
        issuer=names[-1] if len(names) > 1 else "",
    )
    pages: dict[str, int] = {}
    chapter, effects = "", []
    for line in front.splitlines()[lines.index("目次") + 1 if "目次" in lines else 0 :]:
        entry = _CONTENTS_ENTRY.match(line)
        if entry:
            pages[_title_key(entry["title"])] = int(entry["page"])
        elif line.startswith("○"):
            effects.append(squeeze(line[1:]))
        elif line.strip() and line.strip() != model.EFFECTS:
            if chapter and effects:
                plan.chapters.append(model.Chapter(chapter, tuple(effects)))
            chapter, effects = squeeze(line), []
    if chapter and effects:
        plan.chapters.append(model.Chapter(chapter, tuple(effects)))
    return plan, pages


def _title_key(title: str) -> str:
    return re.sub(r"\s", "", nfkc(join_spaced_letters(title)))


def _measure(no: int, block: _Block, contents: dict[str, int], problems: list[Problem]) -> model.Measure:
    printed = squeeze(block.parts["title"][1].split("\n")[0])
    place = f"施策{no}「{printed}」"
    title = join_spaced_letters(printed)
    measure = model.Measure(no, title, printed, block.chapter, contents.get(_title_key(title)))
    if not printed:
        problems.append(Problem(f"施策{no} ①個別施策", "施策名が空です。", block.parts["title"][0]))
    for kind, label in (
        ("owners", "②担当所属"),
        ("issues", "③現状・課題"),
        ("policy", "④施策概要"),
        ("kpi", "⑤KPI"),
        ("schedule", "⑥主な取組とスケジュール"),
    ):
        if kind not in block.parts:
            problems.append(Problem(place, f"「{label}」がありません。", block.parts["title"][0]))
    if "owners" in block.parts:
        line, text = block.parts["owners"]
        measure.owners_printed = squeeze(text.split("\n")[0])
        measure.owners = [squeeze(owner) for owner in re.split(r"[・、,，\n]", measure.owners_printed) if owner.strip()]
        if not measure.owners:
            problems.append(Problem(f"{place} ②担当所属", "所属が空です。", line))
    for kind, section in (("issues", model.ISSUES), ("policy", model.POLICY)):
        if kind in block.parts:
            measure.paragraphs += _paragraphs(block.parts[kind][1], section)
    _read_kpis(measure, block, place, problems)
    _read_schedule(measure, block, place, problems)
    measure.glossary = _glossary(measure, block)
    return measure


def _paragraphs(cell: str, section: str) -> list[model.Paragraph]:
    """The bullets of a prose cell, each under its 【heading】; a line without a bullet continues the one above."""
    found: list[model.Paragraph] = []
    heading: str | None = None
    soup = BeautifulSoup(cell, "lxml")
    texts = [node for node in soup.find_all(string=True) if isinstance(node, NavigableString) and node.strip()]
    for node in texts:
        text = squeeze(join_spaced_letters(str(node)))
        if headed := _HEADING.match(text):
            heading = headed[1]
            continue
        bullets = [b.strip() for b in _BULLET.split(text) if b.strip()]
        if not _BULLET.search(text):
            bullets = [b.strip() for b in _NEXT_SENTENCE.split(text) if b.strip()]
        found += [model.Paragraph(section, heading, bullet) for bullet in bullets]
    return found


@dataclass
class _Table:
    """A table with spans resolved: `grid[r][c]` is the text that covers the place, `origin` where it is written."""

    grid: list[list[str | None]]
    origin: list[list[tuple[int, int]]]
    indented: list[bool]


def _table(cell: str, place: str, line: int, problems: list[Problem]) -> _Table | None:
    """The HTML table of a cell, or None with a problem noted."""
    if cell.count("<table") != cell.count("</table>") or cell.count("<tr") != cell.count("</tr>"):
        problems.append(Problem(place, "表が途中で切れています（閉じていないタグがあります）。", line))
        return None
    element = BeautifulSoup(cell, "lxml").find("table")
    if not isinstance(element, Tag):
        problems.append(Problem(place, "表が見つかりません。", line))
        return None
    cells: dict[tuple[int, int], tuple[str, tuple[int, int]]] = {}
    indented: list[bool] = []
    rows = element.find_all("tr")
    for r, row in enumerate(rows):
        c = 0
        tds = row.find_all(["td", "th"])
        indented.append(bool(tds) and tds[0].get_text()[:1] in {" ", "\u3000", "\u00a0"})
        for td in tds:
            while (r, c) in cells:
                c += 1
            try:
                height, width = int(str(td.get("rowspan") or 1)), int(str(td.get("colspan") or 1))
            except ValueError:
                problems.append(Problem(f"{place} {r + 1}行", "rowspan・colspan が数ではありません。", line))
                return None
            text = squeeze(join_spaced_letters(_ARROWS.sub("", td.get_text(" "))))
            for dr in range(height):
                for dc in range(width):
                    if (r + dr, c + dc) in cells:
                        problems.append(Problem(f"{place} {r + 1}行", "結合セルが重なっています。", line))
                        return None
                    cells[r + dr, c + dc] = (text, (r, c))
            c += width
    columns = 1 + max((c for _, c in cells), default=-1)
    for r in range(len(rows)):
        missing = [c for c in range(columns) if (r, c) not in cells]
        if missing:
            problems.append(
                Problem(f"{place} {r + 1}行", f"列が足りません（{columns}列のうち{columns - len(missing)}列）。", line)
            )
            return None
    return _Table(
        [[cells[r, c][0] or None for c in range(columns)] for r in range(len(rows))],
        [[cells[r, c][1] for c in range(columns)] for r in range(len(rows))],
        indented,
    )


def _year_columns(header: list[str | None]) -> dict[int, int]:
    """Fiscal year → column, of a header row such as 指標|現状|R3年度末|…."""
    found = {}
    for c, text in enumerate(header):
        mentions = years.find_years(nfkc(text or ""))
        if c and len(mentions) == 1 and "現状" not in (text or ""):
            found[mentions[0].year] = c
    return found


def _value(cell: str | None, column: str, as_of: str | None) -> model.Value:
    text = cell or ""
    stamp = _AS_OF.search(nfkc(text))
    body = squeeze(nfkc(text)[: stamp.start()] + nfkc(text)[stamp.end() :]) if stamp else text
    as_of = stamp[1] if stamp else as_of
    figure = _FIGURE.match(nfkc(body))
    if not figure:
        return model.Value(body, as_of=as_of, column=column)
    number = float(figure["number"].replace(",", ""))
    return model.Value(body, number, figure["unit"], figure["bracket"], as_of, column)


def _read_kpis(measure: model.Measure, block: _Block, place: str, problems: list[Problem]) -> None:
    if "kpi" not in block.parts:
        return
    line, cell = block.parts["kpi"]
    place = f"{place} {model.KPI_TABLE}"
    if "<table" not in cell:
        words = squeeze(BeautifulSoup(cell.split("\n")[0], "lxml").get_text(" "))
        measure.kpi_unset = words.strip("（）()") or None
        if not measure.kpi_unset:
            problems.append(Problem(place, "指標の表も説明もありません。", line))
        return
    table = _table(cell.split("\n")[0], place, line, problems)
    if table is None:
        return
    columns = _year_columns(table.grid[1]) if len(table.grid) > 1 else {}
    header = table.grid[0]
    baseline_column = next((c for c, text in enumerate(header) if text and text.startswith("現状")), None)
    if not columns or baseline_column is None:
        problems.append(Problem(place, "見出しに「現状」と年度の列が見つかりません。", line))
        return
    stamp = _AS_OF.search(nfkc(header[baseline_column] or ""))
    notes = [squeeze(p.get_text(" ")) for p in BeautifulSoup(cell.split("\n")[0], "lxml").find_all("p")]
    parent: str | None = None
    for r in range(2, len(table.grid)):
        row = table.grid[r]
        printed = row[0] or ""
        if not printed:
            problems.append(Problem(f"{place} {r + 1}行", "指標名が空です。", line))
            continue
        name = printed.rstrip("※* ").strip()
        marked = printed != name
        if not table.indented[r]:
            parent = name
        unit = next((u for pattern, u in _UNITS_IN_NAMES if pattern.search(nfkc(name))), None)
        if unit is None and table.indented[r]:
            unit = next((k.unit for k in measure.kpis if k.name == parent), None)
        measure.kpis.append(
            model.Kpi(
                name=name,
                row=r - 1,
                baseline=_value(row[baseline_column], header[baseline_column] or "", stamp[1] if stamp else None),
                targets={year: _value(row[c], table.grid[1][c] or "", None) for year, c in columns.items()},
                unit=unit,
                parent=parent if table.indented[r] else None,
                notes=tuple(note.lstrip("※ ") for note in notes if marked),
            )
        )


def _read_schedule(measure: model.Measure, block: _Block, place: str, problems: list[Problem]) -> None:
    if "schedule" not in block.parts:
        return
    line, cell = block.parts["schedule"]
    place = f"{place} {model.SCHEDULE_TABLE}"
    if "<table" in cell:
        table = _table(cell.split("\n")[0], place, line, problems)
        grid = table.grid if table else None
    else:
        grid = _plain_table(cell)
    if grid is None:
        return
    columns = _year_columns(grid[0]) if grid else {}
    if not columns:
        problems.append(Problem(place, "見出しに年度の列が見つかりません。", line))
        return
    for row in grid[1:]:
        name = row[0]
        if not name:
            continue
        cells = {year: row[c] for year, c in columns.items()}
        previous = measure.schedule[-1] if measure.schedule else None
        if previous and previous.name == name:
            # An item over several rows: a row fills the years that the rows above leave empty.
            merged = {year: previous.cells[year] or cells[year] for year in columns}
            measure.schedule[-1] = model.ScheduleItem(name, previous.row, merged)
        else:
            measure.schedule.append(model.ScheduleItem(name, len(measure.schedule) + 1, cells))
    if not measure.schedule:
        problems.append(Problem(place, "取組が1行もありません。", line))


def _plain_table(cell: str) -> list[list[str | None]]:
    """A tab-separated table whose spans are lost: a value stands until the next one in its row."""
    rows: list[list[str | None]] = []
    for text in cell.split("\n"):
        fields = [squeeze(field) or None for field in text.split("\t")]
        if rows and (not text.strip() or fields[0]):
            break
        if rows:
            fields = fields[1:]
        width = len(rows[0]) if rows else len([f for f in fields if f])
        fields = (fields + [None] * width)[:width]
        if rows:
            for c in range(2, width):
                fields[c] = fields[c] or fields[c - 1]
        rows.append(fields)
    return rows


def _glossary(measure: model.Measure, block: _Block) -> list[model.GlossaryNote]:
    """The ※ notes below the measure; one without its own term explains the word that carries the mark."""
    tail = block.parts.get("schedule", (0, ""))[1].split("\n")[1:]
    marked = [m[1] for p in measure.paragraphs for m in _MARKED_WORD.finditer(p.text)]
    notes: list[model.GlossaryNote] = []
    for text in tail:
        note = _FOOTNOTE.match(squeeze(join_spaced_letters(text)))
        if not note:
            continue
        term, explanation = note["term"], squeeze(text.lstrip("※* "))
        if term is None:
            term = marked[len(notes)] if len(notes) < len(marked) else ""
        elif marked and not any(term in word for word in marked):
            # The note spells out an abbreviation: 「* Computer … Team: …」 stands for CSIRT.
            term = marked[min(len(notes), len(marked) - 1)]
        else:
            explanation = note["text"]
        if term:
            notes.append(model.GlossaryNote(term, squeeze(join_spaced_letters(explanation))))
    return notes
