"""More plan files (all invented), each in a form that is hard to read for a reason of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tests.plan_files import fill_sheet

Rows = list[list[str]]


def write_ruled_sheets(path: Path) -> Path:
    """泉ヶ丘市: sheets ruled like graph paper, everything in merged cells, three tables in one form."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, (name, owner, kpi, values) in enumerate(
        (
            ("防犯カメラの設置", "くらし安全課", "刑法犯認知件数", ("412", "380", "350")),
            ("交通安全教室の開催", "くらし安全課\n学校教育課", "交通事故発生件数", ("188", "170", "150")),
        ),
        1,
    ):
        sheet = book.create_sheet(f"個票{number}")
        for cells, value in (
            ("A1:AJ1", "泉ヶ丘市安全・安心まちづくり推進計画　事業個票"),
            ("A3:F3", "事業No."),
            ("G3:I3", number),
            ("J3:N3", "事業名称"),
            ("O3:AJ3", name),
            ("A4:F4", "担当課"),
            ("G4:R4", owner),
            ("S4:X4", "実施期間"),
            ("Y4:AJ4", "令和5～7年度"),
            ("A5:F6", "事業の目的"),
            ("G5:AJ6", "市民が安心して暮らせるようにする。"),
            ("A7:F8", "課題"),
            ("G7:AJ8", "設置場所の調整に時間がかかる。"),
            ("A9:F11", "活動指標\n成果指標"),
            ("G9:R9", "指標名"),
            ("S9:V9", "単位"),
            ("W9:Z9", "R4現状"),
            ("AA9:AE9", "R6目標"),
            ("AF9:AJ9", "R7目標"),
            ("G10:R10", kpi),
            ("S10:V10", "件"),
            ("W10:Z10", values[0]),
            ("AA10:AE10", values[1]),
            ("AF10:AJ10", values[2]),
            ("G11:R11", "広報の回数"),
            ("S11:V11", "回"),
            ("W11:Z11", 2),
            ("AA11:AE11", 4),
            ("AF11:AJ11", 4),
            ("A12:F13", "年次計画"),
            ("G12:P12", "令和5年度"),
            ("Q12:Z12", "令和6年度"),
            ("AA12:AJ12", "令和7年度"),
            ("G13:P13", "調査"),
            ("Q13:AJ13", "設置"),
        ):
            _put(sheet, cells, value)
    book.save(path)
    return path


def _put(sheet: Worksheet, cells: str, value: object) -> None:
    sheet[cells.split(":")[0]] = value
    sheet.merge_cells(cells)


def write_plain_word(path: Path) -> Path:
    """白浜市国際交流推進計画: no styles at all, only numbered lines; sections ①… under measures （１）…."""
    word = docx.Document()
    for line in (
        "白浜市国際交流推進計画",
        "令和７年２月",
        "白浜市",
        "１　計画の趣旨",
        "外国人住民が増えており、ともに暮らすための取組が必要です。",
        "２　計画の期間",
        "令和７年度から令和９年度までの３年間",
        "３　具体的施策",
    ):
        word.add_paragraph(line)
    for title, issue, policy, owner, kpis, schedule in (
        (
            "（１）日本語教室の充実",
            "教室に通えない人がいます。",
            "オンライン教室を始めます。",
            "国際課、生涯学習課",
            [["日本語教室の受講者数（人）", "45", "60", "80", "100"]],
            ["オンライン教室", "準備", "開始", "→"],
        ),
        (
            "（２）多言語での情報発信",
            "防災情報が伝わりにくい状況です。",
            "やさしい日本語で発信します。",
            "国際課、危機管理課",
            [
                ["やさしい日本語研修の受講者数（人）", "0", "50", "100", "150"],
                ["多言語対応ページの割合（％）", "22.4", "30", "40", "50"],
            ],
            ["防災ページの多言語化", "英語", "中国語", "ベトナム語"],
        ),
    ):
        for line in (title, "①　現状と課題", issue, "②　施策の方向性", policy, "③　担当課", owner, "④　数値目標"):
            word.add_paragraph(line)
        header = [
            ["成果指標（単位）", "基準値\n（令和５年度）", "目標値", "", ""],
            ["", "", "令和７年度", "令和８年度", "令和９年度"],
        ]
        table = word.add_table(0, 5)
        for row in [*header, *kpis]:
            for cell, text in zip(table.add_row().cells, row):
                cell.text = text
        for first, last in (((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 4))):
            table.cell(*first).merge(table.cell(*last))
        word.add_paragraph("⑤　スケジュール")
        table = word.add_table(0, 4)
        for row in (["", "令和７年度", "令和８年度", "令和９年度"], schedule):
            for cell, text in zip(table.add_row().cells, row):
                cell.text = text
    word.save(str(path))
    return path


