"""Reading: surveys, how far each is, and what was published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Response
from flask_babel import gettext as _

from survey_app.api.access import caller, open_for_key, requires_scope
from survey_app.api.blueprint import blueprint, shown
from survey_app.api.schemas import (
    Page,
    Progress,
    Result,
    ResultList,
    ResultShown,
    SurveyList,
    SurveyShown,
    UnitProgress,
)
from survey_app.api.scopes import READ_PROGRESS, READ_RESULTS
from survey_app.collection.queries import progress_by_channel, progress_by_commune
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.publication.models import Publication
from survey_app.publication.queries import approved_publications, find_approved
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys

T = TypeVar("T")


@blueprint.get("/surveys")
@requires_scope(READ_PROGRESS)
@blueprint.input(Page, location="query")
@blueprint.output(SurveyList)
@blueprint.doc(operation_id="listSurveys")
def list_surveys(query_data: Page) -> Response:
    """The surveys that exist for this key."""
    seen = [survey for survey in all_surveys(db.session) if caller().sees(survey)]
    part, following = _part(seen, query_data, lambda survey: survey.slug)
    return shown(SurveyList(surveys=[_survey(survey) for survey in part], next=following))


def _survey(survey: Survey) -> SurveyShown:
    return SurveyShown(
        slug=survey.slug,
        title={"vi": survey.title_vi, "en": survey.title_en},
        sector=survey.questionnaire.sector,
        state=survey.state,
        starts_on=survey.starts_on,
        ends_on=survey.ends_on,
        questionnaire=f"{survey.questionnaire.key}@{survey.questionnaire.version}",
        questionnaire_hash=survey.questionnaire.content_hash,
        simulated=survey.simulated,
    )


@blueprint.get("/surveys/<slug>/progress")
@requires_scope(READ_PROGRESS)
@blueprint.input(Page, location="query")
@blueprint.output(Progress)
@blueprint.doc(operation_id="readProgress")
def progress(slug: str, query_data: Page) -> Response:
    """How many forms have come of how many planned, by unit and by channel."""
    survey = open_for_key(db.session, slug)
    who = caller()
    held = {entry.unit.code for entry in drawn_units(db.session, survey) if who.holds(entry.unit)}
    units = [unit for unit in progress_by_commune(db.session, survey) if unit.code in held]
    part, following = _part(units, query_data, lambda unit: unit.code)
    whole = who.key.unit is None or survey.territory.lies_in(who.key.unit)
    found = Progress(
        survey=survey.slug,
        state=survey.state,
        simulated=survey.simulated,
        received=sum(unit.received for unit in units),
        planned=sum(unit.planned for unit in units),
        channels=progress_by_channel(db.session, survey) if whole else {},
        units=[
            UnitProgress(unit=unit.code, name=unit.name, received=unit.received, planned=unit.planned) for unit in part
        ],
        next=following,
    )
    return shown(found)


@blueprint.get("/results")
@requires_scope(READ_RESULTS)
@blueprint.input(Page, location="query")
@blueprint.output(ResultList)
@blueprint.doc(operation_id="listResults")
def list_results(query_data: Page) -> Response:
    """What was published and may be read with this key."""
    seen = [one for one in approved_publications(db.session) if caller().sees(one.survey)]
    part, following = _part(seen, query_data, lambda one: one.survey.slug)
    results = [
        ResultShown(
            slug=one.survey.slug,
            title={"vi": one.survey.title_vi, "en": one.survey.title_en},
            number=one.number,
            sha256=one.sha256,
            approved_at=_approved(one),
            simulated=one.survey.simulated,
        )
        for one in part
    ]
    return shown(ResultList(results=results, next=following))


@blueprint.get("/results/<slug>")
@requires_scope(READ_RESULTS)
@blueprint.output(Result)
@blueprint.doc(operation_id="readResult")
def read_result(slug: str) -> Response:
    """The approved snapshot: figures with base and interval, method, draw."""
    found = find_approved(db.session, slug)
    if not caller().sees(found.survey):
        raise NotFound(_("Chưa có kết quả nào được công bố ở địa chỉ này."))
    result = Result(
        slug=slug, number=found.number, sha256=found.sha256, approved_at=_approved(found), snapshot=found.snapshot
    )
    return shown(result)


def _approved(publication: Publication) -> str:
    return publication.approved_at.isoformat(timespec="seconds") if publication.approved_at else ""


def _part(values: Sequence[T], page: Page, name: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """The page after a value, and the name to ask for the next one with.

    Raises
    ------
    NotFound
        The list has no such value.
    """
    start = 0
    if page.after is not None:
        start = next((place for place, value in enumerate(values, start=1) if name(value) == page.after), 0)
        if not start:
            raise NotFound(_("Danh sách không có „%(name)s”. Xin đọc lại từ trang đầu.", name=page.after))
    part = values[start : start + page.limit]
    return part, name(part[-1]) if start + page.limit < len(values) else None
