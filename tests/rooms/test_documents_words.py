"""Documents are drafted from the figures, edited by the office, and made again the same."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape

import pytest
from docx import Document
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.publication.documents.drafts import texts_of
from survey_app.publication.documents.models import DocumentText, MadeDocument
from survey_app.publication.documents.queries import editions, own_texts, path_of, template_in_force
from survey_app.publication.documents.service import edit_texts, make_document, read_report, replace_template
from survey_app.publication.documents.word import try_template
from survey_app.publication.documents.word_fields import check_template
from survey_app.publication.documents.word_template import default_template
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.rooms.documents_village import answered_village
from tests.village import VILLAGE
from tests.world import TESTER

PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua/tai-lieu"


@pytest.fixture
def village(app: Flask) -> str:
    with app.app_context():
        answered_village(db.session)
    return VILLAGE


def texts(session: Session, survey: Survey, kind: str = "report") -> dict[str, str]:
    report = read_report(session, survey, "vi", None)
    found = texts_of(report, kind, own_texts(session, survey, kind, "vi"))
    return {key: one.text for key, one in found.items()}


def edit(session: Session, survey: Survey, **changes: str) -> list[str]:
    report = read_report(session, survey, "vi", None)
    found = texts_of(report, "report", own_texts(session, survey, "report", "vi"))
    named = {key.replace("_", "-"): value for key, value in changes.items()}
    return edit_texts(session, survey, kind="report", language="vi", texts=found, changes=named, actor=TESTER)


def words_of(path: str | io.BytesIO) -> str:
    return "\n".join(paragraph.text for paragraph in Document(path).paragraphs)


def test_an_edited_text_stands_in_the_document_and_says_who_wrote_it(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    assert edit(session, survey, kien_nghi="Xin mở thêm một quầy.") == ["kien-nghi"]
    made = make_document(session, survey, kind="report", form="docx", language="vi", number=None, actor=TESTER)

    assert "Xin mở thêm một quầy." in words_of(str(path_of(made)))
    (edition,) = editions(session, survey, "report", "vi").values()
    assert edition.edited_by == TESTER.label


def test_a_text_that_was_not_changed_makes_no_edition(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    draft = texts(session, survey)["pham-vi"]
    assert edit(session, survey, pham_vi=draft.replace("\n", "\r\n") + "  ") == []
    assert session.query(DocumentText).count() == 0


def test_a_text_that_goes_back_to_the_draft_follows_the_figures_again(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    draft = texts(session, survey)["nhan-xet"]
    edit(session, survey, nhan_xet="Lời của cơ quan.")
    assert texts(session, survey)["nhan-xet"] == "Lời của cơ quan."
    edit(session, survey, nhan_xet=draft)
    assert texts(session, survey)["nhan-xet"] == draft
    assert session.query(DocumentText).count() == 2, "both editions stay"


def test_the_database_keeps_every_edition(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    edit(session, survey, kien_nghi="Lời thứ nhất.")
    session.commit()
    for statement in ("UPDATE document_text SET text = 'khác'", "DELETE FROM document_text"):
        with pytest.raises(DatabaseError):
            session.execute(text(statement))
        session.rollback()


def test_the_trail_tells_which_texts_but_not_their_words(village: str, session: Session) -> None:
    edit(session, find_survey(session, village), kien_nghi="Một câu riêng.")
    entry = session.query(AuditEntry).filter_by(verb="document.edit").one()
    assert entry.detail == {"kind": "report", "language": "vi", "texts": ["kien-nghi"]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"kien_nghi": "x" * 8001}, "8001"), ({"kien_nghi": "a\x00b"}, "ký tự"), ({"la": "gì đó"}, "Không có đoạn")],
)
def test_a_text_that_no_document_can_hold_is_refused(
    village: str, session: Session, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        edit(session, find_survey(session, village), **changes)


def template(*paragraphs: str) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return buffer.getvalue()


def with_remote_picture(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
    remote = (
        '<Relationship Id="far" TargetMode="External" Target="http://other.example/a.png" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    return with_part(data, "word/_rels/document.xml.rels", relations.replace("</Relationships>", remote).encode())


GOOD = template("{{ co_quan }}", "{{ noi_dung }}")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"not a Word file", "không phải tệp Word"),
        (with_part(GOOD, "word/document.xml", b"<broken"), "word/document.xml"),
        (template("Số: {{ so_ky_hieu }}", "{{ noi_dung }}"), "Số: {{ so_ky_hieu }}"),
        (template("{{ co_quan }}"), "{{ noi_dung }}"),
        (template("Nội dung: {{ noi_dung }}"), "{{ noi_dung }}"),
        (template("{{ noi_dung }}", "{{ noi_dung }}"), "{{ noi_dung }}"),
        (template("{{ noi_dung }}", "Nơi gửi {{ co_quan"), "Nơi gửi {{ co_quan"),
        (template("{{ noi_dung }}", "{%p if tham_quyen %}"), "{%p if tham_quyen %}"),
        (template("{{ noi_dung }}", "{%p endfor %}"), "endfor"),
        (template("{{ noi_dung }}", "{% for x in range(9) %}{{ x }}{% endfor %}"), "range"),
        (template("{{ noi_dung }}", "{{ co_quan.__class__ }}"), "__class__"),
        (template("{{ noi_dung }}", "{{ 9 ** 9 }}"), "9 ** 9"),
        (template("{{ noi_dung }}", "{% import 'x' as y %}"), "import"),
        (with_part(GOOD, "word/vbaProject.bin", b"x"), "macro"),
        (with_part(GOOD, "word/footnotes.xml", b"<a>{{ co_quan }}</a>"), "footnotes"),
        (with_remote_picture(GOOD), "other.example"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_refused_with_its_place(app: Flask, data: bytes, place: str) -> None:
    with app.app_context(), pytest.raises(UserError) as refused:
        check_template(data)
    assert place in refused.value.message


def test_the_shipped_template_passes_its_own_check(app: Flask) -> None:
    with app.app_context():
        check_template(default_template())
        check_template(default_template(signed=False))


def test_the_office_s_own_template_is_used_until_the_shipped_one_is_asked_for(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    own = template("MẪU CỦA SỞ", "{{ loai }} {{ trich_yeu }}", "{{ noi_dung }}", "{{ nguoi_ky }}")
    replace_template(session, survey, kind="report", name="C:\\mau.docx", content=own, actor=TESTER)
    made = make_document(session, survey, kind="report", form="docx", language="vi", number=None, actor=TESTER)
    told = words_of(str(path_of(made)))
    assert told.startswith("MẪU CỦA SỞ")
    assert "I. TRIỂN KHAI" in told

    replace_template(session, survey, kind="report", name="", content=None, actor=TESTER)
    assert template_in_force(session, "administrative", "report") is None
    made = make_document(session, survey, kind="report", form="docx", language="vi", number=None, actor=TESTER)
    assert "MẪU CỦA SỞ" not in words_of(str(path_of(made)))


def with_percent_table(data: bytes) -> bytes:
    """A line under the agency in a table whose widths are a share of the page, as Word's „AutoFit to window” makes."""
    document = Document(io.BytesIO(data))
    for width in document.element.body.iter(qn("w:tcW")):
        width.set(qn("w:type"), "pct")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_a_template_with_widths_in_percent_is_used(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    own = with_percent_table(default_template())
    replace_template(session, survey, kind="report", name="mau.docx", content=own, actor=TESTER)
    made = make_document(session, survey, kind="report", form="docx", language="vi", number=None, actor=TESTER)
    assert "I. TRIỂN KHAI" in words_of(str(path_of(made)))


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("{%p if tham_quyen %}", "{{ noi_dung }}", "{%p endif %}"),
        ("{%p for mot in can_cu %}", "{{ noi_dung }}", "{%p endfor %}"),
    ],
)
def test_a_template_that_may_lose_the_content_is_refused(
    village: str, session: Session, paragraphs: tuple[str, ...]
) -> None:
    with pytest.raises(UserError, match=r"Mẫu này không làm ra được văn bản.*ngoài mọi lệnh if"):
        replace_template(
            session,
            find_survey(session, village),
            kind="report",
            name="a.docx",
            content=template(*paragraphs),
            actor=TESTER,
        )
    assert template_in_force(session, "administrative", "report") is None


