"""The OpenRosa endpoints: the list of forms, a form, its list of places, and sending a filled-in one."""

from __future__ import annotations

import secrets
from xml.etree import ElementTree as ET

import structlog
from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from survey_app.accounts.models import User
from survey_app.api.openrosa.access import collector, requires_collector
from survey_app.api.openrosa.envelope import MAXIMUM_BYTES, address, message, with_headers, xml_answer
from survey_app.api.openrosa.form import PLACES, OdkNames, form_of, md5_of
from survey_app.api.openrosa.places import as_csv, place_of, places_for, surveys_for
from survey_app.api.openrosa.setting_up import SERVER_PATH
from survey_app.api.openrosa.submission import (
    FilledForm,
    declines,
    read_answers,
    read_day,
    read_form,
    read_moments,
)
from survey_app.collection.models import Response as StoredResponse
from survey_app.collection.service import AnswersRefused, DisputedResponse, Receipt, Submission, accept_response
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.instruments.queries import instrument_of
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

log = structlog.get_logger(__name__)
blueprint = Blueprint("openrosa", __name__, url_prefix=SERVER_PATH)
_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
#: Room for the parts around the form in a multipart body.
_AROUND = 100_000
_MOST_REASONS = 5


@blueprint.before_request
def _allow_forms() -> None:
    request.max_content_length = MAXIMUM_BYTES + _AROUND


@blueprint.get("/formList")
@requires_collector
def form_list() -> Response:
    """The forms in which this collector has something to ask."""
    root = ET.Element("xforms", xmlns=_LIST)
    for survey, _places in surveys_for(db.session, collector()):
        form = form_of(db.session, survey)
        entry = ET.SubElement(root, "xform")
        for name, text in (
            ("formID", form.form_id),
            ("name", form.title),
            ("version", form.version),
            ("hash", form.md5),
            ("downloadUrl", address(f"{SERVER_PATH}/forms/{survey.slug}.xml")),
            ("manifestUrl", address(f"{SERVER_PATH}/forms/{survey.slug}/manifest")),
        ):
            ET.SubElement(entry, name).text = text
    return xml_answer(root)


@blueprint.get("/forms/<slug>.xml")
@requires_collector
def form(slug: str) -> Response:
    """The XForm of a survey."""
    survey = find_survey(db.session, slug)
    places_for(db.session, collector(), survey)
    return with_headers(Response(form_of(db.session, survey).xml, content_type="text/xml; charset=utf-8"))


@blueprint.get("/forms/<slug>/manifest")
@requires_collector
def manifest(slug: str) -> Response:
    """The files that the form needs: the list of this collector's cases or places."""
    content = as_csv(places_for(db.session, collector(), find_survey(db.session, slug)))
    root = ET.Element("manifest", xmlns=_MANIFEST)
    entry = ET.SubElement(root, "mediaFile")
    ET.SubElement(entry, "filename").text = f"{PLACES}.csv"
    ET.SubElement(entry, "hash").text = md5_of(content)
    ET.SubElement(entry, "downloadUrl").text = address(f"{SERVER_PATH}/forms/{slug}/{PLACES}.csv")
    return xml_answer(root)


@blueprint.get(f"/forms/<slug>/{PLACES}.csv")
@requires_collector
def places(slug: str) -> Response:
    """The list of this collector's cases or places."""
    content = as_csv(places_for(db.session, collector(), find_survey(db.session, slug)))
    return with_headers(Response(content, content_type="text/csv; charset=utf-8"))


@blueprint.route("/submission", methods=["HEAD"])
@requires_collector
def may_submit() -> Response:
    """Tell Collect before it sends that it may, and how much."""
    response = with_headers(Response(status=204))
    response.headers["Location"] = address(f"{SERVER_PATH}/submission")
    return response


@blueprint.post("/submission")
@requires_collector
def submit() -> Response:
    """A filled-in form, through the one door; 201 only once it is on disk."""
    sent = request.files.get("xml_submission_file")
    if sent is None:
        raise UserError(_("Yêu cầu không có phần xml_submission_file. Xin gửi lại từ ODK Collect."))
    filled = read_form(sent.stream.read(MAXIMUM_BYTES + 1))
    survey = find_survey(db.session, filled.form_id)
    try:
        receipt = _accept(survey, filled, collector())
        db.session.commit()
    except DisputedResponse as error:
        db.session.commit()  # what came is kept beside the first
        return message(error.message, 202)
    if receipt is None:
        return message(
            _("Người được hỏi không đồng ý trả lời nên không lưu gì. Xin ghi lần thử ở trang Thu phiếu."), 202
        )
    if receipt.repeated:
        return message(_("Phiếu này đã nhận từ trước, mã biên nhận %(code)s.", code=receipt.code), 201)
    return message(_("Đã nhận phiếu, mã biên nhận %(code)s.", code=receipt.code), 201)


def _accept(survey: Survey, filled: FilledForm, user: User) -> Receipt | None:
    """Hand the form to the door; None when the respondent did not agree."""
    instrument = instrument_of(db.session, survey.questionnaire_id)
    names = OdkNames.of(instrument)
    known = db.session.get(StoredResponse, filled.response_id)
    asked = place_of(db.session, user, survey, filled.fields.get(names.where, ""), known=known)
    if declines(filled, instrument, names):
        return None
    minutes, filled_at = read_moments(filled, names)
    return accept_response(
        db.session,
        survey,
        Submission(
            response_id=filled.response_id,
            unit_code=asked.unit_code,
            channel="field",
            language="vi",
            answers=read_answers(filled, instrument, names),
            day=read_day(filled, names),
            minutes=minutes,
            collector_id=user.id,
            case_id=asked.case_id,
            filled_at=filled_at,
        ),
    )


@blueprint.errorhandler(UserError)
def _refused(error: UserError) -> Response:
    db.session.rollback()
    text = error.message
    if isinstance(error, AnswersRefused):
        text = " ".join([text, *(problem.message for problem in error.problems[:_MOST_REASONS])])
    return message(text, error.status)


@blueprint.errorhandler(HTTPException)
def _not_understood(error: HTTPException) -> Response:
    status = error.code or 500
    words = _("Nội dung gửi lên quá dài nên chưa được nhận.") if status == 413 else _("Máy chủ không hiểu yêu cầu này.")
    return message(words, status)


@blueprint.errorhandler(Exception)
def _broken(error: Exception) -> Response:
    db.session.rollback()
    reference = secrets.token_hex(4)
    log.exception("unexpected error", reference=reference, method=request.method, endpoint=request.endpoint)
    words = _("Hệ thống gặp lỗi, số tham chiếu %(reference)s. Phiếu vẫn còn trên máy; xin gửi lại sau.")
    return message(words % {"reference": reference}, 500)
