"""Which column of a staff table is what: header names as they are met, title rows above, headers of two rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keikaku.text import nfkc
from knowledge.spreadsheet import Sheet, Value, text_of

# Field → names of its column in full, and a pattern for the many others. The order decides where two patterns fit.
_FIELDS: dict[str, tuple[str, str]] = {
    "id": ("id|faqid|faq番号|管理番号|管理no|管理id|識別番号|整理番号", r"^faq(?:の)?(?:id|番号|no)$"),
    "variants": (
        "別の聞き方|類似質問|言い換え|言い換え例|別表現|質問例|質問の例|質問のバリエーション|想定質問例|類似の質問|似た質問|同義質問|質問バリエーション|別の質問文|その他の質問",
        r"(?:類似|言い?換え|別|同義|バリエーション|異表記).*(?:質問|聞き方|表現|文例|問)?|質問.*(?:バリエーション|言い?換え)|聞き方",
    ),
    "period": ("有効期間|公開期間|掲載期間|適用期間", r"^(?:有効|公開|掲載|適用)(?:期間)$"),
    "valid_from": (
        "有効開始日|公開開始日|公開日|掲載日|適用日|適用開始日|開始日|有効日|施行日|掲載開始日|公開開始",
        r"^(?:有効|公開|掲載|適用|施行|期間)*(?:期間)?(?:の)?(?:開始|から|自)(?:年月日|日付?)?$",
    ),
    "valid_until": (
        "有効期限|公開終了日|掲載終了日|有効終了日|終了日|期限|公開期限|掲載期限|適用終了日|失効日|廃止日|公開終了",
        r"^(?:有効|公開|掲載|適用|期間)*(?:期間)?(?:の)?(?:終了|期限|満了|まで|至)(?:年月日|日付?)?$",
    ),
    "quotes": ("計画の引用", r"^計画(?:の|から)?(?:の)?引用$"),
    "measures": ("関連施策|施策番号|関連する施策|施策|関係施策", r"^関連?(?:する)?施策(?:番号|no)?$"),
    "kpis": ("関連kpi|関連指標|kpi|指標|関連する指標", r"^関連?(?:する)?(?:kpi|指標)(?:名)?$"),
    "source": (
        "出典|根拠|根拠資料|根拠法令|根拠規程|参考|参考資料|出所|典拠|参照|参照先|参考url|url|リンク|関連リンク|根拠等|出典等|根拠規定|引用元",
        r"^(?:出典|根拠|典拠|参考|参照|引用元|関連)(?:元|先|資料|文書|法令|規程|規定|要綱|通知|url|リンク|等|となる資料)*$",
    ),
    "category": (
        "分類|カテゴリ|カテゴリー|区分|種別|ジャンル|大分類|中分類|小分類|分野|項目|テーマ|category|質問区分|問合せ区分",
        r"(?:分類|カテゴリー?|区分|種別|ジャンル|分野)(?:名|\d)?$",
    ),
    "owner": (
        "担当|担当課|所管|所管課|主管課|担当部署|担当所属|担当者|所管部署|回答課|回答部署|回答者|owner|部署|課名|担当係|問い合わせ先|問合せ先|連絡先|担当窓口|回答担当",
        r"^(?:回答|所管|主管|担当|問い?合わ?せ)(?:の)?(?:課|部署|所属|部課|室|係|先|窓口|担当|課名|部局)(?:名|等)?$",
    ),
    "answer": (
        "回答|答え|回答内容|回答文|answer|a|答|アンサー|回答例|回答案|対応内容|返答|対応方法|ボットの回答|こたえ|回答本文",
        r"^(?:標準|模範|公開用?|想定)?(?:回答|答え|返答|アンサー)(?:内容|文|文章|例|案|本文|テキスト)*$",
    ),
    "question": (
        "質問|問|問い|質問文|質問内容|お問い合わせ内容|問い合わせ内容|問合せ内容|お問合せ内容|問合せ|お問い合わせ|question|q|設問|質問事項|よくある質問|よくあるご質問|ご質問|faq|照会内容|相談内容|とい",
        r"^(?:標準|代表|想定(?:される)?|主な|よくある|ご)*(?:ご?質問|お?問い?合わ?せ|照会|相談|設問)+(?:内容|文|文章|事項|本文|テキスト|要旨)*\d*$",
    ),
}
_PATTERNS = {name: re.compile(pattern) for name, (_, pattern) in _FIELDS.items()}
_NAMES = {word: name for name, (words, _) in _FIELDS.items() for word in words.split("|")}
# 質問者, 回答日, 質問番号 … speak about a question, they don't hold it.
_ABOUT = re.compile(r"(?:者|日時|番号|no|件数|状況|方法|元|回数|ステータス|受付日|質問日|回答日|更新日|作成日|登録日)$")
_DECORATION = re.compile(r"[\s*※★●■◆○◎□◇【】\[\]「」『』:：・.。、,/／_\-]|[(（][^()（）]*[)）]")
LABELS = {
    "id": "ID",
    "question": "質問",
    "variants": "別の聞き方",
    "answer": "回答",
    "quotes": "計画の引用",
    "category": "分類",
    "owner": "担当",
    "valid_from": "有効開始日",
    "valid_until": "有効期限",
    "source": "出典",
    "measures": "関連施策",
    "kpis": "関連KPI",
}
STATE = "状態"  # of an export; an import leaves it aside
_SIDE = re.compile(r"[(（](自|至|開始日?|終了日?|から|まで)[)）]")
SEARCHED_ROWS = 30


@dataclass
class Header:
    """Where a sheet's table begins and what its columns are: column (from 0) → field."""

    row: int
    first_data: int
    fields: dict[int, str]
    unused: list[str]
    ours: bool = False

    def columns(self, field: str) -> list[int]:
        return [column for column, name in self.fields.items() if name == field]