def write_whole_word(path: Path) -> Path:
    """桜台市地域福祉計画: a whole plan with what is no plan in it – statistics, dates, a list of members, a glossary."""
    word = docx.Document()

    def table(*rows: list[str]) -> None:
        made = word.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(made.add_row().cells, row):
                cell.text = text

    def text(*lines: str) -> None:
        for line in lines:
            word.add_paragraph(line)

    word.add_paragraph("桜台市地域福祉計画", style="Title")
    text("令和6年度～令和10年度", "令和6年3月", "桜台市", "目次")
    text("第１章　計画の策定にあたって……1", "第２章　地域の現状……5", "第３章　施策の展開……12", "資料編……40")
    word.add_heading("第１章　計画の策定にあたって", 1)
    word.add_heading("１　計画策定の背景と目的", 2)
    text("地域のつながりが弱まり、孤立する人が増えています。")
    table(["計画", "R5", "R6"], ["総合計画", "第5次", "第6次"], ["地域福祉計画", "第1次", "第2次"])
    word.add_heading("第２章　地域の現状", 1)
    word.add_heading("１　人口", 2)
    table(
        ["区分", "R3", "R4", "R5"],
        ["総人口", "51,980人", "51,602人", "51,110人"],
        ["高齢化率", "29.6%", "30.2%", "30.9%"],
    )
    word.add_heading("第３章　施策の展開", 1)
    word.add_heading("基本目標１　支え合う地域づくり", 2)
    word.add_heading("（１）見守り活動の推進", 3)
    text("【現状と課題】", "民生委員のなり手が不足しています。")
    text("【取組の方向】", "見守り協定を結ぶ事業者を増やします。", "【主な事業】")
    table(
        ["事業名", "事業内容", "担当課"],
        ["見守りネットワーク事業", "協定事業者と連携して見守る", "福祉総務課"],
        ["高齢者配食サービス", "配食に合わせて安否を確かめる", "高齢介護課"],
    )
    text("【評価指標】")
    table(
        ["指標", "現状（R4）", "目標（R10）"],
        ["見守り協定の締結事業者数", "31事業者", "60事業者"],
        ["民生委員の充足率", "88.4％", "100％"],
    )
    word.add_heading("（２）居場所づくり", 3)
    text("【現状と課題】", "誰でも集える場所が少ない地区があります。", "【主な事業】")
    table(["事業名", "事業内容", "担当課"], ["ふれあいサロン事業", "サロンの立ち上げを助ける", "福祉総務課"])
    text("【評価指標】")
    table(["指標", "現状（R4）", "目標（R10）"], ["サロンの数", "42か所", "55か所"])
    word.add_heading("第４章　計画の推進", 1)
    word.add_heading("１　推進体制", 2)
    text("庁内に推進会議を置きます。")
    word.add_heading("資料編", 1)
    word.add_heading("１　策定の経過", 2)
    table(["年月日", "内容"], ["令和5年7月10日", "第1回策定委員会"], ["令和6年2月1日", "パブリックコメント"])
    word.add_heading("２　策定委員名簿", 2)
    table(["氏名", "所属", "備考"], ["山田 一郎", "桜台大学", "委員長"], ["鈴木 花子", "社会福祉協議会", ""])
    word.add_heading("３　用語集", 2)
    table(["用語", "説明"], ["民生委員", "地域で相談に応じる委員"], ["サロン", "誰でも集える場"])
    word.save(str(path))
    return path


