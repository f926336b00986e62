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
from werkzeug.exceptions import RequestEntityTooLarge

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import EDIT_SURVEYS
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.i18n import language
from survey_app.instruments.access import may_edit, open_questionnaire
from survey_app.instruments.draft_actions import Changed, change_draft, text_as_posted
from survey_app.instruments.draft_edits import NotEditable, open_draft
from survey_app.instruments.draft_parts import HEAD, DraftPage
from survey_app.instruments.draft_saving import DraftForm, saving_for, store_draft
from survey_app.instruments.drafts import Draft, check_draft, marked_lines
from survey_app.instruments.items import ITEM_TYPES
from survey_app.instruments.language_switch import same_page_links
from survey_app.instruments.loader import MAX_BYTES
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.uploads import read_upload
from survey_app.instruments.written import source_of

blueprint = Blueprint("questionnaire_editing", __name__, url_prefix="/quan-ly/bo-phieu")

#: A draft of the largest size as a form sends it, with the text before the last removal beside it.
MAXIMUM_DRAFT_BYTES = 8 * MAX_BYTES
#: So many lines get a number beside the text; more would only make the page heavy.
MAXIMUM_NUMBERED_LINES = 6_000
#: So many remarks on a workbook are said one by one.
MAXIMUM_NOTES = 5
NOT_EDITABLE = _l("Văn bản này chưa mở bằng biểu mẫu được. Xin sửa các chỗ dưới đây trước.")
TYPES = {
    "single": _l("Chọn một ý"),
    "multiple": _l("Chọn nhiều ý"),
    "ranking": _l("Xếp thứ tự các ý"),
    "number": _l("Ghi một con số"),
    "text": _l("Viết câu trả lời"),
    "date": _l("Chọn ngày"),
    "information": _l("Đoạn văn, không hỏi"),
}


@blueprint.before_request
def _allow_long_drafts() -> None:
    request.max_content_length = MAXIMUM_DRAFT_BYTES
    request.max_form_memory_size = MAXIMUM_DRAFT_BYTES


@blueprint.errorhandler(RequestEntityTooLarge)
def _tell_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    form = DraftForm(formdata=None)
    form.file.errors = [_("Tệp quá lớn, không phải là một bộ phiếu. Xin chọn lại tệp, nhiều nhất 1 MB.")]
    return render_template("office/questionnaire_new.html", form=form), 413


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
        return _text_page(form, check_draft(_asked_source())) if request.args.get("tu") else _to_upload()
    try:
        draft = _posted_draft(form)
    except UserError as error:
        form.file.errors = [error.message]
        return render_template("office/questionnaire_new.html", form=form), error.status
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
            if not request.args.get("tu"):
                return _to_upload()
            opened = Changed("", request.args.get("phan", HEAD))
            return _form_page(form, check_draft(_asked_source()), opened)
        changed = change_draft(request.form)
    except NotEditable:
        flash(NOT_EDITABLE, "error")
        return _text_page(form, check_draft(form.text.data or ""), 400)
    if not changed.found:
        flash(_("Bản nháp không còn phần vừa chọn. Xin chọn lại."), "error")
    draft = check_draft(changed.text)

    def page(form: DraftForm, draft: Draft, status: int = 200) -> ResponseReturnValue:
        return _form_page(form, draft, changed, status)

    if not _is_ours(form):
        return page(form, draft, 400)
    return _text_page(form, draft) if request.form.get("do") == "text" else _store_if_asked(form, draft, page)


def _to_upload() -> ResponseReturnValue:
    """Whoever comes back to the address of a draft that a page carried, as after signing in again."""
    return redirect(url_for(".upload"))


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


def _posted_draft(form: DraftForm) -> Draft:
    """The draft in the file or in the text; raises :class:`UserError` when neither can be read."""
    sent = form.file.data
    if not (sent and sent.filename):
        text = form.text.data or ""
        if not text.strip():
            raise UserError(_("Chưa có tệp nào. Xin chọn một tệp rồi bấm Kiểm tra tệp."))
        return check_draft(text)
    found = read_upload(sent.read(), name=sent.filename)
    if not found.text.strip():
        raise UserError(_("Tệp trống. Xin chọn lại tệp."))
    form.losses.data = "\n".join(found.losses)
    for note in found.notes[:MAXIMUM_NOTES]:
        flash(note, "info")
    if len(found.notes) > MAXIMUM_NOTES:
        flash(_("Còn %(count)s điều lưu ý nữa về sổ tính.", count=len(found.notes) - MAXIMUM_NOTES), "info")
    return check_draft(found.text)


def _store_if_asked(form: DraftForm, draft: Draft, page: Callable[..., ResponseReturnValue]) -> ResponseReturnValue:
    """Store the draft when its button was pressed and nothing is wrong; else the page again."""
    if request.form.get("do") != "save":
        return page(form, draft)
    if draft.instrument is None:
        return page(form, draft, 400)
    try:
        stored, new = store_draft(form, draft)
    except UserError as error:
        form.version.errors = [error.message] if error.message else []
        flash(_("Bộ phiếu chưa được lưu. Xin xem chỗ báo trong khung Lưu ở cuối trang."), "error")
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
        **_around(form, draft),
    )
    return page, status


def _form_page(form: DraftForm, draft: Draft, changed: Changed, status: int = 200) -> ResponseReturnValue:
    try:
        data = open_draft(draft.text) if changed.data is None else changed.data
    except NotEditable:
        flash(NOT_EDITABLE, "error")
        return _text_page(form, draft, 400)
    shown = DraftPage(data, draft.problems, language())
    part = shown.open(changed.opened)
    page = render_template(
        "office/questionnaire_edit.html",
        form=form,
        draft=draft,
        outline=shown.outline(part.key),
        part=part,
        elsewhere=[(shown.part_of(problem), shown.told(problem), problem.key) for problem in draft.problems],
        scales=shown.scales(),
        types={kind: words for kind, words in TYPES.items() if kind in ITEM_TYPES},
        changed=changed,
        **_around(form, draft),
    )
    return page, status


def _around(form: DraftForm, draft: Draft) -> dict[str, Any]:
    """What stands around a draft: its button that stores, and languages only where no draft would be lost."""
    return {
        "saving": saving_for(form, draft, asked=request.form.get("do") == "save"),
        "language_links": same_page_links() if request.method == "GET" else [],
    }
