"""Files sent to the office: every encoding read, every mistake under its line, workbooks with what they lose."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.errors import UserError
from survey_app.instruments.loader import MAX_BYTES, load_questionnaire
from survey_app.instruments.uploads import read_upload
from survey_app.settings import ROOT
from tests.instruments.xlsforms import form, question
from tests.rooms.office_questionnaires import (
    DRAFT_PREVIEW,
    EDIT,
    LIST,
    SHIPPED,
    SIPAS,
    SMALL,
    WRITE,
    SignIn,
    post,
    stored_names,
    text_in,
)


def test_an_uploaded_file_with_problems_comes_back_with_each_under_its_line(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    before = stored_names(app)
    wrong = SMALL.replace("scale: s, text: {vi: Thái độ", "scale: t, text: {vi: Thái độ").replace(
        "minutes: 2", "minutes: hai"
    )
    page = post(manager, WRITE, do="check", file=(io.BytesIO(wrong.encode()), "phieu.yaml")).text
    assert text_in(page) == wrong
    marked = re.findall(r'<li class="line-wrong">.*?</li>', page, re.S)
    assert len(marked) == 2
    assert "<code>minutes: hai</code>" in marked[0]
    assert "Q022" in marked[0]
    assert "scale: t" in marked[1]
    assert "Q050" in marked[1]
    assert "Lưu thành phiên bản mới" not in page
    refused = post(manager, WRITE, do="save", version="9", text=wrong)
    assert refused.status_code == 400
    assert text_in(refused.text) == wrong
    assert stored_names(app) == before


@pytest.mark.parametrize("path", sorted((ROOT / "tests/questionnaires/broken").glob("*")), ids=lambda path: path.stem)
def test_every_broken_file_comes_back_as_a_page(app: Flask, sign_in: SignIn, path: Path) -> None:
    manager = sign_in("survey_manager")
    data = path.read_bytes()
    page = post(manager, WRITE, do="check", file=(io.BytesIO(data), "phieu.yaml"))
    if not data.strip():
        assert "Tệp trống" in page.text
        return
    assert page.status_code in (200, 400)
    assert "line-wrong" in page.text
    for address in (EDIT, DRAFT_PREVIEW, f"{WRITE}/tep"):
        assert post(manager, address, text=text_in(page.text)).status_code in (200, 400), address


def test_a_file_that_is_not_utf8_is_pointed_at_until_it_is_mended(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    data = SMALL.encode().replace("Thái độ".encode(), b"Th\xb8i \xae\xe9")  # as TCVN3 writes it
    page = post(manager, WRITE, do="check", file=(io.BytesIO(data), "a.yaml")).text
    again = post(manager, WRITE, do="save", version="5", text=text_in(page))
    assert again.status_code == 400
    assert "Q001" in again.text
    assert "item-types@5" not in stored_names(app)
    saved = post(manager, WRITE, do="save", version="5", text=re.sub("Th\ufffdi \ufffd+", "Thái độ", text_in(page)))
    assert saved.status_code == 302


def windows_1258(text: str) -> bytes:
    """As a Vietnamese Windows writes: the tone marks, and only they, stand apart from their letters."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    apart = []
    for sign in text:
        parts = unicodedata.normalize("NFD", sign)
        tone = "".join(part for part in parts if part in tones)
        apart.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tone)
    return "".join(apart).encode("cp1258")