class _Paper:
    """A small PDF of paragraphs and tables."""

    def __init__(self) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
        self.body = ParagraphStyle("body", fontName="HeiseiKakuGo-W5", fontSize=10, leading=15, wordWrap="CJK")
        self.story: list[Flowable] = []

    def text(self, *lines: str) -> None:
        self.story += [Paragraph(line, self.body) for line in lines]

    def table(self, rows: Rows, widths: list[int], rules: str, spans: Sequence[tuple[Any, ...]] = ()) -> None:
        table = Table([[Paragraph(text, self.body) for text in row] for row in rows], colWidths=widths)
        table.setStyle(TableStyle([(rules, (0, 0), (-1, -1), 0.5, colors.black), *spans]))
        self.story.append(table)

    def save(self, path: Path, head: Callable[[Canvas, object], None] | None = None) -> Path:
        """`head` draws on each page after the first."""
        later = {"onLaterPages": head} if head else {}
        SimpleDocTemplate(str(path), pagesize=A4).build(self.story, **later)
        return path


def write_flat_pdf(path: Path) -> Path:
    """港南町地域公共交通計画: one size of type throughout; a KPI of two measures; middle and final targets."""
    paper = _Paper()
    header = ["取組", "内容", "R6", "R7", "R8", "R9", "R10"]
    widths = [90, 150, 45, 45, 45, 45, 45]
    paper.text("港南町地域公共交通計画", "令和6年3月", "施策1　町内バスの再編", "担当：企画課")
    rows = [
        ["路線の見直し", "利用の少ない便を統合する", "検討", "実施", "→", "→", "→"],
        ["バス停の改修", "屋根とベンチを設ける", "", "○", "○", "", ""],
    ]
    paper.table([header, *rows], widths, "GRID")
    paper.text("施策2　予約型交通の導入", "担当：企画課・福祉課")
    paper.table([header, ["実証運行", "2地区で試す", "実証", "実証", "本格運行", "→", "→"]], widths, "GRID")
    paper.text("目標値")
    rows = [
        ["評価指標", "対象施策", "現況値（R5）", "中間目標（R8）", "最終目標（R10）"],
        ["町内バスの年間利用者数", "施策1", "21,340人", "22,000人", "23,000人"],
        ["予約型交通の登録者数", "施策2", "―", "300人", "500人"],
    ]
    paper.table(rows, [140, 80, 80, 80, 80], "GRID")
    return paper.save(path)


def write_unruled_pdf(path: Path) -> Path:
    """湖南町健康増進計画: tables with rules between the rows only."""
    paper = _Paper()
    paper.text("湖南町健康増進計画", "令和6年3月", "1. 歯と口の健康", "担当　健康福祉課")
    paper.text("80歳で20本以上の歯を保つ人を増やします。")
    header = ["指標", "現状値（R4）", "目標値（R11）"]
    rows = [["80歳で20本以上の歯を有する人の割合", "48.2%", "60%"], ["歯科検診を受けた人の割合", "35.0%", "50%"]]
    paper.table([header, *rows], [220, 100, 100], "LINEBELOW")
    paper.text("2. 運動の習慣", "担当　健康福祉課、生涯学習課", "歩く習慣を広めます。")
    paper.table([header, ["1日の平均歩数", "6,120歩", "8,000歩"]], [220, 100, 100], "LINEBELOW")
    return paper.save(path)


def write_shift_jis_html(path: Path) -> Path:
    """清流県保健医療計画: Shift_JIS, years in columns of their own beside the values, owners in brackets below."""
    head = "<tr><th rowspan=2>目標項目</th><th colspan=2>現状</th><th colspan=2>目標</th></tr><tr><th>数値</th><th>年次</th><th>数値</th><th>年次</th></tr>"

    def part(title: str, issue: str, policy: str, rows: Rows, owner: str) -> str:
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return (
            f"<h3>{title}</h3><h4>【現状と課題】</h4><ul><li>{issue}</li></ul><h4>【施策の方向性】</h4><ul><li>{policy}</li></ul>"
            f"<h4>【数値目標】</h4><table border=1>{head}{body}</table><p>（担当：{owner}）</p>"
        )

    text = (
        '<html><head><meta charset="shift_jis"><title>計画</title></head><body><h1>第８次清流県保健医療計画</h1>'
        "<p>（令和６年度～令和11年度）</p><p>令和６年３月　清流県健康福祉部</p><h2>第３章　施策</h2>"
        + part(
            "第１節　がん対策",
            "がん検診の受診率が全国平均を下回っています。",
            "職域と連携して受診を勧めます。",
            [
                ["胃がん検診受診率", "41.3%", "R4", "60%以上", "R11"],
                ["がん拠点病院の数", "7か所", "R5", "8か所", "R11"],
            ],
            "健康推進課",
        )
        + part(
            "第２節　救急医療",
            "軽症者の救急搬送が多くなっています。",
            "電話相談の利用を広げます。",
            [["救急電話相談の件数", "12,040件", "R4", "20,000件", "R11"]],
            "医療政策課、消防保安課",
        )
        + "</body></html>"
    )
    path.write_bytes(text.encode("cp932"))
    return path


