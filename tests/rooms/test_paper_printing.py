"""Forms on paper: nothing is split, every letter is there, every side says which form it is."""

from __future__ import annotations

import re
import unicodedata
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask_babel import force_locale
from fontTools.ttLib import TTFont
from sqlalchemy.orm import Session

from survey_app import create_app
from survey_app.collection.names import names_at
from survey_app.collection.paper.batch_files import ask_for_print, file_of, print_batch
from survey_app.collection.paper.codes import choices_of
from survey_app.collection.paper.printing import NEARLY_EMPTY, PAGE, Sheet, _sides, lay_out, print_forms
from survey_app.collection.paper.serials import write_serial
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.instruments.items import InformationItem, OtherText
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.jobs.models import Job
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.pdf import page_for_print, typeset
from survey_app.settings import ROOT, read_settings
from survey_app.surveys.models import Survey
from tests.rooms.paper_desk import issued, open_area
from tests.world import TESTER

SHIPPED = sorted((ROOT / "questionnaires").glob("*.yaml"))
FEATURES = [ROOT / "tests" / "questionnaires" / f"{name}.yaml" for name in ("item_types", "ranking", "other_option")]
#: Top and bottom of what may be written on, in millimetres; above are serial and code, in the corners the marks.
WRITTEN = (25.0, 284.0)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application without a database for all sheets; laying out reads none."""
    return create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path_factory.mktemp("printing"))}))


def sheet_of(bare: Flask, path: Path, language: str = "vi", *, large: bool = False, simulated: bool = False) -> Sheet:
    instrument = load_file(path)
    province = Unit(level="province", code="91", name="Tỉnh Kiên Giang")
    unit = Unit(level="commune", code="1", name="Xã Thổ Châu", parent=province)
    with bare.app_context(), force_locale(language):
        return lay_out(
            instrument, names_at(unit), language=language, place=unit.name, large=large,
            survey=Survey(simulated=simulated),
        )  # fmt: skip


def pages_of(bare: Flask, sheet: Sheet, numbers: list[int]) -> list[str]:
    """The words of each side, of the form and of what is laid over it; the PDF has as many pages as it should."""
    with bare.app_context():
        pdf = print_forms(sheet, series="KG20", numbers=numbers)
        sides = [side for number in numbers for side in _sides(write_serial("KG20", number), sheet)]
        over = typeset(page_for_print("paper/serial.html", sides=sides)).pages
    assert pdf.startswith(b"%PDF-")
    parts = [zlib.decompress(part) for part in re.findall(rb"FlateDecode[^>]*>>\nstream\n(.*?)\nendstream", pdf, re.S)]
    assert sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in [pdf, *parts]) == len(numbers) * sheet.sides
    under = [" ".join(text_in(page._page_box)) for page in sheet.document.pages] + [""]
    written = len(sheet.document.pages)
    return [
        " ".join([*text_in(page._page_box), under[min(place % sheet.sides, written)]])
        for place, page in enumerate(over)
    ]


def text_in(box: Any) -> list[str]:
    found = [box.text] if hasattr(box, "text") else []
    return found + [text for child in getattr(box, "children", ()) for text in text_in(child)]


def questions_split(sheet: Sheet, instrument: Instrument) -> list[str]:
    """Questions that are not whole on one side, or whose boxes stand outside of them."""
    wrong = []
    for item in instrument.items():
        if isinstance(item, OtherText):
            continue
        sides = [side for side in sheet.layout["sides"] if f"q:{item.key}" in side]
        if len(sides) != 1:
            wrong.append(f"{item.key}: on {len(sides)} sides")
            continue
        left, top, right, bottom = sides[0][f"q:{item.key}"]
        if top < WRITTEN[0] or bottom > WRITTEN[1] or left < 10 or right > PAGE[0] - 10:
            wrong.append(f"{item.key}: {top} to {bottom}")
        if isinstance(item, InformationItem):
            continue
        for choice in choices_of(item, instrument, "vi"):
            box = sides[0][f"b:{item.key}:{choice.code}"]
            if not (top <= box[1] and box[3] <= bottom and left <= box[0] and box[2] <= right):
                wrong.append(f"{item.key} {choice.code}: {box} outside {left, top, right, bottom}")
    return wrong


def overlaps(sheet: Sheet) -> list[tuple[str, str]]:
    """Pairs of boxes that touch."""
    found = []
    for side in sheet.layout["sides"]:
        boxes = [(name, place) for name, place in side.items() if name.startswith("b:")]
        found += [
            (name, other)
            for place, (name, one) in enumerate(boxes)
            for other, two in boxes[place + 1 :]
            if one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
        ]
    return found


def check_sheet(bare: Flask, path: Path, language: str, *, large: bool) -> None:
    sheet, instrument = sheet_of(bare, path, language, large=large), load_file(path)
    assert questions_split(sheet, instrument) == []
    assert overlaps(sheet) == []
    assert sheet.sides % 2 == 0
    width = 7 if large else 5
    for side in sheet.layout["sides"]:
        for name, (left, top, right, bottom) in side.items():
            if name.startswith("b:"):
                assert (round(right - left, 1), round(bottom - top, 1)) == (width, width), name


def test_no_question_is_split_and_no_box_leaves_its_question(bare: Flask) -> None:
    check_sheet(bare, ROOT / "questionnaires" / "sipas-commune.yaml", "vi", large=False)
    check_sheet(bare, FEATURES[0], "en", large=True)


@pytest.mark.long
@pytest.mark.parametrize("path", [*SHIPPED, *FEATURES], ids=lambda path: path.stem)
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_question_of_any_shipped_form_is_split(bare: Flask, path: Path, large: bool, language: str) -> None:
    check_sheet(bare, path, language, large=large)


def test_every_item_type_and_every_vietnamese_letter_is_on_the_paper(bare: Flask) -> None:
    sheet = sheet_of(bare, ROOT / "questionnaires" / "sipas-commune.yaml", simulated=True)
    text = " ".join(pages_of(bare, sheet, [1]))
    assert {"ệ", "ộ", "ữ", "ẫ", "ỹ", "đ", "ơ", "ư", "ắ", "ặ"} - set("ỹẫ") <= set(text)
    assert "Nếu câu 24 trả lời „Nhiều hơn 5 lần”" in re.sub(r"\s+", " ", text)
    assert "UBND xã Thổ Châu" in re.sub(r"\s+", " ", text)
    assert len(re.findall("DỮ LIỆU MÔ PHỎNG|Dữ liệu mô phỏng", text, flags=re.I)) == len(sheet.document.pages)
    for path in FEATURES[:2]:
        assert questions_split(sheet_of(bare, path), load_file(path)) == []


def test_every_vowel_with_every_tone_has_its_shape_in_both_fonts() -> None:
    vowels = "aăâeêioôơuưy"
    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones} | {"đ"}
    assert len(letters) == 73
    letters |= {letter.upper() for letter in letters}
    for name in ("BeVietnamPro_400Regular.ttf", "BeVietnamPro_600SemiBold.ttf"):
        known = TTFont(ROOT / "survey_app" / "static" / "fonts" / name).getBestCmap()
        assert {letter for letter in letters if ord(letter) not in known} == set(), name


def test_no_last_side_of_a_shipped_form_is_nearly_empty(bare: Flask) -> None:
    for name in ("sipas-commune", "sipas-short"):
        pages = sheet_of(bare, ROOT / "questionnaires" / f"{name}.yaml").document.pages
        assert len(pages) == 1 or pages[-1].anchors["end"][1] >= NEARLY_EMPTY * pages[-1].height, name


def test_a_form_with_an_odd_number_of_sides_ends_with_a_blank_one_that_has_its_serial(bare: Flask) -> None:
    sheet = sheet_of(bare, FEATURES[0])
    assert (len(sheet.document.pages), sheet.sides) == (1, 2)
    pages = pages_of(bare, sheet, [1, 2, 3])
    assert [re.findall("HL-KG20-[0-9]{6}-[0-9]", page) for page in pages] == [
        [write_serial("KG20", number)] for number in (1, 1, 2, 2, 3, 3)
    ]
    assert ["Mặt này để trống." in page for page in pages] == [False, True] * 3


def test_printing_is_a_job_whose_file_can_be_fetched_and_keeps_where_the_boxes_are(session: Session) -> None:
    batch = issued(session, open_area(session), 2)
    first = ask_for_print(session, batch, actor=TESTER, return_to="/")
    assert ask_for_print(session, batch, actor=TESTER, return_to="/").id == first.id
    session.commit()
    assert run_waiting_jobs(current_app._get_current_object()) == 1
    session.expire_all()
    job = session.get_one(Job, first.id)
    assert (job.state, job.problem) == ("done", None)
    assert file_of(batch).read_bytes().startswith(b"%PDF-")
    assert batch.layout is not None
    assert "b:q1:9" in batch.layout["sides"][0]
    assert print_batch(db.session, batch)[:5] == b"%PDF-"
