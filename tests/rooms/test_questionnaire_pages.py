"""Questionnaires in the office: looked at, written, mended, stored and compared; nothing typed is lost."""

from __future__ import annotations

import codecs
import io
import json
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape, unescape
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from survey_app.audit.queries import latest_entries
from survey_app.collection.models import Draft as FormInProgress
from survey_app.collection.models import Response
from survey_app.database import db
from survey_app.instruments.draft_actions import Changed, change_draft
from survey_app.instruments.draft_edits import open_draft
from survey_app.instruments.draft_parts import DraftPage
from survey_app.instruments.drafts import check_draft, next_version, with_version
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.service import store_questionnaire
from survey_app.instruments.written import source_of, write_questionnaire
from survey_app.settings import ROOT
from survey_app.surveys.models import Survey
from tests.conftest import token_in
from tests.instruments.xlsforms import form, question
from tests.world import SURVEY, TESTER, answer, make_survey

SignIn = Callable[..., FlaskClient]
LIST = "/quan-ly/bo-phieu"
WRITE, EDIT, DRAFT_PREVIEW = f"{LIST}/soan", f"{LIST}/soan/bieu-mau", f"{LIST}/soan/xem-thu"

FILES = sorted((ROOT / "questionnaires").glob("*.yaml"))
SHIPPED = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")
SIPAS = f"{SHIPPED.key}@{SHIPPED.version}"
NEXT = next_version(SHIPPED.version, {SHIPPED.version})
SMALL = (ROOT / "tests" / "questionnaires" / "item_types.yaml").read_text(encoding="utf-8")


def token(person: FlaskClient) -> str:
    return token_in(person.get(f"{LIST}/moi").text)


def post(person: FlaskClient, address: str, **data: object) -> object:
    return person.post(address, data={"csrf_token": token(person), **data}, content_type="multipart/form-data")


