"""A version as respondents will see it: the same templates, the same form, the same way from part to part.

Nothing is stored: what was answered travels in the page. The pages can be framed by our own device page, at the width
of a phone, a tablet or a desk, so that the style sheets meet the width they will meet there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, StringField, SubmitField

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import EDIT_SURVEYS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.i18n import LANGUAGES, language
from survey_app.instruments.access import open_questionnaire
from survey_app.instruments.draft_actions import text_as_posted
from survey_app.instruments.draft_edits import NotEditable
from survey_app.instruments.drafts import check_draft
from survey_app.instruments.form import SectionForm, section_form
from survey_app.instruments.language_switch import same_page_links
from survey_app.instruments.loader import MAX_BYTES
from survey_app.instruments.paper import paper_sections
from survey_app.instruments.path import attach_conditions, step_from
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument, Section
from survey_app.security import CONTENT_POLICY

blueprint = Blueprint("questionnaire_preview", __name__, url_prefix="/quan-ly/bo-phieu")

#: Widths of the frame in CSS pixels.
WIDTHS = {"dien-thoai": 360, "may-tinh-bang": 768, "may-tinh": 1100}
PAPER = "giay"
START = 0


class PreviewStart(FlaskForm):
    """The fields of the first page, which ask for nothing here."""

    commune = StringField()
    consent = SubmitField()
    phan, tieng, so_far, text = HiddenField(), HiddenField(), HiddenField(), HiddenField()


@dataclass(frozen=True)
class _Survey:
    """What the respondent's templates need of a survey."""

    title: str
    short_title: str = ""


@dataclass(frozen=True)
class Preview:
    """An instrument on show, in a language, with the answers so far; ``text`` of a draft that is not stored."""

    instrument: Instrument
    language: str
    answers: dict[str, Any]
    text: str = ""

    @property
    def survey(self) -> _Survey:
        """The survey as the templates name it."""
        return _Survey(self.instrument.title.get(self.language))

    @property
    def names(self) -> dict[str, str]:
        """The names put into the texts where nobody in particular is asked."""
        return GENERAL_NAMES["en" if self.language == "en" else "vi"]


@blueprint.get("/<name>/xem-thu")
@requires(VIEW_SURVEYS)
def device(name: str) -> ResponseReturnValue:
    """The frame: a width, a language and a part to choose."""
    stored = open_questionnaire(name)
    instrument = instrument_of(db.session, stored.id)
    width = request.args.get("rong", "dien-thoai")
    part = request.args.get("phan", START, type=int)
    page = make_response(
        render_template(
            "office/questionnaire_preview.html",
            stored=stored,
            instrument=instrument,
            width=width if width in WIDTHS else "dien-thoai",
            widths=WIDTHS,
            shown_language=_asked_language(),
            languages=LANGUAGES,
            part=part if 0 <= part <= len(instrument.sections) else START,
            language_links=same_page_links(),
        )
    )
    page.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; frame-src 'self'"
    return page


@blueprint.route("/<name>/xem-thu/phieu", methods=["GET", "POST"])
@requires(VIEW_SURVEYS)
def form(name: str) -> ResponseReturnValue:
    """The form of a stored version."""
    stored = open_questionnaire(name)
    return _framed(_run(instrument_of(db.session, stored.id)))


@blueprint.post("/soan/xem-thu")
@requires(EDIT_SURVEYS)
def draft_form() -> ResponseReturnValue:
    """The form of a draft, in a window of its own."""
    request.max_content_length = request.max_form_memory_size = 8 * MAX_BYTES
    if not FlaskForm().validate():
        return render_template("office/questionnaire_not_shown.html", problems=(), stale=True), 400
    try:
        text = text_as_posted(request.form)
    except NotEditable:
        text = request.form.get("text", "")
    draft = check_draft(text)
    if draft.instrument is None:
        return render_template("office/questionnaire_not_shown.html", problems=draft.problems, stale=False), 400
    return _run(draft.instrument, text=draft.text)


@blueprint.get("/<name>/xem-thu/giay")
@requires(VIEW_SURVEYS)
def paper(name: str) -> ResponseReturnValue:
    """The version as an A4 sheet to print; conditional questions say when they are asked."""
    stored = open_questionnaire(name)
    instrument = instrument_of(db.session, stored.id)
    shown = _asked_language()
    names = GENERAL_NAMES["en" if shown == "en" else "vi"]
    with force_locale(shown):  # the sheet alone; the page around it speaks the language of the office
        sheet = render_template(
            "office/questionnaire_sheet.html",
            instrument=instrument,
            language=shown,
            parts=paper_sections(instrument, language=shown, names=names),
        )
    return render_template(
        "office/questionnaire_paper.html",
        stored=stored,
        instrument=instrument,
        sheet=Markup(sheet),  # noqa: S704  a template of ours, escaped as it was rendered
        width=PAPER,
        widths=WIDTHS,
        shown_language=shown,
        languages=LANGUAGES,
        part=START,
        language_links=same_page_links(),
    )


