"""Writes plan files of other municipalities (all invented) in the forms that real ones have, from readable sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
from docx.document import Document as WordDocument
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle


def fill_sheet(sheet: Worksheet, rows: Sequence[Sequence[object]], top: int, merged: Sequence[str] = ()) -> None:
    """Write rows from row `top` on; "" leaves a cell empty."""
    for r, row in enumerate(rows, top):
        for c, value in enumerate(row, 1):
            if value != "":
                sheet.cell(r, c, value)
    for cells in merged:
        sheet.merge_cells(cells)


# --- Word: a town's DX plan, one table per measure ------------------------------------------------------------------

DX_MEASURES: list[dict[str, object]] = [
    {
        "chapter": "基本方針１　住民サービスのデジタル化",
        "name": "書かない窓口の導入",
        "owner": "住民課、税務課",
        "issues": "・住民異動の手続では、同じ内容を何度も書く必要があります。\n・高齢者から申請書の文字が小さいとの声があります。",
        "policy": "・マイナンバーカードを読み取り、申請書を自動で作成します。",
        "kpis": [
            ["書かない窓口の利用件数", "件", "0\n（R5）", "1,000", "2,500", "4,000"],
            ["窓口の平均待ち時間", "分", "18.5\n（R5）", "15", "12", "10"],
        ],
        "schedule": [["システム調達", "要件定義", "導入", "運用"], ["職員研修", "―", "実施", "実施"]],
    },
    {
        "chapter": "基本方針１　住民サービスのデジタル化",
        "name": "公共施設予約のオンライン化",
        "owner": "生涯学習課",
        "issues": "・施設の予約は窓口と電話に限られています。",
        "policy": "・体育館と公民館の予約と支払いをオンラインでできるようにします。",
        "kpis": [["オンラインで予約できる施設数", "施設", "2\n（R5）", "6", "10", "14"]],
        "schedule": [["予約システムの整備", "調達", "試行", "本格運用"]],
    },
    {
        "chapter": "基本方針２　役場の働き方改革",
        "name": "文書管理・電子決裁の推進",
        "owner": "総務課\n会計室",
        "issues": "・決裁の多くが紙で行われ、保管場所が不足しています。",
        "policy": "・電子決裁を原則とし、紙文書の保管量を減らします。",
        "kpis": [["電子決裁率", "％", "31.2\n（R5）", "50", "70", "90以上"]],
        "schedule": [["電子決裁の対象拡大", "規程改正", "全課で実施", ""]],
    },
]


def write_word_plan(path: Path) -> Path:
    """海辺町DX推進計画: headings, then a form of label and value rows per measure with both tables inside."""
    word = docx.Document()
    word.core_properties.title = ""
    word.add_paragraph("海辺町DX推進計画", style="Title")
    word.add_paragraph("令和６年３月")
    word.add_paragraph("海辺町")
    word.add_heading("第１章　計画の概要", 1)
    word.add_heading("１　計画の期間", 2)
    word.add_paragraph("計画期間は、令和６年度から令和８年度までの３年間とします。")
    word.add_heading("２　推進体制", 2)
    word.add_paragraph("町長を本部長とするDX推進本部を置き、年２回、進み具合を点検します。")
    word.add_heading("第２章　個別施策", 1)
    chapter = ""
    for measure in DX_MEASURES:
        if measure["chapter"] != chapter:
            chapter = str(measure["chapter"])
            word.add_heading(chapter, 2)
        _word_form(word, measure)
        word.add_paragraph("")
    word.save(str(path))
    return path


def _word_form(word: WordDocument, measure: dict[str, object]) -> None:
    kpis, schedule = _rows(measure["kpis"]), _rows(measure["schedule"])
    table = word.add_table(0, 7)
    table.style = "Table Grid"

    def add(label: str, *values: str) -> None:
        cells = table.add_row().cells
        cells[0].text = label
        for cell, value in zip(cells[1:], values):
            cell.text = value
        if len(values) == 1:
            cells[1].merge(cells[6])

    add("施策名", str(measure["name"]))
    add("担当課", str(measure["owner"]))
    add("現状と課題", str(measure["issues"]))
    add("取組の方向性", str(measure["policy"]))
    first = len(table.rows)
    add("KPI", "指標名", "単位", "現状値", "目標値", "", "")
    add("", "", "", "", "R6年度", "R7年度", "R8年度")
    for row in kpis:
        add("", *row)
    last = len(table.rows) - 1
    table.cell(first, 0).merge(table.cell(last, 0))
    table.cell(first, 4).merge(table.cell(first, 6))
    for column in (1, 2, 3):
        table.cell(first, column).merge(table.cell(first + 1, column))
    first = len(table.rows)
    add("スケ\nジュール", "取組内容", "", "", "R6年度", "R7年度", "R8年度")
    for name, *years in schedule:
        add("", name, "", "", *years)
    for r in range(first, len(table.rows)):
        table.cell(r, 1).merge(table.cell(r, 3))
    table.cell(first, 0).merge(table.cell(len(table.rows) - 1, 0))
    # The last phase goes on: a cell merged over two years.
    if not schedule[0][-1]:
        table.cell(first + 1, 5).merge(table.cell(first + 1, 6))


def _rows(value: object) -> list[list[str]]:
    assert isinstance(value, list)
    return [[str(cell) for cell in row] for row in value]


# --- PDF: a prefecture's environment plan, KPI list at the end ------------------------------------------------------

ENVIRONMENT_MEASURES = [
    (
        "基本目標１　脱炭素社会の実現",
        [
            (
                "１－１",
                "再生可能エネルギーの導入拡大",
                "環境政策課、農業・農村振興課",
                "県内の再生可能エネルギーによる発電量は増えていますが、送電線の空き容量が不足し、新たな導入が進みにくくなっています。",
                "公共施設への太陽光発電設備の設置を進めるとともに、小水力発電の適地を調査します。",
            ),
            (
                "１－２",
                "省エネルギーの推進",
                "環境政策課",
                "家庭部門の二酸化炭素排出量は横ばいで推移しています。",
                "省エネ診断員を派遣し、中小企業の設備更新を支援します。",
            ),
        ],
    ),
    (
        "基本目標２　循環型社会の形成",
        [
            (
                "２－１",
                "ごみの減量とリサイクル",
                "循環社会推進課",
                "一人一日当たりのごみ排出量は全国平均を上回っています。",
                "食品ロスを減らすため、フードドライブの常設窓口を設けます。",
            ),
        ],
    ),
]
ENVIRONMENT_KPIS = [
    ["1-1", "再生可能エネルギー発電設備の導入容量", "MW", "612", "R3", "800", "1,050"],
    ["1-1", "公共施設の太陽光発電設備設置数", "箇所", "48", "R4", "70", "100"],
    ["1-2", "家庭部門の二酸化炭素排出量", "千t-CO2", "1,284", "R2", "1,020", "760"],
    ["1-2", "省エネ診断の受診事業所数（累計）", "事業所", "35", "R4", "120", "240"],
    ["2-1", "一人一日当たりのごみ排出量", "g", "935", "R3", "890", "850"],
    ["2-1", "フードドライブ常設窓口の設置市町村数", "市町村", "―", "", "8", "全市町村"],
]


def write_pdf_plan(path: Path) -> Path:
    """青嶺県環境基本計画: text by measure, the KPIs of all of them in one table on the last page."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    body = ParagraphStyle("body", fontName="HeiseiKakuGo-W5", fontSize=10.5, leading=17, wordWrap="CJK")
    styles = {
        size: ParagraphStyle(f"h{size}", parent=body, fontSize=size, leading=size * 1.6, spaceBefore=8, spaceAfter=4)
        for size in (22, 16, 14, 12)
    }
    story: list[Flowable] = [
        Spacer(1, 120),
        Paragraph("第３次青嶺県環境基本計画", styles[22]),
        Paragraph("令和５年３月", styles[14]),
        Paragraph("青嶺県", styles[14]),
        PageBreak(),
        Paragraph("第１章　計画の基本的事項", styles[16]),
        Paragraph("計画期間は令和５年度から令和１２年度までの８年間とし、令和８年度に中間見直しを行います。", body),
        PageBreak(),
        Paragraph("第２章　施策の展開", styles[16]),
    ]
    for goal, measures in ENVIRONMENT_MEASURES:
        story.append(Paragraph(goal, styles[14]))
        for number, name, owner, issues, policy in measures:
            story += [
                Paragraph(f"施策{number}　{name}", styles[12]),
                Paragraph(f"担当課：{owner}", body),
                Paragraph("【現状と課題】", body),
                Paragraph(f"・{issues}", body),
                Paragraph("【施策の方向】", body),
                Paragraph(f"・{policy}", body),
            ]
        story.append(PageBreak())
    story.append(Paragraph("資料　指標一覧", styles[16]))
    header = [
        ["施策番号", "指標名", "単位", "基準値", "", "目標値", ""],
        ["", "", "", "値", "年度", "R8年度", "R12年度"],
    ]
    cell = ParagraphStyle("cell", parent=body, fontSize=9, leading=12)
    rows = [[Paragraph(text, cell) for text in row] for row in [*header, *ENVIRONMENT_KPIS]]
    spans = [("SPAN", (c, 0), (c, 1)) for c in (0, 1, 2)] + [("SPAN", (3, 0), (4, 0)), ("SPAN", (5, 0), (6, 0))]
    table = Table(rows, colWidths=[50, 170, 55, 50, 45, 55, 60])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans]))
    story.append(table)

    def number(canvas: object, template: object) -> None:
        canvas.setFont("HeiseiKakuGo-W5", 9)  # type: ignore[attr-defined]
        canvas.drawCentredString(A4[0] / 2, 30, f"- {canvas.getPageNumber()} -")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(path), pagesize=A4).build(story, onFirstPage=number, onLaterPages=number)
    return path


