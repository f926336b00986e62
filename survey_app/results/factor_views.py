"""Factors and criteria of a survey: rates, the three sides, importance against satisfaction, what people expect."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from analysis.models.quadrants import Measured, QuadrantChart, place_criteria
from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.service import find_unfinished
from survey_app.results.chart_words import quadrant_words, radar_words, sides_words
from survey_app.results.charts import sort_weakest_first
from survey_app.results.choices import describe_choices
from survey_app.results.estimates import Row, estimate_survey
from survey_app.results.extract import Extract, read_extract
from survey_app.results.importance import KIND, ask_importance, find_importance, overall_item
from survey_app.results.likert_chart import likert_chart
from survey_app.results.pictures import Picture, draw_for_page, picture_of
from survey_app.results.quadrant_chart import quadrant_chart, quadrant_names
from survey_app.results.radar_chart import radar_chart
from survey_app.results.views import blueprint
from survey_app.results.words import target_words
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

FEWEST_SPOKES = 3


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/yeu-to")
@requires(VIEW_RESULTS)
def factors(slug: str) -> ResponseReturnValue:
    """Factors, then criteria, each as dots and as three sides; ``?hinh=radar`` adds the factors around a circle."""
    survey = open_survey(slug, VIEW_RESULTS)
    whole = estimate_survey(db.session, survey)
    extract = read_extract(db.session, survey)
    rows = {kind: [row for row in whole.rows if row.kind == kind] for kind in ("index", "section", "item")}
    weakest = {kind: sort_weakest_first(found) for kind, found in rows.items()}
    importance = find_importance(db.session, survey) if whole.responses else None
    cut = survey.target_rate if whole.probability else None
    placed = _place(weakest["item"], importance, cut)
    instrument = instrument_of(db.session, survey.questionnaire_id)
    overall = overall_item(instrument)
    radar = request.args.get("hinh") == "radar"
    return render_template(
        "office/results_factors.html",
        responses=whole.responses,
        factors=weakest["section"],
        items=weakest["item"],
        weakest=next((row for row in weakest["item"] if row.estimate is not None), None),
        expectation=[row for row in rows["index"] if row.unit == "percent"],
        charts=_draw(survey, extract, weakest, rows["section"] if radar else [], placed) if whole.responses else {},
        radar=radar,
        importance=importance,
        placed=_placed_rows(placed, rows["item"]),
        placed_cuts=placed,
        quadrants=quadrant_names(),
        drivers=_driver_rows(importance, rows["section"]),
        overall=overall.text.get(language()) if overall else None,
        job=find_unfinished(db.session, KIND, survey=survey.slug),
        form=ActionForm(),
        choices=[_ranked(one) for one in describe_choices(db.session, survey)] if whole.responses else [],
        target=target_words(whole.rows),
        probability=whole.probability,
        titles={row.of: row.title[language()] for row in whole.rows},
        **frame(survey, "results"),
    )


@blueprint.post("/quan-ly/dot/<slug>/ket-qua/yeu-to")
@requires(VIEW_RESULTS)
def weigh(slug: str) -> ResponseReturnValue:
    """Ask for the importance of the criteria; it is computed in the background."""
    survey = open_survey(slug, VIEW_RESULTS)
    if not ActionForm().validate_on_submit():
        raise UserError(_("Trang đã mở quá lâu. Xin tải lại trang rồi bấm nút lần nữa."))
    actor = acting()
    job = ask_importance(
        db.session, survey, actor=actor, return_to=url_for("results.factors", slug=slug, _anchor="", viec="")
    )
    db.session.commit()
    if job.user_id != actor.user_id:
        flash(_("Một người khác vừa cho tính, chưa xong. Xin xem lại trang này sau ít phút."), "ok")
        return redirect(url_for("results.factors", slug=slug))
    return redirect(url_for("jobs.job", job_id=job.id))


def _draw(
    survey: Survey, extract: Extract, weakest: dict[str, list[Row]], around: list[Row], placed: QuadrantChart | None
) -> dict[str, Picture | None]:
    tongue = language()
    name = (survey.slug, survey.target_rate, survey.target_operator, survey.confidence_level, tongue)
    dots = partial(draw_for_page, extract, language=tongue, simulated=survey.simulated)
    charts: dict[str, Picture | None] = {}
    for kind, subject in (("section", _("Các yếu tố")), ("item", _("Các tiêu chí"))):
        rows = weakest[kind]
        charts[kind] = dots(rows, subject, key=name)
        if any(row.shares for row in rows):
            words = sides_words(rows, tongue, subject)
            draw = partial(_draw_sides, rows, tongue, words, survey.simulated)
            charts[f"{kind}_sides"] = picture_of(extract, ("sides", kind, survey.simulated, *name), words, draw)
    shown = [row for row in around if row.estimate is not None]
    if len(shown) >= FEWEST_SPOKES:
        words = radar_words(shown, tongue, _("Các yếu tố"))
        draw = partial(_draw_radar, shown, tongue, words, survey.simulated)
        charts["radar"] = picture_of(extract, ("radar", survey.simulated, *name), words, draw)
    if placed is not None:
        titles = {row.of: row.title[tongue] for row in weakest["item"]}
        words = quadrant_words(placed, titles, judged=weakest["item"][0].ci is not None)
        draw = partial(_draw_quadrants, placed, signs_of(weakest["item"]), words, survey.simulated)
        charts["quadrants"] = picture_of(extract, ("quadrants", survey.simulated, *name), words, draw)
    return charts


def _draw_sides(rows: list[Row], tongue: str, words: Any, simulated: bool, width: int) -> bytes:
    return likert_chart(rows, tongue, words=words, width=width, simulated=simulated)


def _draw_radar(rows: list[Row], tongue: str, words: Any, simulated: bool, width: int) -> bytes:
    return radar_chart(rows, tongue, words=words, width=width, simulated=simulated)


def _draw_quadrants(chart: QuadrantChart, signs: dict[str, str], words: Any, simulated: bool, width: int) -> bytes:
    return quadrant_chart(chart, signs, words=words, width=width, simulated=simulated)


def signs_of(rows: list[Row]) -> dict[str, str]:
    """A few characters for each criterion: its number without the factor's, else its key."""
    return {row.of: row.criterion.rsplit(".", 1)[-1] if row.criterion else row.of for row in rows}


