"""FAQ tables as staff keep them: read, reported row by row, written whole or not at all, and back out unchanged."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from knowledge import faq_history, faq_import, spreadsheet
from knowledge.dates import parse_date, today
from knowledge.faq import Verifier, load_faq, read_entries
from knowledge.faq_columns import field_of
from knowledge.faq_export import csv_bytes, excel_bytes, live_entries, table
from knowledge.faq_files import edited
from knowledge.faq_model import FaqEntry
from knowledge.faq_plan import ImportPlan, plan_import
from knowledge.loader import load_plan
from knowledge.plan import Plan
from knowledge.spreadsheet import FileProblem, read_sheets
from knowledge.store import FaqRow, FaqVersionRow, Store

PLAN_ENTRY = {
    "id": "average",
    "questions": ["全国平均は？", "交付率の全国平均"],
    "quotes": [{"measure": 9, "section": "現状・課題", "text": "全国平均（26.2%）と比較し、低い傾向にある"}],
}


@dataclass
class Desk:
    """A store with the plan, a FAQ folder and a place for tables."""

    store: Store
    folder: Path
    tables: Path

    def csv(self, *rows: str, name: str = "faq.csv", encoding: str = "utf-8") -> Path:
        path = self.tables / name
        path.write_bytes("\r\n".join(rows).encode(encoding))
        return path

    def excel(self, fill: Callable[[Workbook, Worksheet], object], name: str = "faq.xlsx") -> Path:
        book = Workbook()
        assert isinstance(book.active, Worksheet)
        fill(book, book.active)
        path = self.tables / name
        book.save(path)
        return path

    def plan(self, path: Path) -> ImportPlan:
        with self.store.session() as session:
            return plan_import(path, self.folder, Verifier(session))

    def run(self, path: Path, *, write: bool = True, skip: bool = False, remove: bool = False) -> int:
        return faq_import.run(path, self.folder, self.store, write=write, skip=skip, remove=remove)

    def files(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def live(self) -> dict[str, FaqEntry]:
        return {entry.questions[0]: entry for entry in live_entries(self.store)}


@pytest.fixture
def desk(store: Store, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(faq_history, "VAR", tmp_path / "var")
    folder, tables = tmp_path / "faq", tmp_path / "tables"
    (folder / "plan").mkdir(parents=True)
    tables.mkdir()
    (folder / "plan" / "m09.yml").write_text(yaml.safe_dump([PLAN_ENTRY], allow_unicode=True), "utf-8")
    with store.session() as session:
        load_plan(session, plan, "plan.txt")
        assert load_faq(session, folder) == []
    yield Desk(store, folder, tables)


def sheet(*rows: list[object]) -> Callable[[Workbook, Worksheet], None]:
    def fill(_book: Workbook, ws: Worksheet) -> None:
        for row in rows:
            ws.append(row)

    return fill


# --- reading tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (
            "質問 問 質問文 お問い合わせ内容 Ｑ 質問（必須） 【質問】 よくあるご質問 ご質問 照会内容 Question",
            "question",
        ),
        ("回答 答え 回答内容 Ａ 回答文 回答（案） ★回答 ご回答 お答え", "answer"),
        ("分類 カテゴリ カテゴリー 区分 大分類 質問区分 ジャンル", "category"),
        ("担当 担当課 所管 所管課名 回答課 主管課 問合せ先", "owner"),
        ("有効開始日 公開開始日 公開日 適用開始年月日 有効期間（自）", "valid_from"),
        ("有効期限 公開終了日 掲載期限 有効期間（至）", "valid_until"),
        ("出典 根拠 根拠規程 根拠資料 参考URL", "source"),
        ("別の聞き方 類似質問 言い換え 質問2 類似質問１", "variants"),
        ("関連施策 施策番号", "measures"),
        ("関連KPI 関連指標", "kpis"),
    ],
)
def test_header_names(names: str, field: str) -> None:
    assert {name: field_of(name) for name in names.split()} == dict.fromkeys(names.split(), field)


@pytest.mark.parametrize("name", ["No.", "備考", "質問者", "回答日", "受付番号", "更新日", "件数", "状態", ""])
def test_columns_that_hold_something_else(name: str) -> None:
    assert field_of(name) is None


@pytest.mark.parametrize(
    "value",
    ["令和5年4月1日", "R5.4.1", "2023/4/1", "２０２３年４月１日", "2023-04-01", "20230401", 20230401, 45017, 45017.0,
     datetime(2023, 4, 1, 9), date(2023, 4, 1), "令和５年４月１日（土）", "R5/4/1から", "2023/4/1 0:00", "2023/4", "令和5年度"],
)  # fmt: skip
def test_dates_as_staff_write_them(value: object) -> None:
    assert parse_date(value) == date(2023, 4, 1)


def test_a_month_or_a_fiscal_year_ends_on_its_last_day() -> None:
    assert parse_date("令和5年度末", end=True) == date(2024, 3, 31)
    assert parse_date("2024年2月", end=True) == date(2024, 2, 29)
    assert parse_date("令和元年5月1日") == date(2019, 5, 1) and parse_date("H31.4.30") == date(2019, 4, 30)
    assert parse_date("なし") is None and parse_date("") is None


@pytest.mark.parametrize("value", ["5.4.1", "いつか", "2023/13/1", "令和5年4月31日", "3", 99999999])
def test_dates_that_cannot_be_read(value: object) -> None:
    with pytest.raises(ValueError, match="読み取れません"):
        parse_date(value)


def test_excel_as_staff_keep_it(desk: Desk) -> None:
    """A title over merged cells, a blank row, a header of two rows, merged values, several questions in a cell, two sheets."""

    def fill(book: Workbook, ws: Worksheet) -> None:
        ws.title = "テレワーク"
        ws["A1"] = "テレワーク・旅費 よくある質問（令和5年度版）"
        ws.merge_cells("A1:H1")
        for column, name in enumerate(
            ["No.", "区分", "お問い合わせ内容", "回答内容", "所管課", "公開期間", None, "根拠"], 1
        ):
            ws.cell(3, column, name)
        ws["F4"], ws["G4"] = "開始", "終了"
        for area in ("F3:G3", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "H3:H4"):
            ws.merge_cells(area)
        ws.append(
            [
                1,
                "申請",
                "Ｑ１．テレワークの申請は\n在宅勤務を申し込むには；家で働く手続",
                "Ａ．前日までに、\n庶務システムで申請します。",
                "情報政策課",
                "令和5年4月1日",
                "R90.3.31",
                "要領第5条",
            ]
        )
        ws.append([2, None, "週に何回までできますか", "週3回までです。", None, 45017, date(2090, 3, 31), "要領第6条"])
        ws.merge_cells("B5:B6")
        ws.merge_cells("E5:E6")
        other = book.create_sheet("旅費")
        other.append(["問", "答え", "担当"])
        other.append(["精算の期限は", 14, "会計課"])
        book.create_sheet("作業メモ")["A1"] = "あとで直す"
        hidden = book.create_sheet("選択肢")
        hidden.sheet_state = "hidden"
        hidden.append(["質問", "回答"])
        hidden.append(["隠した質問", "隠した回答"])

    path = desk.excel(fill, "職員向けFAQ.xlsx")
    assert desk.run(path) == 0
    live = desk.live()
    first, second, third = live["テレワークの申請は"], live["週に何回までできますか"], live["精算の期限は"]
    assert first.questions == ["テレワークの申請は", "在宅勤務を申し込むには", "家で働く手続"]
    assert first.answer == "前日までに、\n庶務システムで申請します。"
    assert (first.category, first.owner, first.source) == ("申請", "情報政策課", "要領第5条")
    assert (second.category, second.owner) == ("申請", "情報政策課")
    for entry in (first, second):
        assert (entry.valid_from, entry.valid_until) in {
            (date(2023, 4, 1), date(2108, 3, 31)),
            (date(2023, 4, 1), date(2090, 3, 31)),
        }
    assert (third.answer, third.source) == ("14", "庁内FAQ「職員向けFAQ」（会計課）")
    assert "隠した質問" not in live
    assert list((desk.folder / "staff").iterdir()) == [desk.folder / "staff" / "職員向けFAQ.yml"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_any_encoding(desk: Desk, encoding: str) -> None:
    rows = (
        "旅費FAQ,,,",
        ",,,",
        "質問,回答,カテゴリ,出典",
        '旅費の㈱払い①は,"一行目',
        '二行目, 終わり",旅費,規程～第3条',
    )
    assert desk.run(desk.csv(*rows, encoding=encoding)) == 0
    entry = desk.live()["旅費の㈱払い①は"]
    assert (entry.answer, entry.category, entry.source) == ("一行目\n二行目, 終わり", "旅費", "規程～第3条")


@pytest.mark.parametrize(
    ("cell", "questions"),
    [
        ("年休の\n残日数は", ["年休の残日数は"]),
        ("申請を始めたいのですが、\nどうすればよいですか", ["申請を始めたいのですが、どうすればよいですか"]),
        ("テレワークの申請は\n在宅勤務について\nいつなの", ["テレワークの申請は", "在宅勤務について", "いつなの"]),
        ("Q1. 一つ目は？\nQ2. 二つ目は？；三つ目は？", ["一つ目は？", "二つ目は？", "三つ目は？"]),
        ("・一つ目\n\n(2) 二つ目\n③三つ目", ["一つ目", "二つ目", "三つ目"]),
    ],
)
def test_questions_in_one_cell(desk: Desk, cell: str, questions: list[str]) -> None:
    (step,) = desk.plan(desk.excel(sheet(["質問", "回答"], [cell, "はい"]))).added
    assert step.entry.questions == questions


def test_formula_gives_its_stored_result_or_is_rejected(desk: Desk) -> None:
    path = desk.excel(sheet(["質問", "回答"], ["合計は", "=10*2"], ["平均は", "=1/0"]))
    assert desk.run(path) == 1  # openpyxl stores no result
    (first, second) = desk.plan(path).rejected
    assert "計算結果が保存されていません" in first.problems[0] and (first.number, second.number) == (2, 3)
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            data = old.read(part).decode()
            data = re.sub(r"(<f>10\*2</f>)<v ?/?>(?:</v>)?", r"\1<v>20</v>", data)
            data = re.sub(r'<c r="B3"(.*?<f>1/0</f>)<v ?/?>(?:</v>)?', r'<c t="e" r="B3"\1<v>#DIV/0!</v>', data)
            new.writestr(part, data)
    plan = desk.plan(path)
    assert [step.entry.answer for step in plan.added] == ["20"]
    assert "#DIV/0!" in plan.rejected[0].problems[0]


def test_a_link_on_a_cell_is_written_out(desk: Desk) -> None:
    def fill(_book: Workbook, ws: Worksheet) -> None:
        ws.append(["質問", "回答"])
        ws.append(["様式は", "こちらです"])
        ws["B2"].hyperlink = "https://intra.example.lg.jp/form"
        ws.append(["別の様式は", "こちら"])
        ws["B3"].hyperlink = "javascript:alert(1)"

    plan = desk.plan(desk.excel(fill))
    assert [step.entry.answer for step in plan.added] == ["こちらです\nhttps://intra.example.lg.jp/form", "こちら"]
    assert len(plan.notes) == 4  # two links, two sources


# --- what is rejected -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("回答のない質問,,", "回答がありません"),
        (",質問のない回答,", "質問がありません"),
        ("期限が変,はい,再来年ごろ", "読み取れません"),
        ("リンク,javascript:alert(1) を押す,", "javascript"),
        ("リンク,file://server/a を見る,", "http:// か https://"),
        ("スクリプト,<script>alert(1)</script>,", "実行できる HTML"),
        ("画像,<img src=x onerror=alert(1)>,", "実行できる HTML"),
        (f"長い,{'あ' * 4001},", "長すぎます"),
        (f"{'長' * 301},はい,", "長すぎます"),
        ("全国平均は,30%です,", "ID average"),
        ("良い質問,別の答え,", "2行目と重複"),
    ],
)
def test_one_bad_row_and_nothing_is_written(
    desk: Desk, capsys: pytest.CaptureFixture[str], row: str, message: str
) -> None:
    before = desk.files()
    path = desk.csv("質問,回答,有効期限", "良い質問,良い答え,", row)
    assert desk.run(path) == 1
    printed = capsys.readouterr().out
    assert message in printed and "3行目" in printed and "何も書き込んでいません" in printed
    assert desk.files() == before and list(desk.live()) == ["全国平均は？"]
    assert desk.run(path, skip=True) == 0
    assert desk.live()["良い質問"].answer == "良い答え" and len(desk.live()) == 2


@pytest.mark.parametrize(
    ("columns", "values", "message"),
    [
        ("関連施策", "99", "施策99はありません"),
        ("関連KPI", "存在しない指標", "という指標はありません"),
        ("計画の引用", "施策9｜現状・課題｜全国平均（99%）", "次の文がありません"),
        ("有効開始日,有効期限", "2026/4/1,2025/4/1", "より前です"),
    ],
)
def test_what_the_plan_does_not_bear_out_is_rejected(desk: Desk, columns: str, values: str, message: str) -> None:
    answer = "" if columns == "計画の引用" else "はい"
    plan = desk.plan(desk.csv(f"質問,回答,{columns}", f"あれは,{answer},{values}"))
    assert not plan.added and message in plan.rejected[0].problems[0]


def test_links_to_the_plan_are_kept(desk: Desk) -> None:
    path = desk.csv("質問,回答,関連施策,関連KPI", "どの施策,これです,施策9、12,マイナンバーカードの交付率")
    assert desk.run(path) == 0
    entry = desk.live()["どの施策"]
    assert (entry.measures, entry.kpis) == ([9, 12], ["マイナンバーカードの交付率"])


def test_markup_becomes_plain_text_and_is_said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    answer = '"<p>5<10 です。<br>詳しくは<a href=""https://a.example/"">こちら</a></p>"'
    assert desk.run(desk.csv("質問,回答", f"詳しくは,{answer}")) == 0
    assert desk.live()["詳しくは"].answer == "5<10 です。\n詳しくはこちら（https://a.example/）"
    assert "2行目：回答の HTML のタグを外し" in capsys.readouterr().out


def _with_parts(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


def _workbook(changed: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    book.active.append(["質問", "回答"])
    book.active.append(["あ？", "い"])
    book.save(out)
    with zipfile.ZipFile(out) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    return _with_parts({**parts, **(changed or {})})


_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
_MERGED = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 200, "壊れている"),
        ("a.xlsx", _workbook()[:-300], "壊れている"),
        ("a.xlsx", _workbook()[:2000] + b"\xff" * 400 + _workbook()[2400:], "壊れている"),
        ("a.xlsx", b"this is no workbook", "Excel ファイルとして読めません"),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        ("a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "Workbook".encode("utf-16-le"), "古い形式"),
        ("a.xlsx", _with_parts({"xl/workbook.xml": b"<a/>", "xl/sheet1.xml": b"<" + b" " * (41 * 2**20)}), "圧縮爆弾"),
        ("a.xlsx", _with_parts({"xl/workbook.xml": b"<a/>", **{f"xl/{i}.xml": b"<a/>" for i in range(2001)}}), "圧縮爆弾"),
        ("a.xlsx", _with_parts({"word/document.xml": b"<a/>"}), "ではありません"),
        ("a.xlsx", _workbook({"xl/worksheets/sheet1.xml": _ENTITIES}), "正しくない部分"),
        ("a.xlsx", _workbook({"xl/worksheets/sheet1.xml": _MERGED}), "結合されたセルが多すぎます"),
        ("a.xlsx", b"", "空です"),
        ("a.csv", b"\r\n\r\n", "空です"),
        ("a.csv", "質問,回答\r\n".encode(), "質問と回答の行がありません"),
        ("a.csv", "名前,住所\r\n山田,鳥取".encode(), "見出し"),
        ("a.csv", '質問,回答\r\nあ,"い\r\n'.encode(), "引用符"),
        ("a.csv", b"\x89PNG\0\0\0\0" * 9, "CSV"),
        ("a.csv", b"\x81\xff\xfe,\x80\xff", "文字コード"),
        ("a.pdf", b"%PDF-1.7", ".xlsx か .csv"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_bad_files(desk: Desk, name: str, content: bytes, message: str) -> None:
    path = desk.tables / name
    path.write_bytes(content)
    before = desk.files()
    with pytest.raises(FileProblem, match=message):
        desk.run(path)
    assert desk.files() == before


def test_empty_and_image_only_workbooks(desk: Desk) -> None:
    with pytest.raises(FileProblem, match="空のシート"):
        desk.run(desk.excel(lambda *_: None))
    path = desk.tables / "image.xlsx"
    with zipfile.ZipFile(desk.tables / "faq.xlsx") as empty, zipfile.ZipFile(path, "w") as new:
        for part in empty.namelist():
            new.writestr(part, empty.read(part))
        new.writestr("xl/media/image1.png", b"\x89PNG" + bytes(100))
    with pytest.raises(FileProblem, match="画像だけ"):
        desk.run(path)


def test_two_hundred_megabytes_are_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.tables / "big.csv"
    with path.open("wb") as big:
        big.truncate(200 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: pytest.fail("read"))
    with pytest.raises(FileProblem, match="200 MB"):
        read_sheets(path)


def test_declared_sizes_count_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(_with_parts({"xl/workbook.xml": b"<a/>", "xl/a.xml": b"<" + b" " * (41 * 2**20)}))
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(FileProblem, match="圧縮爆弾"):
        read_sheets(path)


def test_a_forged_size_unpacks_no_more_than_it_says(tmp_path: Path) -> None:
    content = bytearray(_with_parts({"xl/workbook.xml": b"<a/>", "xl/media/a.png": bytes(150 * 2**20)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.rindex(signature) + at
        content[start : start + 4] = (1000).to_bytes(4, "little")
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(FileProblem, match="壊れている"):
        read_sheets(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_the_command_says_what_is_wrong_and_fails(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["faq_import", str(desk.tables / "none.xlsx")])
    monkeypatch.setattr(faq_import, "Store", lambda: desk.store)
    assert faq_import.main() == 1
    assert "none.xlsx を取り込めません：ファイルが見つかりません。" in capsys.readouterr().out


# --- import, again, and back out --------------------------------------------------------------------------------


def test_dry_run_writes_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    before = desk.files()
    assert desk.run(desk.csv("質問,回答", "新しい質問,答え"), write=False) == 0
    assert desk.files() == before and "新しい質問" not in desk.live()
    printed = capsys.readouterr().out
    assert "追加 1件" in printed and "2行目「新しい質問」" in printed and "APPLY=1" in printed
    with desk.store.session() as session:
        assert len(session.scalars(select(FaqVersionRow)).all()) == 1


def test_the_same_table_again_changes_only_what_changed(desk: Desk) -> None:
    header = "質問,回答,分類,有効期限"
    assert desk.run(desk.csv(header, "一,壱,数,", "二,弐,数,2090/1/1", "三,参,数,")) == 0
    plan = desk.plan(desk.csv("質問,回答", "一,壱", "二,ニ", "四,四"))
    assert [step.row.number for step in plan.same] == [2]
    assert [(step.row.number, step.changed) for step in plan.changed] == [(3, ["回答"])]
    assert [step.entry.questions for step in plan.added] == [["四"]]
    assert [entry.questions for entry in plan.gone] == [["三"]]
    assert desk.run(desk.tables / "faq.csv") == 0
    assert set(desk.live()) == {"全国平均は？", "一", "二", "三", "四"}
    assert desk.live()["二"].valid_until == date(2090, 1, 1), "what the table has no column for stays"
    assert desk.run(desk.tables / "faq.csv", remove=True) == 0
    assert "三" not in desk.live()


AWKWARD = ["=1+1", "+81-90", "-5度", "@here", "'=quoted", "''+x", "'plain", "＝全角", "a,b\n\"c\"", "0012", "1/2", "  間 あり", "R5.4.1"]  # fmt: skip


@pytest.mark.parametrize("write", [csv_bytes, excel_bytes])
def test_export_comes_back_unchanged(desk: Desk, write: Callable[[object], bytes]) -> None:
    entries = [
        {"id": f"e{i}", "questions": [f"質問{i}", f"{text}？", f"Q1. {text}；と；"], "answer": text, "source": text, "owner": text.split("\n")[0]}
        for i, text in enumerate(AWKWARD)
    ]  # fmt: skip
    entries[0] |= {"valid_from": "R5.4.1", "valid_until": "2090-03-31", "measures": [1, 9], "category": "A: b"}
    entries[1] |= {"kpis": ["マイナンバーカードの交付率"], "answer": "A: 一\n\n- 二\n"}
    (desk.folder / "hand.yml").write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
    with desk.store.session() as session:
        assert load_faq(session, desk.folder) == []
    before = read_entries(desk.folder)[0]
    exported = live_entries(desk.store)
    assert len(exported) == len(AWKWARD) + 1
    path = desk.tables / ("out.csv" if write is csv_bytes else "out.xlsx")
    path.write_bytes(write(table(exported, today())))
    plan = desk.plan(path)
    assert [row.problems for row in plan.rejected] == [] and not plan.added and not plan.changed
    assert len(plan.same) == len(exported)
    for file in desk.folder.rglob("*.yml"):
        file.unlink()
    assert desk.run(path) == 0
    after = {entry.id: entry for _, entry in read_entries(desk.folder)[0]}
    assert after == {entry.id: entry for _, entry in before}


def test_excel_runs_nothing_of_an_export(desk: Desk) -> None:
    entry = FaqEntry(id="x", questions=["=cmd|' /C calc'!A0"], answer="=HYPERLINK(1)", source="@SUM(1)")
    rows = table([entry], today())
    path = desk.tables / "x.xlsx"
    path.write_bytes(excel_bytes(rows))
    ws = load_workbook(path).active
    assert isinstance(ws, Worksheet)
    assert {ws.cell(2, column).data_type for column in range(1, 12)} <= {"s", "n"}
    assert ws["D2"].value == "=HYPERLINK(1)" and ws["D2"].quotePrefix
    content = csv_bytes(rows)
    assert content.startswith(b"\xef\xbb\xbf") and b"'=HYPERLINK" in content and b"'@SUM" in content


def test_only_the_lines_of_a_changed_entry_change() -> None:
    text = "# 手で書いた注\n- id: a\n  questions: [あ]\n  answer: い\n  source: う\n\n# b の注\n- {id: b, questions: [か], answer: き, source: く}\n- id: c # 最後\n  questions: [さ]\n  answer: し\n  source: す\n"
    new = edited(text, [FaqEntry(id="b", questions=["か"], answer="変\n更", source="く")], {"a"})
    assert new.startswith("# 手で書いた注\n\n# b の注\n- id: b\n")
    assert new.endswith("    変\n    更\n  source: く\n" + text[text.index("- id: c") :])
    assert [e["id"] for e in yaml.safe_load(new)] == ["b", "c"]


def test_a_failed_import_puts_the_files_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.run(desk.csv("質問,回答", "一,壱")) == 0
    before, live = desk.files(), desk.live()

    def fail(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(faq_import, "sync_faq", fail)
    with pytest.raises(OSError, match="No space"):
        desk.run(desk.csv("質問,回答", "一,変えた", "二,弐"))
    assert desk.files() == before and desk.live() == live


def test_limits_are_real() -> None:
    assert spreadsheet.MAX_FILE < 200 * 2**20 and spreadsheet.MAX_XML <= spreadsheet.MAX_UNPACKED


def test_imported_rows_carry_their_place(desk: Desk) -> None:
    assert desk.run(desk.csv("質問,回答,出典", "一,壱,要領")) == 0
    with desk.store.session() as session:
        row = session.scalars(select(FaqRow).where(FaqRow.answer == "壱")).one()
        version = session.scalars(select(FaqVersionRow).order_by(FaqVersionRow.id.desc())).first()
        assert row.file == "staff/faq.yml" and row.source == "要領"
        assert version is not None and "faq.csv" in version.what and version.who