REFORM_SHEETS: list[tuple[str, str, str, str, str, str, list[str], Rows]] = [
    (
        "1-01",
        "窓口業務の民間委託",
        "市民課",
        "税務課、保険年金課",
        "窓口の職員が減り、繁忙期の待ち時間が延びている。",
        "受付と入力を民間事業者に委託する。",
        ["検討", "公募・選定", "実施"],
        [["窓口の平均待ち時間（分）", "24", "24", "20", "15", "26", "", ""]],
    ),
    (
        "1-02",
        "公共施設予約のオンライン化",
        "スポーツ振興課",
        "",
        "施設の予約は窓口と電話に限られている。",
        "予約システムを導入し、鍵の受渡しも無人化する。",
        ["導入", "拡大", "⇒"],
        [
            ["オンライン予約の割合（％）", "0", "20", "40", "60", "23", "", ""],
            ["返礼の登録数（品）", "8", "12", "検討中", "検討中", "－", "", ""],
        ],
    ),
]


def write_reform_sheets(path: Path) -> Path:
    """白砂市行財政改革実施計画: forms that no label calls 施策, 関係課 not filled in, 計画 and 実績 behind the KPIs' names."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "表紙"
    cover["B3"], cover["B5"], cover["B8"] = "白砂市行財政改革実施計画", "（令和7年度～令和9年度）", "令和7年4月"
    for no, name, owner, beside, issue, policy, steps, kpis in REFORM_SHEETS:
        sheet = book.create_sheet(no)
        rows: list[list[object]] = [
            ["No.", no, "改革の柱", "行政サービスの改革"],
            ["取組項目", name],
            ["所管課", owner, "", "関係課", beside],
            ["現状・課題", issue],
            ["取組内容", policy],
            [],
            ["年度別計画", "項目", "", "令和7年度", "令和8年度", "令和9年度"],
            ["", "実施計画", "", *steps],
            [],
            ["数値目標", "指標（単位）", "基準値\n(R5)", "R7", "R8", "R9"],
        ]
        for title, start, *values in kpis:
            rows += [["", f"{title}\n【計画】", start, *values[:3]], ["", f"{title}\n【実績】", "", *values[3:]]]
        last = 2 + len(rows)
        merged = ["D3:F3", "B4:F4", "B5:C5", "E5:F5", "B6:F6", "B7:F7", "A9:A10", "B9:C9", "B10:C10", f"A12:A{last}"]
        sheet["A1"] = "行財政改革実施計画　個票"
        fill_sheet(sheet, rows, 3, merged)
    book.save(path)
    return path


def write_three_lists(path: Path) -> Path:
    """浅川町男女共同参画プラン: measures, KPIs and years in three lists, the year of a value to the left of it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "施策一覧"
    sheet["A1"] = "浅川町男女共同参画プラン（令和7～11年度）"
    heads = ["施策No.", "施策名", "主管課", "関係課", "現状と課題", "施策の方向"]
    rows: Rows = [
        ["1-1", "審議会等への女性の登用", "総務課", "全課", "女性委員の割合は28％です。", "委員の公募枠を広げます。"],
        ["2-1", "DVの防止", "福祉課", "住民課、警察", "相談件数が増えています。", "夜間の電話相談を始めます。"],
    ]
    fill_sheet(sheet, [heads, *rows], 3)
    heads = ["施策No.", "指標", "現状値", "", "中間目標", "", "最終目標", ""]
    rows = [
        heads,
        ["", "", *["年度", "値"] * 3],
        ["1-1", "審議会等の女性委員の割合", "R5", "28.0％", "R9", "35.0％", "R11", "40.0％"],
        ["1-1", "女性委員のいない審議会の数", "R5", "7", "R9", "3", "R11", "0"],
        ["2-1", "DV相談窓口を知っている町民の割合", "R4", "51.6％", "R8", "70.0％", "R11", "80.0％"],
    ]
    fill_sheet(book.create_sheet("指標"), rows, 1, ("A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:H1"))
    heads = ["施策No.", "取組", "令和7年度", "令和8年度", "令和9年度", "令和10年度", "令和11年度"]
    rows = [
        ["1-1", "委員の公募", "要綱改正", "実施", "→", "→", "→"],
        ["2-1", "夜間電話相談", "準備", "開始", "→", "→", "評価"],
    ]
    fill_sheet(book.create_sheet("年次計画"), [heads, *rows], 1)
    book.save(path)
    return path


