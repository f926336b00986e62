"""Fieldwork: the office's view of what has come, and the post office's list of communes to collect in."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import (
    ASSIGN_WORK,
    EDIT_SURVEYS,
    IMPORT_RESPONSES,
    ISSUE_INVITATIONS,
    VIEW_FIELDWORK,
)
from survey_app.collection.queries import count_disputes
from survey_app.collection.sync.queries import count_held
from survey_app.collection.watch.export import progress_as_csv
from survey_app.collection.watch.map import lay_tiles, place_bubbles
from survey_app.collection.watch.progress import watch_fieldwork
from survey_app.collection.watch.words import (
    DISPOSITION_WORDS,
    RATE_WORDS,
    answer_sentence,
    pace_words,
)
from survey_app.collection.words import CHANNEL_WORDS
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import area_of
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import StateForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("collection", __name__)


@blueprint.get("/quan-ly/dot/<slug>/thuc-dia")
@requires(VIEW_FIELDWORK)
def fieldwork(slug: str) -> ResponseReturnValue:
    """What has come, from where, by which channel."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    area = area_of(current_user, survey, VIEW_FIELDWORK)
    progress = watch_fieldwork(db.session, area)
    return render_template(
        "office/fieldwork.html",
        progress=progress,
        answer=answer_sentence(progress),
        pace=pace_words(progress.pace) if progress.pace else "",
        channel_words=CHANNEL_WORDS,
        rate_words=RATE_WORDS,
        disposition_words=DISPOSITION_WORDS,
        bubble_map=place_bubbles(progress.places),
        tile_blocks=lay_tiles(progress.groups),
        waiting=count_disputes(db.session, survey, area.places) + count_held(db.session, area),
        may_settle=may_on(ASSIGN_WORK, survey),
        state_form=StateForm(formdata=None),
        may_edit=may_on(EDIT_SURVEYS, survey),
        may_import=may_on(IMPORT_RESPONSES, survey),
        may_invite=may_on(ISSUE_INVITATIONS, survey),
        board_link=_board_link(survey),
        link=url_for("respond.start", slug=survey.slug, _external=True),
        **frame(survey, "fieldwork"),
    )


def _board_link(survey: Survey) -> str | None:
    """The page where work is given out, for whoever may give it out."""
    if "work.board" not in current_app.view_functions or not may_on(ASSIGN_WORK, survey):
        return None
    return url_for("work.board", slug=survey.slug)


@blueprint.get("/quan-ly/dot/<slug>/tien-do.csv")
@requires(VIEW_FIELDWORK)
def progress_file(slug: str) -> ResponseReturnValue:
    """The table of progress as CSV, of the places this person may see."""
    survey = open_survey(slug, VIEW_FIELDWORK)
    progress = watch_fieldwork(db.session, area_of(current_user, survey, VIEW_FIELDWORK))
    return Response(
        "\ufeff" + progress_as_csv(progress, simulated=survey.simulated),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="tien-do-{slug}.csv"'},
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
