"""More plan files (all invented), each in a form that is hard to read for a reason of its own."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

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

    def table(self, rows: Rows, widths: list[int], rules: str) -> None:
        table = Table([[Paragraph(text, self.body) for text in row] for row in rows], colWidths=widths)
        table.setStyle(TableStyle([(rules, (0, 0), (-1, -1), 0.5, colors.black)]))
        self.story.append(table)

    def save(self, path: Path) -> Path:
        SimpleDocTemplate(str(path), pagesize=A4).build(self.story)
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


FORMS = {
    "izumigaoka.xlsx": write_ruled_sheets,
    "shirahama.docx": write_plain_word,
    "sakuradai.docx": write_whole_word,
    "konan.pdf": write_flat_pdf,
    "konan-kenko.pdf": write_unruled_pdf,
    "seiryu.html": write_shift_jis_html,
}
