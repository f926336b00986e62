"""Freezing, approving, correcting and withdrawing in the office."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import APPROVE, FREEZE, REVIEW, VIEW_RESULTS
from survey_app.database import db, now
from survey_app.errors import NotFound, UserError
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.publication.attachments import ATTACHMENTS
from survey_app.publication.forms import (
    ApprovalForm,
    FreezeForm,
    ReviewForm,
    WithdrawalForm,
    read_answers,
    read_choice,
    read_moment,
)
from survey_app.publication.freezing import KIND, ask_to_freeze, freezing_job
from survey_app.publication.models import Publication
from survey_app.publication.pages import result_page
from survey_app.publication.public_choice import SECTIONS, USUAL_BREAKDOWNS, PublicChoice
from survey_app.publication.queries import find_file, find_standing, is_correction, publications_of
from survey_app.publication.review import LINES, answers_digest, lines_left, review_publication
from survey_app.publication.review_words import facts_in_words
from survey_app.publication.service import approve_publication, withdraw_publication
from survey_app.publication.snapshot_format import breakdown_titles, read_content
from survey_app.results.estimates import Row, estimate_survey
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.models import Survey

blueprint = Blueprint("publication", __name__)


@blueprint.get("/quan-ly/dot/<slug>/cong-bo")
@requires(VIEW_RESULTS)
def publication(slug: str) -> ResponseReturnValue:
    """The versions of a survey, and what may be done next."""
    return _page(open_survey(slug, VIEW_RESULTS))


@blueprint.get("/quan-ly/dot/<slug>/cong-bo/<int:number>")
@requires(VIEW_RESULTS)
def preview(slug: str, number: int) -> ResponseReturnValue:
    """A version as the public will read it."""
    survey = open_survey(slug, VIEW_RESULTS)
    return result_page(_find(survey, number), preview=True)


@blueprint.get("/quan-ly/dot/<slug>/cong-bo/<int:number>/tep/<name>")
@requires(VIEW_RESULTS)
def preview_file(slug: str, number: int, name: str) -> ResponseReturnValue:
    """A file of a version, for those who check it."""
    survey = open_survey(slug, VIEW_RESULTS)
    found = find_file(db.session, _find(survey, number).id, name)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{number}-{name}"'}
    return Response(found.content, content_type=found.media_type, headers=headers)


@blueprint.post("/quan-ly/dot/<slug>/cong-bo/chot")
@requires(FREEZE)
def freeze(slug: str) -> ResponseReturnValue:
    """Ask for a snapshot of what was chosen."""
    survey = open_survey(slug, FREEZE)
    form = FreezeForm()
    try:
        _check_page(form)
        job = ask_to_freeze(db.session, survey, read_choice(request.form), form.reason.data or "", actor=acting())
    except UserError as error:
        return _refused(survey, error, form)
    db.session.commit()
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.route("/quan-ly/dot/<slug>/cong-bo/<int:number>/ra-soat", methods=["GET", "POST"])
@requires(VIEW_RESULTS)
def review(slug: str, number: int) -> ResponseReturnValue:
    """The reviewer's checklist of a version, with the facts beside each line."""
    survey = open_survey(slug, REVIEW if request.method == "POST" else VIEW_RESULTS)
    found = _find(survey, number)
    form, answers, refusal = ReviewForm(), None, ""
    if request.method == "POST":
        answers = read_answers(request.form)
        try:
            _check_page(form)
            if found.state != "frozen":
                raise UserError(_("Bản này đã quyết định xong nên bảng rà soát không sửa được nữa."))
            review_publication(
                db.session,
                survey,
                answers,
                actor=acting(),
                sha256=form.sha256.data or "",
                seen=form.answers.data or "",
            )
            db.session.commit()
        except UserError as error:
            db.session.rollback()
            refusal = error.message
        else:
            left = len(lines_left(found))
            flash(
                _("Đã lưu bảng rà soát; còn %(count)s dòng.", count=left) if left else _("Đã lưu bảng rà soát."), "ok"
            )
            return redirect(url_for("publication.publication", slug=slug))
    typed = {
        line: {"ok": answers[line].ok, "comment": answers[line].comment} if answers else found.review.get(line, {})
        for line in LINES
    }
    page = render_template(
        "office/publication_review.html",
        publication=found,
        lines=LINES,
        facts=facts_in_words(read_content(found.snapshot)),
        typed=typed,
        refusal=refusal,
        form=ReviewForm(formdata=None, sha256=found.sha256, answers=answers_digest(found)),
        may_review=found.state == "frozen" and may_on(REVIEW, survey) and found.frozen_by != acting().label,
        froze_it=found.frozen_by == acting().label,
        **frame(survey, "publication"),
    )
    return page, 400 if refusal else 200


