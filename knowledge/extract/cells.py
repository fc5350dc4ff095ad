"""Single cells: figures with unit and date, owners, names."""

from __future__ import annotations

import re

from keikaku.text import join_spaced_letters, nfkc, squeeze
from knowledge import plan as model
from knowledge.extract import fiscal

_FIGURE = re.compile(
    r"^(?P<sign>[▲△+\-−])?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*"
    r"(?P<unit>[千万億]?t-CO2|[^\d\s()（）,.、。~〜:：]{1,6}(?:[/・][^\d\s()（）,]{1,6})?)?\s*(?:[(（](?P<bracket>[^()（）]*)[)）])?$"
)
_NO_UNIT = re.compile(
    r"以上|以下|未満|程度|超|以内|前後|台$|位以内|増|減|(?<!/)年度?$|年度末|月|割強|弱$|→|から|未|維持|倍増"
)
_DATED = re.compile(r"\s*[(（【\[]([^()（）【】\[\]]*)[)）】\]]")
_EMPTY = re.compile(r"^[\-－―—–ー‐−…/／*＊]*$")
_UNIT_SUFFIX = r"(?:部|局|課|室|所|係|班|センター|委員会|本部|館|署|院|チーム|会議|支所|園|校|公社|協議会|担当|庁|グループ|団|機構|財団|企業団|組合|事業者|町|市|県|村|区|国)"
_OWNER_SEPARATOR = re.compile(r"[、,，／/;；\n]|\s及び\s|及び|並びに|\s*[＋+]\s*")
_OWNER_NOISE = re.compile(
    r"^(?:◎|○|●|※|・|主[:：]|[(（]主[)）]|主担当[:：]|関係課?[:：]|担当課?[:：])\s*|\s*[(（](?:主|主担当|主管|関係)[)）]$"
)
_PHONE = re.compile(r"\s*[（(]?\s*(?:TEL|電話|内線|直通|☎|℡)\s*[:：.]?\s*[\d\-－ー()（）]*\d[)）]?", re.IGNORECASE)
# A list mark before a value; NFKC would make 110 of ①10.
_LEADING = re.compile(r"^(?:[①-⑳❶-❿・●○■□◆◇]\s*)(?=\S)")
_MARK = re.compile(r"\s*[(（]?(?:※|\*|＊|注)\s*\d*[)）]?$")
_BULLET = re.compile(r"^[\s\u3000]*(?:[・●○■□◆◇▪►➢✓▶‣•]|[-*]\s)\s*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々〆（）「」・、。]")


def is_empty(text: str) -> bool:
    """Nothing is written: blank or only a dash."""
    return _EMPTY.match(squeeze(text)) is not None


def value_of(text: str, column: str, as_of: str | None = None, unit: str | None = None) -> model.Value:
    """A cell of a KPI table. `unit`: what the table's unit column or heading says; it is not repeated in the value."""
    printed = _LEADING.sub("", squeeze(one_line(text)))
    body, stamp = _without_date(printed)
    figure = _FIGURE.match(nfkc(_MARK.sub("", body)))
    if figure is None or (figure["unit"] and _NO_UNIT.search(figure["unit"])):
        return model.Value(body or printed, as_of=stamp or as_of, column=column)
    number = float(figure["number"].replace(",", ""))
    if figure["sign"] and figure["sign"] != "+":
        number = -number
    return model.Value(body, number, figure["unit"], figure["bracket"], stamp or as_of, column)


def is_figure(text: str) -> bool:
    """The cell holds a number, with or without a unit (for telling value columns from schedule columns)."""
    plain = nfkc(_LEADING.sub("", squeeze(text)))
    return re.match(r"^[^\d]{0,4}\d[\d,.]*\s*[^\d\s]{0,8}(?:\s*[(（].*[)）])?$", plain) is not None


