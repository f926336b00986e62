"""The words of common rating scales in Vietnamese, English, French and Spanish, from bad to good."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .sheets import without_marks

#: How far from the middle each wording is, by family; the middle belongs to all of them.
_SATISFACTION = {
    -2: "rat khong hai long|hoan toan khong hai long|very dissatisfied|very unsatisfied|completely dissatisfied|"
        "extremely dissatisfied|totally dissatisfied|highly dissatisfied|not at all satisfied|strongly dissatisfied|"
        "tres insatisfait|pas du tout satisfait|muy insatisfecho|muy insatisfecha|nada satisfecho",
    -1: "khong hai long|chua hai long|it hai long|kem hai long|dissatisfied|unsatisfied|not satisfied|"
        "somewhat dissatisfied|fairly dissatisfied|slightly dissatisfied|moderately dissatisfied|not very satisfied|"
        "insatisfait|pas satisfait|plutot insatisfait|insatisfecho|insatisfecha|poco satisfecho",
    1: "hai long|kha hai long|tuong doi hai long|satisfied|somewhat satisfied|fairly satisfied|mostly satisfied|"
       "slightly satisfied|moderately satisfied|satisfait|plutot satisfait|satisfecho|satisfecha",
    2: "rat hai long|hoan toan hai long|very satisfied|completely satisfied|extremely satisfied|totally satisfied|"
       "highly satisfied|fully satisfied|strongly satisfied|tres satisfait|muy satisfecho|muy satisfecha",
}  # fmt: skip
_AGREEMENT = {
    -2: "rat khong dong y|hoan toan khong dong y|strongly disagree|totally disagree|completely disagree|"
        "pas du tout d'accord|totalmente en desacuerdo|muy en desacuerdo",
    -1: "khong dong y|disagree|somewhat disagree|tend to disagree|slightly disagree|pas d'accord|en desacuerdo",
    1: "dong y|tuong doi dong y|agree|somewhat agree|tend to agree|slightly agree|d'accord|de acuerdo",
    2: "rat dong y|hoan toan dong y|strongly agree|totally agree|completely agree|tout a fait d'accord|"
       "totalmente de acuerdo|muy de acuerdo",
}  # fmt: skip
_QUALITY = {
    -2: "rat kem|rat te|rat xau|very poor|very bad|terrible|extremely poor|tres mauvais|muy malo|muy mala",
    -1: "kem|te|xau|chua tot|khong tot|poor|bad|mauvais|malo|mala",
    1: "tot|kha|kha tot|good|bon|bueno|buena",
    2: "rat tot|xuat sac|very good|excellent|extremely good|tres bon|muy bueno|muy buena|excelente",
}  # fmt: skip
_ATTITUDE = {
    -2: "rat tieu cuc|very negative", -1: "tieu cuc|negative", 1: "tich cuc|positive", 2: "rat tich cuc|very positive",
}  # fmt: skip
_MIDDLE = (
    "binh thuong|trung lap|trung binh|tam duoc|luong lu|phan van|neutral|neither|average|fair|moderate|undecided|"
    "ok|okay|acceptable|neither satisfied nor dissatisfied|neither satisfied or dissatisfied|"
    "neither agree nor disagree|neither good nor bad|neutre|moyen|ni l'un ni l'autre|"
    "regular|indiferente|ni satisfecho ni insatisfecho"
)
_MISSING = {
    "no_opinion": "khong co y kien|khong y kien|no opinion|no answer|sans opinion",
    "dont_know": "khong biet|khong ro|don't know|dont know|do not know|not sure|dk|ne sait pas|no sabe|no se",
    "not_used": "khong su dung|khong ap dung|chua su dung|chua dung|khong co truong hop nay|does not apply|"
                "not applicable|n/a|na|not used|did not use|"
                "non applicable|no aplica",
    "refused": "khong muon tra loi|tu choi tra loi|tu choi|refused|refuse to answer|refused to answer|"
               "prefer not to say|prefer not to answer|rather not say|no response",
}  # fmt: skip


def _table(words: dict[int, str]) -> dict[str, int]:
    return {one: rank for rank, told in {**words, 0: _MIDDLE}.items() for one in told.split("|")}


FAMILIES = tuple(_table(words) for words in (_SATISFACTION, _AGREEMENT, _QUALITY, _ATTITUDE))
_KINDS = {one: kind for kind, told in _MISSING.items() for one in told.split("|")}


def spoken(label: str) -> str:
    """The label in the spelling of the tables: no accents, no number before it, no signs."""
    words = without_marks(label).replace("’", "'")
    words = re.sub(r"^[\W_]*([0-9]+[\W_]+)?|[\W_]+$", "", words)
    return re.sub(r"\s*\([^()]*\)$", "", words)


def rank_of(label: str, family: Mapping[str, int]) -> int | None:
    """How good the label is in the words of the family, or in one of its parts: „Hài lòng / Tốt”."""
    return next((family[part] for part in _parts(label) if part in family), None)


def missing_kind(label: str) -> str | None:
    """What an answer outside the scale says, or ``None``."""
    return next((_KINDS[part] for part in _parts(label) if part in _KINDS), None)


def _parts(label: str) -> list[str]:
    whole = spoken(label)
    return [whole, *(spoken(part) for part in re.split("[/,;]", whole))]
