"""The page of documents: edit the words, make a file, find what was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import EDIT_SURVEYS, FREEZE, VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
from survey_app.i18n import LANGUAGES, language
from survey_app.publication.documents.drafts import FRONT_TITLES, Text, digest_of, texts_of
from survey_app.publication.documents.queries import (
    editions,
    find_document,
    made_documents,
    own_texts,
    path_of,
    template_in_force,
)
from survey_app.publication.documents.service import FORMS_OF, edit_texts, read_report, replace_template
from survey_app.publication.documents.word_fields import FIELDS, LARGEST_TEMPLATE, LISTS
from survey_app.publication.documents.word_template import default_template
from survey_app.publication.documents.work import ask_for_document
from survey_app.publication.queries import publications_of
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("documents", __name__)
BASE = "/quan-ly/dot/<slug>/ket-qua/tai-lieu"
#: The kinds as the address names them.
ADDRESSES = {
    "bao-cao": "report",
    "tom-tat": "summary",
    "quyet-dinh": "decision",
    "so-lieu": "tables",
    "phieu": "responses",
}
KIND_WORDS = {
    "report": _l("Báo cáo đầy đủ"),
    "summary": _l("Tóm tắt một trang"),
    "decision": _l("Quyết định công bố"),
    "tables": _l("Số liệu (Excel)"),
    "responses": _l("Từng phiếu (Excel)"),
}
FORM_WORDS = {"docx": _l("Word"), "pdf": _l("PDF"), "xlsx": _l("Excel")}
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get(BASE)
@requires(VIEW_RESULTS)
def documents(slug: str) -> ResponseReturnValue:
    """What was made; the words of the document chosen by ``?loai=``, ``?ngon-ngu=`` and ``?ban=``."""
    return _page(open_survey(slug, VIEW_RESULTS))


@blueprint.post(BASE)
@requires(VIEW_RESULTS)
def act(slug: str) -> ResponseReturnValue:
    """Keep edited words, or make a file of what is chosen."""
    survey = open_survey(slug, VIEW_RESULTS)
    kind, spoken, number = _chosen(survey)
    try:
        _check_token()
        wanted = request.form.get("do", "")
        if wanted in ("keep", *FORM_WORDS) and kind not in ("tables", "responses"):
            kept = _keep_texts(survey, kind, spoken, number)
            if wanted == "keep":
                db.session.commit()
                words = ngettext("Đã giữ %(num)s đoạn.", "Đã giữ %(num)s đoạn.", kept)
                flash(words if kept else _("Không có đoạn nào khác trước."), "ok")
                return redirect(_here(survey, kind, spoken, number))
        _check_responses(survey, kind)
        job = ask_for_document(
            db.session,
            survey,
            kind=kind,
            form=wanted,
            language=spoken,
            number=number,
            actor=acting(),
            back=_here(survey, kind, spoken, number) + "&viec=",
        )
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, VIEW_RESULTS), typed=request.form), error.status
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get(f"{BASE}/<uuid:document_id>")
@requires(VIEW_RESULTS)
def download(slug: str, document_id: UUID) -> ResponseReturnValue:
    """A file that was made."""
    survey = open_survey(slug, VIEW_RESULTS)
    found = find_document(db.session, survey, document_id)
    _check_responses(survey, found.kind)
    answer = send_file(
        path_of(found), mimetype=TYPES[found.form], as_attachment=True, download_name=found.name, conditional=False
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get(f"{BASE}/mau/<kind>.docx")
@requires(VIEW_RESULTS)
def template(slug: str, kind: str) -> ResponseReturnValue:
    """The Word template in force, to be changed in Word and sent back."""
    survey = open_survey(slug, VIEW_RESULTS)
    name = ADDRESSES.get(kind, "")
    if "docx" not in FORMS_OF.get(name, ()):
        raise NotFound(_("Không có mẫu này."))
    found = template_in_force(db.session, survey.questionnaire.sector, name, content=True)
    content = found.content if found and found.content else default_template(signed=name != "summary")
    return Response(
        content,
        content_type=TYPES["docx"],
        headers={"Content-Disposition": f'attachment; filename="mau-{kind}.docx"', "Cache-Control": "no-store"},
    )


@blueprint.post(f"{BASE}/mau")
@requires(EDIT_SURVEYS)
def change_template(slug: str) -> ResponseReturnValue:
    """Put a template in force, or the shipped one again."""
    request.max_content_length = LARGEST_TEMPLATE + 100_000
    survey = open_survey(slug, EDIT_SURVEYS)
    kind, spoken, number = _chosen(survey)
    try:
        _check_token()
        upload = request.files.get("template")
        shipped = request.form.get("do") == "shipped"
        if not shipped and (upload is None or not upload.filename):
            raise UserError(_("Chưa chọn tệp mẫu. Xin chọn tệp .docx rồi bấm Dùng mẫu này."))
        content = None if shipped or upload is None else upload.read()
        name = "" if shipped or upload is None else upload.filename or ""
        replace_template(db.session, survey, kind=kind, name=name, content=content, actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(open_survey(slug, VIEW_RESULTS)), error.status
    flash(_("Từ nay dùng mẫu có sẵn.") if shipped else _("Từ nay dùng mẫu này."), "ok")
    return redirect(_here(survey, kind, spoken, number))


def _page(survey: Survey, typed: Mapping[str, str] | None = None) -> str:
    kind, spoken, number = _chosen(survey)
    texts: dict[str, Text] = {}
    problem = ""
    if "docx" in FORMS_OF[kind]:
        try:
            texts = _texts(survey, kind, spoken, number)
        except UserError as error:
            problem = error.message
    return render_template(
        "office/documents.html",
        kind=kind,
        spoken=spoken,
        number=number,
        addresses={name: address for address, name in ADDRESSES.items()},
        kinds={name: words for name, words in KIND_WORDS.items() if name != "responses" or may_on(FREEZE, survey)},
        forms=FORMS_OF[kind],
        form_words=FORM_WORDS,
        kind_words=KIND_WORDS,
        languages=LANGUAGES,
        snapshots=publications_of(db.session, survey),
        texts=texts,
        front=FRONT_TITLES,
        given=_typed(texts, typed) if typed is not None else {},
        editions=editions(db.session, survey, kind, spoken) if texts else {},
        problem=problem,
        made=[one for one in made_documents(db.session, survey) if one.kind != "responses" or may_on(FREEZE, survey)],
        own_template=template_in_force(db.session, survey.questionnaire.sector, kind) if texts else None,
        may_change_template=may_on(EDIT_SURVEYS, survey),
        fields=(*FIELDS, *LISTS),
        form=ActionForm(formdata=None),
        **frame(survey, "results"),
    )


def _chosen(survey: Survey) -> tuple[str, str, int | None]:
    """Kind, language and snapshot of the address; the newest snapshot unless another, or none, is asked for."""
    kind = ADDRESSES.get(request.args.get("loai", ""), "report")
    if kind == "responses" and not may_on(FREEZE, survey):
        kind = "report"
    spoken = request.args.get("ngon-ngu", "")
    numbers = [one.number for one in publications_of(db.session, survey)]
    asked = request.args.get("ban")
    number = next((one for one in numbers if str(one) == asked), None)
    if asked is None and numbers:
        number = numbers[0]
    return kind, spoken if spoken in LANGUAGES else language(), number


def _here(survey: Survey, kind: str, spoken: str, number: int | None) -> str:
    address = next(name for name, one in ADDRESSES.items() if one == kind)
    chosen: dict[str, Any] = {"loai": address, "ngon-ngu": spoken, "ban": number or "chua-chot"}
    return url_for("documents.documents", slug=survey.slug, **chosen)


def _texts(survey: Survey, kind: str, spoken: str, number: int | None) -> dict[str, Text]:
    with force_locale(spoken):
        report = read_report(db.session, survey, spoken, number)
        return texts_of(report, kind, own_texts(db.session, survey, kind, spoken))


def _keep_texts(survey: Survey, kind: str, spoken: str, number: int | None) -> int:
    texts = _texts(survey, kind, spoken, number)
    changes = _typed(texts, request.form)
    for key in changes:
        if request.form.get(f"seen-{key}", texts[key].digest) != texts[key].digest:
            raise Conflict(
                _(
                    "Đoạn „%(title)s” vừa được người khác sửa, hoặc số liệu vừa đổi. Lời Ông/Bà vừa viết còn nguyên, "
                    "lời đang dùng ghi ngay dưới: xin đối chiếu rồi bấm lần nữa.",
                    title=texts[key].title,
                )
            )
    changes |= {key: texts[key].draft for key in request.form.getlist("back") if key in texts}
    return len(edit_texts(db.session, survey, kind=kind, language=spoken, texts=texts, changes=changes, actor=acting()))


def _typed(texts: dict[str, Text], form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the texts; what stands as the page showed it was not typed."""
    return {
        key: form[f"text-{key}"]
        for key in texts
        if f"text-{key}" in form and digest_of(form[f"text-{key}"]) != form.get(f"seen-{key}")
    }


def _check_token() -> None:
    if not ActionForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."))


def _check_responses(survey: Survey, kind: str) -> None:
    if kind == "responses" and not may_on(FREEZE, survey):
        raise Forbidden(_("Tài khoản này không được lấy tệp từng phiếu. Nếu cần, xin liên hệ phụ trách khảo sát."))
