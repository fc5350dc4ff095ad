"""Files that cannot or must not be read: one clear message, nothing half-loaded, an exit code, no traceback."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from knowledge.parser import PlanError, read_plan
from knowledge.store import ROOT
from tests.plan_files import write_excel_list, write_pdf_plan, write_word_plan


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _blank_lines(path: Path) -> None:
    path.write_text("\n\n　\n", "utf-8")


def _cut_word(path: Path) -> None:
    write_word_plan(path)
    path.write_bytes(path.read_bytes()[:9000])


def _broken_xml(path: Path) -> None:
    whole = write_word_plan(path).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == "word/document.xml" else data)


def _not_word(path: Path) -> None:
    path.write_text("これは Word ではありません。", "utf-8")


def _protected_office(path: Path) -> None:
    # What Office writes with a password: an OLE container with the encrypted package inside.
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    path.write_bytes(head + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(2048))


def _old_office(path: Path) -> None:
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(2048))


def _protected_pdf(path: Path) -> None:
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(72, 720, "plan")
    canvas.save()


def _scanned_pdf(path: Path) -> None:
    from PIL import Image

    canvas = Canvas(str(path))
    for _ in range(3):
        canvas.drawImage(ImageReader(Image.new("L", (200, 280), 220)), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()


def _cut_pdf(path: Path) -> None:
    path.write_bytes(write_pdf_plan(path).read_bytes()[:700])


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200 * 2**20)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (60 * 2**20))
        archive.writestr("[Content_Types].xml", b"")


def _entity_bomb(path: Path) -> None:
    layers = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    path.write_text(f'<!DOCTYPE html [<!ENTITY e0 "ha">{layers}]><html><body><p>&e9;</p></body></html>', "utf-8")


def _other_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")


def _empty_sheet(path: Path) -> None:
    openpyxl.Workbook().save(path)


def _minutes(path: Path) -> None:
    word = docx.Document()
    word.add_heading("第３回庁内会議 議事録", 1)
    word.add_paragraph("日時：令和6年5月10日　場所：第2会議室")
    word.add_paragraph("担当課：総務課")
    word.add_heading("議題１　庁舎の清掃について", 2)
    word.add_paragraph("清掃の回数を見直すことになった。")
    table = word.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("氏名", "所属", "山田太郎", "総務課")):
        cell.text = text
    word.save(str(path))


def _merged_to_the_end(path: Path) -> None:
    write_excel_list(path)
    book = openpyxl.load_workbook(path)
    book.active.merged_cells.add("A100:Z1000000")
    book.save(path)


def _faq_sheet(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["質問", "回答", "担当課"], ["旅費の精算は？", "旅費システムで申請します。", "人事課"]):
        book.active.append(row)
    book.save(path)


def _program(path: Path) -> None:
    path.write_bytes(b"\x7fELF" + bytes(4000))


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "empty": ("plan.docx", _empty, "0バイト"),
    "blank lines": ("plan.txt", _blank_lines, "何も書かれていません"),
    "cut off": ("plan.docx", _cut_word, "壊れて"),
    "broken inside": ("plan.docx", _broken_xml, "壊れて"),
    "wrong suffix": ("plan.docx", _not_word, "docx の形になっていません"),
    "password": ("plan.xlsx", _protected_office, "パスワードを外して"),
    "old format": ("plan.doc", _old_office, ".docx か .xlsx で"),
    "password (PDF)": ("plan.pdf", _protected_pdf, "パスワードを外して"),
    "scan": ("plan.pdf", _scanned_pdf, "画像だけのPDF"),
    "cut off (PDF)": ("plan.pdf", _cut_pdf, "PDF が壊れている"),
    "200 MB": ("plan.xlsx", _huge, "200MB"),
    "zip bomb": ("plan.docx", _bomb, "展開すると60MB"),
    "entity bomb": ("plan.html", _entity_bomb, "施策が見つかりません"),
    "other archive": ("plan.odt", _other_archive, "Word（.docx）でも Excel（.xlsx）でも"),
    "empty sheet": ("plan.xlsx", _empty_sheet, "何も書かれていません"),
    "merged to the end": ("plan.xlsx", _merged_to_the_end, "A100:Z1000000"),
    "minutes": ("plan.docx", _minutes, "施策が見つかりません"),
    "FAQ": ("faq.xlsx", _faq_sheet, "施策が見つかりません"),
    "a program": ("plan", _program, "読める形式ではありません"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_message_names_file_place_and_remedy(case: str, tmp_path: Path) -> None:
    name, write, words = CASES[case]
    write(tmp_path / name)
    with pytest.raises(PlanError) as error:
        read_plan(tmp_path / name)
    message = str(error.value)
    assert words in message and name in message
    assert len(error.value.problems) == 1 and error.value.problems[0].place
    assert "Traceback" not in message and len(message) < 600


def test_a_formula_without_its_value_is_reported(tmp_path: Path) -> None:
    path = write_excel_list(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(path)
    book.active["G5"] = "=1+2"
    book.save(path)
    plan = read_plan(path)
    assert any("G5" in note and "数式" in note for note in plan.reading.notes)


def test_a_stray_format_far_below_costs_nothing(tmp_path: Path) -> None:
    path = write_excel_list(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"].number_format = "0.0"
    book.save(path)
    assert len(read_plan(path).measures) == 3


def test_the_command_fails_cleanly_and_changes_nothing(tmp_path: Path) -> None:
    good, bad = write_word_plan(tmp_path / "good.docx"), tmp_path / "bad.pdf"
    _scanned_pdf(bad)
    environment = {"PYTHONPATH": str(ROOT), "KEIKAKU_VAR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}
    for arguments in ([str(good), str(bad)], [str(tmp_path / "missing.docx")], [str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-m", "knowledge.build", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
            timeout=120,
        )
        assert done.returncode == 1
        assert "Traceback" not in done.stderr and "読み込め" in done.stderr, done.stderr
    assert not (tmp_path / "var" / "keikaku.db").exists()


def test_check_shows_and_loads_nothing(tmp_path: Path) -> None:
    path = write_word_plan(tmp_path / "good.docx")
    done = subprocess.run(
        [sys.executable, "-m", "knowledge.build", "--check", str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "KEIKAKU_VAR": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "確からしさ：高" in done.stdout and "窓口の平均待ち時間" in done.stdout and "住民課" in done.stdout
    assert not (tmp_path / "var" / "keikaku.db").exists()