@pytest.mark.parametrize(
    "data",
    [
        SMALL.encode("utf-8-sig"), SMALL.encode("utf-16"), SMALL.encode("utf-16-le"), SMALL.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + SMALL.encode("utf-16-be"), SMALL.replace("\n", "\r\n").encode(), windows_1258(SMALL),
    ],
    ids=["utf-8 mark", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be mark", "windows lines", "windows-1258"],
)  # fmt: skip
def test_a_file_of_another_encoding_reads_the_same(sign_in: SignIn, data: bytes) -> None:
    page = post(sign_in("survey_manager"), WRITE, do="check", file=(io.BytesIO(data), "a.yaml")).text
    assert text_in(page) == SMALL
    assert "Lưu thành phiên bản mới" in page
    assert ("Windows-1258" in page) == (data == windows_1258(SMALL))


def workbook_page(person: FlaskClient, data: bytes, name: str = "phieu.xlsx") -> str:
    return post(person, WRITE, do="check", file=(io.BytesIO(data), name)).text


def test_a_workbook_becomes_a_draft_and_what_it_loses_must_be_agreed_to(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = workbook_page(manager, form(question("select_one yes_no", "age"), question("geopoint", "where")))
    assert "1 chỗ của sổ tính không giữ được" in page
    assert "Trang survey, dòng 3" in page
    losses, text = text_in(page, "losses"), text_in(page)
    assert "where" in losses
    assert [item.key for item in load_questionnaire(text).items()] == ["age"]
    for address in (WRITE, EDIT):
        refused = post(manager, address, do="save", version="1", text=text, losses=losses)
        assert refused.status_code == 400
        assert "đánh dấu đồng ý" in refused.text
        assert text_in(refused.text, "losses") == losses
    opened = post(manager, EDIT, do="open:sections/0", text=text, losses=losses)
    assert text_in(opened.text, "losses") == losses
    stored = post(manager, EDIT, do="save", version="1", text=text, losses=losses, accept="y")
    assert stored.status_code == 302
    assert "phieu@1" in stored_names(app)


def test_a_workbook_with_mistakes_is_mended_as_text(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = workbook_page(manager, form(question("integer", "age"), settings={"hailong_minutes": "nhiều"}))
    assert "line-wrong" in page
    mended = text_in(page).replace("nhiều", "3")
    assert post(manager, WRITE, do="save", version="1", text=mended).status_code == 302


def test_a_version_goes_out_as_a_workbook_and_comes_back_the_same(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    book = manager.get(f"{LIST}/{SIPAS}/xlsform.xlsx")
    assert book.mimetype.endswith("spreadsheetml.sheet")
    page = workbook_page(manager, book.data)
    assert load_questionnaire(text_in(page)).content_hash == SHIPPED.content_hash
    assert "không giữ được" not in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Tệp trống"),
        (b" \n", "Tệp trống"),
        (b"PK\x03\x04 no workbook", "không phải là sổ tính Excel"),
        (b"\xd0\xcf\x11\xe0 an old .xls", "không phải YAML hay XLSForm"),
        (b"key: a\n# " + b"x" * 1_000_000, "lớn hơn 1 MB"),
        (b"a" * 5_000_000, "lớn hơn 1 MB"),
        (("key: a\n# " + "x" * 1_100_000).encode("utf-16"), "lớn hơn 1 MB"),
        (b"\0" * 1000, "ký tự ẩn"),
    ],
    ids=["empty", "blank", "broken workbook", "xls", "over 1 MB", "5 MB", "over 1 MB in UTF-16", "zeros"],
)
def test_a_file_that_cannot_be_a_questionnaire_is_refused_with_advice(sign_in: SignIn, data: bytes, said: str) -> None:
    page = post(sign_in("survey_manager"), WRITE, do="check", file=(io.BytesIO(data), "a.yaml"))
    assert page.status_code in (200, 400)
    assert said in page.text


def test_a_file_in_utf16_may_take_two_bytes_for_each_sign() -> None:
    text = SMALL + "# " + "x" * (MAX_BYTES - len(SMALL.encode()) - 2)
    assert len(text.encode()) == MAX_BYTES

    for encoding in ("utf-8", "utf-16", "utf-16-le"):
        assert read_upload(text.encode(encoding), name="a.yaml").text == text
    with pytest.raises(UserError, match="lớn hơn 1 MB"):
        read_upload(f"{text}x".encode(), name="a.yaml")


def test_a_file_larger_than_any_request_may_be_is_told_on_the_page_of_files(sign_in: SignIn) -> None:
    page = post(sign_in("survey_manager"), WRITE, do="check", file=(io.BytesIO(b"a" * 9_000_000), "a.yaml"))
    assert page.status_code == 413
    assert "Tệp quá lớn" in page.text
    assert 'type="file"' in page.text


def test_nothing_sent_is_told(sign_in: SignIn) -> None:
    page = post(sign_in("survey_manager"), WRITE, do="check")
    assert page.status_code == 400
    assert "Chưa có tệp nào" in page.text


def test_a_file_with_hundreds_of_problems_is_shown_to_the_last_count(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    wrong = SMALL + "".join(
        f"      - {{key: extra_{number}, scale: none_{number}, text: {{vi: Câu, en: Question}}}}\n"
        for number in range(500)
    )
    page = post(manager, WRITE, do="check", text=wrong).text
    assert "Còn 500 chỗ cần sửa" in page
    shown = page.count('class="line-problem"')
    assert 100 < shown < 500
    assert f"và {500 - shown} chỗ nữa" in page
    assert text_in(page) == wrong
    form_page = post(manager, EDIT, do="check", text=wrong).text
    assert "và 470 chỗ nữa" in form_page
