"""Which sentences of a message ask, and which clauses only lead up to the question (『…と聞かれています。目標は？』). Pure."""

from __future__ import annotations

import re

from keikaku.morph import analyse
from keikaku.text import sentences

_QUESTION = re.compile(
    r"[?？]|何|いつ|どこ|どの|どう|どれ|誰|だれ|いく[つら]|なぜ|なに|ですか|ますか|でしょうか|教え|おしえ|示し|知りたい|ください|願い|とは"
)
_TELLS = re.compile(
    r"(?:です|でございます|ます|ました|ません|でした|(?:てい|でい)[るた]|した|れた|(?<!だけじゃ)ない|ようだ)(?:が|けど|ね|ので)?[。.]?$"
)
_REQUESTS = re.compile(
    r"(?:知り|確認し|確かめ|伺い|うかがい|お尋ねし|聞き|把握し|教えて(?:いただき|もらい))たい(?:のですが|です|のです|んです|んですが|と(?:思|存)\w*)?[。.]?$"
    r"|たい(?:のです|んです|の|ん)?(?:が|けど|けれど)[。.]?$|願い|ください|下さい|教え|おしえ|幸い|示し"
)
_ASKED_BY = re.compile(
    r"(?:聞|訊|尋ね|たずね|問|求め|質問さ|照会さ)(?:か?れ|られ)\w*(?:ました|ます|います|おります|た|てる|ている)?[。.]?$"
)
_LEADS_UP = re.compile(
    r"(?:^|(?<=[、。?？!！]))[^、。?？!！]{4,}?(?:(?:ます|ました|た|る|い|ん(?:です)?)(?:ので|ため|けど|けれど|から|が)|とのことで|ということで|(?:聞|訊|尋ね|問わ|求め)(?:か?れ|られ)て(?:いて|おり)?|から(?:電話|質問|照会|問い?合わ?せ)で)、"
    r"|(?:^|(?<=[、。?？!！]))[^、。?？!！]{4,}?たい(?:の|ん)です(?:が|けど|けれど)、"
    r"|(?:^|(?<=[、。?？!！]))[^、。?？!！]{4,}?(?:手がかり|参考|材料|足し)(?:として|に)、?"
    r"|(?:^|(?<=[、。?？!！]))[^、。?？!！]{2,}?(?:聞|訊|尋ね|問わ|言わ|頼ま)(?:か?れ|られ)(?:た|て(?:い)?る)(?:ん|の)?(?:です|だ)?(?:けど|けれど)[、も]?"
)
_INTRODUCES = re.compile(
    r"(?:の者|担当|係|[課部室局班]|職員|新人|一員|事務|庶務|総務|経理|会計|秘書|窓口|受付|[課係所室]長|主査|主事|主任|補佐|派遣)(?:で(?:す|ございます)|と申します|になりました|に(?:勤め|い)る者です)[。.]?$"
    r"|に(?:おる|いる|勤めとる|勤めている)(?:もん|もの|者)(?:です|だ|でございます)[。.]?$"
    r"|(?:ので|から|ため)、?(?:お早め|なるべく早|至急|早急|よろしく|宜しく)[^。]*[。.]?$"
    r"|^(?:いつも)?(?:お世話になって|お疲れ|ありがとう|ごめんください)[^。]*[。.]?$"
)
_POINTS_BACK = re.compile(
    r"そう(?:いう|いった|した)|こう(?:いう|いった|した)|その(?!他|ほか|後|うち|まま)|そんな|それ(?!ぞれ|とも)|[2二ふた]つとも|両方とも?"
)
_REASON = re.compile(r"(?:ので|ため|から|で|て|おり)、$")  # 『…したいのですが、』 often names the subject


def asks(sentence: str) -> bool:
    """The sentence asks or requests."""
    if introduces(sentence):
        return False
    return bool(_QUESTION.search(sentence) or _REQUESTS.search(sentence)) and not tells(sentence)


def tells(sentence: str) -> bool:
    """The sentence states something, be it what somebody else asked (『…と聞かれています。』)."""
    if _ASKED_BY.search(sentence):
        return True
    return _TELLS.search(sentence) is not None and _REQUESTS.search(sentence) is None


def asking(text: str) -> list[bool]:
    """For each character, whether its sentence asks; in a text without a question, all do."""
    found = [False] * (len(text) + 1)
    at = 0
    for sentence in sentences(text) or [text]:
        start = max(text.find(sentence, at), 0)
        at = start + len(sentence)
        # What stands in brackets after a question explains it: 『浮かす時間は？（RPAのこと）』.
        explains = sentence.startswith(("(", "（")) and start > 0 and found[start - 1]
        if asks(sentence) or explains:
            found[start:at] = [True] * (at - start)
    return found if any(found) else [True] * (len(text) + 1)


def asked_part(text: str) -> str:
    """The sentences that ask, without what leads up to them; all but an introduction where they hold too little."""
    part = "".join(s for s in sentences(text) if asks(s))
    if sum(m.is_noun for m in analyse(part)) >= 3:
        return part
    return "".join(s for s in sentences(text) if not introduces(s)) or text


def introduces(sentence: str) -> bool:
    """The sentence greets, or says who asks (『総務課の庶務担当です。』)."""
    return _INTRODUCES.search(sentence) is not None


def points_back(text: str) -> bool:
    """What is asked is asked of what the sentences before say (『そういう職員の割合は』)."""
    return _POINTS_BACK.search("".join(s for s in sentences(text) if asks(s))) is not None


def leading_clauses(text: str, reasons: bool = False) -> list[tuple[int, int]]:
    """Spans of the clauses that lead up to the question; `reasons`: those alone that say why it is asked
    (『行事表に入れるので、』)."""
    return [m.span() for m in _LEADS_UP.finditer(text) if not reasons or _REASON.search(m.group())]