def text_in(page: str, name: str = "text") -> str:
    """The draft that a page carries, as a browser would send it."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found, f"the page carries no {name}"
    return unescape(found[1])


def change(posted: dict[str, str]) -> Changed:
    return change_draft(MultiDict(posted))


def stored_names(app: Flask) -> set[str]:
    with app.app_context():
        return {f"{one.key}@{one.version}" for one in db.session.scalars(select(Questionnaire))}


def store_health(app: Flask) -> None:
    with app.app_context():
        health = load_questionnaire(SMALL).model_copy(update={"key": "clinic", "sector": "health"})
        store_questionnaire(db.session, health, actor=TESTER)
        db.session.commit()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_questionnaire_written_from_its_content_is_the_same_version(path: Path) -> None:
    instrument = load_file(path)
    assert load_questionnaire(write_questionnaire(instrument)).content_hash == instrument.content_hash
    assert source_of(instrument) == path.read_text(encoding="utf-8")


def test_a_scale_question_that_may_be_left_out_stays_so_when_it_is_written() -> None:
    instrument = load_questionnaire(SMALL)
    again = load_questionnaire(write_questionnaire(instrument))
    assert [item.required for item in again.items()] == [item.required for item in instrument.items()]
    assert not again.item("optional_rating").required


def test_the_list_tells_use_and_reading_cost(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    assert "Đang dùng" not in manager.get(LIST).text
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        db.session.commit()
        page = manager.get(LIST).text
        assert page.count("Đang dùng") == 1
        assert "Đã có phiếu trả lời" not in page
        answer(db.session, survey)
        db.session.commit()
    page = manager.get(LIST).text
    assert page.count("Đã có phiếu trả lời") == 1
    assert "không đổi được nữa" in manager.get(f"{LIST}/{SIPAS}").text
    filtered = manager.get(f"{LIST}?linh-vuc=health").text
    assert "sipas-commune@" not in filtered
    assert "health-outpatient@" in filtered


def test_a_lead_sees_and_writes_only_questionnaires_of_the_own_sector(app: Flask, sign_in: SignIn) -> None:
    store_health(app)
    lead = sign_in("sector_lead", "sector:health")
    page = lead.get(LIST).text
    assert "clinic@1" in page
    assert "sipas-commune@" not in page
    for address in (
        f"/{SIPAS}", f"/{SIPAS}/xem-thu", f"/{SIPAS}/xem-thu/phieu", f"/{SIPAS}/xem-thu/giay", f"/{SIPAS}/tep.yaml",
        f"/soan?tu={SIPAS}", f"/soan/bieu-mau?tu={SIPAS}", f"/so-sanh?truoc={SIPAS}&sau=clinic@1",
    ):  # fmt: skip
        assert lead.get(LIST + address).status_code == 404, address
    before = stored_names(app)
    foreign = post(lead, WRITE, do="save", version="7", text=SMALL)
    assert foreign.status_code == 403
    assert text_in(foreign.text) == SMALL
    taken_over = SMALL.replace("key: item-types", "key: sipas-commune").replace("administrative", "health")
    assert post(lead, WRITE, do="save", version="2030", text=taken_over).status_code == 403
    assert stored_names(app) == before
    own = SMALL.replace("administrative", "health")
    assert post(lead, WRITE, do="save", version="7", text=own).status_code == 302
    assert stored_names(app) == before | {"item-types@7"}


def test_a_manager_of_a_district_reads_but_does_not_write(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager", "unit:899")
    assert manager.get(f"{LIST}/{SIPAS}").status_code == 200
    assert manager.get(f"{WRITE}?tu={SIPAS}").status_code == 404


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


def test_a_version_is_stored_once_under_a_new_number_and_the_trail_knows(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = manager.get(f"{EDIT}?tu={SIPAS}").text
    assert f'name="version" value="{NEXT}"' in page
    text = text_in(page).replace("vi: Số ghế ngồi chờ dành cho người dân", "vi: Số ghế ngồi chờ cho người dân")
    assert text != text_in(page)
    same = post(manager, WRITE, do="save", version=SHIPPED.version, text=text)
    assert same.status_code == 409
    assert "đặt số phiên bản mới" in same.text
    assert "Bộ phiếu chưa được lưu" in same.text
    assert f'name="version" value="{NEXT}"' in same.text
    assert text_in(same.text) == text
    assert post(manager, WRITE, do="save", version="", text=text).status_code == 400
    for said in ("Đã lưu bộ phiếu", "không khác chữ nào"):  # the button pressed twice
        saved = post(manager, WRITE, do="save", version=NEXT, text=text)
        assert saved.status_code == 302
        assert saved.headers["Location"].endswith(f"sipas-commune@{NEXT}")
        assert said in manager.get(saved.headers["Location"]).text
    with app.app_context():
        entries = [entry for entry in latest_entries(db.session) if entry.detail.get("version") == NEXT]
        assert [(entry.verb, entry.subject, entry.actor) for entry in entries] == [
            ("questionnaire.store", "questionnaire:sipas-commune", manager.email)
        ]
    compared = manager.get(f"{LIST}/so-sanh?truoc={SIPAS}&sau=sipas-commune@{NEXT}").text
    assert "Số ghế ngồi chờ <del>dành</del> cho người dân" in compared
    assert "Số ghế ngồi chờ cho người dân" in compared
    assert "So sánh được, cần thận trọng" in compared
    assert "Đã có phiên bản mới hơn" in manager.get(f"{LIST}/{SIPAS}").text


def test_a_number_before_the_newest_is_refused_with_a_better_one(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    older = with_version(SMALL.replace("key: item-types", "key: sipas-commune"), "2001.1")
    page = post(manager, WRITE, do="check", text=older).text
    assert f'name="version" value="{NEXT}"' in page
    assert "xin đổi dòng key" in page
    refused = post(manager, WRITE, do="save", version="2001.1", text=older)
    assert refused.status_code == 409
    assert f"ví dụ {NEXT}" in refused.text
    assert text_in(refused.text) == older
    assert "sipas-commune@2001.1" not in stored_names(app)


def test_whoever_stores_second_is_told_and_overwrites_nothing(app: Flask, sign_in: SignIn) -> None:
    first, second = sign_in("survey_manager"), sign_in("sector_lead", "sector:administrative")
    page = first.get(f"{EDIT}?tu={SIPAS}").text
    known = re.search(r'name="known" value="([^"]*)"', page)[1]
    assert known == SIPAS
    mine, theirs = (text_in(page).replace("Số ghế ngồi chờ", word) for word in ("Ghế ngồi chờ", "Chỗ ngồi chờ"))
    assert post(first, EDIT, do="save", version=NEXT, text=mine, known=known).status_code == 302
    later = next_version(NEXT, {NEXT})
    for version in (NEXT, later):
        told = post(second, EDIT, do="save", version=version, text=theirs, known=known)
        assert told.status_code == 409
        assert f"phiên bản {NEXT} đã được lưu" in told.text
        assert first.email in told.text
        assert text_in(told.text) == theirs
    assert f"sipas-commune@{later}" not in stored_names(app)
    seen = {"known": known, "seen": NEXT}
    assert post(second, EDIT, do="save", version=NEXT, text=theirs, **seen).status_code == 409
    assert post(second, EDIT, do="save", version=later, text=theirs, **seen).status_code == 302
    with app.app_context():
        texts = {
            one.version: instrument_of(db.session, one.id).item("a1").text.vi
            for one in db.session.scalars(select(Questionnaire).where(Questionnaire.key == "sipas-commune"))
        }
    assert texts[NEXT].startswith("Ghế")
    assert texts[later].startswith("Chỗ")
    assert texts[SHIPPED.version].startswith("Số ghế")


def test_a_version_with_responses_stays_as_it_is_when_a_new_one_arises(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        answer(db.session, survey)
        db.session.commit()
        before = survey.questionnaire_id, instrument_of(db.session, survey.questionnaire_id).content_hash
    text = source_of(SHIPPED).replace("Số ghế ngồi chờ", "Ghế ngồi chờ")
    assert post(manager, EDIT, do="save", version=NEXT, text=text, known=SIPAS).status_code == 302
    with app.app_context():
        survey = db.session.scalars(select(Survey)).one()
        assert (survey.questionnaire_id, survey.questionnaire.content_hash) == before
        assert instrument_of(db.session, before[0]).item("a1").text.vi.startswith("Số ghế")
    page = manager.get(LIST).text
    assert page.count("Đã có phiếu trả lời") == 1


def test_an_old_page_keeps_the_text_and_stores_nothing(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    before = stored_names(app)
    for address in (WRITE, EDIT):
        late = manager.post(address, data={"csrf_token": "old", "do": "save", "version": "3", "text": SMALL})
        assert late.status_code == 400
        assert text_in(late.text) == SMALL
        assert "mở quá lâu" in late.text
    assert stored_names(app) == before


def test_the_form_changes_a_text_and_leaves_every_other_line_alone() -> None:
    source = (ROOT / "questionnaires" / "health-outpatient.yaml").read_text(encoding="utf-8")
    done = change({"text": source, "do": "check", "v:sections/0/items/0/text/vi": "Câu hỏi mới"})
    before, after = source.splitlines(), done.text.splitlines()
    assert "Câu hỏi mới" in done.text
    changed = [line for line in after if line not in before]
    assert len(changed) == 1
    assert check_draft(done.text).instrument.sections[0].items[0].text.vi == "Câu hỏi mới"


def test_a_long_text_is_folded_and_reads_the_same() -> None:
    words = " ".join(f"từ{number}" for number in range(60))
    done = change({"text": SMALL, "v:intro/vi": words, "v:intro/en": "Short: [a, b] # no comment"})
    instrument = check_draft(done.text).instrument
    assert instrument.intro.vi == words
    assert instrument.intro.en == "Short: [a, b] # no comment"
    assert max(map(len, done.text.splitlines())) < 160
    emptied = change({"text": done.text, "v:intro/vi": "", "v:intro/en": ""})
    assert check_draft(emptied.text).instrument.intro is None


@pytest.mark.parametrize(
    "words",
    [
        "true",
        "2020-01-01",
        "01",
        "12",
        "1e5",
        "~",
        "- a",
        "a: b",
        "{agency}",
        "*a",
        "&a",
        "!x",
        "'",
        '"',
        "#",
        "@",
        "%",
        "| x",
        "a\nb",
        "  ",
        "—",
    ],
)
def test_whatever_is_typed_is_text(words: str) -> None:
    done = change({"text": SMALL, "v:sections/0/items/2/text/vi": words})
    draft = check_draft(done.text)
    if not words.strip():
        assert [problem.code for problem in draft.problems] == ["Q024"]
        return
    assert draft.instrument is not None, draft.problems
    assert draft.instrument.item("one_of").text.vi == words


def test_questions_sections_and_options_are_moved_added_and_taken_out() -> None:
    def do(text: str, what: str, **more: str) -> str:
        done = change({"text": text, "do": what, **more})
        assert done.found, what
        return done.text

    def keys(text: str) -> list[str]:
        return [item.key for item in check_draft(text).instrument.questions()]

    text = do(SMALL, "down:sections/0/items/0")
    assert keys(text)[:2] == ["optional_rating", "rating"]
    assert keys(do(text, "up:sections/0/items/1")) == keys(SMALL)
    assert keys(do(SMALL, "up:sections/0/items/0")) == keys(SMALL)
    assert "hours" not in keys(do(SMALL, "remove:sections/0/items/5"))
    added = change({"text": SMALL, "do": "add-item:sections/0", "kind": "single"})
    assert added.opened == "sections/0/items/9"
    assert {problem.code for problem in check_draft(added.text).problems} == {"Q024"}
    filled = {
        f"v:{added.opened}/{place}/{language}": "Chữ"
        for place in ("text", "options/0/label", "options/1/label")
        for language in ("vi", "en")
    }
    text = do(added.text, f"add-option:{added.opened}/options", **filled)
    text = do(text, f"remove:{added.opened}/options/2")
    assert keys(text)[-1] == "kinds_1"
    assert [option.value for option in check_draft(text).instrument.item("kinds_1").options] == [1, 2]
    removed = change({"text": text, "do": "remove:sections/0/items/9", "open": "sections/0"})
    assert change({"text": removed.text, "before": removed.undo, "do": "undo"}).text == text


def test_a_target_is_set_in_percent() -> None:
    source = (ROOT / "questionnaires" / "sipas-commune.yaml").read_text(encoding="utf-8")
    count = len(load_questionnaire(source).targets)
    text = change({"text": source, "do": "add-target"}).text
    place = f"v:targets/{count}"
    done = change({"text": text, f"{place}/rate": "82,5%", f"{place}/operator": "gt", f"{place}/basis": "Kế hoạch"})
    target = check_draft(done.text).instrument.targets[-1]
    assert (target.rate, target.operator, target.basis) == (0.825, "gt", "Kế hoạch")
    wrong = change({"text": done.text, f"{place}/rate": "tám mươi"})
    assert "tám mươi" in wrong.text
    assert check_draft(wrong.text).problems


GONE = (
    "up:sections/9", "remove:sections", "remove:x/y", "add-item:sections/zz", "add-option:", "open:sections/99",
    "down:sections/0/key", "add-option:sections/0", "add-option:title",
)  # fmt: skip


@pytest.mark.parametrize("do", GONE)
def test_a_part_that_is_gone_is_no_error(sign_in: SignIn, do: str) -> None:
    manager = sign_in("survey_manager")
    page = post(
        manager, EDIT, do=do, text=SMALL, open="sections/0/items/77", **{"v:sections/5/title/vi": "x", "v:": "y"}
    )
    assert page.status_code == 200
    assert load_questionnaire(text_in(page.text)).content_hash == load_questionnaire(SMALL).content_hash


def test_hidden_characters_typed_into_the_form_come_back_in_the_text(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = post(manager, EDIT, do="check", text=SMALL, **{"v:title/vi": "Phiếu \x07 \u202e nhỏ"})
    assert page.status_code == 400
    assert "Q011" in page.text


def test_the_number_of_a_version(app: Flask) -> None:
    assert next_version("2020.1", {"2020.1", "2020.2"}) == "2020.3"
    assert next_version("a", {"a"}) == "a.1"
    assert 'version: "2" # chú thích' in with_version("key: a\nversion: '1'   # chú thích\n", "2")
    assert with_version("{key: a, version: '1'}", "2") == "{key: a, version: '1'}"
    assert with_version('key: a\nversion: "1"\n', '"x').endswith('version: "\\"x"\n')


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


def test_an_observer_reads_everything_and_is_offered_no_change(app: Flask, sign_in: SignIn) -> None:
    observer, manager = sign_in("observer"), sign_in("survey_manager")
    for address in (LIST, f"{LIST}/{SIPAS}", f"{LIST}/so-sanh?truoc={SIPAS}&sau={SIPAS}"):
        assert f"{LIST}/soan" not in observer.get(address).text
        assert f"{LIST}/moi" not in observer.get(address).text
    assert f"{LIST}/soan" in manager.get(f"{LIST}/{SIPAS}").text
    before = stored_names(app)
    data = {"csrf_token": token(manager), "do": "save", "version": "9", "text": SMALL}
    for address in (WRITE, EDIT, DRAFT_PREVIEW, f"{WRITE}/tep"):
        assert observer.post(address, data=data).status_code == 403, address
    assert stored_names(app) == before


def test_a_draft_whose_address_is_opened_again_leads_to_the_upload(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    for address in (WRITE, EDIT):
        assert manager.get(address).headers["Location"].endswith(f"{LIST}/moi")


def test_the_language_of_the_office_changes_without_losing_the_place(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = manager.get(f"{LIST}/so-sanh?truoc={SIPAS}&sau={SIPAS}").text
    english = unescape(re.search(r'href="([^"]*lang=en[^"]*)"', page)[1])
    assert "truoc=sipas-commune" in english
    assert manager.get(english).status_code == 200


def test_the_page_of_a_version_says_what_it_rests_on(app: Flask, sign_in: SignIn) -> None:
    text = SMALL.replace("key: yes_no", "key: yes_no", 1)
    instrument = load_questionnaire(text)
    first, *others = instrument.sections
    items = (first.items[0].model_copy(update={"wording": "official", "source": "Quyết định 9/QĐ"}), *first.items[1:])
    changed = instrument.model_copy(update={"sections": (first.model_copy(update={"items": items}), *others)})
    with app.app_context():
        store_questionnaire(db.session, changed, actor=TESTER)
        db.session.commit()
    observer = sign_in("observer")
    page = observer.get(f"{LIST}/item-types").text
    assert "Nguồn: Quyết định 9/QĐ" in page
    assert page.count("chip-official") == 1
    shipped = observer.get(f"{LIST}/{SIPAS}").text
    for told in (SHIPPED.content_hash, SHIPPED.basis[0].document, "Do hệ thống viết", "80%", "Chỉ hỏi khi: câu"):
        assert told in shipped, told
    assert all(item.criterion in shipped for item in SHIPPED.questions() if item.criterion)


def test_typed_html_is_only_text_wherever_it_is_shown(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    evil = "<script>alert(1)</script> \"x\" 'y' <b>đậm</b> {{ 7*7 }}"
    typed = {f"v:{place}/{language}": evil for place in ("sections/0/title", "title") for language in ("vi", "en")}
    typed["v:sections/0/items/2/text/vi"] = evil.replace("{{ 7*7 }}", "")
    page = post(manager, EDIT, do="open:sections/0", text=SMALL, **typed)
    assert "Q031" in post(manager, WRITE, do="check", text=text_in(page.text)).text  # braces in the title of a section
    text = text_in(page.text).replace("{{ 7*7 }}", "")
    assert post(manager, WRITE, do="save", version="1", text=text).status_code == 302
    name = "item-types@1"
    for place in (
        LIST, f"{LIST}/{name}", f"{LIST}/{name}/xem-thu", f"{LIST}/{name}/xem-thu/giay", f"{EDIT}?tu={name}",
        f"{LIST}/{name}/xem-thu/phieu?phan=1", f"{LIST}/so-sanh?truoc={name}&sau={SIPAS}", f"{WRITE}?tu={name}",
    ):  # fmt: skip
        shown = manager.get(place).text
        assert "<script>alert" not in shown, place
        assert "<b>đậm" not in shown, place
        assert "&lt;script&gt;" in shown, place


def test_taking_out_a_question_that_others_look_at_is_told_by_their_names() -> None:
    source = source_of(SHIPPED)
    data = open_draft(source)
    at = next(
        (number, place)
        for number, section in enumerate(data["sections"])
        for place, item in enumerate(section["items"])
        if item["key"] == "n5"
    )
    done = change({"text": source, "do": f"remove:sections/{at[0]}/items/{at[1]}", "open": f"sections/{at[0]}"})
    draft = check_draft(done.text)
    page = DraftPage(open_draft(done.text), draft.problems, "vi")
    told = [page.told(problem) for problem in draft.problems]
    assert [words.split(":")[0] for words in told] == ["câu n6", "câu n7"]
    opened = page.open(page.part_of(draft.problems[0]))
    assert opened.condition_problems == (told[0],)
    text = done.text
    for problem in draft.problems:
        text = change({"text": text, "do": f"always:{page.part_of(problem)}"}).text
    assert check_draft(text).instrument is not None
    assert change({"text": done.text, "before": done.undo, "do": "undo"}).text == source


def test_taking_out_a_section_that_an_index_counts_is_mended_in_the_form() -> None:
    source = source_of(SHIPPED)
    key = SHIPPED.indices[0].of[0]
    place = [section.key for section in SHIPPED.sections].index(key)
    done = change({"text": source, "do": f"remove:sections/{place}"})
    draft = check_draft(done.text)
    assert {problem.code for problem in draft.problems} == {"Q080"}
    page = DraftPage(open_draft(done.text), draft.problems, "vi")
    assert {page.part_of(problem) for problem in draft.problems} == {"indices"}
    members = next(one for one in page.open("indices").fields if one.kind == "members" and one.problems)
    text = change({"text": done.text, "do": f"remove:{members.name}/{members.values.index(key)}"}).text
    assert key not in check_draft(text).instrument.indices[0].of


def test_each_step_can_be_undone_and_done_again() -> None:
    typed = change({"text": SMALL, "do": "check", "v:title/vi": "Tên mới"})
    assert (typed.done, typed.undo) == ("typed", SMALL)
    moved = change({"text": typed.text, "before": typed.undo, "do": "down:sections/0/items/0", "open": "sections/0"})
    assert (moved.done, moved.undo) == ("down", typed.text)
    looked = change({"text": moved.text, "before": moved.undo, "do": "open:head"})
    assert (looked.text, looked.undo, looked.done) == (moved.text, typed.text, "")
    back = change({"text": looked.text, "before": looked.undo, "do": "undo"})
    assert back.text == typed.text
    again = change({"text": back.text, "before": back.undo, "do": "undo", "v:title/vi": "Vừa gõ thêm"})
    assert again.text == moved.text
    assert "Vừa gõ thêm" in again.undo


def test_the_page_goes_on_where_its_author_was(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")

    def focused(do: str, **more: str) -> str:
        page = post(manager, EDIT, do=do, text=SMALL, **{"open": "sections/0", **more}).text
        found = re.findall(r"<(?:button|textarea|select|input)[^>]*autofocus[^>]*>", page)
        assert len(found) == 1, (do, found)
        return re.search(r'(?:name="do" value|name)="([^"]*)"', found[0])[1]

    assert focused("down:sections/0/items/0") == "down:sections/0/items/1"
    assert focused("up:sections/0/items/2") == "up:sections/0/items/1"
    assert focused("up:sections/0/items/1") == "down:sections/0/items/0"  # at the top one goes no further up
    assert focused("add-item:sections/0", kind="text") == "v:sections/0/items/9/text/vi"
    assert focused("add-section") == "v:sections/1/title/vi"
    assert focused("add-option:sections/0/items/2/options", open="sections/0/items/2").endswith("/options/2/label/vi")


def test_two_who_store_at_the_same_moment_store_once(app: Flask, sign_in: SignIn) -> None:
    people = [sign_in("survey_manager"), sign_in("sector_lead", "sector:administrative")]
    fields = [{"csrf_token": token(person), "do": "save", "version": "1", "text": SMALL} for person in people]
    start = Barrier(2)

    def press(number: int) -> int:
        start.wait()
        return people[number].post(WRITE, data=fields[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(press, range(2))) == [302, 302]
    with app.app_context():
        stored = [entry for entry in latest_entries(db.session) if entry.subject == "questionnaire:item-types"]
        assert len(stored) == 1


def test_official_words_and_their_source_are_set_in_the_form() -> None:
    place = "v:sections/0/items/2"
    done = change({"text": SMALL, f"{place}/wording": "official", f"{place}/source": "Thông tư 1"})
    item = check_draft(done.text).instrument.item("one_of")
    assert (item.wording, item.source) == ("official", "Thông tư 1")
    assert change({"text": done.text, f"{place}/wording": "", f"{place}/source": ""}).text == SMALL


def test_a_comparison_of_large_questionnaires_puts_changes_under_their_questions(app: Flask, sign_in: SignIn) -> None:
    papi = load_file(ROOT / "questionnaires" / "papi-citizen.yaml")
    text = source_of(papi)
    moved = change({"text": text, "do": "down:sections/1/items/0"}).text
    changed = with_version(change({"text": moved, "do": "check", "v:sections/2/items/0/hint/vi": "Xin nhớ lại.",
                                   "v:sections/2/items/0/hint/en": "Please recall."}).text, "2099.1")  # fmt: skip
    with app.app_context():
        store_questionnaire(db.session, load_questionnaire(changed), actor=TESTER)
        db.session.commit()
    name = f"papi-citizen@{papi.version}"
    page = sign_in("observer").get(f"{LIST}/so-sanh?truoc={name}&sau=papi-citizen@2099.1").text
    key = papi.sections[2].items[0].key
    assert f"Câu {papi.number_of(key)}</strong> <code>{key}</code>" in page
    assert escape(papi.sections[2].title.vi) in page
    assert page.count('class="compared-title"') < 8


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, the shown questions as a list."""
    fields: dict[str, object] = {"shown": []}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)  # type: ignore[index]
        fields[name] = unescape(value[1]) if value else ""
    shown = re.findall(r'<fieldset class="question[^>]*data-item="([^"]+)"([^>]*)>', page, re.S)
    fields["shown"] = [key for key, rest in shown if "hidden" not in rest]
    return fields  # type: ignore[return-value]