@blueprint.post("/quan-ly/dot/<slug>/cong-bo/duyet")
@requires(APPROVE)
def approve(slug: str) -> ResponseReturnValue:
    """Approve the version that was seen."""
    survey = open_survey(slug, APPROVE)
    form = ApprovalForm()
    try:
        _check_page(form)
        public_from = read_moment(form.day.data or "", form.hour.data or "")
        made = approve_publication(
            db.session, survey, actor=acting(), sha256=form.sha256.data or "", public_from=public_from
        )
    except UserError as error:
        return _refused(survey, error, form)
    db.session.commit()
    later = made.public_from is not None and made.public_from > now()
    flash(_("Đã duyệt. Kết quả sẽ hiện vào giờ đã hẹn.") if later else _("Đã duyệt. Kết quả đã được công bố."), "ok")
    return redirect(url_for("publication.publication", slug=slug))


@blueprint.post("/quan-ly/dot/<slug>/cong-bo/rut")
@requires(APPROVE)
def withdraw(slug: str) -> ResponseReturnValue:
    """Take the published version back."""
    survey = open_survey(slug, APPROVE)
    form = WithdrawalForm()
    try:
        _check_page(form)
        withdrawn = withdraw_publication(
            db.session, survey, actor=acting(), reason=form.withdrawal.data or "", sha256=form.sha256.data or ""
        )
    except UserError as error:
        return _refused(survey, error, form)
    db.session.commit()
    if withdrawn.ended_unseen:
        flash(_("Đã rút bản công bố trước giờ công khai, nên công chúng chưa thấy gì."), "ok")
    else:
        flash(_("Đã rút bản công bố. Trang công khai nay ghi lý do."), "ok")
    return redirect(url_for("publication.publication", slug=slug))


def _find(survey: Survey, number: int) -> Publication:
    found = next((one for one in publications_of(db.session, survey) if one.number == number), None)
    if found is None:
        raise NotFound(_("Không có bản chốt số %(number)s.", number=number))
    return found


def _refused(survey: Survey, error: UserError, form: FlaskForm) -> ResponseReturnValue:
    """The page again with what was typed, and what is wrong with it."""
    db.session.rollback()
    flash(error.message, "error")
    return _page(survey, typed=form), error.status


def _page(survey: Survey, typed: FlaskForm | None = None) -> str:
    versions = publications_of(db.session, survey)
    waiting = next((one for one in versions if one.state == "frozen"), None)
    standing = find_standing(db.session, survey)
    may_freeze = may_on(FREEZE, survey) and survey.state in ("closed", "published")
    approval = typed if isinstance(typed, ApprovalForm) else ApprovalForm(formdata=None)
    approval.sha256.data = waiting.sha256 if waiting else ""
    withdrawal = typed if isinstance(typed, WithdrawalForm) else WithdrawalForm(formdata=None)
    withdrawal.sha256.data = standing.sha256 if standing else ""
    index = waiting.summary["index"] if waiting else None
    return render_template(
        "office/publication.html",
        versions=versions,
        waiting=waiting,
        waiting_index=Row(**index) if index else None,
        left=len(lines_left(waiting)) if waiting else 0,
        line_count=len(LINES),
        standing=standing,
        under_embargo=standing is not None and standing.public_from is not None and standing.public_from > now(),
        is_correction=is_correction(db.session, survey),
        approval=approval,
        freeze=typed if isinstance(typed, FreezeForm) else FreezeForm(formdata=None),
        withdrawal=withdrawal,
        may_freeze=may_freeze,
        may_review=may_on(REVIEW, survey),
        may_approve=may_on(APPROVE, survey),
        job=freezing_job(db.session, survey),
        made=_made(survey),
        me=acting().label,
        **(_choices(survey, typed) if may_freeze else {}),
        **frame(survey, "publication"),
    )


def _choices(survey: Survey, typed: FlaskForm | None) -> dict[str, object]:
    """The checkboxes of what becomes public: name, title, ticked."""
    existing = estimate_survey(db.session, survey).breakdowns
    instrument = instrument_of(db.session, survey.questionnaire_id)
    chosen = read_choice(request.form) if isinstance(typed, FreezeForm) else PublicChoice()
    breakdowns = chosen.breakdowns if chosen.breakdowns is not None else USUAL_BREAKDOWNS
    return {
        "sections": [(name, title, name in chosen.sections) for name, title in SECTIONS.items()],
        "breakdowns": [(by, breakdown_titles(instrument, by)[language()], by in breakdowns) for by in existing],
        "attachments": [(one.name, one.label, chosen.files is None or one.name in chosen.files) for one in ATTACHMENTS],
    }


def _made(survey: Survey) -> int | None:
    """The number of the version that the job of ``?viec=`` made."""
    try:
        job = db.session.get(Job, UUID(request.args.get("viec", "")))
    except ValueError:
        return None
    if job is None or job.kind != KIND or job.arguments.get("slug") != survey.slug or not job.result:
        return None
    return int(job.result["number"])


def _check_page(form: FlaskForm) -> None:
    if not form.validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
