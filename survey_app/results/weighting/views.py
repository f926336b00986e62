"""The page of weights: what each step did, one step more with a look before, a step undone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import FREEZE, VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.design import read_design
from survey_app.results.weighting.describe import describe_preview, describe_weighting
from survey_app.results.weighting.forms import StepForm
from survey_app.results.weighting.frame_table import FrameTable, read_frame
from survey_app.results.weighting.groups import ITEM
from survey_app.results.weighting.models import KINDS
from survey_app.results.weighting.service import add_step, preview_step, undo_step
from survey_app.results.weighting.words import cell_title, kind_title, variable_title
from survey_app.surveys.access import frame as page_frame
from survey_app.surveys.access import may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("weighting", __name__)


@blueprint.get("/quan-ly/dot/<slug>/trong-so")
@requires(VIEW_RESULTS)
def weights(slug: str) -> ResponseReturnValue:
    """The weights of a survey, step by step."""
    survey = open_survey(slug, VIEW_RESULTS)
    return _page(survey)


@blueprint.route("/quan-ly/dot/<slug>/trong-so/buoc-moi", methods=["GET", "POST"])
@requires(FREEZE)
def new_step(slug: str) -> ResponseReturnValue:
    """One step more: its totals, a look at what it would do, and then into force."""
    survey = open_survey(slug, FREEZE)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    design = read_design(db.session, survey)
    frame = read_frame(db.session, survey, listed=design.listed)
    asked = request.form if request.method == "POST" else request.args
    kind = asked.get("buoc", "")
    if not kind and request.method == "GET":
        return redirect(url_for("weighting.weights", slug=slug))
    if kind not in KINDS:
        raise UserError(_("Xin chọn một bước ở trang Trọng số."))
    form = StepForm.of(instrument, frame, kind, asked.getlist("theo"))
    if request.method == "GET":
        return _step_page(survey, instrument, frame, form)
    if not ActionForm().validate_on_submit():
        form.fill(request.form, None)
        flash(_("Trang đã mở quá lâu. Những gì đã nhập vẫn còn; xin bấm nút lần nữa."), "error")
        return _step_page(survey, instrument, frame, form), 400
    try:
        form.fill(request.form, None)
        file = request.files.get("tep")
        if file is not None and file.filename:
            form.fill(request.form, file.stream)
        plan = form.plan()
        if request.form.get("go") == "apply":
            add_step(db.session, survey, plan, actor=acting())
            db.session.commit()
            flash(_("Bước mới đã được dùng. Các con số ở trang Kết quả đã tính theo trọng số mới."), "ok")
            return redirect(url_for("weighting.weights", slug=slug))
        found = describe_preview(db.session, survey, plan, preview_step(db.session, survey, plan))
    except UserError as error:
        db.session.rollback()
        survey = open_survey(slug, FREEZE)
        lines = error.lines[:20] if isinstance(error, LinesRefused) else []
        return _step_page(survey, instrument, frame, form, problem=error.message, lines=lines), error.status
    return _step_page(survey, instrument, frame, form, preview=found)


@blueprint.post("/quan-ly/dot/<slug>/trong-so/hoan-tac")
@requires(FREEZE)
def undo(slug: str) -> ResponseReturnValue:
    """Take a step out of force."""
    survey = open_survey(slug, FREEZE)
    position = request.form.get("position", type=int)
    if not ActionForm().validate_on_submit() or position is None:
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    undo_step(db.session, survey, position, actor=acting())
    db.session.commit()
    flash(_("Đã hoàn tác bước ấy. Bước đã hoàn tác vẫn còn trong biên bản ở cuối trang."), "ok")
    return redirect(url_for("weighting.weights", slug=slug))


def _page(survey: Survey) -> str:
    found = describe_weighting(db.session, survey)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    last = next((step for step in reversed(found["steps"]) if "summary" in step), found["base"])
    return render_template(
        "office/weights.html",
        weighting=found,
        last=last["summary"] if last else None,
        kinds={kind: kind_title(kind) for kind in ("base", *KINDS)},
        variables=_variables(instrument, found["variables"]),
        may_weigh=may_on(FREEZE, survey) and survey.state != "published" and found["responses"] > 0,
        action_form=ActionForm(),
        language=language(),
        **page_frame(survey, "results"),
    )


def _variables(instrument: Instrument, of_places: list[str]) -> list[tuple[str, str]]:
    names = [*of_places, *(ITEM + item.key for item in instrument.items() if item.type == "single")]
    return [(name, variable_title(instrument, name)[language()]) for name in names]


def _step_page(survey: Survey, instrument: Instrument, frame: FrameTable, form: StepForm, **shown: Any) -> str:
    titles = {
        one.name: cell_title(instrument, frame, block.variables, one.cell, language())
        for block in form.blocks
        for one in block.fields
    }
    names = {name: variable_title(instrument, name)[language()] for name in form.variables}
    return render_template(
        "office/weights_step.html",
        form=form,
        kind=kind_title(form.kind),
        titles=titles,
        names=names,
        block_names=[" × ".join(names[name] for name in block.variables) for block in form.blocks],
        action_form=ActionForm(),
        language=language(),
        **({"problem": None, "lines": [], "preview": None} | shown),
        **page_frame(survey, "results"),
    )
