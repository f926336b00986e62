"""Fieldwork: the office's view of what has come, and the post office's list of communes to collect in."""

from __future__ import annotations

import csv
import io
from itertools import groupby

import segno
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, places, requires
from survey_app.accounts.roles import (
    COLLECT,
    EDIT_SURVEYS,
    IMPORT_RESPONSES,
    ISSUE_INVITATIONS,
    VIEW_FIELDWORK,
)
from survey_app.collection.drafts import begin_draft, issue_invitations
from survey_app.collection.forms import InvitationForm
from survey_app.collection.queries import (
    CommuneProgress,
    count_disputes,
    progress_by_channel,
    progress_by_commune,
)
from survey_app.database import db
from survey_app.errors import NotFound, UserError
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm, StateForm
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys, find_survey

blueprint = Blueprint("collection", __name__)


@blueprint.get("/quan-ly/dot/<slug>/thuc-dia")
@requires(VIEW_FIELDWORK)
def fieldwork(slug: str) -> ResponseReturnValue:
    """What has come, from where, by which channel."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    return _fieldwork_page(survey, InvitationForm(formdata=None)), 200


def _fieldwork_page(survey: Survey, invitations: InvitationForm) -> str:
    reach = {entry.unit.code for entry in _within_reach(survey, VIEW_FIELDWORK)}
    communes = [commune for commune in progress_by_commune(db.session, survey) if commune.code in reach]
    strata = [(name, list(group)) for name, group in groupby(communes, key=lambda commune: commune.stratum_name)]
    return render_template(
        "office/fieldwork.html",
        communes=communes,
        strata=strata,
        received=sum(commune.received for commune in communes),
        planned=sum(commune.planned for commune in communes),
        channels=progress_by_channel(db.session, survey),
        disputes=count_disputes(db.session, survey),
        state_form=StateForm(formdata=None),
        invitations=invitations,
        may_edit=may_on(EDIT_SURVEYS, survey),
        may_import=may_on(IMPORT_RESPONSES, survey),
        may_invite=may_on(ISSUE_INVITATIONS, survey),
        link=url_for("respond.start", slug=survey.slug, _external=True),
        **frame(survey, "fieldwork"),
    )


@blueprint.get("/quan-ly/dot/<slug>/qr.svg")
@requires(VIEW_FIELDWORK)
def qr(slug: str) -> ResponseReturnValue:
    """The QR code of the open link, for one commune with ``?xa=``."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    commune = request.args.get("xa")
    if commune and commune not in {entry.unit.code for entry in drawn_units(db.session, survey)}:
        raise NotFound(_("Xã mang mã „%(code)s” không có trong mẫu của đợt này.", code=commune[:30]))
    address = url_for("respond.start", slug=slug, _external=True, **({"xa": commune} if commune else {}))
    buffer = io.BytesIO()
    segno.make(address, error="m").save(buffer, kind="svg", scale=6, title=address, svgclass=None, lineclass=None)
    return Response(buffer.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/quan-ly/dot/<slug>/phieu-moi")
@requires(ISSUE_INVITATIONS)
def invite(slug: str) -> ResponseReturnValue:
    """Make single-use links; the file is the only place where they can be read."""
    survey = open_survey(slug, ISSUE_INVITATIONS)
    form = InvitationForm()
    if not form.validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    text = (form.per_commune.data or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise UserError(_("Số phiếu mời mỗi xã phải là một số nguyên, ví dụ 10."))
    units = _within_reach(survey, ISSUE_INVITATIONS)
    made = issue_invitations(db.session, survey, units, int(text), actor=acting())
    db.session.commit()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["commune_code", "commune_name", "link"])
    for entry, token in made:
        link = url_for("respond.start_with_token", slug=slug, token=token, _external=True)
        writer.writerow([entry.unit.code, entry.unit.name, link])
    return Response(
        "\ufeff" + buffer.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="phieu-moi-{slug}.csv"'},
    )


def _within_reach(survey: Survey, permission: str) -> list[FrameUnit]:
    found = places(current_user, permission, sector=survey.questionnaire.sector, territory=survey.territory)
    return [entry for entry in drawn_units(db.session, survey) if any(entry.unit.lies_in(place) for place in found)]


@blueprint.get("/thu-phieu")
@requires(COLLECT)
def work() -> ResponseReturnValue:
    """The communes where this person collects, with how far each is."""
    surveys: list[tuple[Survey, list[CommuneProgress]]] = []
    for survey in all_surveys(db.session, "collecting"):
        codes = {entry.unit.code for entry in _within_reach(survey, COLLECT)}
        own = [commune for commune in progress_by_commune(db.session, survey) if commune.code in codes]
        if own:
            surveys.append((survey, own))
    return render_template(
        "collection/work.html",
        surveys=surveys,
        form=ActionForm(),
        simulated=any(s.simulated for s, _c in surveys),
    )


@blueprint.post("/thu-phieu/<slug>/<code>")
@requires(COLLECT)
def collect(slug: str, code: str) -> ResponseReturnValue:
    """Begin a form in a commune and hand the device to the respondent."""
    survey = find_survey(db.session, slug)
    entry = next((one for one in _within_reach(survey, COLLECT) if one.unit.code == code), None)
    if entry is None:
        raise NotFound(_("Xã mang mã „%(code)s” không thuộc phần việc của Ông/Bà trong đợt này.", code=code[:30]))
    if not ActionForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    if survey.state != "collecting":
        flash(_("Đợt khảo sát này không nhận phiếu lúc này."), "error")
        return redirect(url_for("collection.work"))
    draft = begin_draft(db.session, survey, entry, channel="field", collector_id=current_user.id)
    db.session.commit()
    return redirect(url_for("respond.section", slug=slug, draft_id=draft.id, part=1))
