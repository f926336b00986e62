"""The page of links: posters of the open ones, batches of the personal ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import ISSUE_INVITATIONS, VIEW_FIELDWORK
from survey_app.collection.drafts import issue_invitations
from survey_app.collection.links.addresses import open_link, personal_link
from survey_app.collection.links.forms import BatchForm, InvitationForm, PosterForm
from survey_app.collection.links.print import MAXIMUM_SLIPS, poster_pdf, slips_pdf
from survey_app.collection.links.service import all_batches, revoke_batch
from survey_app.database import db, now
from survey_app.errors import NotFound, UserError
from survey_app.i18n import LANGUAGES, language
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, area_of
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.design import design_of, is_probability_sample

blueprint = Blueprint("links", __name__)


@blueprint.get("/quan-ly/dot/<slug>/duong-dan")
@requires(ISSUE_INVITATIONS)
def links(slug: str) -> ResponseReturnValue:
    """The open link, its posters, and the batches of personal links."""
    return _page(_area(slug), InvitationForm(formdata=None))


@blueprint.get("/quan-ly/dot/<slug>/ap-phich.pdf")
@requires(VIEW_FIELDWORK)
def posters(slug: str) -> ResponseReturnValue:
    """Posters with the QR code: of one place (``?noi=CODE``), or of all that this person may see."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    wanted, code = request.args.get("noi", ""), request.args.get("tieng", language())
    units = _chosen(area_of(current_user, survey, VIEW_FIELDWORK), wanted)
    places = [(entry.unit, open_link(_base(), survey, entry.unit.code)) for entry in units]
    minutes = instrument_of(db.session, survey.questionnaire_id).minutes
    document = poster_pdf(survey, places, code=code if code in LANGUAGES else "vi", minutes=minutes)
    return _download(document, "application/pdf", f"ap-phich-{slug}{'-' + wanted if wanted else ''}.pdf")


@blueprint.post("/quan-ly/dot/<slug>/phieu-moi")
@requires(ISSUE_INVITATIONS)
def issue(slug: str) -> ResponseReturnValue:
    """Make a batch of single-use links; the file is the only place where they can be read."""
    area, form = _area(slug), InvitationForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(area, form), 400
    survey = area.survey
    try:
        units, count, days = _chosen(area, form.place.data or ""), form.read_count(), form.read_days()
        on_paper = form.form.data == "pdf"
        if on_paper and count * len(units) > MAXIMUM_SLIPS:
            slips_pdf(survey, [(units[0], "")] * (count * len(units)), expires_at=now(), minutes=1)
        made = issue_invitations(db.session, survey, units, count, actor=acting(), days=days, note=form.note.data or "")
        links = [(entry, personal_link(_base(), survey, token)) for entry, token in made]
        if on_paper:
            minutes = instrument_of(db.session, survey.questionnaire_id).minutes
            document = slips_pdf(survey, links, expires_at=now() + timedelta(days=days), minutes=minutes)
        else:
            document = _as_csv(links)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(_area(slug), form), error.status
    kind, end = ("application/pdf", "pdf") if on_paper else ("text/csv", "csv")
    return _download(document, kind, f"phieu-moi-{slug}.{end}")


@blueprint.post("/quan-ly/dot/<slug>/phieu-moi/<int:number>/thu-hoi")
@requires(ISSUE_INVITATIONS)
def revoke(slug: str, number: int) -> ResponseReturnValue:
    """Revoke the unused links of a batch."""
    area = _area(slug)
    if not BatchForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    try:
        count = revoke_batch(db.session, area, number, actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(_area(slug), InvitationForm(formdata=None)), error.status
    flash(_("Đã thu hồi %(count)s phiếu mời chưa dùng. Phiếu trả lời đã nhận giữ nguyên.", count=count), "ok")
    return redirect(url_for("links.links", slug=slug))


def _page(area: Area, form: InvitationForm) -> str:
    survey = area.survey
    places = [SelectChoice(value="", label=_("mọi nơi trong mẫu"))] + [
        SelectChoice(value=entry.unit.code, label=entry.unit.name)
        for entry in sorted(_chosen(area, ""), key=lambda entry: entry.unit.sort_key)
    ]
    posters = PosterForm(formdata=None, data={"tieng": "vi"})
    posters.noi.choices = form.place.choices = places
    batches = all_batches(db.session, area)
    return render_template(
        "office/links.html",
        form=form,
        posters=posters,
        batches=batches,
        batch_form=BatchForm(formdata=None),
        made=sum(one.made for one in batches),
        used=sum(one.used for one in batches),
        link=open_link(_base(), survey),
        is_open=survey.state in ("sampled", "collecting"),
        from_lists=design_of(survey).sample.cases is not None,
        drawn=is_probability_sample(survey),
        **frame(survey, "fieldwork"),
    )


def _area(slug: str) -> Area:
    return area_of(current_user, open_survey(slug, ISSUE_INVITATIONS), ISSUE_INVITATIONS)


def _chosen(area: Area, code: str) -> list[FrameUnit]:
    """The drawn places of an area; one of them where its code is given."""
    here = [entry for entry in drawn_units(db.session, area.survey) if area.holds(entry.unit)]
    found = [entry for entry in here if code in ("", entry.unit.code)]
    if code and not found:
        raise NotFound(_("Nơi mang mã „%(code)s” không có trong mẫu của đợt này.", code=code[:30]))
    return found


def _base() -> str:
    return url_for("landing.landing", _external=True).rstrip("/")


def _as_csv(links: Sequence[tuple[FrameUnit, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["commune_code", "commune_name", "link"])
    writer.writerows([entry.unit.code, entry.unit.name, link] for entry, link in links)
    return ("\ufeff" + buffer.getvalue()).encode()


def _download(document: bytes, kind: str, name: str) -> Response:
    return Response(
        document,
        mimetype=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
