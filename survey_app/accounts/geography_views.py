"""Geography in the office: what there is, and bringing in a list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import MANAGE_GEOGRAPHY
from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.geography.queries import provinces, units_below
from survey_app.geography.service import import_units
from survey_app.security import MAXIMUM_UPLOAD_BYTES

blueprint = Blueprint("geography", __name__)


class GeographyForm(FlaskForm):
    """A CSV file of units and the name of its code system."""

    file = FileField(_l("Tệp CSV"))
    code_system = StringField(
        _l("Tên bộ mã"), description=_l("Để trống: tctk-2020 nếu có cấp huyện, tctk-2025 nếu không.")
    )


@blueprint.before_request
def _allow_large_files() -> None:
    request.max_content_length = MAXIMUM_UPLOAD_BYTES


@blueprint.route("/quan-ly/dia-ban", methods=["GET", "POST"])
@requires(MANAGE_GEOGRAPHY)
def units() -> ResponseReturnValue:
    """The provinces with their units, and the form to bring in a list."""
    form = GeographyForm()
    refused: list[tuple[int, str]] = []
    status = 200
    if form.validate_on_submit() and form.file.data:
        try:
            found = import_units(
                db.session,
                form.file.data.stream,
                actor=acting(),
                code_system=(form.code_system.data or "").strip() or None,
            )
            db.session.commit()
            flash(
                _(
                    "Đã nhập %(name)s: %(districts)s huyện, %(communes)s xã.",
                    name=found.province,
                    districts=found.districts,
                    communes=found.communes,
                ),
                "ok",
            )
            return redirect(url_for("geography.units"))
        except UserError as error:
            db.session.rollback()
            flash(error.message, "error")
            refused = error.lines if isinstance(error, LinesRefused) else []
            status = error.status
    elif request.method == "POST":
        late = bool(form.csrf_token.errors)
        flash(
            _("Trang đã mở quá lâu. Xin chọn lại tệp rồi bấm nút lần nữa.") if late else _("Xin chọn một tệp CSV."),
            "error",
        )
        status = 400
    known = [
        (
            province,
            units_below(db.session, province, "district"),
            units_below(db.session, province, "commune"),
        )
        for province in provinces(db.session)
    ]
    return render_template("office/geography.html", form=form, known=known, refused=refused), status
