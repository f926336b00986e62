"""Published tables in the office: the list, a new one, one with its figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.accounts.guards import acting, holds, may, requires
from survey_app.accounts.roles import FREEZE, VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import LinesRefused, NotFound, UserError
from survey_app.geography.queries import provinces, units_below
from survey_app.i18n import language
from survey_app.results.counts.definition import read_counts
from survey_app.results.counts.figures import design_effect_of, figures_of, verdicts_by_design_effect
from survey_app.results.counts.forms import CELLS, FIRST_ROWS, CountsForm, given_rows, typed_rows, with_empty_rows
from survey_app.results.counts.models import CountedSurvey
from survey_app.results.counts.queries import all_counted, find_counted
from survey_app.results.counts.service import enter_counts, remove_counts
from survey_app.results.counts.words import answer_words, assumption_words, doubt_words, period_words
from survey_app.results.pictures import draw_apart
from survey_app.results.words import target_words
from survey_app.surveys.forms import ActionForm

blueprint = Blueprint("counts", __name__)


def may_see(survey: CountedSurvey, permission: str = VIEW_RESULTS) -> bool:
    """Whether the signed-in person holds a permission for a table."""
    return may(current_user, permission, sector=survey.sector, territory=survey.territory)


@blueprint.get("/quan-ly/bang-so")
@requires(VIEW_RESULTS)
def tables() -> ResponseReturnValue:
    """The tables this person may see."""
    found = [survey for survey in all_counted(db.session) if may_see(survey)]
    return render_template(
        "office/counts.html",
        tables=[(survey, period_words(survey)) for survey in found],
        may_enter=holds(current_user, FREEZE),
    )


@blueprint.get("/quan-ly/bang-so/<slug>")
@requires(VIEW_RESULTS)
def table(slug: str) -> ResponseReturnValue:
    """One table: as published, with intervals, verdicts and what they rest on."""
    return _page(_open(slug, VIEW_RESULTS))


def _open(slug: str, permission: str) -> CountedSurvey:
    survey = find_counted(db.session, slug)
    if not may_see(survey, permission):
        raise NotFound(_("Không có bảng số „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=slug[:80]))
    return survey


def _page(survey: CountedSurvey, problem: str = "", reason: str = "") -> str:
    figures = figures_of(survey)
    rows = [figure.row for figure in figures]
    return render_template(
        "office/counts_table.html",
        table=survey,
        period=period_words(survey),
        figures=figures,
        answer=answer_words(figures),
        assumptions=assumption_words(survey),
        doubt=doubt_words(figures),
        target=target_words(rows),
        ladder=verdicts_by_design_effect(survey) if survey.selection != "not_drawn" else [],
        assumed=[design_effect_of(survey, line.n) for line in survey.rows],
        picture=draw_apart(rows, _("Các dòng đã công bố"), language=language()),
        form=ActionForm(),
        may_remove=may_see(survey, FREEZE),
        problem=problem,
        reason=reason,
    )


@blueprint.route("/quan-ly/bang-so/nhap", methods=["GET", "POST"])
@requires(FREEZE)
def new_table() -> ResponseReturnValue:
    """Enter a table: typed rows or a CSV file."""
    form = CountsForm()
    form.territory.choices = _territories()
    rows = typed_rows(request.form) if request.method == "POST" else []
    if request.method == "GET":
        return _form_page(form, [])
    if not form.validate_on_submit():
        if form.csrf_token.errors:
            flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _form_page(form, rows), 400
    try:
        if request.form.get("go") == "rows":
            return _form_page(form, with_empty_rows(rows))
        definition = read_counts(form.read(given_rows(form, rows)))
        survey, new = enter_counts(db.session, definition, actor=acting())
        if not may_see(survey, FREEZE):
            raise UserError(_("Tài khoản này không được nhập bảng số cho lĩnh vực hoặc địa bàn đã chọn."))
    except UserError as error:
        db.session.rollback()
        lines = error.lines if isinstance(error, LinesRefused) else []
        return _form_page(form, rows, problem=error.message, lines=lines), error.status
    db.session.commit()
    flash(_("Đã nhập bảng số.") if new else _("Bảng số này đã có từ trước."), "ok")
    return redirect(url_for("counts.table", slug=survey.slug))


def _form_page(
    form: CountsForm, rows: list[dict[str, str]], problem: str = "", lines: list[tuple[int, str]] | None = None
) -> str:
    shown: list[dict[str, Any]] = [*rows, *[{} for _row in range(FIRST_ROWS - len(rows))]]
    return render_template(
        "office/counts_new.html", form=form, rows=shown, cells=CELLS, problem=problem, lines=lines or []
    )


def _territories() -> list[SelectChoice]:
    return [
        SelectChoice(value=f"{unit.code}@{unit.code_system}", label=f"{name} ({unit.code_system})")
        for province in provinces(db.session)
        for unit, name in [(province, province.name)]
        + [(district, f"— {district.name}") for district in units_below(db.session, province, "district")]
    ]


@blueprint.post("/quan-ly/bang-so/<slug>/bo")
@requires(FREEZE)
def remove(slug: str) -> ResponseReturnValue:
    """Take a table away, with the reason."""
    survey = _open(slug, FREEZE)
    reason = request.form.get("reason", "")
    if not ActionForm().validate_on_submit():
        return _page(survey, _("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), reason), 400
    try:
        remove_counts(db.session, survey, reason=reason, actor=acting())
    except UserError as error:
        db.session.rollback()
        return _page(_open(slug, FREEZE), error.message, reason), error.status
    db.session.commit()
    flash(_("Đã bỏ bảng số „%(slug)s”.", slug=slug), "ok")
    return redirect(url_for("counts.tables"))
