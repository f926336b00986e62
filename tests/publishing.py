"""From a closed survey to the public, by the verbs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.publication.models import Publication
from survey_app.publication.review import LINES, Answer, review_publication
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.surveys.models import Survey
from tests.world import TESTER

REVIEWER = Actor(None, "reviewer@hailong.example")
LEADER = Actor(None, "leader@hailong.example")


def tick_all(session: Session, survey: Survey, *, actor: Actor = REVIEWER) -> None:
    """The reviewer finds every line of the checklist in order."""
    review_publication(session, survey, {line: Answer(ok=True) for line in LINES}, actor=actor)
    session.commit()


def publish(session: Session, survey: Survey, *, approver: Actor = LEADER, **freezing: Any) -> Publication:
    """Freeze, review and approve, each by another person."""
    freeze_publication(session, survey, actor=TESTER, **freezing)
    session.commit()
    tick_all(session, survey)
    publication = approve_publication(session, survey, actor=approver)
    session.commit()
    return publication