# --- Excel: evaluation sheets, and a list -----------------------------------------------------------------------------

SHEETS: list[dict[str, object]] = [
    {
        "no": "3-1",
        "name": "観光客の受入環境の整備",
        "chapter": "3 にぎわいのあるまち",
        "owner": ("観光商工部", "観光振興課"),
        "purpose": "観光客が快適に過ごせるよう、案内と二次交通を充実させる。",
        "issues": "駅から観光地までの交通手段が少なく、滞在時間が短い。",
        "kpis": [["観光入込客数", "万人", 182.4, 200, 210, 220], ["観光案内所の多言語対応率", "％", 0.4, 0.6, 0.8, 1]],
    },
    {
        "no": "3-2",
        "name": "商店街の活性化",
        "chapter": "3 にぎわいのあるまち",
        "owner": ("観光商工部", "商工課"),
        "purpose": "空き店舗を減らし、日常の買い物ができる商店街を守る。",
        "issues": "店主の高齢化により廃業が続いている。",
        "kpis": [["中心商店街の空き店舗率", "％", 0.183, 0.17, 0.16, 0.15], ["新規出店の件数", "件", 7, 10, 10, 10]],
    },
]


def write_excel_sheets(path: Path) -> Path:
    """川音市施策評価シート: one sheet per measure, labels and values in merged cells, percentages as numbers."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for measure in SHEETS:
        sheet = book.create_sheet(f"施策{measure['no']}")
        _evaluation_sheet(sheet, measure)
    hidden = book.create_sheet("作業用")
    hidden["A1"] = "集計用の控え"
    hidden.sheet_state = "hidden"
    book.save(path)
    return path


def _evaluation_sheet(sheet: Worksheet, measure: dict[str, object]) -> None:
    department, division = measure["owner"]  # type: ignore[misc]

    def put(cells: str, value: object) -> None:
        first = cells.split(":")[0]
        sheet[first] = value
        if ":" in cells:
            sheet.merge_cells(cells)

    put("B1:H1", "川音市総合戦略　施策評価シート（令和５年度版）")
    for cells, value in (
        ("B3", "施策番号"),
        ("C3", measure["no"]),
        ("D3", "施策名"),
        ("E3:H3", measure["name"]),
        ("B4", "政策"),
        ("C4:E4", measure["chapter"]),
        ("F4", "主管課"),
        ("G4:H4", f"{department}\n{division}"),
        ("B5", "目的"),
        ("C5:H5", measure["purpose"]),
        ("B6", "現状・課題"),
        ("C6:H6", measure["issues"]),
        ("B8:H8", "成果指標"),
        ("B9:C10", "指標名"),
        ("D9:D10", "単位"),
        ("E9:E10", "基準値\n(R4実績)"),
        ("F9:H9", "目標値"),
    ):
        put(cells, value)
    for column, year in zip("FGH", (5, 6, 7)):
        sheet[f"{column}10"] = year
        sheet[f"{column}10"].number_format = '"R"0'
    for r, (name, unit, *values) in enumerate(_raw(measure["kpis"]), 11):
        put(f"B{r}:C{r}", name)
        sheet[f"D{r}"] = unit
        for column, value in zip("EFGH", values):
            sheet[f"{column}{r}"] = value
            sheet[f"{column}{r}"].number_format = "0.0%" if unit == "％" else "#,##0.0" if unit == "万人" else "#,##0"


def _raw(value: object) -> list[list[object]]:
    assert isinstance(value, list)
    return value


LIST_ROWS: list[list[object]] = [
    [
        "I 健やかに育つ",
        1,
        "妊娠期からの切れ目ない支援",
        "健康福祉課",
        "産後ケア事業の利用率",
        "%",
        "12.3",
        "R4",
        "20",
        "R7",
        "30",
        "R11",
    ],
    ["", "", "", "", "乳幼児健診の受診率", "%", "96.8", "R4", "98", "R7", "99", "R11"],
    ["", 2, "子どもの居場所づくり", "教育課\n健康福祉課", "子ども食堂の数", "か所", "3", "R5", "5", "R7", "8", "R11"],
    [
        "II 学びを支える",
        3,
        "読書活動の推進",
        "図書館",
        "児童一人当たりの年間貸出冊数",
        "冊",
        "24.1",
        "R4",
        "27",
        "R7",
        "現状以上",
        "R11",
    ],
]


def write_excel_list(path: Path) -> Path:
    """丘の上村こども計画: one list, names merged downwards, each target with its own year column."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "目標一覧"
    sheet["A1"] = "丘の上村こども計画　施策・指標一覧"
    sheet["A2"] = "令和７年３月策定"
    headers = [
        "基本目標",
        "No.",
        "施策",
        "担当課",
        "指標",
        "単位",
        "現状値",
        "年度",
        "中間目標",
        "年度",
        "最終目標",
        "年度",
    ]
    fill_sheet(sheet, [headers, *LIST_ROWS], 4, ("A5:A7", "B5:B6", "C5:C6", "D5:D6"))
    book.save(path)
    return path


