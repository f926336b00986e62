"""The pages „Ở đâu” and „Ai”: places that are ranked only as far as proven, groups of people with a test."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.database import db
from survey_app.i18n import language
from survey_app.results.charts import dot_chart
from survey_app.results.crossing.cells import split_by
from survey_app.results.crossing.coded import CodedResponses, code_responses
from survey_app.results.crossing.differences import MODE, find_differences
from survey_app.results.crossing.facets import PLACES, SERVICES, Facet
from survey_app.results.crossing.measures import Shown, measures_to_cross
from survey_app.results.crossing.page_words import (
    difference_sentence,
    differences_sentence,
    no_rates_sentence,
    places_words,
    rank_words,
    ranking_sentence,
    tie_sentences,
    unranked_sentence,
)
from survey_app.results.crossing.places import Ranking, draw_places, rank_rows
from survey_app.results.crossing.views import blueprint
from survey_app.results.crossing.words import facet_title
from survey_app.results.design import read_design
from survey_app.results.estimates import Row
from survey_app.results.heat_chart import find_limits, shade_words, step_of
from survey_app.results.pictures import Picture, picture_of
from survey_app.surveys.access import frame, open_survey
from survey_app.surveys.models import Survey

MOST_DRAWN = 60
"""Places that a chart can show."""


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/noi")
@requires(VIEW_RESULTS)
def where(slug: str) -> ResponseReturnValue:
    """Places and services (``?theo=``) by an index or a factor (``?cua=``)."""
    survey = open_survey(slug, VIEW_RESULTS)
    coded = code_responses(db.session, survey)
    facets = {by: one for by, one in coded.facets.items() if one.group in (PLACES, SERVICES)}
    facet = facets.get(request.args.get("theo", "")) or next(iter(facets.values()))
    measures = _rates(coded)
    of = request.args.get("cua", "")
    one = measures.get(of) or next(iter(measures.values()), None)
    context: dict[str, Any] = {"facets": list(facets.values()), "facet": facet, "measures": measures, "one": one}
    context["responses"] = len(coded)
    if one is None or not len(coded):
        context["sentence"] = no_rates_sentence() if len(coded) else _("Chưa so sánh được các nơi.")
        return render_template("office/results_where.html", ranking=None, **context, **frame(survey, "results"))
    factors = [shown for shown in measures.values() if shown.measure.kind in ("index", "section")]
    figures = split_by(coded, list(dict.fromkeys([one, *factors])), facet)
    rows = figures[one.measure.key]
    ranking = rank_rows(coded, one, facet, rows)
    heat = [figures[shown.measure.key] for shown in factors]
    limits = find_limits([cell for column in heat for cell in column])
    return render_template(
        "office/results_where.html",
        ranking=ranking,
        rows=rows,
        heat=heat,
        factors=factors,
        shade=lambda cell: step_of(cell, limits),
        shades=shade_words(limits, rows[-1]),
        sentence=ranking_sentence(ranking),
        ties=tie_sentences(ranking),
        unranked=unranked_sentence(ranking),
        rank=lambda row: rank_words(ranking, row),
        picture=_draw_places(survey, coded, one, facet, rows, ranking),
        place_map=_map(survey, coded, one, facet, limits),
        **context,
        **frame(survey, "results"),
    )


def _rates(coded: CodedResponses) -> dict[str, Shown]:
    """The indices, factors and criteria that are rates of satisfied answers; what places can be compared by."""
    return {
        key: shown
        for key, shown in measures_to_cross(coded.counts.instrument).items()
        if shown.measure.kind in ("index", "section", "item") and shown.measure.unit == "share"
    }


def _map(survey: Survey, coded: CodedResponses, one: Shown, facet: Facet, limits: tuple[float, ...]) -> Any:
    """The communes on a map or as tiles, where the page is about places as such."""
    if facet.by not in ("district", "commune"):
        return None
    communes = split_by(coded, [one], coded.facets["commune"])[one.measure.key]
    return draw_places(read_design(db.session, survey), communes[:-1], limits)


def _draw_places(
    survey: Survey, coded: CodedResponses, one: Shown, facet: Facet, rows: list[Row], ranking: Ranking
) -> Picture | None:
    ordered = [*ranking.ranked, *ranking.unranked]
    if not 1 < len(ordered) <= MOST_DRAWN:
        return None
    words = places_words(ordered, facet_title(facet), ranking)
    return picture_of(
        coded.extract,
        ("places", one.measure.key, facet.by, repr(coded.rule), language(), survey.simulated),
        words,
        lambda width: dot_chart(ordered, language(), words=words, width=width, simulated=survey.simulated),
    )


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/ai")
@requires(VIEW_RESULTS)
def who(slug: str) -> ResponseReturnValue:
    """Groups of people by an index or a factor (``?cua=``), and the channels."""
    survey = open_survey(slug, VIEW_RESULTS)
    coded = code_responses(db.session, survey)
    measures = _rates(coded)
    one = measures.get(request.args.get("cua", "")) or next(iter(measures.values()), None)
    found = find_differences(coded, one) if one is not None and len(coded) else []
    nothing = no_rates_sentence() if len(coded) else _("Chưa có phiếu nào nên chưa so sánh được.")
    people = [table for table in found if table.facet.by != MODE and len(table.rows) > 1]
    return render_template(
        "office/results_who.html",
        measures=measures,
        one=one,
        tables=people,
        channel=next((table for table in found if table.facet.by == MODE), None),
        sentence=differences_sentence(found) if found else nothing,
        say=difference_sentence,
        tested=sum(table.adjusted_p >= 0 for table in found),
        responses=len(coded),
        probability=coded.counts.design.probability,
        facet_title=facet_title,
        **frame(survey, "results"),
    )