def test_whatever_a_template_does_to_the_writer_is_told_as_a_sentence(app: Flask) -> None:
    without_section = Document(io.BytesIO(GOOD))
    without_section.element.body.remove(without_section.element.body.sectPr)
    buffer = io.BytesIO()
    without_section.save(buffer)
    with app.app_context(), pytest.raises(UserError, match="Mẫu này không làm ra được văn bản"):
        try_template(buffer.getvalue())


def test_words_of_the_office_never_become_fields_or_markup(village: str, session: Session) -> None:
    survey = find_survey(session, village)
    odd = "{{ co_quan }} & <w:p> {% for %} „Ông/Bà”"
    edit(session, survey, kien_nghi=odd, nguoi_ky=odd)
    made = make_document(session, survey, kind="report", form="docx", language="vi", number=None, actor=TESTER)
    assert odd in words_of(str(path_of(made)))
    cells = [cell.text for table in Document(str(path_of(made))).tables for row in table.rows for cell in row.cells]
    assert any(odd in cell for cell in cells)


def test_the_same_figures_and_words_give_the_same_file(village: str, session: Session) -> None:
    from survey_app.publication.documents.outline import build_document
    from survey_app.publication.documents.word import write_word

    report = read_report(session, find_survey(session, village), "vi", None)
    document = build_document(report, "decision", texts_of(report, "decision", {}))
    assert write_word(document) == write_word(document)


