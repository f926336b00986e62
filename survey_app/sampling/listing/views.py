"""The frame in the office: its lists, bringing one in, taking one back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import DRAW_SAMPLE, VIEW_FIELDWORK
from survey_app.database import by_number, db
from survey_app.errors import NotFound, UserError
from survey_app.jobs.service import finished_job
from survey_app.sampling.listing import import_work, retention  # noqa: F401  their work and chores
from survey_app.sampling.listing.forms import KIND_WORDS, ActForm, UploadForm
from survey_app.sampling.listing.models import FrameFile
from survey_app.sampling.listing.queries import (
    IMPORT_KIND,
    count_cases,
    count_contacts,
    frame_files,
    frame_units,
)
from survey_app.sampling.listing.service import check_new_list, remove_list
from survey_app.sampling.listing.table_file import first_rows
from survey_app.sampling.listing.uploads import Upload, keep_upload, refusals_path
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

blueprint = Blueprint("listing", __name__)
MAXIMUM_LIST_BYTES = 256_000_000


@blueprint.before_request
def _allow_large_files() -> None:
    request.max_content_length = MAXIMUM_LIST_BYTES


@blueprint.route("/quan-ly/dot/<slug>/dan-mau", methods=["GET", "POST"])
@requires(VIEW_FIELDWORK)
def lists(slug: str) -> ResponseReturnValue:
    """The lists of a survey, the report of the last import, and the form for another."""
    survey = open_survey(slug, DRAW_SAMPLE if request.method == "POST" else VIEW_FIELDWORK)
    form = UploadForm()
    status = 200
    if form.validate_on_submit() and form.file.data:
        try:
            upload = _receive(survey, form)
            return redirect(url_for("listing_columns.columns", slug=slug, upload_id=upload.id))
        except UserError as error:
            db.session.rollback()
            survey = open_survey(slug, DRAW_SAMPLE)
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        late = bool(form.csrf_token.errors)
        flash(
            _("Trang đã mở quá lâu. Xin chọn lại tệp rồi bấm nút lần nữa.")
            if late
            else _("Xin chọn một tệp CSV hoặc Excel (.xlsx)."),
            "error",
        )
        status = 400
    return render_template("office/lists.html", form=form, **_state_of(survey), **frame(survey, "sample")), status


def _receive(survey: Survey, form: UploadForm) -> Upload:
    source = form.file.data
    upload = keep_upload(source.stream, slug=survey.slug, kind=form.kind.data, name=source.filename or "")
    try:
        check_new_list(db.session, survey, upload.path)
        first_rows(upload.path)
    except UserError:
        upload.discard()
        raise
    finally:
        db.session.rollback()
    return upload


def _state_of(survey: Survey) -> dict[str, Any]:
    counts = count_cases(db.session, survey)
    return {
        "files": frame_files(db.session, survey),
        "kind_words": KIND_WORDS,
        "unit_count": len(frame_units(db.session, survey)),
        "case_count": sum(counts.values()),
        "covered": len(counts),
        "contact_count": count_contacts(db.session, survey),
        "frame_kind": design_of(survey).sample.frame,
        "kept_days": retention.KEPT_AFTER_CLOSING.days,
        "report": finished_job(db.session, IMPORT_KIND, request.args.get("viec", ""), slug=survey.slug),
    }


@blueprint.get("/quan-ly/dot/<slug>/dan-mau/dong-sai/<uuid:job_id>.csv")
@requires(DRAW_SAMPLE)
def refusals(slug: str, job_id: UUID) -> ResponseReturnValue:
    """Every refused row of a list with its reason."""
    open_survey(slug, DRAW_SAMPLE)
    path = refusals_path(job_id)
    if finished_job(db.session, IMPORT_KIND, str(job_id), slug=slug) is None or not path.exists():
        raise NotFound(_("Danh sách dòng sai chỉ được giữ bảy ngày. Xin nhập lại tệp để có danh sách mới."))
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name="dong-sai.csv")


@blueprint.route("/quan-ly/dot/<slug>/dan-mau/<int:file_id>/bo", methods=["GET", "POST"])
@requires(DRAW_SAMPLE)
def remove(slug: str, file_id: int) -> ResponseReturnValue:
    """Ask once, then take a list back."""
    survey = open_survey(slug, DRAW_SAMPLE)
    form = ActForm()
    file = by_number(db.session, FrameFile, file_id)
    if file is None or file.survey_id != survey.id:
        raise NotFound(_("Đợt này không có danh sách vừa chọn. Có thể nó đã được bỏ."))
    status = 200
    if form.validate_on_submit():
        try:
            remove_list(db.session, survey, file_id, actor=acting())
            db.session.commit()
            flash(_("Đã bỏ danh sách „%(name)s”.", name=file.name), "ok")
            return redirect(url_for("listing.lists", slug=slug))
        except UserError as error:
            db.session.rollback()
            survey = open_survey(slug, DRAW_SAMPLE)
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Xin bấm nút lần nữa."), "error")
        status = 400
    return render_template("office/list_remove.html", form=form, file=file, **frame(survey, "sample")), status


@blueprint.route("/quan-ly/dot/<slug>/dan-mau/xoa-lien-he", methods=["GET", "POST"])
@requires(DRAW_SAMPLE)
def forget(slug: str) -> ResponseReturnValue:
    """Ask once, then delete the contact data that is no longer needed."""
    survey = open_survey(slug, DRAW_SAMPLE)
    form = ActForm()
    if form.validate_on_submit():
        count = retention.forget_contacts(db.session, survey, actor=acting())
        db.session.commit()
        done = ngettext(
            "Đã xóa thông tin liên hệ của %(num)s hồ sơ.", "Đã xóa thông tin liên hệ của %(num)s hồ sơ.", count
        )
        flash(done, "ok")
        return redirect(url_for("listing.lists", slug=slug))
    if request.method == "POST":
        flash(_("Trang đã mở quá lâu. Xin bấm nút lần nữa."), "error")
    page = render_template(
        "office/list_forget.html",
        form=form,
        count=retention.count_forgettable(db.session, survey),
        is_open=survey.state == "collecting",
        **frame(survey, "sample"),
    )
    return page, 400 if request.method == "POST" else 200
