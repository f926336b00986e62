"""The office's page of tablets: what stands where, and what may be done with each."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import MANAGE_DEVICES
from survey_app.collection.kiosk.forms import AddForm, SettingsForm
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.service import (
    NewDevice,
    add_device,
    all_devices,
    change_device,
    count_by_device,
    move_device,
    pause_device,
    renew_code,
    renew_pin,
    resume_device,
    revoke_device,
)
from survey_app.database import db, now
from survey_app.errors import UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, area_of
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.queries import all_surveys

blueprint = Blueprint("kiosk_office", __name__)


@blueprint.route("/quan-ly/dot/<slug>/may-tai-quay", methods=["GET", "POST"])
@requires(MANAGE_DEVICES)
def devices(slug: str) -> ResponseReturnValue:
    """The tablets of a survey, and the form for one more."""
    area = _area(slug)
    form = AddForm()
    if not form.is_submitted():
        return _page(area)
    if not form.validate():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(area, form), 400
    try:
        made = add_device(
            db.session,
            area,
            name=form.name.data or "",
            unit_code=form.place.data or "",
            settings=form.read_settings(),
            actor=acting(),
        )
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return _page(_area(slug), form), error.status
    return _page(area, made=made)


@blueprint.post("/quan-ly/dot/<slug>/may-tai-quay/<int:number>")
@requires(MANAGE_DEVICES)
def change(slug: str, number: int) -> ResponseReturnValue:
    """Do with a tablet what the button says."""
    area, form = _area(slug), SettingsForm()
    if not form.validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(area, changed=(number, form)), 400
    try:
        made, done = _do(area, number, request.form.get("do", ""), form)
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        typed = (number, form) if request.form.get("do") == "save" else None
        return _page(_area(slug), changed=typed), error.status
    if made is not None:
        return _page(area, made=made)
    flash(done, "ok")
    return redirect(url_for("kiosk_office.devices", slug=slug))


def _do(area: Area, number: int, wanted: str, form: SettingsForm) -> tuple[NewDevice | None, str]:
    actor = acting()
    if wanted == "code":
        return renew_code(db.session, area, number, actor=actor), ""
    if wanted == "pin":
        pin = renew_pin(db.session, area, number, actor=actor)
        return NewDevice(db.session.get_one(Device, number), "", pin), ""
    if wanted == "pause":
        pause_device(db.session, area, number, actor=actor)
        return None, _("Đã tạm dừng máy. Người đang trả lời vẫn làm xong phiếu của mình.")
    if wanted == "resume":
        resume_device(db.session, area, number, actor=actor)
        return None, _("Đã mở lại máy.")
    if wanted == "revoke":
        revoke_device(db.session, area, number, actor=actor)
        return None, _("Đã thu hồi máy. Các phiếu đã nhận giữ nguyên.")
    if wanted == "move":
        slug, _bar, code = request.form.get("to", "").partition("|")
        to = _area(slug) if slug else area
        move_device(db.session, area, number, unit_code=code, to=to, actor=actor)
        return None, _("Đã chuyển máy. Màn hình của máy đổi theo trong vòng một phút.")
    if wanted == "save":
        name = form.name.data or ""
        change_device(db.session, area, number, name=name, settings=form.read_settings(), actor=actor)
        return None, _("Đã đổi cách đặt máy. Máy dùng cách mới từ phiếu sau.")
    raise UserError(_("Xin bấm một nút trên trang."))


def _area(slug: str) -> Area:
    return area_of(current_user, open_survey(slug, MANAGE_DEVICES), MANAGE_DEVICES)


def _page(
    area: Area,
    form: AddForm | None = None,
    *,
    made: NewDevice | None = None,
    changed: tuple[int, SettingsForm] | None = None,
) -> str:
    """``made``: what is shown once; ``changed``: what was typed for a tablet and could not be taken yet."""
    survey = area.survey
    form = form or AddForm(formdata=None)
    form.place.choices = _places(area)
    found = all_devices(db.session, area)
    rows = []
    for device in found:
        own = changed[1] if changed and changed[0] == device.id else SettingsForm(formdata=None).show(device)
        rows.append((device, own))
    return render_template(
        "office/devices.html",
        rows=rows,
        form=form,
        made=made,
        open_number=changed[0] if changed else None,
        received=count_by_device(db.session, survey),
        now=now(),
        targets=_targets(area),
        is_open=survey.state in ("sampled", "collecting"),
        pair_href=url_for("kiosk.start", _external=True),
        standing=sum(device.revoked_at is None for device in found),
        **frame(survey, "fieldwork"),
    )


def _places(area: Area) -> list[SelectChoice]:
    here = [entry.unit for entry in drawn_units(db.session, area.survey) if area.holds(entry.unit)]
    return [SelectChoice(value=unit.code, label=unit.name) for unit in sorted(here, key=lambda unit: unit.sort_key)]


def _targets(area: Area) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a tablet of this page may be moved: the places of every open survey in which this person places tablets."""
    found = []
    for survey in all_surveys(db.session, "sampled", "collecting"):
        try:
            there = area_of(current_user, survey, MANAGE_DEVICES)
        except UserError:
            continue
        places = [(f"{survey.slug}|{choice.value}", str(choice.label)) for choice in _places(there)]
        found.append((survey.title, places))
    return found
