"""A holder's open cases on paper, for places without devices: with room for the tries and a signature."""

from __future__ import annotations

from itertools import groupby

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.errors import Conflict
from survey_app.i18n import today
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.contacts import show_contacts
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.queries import CaseFilter, attempts_of, list_by_road, people_of
from survey_app.sampling.work.words import OUTCOME_WORDS
from survey_app.surveys.design import design_of

#: More would be no list to carry; and a page takes a while to set.
LONGEST_LIST = 300


def list_page(session: Session, area: Area, holder: Holder, *, actor: Actor) -> str:
    """The list as a page to be set on paper; that it was made is on the trail, with how many contacts are on it.

    Raises
    ------
    Conflict
        There is nothing to print, or too much for one list.
    """
    survey = area.survey
    who = holder.collector or holder.office
    lines = list_by_road(session, area, CaseFilter(holder=who, state="open"), limit=LONGEST_LIST + 1)
    if not lines:
        raise Conflict(_("%(name)s không có hồ sơ nào đang làm nên không có gì để in.", name=holder.name))
    if len(lines) > LONGEST_LIST:
        raise Conflict(
            _(
                "%(name)s có hơn %(limit)s hồ sơ đang làm. "
                "Xin chia cho từng điều tra viên rồi in danh sách của từng người.",
                name=holder.name,
                limit=LONGEST_LIST,
            )
        )
    record(session, actor, "work.print", f"survey:{survey.slug}", holder=holder.key, cases=len(lines))
    contacts = show_contacts(session, survey, lines, actor=actor, purpose="print")
    session.commit()
    return render_template(
        "office/work_list_pdf.html",
        survey=survey,
        holder=holder,
        communes=[list(part) for _unit, part in groupby(lines, key=lambda line: line.frame_unit_id)],
        count=len(lines),
        contacts=contacts,
        tries=attempts_of(session, [line.id for line in lines]),
        people=people_of(session, {line.collector_id for line in lines}),
        outcome_words=OUTCOME_WORDS,
        rule=design_of(survey).work,
        printed_on=today(),
    )