def _place(rows: list[Row], importance: dict[str, Any] | None, cut: float | None) -> QuadrantChart | None:
    """The criteria in their quadrants, cut at the mean importance and at a rate: the target, or None for the mean."""
    found = {one["key"]: one for one in (importance or {}).get("criteria", []) if one["value"] is not None}
    shown = [row for row in rows if row.estimate is not None and row.of in found]
    if not shown:
        return None
    return place_criteria(
        {row.of: Measured(*(_float(found[row.of][name]) for name in ("value", "low", "high"))) for row in shown},
        {row.of: Measured(row.estimate or 0.0, *_limits(row)) for row in shown},
        performance_cut=cut,
    )


def _limits(row: Row) -> tuple[float, float]:
    return (_float(row.ci["low"]), _float(row.ci["high"])) if row.ci else (math.nan, math.nan)


def _float(value: float | None) -> float:
    return math.nan if value is None else value


def _placed_rows(placed: QuadrantChart | None, rows: list[Row]) -> list[dict[str, Any]]:
    """The table beside the quadrants, the most important first."""
    if placed is None:
        return []
    known, signs = {row.of: row for row in rows}, signs_of(rows)
    return [
        {
            "row": known[one.name],
            "sign": signs[one.name],
            "importance": one.importance,
            "quadrant": one.quadrant,
            "certain": one.certain,
        }
        for one in sorted(placed.criteria, key=lambda one: -one.importance.value)
    ]


def _driver_rows(importance: dict[str, Any] | None, rows: list[Row]) -> dict[str, Any] | None:
    drivers: dict[str, Any] | None = (importance or {}).get("drivers")
    if drivers is None:
        return None
    titles = {row.of: row.title[language()] for row in rows}
    return drivers | {"factors": [one | {"title": titles.get(one["key"], one["key"])} for one in drivers["factors"]]}


def _ranked(question: dict[str, Any]) -> dict[str, Any]:
    """A ranking, or a question with several answers, with the most chosen option first; others as they are asked."""
    if question["kind"] == "single":
        return question
    options = sorted(question["options"], key=lambda option: -(option["share"] if option["share"] is not None else -1))
    return question | {"options": options}