def test_the_preview_shows_the_respondents_pages_follows_conditions_and_stores_nothing(
    app: Flask, sign_in: SignIn
) -> None:
    with app.app_context():
        make_survey(db.session, state="collecting")
        conditional = load_file(ROOT / "questionnaires/sipas-commune.yaml").item("n6")
        db.session.commit()
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu"
    first = observer.get(address)
    assert "Mất khoảng 5 phút" in first.text
    page = observer.post(address, data=hidden_fields(first.text) | {"consent": "1"}).text
    assert "Phần 1/" in page
    refused = observer.post(address, data=hidden_fields(page) | {"go": "next"})
    assert refused.status_code == 400
    assert "chưa trả lời câu 1" in refused.text
    seen = set()
    for _step in range(20):
        shown = hidden_fields(page)["shown"]
        seen.update(shown)
        choices = {key: (re.findall(rf'name="{key}"[^>]*value="(\d+)"', page) or ["1"]) for key in shown}
        answers = {key: "4" if "4" in found else found[0] for key, found in choices.items()}
        if conditional.show_if.item in answers:
            answers[conditional.show_if.item] = str(conditional.show_if.values[0])
        page = observer.post(address, data=hidden_fields(page) | answers | {"go": "next"}).text
        if "Mã biên nhận" in page:
            break
    assert "không có gì được lưu" in page
    assert conditional.key in seen
    with app.app_context():
        for table in (Response, FormInProgress):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_the_preview_speaks_the_asked_language_and_leaves_the_offices_alone(sign_in: SignIn) -> None:
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu?phan=1"
    english = observer.get(f"{address}&tieng=en").text
    assert '<html lang="en">' in english
    assert "The number of seats" in english
    vietnamese = observer.post(
        f"{LIST}/{SIPAS}/xem-thu/phieu", data=hidden_fields(english) | {"a1": "3", "lang": "vi"}
    ).text
    assert "Số ghế ngồi chờ" in vietnamese
    assert json.loads(hidden_fields(vietnamese)["so_far"]) == {"a1": 3}
    assert '<html lang="vi">' in observer.get(LIST).text


