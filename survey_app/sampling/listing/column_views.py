"""Choosing what each column of a list is, before the list is brought in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import DRAW_SAMPLE
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.jobs.service import enqueue
from survey_app.sampling.listing.columns import FIELDS, Columns, guess_columns, read_columns
from survey_app.sampling.listing.forms import KIND_WORDS, ActForm
from survey_app.sampling.listing.queries import IMPORT_KIND, remembered_columns
from survey_app.sampling.listing.service import check_new_list
from survey_app.sampling.listing.table_file import first_rows
from survey_app.sampling.listing.uploads import Upload, find_upload
from survey_app.surveys.access import frame, open_survey

blueprint = Blueprint("listing_columns", __name__)
ATTRIBUTE = "attribute"


@blueprint.route("/quan-ly/dot/<slug>/dan-mau/tep/<uuid:upload_id>", methods=["GET", "POST"])
@requires(DRAW_SAMPLE)
def columns(slug: str, upload_id: UUID) -> ResponseReturnValue:
    """What each column is, guessed and to be corrected; then a job brings the list in."""
    survey = open_survey(slug, DRAW_SAMPLE)
    upload = find_upload(upload_id, slug)
    if upload is None or upload.job_id is not None:
        return _already_taken(slug, upload)
    form, status = ActForm(), 200
    headings, examples = first_rows(upload.path)
    if form.validate_on_submit():
        if request.form.get("discard"):
            upload.discard()
            flash(_("Đã xóa tệp „%(name)s”. Không nhập gì cả.", name=upload.name), "ok")
            return redirect(url_for("listing.lists", slug=slug))
        try:
            chosen = _chosen(upload.kind, headings, request.form)
            check_new_list(db.session, survey, upload.path)
            return _ask_for_import(upload, chosen)
        except UserError as error:
            db.session.rollback()
            survey = open_survey(slug, DRAW_SAMPLE)
            flash(error.message, "error")
            status = error.status
    elif request.method == "POST":
        flash(_("Trang đã mở quá lâu. Những gì đã chọn vẫn còn; xin bấm nút lần nữa."), "error")
        status = 400
    guess = guess_columns(upload.kind, headings, remembered_columns(db.session, upload.kind))
    page = render_template(
        "office/list_columns.html",
        form=form,
        upload=upload,
        kind_word=KIND_WORDS[upload.kind],
        fields=FIELDS[upload.kind],
        columns=_columns_shown(headings, examples, guess, request.form if request.method == "POST" else None),
        guessed=len(guess.fields) + len(guess.attributes),
        **frame(survey, "sample"),
    )
    return page, status


def _already_taken(slug: str, upload: Upload | None) -> ResponseReturnValue:
    """A second click lands on the job of the first."""
    if upload is not None and upload.job_id is not None:
        flash(_("Tệp này đang được nhập; không nhập lần thứ hai."), "error")
        return redirect(url_for("jobs.job", job_id=upload.job_id))
    flash(_("Tệp đã được nhập hoặc đã bị xóa. Nếu danh sách chưa có dưới đây, xin gửi lại tệp."), "error")
    return redirect(url_for("listing.lists", slug=slug))


def _columns_shown(
    headings: list[str], examples: list[list[str]], guess: Columns, typed: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    use = {heading: key for key, heading in guess.fields.items()}
    use |= dict.fromkeys(guess.attributes.values(), ATTRIBUTE)
    return [
        {
            "name": f"column-{place}",
            "heading": heading,
            "examples": [row[place] for row in examples if place < len(row) and row[place].strip()],
            "use": use.get(heading, "") if typed is None else typed.get(f"column-{place}", ""),
        }
        for place, heading in enumerate(headings)
        if heading
    ]


def _chosen(kind: str, headings: list[str], typed: Mapping[str, str]) -> Columns:
    fields: dict[str, str] = {}
    attributes: list[str] = []
    for place, heading in enumerate(headings):
        use = typed.get(f"column-{place}", "")
        if not heading or not use:
            continue
        if use == ATTRIBUTE:
            attributes.append(heading)
        elif use in fields:
            raise UserError(
                _(
                    "Hai cột „%(one)s” và „%(other)s” được chọn cho cùng một việc. Xin chọn lại một cột.",
                    one=fields[use],
                    other=heading,
                )
            )
        else:
            fields[use] = heading
    return read_columns(kind, headings, fields, attributes)


def _ask_for_import(upload: Upload, chosen: Columns) -> ResponseReturnValue:
    job = enqueue(
        db.session,
        IMPORT_KIND,
        actor=acting(),
        title=_("Nhập danh sách „%(name)s”", name=upload.name),
        return_to=url_for("listing.lists", slug=upload.slug, viec=""),
        slug=upload.slug,
        upload=str(upload.id),
        list_kind=upload.kind,
        columns=chosen.as_json(),
        language=language(),
    )
    if not upload.claim(job.id):
        db.session.rollback()
        return _already_taken(upload.slug, find_upload(upload.id, upload.slug))
    try:
        db.session.commit()
    except Exception:
        upload.release()
        raise
    return redirect(url_for("jobs.job", job_id=job.id))
