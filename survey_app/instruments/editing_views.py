"""Writing a questionnaire in the office: a file brought in, its text mended, its words changed, a version stored.

The draft lives in the page: every button posts the whole text, and gets it back with all that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import EDIT_SURVEYS
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.i18n import language
from survey_app.instruments.access import may_edit, open_questionnaire
from survey_app.instruments.draft_actions import change_draft, text_as_posted
from survey_app.instruments.draft_edits import NotEditable, open_draft
from survey_app.instruments.draft_parts import HEAD, DraftPage
from survey_app.instruments.drafts import Draft, check_draft, decoded_upload, marked_lines, next_version, with_version
from survey_app.instruments.items import ITEM_TYPES
from survey_app.instruments.loader import MAX_BYTES
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.storing import store_new_version, versions_of
from survey_app.instruments.written import source_of

blueprint = Blueprint("questionnaire_editing", __name__, url_prefix="/quan-ly/bo-phieu")

#: A draft of the largest size as a form sends it, with the text before the last removal beside it.
MAXIMUM_DRAFT_BYTES = 8 * MAX_BYTES
#: So many lines get a number beside the text; more would only make the page heavy.
MAXIMUM_NUMBERED_LINES = 6_000
TYPES = {
    "single": _l("Chọn một ý"),
    "multiple": _l("Chọn nhiều ý"),
    "ranking": _l("Xếp thứ tự các ý"),
    "number": _l("Ghi một con số"),
    "text": _l("Viết câu trả lời"),
    "date": _l("Chọn ngày"),
    "information": _l("Đoạn văn, không hỏi"),
}


class DraftForm(FlaskForm):
    """The draft as a page carries it."""

    file = FileField(_l("Tệp bộ phiếu (YAML, hoặc XLSForm .xlsx)"))
    text = TextAreaField(_l("Văn bản của bộ phiếu"))
    version = StringField(_l("Số phiên bản mới"))


@blueprint.before_request
def _allow_long_drafts() -> None:
    request.max_content_length = MAXIMUM_DRAFT_BYTES
    request.max_form_memory_size = MAXIMUM_DRAFT_BYTES


@blueprint.get("/moi")
@requires(EDIT_SURVEYS)
def upload() -> ResponseReturnValue:
    """Bring in a file."""
    return render_template("office/questionnaire_new.html", form=DraftForm())


@blueprint.route("/soan", methods=["GET", "POST"])
@requires(EDIT_SURVEYS)
def write() -> ResponseReturnValue:
    """The draft as text, with the problems beside its lines."""
    form = DraftForm()
    if request.method == "GET":
        return _text_page(form, check_draft(_asked_source()))
    draft = _posted_draft(form)
    if draft is None:
        flash(_("Xin chọn một tệp."), "error")
        return render_template("office/questionnaire_new.html", form=form), 400
    if not _is_ours(form):
        return _text_page(form, draft, 400)
    return _store_if_asked(form, draft, _text_page)


@blueprint.route("/soan/bieu-mau", methods=["GET", "POST"])
@requires(EDIT_SURVEYS)
def edit() -> ResponseReturnValue:
    """The draft as a form: texts, order, options, new items, targets."""
    form = DraftForm()
    try:
        if request.method == "GET":
            return _form_page(form, check_draft(_asked_source()), request.args.get("phan", HEAD))
        changed = change_draft(request.form)
    except NotEditable:
        flash(_("Văn bản này chưa mở bằng biểu mẫu được. Xin sửa các chỗ dưới đây trước."), "error")
        return _text_page(form, check_draft(form.text.data or ""), 400)
    if not changed.found:
        flash(_("Bản nháp không còn phần vừa chọn. Xin chọn lại."), "error")
    draft = check_draft(changed.text)

    def page(form: DraftForm, draft: Draft, status: int = 200) -> ResponseReturnValue:
        return _form_page(form, draft, changed.opened, status, undo=changed.undo)

    if not _is_ours(form):
        return page(form, draft, 400)
    return _text_page(form, draft) if request.form.get("do") == "text" else _store_if_asked(form, draft, page)


@blueprint.post("/soan/tep")
@requires(EDIT_SURVEYS)
def download() -> ResponseReturnValue:
    """The draft as a file, to be kept or sent."""
    form = DraftForm()
    if not _is_ours(form):
        return _text_page(form, check_draft(form.text.data or ""), 400)
    try:
        text = text_as_posted(request.form)
    except NotEditable:
        text = form.text.data or ""
    return Response(
        text.replace("\r\n", "\n"),
        mimetype="application/yaml",
        headers={"Content-Disposition": 'attachment; filename="bo-phieu.yaml"'},
    )


def _is_ours(form: DraftForm) -> bool:
    """Whether the post comes from a page of ours that is not too old; if not, it is said."""
    good = bool(form.validate())
    if not good:
        flash(_("Trang đã mở quá lâu. Những gì đã gõ vẫn còn; xin bấm nút lần nữa."), "error")
    return good


def _asked_source() -> str:
    """The text of the stored version that a new one starts from."""
    stored = open_questionnaire(request.args.get("tu", ""))
    if not may_edit(stored.sector):
        raise NotFound(_("Không có bộ phiếu „%(name)s”. Xin xem danh sách bộ phiếu.", name=stored.key))
    return source_of(instrument_of(db.session, stored.id))


def _posted_draft(form: DraftForm) -> Draft | None:
    """The draft in the file or in the text; nothing when neither was sent."""
    sent = form.file.data
    if sent and sent.filename:
        data: bytes = sent.read()
        return _workbook_draft(data) if data.startswith(b"PK\x03\x04") else check_draft(decoded_upload(data))
    return check_draft(form.text.data) if form.text.data else None


def _workbook_draft(data: bytes) -> Draft:
    """An XLSForm as the text of the questionnaire it makes."""
    raise UserError(_("Máy chủ này chưa đọc được tệp XLSForm. Xin gửi tệp YAML."))


def _store_if_asked(form: DraftForm, draft: Draft, page: Callable[..., ResponseReturnValue]) -> ResponseReturnValue:
    """Store the draft when its button was pressed and nothing is wrong; else the page again."""
    if request.form.get("do") != "save":
        return page(form, draft)
    version = (form.version.data or "").strip()
    renumbered = check_draft(with_version(draft.text, version))
    if renumbered.instrument is None:
        form.version.errors = [problem.message for problem in renumbered.problems if problem.key == "version"]
        return page(form, draft if form.version.errors else renumbered, 400)
    if renumbered.instrument.version != version:
        form.version.errors = [_("Dòng version trong văn bản viết theo cách khác. Xin sửa số phiên bản ở đó.")]
        return page(form, draft, 400)
    try:
        stored, new = store_new_version(db.session, renumbered.instrument)
    except UserError as error:
        form.version.errors = [error.message]
        return page(form, draft, error.status)
    name = f"{stored.key}@{stored.version}"
    said = (
        _("Đã lưu bộ phiếu %(name)s.", name=name)
        if new
        else _("Bộ phiếu %(name)s đã có từ trước, không khác chữ nào.", name=name)
    )
    flash(said, "ok" if new else "info")
    return redirect(url_for("instruments.questionnaire", name=name))


def _text_page(form: DraftForm, draft: Draft, status: int = 200) -> ResponseReturnValue:
    numbers = min(len(draft.lines), MAXIMUM_NUMBERED_LINES)
    page = render_template(
        "office/questionnaire_text.html",
        form=form,
        draft=draft,
        marked=marked_lines(draft),
        wrong_lines={problem.line for problem in draft.problems},
        numbers=range(1, numbers + 1),
        **_saving(form, draft),
    )
    return page, status


def _form_page(form: DraftForm, draft: Draft, opened: str, status: int = 200, *, undo: str = "") -> ResponseReturnValue:
    data = open_draft(draft.text)
    shown = DraftPage(data, draft.problems, language())
    part = shown.open(opened)
    scales = data.get("scales")
    page = render_template(
        "office/questionnaire_edit.html",
        form=form,
        draft=draft,
        outline=shown.outline(part.key),
        part=part,
        elsewhere=[(shown.part_of(problem), problem) for problem in draft.problems],
        scales=list(scales) if isinstance(scales, dict) else [],
        types={kind: words for kind, words in TYPES.items() if kind in ITEM_TYPES},
        undo=undo,
        **_saving(form, draft),
    )
    return page, status


def _saving(form: DraftForm, draft: Draft) -> dict[str, Any]:
    """What the button that stores needs: the number to propose, and which number the draft comes after."""
    instrument = draft.instrument
    if instrument is None:
        return {"proposed": "", "taken": []}
    taken = versions_of(db.session, instrument.key)
    typed = form.version.data if request.form.get("do") == "save" else ""
    proposed = instrument.version if instrument.version not in taken else next_version(instrument.version, taken)
    return {"proposed": typed or proposed, "taken": sorted(taken)}