def test_a_document_is_asked_for_left_and_found_again(
    village: str, app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    person = sign_in("analyst")
    page = person.get(f"{PAGE}?loai=tom-tat").text
    asked = person.post(f"{PAGE}?loai=tom-tat", data={"csrf_token": token_in(page), "do": "docx"})
    assert "/viec/" in asked.headers["Location"]
    again = person.post(f"{PAGE}?loai=tom-tat", data={"csrf_token": token_in(page), "do": "docx"})
    assert again.headers["Location"] == asked.headers["Location"], "asked twice it is made once"
    run_waiting_jobs(app)

    assert "tai-lieu" in person.get(asked.headers["Location"]).text
    with app.app_context():
        made = db.session.query(MadeDocument).one()
    assert made.sha256 in person.get(PAGE).text
    file = person.get(f"{PAGE}/{made.id}")
    assert file.status_code == 200
    assert len(file.data) == made.size
    assert Document(io.BytesIO(file.data)).core_properties.language == "vi"


def test_what_is_typed_is_kept_with_the_document_that_is_made(
    village: str, app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    person = sign_in("survey_manager")
    page = person.get(PAGE).text
    data = {"csrf_token": token_in(page), "do": "keep", "text-kien-nghi": "Mở thêm một quầy."}
    assert person.post(PAGE, data=data).status_code == 302
    assert "Mở thêm một quầy." in person.get(PAGE).text

    refused = person.post(PAGE, data=data | {"text-kien-nghi": "dài " * 2500})
    assert refused.status_code == 400
    assert "dài dài" in refused.text, "what was typed is still there"


def test_nobody_writes_over_words_that_they_did_not_see(
    village: str, app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    first, second = sign_in("survey_manager"), sign_in("survey_manager")
    shown = first.get(PAGE).text
    seen = dict(re.findall(r'name="seen-([^"]+)" value="([^"]+)"', shown))
    typed = {
        key: unescape(text) for key, text in re.findall(r'name="text-([^"]+)"[^>]*>\n(.*?)</textarea>', shown, re.S)
    }
    sent = {f"seen-{key}": value for key, value in seen.items()} | {f"text-{key}": typed[key] for key in seen}
    other = {"csrf_token": token_in(second.get(PAGE).text), "do": "keep", "text-kien-nghi": "Lời của người thứ hai."}
    assert second.post(PAGE, data=other).status_code == 302

    data = {"csrf_token": token_in(shown), "do": "docx"} | sent
    assert "/viec/" in first.post(PAGE, data=data).headers["Location"], "what was not touched hinders nobody"
    assert "Lời của người thứ hai." in first.get(PAGE).text

    refused = first.post(PAGE, data=data | {"do": "keep", "text-kien-nghi": "Lời của người thứ nhất."})
    assert refused.status_code == 409
    assert "Lời của người thứ nhất." in refused.text
    assert "Lời của người thứ hai." in refused.text


def test_single_responses_are_for_those_who_freeze(
    village: str, app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    analyst, manager = sign_in("analyst"), sign_in("survey_manager")
    page = analyst.get(f"{PAGE}?loai=phieu").text
    assert "Từng phiếu" not in page
    token = {"csrf_token": token_in(manager.get(f"{PAGE}?loai=phieu").text), "do": "xlsx"}
    assert "/viec/" in manager.post(f"{PAGE}?loai=phieu", data=token).headers["Location"]
    run_waiting_jobs(app)
    with app.app_context():
        made = db.session.query(MadeDocument).one()
    assert made.kind == "responses"
    assert manager.get(f"{PAGE}/{made.id}").status_code == 200
    assert analyst.get(f"{PAGE}/{made.id}").status_code == 403
    assert sign_in("observer").get(PAGE).status_code == 403


def test_a_bad_template_is_told_on_the_page(village: str, sign_in: Callable[..., FlaskClient]) -> None:
    person = sign_in("survey_manager")
    page = person.get(PAGE).text
    data = {"csrf_token": token_in(page), "do": "own", "template": (io.BytesIO(template("{{ gi_do }}")), "mau.docx")}
    refused = person.post(f"{PAGE}/mau", data=data, content_type="multipart/form-data")
    assert refused.status_code == 400
    assert "gi_do" in refused.text


def test_the_command_makes_edits_and_lists(village: str, app: Flask, tmp_path: object) -> None:
    runner = app.test_cli_runner()
    target = f"{tmp_path}/bao-cao.docx"
    edited = runner.invoke(
        args=["documents", "edit", VILLAGE, "--type", "report", "--key", "kien-nghi", "--text", "Thêm một quầy."]
    )
    assert edited.exit_code == 0, edited.output
    done = runner.invoke(args=["documents", "make", VILLAGE, "--type", "report", "--output", target])
    assert done.exit_code == 0, done.output
    assert "Thêm một quầy." in words_of(target)
    listed = runner.invoke(args=["documents", "list", VILLAGE])
    assert '"type": "report"' in listed.output
    assert '"edited": true' in runner.invoke(args=["documents", "texts", VILLAGE, "--type", "report"]).output
    wrong = runner.invoke(args=["documents", "make", VILLAGE, "--type", "report", "--output", f"{tmp_path}/a.xlsx"])
    assert wrong.exit_code == 1
    assert "docx, pdf" in wrong.output