def _framed(page: ResponseReturnValue) -> Response:
    """The page as one that our own pages, and nobody else's, may frame."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _asked_language() -> str:
    asked = request.values.get("lang") if request.method == "POST" else None
    asked = asked or request.values.get("tieng")
    return asked if asked in LANGUAGES else language()


def _run(instrument: Instrument, *, text: str = "") -> ResponseReturnValue:
    """The page that the buttons lead to, in the language of the preview."""
    with force_locale(_asked_language()):
        preview = Preview(instrument, _asked_language(), _carried_answers(), text)
        part = request.values.get("phan", START, type=int)
        if not 1 <= part <= len(instrument.sections):
            began = request.method == "POST" and "consent" in request.form
            return _show_part(preview, 1) if began else _show_start(preview)
        posted = "go" in request.form or "lang" in request.form
        return _take(preview, part) if posted else _show_part(preview, part)


def _carried_answers() -> dict[str, Any]:
    """The answers to earlier parts, which the page brings back; the form checks them like any others."""
    try:
        answers = json.loads(request.form.get("so_far", "{}"))
    except (ValueError, RecursionError):
        return {}
    return answers if isinstance(answers, dict) else {}


def _form(preview: Preview, part: int, *, posted: bool) -> SectionForm:
    form = section_form(
        preview.instrument,
        preview.instrument.sections[part - 1].key,
        language=preview.language,
        answers=preview.answers,
        formdata=request.form if posted else None,
        names=preview.names,
    )
    attach_conditions(form)
    return form


def _take(preview: Preview, part: int) -> ResponseReturnValue:
    """Where the posted page leads; the next page comes at once."""
    form = _form(preview, part, posted=True)
    step = step_from(form, part, go=request.form.get("go"), other_language="lang" in request.form)
    if step.to == "stale":
        return _show_part(preview, part, form, 400)
    preview.answers.clear()
    preview.answers.update(form.checked.answers)
    if step.to == "mistakes":
        return _show_part(preview, part, form, 400)
    if step.to == "done":
        return _show_thanks(preview)
    return _show_part(preview, step.part, newly_visible=list(step.revealed))


def _filled(preview: Preview, section: Section) -> tuple[str, str]:
    title = fill_in(section.title.get(preview.language), preview.names)
    return title, fill_in(section.intro.get(preview.language), preview.names) if section.intro else ""


def _carried(preview: Preview, part: int) -> dict[str, str]:
    kept = {"so_far": json.dumps(preview.answers, ensure_ascii=False), "phan": str(part), "tieng": preview.language}
    return kept | ({"text": preview.text} if preview.text else {})


def _show_part(
    preview: Preview,
    part: int,
    form: SectionForm | None = None,
    status: int = 200,
    newly_visible: list[str] | None = None,
) -> ResponseReturnValue:
    form = form or _form(preview, part, posted=False)
    errors = [(f"q-{key}", messages[0]) for key, messages in form.answer_errors.items()]
    if form.csrf_failed:
        errors.insert(0, ("answers", _("Trang này đã mở quá lâu. Xin bấm nút lần nữa.")))
    title, intro = _filled(preview, preview.instrument.sections[part - 1])
    page = render_template(
        "office/questionnaire_preview_section.html",
        survey=preview.survey,
        instrument=preview.instrument,
        language=preview.language,
        section_title=title,
        section_intro=intro,
        form=form,
        progress=(part, len(preview.instrument.sections)),
        error_list=errors,
        back_href="#" if part > 1 else None,
        newly_visible=newly_visible,
        carried=_carried(preview, part),
    )
    return page, status


def _show_start(preview: Preview) -> ResponseReturnValue:
    instrument = preview.instrument
    return render_template(
        "office/questionnaire_preview_start.html",
        survey=preview.survey,
        language=preview.language,
        form=PreviewStart(formdata=None, data=_carried(preview, START)),
        minutes=instrument.minutes,
        intro=fill_in(instrument.intro.get(preview.language), preview.names) if instrument.intro else "",
        consent_text=instrument.consent.get(preview.language) if instrument.consent else "",
        commune_fixed=("", preview.names["commune"]),
        carried=_carried(preview, START),
        languages=LANGUAGES,
    )


def _show_thanks(preview: Preview) -> ResponseReturnValue:
    return render_template(
        "office/questionnaire_preview_thanks.html",
        survey=preview.survey,
        language=preview.language,
        receipt_code=_("XEM THỬ"),
        restart_href=""
        if preview.text
        else url_for(request.endpoint or "", **(request.view_args or {}), tieng=preview.language),
        carried=_carried(preview, START),
        languages=LANGUAGES,
    )
