"""The page of the data of a survey: what would be hidden, make the files, fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.accounts.guards import acting, requires
from survey_app.accounts.roles import EXPORT_DATA, VIEW_RESULTS
from survey_app.collection.queries import count_responses
from survey_app.database import db
from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.publication.data.columns import texts
from survey_app.publication.data.package import LIST_NAME
from survey_app.publication.data.service import check_data, settings_in_force
from survey_app.publication.data.settings import (
    GREATEST_K,
    KNOWN_BY_OTHERS,
    PLACES,
    USUAL_K,
    DataSettings,
    check_settings,
    possible_keys,
)
from survey_app.publication.data.words import FILE_WORDS, key_words, lost_words
from survey_app.publication.data.work import ask_for_export, exports_of, find_file
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.forms import ActionForm
from survey_app.surveys.models import Survey

blueprint = Blueprint("open_data", __name__)
PLACE_WORDS = {"district": _l("Nơi ở: huyện, tầng của mẫu"), "commune": _l("Nơi ở: xã hoặc đơn vị đã bốc")}
LEAST_K = 2


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/du-lieu")
@requires(VIEW_RESULTS)
def data(slug: str) -> ResponseReturnValue:
    """What would be hidden with the keys of ``?khoa=`` and ``?k=``, and the files made before."""
    return _page(open_survey(slug, VIEW_RESULTS))


@blueprint.post("/quan-ly/dot/<slug>/ket-qua/du-lieu")
@requires(EXPORT_DATA)
def make(slug: str) -> ResponseReturnValue:
    """Make the files in the background."""
    survey = open_survey(slug, EXPORT_DATA)
    if not ActionForm().validate_on_submit():
        flash(_("Trang đã mở quá lâu. Những gì đã chọn vẫn còn; xin bấm nút lần nữa."), "error")
        return _page(survey), 400
    try:
        settings = _chosen(survey)
        refusal = check_data(db.session, survey, settings)[1]
        if refusal:
            raise UserError(refusal)
    except UserError as error:
        flash(error.message, "error")
        return _page(survey), 400
    job = ask_for_export(
        db.session, survey, settings, actor=acting(), return_to=url_for("open_data.data", slug=slug, viec="")
    )
    db.session.commit()
    return redirect(url_for("jobs.job", job_id=job.id))


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/du-lieu/<uuid:job_id>/<name>")
@requires(EXPORT_DATA)
def file(slug: str, job_id: UUID, name: str) -> ResponseReturnValue:
    """One of the files."""
    survey = open_survey(slug, EXPORT_DATA)
    path = find_file(db.session, survey, job_id, name)
    return send_file(path, as_attachment=True, download_name=f"{slug}-{name}", max_age=0)


def _page(survey: Survey) -> str:
    instrument = instrument_of(db.session, survey.questionnaire_id)
    responses = count_responses(db.session, survey)
    mistake = ""
    try:
        settings = _chosen(survey)
    except UserError as error:
        settings, mistake = settings_in_force(db.session, survey), error.message
    report, refusal, lost = check_data(db.session, survey, settings) if responses else (None, "", [])
    names = _key_names(instrument)
    return render_template(
        "office/data.html",
        responses=responses,
        settings=settings,
        usual_k=USUAL_K,
        asked_k=request.values.get("k", "") if mistake else settings.k,
        asked_keys=request.values.getlist("khoa") if mistake else settings.keys,
        mistake=mistake,
        names=names,
        usual=[key for key in names if key in (*PLACES, *KNOWN_BY_OTHERS)],
        others=[key for key in names if key not in (*PLACES, *KNOWN_BY_OTHERS)],
        key_words=key_words,
        report=report,
        refusal=refusal,
        lost=[lost_words(one, names) for one in lost],
        exports=exports_of(db.session, survey),
        files=FILE_WORDS,
        list_name=LIST_NAME,
        form=ActionForm(formdata=None),
        may_export=may_on(EXPORT_DATA, survey),
        **frame(survey, "results"),
    )


def _chosen(survey: Survey) -> DataSettings:
    """The choices of the address or of the form; without any, those of the last export."""
    instrument = instrument_of(db.session, survey.questionnaire_id)
    if "k" not in request.values:
        return settings_in_force(db.session, survey)
    text = request.values.get("k", "").strip()
    k = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not LEAST_K <= k <= GREATEST_K:
        raise UserError(_("Số phiếu giống nhau phải là số từ %(least)s đến %(most)s.", least=LEAST_K, most=GREATEST_K))
    return check_settings(instrument, request.values.getlist("khoa"), k, communes=bool(request.values.get("xa")))


def _key_names(instrument: Instrument) -> dict[str, str]:
    """What each possible key is called on the page."""
    asked = {item.key: texts(item.text)[language()] for item in instrument.items() if item.type == "single"}
    keys: Sequence[str] = possible_keys(instrument)
    return {key: str(PLACE_WORDS[key]) if key in PLACE_WORDS else asked[key] for key in keys}
