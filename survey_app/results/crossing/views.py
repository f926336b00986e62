"""The page „Bảng chéo”: any two facets, one measure, filters; the table as a file and as a picture; saved tables."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.results.charts import WIDTHS
from survey_app.results.crossing.choice import FILTERS, NO_COLUMN, Asked, Choice, choose, settle
from survey_app.results.crossing.coded import CodedResponses, code_responses
from survey_app.results.crossing.files import table_as_csv, table_as_json
from survey_app.results.crossing.measures import measures_to_cross
from survey_app.results.crossing.saving import delete_view, find_view, save_view, saved_views
from survey_app.results.crossing.table import CrossTable, cross
from survey_app.results.crossing.words import facet_title, picture_words, table_sentence, withheld_words
from survey_app.results.heat_chart import SHARE_LIMITS, Heat, find_limits, heat_chart, shade_words, step_of
from survey_app.results.pictures import Picture, picture_of
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("crossing", __name__)
MOST_DRAWN = 400
"""Cells that a picture can show."""

GROUPS = ("places", "people", "services", "other")
KINDS = ("index", "section", "item", "mean", "option")


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang")
@requires(VIEW_RESULTS)
def table(slug: str) -> ResponseReturnValue:
    """The table that the address asks for, the form to ask for another, and the tables this person keeps."""
    survey = open_survey(slug, VIEW_RESULTS)
    coded = code_responses(db.session, survey)
    asked = Asked.of(list(request.args.items(multi=True)))
    try:
        choice, faults = settle(coded, asked)
    except UserError as error:
        context: dict[str, Any] = {"table": None, "choice": None, "faults": [], "sentence": error.message}
        return render_template("office/results_cross.html", **context, **frame(survey, "results"))
    return _page(survey, coded, choice, asked, faults), 400 if faults else 200


def _page(
    survey: Survey,
    coded: CodedResponses,
    choice: Choice,
    asked: Asked,
    faults: list[tuple[str, str]],
    *,
    name: str = "",
    name_fault: str = "",
) -> str:
    found = cross(coded, choice) if len(coded) else None
    cells = [cell for line in found.cells for cell in line] if found else []
    limits = find_limits(cells) if cells else SHARE_LIMITS
    return render_template(
        "office/results_cross.html",
        table=found,
        choice=choice,
        sentence=table_sentence(found) if found else _("Chưa có phiếu nào nên chưa lập được bảng."),
        withheld_sentence=withheld_words(found) if found else "",
        shades=shade_words(limits, found.total) if found else [],
        shade=lambda cell: step_of(cell, limits),
        picture=_draw_for_page(found, coded, survey) if found else None,
        facets=_by_group(coded),
        measures=_by_kind(coded),
        wanted_filters=_filter_slots(asked),
        no_column=NO_COLUMN,
        faults=faults,
        views=saved_views(db.session, survey, current_user.id),
        action_form=ActionForm(formdata=None),
        name=name,
        name_fault=name_fault,
        facet_title=facet_title,
        widths=WIDTHS,
        **frame(survey, "results"),
    )


def _filter_slots(asked: Asked) -> list[str]:
    """What stands in each choice of a filter: those asked for, and one empty."""
    return [*asked.filters[:FILTERS], ""][:FILTERS] if asked.filters else ["", ""]


def _by_group(coded: CodedResponses) -> list[tuple[str, list[object]]]:
    names = {
        "places": _("Nơi"),
        "people": _("Người trả lời"),
        "services": _("Dịch vụ"),
        "other": _("Câu hỏi khác"),
    }
    grouped = [(names[group], [one for one in coded.facets.values() if one.group == group]) for group in GROUPS]
    return [(name, list(facets)) for name, facets in grouped if facets]


def _by_kind(coded: CodedResponses) -> list[tuple[str, list[tuple[str, str]]]]:
    names = {
        "index": _("Chỉ số"),
        "section": _("Yếu tố: tỷ lệ hài lòng"),
        "item": _("Tiêu chí: tỷ lệ hài lòng"),
        "mean": _("Tiêu chí: điểm trung bình"),
        "option": _("Phương án trả lời: tỷ lệ chọn"),
    }
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for key, shown in measures_to_cross(coded.counts.instrument).items():
        measure = shown.measure
        title = f"{measure.criterion} {measure.title[language()]}".strip()
        found[measure.kind].append((key, title))
    return [(names[kind], entries) for kind, entries in found.items() if entries]


def _heat(found: CrossTable) -> Heat:
    titles = [title[language()] for _value, title in found.rows]
    return Heat(titles, [title[language()] for _value, title in found.columns], found.cells)


def _draw_for_page(found: CrossTable, coded: CodedResponses, survey: Survey) -> Picture | None:
    if len(found.rows) * len(found.columns) > MOST_DRAWN or found.total.estimate is None:
        return None
    words = picture_words(found)
    return picture_of(
        coded.extract,
        ("cross", found.choice.query, repr(coded.rule), language(), survey.simulated),
        words,
        lambda width: heat_chart(_heat(found), words=words, width=width, simulated=survey.simulated),
    )


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang.json")
@requires(VIEW_RESULTS)
def table_json(slug: str) -> ResponseReturnValue:
    """The table for programs."""
    survey, found = _asked_table(slug)
    return jsonify(table_as_json(found, simulated=survey.simulated))


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang.csv")
@requires(VIEW_RESULTS)
def table_csv(slug: str) -> ResponseReturnValue:
    """The table for spreadsheets."""
    survey, found = _asked_table(slug)
    return _file("\ufeff" + table_as_csv(found, simulated=survey.simulated), "text/csv", f"{slug}-bang.csv")


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang.svg")
@requires(VIEW_RESULTS)
def table_svg(slug: str) -> ResponseReturnValue:
    """The picture of the table, text as text."""
    return _picture(slug, "svg", "image/svg+xml")


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang.png")
@requires(VIEW_RESULTS)
def table_png(slug: str) -> ResponseReturnValue:
    """The same picture in pixels, with its title."""
    return _picture(slug, "png", "image/png")


def _picture(slug: str, form: str, media_type: str) -> ResponseReturnValue:
    survey, found = _asked_table(slug)
    if len(found.rows) * len(found.columns) > MOST_DRAWN:
        raise UserError(_("Bảng này có nhiều ô quá nên không vẽ được. Xin tải bảng (CSV), hoặc chọn ít nhóm hơn."))
    asked = request.args.get("rong", "")
    width = int(asked) if asked in {str(one) for one in WIDTHS} else 720
    drawn = heat_chart(_heat(found), words=picture_words(found), width=width, simulated=survey.simulated, form=form)
    return _file(drawn, media_type, f"{slug}-bang-{width}.{form}")


def _asked_table(slug: str) -> tuple[Survey, CrossTable]:
    survey = open_survey(slug, VIEW_RESULTS)
    coded = code_responses(db.session, survey)
    if not len(coded):
        raise UserError(_("Chưa có phiếu nào nên chưa lập được bảng."))
    return survey, cross(coded, choose(coded, Asked.of(list(request.args.items(multi=True)))))


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.post("/quan-ly/dot/<slug>/ket-qua/bang/luu")
@requires(VIEW_RESULTS)
def save(slug: str) -> ResponseReturnValue:
    """Keep the table of the form under a name, and go back to it."""
    survey = open_survey(slug, VIEW_RESULTS)
    coded = code_responses(db.session, survey)
    asked = Asked.read(request.form.get("query", "")[:4000])
    choice, faults = settle(coded, asked)
    name = request.form.get("name", "")[:400]
    if not ActionForm().validate_on_submit():
        words = _("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa.")
        return _page(survey, coded, choice, asked, faults, name=name, name_fault=words), 400
    try:
        view = save_view(db.session, survey, name=name, query=choice.query, actor=acting())
        db.session.commit()
    except UserError as error:
        db.session.rollback()
        survey = open_survey(slug, VIEW_RESULTS)
        page = _page(survey, coded, choice, asked, faults, name=name, name_fault=error.message)
        return page, error.status
    flash(_("Đã lưu bảng „%(name)s”.", name=view.name), "ok")
    return redirect(url_for("crossing.table", slug=slug) + "?" + view.query)


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/bang/<int:number>")
@requires(VIEW_RESULTS)
def open_view(slug: str, number: int) -> ResponseReturnValue:
    """A saved table."""
    survey = open_survey(slug, VIEW_RESULTS)
    view = find_view(db.session, survey, number, actor=acting())
    return redirect(url_for("crossing.table", slug=slug) + "?" + view.query)


@blueprint.post("/quan-ly/dot/<slug>/ket-qua/bang/<int:number>/xoa")
@requires(VIEW_RESULTS)
def delete(slug: str, number: int) -> ResponseReturnValue:
    """Forget a saved table."""
    survey = open_survey(slug, VIEW_RESULTS)
    if not ActionForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    delete_view(db.session, survey, number, actor=acting())
    db.session.commit()
    flash(_("Đã xóa bảng đã lưu. Số liệu giữ nguyên."), "ok")
    return redirect(url_for("crossing.table", slug=slug))
