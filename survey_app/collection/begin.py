"""The first page of a form, the same for every channel that has one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.collection.drafts import begin_draft, draft_of_invitation, token_hash
from survey_app.collection.forms import StartForm
from survey_app.collection.holding import holder_here, holding_secret, with_holder
from survey_app.collection.links.limits import check_open_link
from survey_app.collection.models import Draft, Invitation
from survey_app.database import db
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey
from survey_app.surveys.results_link import results_link

DEFAULT_CONSENT = _l(
    "Ông/Bà tự quyết định có tham gia hay không và có thể dừng lại bất cứ lúc nào trước khi gửi. "
    "Phiếu không hỏi họ tên. Câu trả lời chỉ dùng để tính số liệu chung."
)


def begin_form(
    survey: Survey,
    *,
    channel: str,
    units: Sequence[FrameUnit] | None = None,
    fixed_commune: str | None = None,
    invitation: Invitation | None = None,
    kiosk: bool = False,
) -> ResponseReturnValue:
    """Show the first page, or begin a form for the commune chosen on it: one of ``units``, or of the whole sample.

    A form begun from an ``invitation`` opens on this phone alone; the page offers to go on with one begun before.
    """
    if survey.state != "collecting":
        return render_closed(survey)
    units = drawn_units(db.session, survey) if units is None else units
    by_code = {entry.unit.code: entry for entry in units}
    form = StartForm()
    agencies = any(entry.unit.level == "agency" for entry in units)
    if agencies:
        form.commune.label.text = _("Ông/Bà trả lời về cơ quan, đơn vị nào?")
    asked = fixed_commune or request.args.get("xa", "")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        chosen = by_code.get(fixed_commune or form.commune.data or "")
        if not form.validate_on_submit():
            errors.append(("commune", _("Trang đã mở quá lâu. Xin bấm Đồng ý và bắt đầu lần nữa.")))
        elif chosen is None:
            form.commune.errors = [
                _("Xin chọn cơ quan, đơn vị đã phục vụ Ông/Bà.")
                if agencies
                else _("Xin chọn xã, phường nơi Ông/Bà làm thủ tục.")
            ]
            errors.append(("commune", form.commune.errors[0]))
        else:
            if channel == "link" and invitation is None:
                check_open_link(survey)
            secret = holding_secret() if invitation else None
            holder = token_hash(secret) if secret else None
            draft = begin_draft(
                db.session, survey, chosen, channel=channel, invitation=invitation, holder_sha256=holder
            )
            db.session.commit()
            reply = redirect(url_for("respond.section", slug=survey.slug, draft_id=draft.id, part=1))
            return with_holder(reply, secret) if secret else reply
    elif asked in by_code:
        form.commune.data = asked
    fixed = by_code.get(fixed_commune) if fixed_commune else None
    instrument = instrument_of(db.session, survey.questionnaire_id)
    consent = instrument.consent
    begun = draft_of_invitation(db.session, invitation, holder_here()) if invitation else None
    page = render_template(
        "respond/start.html",
        survey=survey,
        simulated=survey.simulated,
        form=form,
        minutes=instrument.minutes,
        intro=instrument.intro.get(language()) if instrument.intro else "",
        consent_text=consent.get(language()) if consent else str(DEFAULT_CONSENT),
        commune_groups=_grouped(units),
        commune_fixed=(fixed.unit.code, fixed.unit.name) if fixed else None,
        error_list=errors,
        kiosk=kiosk,
        drawn_people=design_of(survey).sample.cases is not None,
        agency_name=fixed.unit.name if fixed and kiosk else None,
        resume_href=_resume_href(survey, instrument, begun) if begun else None,
    )
    return page, 400 if errors else 200


def _resume_href(survey: Survey, instrument: Instrument, draft: Draft) -> str:
    """The part that was answered last."""
    answered = [
        part
        for part, section in enumerate(instrument.sections, 1)
        if any(item.key in draft.answers for item in instrument.items_in(section.key))
    ]
    part = answered[-1] if answered else 1
    return url_for("respond.section", slug=survey.slug, draft_id=draft.id, part=part)


def render_closed(survey: Survey, *, unsent: bool = False) -> ResponseReturnValue:
    """The page of a survey that takes no answers now; ``unsent``: somebody's form was not received."""
    not_open = survey.state in ("draft", "sampled")
    page = render_template(
        "respond/closed.html",
        survey=survey,
        simulated=survey.simulated,
        state="not_open" if not_open else "closed",
        unsent=unsent,
        opens_on=survey.starts_on if not_open else None,
        closed_on=None,
        resumes_on=None,
        results_href=results_link(db.session, survey) if survey.state == "published" else None,
    )
    return page, 409


def _grouped(units: Sequence[FrameUnit]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Communes under the name of the unit above them."""
    named = [
        (
            entry.unit.parent.name if entry.unit.parent else "",
            entry.unit.sort_key,
            entry.unit.code,
            entry.unit.name,
        )
        for entry in units
    ]
    return [
        (name, [(code, commune) for _name, _key, code, commune in communes])
        for name, communes in groupby(sorted(named), key=lambda row: row[0])
    ]
