"""What was keyed is forgotten: the answers some days after the form is in, who goes with which case at closing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.collection.paper.models import PaperBatch, PaperDecision, PaperEntry, PaperForm
from survey_app.collection.paper.pictures import forget_pictures
from survey_app.database import now
from survey_app.jobs.service import hourly
from survey_app.surveys.models import Survey
from survey_app.surveys.service import on_state

#: Long enough to look into a complaint about the keying of a form, no longer.
KEPT_DAYS = 7


@hourly
def forget_keyed_answers(session: Session) -> int:
    """Forget what was keyed from forms that are in the system for some days, or whose survey is published.

    Returns
    -------
    int
        How many readings were forgotten; their counts of agreement stay.
    """
    published = select(PaperBatch.id).join(Survey).where(Survey.state == "published")
    settled = PaperForm.state.in_(("accepted", "disputed")) & (PaperForm.changed_at < now() - timedelta(days=KEPT_DAYS))
    forms = select(PaperForm.id).where(settled | PaperForm.batch_id.in_(published))
    entries = (PaperEntry.answers.is_not(None), PaperEntry.form_id.in_(forms))
    done = session.scalars(select(PaperEntry.form_id).where(*entries)).all()
    session.execute(
        update(PaperEntry)
        .where(*entries)
        .values(answers=None, unclear=None, sha256=None)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    forget_pictures(set(done))
    return len(done)


@on_state("closed")
def forget_cases(session: Session, survey: Survey) -> None:
    """Forget which form was for which case, and the hours that would tell: at closing every such tie is cut.

    An attempt keeps the moment at which its case was answered; a form must not keep the same moment.
    """
    forms = select(PaperForm.id).join(PaperBatch).where(PaperBatch.survey_id == survey.id)
    for form in session.scalars(select(PaperForm).where(PaperForm.id.in_(forms))):
        form.case_id, form.changed_at = None, _day_only(form.changed_at)
    for entry in session.scalars(select(PaperEntry).where(PaperEntry.form_id.in_(forms))):
        entry.keyed_at = _day_only(entry.keyed_at)
    for decision in session.scalars(select(PaperDecision).where(PaperDecision.form_id.in_(forms))):
        decision.decided_at = _day_only(decision.decided_at)
    session.flush()


def _day_only(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
