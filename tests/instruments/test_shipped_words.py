"""The words of the questionnaires that come with the platform: complete in both languages, polite, spelt one way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from survey_app.instruments.conditions import visible_items
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.instruments.texts import Text

FOLDER = Path(__file__).parents[2] / "questionnaires"
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml"))
each = pytest.mark.parametrize("name", SHIPPED)
OLD_SPELLING = r"\b(kh|h|x|t|d|l)(oá|oà|oả|oã|oạ|oé|oè)\b|\bthu[ỷý]\b|\bu[ỷý]\b|\bqúy\b"


@cache
def instrument(name: str) -> Instrument:
    return load_file(FOLDER / f"{name}.yaml")


@each
def test_every_text_is_there_in_both_languages_and_no_english_is_left_vietnamese(name: str) -> None:
    for text in texts(instrument(name)):
        assert text.vi.strip()
        assert text.en.strip()
        assert text.vi != text.en or len(text.vi.split()) < 4, text.vi
        assert not re.search("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", text.en), text.en


@each
def test_the_texts_looked_at_are_all_that_stand_in_the_file(name: str) -> None:
    written = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")

    found = [text.vi for text in texts(instrument(name))]

    assert len(found) >= len(re.findall(r"\bvi:", written)) > 20


@each
def test_vietnamese_is_spelt_and_quoted_one_way(name: str) -> None:
    for text in texts(instrument(name)):
        assert unicodedata.is_normalized("NFC", text.vi)
        assert not re.search(OLD_SPELLING, text.vi.lower()), text.vi
        assert not re.search('["“«»]', text.vi), text.vi
        assert text.vi.count("„") == text.vi.count("”"), text.vi
        assert "  " not in text.vi + text.en, text.vi
        assert not re.search(r" [,.;:?!]", text.vi + text.en), text.vi


@each
def test_people_are_addressed_in_one_way(name: str) -> None:
    for text in texts(instrument(name)):
        assert not re.search(r"ông/bà|Ông/bà|Ông / Bà|anh/chị|ông bà\b", text.vi), text.vi
        assert not re.search(r"\bquý vị\b|\bbạn (có|hãy|đã|được|vui lòng)\b", text.vi.lower()), text.vi
        if name == "education-college":
            assert "Ông/Bà" not in text.vi, text.vi
        else:
            assert "Anh/Chị" not in text.vi, text.vi


@pytest.mark.parametrize("name", ["education-lower-secondary", "education-upper-secondary"])
def test_pupils_are_em_and_parents_ong_ba(name: str) -> None:
    one = instrument(name)
    pupil, parent = ([item.text.vi for item in visible_items(one, {"who": who})[1:]] for who in (1, 2))

    assert not [text for text in pupil if "Ông/Bà" in text]
    assert not [text for text in parent if re.search(r"\b[Ee]m\b", text)]
    assert sum(text.startswith("Em ") for text in pupil) >= 5
    assert sum("Ông/Bà" in text for text in parent) >= 5


@each
def test_no_district_is_named_but_as_a_thing_of_the_past(name: str) -> None:
    for text in texts(instrument(name)):
        if re.search(r"\b(huyện|quận|thị xã)\b", text.vi.lower()):
            assert "trước đây" in text.vi or "trước tháng 7/2025" in text.vi, text.vi


@each
def test_the_consent_tells_what_is_asked_what_for_and_that_one_may_refuse(name: str) -> None:
    consent = instrument(name).consent
    assert consent is not None

    for words in ("dừng lại", "Phiếu không hỏi", "chỉ dùng để tính số liệu chung", "ảnh hưởng"):
        assert words in consent.vi, words
    assert consent.vi.endswith("có đồng ý trả lời không?")
    assert consent.en.endswith("Do you agree to answer?")
    asks_for_group = any(item.key == "ethnicity" for item in instrument(name).items())
    assert not asks_for_group or "dân tộc" in consent.vi
    assert not asks_for_group or "ethnic group" in consent.en


def texts(one: Instrument) -> Iterator[Text]:
    """Every text in two languages of an instrument."""
    stack: list[object] = [one]
    while stack:
        part = stack.pop()
        if isinstance(part, Text):
            yield part
        elif isinstance(part, dict):
            stack.extend(part.values())
        elif isinstance(part, tuple):
            stack.extend(part)
        elif hasattr(part, "model_fields_set"):
            stack.extend(getattr(part, key) for key in type(part).model_fields)