def test_only_the_preview_may_be_framed_and_only_by_us(sign_in: SignIn) -> None:
    observer = sign_in("observer")
    frame = observer.get(f"{LIST}/{SIPAS}/xem-thu").headers
    assert frame["Content-Security-Policy"].endswith("; frame-src 'self'")
    assert "frame-ancestors 'none'" in frame["Content-Security-Policy"]
    inside = observer.get(f"{LIST}/{SIPAS}/xem-thu/phieu").headers
    assert "frame-ancestors 'self'" in inside["Content-Security-Policy"]
    assert inside["X-Frame-Options"] == "SAMEORIGIN"
    assert observer.get(f"{LIST}/{SIPAS}").headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("so_far", ["", "[]", "{", '{"a1": {"b": 1}, "zz": 1}', "[" * 5000])
def test_answers_that_no_page_of_ours_sends_do_no_harm(sign_in: SignIn, so_far: str) -> None:
    observer = sign_in("observer")
    address = f"{LIST}/{SIPAS}/xem-thu/phieu"
    fields = hidden_fields(observer.get(f"{address}?phan=1").text) | {"so_far": so_far, "go": "back"}
    assert observer.post(address, data=fields).status_code in (200, 400)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_questionnaire_opens_on_every_page(sign_in: SignIn, path: Path) -> None:
    manager = sign_in("survey_manager")
    instrument = load_file(path)
    name = f"{instrument.key}@{instrument.version}"
    pages = [f"/{name}", f"/{name}/xem-thu", f"/{name}/xem-thu/giay?tieng=en", f"/{name}/tep.yaml", f"/soan?tu={name}"]
    pages += [
        f"/soan/bieu-mau?tu={name}&phan={part}"
        for part in ("head", "scales", "indices", "sections/0", "sections/0/items/0")
    ]
    pages += [f"/{name}/xem-thu/phieu?phan={number}" for number in range(len(instrument.sections) + 1)]
    for page in pages:
        assert manager.get(LIST + page).status_code == 200, page