# --- Word: a reform plan, owners in the headings, 目標 and 実績 one above the other -----------------------------------

REFORM: list[tuple[str, str, str, list[list[str]], list[tuple[tuple[int, int], tuple[int, int]]]]] = [
    (
        "柱１　歳入の確保",
        "取組項目１　市税収納率の向上【担当：収納課】",
        "口座振替とスマートフォン決済を広げ、納めやすい環境を整えます。",
        [
            ["指標", "区分", "R3", "R4", "R5", "R6"],
            ["市税収納率（％）", "目標", "", "98.5", "98.7", "98.9"],
            ["", "実績", "98.1", "98.4", "", ""],
            ["スマホ決済の利用件数", "目標", "", "5,000", "7,000", "9,000"],
            ["", "実績", "3,210", "5,880", "", ""],
        ],
        [((1, 0), (2, 0)), ((3, 0), (4, 0))],
    ),
    (
        "柱１　歳入の確保",
        "取組項目２　ふるさと納税の拡大【担当：企画課・観光課】",
        "返礼品の新規開拓を行います。",
        [
            ["指標", "区分", "R3", "R4", "R5", "R6"],
            ["寄附額（百万円）", "目標", "", "300", "350", "400"],
            ["", "実績", "254", "312", "", ""],
        ],
        [((1, 0), (2, 0))],
    ),
    (
        "柱２　歳出の見直し",
        "取組項目３　公共施設の統廃合【担当：資産経営課】",
        "使われていない施設を減らします。",
        [
            ["実施内容", "令和4年度", "令和5年度", "令和6年度", "令和7年度", "令和8年度"],
            ["個別施設計画の見直し", "調査", "見直し", "⇒", "⇒", "⇒"],
            ["遊休施設の売却", "", "◎", "○", "○", "○"],
        ],
        [],
    ),
]