def _without_date(text: str) -> tuple[str, str | None]:
    """『85.3%（R4）』 → the value and its date. A whole cell that is a year stays a value."""
    for match in _DATED.finditer(text):
        found = fiscal.find(match[1])
        if found.years and not re.search(r"[^\s年度末時点現在実績調査値月日.・/()（）]", found.rest):
            rest = squeeze(text[: match.start()] + text[match.end() :])
            if rest:
                return rest, squeeze(match[1])
    dated = re.match(
        r"^((?:(?:令和|平成|[RHＲＨ])\s*(?:\d{1,2}|元)|20\d\d)(?:年度?)?末?)(?:\s*[:：]\s*|\s+)(.+)$", text
    )
    return (squeeze(dated[2]), squeeze(dated[1])) if dated else (text, None)


def one_line(text: str) -> str:
    """Lines of a cell as one: a break inside Japanese words is only the cell's width."""
    lines = [line for line in text.split("\n") if line]
    joined = lines[0] if lines else ""
    for line in lines[1:]:
        tight = _CJK.match(joined[-1:]) or _CJK.match(line[:1]) or line[:1] in "(%" or joined[-1:].isdigit()
        joined += line if tight else f" {line}"
    return joined


def name_of(text: str) -> str:
    """A name as it is printed, on one line, without list and footnote marks."""
    return _MARK.sub("", _BULLET.sub("", squeeze(join_spaced_letters(one_line(text))))).strip()


def has_mark(text: str) -> bool:
    """A footnote mark stands behind the name."""
    return _MARK.search(squeeze(one_line(text))) is not None


def owners_of(text: str) -> list[str]:
    """The departments of an owner cell in printed order.

    『・』 separates only where every part is a department (子育て・若者支援課 is one); a 部 before its 課 is one name.
    """
    found: list[str] = []
    for part in _OWNER_SEPARATOR.split(_joined_lines(_PHONE.sub("", text))):
        for piece in _split_dots(squeeze(part)):
            found += _split_spaces(_OWNER_NOISE.sub("", piece.strip()))
    return list(dict.fromkeys(owner for owner in found if owner and not is_empty(owner)))


def _joined_lines(text: str) -> str:
    """A line that is no department by itself goes on in the next."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined = ""
    for line in lines:
        done = re.search(rf"{_UNIT_SUFFIX}(?:[(（][^)）]*[)）])?$", nfkc(joined)) is not None
        after_department = re.search(r"(?:部|局)$", joined) is not None and re.search(r"(?:課|室)$", line) is not None
        joined += ("\n" if done and not after_department else "") + line
    return joined


def _split_dots(text: str) -> list[str]:
    parts = re.split(r"[・･]", text)
    whole = [re.search(rf"{_UNIT_SUFFIX}(?:[(（][^)）]*[)）])?$", part.strip()) for part in parts]
    return parts if len(parts) > 1 and all(whole) else [text]


def _split_spaces(text: str) -> list[str]:
    parts = text.split(" ")
    if len(parts) == 1 or not all(re.search(rf"{_UNIT_SUFFIX}$", part) for part in parts):
        return [text]
    found: list[str] = []
    for part in parts:
        if found and re.search(r"(?:部|局|庁|委員会)$", found[-1]) and re.search(r"(?:課|室|班|係)$", part):
            found[-1] += part
        else:
            found.append(part)
    return found


def bullets_of(text: str) -> list[str]:
    """The paragraphs of a prose cell or text: one per bullet or line; a line that goes on joins the one above."""
    found: list[str] = []
    for line in text.split("\n"):
        words = squeeze(join_spaced_letters(line))
        if not words:
            continue
        starts = _BULLET.match(words) or re.match(r"^(?:[①-⑳]|[(（]\d+[)）]|\d+[.．]|※|【)", words)
        ended = not found or found[-1].endswith(("。", "】", "：", ":")) or len(found[-1]) < 18
        if starts or ended:
            found.append(_BULLET.sub("", words))
        else:
            found[-1] += words
    return [part for text in found for part in _inner_bullets(text)]


def _inner_bullets(text: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"(?<=。)\s*・(?=\S)", text)]
    return [part for part in parts if part]