def test_a_draft_is_shown_before_it_is_stored(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    start = post(manager, DRAFT_PREVIEW, text=SMALL)
    assert "Xem thử bản nháp" in start.text
    page = manager.post(DRAFT_PREVIEW, data=hidden_fields(start.text) | {"consent": "1"})
    assert "Thái độ phục vụ" in page.text
    assert load_questionnaire(hidden_fields(page.text)["text"]).key == "item-types"
    typed = post(manager, DRAFT_PREVIEW, text=SMALL, **{"v:sections/0/title/vi": "Tên vừa gõ"}, phan="1")
    assert "Tên vừa gõ" in typed.text
    assert "item-types@1" not in stored_names(app)


def test_the_paper_says_when_a_question_is_asked(sign_in: SignIn) -> None:
    page = sign_in("observer").get(f"{LIST}/{SIPAS}/xem-thu/giay").text
    asked = load_file(ROOT / "questionnaires/sipas-commune.yaml").questions()
    assert all(f'id="q-{item.key}"' in page for item in asked if not item.key.endswith("_other"))
    assert "Chỉ trả lời khi: câu" in page
    assert page.count('class="box"') > 100
    assert "<input" not in page[page.index('<article class="sheet"') : page.index("</article>")]


def test_the_world_still_has_its_survey(app: Flask) -> None:
    with app.app_context():
        assert make_survey(db.session).slug == SURVEY
