"""Which forms a signed-in collector may bring."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.guards import may
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.collection.sync.record import FormRecord
from survey_app.collection.sync.service import Sender
from survey_app.errors import Forbidden
from survey_app.geography.models import Unit
from survey_app.sampling.work.queries import has_cases, holder_of
from survey_app.surveys.queries import find_survey


def collector_as_sender(session: Session, collector: User) -> Sender:
    """A collector brings forms of cases they have, and of communes within their reach where there are no cases."""

    def check(form: FormRecord) -> None:
        survey = find_survey(session, form.survey)
        if form.case is not None:
            if holder_of(session, form.case) != collector.id:
                raise Forbidden(
                    _("Hồ sơ số %(number)s không còn giao cho người gửi phiếu. Điều phối sẽ xem.", number=form.case)
                )
            return
        unit = session.scalar(
            select(Unit).where(Unit.code_system == survey.territory.code_system, Unit.code == form.unit).limit(1)
        )
        if has_cases(session, survey.id) or unit is None:
            raise Forbidden(_("Phiếu này không gắn với hồ sơ được giao nào. Điều phối sẽ xem."))
        if not may(collector, COLLECT, sector=survey.questionnaire.sector, territory=unit):
            raise Forbidden(
                _("%(place)s không thuộc phần việc của người gửi phiếu. Điều phối sẽ xem.", place=unit.name)
            )

    return Sender("field", collector.id, check)