STRATEGY: list[tuple[str, str, str, str, str, Rows, Rows]] = [
    (
        "1-1-1",
        "移住相談の充実",
        "企画財政課",
        "住まいの情報が足りません。",
        "お試し住宅を用意します。",
        [["移住相談の件数", "件/年", "38", "45", "60"], ["移住者数（累計）", "人", "12", "30", "55"]],
        [["お試し住宅", "整備", "1戸", "2戸", "3戸", "→"], ["移住フェア", "●", "●", "●", "●", "●"]],
    ),
    (
        "1-1-2",
        "空き家の活用",
        "建設水道課<br/>企画財政課",
        "空き家バンクの登録が少ない状況です。",
        "片付けの費用を補助します。",
        [["空き家バンクの成約件数", "件", "5", "8", "12"]],
        [["片付け補助", "要綱制定", "実施", "実施", "実施", "見直し"]],
    ),
    (
        "2-1-1",
        "結婚・出産の支援",
        "住民福祉課、教育委員会",
        "未婚率が県の平均を上回っています。",
        "出会いの場を近隣の町と設けます。",
        [["婚姻届出数", "件", "21", "検討中", "28"], ["合計特殊出生率", "", "1.32", "1.40", "1.50"]],
        [["婚活イベント", "年1回", "年2回", "年2回", "年2回", "年2回"]],
    ),
]


def write_forms_on_pages(path: Path) -> Path:
    """檜沢町総合戦略: a form on each page under a running head that is the title, too; tables end and begin with the pages."""
    paper = _Paper()
    title = "檜沢町まち・ひと・しごと創生総合戦略"
    paper.story.append(Paragraph(title, ParagraphStyle("title", parent=paper.body, fontSize=18, leading=26)))
    paper.text("（第3期：令和7年度～令和11年度）", "令和7年3月　檜沢町")
    for no, name, owner, issue, policy, kpis, steps in STRATEGY:
        paper.story.append(PageBreak())
        rows = [
            ["取組番号", no, "取組名", name, "", ""],
            ["担当", owner, "", "", "", ""],
            ["課<br/>題", issue, "", "", "", ""],
            ["内<br/>容", policy, "", "", "", ""],
            ["Ｋ<br/>Ｐ<br/>Ｉ", "指標", "単位", "現状(R5)", "R9", "R11"],
            *(["", *kpi] for kpi in kpis),
        ]
        spans = [("SPAN", (3, 0), (5, 0)), *(("SPAN", (1, r), (5, r)) for r in (1, 2, 3)), ("SPAN", (0, 4), (0, -1))]
        paper.table(rows, [45, 150, 60, 70, 70, 70], "GRID", spans)
        paper.story.append(Spacer(1, 8))
        paper.table([["年次計画", "R7", "R8", "R9", "R10", "R11"], *steps], [120, *[69] * 5], "GRID")

    def head(canvas: Canvas, template: object) -> None:
        canvas.setFont("HeiseiKakuGo-W5", 8)
        canvas.drawString(60, A4[1] - 30, title)

    return paper.save(path, head)


FORMS = {
    "izumigaoka.xlsx": write_ruled_sheets,
    "shirahama.docx": write_plain_word,
    "sakuradai.docx": write_whole_word,
    "konan.pdf": write_flat_pdf,
    "konan-kenko.pdf": write_unruled_pdf,
    "seiryu.html": write_shift_jis_html,
    "shirasuna.xlsx": write_reform_sheets,
    "asakawa.xlsx": write_three_lists,
    "hizawa.pdf": write_forms_on_pages,
}
