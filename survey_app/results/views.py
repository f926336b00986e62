"""Results in the office: the answer first, then factors, criteria and breakdowns; the same as JSON and CSV."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.collection.queries import count_self_selected, count_undrawn, progress_by_commune, set_aside_count
from survey_app.database import db
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.results.charts import sort_weakest_first
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import Row, estimate_survey
from survey_app.results.pages import results_pages
from survey_app.results.pictures import draw_for_page
from survey_app.results.tables import rows_as_csv, rows_as_json
from survey_app.results.words import answer_sentence, target_words
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.models import Survey

blueprint = Blueprint("results", __name__)
blueprint.add_app_template_global(results_pages)


@blueprint.get("/quan-ly/dot/<slug>/ket-qua")
@requires(VIEW_RESULTS)
def overview(slug: str) -> ResponseReturnValue:
    """The results of a survey, with one breakdown chosen by ``?theo=``."""
    survey = open_survey(slug, VIEW_RESULTS)
    whole = estimate_survey(db.session, survey)
    by = request.args.get("theo", "")
    if by not in whole.breakdowns:
        by = whole.breakdowns[0] if whole.breakdowns else ""
    figures = estimate_survey(db.session, survey, by) if by else whole
    indices = [row for row in whole.rows if row.kind == "index"]
    of = request.args.get("cua", "")
    measures = {row.of: row for row in whole.rows}
    if of not in measures:
        of = indices[0].of if indices else next(iter(measures), "")
    parts = [row for row in figures.rows if row.domain and row.of == of]
    factors = [row for row in whole.rows if row.kind == "section"]
    items = [row for row in whole.rows if row.kind == "item"]
    draw = partial(draw_for_page, language=language(), simulated=survey.simulated)
    key = (slug, whole.fingerprint, survey.target_rate)
    return render_template(
        "office/results.html",
        answer=answer_sentence(indices[0] if indices else None),
        index=indices[0] if indices else None,
        responses=whole.responses,
        factors=sort_weakest_first(factors),
        items=sort_weakest_first(items),
        parts=parts,
        by=by,
        of=of,
        measures=measures,
        breakdowns=[(name, breakdown_title(survey, name)) for name in whole.breakdowns],
        charts={
            "factors": draw(factors, _("Các yếu tố"), key=key),
            "items": draw(items, _("Các tiêu chí"), key=key),
            "parts": draw(parts, breakdown_title(survey, by), key=(*key, by, of)) if _can_draw(parts, by) else None,
        }
        if whole.responses
        else {},
        target=target_words(whole.rows),
        indices=indices,
        choices=describe_choices(db.session, survey) if whole.responses else [],
        probability=whole.probability,
        set_aside=set_aside_count(db.session, survey)[0],
        self_selected=count_self_selected(db.session, survey) if whole.probability else 0,
        undrawn=count_undrawn(db.session, survey),
        silent_communes=[c.name for c in progress_by_commune(db.session, survey) if c.received == 0]
        if whole.probability
        else [],
        **frame(survey, "results"),
    )


def _can_draw(parts: list[Row], by: str) -> bool:
    """Whether a chart shows the parts: shares, and not of hundreds of communes."""
    return bool(parts) and parts[0].unit == "share" and by != "commune"


def breakdown_title(survey: Survey, by: str) -> str:
    """The name of a breakdown in the language of the page."""
    fixed = {"district": _("huyện"), "commune": _("xã"), "channel": _("kênh trả lời")}
    if by in fixed:
        return fixed[by]
    items = instrument_of(db.session, survey.questionnaire_id).items()
    return next((item.text.get(language()) for item in items if item.key == by), by)


@blueprint.get("/quan-ly/dot/<slug>/ket-qua.json")
@requires(VIEW_RESULTS)
def results_json(slug: str) -> ResponseReturnValue:
    """The figures for programs, as `results estimate` prints them."""
    survey = open_survey(slug, VIEW_RESULTS)
    figures = estimate_survey(db.session, survey, request.args.get("theo", ""))
    return jsonify(rows_as_json(figures.rows, simulated=survey.simulated))


@blueprint.get("/quan-ly/dot/<slug>/ket-qua.csv")
@requires(VIEW_RESULTS)
def results_csv(slug: str) -> ResponseReturnValue:
    """The figures for spreadsheets."""
    survey = open_survey(slug, VIEW_RESULTS)
    by = request.args.get("theo", "")
    rows = estimate_survey(db.session, survey, by).rows
    name = f"{slug}-{by or 'tong'}.csv"
    return Response(
        "\ufeff" + rows_as_csv(rows, simulated=survey.simulated),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