def field_of(name: str) -> str | None:
    """The field that a column of this name holds."""
    bare = _DECORATION.sub("", _SIDE.sub(r"\1", nfkc(name))).lower()
    return _field_of(bare) or (_field_of(bare[1:]) if bare[:1] in {"ご", "お", "御"} else None)


def _field_of(bare: str) -> str | None:
    if bare in _NAMES:
        return _NAMES[bare]
    if not bare or len(bare) > 20:
        return None
    numbered = re.sub(r"\d{1,2}$", "", bare)
    if numbered in _NAMES:
        field = _NAMES[numbered]
        return "variants" if field == "question" and bare[len(numbered) :] not in {"", "1"} else field
    if _ABOUT.search(bare):
        return None
    return next((field for field, pattern in _PATTERNS.items() if pattern.search(bare)), None)


def find_header(sheet: Sheet) -> Header | None:
    """The first row that names a question and an answer column; titles, notes and blank rows may stand above it."""
    rows = sheet.rows[:SEARCHED_ROWS]
    for index, (number, cells) in enumerate(rows):
        names = [text_of(cell) for cell in cells]
        below = [text_of(cell) for cell in rows[index + 1][1]] if index + 1 < len(rows) else []
        two = _joined(names, below)
        header = two and _header(number, index + 2, two)
        header = header or _header(number, index + 1, names)
        if header is not None:
            header.ours = names == [*LABELS.values(), STATE]
            return header
    return None


def _joined(names: list[str], below: list[str]) -> list[str] | None:
    """The names of a header of two rows (公開期間 over 開始 and 終了), where the second row is one."""
    width = max(len(names), len(below))
    top, sub = (part + [""] * (width - len(part)) for part in (names, below))
    new = [bool(s) and s != t for t, s in zip(top, sub)]
    texts = {"question", "answer", "quotes", "variants"}
    # A row that says something under 質問 or 回答 is the first row of the table.
    if not any(new) or any(changed and field_of(t) in texts for t, changed in zip(top, new)):
        return None
    joined = [t + s if changed else t for t, s, changed in zip(top, sub, new)]
    if not all(field_of(j) or field_of(s) for j, s, changed in zip(joined, sub, new) if changed):
        return None
    return [j if field_of(j) or not changed else s for j, s, changed in zip(joined, sub, new)]


def _header(number: int, first_data: int, names: list[str]) -> Header | None:
    fields: dict[int, str] = {}
    unused: list[str] = []
    for column, name in enumerate(names):
        field = field_of(name) if name else None
        if field is None:
            unused += [name.strip()] if name.strip() else []
        elif field in fields.values() and field in {"id", "answer", "valid_from", "valid_until"}:
            unused.append(name.strip())
        else:
            fields[column] = "variants" if field == "question" and "question" in fields.values() else field
    held = set(fields.values())
    if "question" not in held and "variants" in held:
        first = next(column for column, field in fields.items() if field == "variants")
        fields[first] = "question"
        held.add("question")
    if "question" not in held or not held & {"answer", "quotes"}:
        return None
    return Header(number, first_data, fields, unused)


def cells_of(cells: list[Value], columns: list[int]) -> list[Value]:
    """The filled cells of these columns."""
    return [cells[column] for column in columns if column < len(cells) and cells[column] is not None]