def write_word_reform(path: Path) -> Path:
    """西原市行財政改革アクションプラン."""
    word = docx.Document()
    word.add_paragraph("西原市行財政改革アクションプラン", style="Title")
    word.add_paragraph("令和４年度～令和８年度")
    chapter = ""
    for pillar, title, text, rows, merged in REFORM:
        if pillar != chapter:
            word.add_heading(pillar, 1)
            chapter = pillar
        word.add_heading(title, 2)
        word.add_paragraph(text)
        table = word.add_table(len(rows), len(rows[0]))
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                table.cell(r, c).text = value
        for first, last in merged:
            table.cell(*first).merge(table.cell(*last))
    word.save(str(path))
    return path


# --- Excel: a list of projects, department and division in two columns, actual and planned years, a budget --------------

PROJECTS: list[list[object]] = [
    [
        "政策",
        "事業番号",
        "事業名",
        "担当部",
        "担当課",
        "事業概要",
        "成果指標",
        "単位",
        "R5\n実績",
        "R6\n計画",
        "R7\n計画",
        "R8\n計画",
        "R6予算額\n（千円）",
        "備考",
    ],
    [
        "安全",
        101,
        "消防団の充実",
        "総務部",
        "防災課",
        "団員の確保と装備の更新",
        "消防団員数",
        "人",
        182,
        185,
        190,
        195,
        4200,
        "定員は200人",
    ],
    [
        "安全",
        102,
        "空き家対策",
        "建設部",
        "住宅課",
        "空き家バンクの運営",
        "空き家バンクの成約件数",
        "件",
        4,
        6,
        8,
        10,
        1800,
        "",
    ],
    [
        "安全",
        102,
        "空き家対策",
        "建設部",
        "住宅課",
        "空き家バンクの運営",
        "危険空き家の除却数",
        "棟",
        1,
        2,
        3,
        3,
        "",
        "",
    ],
    [
        "学び",
        201,
        "ICT教育の推進",
        "教育委員会",
        "学校教育課",
        "学習用端末の更新",
        "端末を毎日使う学級の割合",
        "%",
        62.5,
        75,
        85,
        100,
        98000,
        "全小中学校が対象",
    ],
]


def write_excel_projects(path: Path) -> Path:
    """南丘町まちづくり総合計画 前期実施計画."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "実施計画"
    sheet["A1"] = "南丘町まちづくり総合計画　前期実施計画　事業一覧"
    fill_sheet(sheet, PROJECTS, 3)
    book.save(path)
    return path


WRITTEN = {
    "umibe.docx": write_word_plan,
    "nishihara.docx": write_word_reform,
    "aomine.pdf": write_pdf_plan,
    "kawane.xlsx": write_excel_sheets,
    "oka.xlsx": write_excel_list,
    "minamioka.xlsx": write_excel_projects,
}
